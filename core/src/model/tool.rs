//! Tools the model may call, and how it must choose among them.

use alloc::string::String;
use alloc::vec::Vec;

use super::{CacheMark, Extension, Wire};
use crate::json::RawJson;

/// A tool offered to the model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tool {
    /// A function of the application, called with a JSON object.
    Function {
        /// Its name.
        name: String,
        /// What it does, for the model.
        description: Option<String>,
        /// JSON Schema of its arguments, kept as text; `None` is a function without parameters.
        parameters: Option<RawJson>,
        /// Whether the arguments must match the schema exactly.
        strict: Option<bool>,
        /// A cache mark after this tool.
        cache: Option<CacheMark>,
        /// Fields only one wire knows.
        extensions: Vec<Extension>,
    },
    /// A tool called with free text (OpenAI `custom`).
    Freeform {
        /// Its name.
        name: String,
        /// What it does, for the model.
        description: Option<String>,
        /// What the text may look like.
        format: ToolFormat,
    },
    /// A tool that the vendor runs or defines, as that wire spells it.
    Vendor {
        /// The wire that knows it.
        wire: Wire,
        /// The whole entry of the wire's tool list.
        json: RawJson,
    },
}

impl Tool {
    /// A function with a name, a description and a JSON Schema.
    pub fn function(name: impl Into<String>, description: impl Into<String>, parameters: RawJson) -> Self {
        Self::Function {
            name: name.into(),
            description: Some(description.into()),
            parameters: Some(parameters),
            strict: None,
            cache: None,
            extensions: Vec::new(),
        }
    }

    /// The name the model calls it by, where this vocabulary knows it.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Function { name, .. } | Self::Freeform { name, .. } => Some(name),
            Self::Vendor { .. } => None,
        }
    }
}

/// What a freeform tool's text may look like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolFormat {
    /// A grammar.
    Grammar {
        /// `lark` or `regex`.
        syntax: String,
        /// The grammar's text.
        definition: String,
    },
    /// Any text.
    #[default]
    Text,
}

/// How the model must choose among the tools.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// One or none of these.
    Allowed {
        /// The functions it may call.
        names: Vec<String>,
        /// Whether it must call one of them.
        required: bool,
    },
    /// As it sees fit.
    Auto,
    /// Exactly this freeform tool.
    Freeform(String),
    /// Exactly this function.
    Named(String),
    /// None.
    None,
    /// At least one, whichever.
    Required,
    /// The wire's own form.
    Vendor {
        /// The wire that knows it.
        wire: Wire,
        /// The value of the wire's field.
        json: RawJson,
    },
}
