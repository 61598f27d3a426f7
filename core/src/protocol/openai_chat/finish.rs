//! Why a choice ended.

use crate::model::FinishReason;

/// The canonical reason of a `finish_reason`, in lower case.
pub(super) fn reason(word: &str) -> FinishReason {
    match word {
        "" | "stop" | "eos" | "eos_token" | "end_turn" | "complete" | "completed" => FinishReason::Stop,
        "stop_sequence" => FinishReason::StopSequence,
        "tool_calls" | "tool_call" | "tool_use" | "function_call" => FinishReason::ToolCalls,
        "length" | "max_tokens" | "model_length" | "model_context_window_exceeded" => FinishReason::Length,
        "content_filter" | "content-filter" | "safety" | "sensitive" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "error" | "insufficient_system_resource" | "network_error" => FinishReason::Error,
        "abort" | "cancelled" => FinishReason::Cancelled,
        _ => FinishReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_reason() {
        for (word, expected) in [
            ("stop", FinishReason::Stop),
            ("eos", FinishReason::Stop),
            ("", FinishReason::Stop),
            ("length", FinishReason::Length),
            ("model_length", FinishReason::Length),
            ("tool_call", FinishReason::ToolCalls),
            ("function_call", FinishReason::ToolCalls),
            ("content_filter", FinishReason::ContentFilter),
            ("insufficient_system_resource", FinishReason::Error),
            ("error", FinishReason::Error),
            ("never seen", FinishReason::Other),
        ] {
            assert_eq!(reason(word), expected, "{word}");
        }
    }
}
