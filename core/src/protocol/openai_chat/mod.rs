//! OpenAI Chat Completions and the dialects that others made of it.

pub(super) mod client;
mod fields;
mod finish;
