//! OpenAI Chat Completions, towards a provider.

mod assembly;
mod cache;
mod choice;
mod details;
pub(in crate::protocol) mod error;
mod extras;
mod logprobs;
mod media;
mod media_parts;
mod messages;
mod out;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod tool_calls;
mod tools;
