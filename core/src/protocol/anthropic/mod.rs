//! Anthropic Messages.

pub(super) mod client;
mod object;
