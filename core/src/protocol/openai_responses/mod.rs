//! OpenAI Responses.

pub(super) mod client;
mod names;
#[allow(dead_code)]
pub(super) mod server;
