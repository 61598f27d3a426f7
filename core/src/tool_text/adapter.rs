//! The adapter between a decoder's events and whoever takes them.

use alloc::vec::Vec;

use super::armed::Armed;
use super::declared::Declared;
use super::formats::Formats;
use super::ids::Ids;
use super::output::{Numbers, Out, Split, Voice};
use super::scanner::Scanner;
use crate::model::{Event, Finish, FinishReason, PartKind, Sink, Tool};

/// How many bytes of one part are held back at most. A call that is larger and cannot go out while it
/// comes is malformed; what cannot be called yet is text.
pub const MAX_HELD_BYTES: usize = 1 << 20;

/// How many parts are read at one time; what else is open then passes as it is. So the cap on all that
/// is held back is this many times [`MAX_HELD_BYTES`].
pub const MAX_OPEN_PARTS: usize = 64;

/// Of how many candidates the text is read, the first ones; that of others passes as it is.
pub const MAX_CANDIDATES: u32 = 64;

/// How many bytes of events a whole response may have to be judged as one; beyond, it is read like a
/// stream.
pub const MAX_WHOLE_BYTES: usize = 16 << 20;

/// Turns tool calls that a model wrote as text into calls, and lets everything else through.
///
/// Feed it the events of one response. Parts are numbered anew where a call splits a text part: the text
/// part ends, the call is a part of its own, and text behind it is a new part. An event about a part that was
/// split goes to its last text, or to its call where it has no text. After a call the reasons `stop`,
/// `stop_sequence` and `other` become `tool_calls`; the provider's word stays. A discard of everything
/// starts over; one of less is not understood, because its numbers are those of other parts. See the
/// [module](super) for what is a call and what stays text.
///
/// ```
/// use tokenwire_core::json::RawJson;
/// use tokenwire_core::model::{Accumulator, Event, PartKind, Tool};
/// use tokenwire_core::tool_text::{Formats, ToolText};
/// let tools = [Tool::function("add", "Adds.", RawJson::parse("{}")?)];
/// let mut tool_text = ToolText::new(Formats::auto(), &tools);
/// let mut response = Accumulator::new("openai");
/// let text = r#"<tool_call>{"name":"add","arguments":{"a":1}}</tool_call>"#;
/// for event in [
///     Event::PartStart { part: 0, candidate: 0, kind: PartKind::Text },
///     Event::TextDelta { part: 0, text: text.into() },
///     Event::PartEnd { part: 0 },
/// ] {
///     tool_text.push(event, &mut response);
/// }
/// tool_text.finish(&mut response);
/// let calls: Vec<_> = response.response().tool_calls().map(|call| call.arguments.as_str()).collect();
/// assert_eq!(calls, [r#"{"a":1}"#]);
/// # Ok::<(), tokenwire_core::json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ToolText {
    tools: Declared,
    armed: Armed,
    is_idle: bool,
    reads_reasoning: bool,
    max_held: usize,
    numbers: Numbers,
    ids: Ids,
    /// Parts that are being scanned.
    parts: Vec<Scanned>,
    /// Candidates in which a call was found or came from the provider.
    candidates: Vec<Candidate>,
    /// The events of a whole response that is not judged yet.
    waiting: Option<Waiting>,
}

#[derive(Clone, Debug)]
struct Scanned {
    split: Split,
    scanner: Scanner,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    number: u32,
    has_text_call: bool,
    has_own_call: bool,
}

#[derive(Clone, Debug, Default)]
struct Waiting {
    events: Vec<Event<'static>>,
    bytes: usize,
}

impl ToolText {
    /// Looks for calls of `tools` in `formats`.
    pub fn new(formats: Formats, tools: &[Tool]) -> Self {
        let tools = if formats.is_empty() { Declared::default() } else { Declared::new(tools) };
        let armed = Armed::new(formats);
        Self {
            is_idle: tools.is_empty(),
            reads_reasoning: armed.reads_reasoning(),
            tools,
            armed,
            max_held: MAX_HELD_BYTES,
            numbers: Numbers::default(),
            ids: Ids::new(0),
            parts: Vec::new(),
            candidates: Vec::new(),
            waiting: None,
        }
    }

    /// Makes ids that differ from those of another seed. Responses that bear an id of their own need
    /// none.
    #[must_use]
    pub fn with_id_seed(mut self, seed: u64) -> Self {
        self.ids = Ids::new(seed);
        self
    }

