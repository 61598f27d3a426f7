//! A conversation whose turns different vendors answer.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::{LossPolicy, Refusal, ResponseTranslator, TranslateOptions};
use super::{body, sent, target, value};
use crate::model::{Event, Wire};
use crate::protocol::{Caps, Dialect, SealKey};

/// A turn with state, as a provider of `wire` gives it.
const fn answer(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => {
            r#"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[
            {"type":"thinking","thinking":"hm","signature":"STATE_anthropic"},
            {"type":"tool_use","id":"call_anthropic","name":"look","input":{}}],
            "stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}"#
        }
        Wire::Gemini => {
            r#"{"candidates":[{"content":{"role":"model","parts":[
            {"functionCall":{"id":"call_google","name":"look","args":{}},"thoughtSignature":"STATE_google"}]},
            "finishReason":"STOP","index":0}],"modelVersion":"m","responseId":"r1"}"#
        }
        Wire::OpenaiChat => {
            r#"{"id":"c1","object":"chat.completion","model":"m","choices":[{"index":0,"finish_reason":"tool_calls",
            "message":{"role":"assistant","content":null,"tool_calls":[{"id":"call_chat","type":"function",
            "function":{"name":"look","arguments":"{}"},"extra_content":{"x":"STATE_chat"}}]}}]}"#
        }
        Wire::OpenaiResponses => {
            r#"{"id":"resp_1","object":"response","status":"completed","model":"m","output":[
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"STATE_openai"},
            {"type":"function_call","id":"fc_1","call_id":"call_openai","name":"look","arguments":"{}","status":"completed"}]}"#
        }
    }
}

/// A state that no other wire's answer holds.
const fn state(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "STATE_anthropic",
        Wire::Gemini => "STATE_google",
        Wire::OpenaiChat => "STATE_chat",
        Wire::OpenaiResponses => "STATE_openai",
    }
}

/// The id of the call in it.
const fn call(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "call_anthropic",
        Wire::Gemini => "call_google",
        Wire::OpenaiChat => "call_chat",
        Wire::OpenaiResponses => "call_openai",
    }
}

/// The turns of an application on `wire`: each a user's, the vendor's, and the result of its call.
struct Talk {
    wire: Wire,
    options: TranslateOptions,
    turns: Vec<String>,
}

impl Talk {
    fn new(wire: Wire) -> Self {
        Self { wire, options: TranslateOptions::default(), turns: Vec::new() }
    }

