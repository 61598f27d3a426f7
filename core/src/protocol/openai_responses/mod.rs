//! OpenAI Responses.

pub(super) mod client;
