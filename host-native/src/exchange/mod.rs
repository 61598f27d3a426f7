//! Recorded exchanges: one request and its response as a JSON file, and what the response means.
//!
//! In scope: reading such a file or a bare body, decoding it cut in any way, and the flat view that
//! `tokenwire decode` prints. Out of scope: sending anything.

mod decoded;
mod file;

#[cfg(feature = "sim")]
pub(crate) use decoded::random_pieces;
pub use decoded::{Cuts, Decoded, DecodedError, DecodedToolCall, decode, decode_json};
pub use file::{Exchange, ExchangeError, Kind};
