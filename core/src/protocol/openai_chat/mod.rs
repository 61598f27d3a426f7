//! OpenAI Chat Completions and the dialects that others made of it.

mod audio_format;
pub(super) mod client;
mod data_url;
mod fields;
mod finish;
pub(super) mod server;
