//! Anthropic Messages.

pub(super) mod client;
mod object;
#[allow(dead_code)]
pub(super) mod server;
