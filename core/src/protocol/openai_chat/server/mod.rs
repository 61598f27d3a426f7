//! OpenAI Chat Completions, towards an application.

mod annotations;
mod assistant;
mod cache;
mod calls;
mod chunk;
mod content;
mod details;
mod envelopes;
pub(in crate::protocol) mod error;
mod finish;
mod messages;
pub(in crate::protocol) mod models;
mod object;
mod part;
mod position;
mod reasoning;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod tools;
mod typed;
mod usage;

/// Whose opaque state stands on this wire as it is.
const NATIVE_VENDOR: &str = "openai";

#[cfg(test)]
mod corpus;
#[cfg(all(test, feature = "testing"))]
mod laws;
#[cfg(test)]
mod round;
#[cfg(test)]
mod testing;
