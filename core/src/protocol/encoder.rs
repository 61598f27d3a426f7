//! Events to a response's bytes, on any wire: the side towards an application.

use alloc::string::String;
use alloc::vec::Vec;

use super::answer::{
    Answer, AnswerContext, Asked, BadRequest, ErrorAnswer, Incoming, ModelEntry, WireEncoder,
};
use super::seal::SealKey;
use super::{anthropic, gemini, openai_chat, openai_responses};
use crate::failure::Failure;
use crate::model::{Event, Loss, Response, Wire};
use crate::usage::Usage;

/// The longest name of a model, in bytes: it is looked at for many a part of a request.
const MAX_MODEL: usize = 1024;

/// Reads a request that an application sent on `wire`. Names of models have at most 1,024 bytes.
///
/// # Errors
/// The request cannot be understood; [`write_bad_request`] says it in the application's protocol.
pub fn decode_request(wire: Wire, incoming: &Incoming<'_>, key: &SealKey) -> Result<Asked, BadRequest> {
    let asked = match wire {
        Wire::Anthropic => anthropic::server::request::decode(incoming, key).map_err(|bad| *bad),
        Wire::Gemini => gemini::server::request::decode(incoming, key),
        Wire::OpenaiChat => openai_chat::server::request::decode(incoming, key).map_err(|bad| *bad),
        Wire::OpenaiResponses => openai_responses::server::request::decode(incoming, key),
    }?;
    if asked.request.model.len() > MAX_MODEL {
        let why = alloc::format!("expected a name of at most {MAX_MODEL} bytes, found a longer one");
        return Err(BadRequest::new("model", why));
    }
    Ok(asked)
}

/// Writes a whole answer as the body of a response on `wire`, with what the wire has no place for, as
/// [`Encoder::losses`] lists it.
pub fn encode_response(
    wire: Wire,
    context: AnswerContext,
    response: &Response,
    usage: &Usage,
) -> (String, Vec<Loss>) {
    let mut answer = Answer::new(context);
    let body = match wire {
        Wire::Anthropic => anthropic::server::response::encode(&mut answer, response, usage),
        Wire::Gemini => gemini::server::response::encode(&mut answer, response, usage),
        Wire::OpenaiChat => openai_chat::server::response::encode(&mut answer, response, usage),
        Wire::OpenaiResponses => openai_responses::server::response::encode(&mut answer, response, usage),
    };
    (body, answer.losses.into_vec())
}

/// A failure as an HTTP response on `wire`: status, headers and body as its provider has them.
pub fn write_error(wire: Wire, failure: &Failure) -> ErrorAnswer {
    match wire {
        Wire::Anthropic => anthropic::server::error::write(failure),
        Wire::Gemini => gemini::server::error::write(failure),
        Wire::OpenaiChat => openai_chat::server::error::write(failure),
        Wire::OpenaiResponses => openai_responses::server::error::write(failure),
    }
}

/// A request that cannot be understood, as an HTTP response on `wire`.
pub fn write_bad_request(wire: Wire, bad: &BadRequest) -> ErrorAnswer {
    match wire {
        Wire::Anthropic => anthropic::server::error::write_bad(bad),
        Wire::Gemini => gemini::server::error::write_bad(bad),
        Wire::OpenaiChat => openai_chat::server::error::write_bad(bad),
        Wire::OpenaiResponses => openai_responses::server::error::write_bad(bad),
    }
}

/// The list of models as `wire` answers it.
pub fn write_models(wire: Wire, models: &[ModelEntry]) -> String {
    match wire {
        Wire::Anthropic => anthropic::server::models::list(models),
        Wire::Gemini => gemini::server::models::list(models),
        Wire::OpenaiChat => openai_chat::server::models::list(models),
        Wire::OpenaiResponses => openai_responses::server::models::list(models),
    }
}

