//! What the encoders towards applications work with, on all wires.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::echo::{is_echo, is_empty, is_progress};
use super::losses::Losses;
use super::seal::SealKey;
use crate::failure::Failure;
use crate::http::Headers;
use crate::model::{Event, Loss, LossAction, Request, Wire};
use crate::usage::Usage;

/// An application's HTTP request, as the host received it.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// The path and query below the host, such as `/v1/messages?beta=true`. Gemini names the model
    /// and the operation there.
    pub path: &'a str,
    /// The headers.
    pub headers: &'a Headers,
    /// The body.
    pub body: &'a str,
}

/// What an application asked for, and how it wants the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The request. What the vocabulary has no word for is in extensions bound to the wire.
    pub request: Request,
    /// Whether it wants a stream.
    pub stream: bool,
    /// Whether a Chat stream shall end with a usage chunk (`stream_options.include_usage`); true on
    /// the wires that always state it.
    pub stream_usage: bool,
    /// How a stream is framed.
    pub framing: StreamFraming,
    /// What could not be understood as it was meant: opaque state that was changed on its way.
    pub losses: Vec<Loss>,
    /// Whether it holds what was made here for an answer of another wire or vendor: sealed state, opened
    /// or not, or a made-up id or citation. Such a body must not pass to a provider as it is.
    pub is_marked: bool,
}

/// How a stream of JSON values is framed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamFraming {
    /// One JSON array, sent in pieces (Gemini without `alt=sse`).
    JsonArray,
    /// Server-sent events.
    #[default]
    Sse,
}

/// A request of an application that cannot be understood. [`write_bad_request`](super::write_bad_request) says
/// it in the application's own protocol.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid request{}{path}: {why}", before(path))]
pub struct BadRequest {
    /// Where: `messages[2].content`, or empty for the body.
    pub path: String,
    /// What was expected and what came.
    pub why: String,
}

/// What stands before a path; of the body as a whole there is none.
const fn before(path: &str) -> &'static str {
    if path.is_empty() { "" } else { " at " }
}

impl BadRequest {
    /// A fault at `path`.
    pub fn new(path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into() }
    }
}

/// What is known about an answer before its first byte.
#[derive(Clone, Debug)]
pub struct AnswerContext {
    /// The model that the application named; written where the provider names none.
    pub model: String,
    /// An id for the response where the provider states none; without a prefix, unique a call.
    pub id: String,
    /// When the answer was made, in seconds since the epoch; Chat and Responses state it.
    pub created: u64,
    /// The vendor that answers: its opaque state is bound to it.
    pub vendor: String,
    /// The wire that the vendor answered on.
    pub source: Wire,
    /// Whether a Chat stream ends with a usage chunk.
    pub stream_usage: bool,
    /// How a stream is framed.
    pub framing: StreamFraming,
    /// Under which key opaque state is sealed for its way through the application.
    pub seal: SealKey,
}

impl AnswerContext {
    /// The same for an application that wants its stream so.
    #[must_use]
    pub(crate) fn with(self, stream_usage: bool, framing: StreamFraming) -> Self {
        Self { stream_usage, framing, ..self }
    }
}

/// An answer that is being written.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) context: AnswerContext,
    /// What the application's wire has no place for.
    pub(super) losses: Losses,
}

impl Answer {
    pub(super) fn new(context: AnswerContext) -> Self {
        Self { context, losses: Losses::default() }
    }

    /// States a loss; the same one again is stated once.
    pub(super) fn lose(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        self.losses.add(action, path, why);
    }

    /// States that a field of the response or of a part is lost, which only the provider's wire knows;
    /// nothing where the application does not miss it.
    pub(super) fn lose_extra(&mut self, part: Option<u32>, name: &str, value: &str) {
        if is_empty(value) || (part.is_none() && is_echo(self.context.source, name)) {
            return;
        }
        match part {
            Some(part) => self.lose_foreign(format!("parts[{part}].extras.{name}")),
            None => self.lose_foreign(format!("extras.{name}")),
        }
    }

    /// States that an event that nobody understands is lost; nothing for one that only accompanies an
    /// item.
    pub(super) fn lose_event(&mut self, name: &str) {
        if !is_progress(self.context.source, name) {
            self.lose_foreign(format!("events.{name}"));
        }
    }

    fn lose_foreign(&mut self, path: String) {
        let why = format!("only {} has it", self.context.source);
        self.lose(LossAction::Dropped, path, why);
    }
}

/// Writes one streamed answer on one wire.
///
/// Events come as decoders and calls make them. What a wire must say before, between and after them
/// (its lifecycle) is the encoder's own. After [`end`](Self::end) or [`fail`](Self::fail) nothing is
/// written any more.
pub(super) trait WireEncoder {
    /// Takes one event and writes what can be written by now.
    fn event(&mut self, answer: &mut Answer, event: &Event<'_>, out: &mut Vec<u8>);

    /// The answer is over: closes what is open, states the usage, and ends as the wire ends. An
    /// answer without a finish reason is written as an incomplete one, never as a success.
    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>);

    /// Whether nothing more is written.
    fn is_over(&self) -> bool;

    /// The answer broke: an error in the wire's own form, also after the stream began.
    fn fail(&mut self, answer: &mut Answer, failure: &Failure, usage: &Usage, out: &mut Vec<u8>);
}

/// An error response in an application's protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers beside the content type: `retry-after`, where a wait is known.
    pub headers: Headers,
    /// The body, JSON.
    pub body: String,
}

/// A model in the list that an application asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelEntry {
    /// The name that requests use.
    pub id: String,
    /// Whose it is.
    pub vendor: String,
    /// When it came, in seconds since the epoch; 0 where unknown.
    pub created: u64,
    /// Tokens that it reads at the most, where known.
    pub context: Option<u64>,
    /// Tokens that it writes at the most, where known.
    pub max_output: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_whole_body_names_no_place() {
        let shown = |path| format!("{}", BadRequest::new(path, "expected an object"));
        assert_eq!(shown(""), "invalid request: expected an object");
        assert_eq!(shown("messages[2]"), "invalid request at messages[2]: expected an object");
    }
}