    fn request(&self) -> String {
        let turns = self.turns.join(",");
        match self.wire {
            Wire::Anthropic => format!(r#"{{"model":"m","max_tokens":50,"messages":[{turns}]}}"#),
            Wire::Gemini => format!(r#"{{"contents":[{turns}]}}"#),
            Wire::OpenaiChat => format!(r#"{{"model":"m","messages":[{turns}]}}"#),
            Wire::OpenaiResponses => format!(r#"{{"model":"m","input":[{turns}],"store":false}}"#),
        }
    }

    fn says(&mut self, text: &str) {
        self.turns.push(match self.wire {
            Wire::Gemini => format!(r#"{{"role":"user","parts":[{{"text":"{text}"}}]}}"#),
            _ => format!(r#"{{"role":"user","content":"{text}"}}"#),
        });
    }

    /// The provider of `from` answers, and its call is made.
    fn answered_by(&mut self, from: Wire) {
        self.says("look");
        let asked = sent(self.wire, &self.request(), &target(from), &self.options).expect("a request");
        let (mut out, dialect) = (Vec::new(), Dialect::of_wire(from));
        let mut answer_translator = ResponseTranslator::new(&asked, dialect, Caps::default());
        answer_translator.push(answer(from).as_bytes(), &mut |_: Event<'_>| {}, &mut out).expect("an answer");
        answer_translator.end(&mut |_: Event<'_>| {}, &mut out).expect("an answer");
        let answer = String::from_utf8(out).expect("JSON");
        let id = call(from);
        match self.wire {
            Wire::Anthropic => {
                let content = value(&answer, &["content"]);
                self.turns.push(format!(r#"{{"role":"assistant","content":{content}}}"#));
                self.turns.push(format!(
                    r#"{{"role":"user","content":[{{"type":"tool_result","tool_use_id":"{id}","content":"x"}}]}}"#
                ));
            }
            Wire::Gemini => {
                self.turns.push(value(&answer, &["candidates", "0", "content"]));
                self.turns.push(format!(
                    r#"{{"role":"user","parts":[{{"functionResponse":{{"id":"{id}","name":"look","response":{{"output":"x"}}}}}}]}}"#
                ));
            }
            Wire::OpenaiChat => {
                self.turns.push(value(&answer, &["choices", "0", "message"]));
                self.turns.push(format!(r#"{{"role":"tool","tool_call_id":"{id}","content":"x"}}"#));
            }
            Wire::OpenaiResponses => {
                let items = value(&answer, &["output"]);
                self.turns.push(items.trim().trim_start_matches('[').trim_end_matches(']').into());
                self.turns
                    .push(format!(r#"{{"type":"function_call_output","call_id":"{id}","output":"x"}}"#));
            }
        }
    }
}

/// Another vendor than that of `wire`, whose state has a place on it.
const fn other(wire: Wire) -> Wire {
    match wire {
        Wire::Anthropic => Wire::OpenaiResponses,
        Wire::Gemini | Wire::OpenaiChat | Wire::OpenaiResponses => Wire::Anthropic,
    }
}

#[test]
fn sealed_state_of_another_vendor_does_not_pass_to_the_wires_own() {
    for wire in Wire::ALL {
        let mut talk = Talk::new(wire);
        talk.answered_by(wire);
        talk.answered_by(other(wire));
        let request = talk.request();
        assert!(request.contains("dHcx"), "nothing is sealed: {request}");
        let passed = sent(wire, &request, &target(wire), &talk.options).expect("a request");
        assert!(passed.is_forwarded);
        let (body, lost) = (body(&passed), &passed.losses);
        assert!(!body.contains("dHcx") && !body.contains(state(other(wire))), "{wire}: {body}");
        assert!(body.contains(call(wire)) && body.contains(call(other(wire))), "{wire}: {body}");
        assert!(!lost.is_empty(), "{wire}: nothing is told");
        assert!(wire == Wire::OpenaiChat || body.contains(state(wire)), "{wire}: its own is gone: {body}");
    }
}

#[test]
fn each_vendor_gets_its_own_state_of_a_conversation_with_both() {
    for wire in Wire::ALL {
        let mut talk = Talk::new(wire);
        talk.answered_by(other(wire));
        talk.answered_by(wire);
        let passed = sent(wire, &talk.request(), &target(other(wire)), &talk.options).expect("a request");
        let body = body(&passed);
        assert!(!passed.is_forwarded && body.contains(state(other(wire))), "{wire}: {body}");
        assert!(!body.contains(state(wire)) && !body.contains("dHcx"), "{wire}: {body}");
    }
}

#[test]
fn sealed_state_that_does_not_open_stays_away_too() {
    for wire in Wire::ALL {
        let mut talk = Talk::new(wire);
        talk.answered_by(other(wire));
        let options = TranslateOptions { seal: SealKey::new([9; 32]), ..TranslateOptions::default() };
        let passed = sent(wire, &talk.request(), &target(wire), &options).expect("a request");
        assert!(!body(&passed).contains("dHcx"), "{wire}: {}", body(&passed));
        assert!(!passed.losses.is_empty(), "{wire}");
        let strict = TranslateOptions { policy: LossPolicy::strict(), ..options };
        let refused = sent(wire, &talk.request(), &target(wire), &strict).expect_err("a loss");
        assert!(matches!(refused, Refusal::Policy { .. }), "{wire}: {refused}");
    }
}

#[test]
fn a_body_that_is_not_understood_passes_only_without_sealed_state() {
    let odd = r#"{"model":"m","stream":true,"max_tokens":900,"messages":{"new":"form"}}"#;
    let sealed = odd.replace("form", "dHcxAAAA");
    for wire in [Wire::Anthropic, Wire::OpenaiChat] {
        let options = TranslateOptions::default();
        let passed = sent(wire, odd, &target(wire), &options).expect("a request");
        assert_eq!(body(&passed), odd);
        assert!(sent(wire, &sealed, &target(wire), &options).is_err(), "{wire}");
    }
}

#[test]
fn a_request_written_anew_asks_for_no_usage_of_its_own() {
    let mut talk = Talk::new(Wire::OpenaiChat);
    talk.answered_by(Wire::Anthropic);
    let request = talk.request().replacen('{', r#"{"stream":true,"#, 1);
    let provider = target(Wire::OpenaiChat);
    for (ask_usage, expected) in [(false, "false"), (true, "true")] {
        let options = TranslateOptions { ask_usage, ..TranslateOptions::default() };
        let passed = sent(Wire::OpenaiChat, &request, &provider, &options).expect("a request");
        assert_eq!(value(body(&passed), &["stream_options", "include_usage"]), expected);
    }
}

#[test]
fn what_was_made_up_for_another_vendors_answer_does_not_pass() {
    for (wire, made_up, request) in [
        (
            Wire::Anthropic,
            "encrypted_index",
            r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"text","text":"y","citations":[{"type":"web_search_result_location","url":"https://a","title":"A","cited_text":"","encrypted_index":""}]}]},{"role":"user","content":"z"}]}"#,
        ),
        (
            Wire::OpenaiChat,
            "twaudio_",
            r#"{"model":"m","messages":[{"role":"assistant","content":"y","audio":{"id":"twaudio_1"}},{"role":"user","content":"z"}]}"#,
        ),
        (
            Wire::OpenaiResponses,
            "msg_tw_",
            r#"{"model":"m","input":[{"type":"message","role":"assistant","id":"msg_tw_1_0","content":[{"type":"output_text","text":"y","annotations":[]}]},{"role":"user","content":"z"}]}"#,
        ),
    ] {
        let passed = sent(wire, request, &target(wire), &TranslateOptions::default()).expect("a request");
        let body = body(&passed);
        assert!(!body.contains(made_up) && body.contains(r#""y""#), "{wire}: {body}");
    }
}
