//! Anthropic Messages, towards a provider.

mod assembly;
mod block;
mod cache;
mod content;
pub(in crate::protocol) mod error;
mod media;
mod message;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod tools;
