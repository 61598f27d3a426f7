//! Anthropic Messages.

mod block;
mod cache;
mod content;
pub(super) mod error;
mod media;
mod object;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
mod tools;
