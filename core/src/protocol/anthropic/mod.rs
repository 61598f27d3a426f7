//! Anthropic Messages.

pub(super) mod client;
mod finish;
mod object;
