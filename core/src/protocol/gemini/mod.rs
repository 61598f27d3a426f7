//! Gemini generateContent.

pub(super) mod error;
mod finish;
mod partial_args;
mod parts;
pub(super) mod request;
pub(super) mod response;
pub(super) mod stream;
