//! Bodies that nest: readers that follow them down go as deep as JSON may, and no deeper.

use std::thread;

use tokenwire_core::json::MAX_DEPTH;
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::protocol::{BadRequest, Incoming, decode_request};
use tokenwire_core::translate::{TranslateOptions, translate_request};

use super::sides::{connected, key, no_headers, path, target, translator};

/// What a thread may need for the deepest body: half of what Rust gives to one.
const STACK: usize = 1 << 20;

/// A wire, what stands around, and what nests: before and behind the next level.
type Nest = (Wire, [&'static str; 2], [&'static str; 2]);

/// Values that hold values of their own kind, by whoever reads them.
const REQUESTS: [Nest; 11] = [
    (
        Wire::Anthropic,
        [r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":["#, "]}]}"],
        [r#"{"type":"tool_result","tool_use_id":"a","content":["#, "]}"],
    ),
    (
        Wire::Anthropic,
        [r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":["#, "]}]}"],
        [r#"{"type":"document","source":{"type":"content","content":["#, "]}}"],
    ),
    (
        Wire::Gemini,
        [r#"{"contents":[{"role":"user","parts":["#, "]}]}"],
        [r#"{"functionResponse":{"name":"f","response":{},"parts":["#, "]}}"],
    ),
    (
        Wire::Gemini,
        [
            r#"{"contents":[{"parts":[{"text":"?"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":"#,
            "}]}]}",
        ],
        [r#"{"type":"OBJECT","properties":{"a":"#, "}}"],
    ),
    (
        Wire::Gemini,
        [
            r#"{"contents":[{"parts":[{"text":"?"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":"#,
            "}]}]}",
        ],
        [r#"{"anyOf":["#, "]}"],
    ),
    (
        Wire::Gemini,
        [r#"{"contents":[{"parts":[{"text":"?"}]}],"generationConfig":{"responseSchema":"#, "}}"],
        [r#"{"type":"ARRAY","items":"#, "}"],
    ),
    (Wire::Gemini, ["", ""], [r#"{"generateContentRequest":"#, "}"]),
    (
        Wire::OpenaiChat,
        [r#"{"model":"m","messages":[{"role":"user","content":["#, "]}]}"],
        [r#"{"type":"text","text":["#, "]}"],
    ),
    (
        Wire::OpenaiChat,
        [r#"{"model":"m","messages":[{"role":"assistant","reasoning_details":["#, "]}]}"],
        [r#"{"type":"reasoning.text","text":["#, "]}"],
    ),
    (
        Wire::OpenaiResponses,
        [r#"{"model":"m","input":["#, "]}"],
        [r#"{"type":"function_call_output","call_id":"a","output":["#, "]}"],
    ),
    (
        Wire::OpenaiResponses,
        [r#"{"model":"m","input":["#, "]}"],
        [r#"{"type":"message","role":"user","content":["#, "]}"],
    ),
];

fn nested([before, behind]: [&str; 2], [open, close]: [&str; 2], depth: usize) -> String {
    format!("{before}{}{}{behind}", open.repeat(depth), close.repeat(depth))
}

/// Runs on a thread that overflows early.
fn on_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread").join().expect("no panic")
}

fn asked(wire: Wire, body: &str) -> Result<(), BadRequest> {
    let incoming = Incoming { path: path(wire), headers: no_headers(), body };
    for to in Wire::ALL {
        let _ = translate_request(wire, &incoming, &target(to), &TranslateOptions::default());
    }
    decode_request(wire, &incoming, &key()).map(|_| ())
}

#[test]
fn a_request_may_nest_as_deep_as_json_and_no_deeper() {
    for (wire, around, level) in REQUESTS {
        for depth in [MAX_DEPTH as usize / 4, MAX_DEPTH as usize / 2, MAX_DEPTH as usize, 100_000] {
            let body = nested(around, level, depth);
            let read = on_a_small_stack(move || asked(wire, &body));
            assert!(depth < MAX_DEPTH as usize || read.is_err(), "{wire} {level:?} {depth}");
        }
    }
}

#[test]
fn an_answer_may_nest_as_deep_as_json_and_no_deeper() {
    const ANSWERS: [Nest; 4] = [
        (
            Wire::Anthropic,
            [
                r#"{"type":"message","role":"assistant","model":"m","usage":{},"stop_reason":"end_turn","content":["#,
                "]}",
            ],
            [r#"{"type":"tool_use","id":"a","name":"f","input":{"a":["#, "]}}"],
        ),
        (
            Wire::Gemini,
            [r#"{"candidates":[{"finishReason":"STOP","content":{"parts":["#, "]}}]}"],
            [r#"{"functionCall":{"name":"f","args":{"a":["#, "]}}}"],
        ),
        (
            Wire::OpenaiChat,
            [r#"{"choices":[{"finish_reason":"stop","message":{"content":["#, "]}}]}"],
            [r#"{"type":"thinking","thinking":["#, "]}"],
        ),
        (
            Wire::OpenaiResponses,
            [r#"{"object":"response","status":"completed","output":["#, "]}"],
            [r#"{"type":"reasoning","summary":["#, "]}"],
        ),
    ];
    for (provider, around, level) in ANSWERS {
        for (application, stream) in Wire::ALL.into_iter().flat_map(|wire| [(wire, true), (wire, false)]) {
            for depth in [MAX_DEPTH as usize / 8, MAX_DEPTH as usize / 4, 100_000] {
                let body = nested(around, level, depth);
                on_a_small_stack(move || {
                    let mut translator = translator(&connected(application, provider, stream), provider);
                    let mut out = Vec::new();
                    let pushed = translator.push(body.as_bytes(), &mut |_: Event<'_>| {}, &mut out);
                    let ended = pushed.and_then(|_| translator.end(&mut |_: Event<'_>| {}, &mut out));
                    assert!(depth < MAX_DEPTH as usize || ended.is_err(), "{provider} {depth}");
                });
            }
        }
    }
}
