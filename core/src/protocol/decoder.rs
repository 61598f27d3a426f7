//! A response's bytes to events, on any wire and in any framing.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::error::read_error;
use super::resume::Resume;
use super::wire_decoder::{DecodeError, Progress, WireDecoder};
use super::{Dialect, anthropic, gemini, openai_chat, openai_responses};
use crate::model::{Event, Sink, Tool, Wire};
use crate::sse;
use crate::tool_text::{Formats, ToolText};
use crate::usage::Usage;

/// How much a decoder holds at the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// One line or event of a stream, in bytes. Default 32 MiB: images come as one event.
    pub event_bytes: usize,
    /// A JSON body, in bytes. Default 64 MiB.
    pub body_bytes: usize,
    /// All bytes of one attempt's response, white space, comments and framing included. Default
    /// 256 MiB: the longest streams are mostly framing.
    pub attempt_bytes: u64,
    /// An error body, in bytes; what lies beyond is not read. Default 64 KiB.
    pub error_bytes: usize,
    /// The content of the response that a call holds, in bytes. Default 64 MiB.
    pub response_bytes: u64,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            event_bytes: 32 << 20,
            body_bytes: 64 << 20,
            attempt_bytes: 256 << 20,
            error_bytes: 64 << 10,
            response_bytes: 64 << 20,
        }
    }
}

/// Decodes one response: bytes in, events out.
///
/// The framing (SSE, NDJSON, a JSON array, one JSON body) is told from the first byte, so a server
/// that answers in another form than was asked for is still understood.
#[derive(Debug)]
pub struct Decoder {
    framing: Framing,
    wire: WireState,
    caps: Caps,
    name: Wire,
    /// Pieces of data that came; see [`Decoder::activity`].
    activity: u64,
    /// Lines that are no event-stream fields: some servers write an error so.
    stray: String,
    /// Makes calls of those that came as text.
    tool_text: Option<Box<ToolText>>,
}

/// A sink behind what makes calls of text, where that is wanted.
struct Filtered<'a> {
    filter: Option<&'a mut ToolText>,
    sink: &'a mut dyn Sink,
}

impl Filtered<'_> {
    /// Lets `read` give the events of a value that is there as a whole: a call of the provider's own
    /// counts in it wherever it stands.
    fn whole<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.filter.iter_mut().for_each(|filter| filter.begin_whole());
        let result = read(self);
        self.filter.iter_mut().for_each(|filter| filter.end_whole(self.sink));
        result
    }
}

impl Sink for Filtered<'_> {
    fn event(&mut self, event: Event<'_>) {
        match &mut self.filter {
            Some(filter) => filter.push(event, self.sink),
            None => self.sink.event(event),
        }
    }
}

#[derive(Debug)]
enum Framing {
    /// Nothing but white space so far.
    Unknown,
    /// One value, several, or the elements of an array.
    Json {
        framer: Box<sse::JsonValues>,
        is_array: bool,
    },
    Sse(Box<sse::Decoder>),
}

#[derive(Clone, Debug)]
enum WireState {
    Anthropic(anthropic::client::stream::State),
    Gemini(gemini::client::stream::State),
    OpenaiChat(openai_chat::client::stream::State),
    OpenaiResponses(openai_responses::client::stream::State),
}

impl WireState {
    #[inline]
    fn get(&mut self) -> &mut dyn WireDecoder {
        match self {
            Self::Anthropic(s) => s,
            Self::Gemini(s) => s,
            Self::OpenaiChat(s) => s,
            Self::OpenaiResponses(s) => s,
        }
    }

    fn peek(&self) -> &dyn WireDecoder {
        match self {
            Self::Anthropic(s) => s,
            Self::Gemini(s) => s,
            Self::OpenaiChat(s) => s,
            Self::OpenaiResponses(s) => s,
        }
    }
}

impl Decoder {
    /// A decoder for one response of `dialect`.
    pub fn new(dialect: &Dialect, caps: Caps) -> Self {
        let wire = match dialect.wire {
            Wire::Anthropic => WireState::Anthropic(anthropic::client::stream::State::default()),
            Wire::Gemini => WireState::Gemini(gemini::client::stream::State::default()),
            Wire::OpenaiChat => WireState::OpenaiChat(openai_chat::client::stream::State::default()),
            Wire::OpenaiResponses => {
                WireState::OpenaiResponses(openai_responses::client::stream::State::default())
            }
        };
        Self {
            framing: Framing::Unknown,
            wire,
            caps,
            name: dialect.wire,
            activity: 0,
            stray: String::new(),
            tool_text: None,
        }
    }