    /// Holds back at most so many bytes of one part, instead of [`MAX_HELD_BYTES`].
    #[must_use]
    pub const fn with_max_held_bytes(mut self, bytes: usize) -> Self {
        self.max_held = bytes;
        self
    }

    /// Judges a response that is there as a whole: nothing goes out before [`Self::finish`], so that a
    /// call of the provider's own counts also where it stands behind the text. Beyond
    /// [`MAX_WHOLE_BYTES`] the response is read like a stream.
    #[must_use]
    pub fn for_whole_response(mut self) -> Self {
        self.begin_whole();
        self
    }

    /// What comes up to [`Self::end_whole`] is there as a whole, and is judged as in
    /// [`Self::for_whole_response`].
    pub fn begin_whole(&mut self) {
        self.waiting = Some(self.waiting.take().unwrap_or_default());
    }

    /// What came since [`Self::begin_whole`] goes out.
    pub fn end_whole(&mut self, sink: &mut dyn Sink) {
        self.judge(sink);
    }

    /// How many bytes of text are held back.
    pub fn held_bytes(&self) -> usize {
        let waiting = self.waiting.as_ref().map_or(0, |w| w.bytes);
        waiting + self.parts.iter().map(|p| p.scanner.held_bytes()).sum::<usize>()
    }

    /// Takes one event and gives what it leads to.
    pub fn push(&mut self, event: Event<'_>, sink: &mut dyn Sink) {
        if self.is_idle {
            return sink.event(event);
        }
        let Some(waiting) = &mut self.waiting else { return self.take(event, sink) };
        waiting.bytes += event.held_bytes();
        waiting.events.push(event.into_owned());
        if waiting.bytes > MAX_WHOLE_BYTES {
            self.judge(sink);
        }
    }

    /// The response ended: what was held back goes out.
    pub fn finish(&mut self, sink: &mut dyn Sink) {
        self.judge(sink);
        self.decide(None, sink);
    }

    /// Reads the events that waited, with it known which candidates have calls of their own.
    fn judge(&mut self, sink: &mut dyn Sink) {
        let Some(waiting) = self.waiting.take() else { return };
        for event in &waiting.events {
            if let Event::PartStart { candidate, kind: PartKind::ToolCall { .. }, .. } = event
                && *candidate < MAX_CANDIDATES
            {
                self.candidate(*candidate).has_own_call = true;
            }
        }
        for event in waiting.events {
            self.take(event, sink);
        }
    }

    fn take(&mut self, event: Event<'_>, sink: &mut dyn Sink) {
        match event {
            Event::TextDelta { part, ref text } | Event::ReasoningDelta { part, ref text } => {
                match self.position(part) {
                    Some(at) => self.scan(at, sink, |scanner, armed, out| scanner.push(text, armed, out)),
                    None => self.pass(event, sink),
                }
            }
            Event::PartStart { part, candidate, kind } => self.open(part, candidate, kind, sink),
            Event::PartEnd { part } => self.end(part, sink),
            Event::Finish { candidate, finish } => self.finish_candidate(candidate, finish, sink),
            Event::Start { id: Some(ref id), .. } => {
                self.ids.mix(id);
                sink.event(event);
            }
            Event::Discard { from_part: 0, keep_bytes: 0 } => {
                (self.numbers, self.parts, self.candidates) = Default::default();
                sink.event(event);
            }
            other => self.pass(other, sink),
        }
    }

    fn position(&self, part: u32) -> Option<usize> {
        self.parts.iter().position(|p| p.split.part == part)
    }

