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

    #[test]
    fn a_plain_answer_of_openai_loses_nothing_on_other_wires() {
        use alloc::vec::Vec;

        use crate::model::{Accumulator, Event};
        use crate::protocol::{
            AnswerContext, Caps, Decoder, Dialect, Encoder, SealKey, StreamFraming, encode_response,
        };

        let chat = concat!(
            r#"{"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"#,
            r#""message":{"role":"assistant","content":"Hi","refusal":null,"annotations":[]},"logprobs":null,"#,
            r#""finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"#,
            r#""prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":"#,
            r#"{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"#,
            r#""rejected_prediction_tokens":0}},"service_tier":"default","system_fingerprint":"fp_1"}"#
        );
        let responses = concat!(
            r#"{"id":"resp_1","object":"response","created_at":1,"status":"completed","background":false,"#,
            r#""billing":{"payer":"developer"},"completed_at":2,"error":null,"frequency_penalty":0.0,"#,
            r#""incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"#,
            r#""model":"m","output":[{"id":"msg_1","type":"message","status":"completed","content":"#,
            r#"[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hi"}],"role":"assistant"}],"#,
            r#""parallel_tool_calls":true,"presence_penalty":0.0,"previous_response_id":null,"#,
            r#""prompt_cache_key":null,"prompt_cache_retention":null,"reasoning":{"effort":"none","summary":null},"#,
            r#""safety_identifier":null,"service_tier":"default","store":false,"temperature":1.0,"text":"#,
            r#"{"format":{"type":"text"},"verbosity":"medium"},"tool_choice":"auto","tools":[],"top_logprobs":0,"#,
            r#""top_p":1.0,"truncation":"disabled","usage":{"input_tokens":9,"input_tokens_details":"#,
            r#"{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"#,
            r#""total_tokens":13},"user":null,"metadata":{}}"#
        );
        for (body, dialect, wires) in [
            (chat, Dialect::OPENAI, [Wire::Anthropic, Wire::Gemini, Wire::OpenaiResponses]),
            (responses, Dialect::OPENAI_RESPONSES, [Wire::Anthropic, Wire::Gemini, Wire::OpenaiChat]),
        ] {
            let (mut sum, mut events) = (Accumulator::new("openai"), Vec::new());
            let mut decoder = Decoder::new(&dialect, Caps::default());
            let mut sink = |event: Event<'_>| {
                sum.add(&event);
                events.push(event.into_owned());
            };
            decoder.push(body.as_bytes(), &mut sink).expect("an answer");
            decoder.end(&mut sink).expect("an end");
            for wire in wires {
                let context = AnswerContext {
                    model: "m".into(),
                    id: "1".into(),
                    created: 1,
                    vendor: "openai".into(),
                    source: dialect.wire,
                    stream_usage: true,
                    framing: StreamFraming::Sse,
                    seal: SealKey::default(),
                };
                let (_, losses) = encode_response(wire, context.clone(), sum.response(), decoder.usage());
                assert_eq!(losses, [], "{} to {wire}", dialect.wire);
                let (mut encoder, mut out) = (Encoder::new(wire, context), Vec::new());
                events.iter().for_each(|event| encoder.event(event, &mut out));
                encoder.end(decoder.usage(), &mut out);
                assert_eq!(encoder.losses(), [], "{} to {wire}, streamed", dialect.wire);
            }
        }
    }
}
