//! Gemini generateContent.

pub(super) mod client;
mod fields;
mod finish;
mod media;
mod part_fields;
mod partial_args;
pub(super) mod server;
pub(super) mod spelling;
