//! Names that both sides of the wire use.

use crate::model::{ToolCallKind, Wire};

/// The wire that this folder speaks.
pub(super) const WIRE: Wire = Wire::OpenaiResponses;

/// The item of a call, and its field for what the model wrote.
pub(super) const fn call(kind: ToolCallKind) -> (&'static str, &'static str) {
    match kind {
        ToolCallKind::Freeform => ("custom_tool_call", "input"),
        ToolCallKind::Function => ("function_call", "arguments"),
    }
}

/// The item of what a call gave.
pub(super) const fn call_output(kind: ToolCallKind) -> &'static str {
    match kind {
        ToolCallKind::Freeform => "custom_tool_call_output",
        ToolCallKind::Function => "function_call_output",
    }
}

/// The kind of the call that an item of this type is.
pub(super) fn call_kind(item: &str) -> Option<ToolCallKind> {
    [ToolCallKind::Freeform, ToolCallKind::Function].into_iter().find(|kind| call(*kind).0 == item)
}

/// The kind of the call that an item of this type answers.
pub(super) fn call_output_kind(item: &str) -> Option<ToolCallKind> {
    [ToolCallKind::Freeform, ToolCallKind::Function].into_iter().find(|kind| call_output(*kind) == item)
}

/// The state of a call beside its id.
pub(super) const CALL_STATE: [&str; 3] = ["namespace", "caller", "async"];