    /// The same, with calls of these tools that come as text made calls, if the dialect's servers are
    /// known to let them through so.
    ///
    /// A decoder for a request is given its [`callable_tools`](crate::model::Request::callable_tools): who told
    /// the model to call nothing expects no call. What it then writes in a call's form stays text, so that
    /// nothing of it is lost. A choice of some tools leaves out none, because a provider's own calls are not
    /// held against it either.
    #[must_use]
    pub fn with_tools(mut self, dialect: &Dialect, tools: &[Tool]) -> Self {
        let is_wanted = dialect.tool_text && tools.iter().any(|tool| tool.name().is_some());
        self.tool_text = is_wanted.then(|| Box::new(ToolText::new(Formats::auto(), tools)));
        self
    }

    /// Decodes the next bytes of the body, cut anywhere.
    ///
    /// Once [`Progress::Complete`] is returned, further bytes are not read.
    ///
    /// # Errors
    /// [`DecodeError`]; the events before it are out, and the decoder must not be used further.
    pub fn push(&mut self, bytes: &[u8], sink: &mut dyn Sink) -> Result<Progress, DecodeError> {
        if self.wire.peek().progress() == Progress::Complete {
            return Ok(Progress::Complete);
        }
        let mut tool_text = self.tool_text.take();
        let pushed = self.push_to(bytes, &mut Filtered { filter: tool_text.as_deref_mut(), sink });
        if let (Some(tool_text), Err(_)) = (&mut tool_text, &pushed) {
            tool_text.finish(sink);
        }
        self.tool_text = tool_text;
        pushed
    }

    fn push_to(&mut self, bytes: &[u8], sink: &mut Filtered<'_>) -> Result<Progress, DecodeError> {
        let mut bytes = bytes;
        if matches!(self.framing, Framing::Unknown) {
            let Some(at) = bytes.iter().position(|b| !b.is_ascii_whitespace()) else {
                return Ok(self.progress());
            };
            bytes = &bytes[at..];
            self.framing = match bytes[0] {
                first @ (b'{' | b'[') => Framing::Json {
                    framer: Box::new(sse::JsonValues::new(self.caps.body_bytes)),
                    is_array: first == b'[',
                },
                _ => Framing::Sse(Box::new(sse::Decoder::new(self.caps.event_bytes))),
            };
        }
        let wire = self.wire.get();
        match &mut self.framing {
            Framing::Unknown => {}
            Framing::Json { framer, is_array } => {
                self.activity += u64::from(!bytes.is_empty());
                let mut values = framer.push(bytes);
                while let Some(value) = values.next() {
                    let value = value.map_err(|e| too_large("the response body", e))?;
                    match *is_array {
                        true => wire.element(&text(value), sink)?,
                        false => sink.whole(|sink| wire.whole(&text(value), sink))?,
                    }
                    if wire.progress() == Progress::Complete {
                        break;
                    }
                }
            }
            Framing::Sse(framer) => {
                let mut frames = framer.push(bytes);
                while let Some(frame) = frames.next() {
                    self.activity += u64::from(is_data(&frame));
                    take_frame(wire, &mut self.stray, frame, sink)?;
                    if wire.progress() == Progress::Complete {
                        break;
                    }
                }
            }
        }
        let cap = match &self.framing {
            Framing::Json { .. } => self.caps.body_bytes,
            Framing::Sse(_) | Framing::Unknown => self.caps.event_bytes,
        };
        match self.progress() {
            Progress::Complete => Ok(Progress::Complete),
            _ if self.wire.peek().held_bytes() > cap => {
                Err(DecodeError::TooLarge { what: "what a response holds back", cap })
            }
            progress => Ok(progress),
        }
    }

