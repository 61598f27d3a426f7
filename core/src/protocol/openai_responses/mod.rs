//! OpenAI Responses.

pub(super) mod client;
mod names;
#[allow(dead_code, unused_imports)]
pub(super) mod server;
