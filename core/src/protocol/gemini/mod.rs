//! Gemini generateContent.

mod contents;
pub(super) mod error;
mod fields;
mod finish;
mod partial_args;
mod parts;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
mod usual;
