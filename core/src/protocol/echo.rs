//! What of an answer its application does not miss on another wire: its own settings told back, ids
//! and times of the envelope, and what a stream tells beside the items that it brings whole.

use crate::model::Wire;

/// What Gemini says of the envelope.
const GEMINI: [&str; 2] = ["createTime", "turnToken"];

/// What Chat and its dialects say of the envelope: ids, times, which build answered with what seed,
/// and the finish reason in another's words.
const CHAT: [&str; 9] = [
    "created",
    "generationId",
    "native_finish_reason",
    "object",
    "request_id",
    "seed",
    "service_tier",
    "system_fingerprint",
    "x_groq",
];

/// The settings of the request that Responses tells back, and what it says of the envelope.
const RESPONSES: [&str; 31] = [
    "background",
    "billing",
    "completed_at",
    "conversation",
    "created_at",
    "frequency_penalty",
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "object",
    "parallel_tool_calls",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "safety_identifier",
    "service_tier",
    "store",
    "system_fingerprint",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
];

/// The last word of events that tell how an item goes on, or pieces of it; the item comes whole after
/// them.
const PROGRESS: [&str; 8] =
    ["added", "completed", "delta", "done", "generating", "in_progress", "interpreting", "searching"];

/// Whether a field of the response is such a one on its wire.
pub(super) fn is_echo(wire: Wire, name: &str) -> bool {
    let known: &[&str] = match wire {
        // What it adds to its message says more than the request did.
        Wire::Anthropic => &[],
        Wire::Gemini => &GEMINI,
        Wire::OpenaiChat => &CHAT,
        Wire::OpenaiResponses => &RESPONSES,
    };
    known.contains(&name)
}

/// Whether an event that nobody understands only accompanies an item.
pub(super) fn is_progress(wire: Wire, event: &str) -> bool {
    let last = event.strip_prefix("response.").and_then(|rest| rest.rsplit_once('.'));
    wire == Wire::OpenaiResponses && last.is_some_and(|(_, last)| PROGRESS.contains(&last))
}

/// Whether a value (JSON text) says nothing, or counts nothing: an object in which all is zero or empty.
pub(super) fn is_empty(value: &str) -> bool {
    matches!(value, "null" | "\"\"" | "[]") || (value.starts_with('{') && counts_nothing(value))
}

/// Whether an object holds names, brackets and zeros alone.
fn counts_nothing(object: &str) -> bool {
    let is_naught = |c: char| matches!(c, '{' | '}' | '[' | ']' | ':' | ',' | '0') || c.is_ascii_whitespace();
    // Between quotes are names where a colon follows each of them, and no quote is escaped.
    let is_good = |(at, text): (usize, &str)| match at {
        0 => text.chars().all(is_naught),
        _ if at % 2 == 0 => text.trim_ascii_start().starts_with(':') && text.chars().all(is_naught),
        _ => !text.contains('\\'),
    };
    object.split('"').enumerate().all(is_good)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_echo_is_one_on_its_own_wire_alone() {
        assert!(is_echo(Wire::OpenaiResponses, "tools"));
        assert!(!is_echo(Wire::Anthropic, "tools"));
        assert!(is_echo(Wire::OpenaiChat, "created"));
        assert!(!is_echo(Wire::OpenaiChat, "logprobs"));
    }

    #[test]
    fn a_value_is_empty_where_it_holds_no_word_and_no_number_but_zero() {
        for value in ["null", "\"\"", "[]", "{}", r#"{"a1":{"b":0,"c": [] },"d":0}"#] {
            assert!(is_empty(value), "{value}");
        }
        for value in [
            "0",
            "false",
            "[0]",
            r#"{"a":10}"#,
            r#"{"a":"0"}"#,
            r#"{"a":["b"]}"#,
            r#"{"a\":0}"#,
            r#"{"a":true}"#,
        ] {
            assert!(!is_empty(value), "{value}");
        }
    }

    #[test]
    fn failures_of_an_item_are_no_progress() {
        let is_progress = |event| is_progress(Wire::OpenaiResponses, event);
        assert!(is_progress("response.web_search_call.searching"));
        assert!(is_progress("response.mcp_call_arguments.delta"));
        assert!(!is_progress("response.mcp_call.failed"));
        assert!(!is_progress("response.done"));
        assert!(!is_progress("keepalive"));
    }
}
