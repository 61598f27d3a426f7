//! OpenAI Responses.

pub(super) mod client;
mod finish;
mod names;
pub(super) mod server;