    /// Lets the scanner of one part work, and notes whether it found a call.
    fn scan(
        &mut self,
        at: usize,
        sink: &mut dyn Sink,
        work: impl FnOnce(&mut Scanner, &Armed, &mut Out<'_>),
    ) {
        let Scanned { split, scanner } = &mut self.parts[at];
        let (candidate, before) = (split.candidate, split.calls());
        let (tools, numbers, ids) = (&self.tools, &mut self.numbers, &mut self.ids);
        let mut out = Out { tools, sink, numbers, ids, split };
        work(scanner, &self.armed, &mut out);
        if self.parts[at].split.calls() > before {
            self.candidate(candidate).has_text_call = true;
        }
    }

    fn candidate(&mut self, number: u32) -> &mut Candidate {
        let at = self.candidates.iter().position(|c| c.number == number).unwrap_or_else(|| {
            self.candidates.push(Candidate { number, has_text_call: false, has_own_call: false });
            self.candidates.len() - 1
        });
        &mut self.candidates[at]
    }

    fn open(&mut self, part: u32, candidate: u32, kind: PartKind<'_>, sink: &mut dyn Sink) {
        let voice = match kind {
            PartKind::Text => Some(Voice::Text),
            PartKind::Reasoning { is_summary } if self.reads_reasoning => {
                Some(Voice::Reasoning { is_summary })
            }
            PartKind::ToolCall { .. } => {
                self.prefer_own_calls(candidate, sink);
                None
            }
            _ => None,
        };
        if let (Some(voice), true) = (voice, self.may_read(candidate)) {
            let split = Split::new(part, candidate, voice);
            self.parts.push(Scanned { split, scanner: Scanner::new(self.max_held) });
            return;
        }
        let number = self.numbers.take();
        self.numbers.place(part, number);
        sink.event(Event::PartStart { part: number, candidate, kind });
    }

    fn may_read(&self, candidate: u32) -> bool {
        let has_own_call = self.candidates.iter().any(|c| c.number == candidate && c.has_own_call);
        candidate < MAX_CANDIDATES && self.parts.len() < MAX_OPEN_PARTS && !has_own_call
    }

    /// The provider sends calls of its own: text of that candidate is text from now on.
    fn prefer_own_calls(&mut self, candidate: u32, sink: &mut dyn Sink) {
        if candidate >= MAX_CANDIDATES {
            return;
        }
        self.candidate(candidate).has_own_call = true;
        for at in 0..self.parts.len() {
            if self.parts[at].split.candidate == candidate {
                self.scan(at, sink, |scanner, _, out| scanner.give_up(out));
            }
        }
    }

    fn end(&mut self, part: u32, sink: &mut dyn Sink) {
        let Some(at) = self.position(part) else { return self.pass(Event::PartEnd { part }, sink) };
        self.scan(at, sink, |scanner, armed, out| {
            scanner.finish(armed, out);
            out.end();
        });
        self.parts.remove(at);
    }

    /// Decides what is held back, of one candidate or of all.
    fn decide(&mut self, candidate: Option<u32>, sink: &mut dyn Sink) {
        for at in 0..self.parts.len() {
            if candidate.is_none_or(|c| c == self.parts[at].split.candidate) {
                self.scan(at, sink, |scanner, armed, out| scanner.finish(armed, out));
            }
        }
    }

    fn finish_candidate(&mut self, candidate: u32, mut finish: Finish, sink: &mut dyn Sink) {
        self.decide(Some(candidate), sink);
        let has_call = self.candidates.iter().any(|c| c.number == candidate && c.has_text_call);
        let is_end =
            matches!(finish.reason, FinishReason::Stop | FinishReason::StopSequence | FinishReason::Other);
        if has_call && is_end {
            finish.reason = FinishReason::ToolCalls;
        }
        sink.event(Event::Finish { candidate, finish });
    }

    /// Any other event, with its part numbered anew.
    fn pass(&mut self, mut event: Event<'_>, sink: &mut dyn Sink) {
        if let Some(part) = part_mut(&mut event) {
            if let Some(at) = self.position(*part) {
                self.scan(at, sink, |_, _, out| out.begin());
            }
            *part = self.numbers.of(*part);
        }
        sink.event(event);
    }
}

/// The part that an event is about.
const fn part_mut<'e>(event: &'e mut Event<'_>) -> Option<&'e mut u32> {
    match event {
        Event::ArgumentsDelta { part, .. }
        | Event::DataDelta { part, .. }
        | Event::Opaque { part, .. }
        | Event::PartEnd { part }
        | Event::ReasoningDelta { part, .. }
        | Event::RefusalDelta { part, .. }
        | Event::TextDelta { part, .. } => Some(part),
        Event::Citation { part, .. } | Event::Extra { part, .. } => part.as_mut(),
        Event::Discard { .. }
        | Event::Finish { .. }
        | Event::PartStart { .. }
        | Event::Retry(_)
        | Event::Start { .. }
        | Event::Unknown { .. }
        | Event::Usage(_) => None,
    }
}
