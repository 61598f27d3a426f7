//! Error bodies, on any wire.

use super::{anthropic, gemini, openai_chat, openai_responses};
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
