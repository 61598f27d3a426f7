//! Gemini generateContent, towards an application.
//!
//! Opaque state of other vendors travels in `thoughtSignature`, which this wire's SDKs send back with
//! the part. Where the part went out in pieces already, an empty thought bears it.

mod calls;
mod contents;
pub(in crate::protocol) mod error;
mod fault;
mod generation;
pub(in crate::protocol) mod models;
pub(in crate::protocol) mod path;
mod piece;
pub(in crate::protocol) mod request;
mod schema;
#[cfg(test)]
mod tests;
mod tools;

/// The vendor whose state this wire carries in its own fields.
const VENDOR: &str = "google";
