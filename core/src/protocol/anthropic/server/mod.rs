//! Anthropic Messages, towards an application.
//!
//! Requests are decoded and answers of any vendor encoded. What has no place of its own on this wire
//! travels sealed: the state of thinking in its `signature`, any other state in a block
//! `redacted_thinking` behind what it belongs to. SDKs send both back unread.

mod arguments;
mod block;
mod citation;
mod content;
pub(in crate::protocol) mod error;
mod frames;
mod media;
pub(in crate::protocol) mod models;
mod queued;
mod read;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
mod state;
mod stop;
pub(in crate::protocol) mod stream;
#[cfg(test)]
mod tests;
mod tools;
mod usage;

use crate::model::Wire;
use crate::protocol::Dialect;
use crate::protocol::answer::AnswerContext;

/// Whose opaque state this wire carries as it is.
const VENDOR: &str = Dialect::ANTHROPIC.vendor;

/// Whether the answer came on this wire, so that its fields are this wire's fields.
fn is_same_wire(context: &AnswerContext) -> bool {
    context.source == Wire::Anthropic
}

/// Whether the answer comes from this wire's own vendor, so that its state goes as it is.
fn is_native(context: &AnswerContext) -> bool {
    is_same_wire(context) && context.vendor == VENDOR
}
