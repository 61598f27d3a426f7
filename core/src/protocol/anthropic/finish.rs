//! Why a message ended.

use crate::model::FinishReason;

/// The canonical reason of a `stop_reason`.
pub(super) fn reason(raw: &str, has_tool_calls: bool) -> FinishReason {
    match raw {
        "end_turn" if has_tool_calls => FinishReason::ToolCalls,
        "end_turn" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "stop_sequence" => FinishReason::StopSequence,
        "tool_use" => FinishReason::ToolCalls,
        "compaction" | "pause_turn" => FinishReason::Pause,
        "refusal" => FinishReason::Refusal,
        _ => FinishReason::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stop_reason_has_its_word() {
        for (raw, has_tool_calls, expected) in [
            ("end_turn", false, FinishReason::Stop),
            ("end_turn", true, FinishReason::ToolCalls),
            ("tool_use", true, FinishReason::ToolCalls),
            ("max_tokens", true, FinishReason::Length),
            ("model_context_window_exceeded", false, FinishReason::Length),
            ("stop_sequence", false, FinishReason::StopSequence),
            ("pause_turn", false, FinishReason::Pause),
            ("compaction", false, FinishReason::Pause),
            ("refusal", false, FinishReason::Refusal),
            ("7", false, FinishReason::Other),
        ] {
            assert_eq!(reason(raw, has_tool_calls), expected, "{raw}");
        }
    }
}
