//! Anthropic Messages.

pub(super) mod client;
mod finish;
mod object;
#[allow(dead_code)]
pub(super) mod server;
