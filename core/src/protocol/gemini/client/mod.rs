//! Gemini generateContent, towards a provider.

mod assembly;
mod checkpoint;
mod contents;
pub(in crate::protocol) mod error;
mod history;
mod model_version;
mod parts;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod usual;
