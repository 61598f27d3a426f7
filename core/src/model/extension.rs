//! What only one wire or one vendor understands, carried raw.

use alloc::string::String;

use super::Wire;
use crate::json::RawJson;

/// A field that the vocabulary has no word for, written only on the wire it belongs to.
///
/// On a request `name` may hold dots for a field inside an object that the encoder writes anyway,
/// such as `generationConfig.speechConfig` (Gemini), `text.verbosity` (Responses) or
/// `stream_options.include_obfuscation` (Chat).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The wire that knows the field.
    pub wire: Wire,
    /// Its name there.
    pub name: String,
    /// Its value.
    pub value: RawJson,
}

impl Extension {
    /// The field `name` of `wire`.
    pub fn new(wire: Wire, name: impl Into<String>, value: RawJson) -> Self {
        Self { wire, name: name.into(), value }
    }
}

/// State that a vendor wants back byte for byte, and that means nothing to anyone else: thinking
/// signatures, encrypted reasoning, thought signatures, item ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opaque {
    /// The vendor it came from, as [`crate::protocol::Dialect`] names it (`anthropic`, `openai`, …).
    pub vendor: String,
    /// The model it came from, where known.
    pub model: Option<String>,
    /// The field it came in: `signature`, `encrypted_content`, `thoughtSignature`, `id`.
    pub field: String,
    /// Its value.
    pub value: RawJson,
}
