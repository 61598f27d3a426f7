//! Anthropic Messages.

pub(super) mod client;
mod finish;
mod object;
pub(super) mod server;

/// The header that names beta features, a comma between two; a request carries it as a field of this
/// wire of the same name.
const BETA: &str = "anthropic-beta";
