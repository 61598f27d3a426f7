//! A part of an answer on its way into a stream.

use alloc::string::String;
use alloc::vec::Vec;

use super::arguments::Arguments;
use super::block::{Block, Said, redacted};
use super::frames::Frames;
use super::is_same_wire;
use super::state::{self, State, Vendored};
use crate::json::{RawJson, compact};
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::seal::Place;

/// What a part without content costs.
const PART_BYTES: usize = size_of::<Queued>();

/// What a stream's blocks are written with.
pub(super) struct Writing<'a> {
    pub(super) answer: &'a mut Answer,
    pub(super) frames: &'a mut Frames,
    /// The number of the next block, or of the one that is open.
    pub(super) index: &'a mut u32,
    /// The model that answers, as the provider names it.
    pub(super) model: Option<&'a str>,
    pub(super) out: &'a mut Vec<u8>,
}

impl Writing<'_> {
    /// Writes a block that comes whole.
    fn whole(&mut self, block: impl FnOnce(&mut crate::json::Writer)) {
        self.frames.start(self.out, *self.index, block);
        self.stop();
    }

    /// Writes a block of sealed state.
    pub(super) fn seal(&mut self, place: Place, text: Option<&str>, state: State) {
        let envelope = state::seal(&self.answer.context, self.model, place, text, state);
        self.whole(|w| redacted(w, &envelope));
    }

    fn delta(&mut self, kind: &str, field: &str, text: &str) {
        self.frames.delta(self.out, *self.index, kind, field, |w| w.string(text));
    }

    fn stop(&mut self) {
        self.frames.stop(self.out, *self.index);
        *self.index = self.index.saturating_add(1);
    }
}

/// What a part becomes.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// A block that grows.
    Grows(Block, Arguments),
    /// A vendor's block or item, written whole at its end.
    Vendor(Wire, String, RawJson),
}

/// What a part was that has ended: where state belongs that comes only then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Closed {
    Nothing,
    Reasoning,
    Text,
    ToolCall(String),
}

/// A part that is open, or waits until those before it have ended.
#[derive(Clone, Debug)]
pub(super) struct Queued {
    pub(super) part: u32,
    pub(super) kind: Kind,
    pub(super) has_ended: bool,
    has_started: bool,
    /// The text that waits.
    text: String,
    /// The citations that wait, JSON text.
    citations: Vec<String>,
    /// What its vendor wants back with it.
    state: State,
    /// Its vendor's fields that have no word.
    fields: State,
    /// How much it holds.
    bytes: usize,
}

impl Queued {
    pub(super) fn new(part: u32, kind: Kind) -> Self {
        let bytes = PART_BYTES
            + match &kind {
                Kind::Grows(..) => 0,
                Kind::Vendor(_, kind, json) => kind.len() + json.as_str().len(),
            };
        Self {
            part,
            kind,
            has_ended: false,
            has_started: false,
            text: String::new(),
            citations: Vec::new(),
            state: State::new(),
            fields: State::new(),
            bytes,
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn has_started(&self) -> bool {
        self.has_started
    }

    pub(super) const fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Grows(Block::Text, _))
    }

