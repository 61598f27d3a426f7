//! OpenAI Responses, towards an application.
//!
//! A request's items become turns (`turns.rs`), an answer's parts become items (`output.rs`); whole
//! answers go the way of the streamed ones. Opaque state of other vendors travels in the
//! `encrypted_content` of reasoning items, which this wire's SDKs send back unread.

mod citing;
mod content;
mod ending;
mod envelope;
pub(in crate::protocol) mod error;
mod fields;
mod finish;
mod ids;
mod item;
mod lines;
pub(in crate::protocol) mod models;
mod object;
mod opening;
mod output;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod tools;
mod turns;
mod usage;

use super::names::WIRE;
use crate::protocol::AnswerContext;

/// The vendor whose state this wire carries in its own fields.
const VENDOR: &str = "openai";

/// Whether the vendor's state goes out in its own fields: the answer came from it, on this wire.
fn is_native(context: &AnswerContext) -> bool {
    context.vendor == VENDOR && context.source == WIRE
}

#[cfg(test)]
mod tests;
