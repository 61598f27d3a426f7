//! Why a candidate ended.

use crate::model::FinishReason;

/// The canonical reason of a `finishReason`, which proto JSON may spell by its number.
///
/// The enums of the Gemini API and of Vertex agree on 1 to 5 and 11, and on 6 to 8 being filters;
/// the other numbers mean different things, so they stay [`FinishReason::Other`].
pub(super) fn reason(raw: &str, has_calls: bool) -> FinishReason {
    match raw {
        "STOP" | "1" if has_calls => FinishReason::ToolCalls,
        "STOP" | "1" => FinishReason::Stop,
        "MAX_TOKENS" | "2" => FinishReason::Length,
        "CONTINUATION" => FinishReason::Pause,
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION"
        | "3"
        | "4"
        | "6"
        | "7"
        | "8"
        | "11" => FinishReason::ContentFilter,
        "OTHER" | "IMAGE_OTHER" | "NO_IMAGE" | "UNEXPECTED_TOOL_CALL" | "TOO_MANY_TOOL_CALLS" | "5" => {
            FinishReason::Error
        }
        _ if raw.starts_with("MALFORMED_") => FinishReason::Error,
        _ => FinishReason::Other,
    }
}

/// The `finishReason` for a canonical reason of another wire.
pub(super) const fn word(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls => "STOP",
        FinishReason::Length => "MAX_TOKENS",
        FinishReason::ContentFilter | FinishReason::Refusal => "SAFETY",
        FinishReason::Pause => "CONTINUATION",
        FinishReason::Cancelled | FinishReason::Error => "OTHER",
        FinishReason::Other => "FINISH_REASON_UNSPECIFIED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_mean_the_same() {
        for (word, number) in [("STOP", "1"), ("MAX_TOKENS", "2"), ("SAFETY", "3"), ("OTHER", "5")] {
            assert_eq!(reason(word, false), reason(number, false), "{word}");
        }
        assert_eq!(reason("MALFORMED_FUNCTION_CALL", false), FinishReason::Error);
        assert_eq!(reason("9", false), FinishReason::Other);
        assert_eq!(reason("FAKE_ENUM", false), FinishReason::Other);
    }

    #[test]
    fn only_a_plain_stop_turns_into_tool_calls() {
        assert_eq!(reason("STOP", true), FinishReason::ToolCalls);
        assert_eq!(reason("1", true), FinishReason::ToolCalls);
        assert_eq!(reason("MAX_TOKENS", true), FinishReason::Length);
        assert_eq!(reason("CONTINUATION", true), FinishReason::Pause);
    }
}
