//! Gemini generateContent, towards an application.
//!
//! Opaque state of other vendors travels in `thoughtSignature`, which this wire's SDKs send back with
//! the part. Where the part went out in pieces already, an empty thought bears it.

mod calls;
mod contents;
mod ending;
mod envelope;
pub(in crate::protocol) mod error;
mod fault;
mod generation;
pub(in crate::protocol) mod models;
mod part;
pub(in crate::protocol) mod path;
mod pending;
mod piece;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
mod schema;
pub(in crate::protocol) mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod usage;

/// The vendor whose state this wire carries in its own fields.
const VENDOR: &str = "google";