/// A count of input tokens as `wire` answers it; `None` where the wire has no such question.
pub fn write_token_count(wire: Wire, tokens: u64) -> Option<String> {
    match wire {
        Wire::Anthropic => Some(anthropic::server::models::count(tokens)),
        Wire::Gemini => Some(gemini::server::models::count(tokens)),
        Wire::OpenaiChat => None,
        Wire::OpenaiResponses => Some(openai_responses::server::models::count(tokens)),
    }
}

/// Writes one streamed answer: events in, a wire's bytes out.
///
/// Bytes are appended to the caller's buffer, which the caller sends and clears as it likes. The
/// lifecycle that the wire demands around the events is written too. After [`end`](Self::end) or
/// [`fail`](Self::fail) nothing more is.
#[derive(Debug)]
pub struct Encoder {
    answer: Answer,
    state: State,
    is_over: bool,
}

#[derive(Debug)]
enum State {
    Anthropic(anthropic::server::stream::State),
    Gemini(gemini::server::stream::State),
    OpenaiChat(openai_chat::server::stream::State),
    OpenaiResponses(openai_responses::server::stream::State),
}

impl Encoder {
    /// An encoder of one answer on `wire`.
    pub fn new(wire: Wire, context: AnswerContext) -> Self {
        let state = match wire {
            Wire::Anthropic => State::Anthropic(anthropic::server::stream::State::new(&context)),
            Wire::Gemini => State::Gemini(gemini::server::stream::State::new(&context)),
            Wire::OpenaiChat => State::OpenaiChat(openai_chat::server::stream::State::new(&context)),
            Wire::OpenaiResponses => {
                State::OpenaiResponses(openai_responses::server::stream::State::new(&context))
            }
        };
        Self { answer: Answer::new(context), state, is_over: false }
    }

    /// The wire's encoder and the answer that it writes; `None` once the answer is over.
    fn parts(&mut self) -> Option<(&mut dyn WireEncoder, &mut Answer)> {
        let encoder: &mut dyn WireEncoder = match &mut self.state {
            State::Anthropic(s) => s,
            State::Gemini(s) => s,
            State::OpenaiChat(s) => s,
            State::OpenaiResponses(s) => s,
        };
        (!self.is_over).then_some((encoder, &mut self.answer))
    }

    /// Takes the next event and writes what can be written by now.
    pub fn event(&mut self, event: &Event<'_>, out: &mut Vec<u8>) {
        if let Some((encoder, answer)) = self.parts() {
            encoder.event(answer, event, out);
        }
    }

    /// The answer is over: writes the end that the wire demands, with the usage. An answer without a
    /// finish reason ends as an incomplete one.
    pub fn end(&mut self, usage: &Usage, out: &mut Vec<u8>) {
        if let Some((encoder, answer)) = self.parts() {
            encoder.end(answer, usage, out);
        }
        self.is_over = true;
    }

    /// The answer broke: writes an error in the wire's own form, also after the stream began.
    pub fn fail(&mut self, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) {
        if let Some((encoder, answer)) = self.parts() {
            encoder.fail(answer, failure, usage, out);
        }
        self.is_over = true;
    }

    /// Whether nothing more is written: after [`end`](Self::end) or [`fail`](Self::fail), or because what came
    /// cannot be written on this wire, which the bytes say as an error.
    pub fn is_over(&self) -> bool {
        let encoder: &dyn WireEncoder = match &self.state {
            State::Anthropic(s) => s,
            State::Gemini(s) => s,
            State::OpenaiChat(s) => s,
            State::OpenaiResponses(s) => s,
        };
        self.is_over || encoder.is_over()
    }

    /// What the wire had no place for, so far: each of it once, 256 at the most and then one that stands
    /// for the rest. What an application does not miss is not in it: its own settings told back, ids
    /// and times of the envelope, values that say nothing.
    pub fn losses(&self) -> &[Loss] {
        &self.answer.losses
    }
}
