//! The machine for JavaScript.
//!
//! Everything here is synchronous: JavaScript hands in what happened and when, and a sink of
//! its own takes what to do. There are no futures, so nothing can be left hanging across the border; text
//! crosses as text, bytes as bytes, and only what is rare as JSON.

#[cfg(any(feature = "call", feature = "relay"))]
mod config;
#[cfg(feature = "call")]
mod cost;
#[cfg(feature = "relay")]
mod endpoint;
mod headers;
#[cfg(any(feature = "call", feature = "relay"))]
mod machine;
#[cfg(feature = "sim")]
mod sim;
#[cfg(any(feature = "call", feature = "relay"))]
mod sink;
