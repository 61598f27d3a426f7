//! What passes as it is, and what of it is understood.

use alloc::vec::Vec;

use super::super::{TranslateOptions, translate_request};
use super::{body, path, sent, target};
use crate::http::Headers;
use crate::model::{Content, Part, Wire};
use crate::protocol::Incoming;

#[test]
fn a_body_without_anything_made_here_passes_to_the_byte_and_loses_nothing() {
    for (wire, request) in [
        (
            Wire::Anthropic,
            r#" {"model":"m","max_tokens":5,"un.known":1e400,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"","signature":"Eq=="}]},{"role":"user","content":"dHcx"}]} "#,
        ),
        (
            Wire::Gemini,
            r#"{"contents":[{"parts":[{"text":"\"dHcx","thoughtSignature":"AQ=="}]}], "new":[1.0]}"#,
        ),
        (Wire::OpenaiChat, r#"{"messages":[{"role":"user","content":"dHcx"}],"a.b":0.10,"model":"m"}"#),
        (
            Wire::OpenaiResponses,
            r#"{"input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAA"}],"model":"m"}"#,
        ),
    ] {
        let passed = sent(wire, request, &target(wire), &TranslateOptions::default()).expect("a request");
        assert_eq!(body(&passed), request, "{wire}");
        assert_eq!(passed.losses, Vec::new(), "{wire}: nothing of the bytes is lost");
    }
}

#[test]
fn a_field_that_decides_is_refused_where_it_stands_twice() {
    for (wire, request) in [
        (Wire::Anthropic, r#"{"model":"m","max_tokens":5,"max_\u0074okens":9,"messages":[]}"#),
        (Wire::Gemini, r#"{"contents":[],"generationConfig":{},"generation_config":{}}"#),
        (Wire::OpenaiChat, r#"{"model":"cheap","messages":[],"\u006dodel":"dear"}"#),
        (Wire::OpenaiResponses, r#"{"model":"m","input":"x","stream":true,"stream":false}"#),
    ] {
        let refused = sent(wire, request, &target(wire), &TranslateOptions::default()).expect_err(request);
        assert_eq!(refused.answer(wire).status, 400);
        assert!(alloc::format!("{refused}").contains("once"), "{refused}");
    }
}

#[test]
fn a_body_that_is_not_understood_counts_with_all_of_its_text_and_its_limit() {
    let odd = r#"{"model":"m","stream":true,"max_tokens":900,"messages":{"new":"form"}}"#;
    let passed =
        sent(Wire::OpenaiChat, odd, &target(Wire::OpenaiChat), &TranslateOptions::default()).expect("passes");
    assert_eq!((passed.stream, passed.request.limits.max_output_tokens), (true, Some(900)));
    let parts: Vec<&Part> = passed.request.messages.iter().flat_map(|message| &message.parts).collect();
    let is_whole = |part: &&Part| matches!(&part.content, Content::Text { text, .. } if text == odd);
    assert!(parts.iter().any(is_whole), "{parts:?}");
}

#[test]
fn the_larger_of_two_limits_is_the_one_that_may_be_spent() {
    let request = r#"{"model":"m","messages":[],"max_completion_tokens":5,"max_tokens":5000}"#;
    let passed = sent(Wire::OpenaiChat, request, &target(Wire::OpenaiChat), &TranslateOptions::default());
    assert_eq!(passed.expect("passes").request.limits.max_output_tokens, Some(5000));
}

#[test]
fn the_operators_headers_stand_before_the_applications() {
    let wire = Wire::Anthropic;
    let request = r#"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"x"}]}"#;
    let headers: Headers = [
        ("anthropic-beta", "a"),
        ("anthropic-version", "2099-01-01"),
        ("anthropic-beta", "b,c"),
        ("idempotency-key", "shared"),
        ("x-goog-request-params", "model=m"),
        ("x-client-request-id", "1"),
        ("cookie", "secret"),
    ]
    .into_iter()
    .collect();
    let incoming = Incoming { path: path(wire), headers: &headers, body: request };
    let (mut target, options) = (target(wire), TranslateOptions::default());
    let passed = translate_request(wire, &incoming, &target, &options).expect("a request").http.headers;
    assert_eq!(passed.get("anthropic-beta"), Some("a,b,c"));
    assert_eq!(passed.get("anthropic-version"), Some("2099-01-01"));
    assert_eq!(passed.get("x-client-request-id"), Some("1"));
    for name in ["idempotency-key", "x-goog-request-params", "cookie"] {
        assert_eq!(passed.get(name), None, "{name}");
    }
    target.headers.set("anthropic-beta", "pinned");
    target.headers.set("anthropic-version", "2023-06-01");
    let passed = translate_request(wire, &incoming, &target, &options).expect("a request").http.headers;
    assert_eq!(passed.get("anthropic-beta"), Some("pinned"));
    assert_eq!(passed.get("anthropic-version"), Some("2023-06-01"));
}

#[test]
fn without_an_id_each_turn_of_a_conversation_has_one_of_its_own() {
    let id = |body: &str, given: &str| {
        let options = TranslateOptions { id: given.into(), ..TranslateOptions::default() };
        let sent = sent(Wire::OpenaiChat, body, &target(Wire::Gemini), &options).expect("a request");
        sent.context.id
    };
    let first = r#"{"model":"m","messages":[{"role":"user","content":"x"}]}"#;
    let second = r#"{"model":"m","messages":[{"role":"user","content":"x"},{"role":"user","content":"y"}]}"#;
    assert_ne!(id(first, ""), id(second, ""));
    assert!(!id(first, "").is_empty() && id(first, "").bytes().all(|b| b.is_ascii_alphanumeric()));
    assert_eq!((id(first, ""), id(first, "given")), (id(first, ""), "given".into()));
}