    /// Whether nothing can come any more, though its end was not told.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(&self.kind, Kind::Grows(Block::ToolUse { .. }, arguments) if arguments.is_whole())
    }

    /// Keeps text for later.
    pub(super) fn hold(&mut self, text: &str) {
        self.bytes += text.len();
        self.text.push_str(text);
    }

    /// Forgets the text that waits beyond `bytes`.
    pub(super) fn keep(&mut self, bytes: usize) {
        if self.text.is_char_boundary(bytes) {
            self.bytes -= self.text.len() - bytes;
            self.text.truncate(bytes);
        }
    }

    /// Keeps a citation for later.
    pub(super) fn hold_citation(&mut self, raw: &str) {
        self.bytes += raw.len() + size_of::<String>();
        self.citations.push(raw.into());
    }

    /// Keeps state until the end.
    pub(super) fn set_state(&mut self, field: &str, value: RawJson) {
        self.bytes += field.len() + value.as_str().len();
        match &mut self.kind {
            Kind::Vendor(_, _, json) if field.is_empty() => *json = value,
            _ => state::set(&mut self.state, field, value),
        }
    }

    /// Keeps a field for the start; whether it was not too late.
    pub(super) fn set_field(&mut self, name: &str, value: RawJson) -> bool {
        if self.has_started || matches!(self.kind, Kind::Vendor(..)) {
            return false;
        }
        self.bytes += name.len() + value.as_str().len();
        state::set(&mut self.fields, name, value);
        true
    }

    /// Writes the start of its block, if it is not written.
    fn start(&mut self, w: &mut Writing<'_>) {
        let Kind::Grows(block, _) = &self.kind else { return };
        if core::mem::replace(&mut self.has_started, true) {
            return;
        }
        let mut fields = core::mem::take(&mut self.fields);
        if matches!(block, Block::ToolUse { .. }) {
            fields.splice(..0, state::take_own(w.answer, self.part, block, &mut self.state));
        }
        w.frames.start(w.out, *w.index, |w| block.write(w, &Said::default(), &fields));
    }

    /// Writes text that came.
    pub(super) fn say(&mut self, w: &mut Writing<'_>, text: &str) {
        if text.is_empty() {
            return;
        }
        self.start(w);
        let Kind::Grows(block, arguments) = &mut self.kind else { return };
        match block {
            Block::Text => w.delta("text_delta", "text", text),
            Block::Thinking { .. } => w.delta("thinking_delta", "thinking", text),
            Block::ToolUse { .. } => {
                let piece = arguments.take(text);
                if !piece.is_empty() {
                    w.delta("input_json_delta", "partial_json", &piece);
                }
            }
        }
    }

    /// Writes a citation.
    pub(super) fn cite(&mut self, w: &mut Writing<'_>, raw: &str) {
        self.start(w);
        let raw = compact(raw);
        w.frames.delta(w.out, *w.index, "citations_delta", "citation", |w| w.raw(&raw));
    }

    /// Its turn has come: writes what waited. A call shows at once, but for one that may still get
    /// fields of its start.
    pub(super) fn flush(&mut self, w: &mut Writing<'_>) {
        let is_call = matches!(self.kind, Kind::Grows(Block::ToolUse { .. }, _));
        if is_call && !is_same_wire(&w.answer.context) {
            self.start(w);
        }
        let text = core::mem::take(&mut self.text);
        self.bytes -= text.len();
        self.say(w, &text);
        for raw in core::mem::take(&mut self.citations) {
            self.cite(w, &raw);
        }
    }

    /// Writes what is left of it, and its end.
    pub(super) fn finish(self, w: &mut Writing<'_>) -> Closed {
        match &self.kind {
            Kind::Grows(Block::Text, _) => self.finish_text(w),
            Kind::Grows(Block::Thinking { is_summary }, _) => {
                let is_summary = *is_summary;
                self.finish_thinking(w, is_summary)
            }
            Kind::Grows(Block::ToolUse { id, .. }, _) => {
                let id = id.clone();
                self.finish_call(w, id)
            }
            Kind::Vendor(wire, kind, json) => {
                let block = (*wire, kind.clone(), json.clone());
                match state::vendored(w.answer, w.model, self.part, block, self.state) {
                    Vendored::Own(json) => w.whole(|w| w.raw(&compact(json.as_str()))),
                    Vendored::Sealed(envelope) => w.whole(|w| redacted(w, &envelope)),
                }
                Closed::Nothing
            }
        }
    }

    fn finish_text(mut self, w: &mut Writing<'_>) -> Closed {
        if is_same_wire(&w.answer.context) {
            self.start(w);
        }
        state::take_own(w.answer, self.part, &Block::Text, &mut self.state);
        if self.has_started {
            w.stop();
        }
        if !self.state.is_empty() {
            let own_text = (!self.has_started).then_some("");
            w.seal(Place::Text, own_text, self.state);
        }
        if self.has_started { Closed::Text } else { Closed::Nothing }
    }

    fn finish_thinking(mut self, w: &mut Writing<'_>, is_summary: bool) -> Closed {
        let state = core::mem::take(&mut self.state);
        let signature = state::signature(w.answer, w.model, self.part, is_summary, state);
        if signature.is_some() || is_same_wire(&w.answer.context) {
            self.start(w);
        }
        if let Some(signature) = signature {
            let raw = compact(signature.as_str());
            w.frames.delta(w.out, *w.index, "signature_delta", "signature", |w| w.raw(&raw));
        }
        if !self.has_started {
            return Closed::Nothing;
        }
        w.stop();
        Closed::Reasoning
    }

    fn finish_call(mut self, w: &mut Writing<'_>, id: String) -> Closed {
        self.start(w);
        if let Kind::Grows(block, arguments) = &self.kind {
            let rest = arguments.finish();
            if !rest.is_empty() {
                w.delta("input_json_delta", "partial_json", rest);
            }
            if let Some(why) = arguments.change() {
                let path = alloc::format!("parts[{}].arguments", self.part);
                w.answer.lose(LossAction::Approximated, path, why);
            }
            state::take_own(w.answer, self.part, block, &mut self.state);
        }
        w.stop();
        if !self.state.is_empty() {
            w.seal(Place::ToolCall(id.clone()), None, self.state);
        }
        Closed::ToolCall(id)
    }
}