    /// The body ended.
    ///
    /// # Errors
    /// [`DecodeError::Incomplete`] where the protocol's terminal event is missing.
    pub fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        let mut tool_text = self.tool_text.take();
        let ended = self.end_to(&mut Filtered { filter: tool_text.as_deref_mut(), sink });
        if let Some(mut tool_text) = tool_text {
            tool_text.finish(sink);
        }
        ended
    }

    fn end_to(&mut self, sink: &mut Filtered<'_>) -> Result<(), DecodeError> {
        let wire = self.wire.get();
        if wire.progress() != Progress::Complete {
            match &mut self.framing {
                Framing::Unknown => {}
                Framing::Json { framer, .. } => {
                    if let Some(value) = framer.finish()
                        && wire.progress() == Progress::Open
                    {
                        // What has no end is cut: an error in it is no error of the peer's.
                        if sink.whole(|sink| wire.whole(&text(value), sink)).is_err() {
                            return Err(DecodeError::Incomplete { expected: "the end of the JSON body" });
                        }
                    }
                }
                Framing::Sse(framer) => {
                    while let Some(frame) = framer.finish() {
                        if matches!(frame, Ok(sse::Frame::Stray(line)) if is_cut_field(line)) {
                            continue;
                        }
                        let is_event = matches!(frame, Ok(sse::Frame::Event { .. }));
                        let was_finished = wire.progress() == Progress::Finished;
                        match take_frame(wire, &mut self.stray, frame, sink) {
                            // The last event has no end: it may be cut. After a finish the answer is
                            // whole without it.
                            Err(DecodeError::Malformed { .. }) if is_event && was_finished => {}
                            Err(DecodeError::Malformed { .. }) if is_event => {
                                return Err(DecodeError::Incomplete {
                                    expected: "the end of the last event",
                                });
                            }
                            other => other?,
                        }
                    }
                    if let Some(error) = stray_error(self.name, &self.stray) {
                        return Err(error);
                    }
                }
            }
        }
        let progress = wire.progress();
        let ended = wire.end(sink);
        match ended {
            Err(DecodeError::Incomplete { .. }) if progress == Progress::Open && !self.stray.is_empty() => {
                Err(DecodeError::Malformed {
                    message: alloc::format!(
                        "expected an event stream or JSON, found {:?}",
                        self.stray.chars().take(80).collect::<String>()
                    ),
                })
            }
            other => other,
        }
    }

    /// Grows with every piece of data that comes; comments, pings and keep-alives are none.
    pub const fn activity(&self) -> u64 {
        self.activity
    }

    /// How far the response has come.
    pub fn progress(&self) -> Progress {
        self.wire.peek().progress()
    }

    /// The usage stated so far.
    pub fn usage(&self) -> &Usage {
        self.wire.peek().usage()
    }

    /// Where the stream can be taken up again if it breaks now.
    pub fn resume(&self) -> Option<Resume> {
        match &self.wire {
            WireState::Gemini(s) => s.resume(),
            WireState::OpenaiResponses(s) => s.resume(),
            WireState::Anthropic(_) | WireState::OpenaiChat(_) => None,
        }
    }

    /// The decoder for the stream that continues this one at [`Decoder::resume`]: it goes on
    /// numbering parts where the kept ones end, and passes over what it has seen.
    pub fn resumed(&self) -> Self {
        let mut wire = self.wire.clone();
        match &mut wire {
            WireState::Gemini(s) => s.rewind(),
            WireState::OpenaiResponses(s) => s.resume_from_here(),
            WireState::Anthropic(_) | WireState::OpenaiChat(_) => {}
        }
        Self {
            framing: Framing::Unknown,
            wire,
            caps: self.caps,
            name: self.name,
            activity: 0,
            stray: String::new(),
            tool_text: None,
        }
    }
}

fn text(bytes: &[u8]) -> Cow<'_, str> {
    // Valid input is borrowed after one check; bad bytes become U+FFFD, as the event-stream rules say.
    match core::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn too_large(what: &'static str, error: sse::FrameError) -> DecodeError {
    DecodeError::TooLarge { what, cap: error.cap }
}

/// Whether the last line of a body that ended too soon is the beginning of a field's name.
fn is_cut_field(line: &[u8]) -> bool {
    ["data", "event", "id", "retry"].iter().any(|name| name.as_bytes().starts_with(line))
}

/// More stray text than any error has.
const MAX_STRAY: usize = 16 << 10;

/// Whether a frame is more than a sign of life (Anthropic `ping`, Responses `keepalive`).
fn is_data(frame: &Result<sse::Frame<'_>, sse::FrameError>) -> bool {
    matches!(frame, Ok(sse::Frame::Event { name, .. }) if !matches!(*name, b"ping" | b"keepalive"))
}

#[inline]
fn take_frame(
    wire: &mut dyn WireDecoder,
    stray: &mut String,
    frame: Result<sse::Frame<'_>, sse::FrameError>,
    sink: &mut dyn Sink,
) -> Result<(), DecodeError> {
    match frame.map_err(|e| too_large("an event", e))? {
        sse::Frame::Event { name, data } => wire.event(&text(name), &text(data), sink),
        sse::Frame::Stray(line) => {
            if stray.len() + line.len() < MAX_STRAY {
                stray.push_str(&text(line));
                stray.push('\n');
            }
            Ok(())
        }
        sse::Frame::Comment(_) => Ok(()),
    }
}

/// The error that stray lines spell: `error: {…}`, or a JSON body after the events.
fn stray_error(wire: Wire, stray: &str) -> Option<DecodeError> {
    let json = &stray[stray.find('{')?..];
    read_error(wire, json.trim()).map(|body| DecodeError::Provider(Box::new(body)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_beginning_of_a_field_is_a_cut_one() {
        assert!(["d", "ev", "event", "retr"].iter().all(|line| is_cut_field(line.as_bytes())));
        assert!(["<html>", "events", "error: x", "oops"].iter().all(|line| !is_cut_field(line.as_bytes())));
    }
}
