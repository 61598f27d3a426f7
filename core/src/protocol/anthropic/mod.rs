//! Anthropic Messages.

mod block;
pub(super) mod error;
mod object;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
