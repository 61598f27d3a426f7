//! OpenAI Responses, towards an application.
//!
//! A request's items become turns (`turns.rs`), an answer's parts become items (`output.rs`); whole
//! answers go the way of the streamed ones. Opaque state of other vendors travels in the
//! `encrypted_content` of reasoning items, which this wire's SDKs send back unread.

mod content;
pub(in crate::protocol) mod error;
mod fault;
mod fields;
mod ids;
pub(in crate::protocol) mod models;
pub(in crate::protocol) mod request;
mod tools;
mod turns;

/// The vendor whose state this wire carries in its own fields.
const VENDOR: &str = "openai";

#[cfg(test)]
mod tests;
