//! The content blocks of an answer, as a whole message and the start of a stream's block spell them.

use alloc::string::String;

use crate::json::{RawJson, Writer};

/// What a block says; a stream's start says nothing yet.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// The text or the thinking.
    pub(super) text: &'a str,
    /// The citations, a JSON array.
    pub(super) citations: Option<&'a str>,
    /// The signature, a JSON string.
    pub(super) signature: Option<&'a str>,
    /// The arguments, JSON text.
    pub(super) input: Option<&'a str>,
}

/// A block that has a form of its own on this wire.
#[derive(Clone, Debug)]
pub(super) enum Block {
    Text,
    Thinking { is_summary: bool },
    ToolUse { id: String, name: String },
}

impl Block {
    /// Writes the block. `fields` are the provider's own, from this wire.
    pub(super) fn write(&self, w: &mut Writer, said: &Said<'_>, fields: &[(String, RawJson)]) {
        w.object(|w| {
            match self {
                Self::Text => {
                    w.key("type").string("text");
                    w.key("text").string(said.text);
                    w.key("citations").raw(said.citations.unwrap_or("null"));
                }
                Self::Thinking { .. } => {
                    w.key("type").string("thinking");
                    w.key("thinking").string(said.text);
                    w.key("signature").raw(said.signature.unwrap_or("\"\""));
                }
                Self::ToolUse { id, name } => {
                    w.key("type").string("tool_use");
                    w.key("id").string(id);
                    w.key("name").string(name);
                    w.key("input").raw(said.input.unwrap_or("{}"));
                    if !fields.iter().any(|(name, _)| name == "caller") {
                        w.key("caller").raw(r#"{"type":"direct"}"#);
                    }
                }
            }
            for (name, value) in fields {
                w.key(name).raw(&crate::json::compact(value.as_str()));
            }
        });
    }

    /// Whether this wire has a place for the field `name` of its vendor's state: `signature` is
    /// written by itself, the others are fields of the block.
    pub(super) fn has_place(&self, name: &str) -> bool {
        match self {
            Self::Text => false,
            Self::Thinking { .. } => name == "signature",
            Self::ToolUse { .. } => matches!(name, "caller" | "toolset_name"),
        }
    }
}

/// Writes a block of sealed state.
pub(super) fn redacted(w: &mut Writer, envelope: &str) {
    w.object(|w| {
        w.key("type").string("redacted_thinking");
        w.key("data").string(envelope);
    });
}
