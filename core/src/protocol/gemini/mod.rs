//! Gemini generateContent.

pub(super) mod client;
mod fields;
mod finish;
