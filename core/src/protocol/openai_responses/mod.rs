//! OpenAI Responses, as its client.
//!
//! A response is a list of items, and an item holds parts. `parts.rs` numbers the parts that the
//! wire addresses by item and index, `item.rs` turns items into parts; streamed events and whole
//! responses both end there.

pub(super) mod error;
mod item;
mod parts;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
