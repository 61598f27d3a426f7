//! From one part of the provider to the parts it comes out as.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::declared::Declared;
use super::ids::Ids;
use super::lines::Lines;
use crate::model::{Event, PartKind, Sink, ToolCallKind};

/// What the parts of the provider are numbered as.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// How many parts have come out.
    taken: u32,
    /// For each part of the provider the one that events about it go to.
    places: Vec<Option<u32>>,
}

/// More parts than any response has that leaves out numbers.
const MAX_GAP: usize = 4096;

impl Numbers {
    /// The number of the next part to come out.
    pub(super) const fn take(&mut self) -> u32 {
        let number = self.taken;
        self.taken = number.saturating_add(1);
        number
    }

    /// Events about `part` go to `number` from now on.
    pub(super) fn place(&mut self, part: u32, number: u32) {
        let at = part as usize;
        if at >= self.places.len() && at - self.places.len() <= MAX_GAP {
            self.places.resize(at + 1, None);
        }
        if let Some(place) = self.places.get_mut(at) {
            *place = Some(number);
        }
    }

    /// Where events about `part` go; a part that never opened keeps its number.
    pub(super) fn of(&self, part: u32) -> u32 {
        self.places.get(part as usize).copied().flatten().unwrap_or(part)
    }
}

/// What a part of the provider says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    Reasoning { is_summary: bool },
    Text,
}

/// A part of the provider, split where calls stand in it.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// Its number with the provider.
    pub(super) part: u32,
    pub(super) candidate: u32,
    pub(super) voice: Voice,
    pub(super) lines: Lines,
    open: Open,
    /// Whether a text part has come out of it.
    has_text: bool,
    /// How many calls have.
    calls: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Call(u32),
    Nothing,
    Text(u32),
}

impl Split {
    pub(super) fn new(part: u32, candidate: u32, voice: Voice) -> Self {
        let (open, lines) = (Open::Nothing, Lines::default());
        Self { part, candidate, voice, lines, open, has_text: false, calls: 0 }
    }

    pub(super) const fn calls(&self) -> u32 {
        self.calls
    }
}

/// Where the scanner of one part puts what it finds.
pub(super) struct Out<'s> {
    pub(super) tools: &'s Declared,
    pub(super) sink: &'s mut dyn Sink,
    pub(super) numbers: &'s mut Numbers,
    pub(super) ids: &'s mut Ids,
    pub(super) split: &'s mut Split,
}

impl Out<'_> {
    /// Ordinary text.
    pub(super) fn text(&mut self, text: &str) {
        self.split.lines.feed(text);
        self.fed_text(text);
    }

    /// Ordinary text whose lines were followed already.
    pub(super) fn fed_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let part = self.open_text();
        let text = Cow::Borrowed(text);
        self.sink.event(match self.split.voice {
            Voice::Reasoning { .. } => Event::ReasoningDelta { part, text },
            Voice::Text => Event::TextDelta { part, text },
        });
    }

    /// The open text part, which opens if need be.
    pub(super) fn open_text(&mut self) -> u32 {
        if let Open::Text(part) = self.split.open {
            return part;
        }
        self.close();
        let part = self.open(match self.split.voice {
            Voice::Reasoning { is_summary } => PartKind::Reasoning { is_summary },
            Voice::Text => PartKind::Text,
        });
        self.numbers.place(self.split.part, part);
        self.split.open = Open::Text(part);
        self.split.has_text = true;
        part
    }

    /// Opens a call, with the id that the model wrote if it is one.
    pub(super) fn open_call(&mut self, tool: usize, written_id: Option<&str>) {
        self.close();
        let tool = self.tools.tool(tool);
        let id = self.ids.next(written_id);
        let kind =
            PartKind::ToolCall { id: Some(id.into()), name: Cow::Borrowed(&tool.name), kind: tool.kind };
        let part = self.open(kind);
        if !self.split.has_text {
            self.numbers.place(self.split.part, part);
        }
        self.split.open = Open::Call(part);
        self.split.calls = self.split.calls.saturating_add(1);
    }

    /// A piece of the open call's arguments.
    pub(super) fn arguments(&mut self, text: &str) {
        if let (Open::Call(part), false) = (self.split.open, text.is_empty()) {
            self.sink.event(Event::ArgumentsDelta { part, text: Cow::Borrowed(text) });
        }
    }

    /// A whole call.
    pub(super) fn call(&mut self, tool: usize, written_id: Option<&str>, arguments: &str) {
        self.open_call(tool, written_id);
        self.arguments(arguments);
        self.close();
    }

    /// Opens the text part if nothing has come out yet: an event is about it.
    pub(super) fn begin(&mut self) {
        if !self.split.has_text && self.split.calls == 0 {
            self.open_text();
        }
    }

    /// Ends the part that is open.
    pub(super) fn close(&mut self) {
        let (Open::Call(part) | Open::Text(part)) = self.split.open else { return };
        self.split.open = Open::Nothing;
        self.sink.event(Event::PartEnd { part });
    }

    /// Ends the call that is open.
    pub(super) fn close_call(&mut self) {
        if matches!(self.split.open, Open::Call(_)) {
            self.close();
        }
    }

    /// Ends the provider's part: one in which nothing was stays an empty part.
    pub(super) fn end(&mut self) {
        self.begin();
        self.close();
    }

    /// Whether the tool is called with free text.
    pub(super) fn is_freeform(&self, tool: usize) -> bool {
        self.tools.tool(tool).kind == ToolCallKind::Freeform
    }

    fn open(&mut self, kind: PartKind<'_>) -> u32 {
        let part = self.numbers.take();
        self.sink.event(Event::PartStart { part, candidate: self.split.candidate, kind });
        part
    }
}
