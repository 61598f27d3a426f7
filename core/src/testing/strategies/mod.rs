//! Strategies of proptest for the public types, to state properties of what is built on this crate.
//!
//! ```
//! use proptest::prelude::*;
//! use tokenwire_core::json::RawJson;
//! use tokenwire_core::testing::strategies;
//!
//! proptest!(|(value in strategies::raw_json())| {
//!     prop_assert_eq!(RawJson::parse(value.as_str()), Ok(value));
//! });
//! ```
//!
//! Two kinds: what is *any* value of its type, for encoders and decoders, which must neither panic nor
//! lose anything silently ([`request`], [`raw_json`]), and what a provider would accept, for whole calls
//! ([`conversation`]).

mod extension;
mod failure;
mod http;
mod json;
mod message;
mod request;
mod text;

pub use extension::{extension, wire};
pub use failure::{any_error_body, failure, failure_kind, retry_policy};
pub use http::{headers, instant, pieces, splits, unix_time};
pub use json::{json_object, json_text, number, raw_json};
pub use message::{message, part, role, tool_call, tool_result};
pub use request::{conversation, output_format, reasoning, request, sampling, tool, tool_choice};
pub use text::{name, text};
