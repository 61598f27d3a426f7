//! Why an answer ends, in each wire's words.

use crate::model::{FinishReason, Wire};

/// The wire's own word for `reason`; what it has no word for ends as a plain stop.
pub const fn word(wire: Wire, reason: FinishReason) -> &'static str {
    use FinishReason::{
        Cancelled, ContentFilter, Error, Length, Other, Pause, Refusal, Stop, StopSequence, ToolCalls,
    };
    match wire {
        Wire::Anthropic => match reason {
            Length => "max_tokens",
            Pause => "pause_turn",
            Refusal | ContentFilter => "refusal",
            StopSequence => "stop_sequence",
            ToolCalls => "tool_use",
            Cancelled | Error | Other | Stop => "end_turn",
        },
        Wire::Gemini => match reason {
            ContentFilter | Refusal => "SAFETY",
            Length => "MAX_TOKENS",
            Error => "MALFORMED_RESPONSE",
            Other | Cancelled => "OTHER",
            Pause | Stop | StopSequence | ToolCalls => "STOP",
        },
        Wire::OpenaiChat => match reason {
            ContentFilter => "content_filter",
            Length => "length",
            ToolCalls => "tool_calls",
            Cancelled | Error | Other | Pause | Refusal | Stop | StopSequence => "stop",
        },
        Wire::OpenaiResponses => match reason {
            Cancelled => "cancelled",
            ContentFilter | Length => "incomplete",
            Error => "failed",
            Other | Pause | Refusal | Stop | StopSequence | ToolCalls => "completed",
        },
    }
}
