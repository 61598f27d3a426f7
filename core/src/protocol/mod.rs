//! The four wires: requests out, responses, streams and errors in.
//!
//! Each wire has a folder, and in it the folder `client`, the side towards a provider, with the same
//! four files: `request.rs` encodes a request, `response.rs` decodes a whole response, `stream.rs`
//! decodes a stream, `error.rs` reads an error body. Whole and streamed responses give the same
//! events, so there is one path behind them. What both sides of a wire need lies beside their folders.

#[allow(dead_code)]
mod answer;
mod anthropic;
#[allow(dead_code)]
mod call_id;
#[allow(dead_code)]
mod cited_page;
mod decoder;
mod dialect;
mod encode;
mod encoding;
mod gemini;
mod openai_chat;
mod openai_error;
#[allow(dead_code)]
mod openai_error_answer;
mod openai_responses;
#[allow(dead_code)]
mod seal;
mod target;
mod wire_decoder;

pub use answer::{AnswerContext, Asked, BadRequest, ErrorAnswer, Incoming, ModelEntry, StreamFraming};
pub use decoder::{Caps, Decoder, Resume};
pub use dialect::{Auth, CacheMarks, Dialect, MaxTokensField, ReasoningSwitch};
pub use encode::{Encoded, encode_request, encode_resume};
pub use encoding::EncodeError;
pub use seal::SealKey;
pub use target::{BaseUrl, Credential, Target, TargetError};
pub use wire_decoder::{DecodeError, Progress};

use crate::failure::ErrorBody;
use crate::model::Wire;

/// Reads the error body of an HTTP error response; `None` where it is not an error of that wire
/// (an HTML page, an empty body).
pub fn read_error(wire: Wire, body: &str) -> Option<ErrorBody> {
    match wire {
        Wire::Anthropic => anthropic::client::error::read(body),
        Wire::Gemini => gemini::client::error::read(body),
        Wire::OpenaiChat => openai_chat::client::error::read(body),
        Wire::OpenaiResponses => openai_responses::client::error::read(body),
    }
}
