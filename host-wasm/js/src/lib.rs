//! The machine for JavaScript.
//!
//! Everything here is synchronous: JavaScript hands in what happened and when, and takes out what to do.
//! There are no futures, so nothing can be left hanging across the border, and bytes cross as they are, without
//! JSON around each event.

mod config;
mod endpoint;
mod headers;
mod relay;

pub use endpoint::endpoint;
pub use relay::Relay;
