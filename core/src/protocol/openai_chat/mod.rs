//! OpenAI Chat Completions and the dialects that others made of it.

mod choice;
mod details;
pub(super) mod error;
mod extras;
mod fields;
mod logprobs;
mod media;
mod media_parts;
mod messages;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
mod tool_calls;
mod tools;

use crate::json::{self, Reader};

/// The text of the next value, unless it is `null`.
fn not_null<'a>(r: &mut Reader<'a>) -> Result<Option<&'a str>, json::Error> {
    if r.null() { Ok(None) } else { r.raw().map(Some) }
}
