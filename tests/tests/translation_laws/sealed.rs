//! A vendor's state on its way through an application that speaks another wire.
//!
//! The application is one that keeps what it was answered and sends it back, as the SDKs' users do.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use tokenwire_core::model::{Event, Finish, FinishReason, PartKind, Request, ToolCallKind, Wire};
use tokenwire_core::protocol::{Asked, Dialect, Incoming, decode_request, encode_request};
use tokenwire_core::usage::Usage;

use super::answering::sealed_state;
use super::config;
use super::sides::{foreign_pairs, key, no_headers, path, provided, sent, target, translated, vendor};

/// Vendors that give state which must come back.
const SEALERS: [Wire; 3] = [Wire::Anthropic, Wire::Gemini, Wire::OpenaiResponses];

/// Thinking, a text and a call, with state where the vendor of `wire` has some.
fn thoughtful(wire: Wire, secret: &str) -> Vec<Event<'static>> {
    let state = |part| {
        let (field, value) = sealed_state(wire, secret).expect("the vendor has state");
        Event::Opaque { part, field: Cow::Borrowed(field), value: Cow::Owned(value) }
    };
    let kind =
        PartKind::ToolCall { id: Some("call_1".into()), name: "f".into(), kind: ToolCallKind::Function };
    let finish = Finish { reason: FinishReason::ToolCalls, raw: None, detail: None };
    let mut events = vec![
        Event::Start { id: Some("r-1".into()), model: Some("m-1".into()) },
        Event::PartStart {
            part: 0,
            candidate: 0,
            kind: PartKind::Reasoning { is_summary: wire != Wire::Anthropic },
        },
        Event::ReasoningDelta { part: 0, text: "so be it".into() },
        state(0),
        Event::PartEnd { part: 0 },
        Event::PartStart { part: 1, candidate: 0, kind: PartKind::Text },
        Event::TextDelta { part: 1, text: "Well.".into() },
        Event::PartEnd { part: 1 },
        Event::PartStart { part: 2, candidate: 0, kind },
        Event::ArgumentsDelta { part: 2, text: "{}".into() },
    ];
    events.extend((wire == Wire::Gemini).then(|| state(2)));
    events.extend([Event::PartEnd { part: 2 }, Event::Finish { candidate: 0, finish }]);
    events
}

/// How often the secret stands in it.
fn states(provider: Wire) -> usize {
    if provider == Wire::Gemini { 2 } else { 1 }
}

/// The application's next request: what it was answered, word for word, and what its tool gave.
fn sent_back(wire: Wire, answer: &Value) -> Value {
    match wire {
        Wire::Anthropic => {
            let id = answer["content"].as_array().into_iter().flatten().find_map(|block| block.get("id"));
            json!({"model": "m-1", "max_tokens": 9, "messages": [
                {"role": "user", "content": "?"},
                {"role": "assistant", "content": answer["content"]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "1"}]}]})
        }
        Wire::Gemini => {
            let content = &answer["candidates"][0]["content"];
            let called = |part: &Value| part.get("functionCall").and_then(|call| call.get("id")).cloned();
            let id = content["parts"].as_array().into_iter().flatten().find_map(called);
            json!({"contents": [
                {"role": "user", "parts": [{"text": "?"}]},
                content,
                {"role": "user", "parts": [{"functionResponse": {"id": id, "name": "f", "response": {"output": "1"}}}]}]})
        }
        Wire::OpenaiChat => {
            let message = &answer["choices"][0]["message"];
            json!({"model": "m-1", "messages": [
                {"role": "user", "content": "?"},
                message,
                {"role": "tool", "tool_call_id": message["tool_calls"][0]["id"], "content": "1"}]})
        }
        Wire::OpenaiResponses => {
            let mut input = vec![json!({"role": "user", "content": "?"})];
            let output = answer["output"].as_array().cloned().unwrap_or_default();
            let id = output.iter().find_map(|item| item.get("call_id")).cloned();
            input.extend(output);
            input.push(json!({"type": "function_call_output", "call_id": id, "output": "1"}));
            json!({"model": "m-1", "store": false, "input": input})
        }
    }
}

/// What a server of `wire` reads in such a request.
fn asked(wire: Wire, body: &str) -> Asked {
    let incoming = Incoming { path: path(wire), headers: no_headers(), body };
    decode_request(wire, &incoming, &key()).expect("the application's own history")
}

/// The body for the provider of `wire`; `None` where it takes no such request.
fn body(request: &Request, wire: Wire) -> Option<String> {
    let encoded = sent(request, wire, false).ok()?;
    Some(String::from_utf8(encoded.http.body).expect("JSON"))
}

/// The body for somebody else who speaks the same wire.
fn body_elsewhere(request: &Request, wire: Wire) -> Option<String> {
    let mut target = target(wire);
    target.dialect = Cow::Owned(Dialect { vendor: "elsewhere", ..(*target.dialect).clone() });
    let encoded = encode_request(request, &target, false).ok()?;
    Some(String::from_utf8(encoded.http.body).expect("JSON"))
}

/// Whether `secret` stands in the text, or in what base64 in it holds.
fn holds(text: &str, secret: &str) -> bool {
    let runs = text.split(|c: char| !c.is_ascii() || digit(c as u8).is_none()).filter(|run| run.len() >= 16);
    text.contains(secret) || runs.map(from_base64).any(|inner| holds(&inner, secret))
}

/// The value of a digit of base64, in either alphabet.
fn digit(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    })
}

/// What a run of such digits holds, as far as it is whole bytes.
fn from_base64(run: &str) -> String {
    let mut bytes = Vec::new();
    for four in run.as_bytes().chunks(4) {
        let bits = four.iter().filter_map(|byte| digit(*byte)).fold(0, |bits, digit| bits << 6 | digit);
        let bits = bits << (6 * (4 - four.len()));
        bytes.extend_from_slice(&bits.to_be_bytes()[1..four.len()]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every envelope in the application's request.
fn envelopes(text: &str) -> Vec<(usize, usize)> {
    text.match_indices("\"dHcx")
        .map(|(at, _)| (at + 1, text[at + 1..].find('"').map_or(text.len(), |end| at + 1 + end)))
        .collect()
}

/// A vendor with state, and an application that speaks another wire.
fn sealed_abroad() -> impl Strategy<Value = (Wire, Wire)> {
    let pairs: Vec<_> = foreign_pairs().into_iter().filter(|(from, _)| SEALERS.contains(from)).collect();
    select(pairs)
}

fn secret() -> impl Strategy<Value = String> {
    any::<[u8; 12]>().prop_map(|bytes| format!("S3CRET{}", bytes.map(|byte| format!("{byte:02x}")).concat()))
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn state_comes_back_to_its_vendor_and_to_no_other(
        provider in select(&SEALERS[..]),
        application in select(&Wire::ALL[..]),
        secret in secret(),
        is_stream in any::<bool>(),
    ) {
        let given = provided(provider, &thoughtful(provider, &secret), &Usage::default(), is_stream);
        let (written, _) = translated(&given.bytes, provider, application, false);
        let answer: Value = serde_json::from_slice(&written.bytes).expect("JSON");
        let request = sent_back(application, &answer).to_string();
        // As it is on the vendor's own wire, sealed on any other.
        prop_assert_eq!(request.contains(&secret), application == provider, "{}", request);
        prop_assert!(holds(&request, &secret), "{provider} to {application}: {request}");
        let asked = asked(application, &request);
        prop_assert_eq!(&asked.losses, &[]);
        let back = body(&asked.request, provider).expect("its own conversation");
        let count = |text: &str| text.matches(&secret).count();
        prop_assert_eq!(count(&back), states(provider), "{} by {}: {}", provider, application, back);
        for other in Wire::ALL {
            let is_foreign = vendor(other) != vendor(provider);
            let bodies = [body(&asked.request, other).filter(|_| is_foreign), body_elsewhere(&asked.request, other)];
            for body in bodies.into_iter().flatten() {
                prop_assert!(!holds(&body, &secret), "{provider} by {application} to {other}: {body}");
            }
        }
    }

    #[test]
    fn state_that_was_changed_on_its_way_is_dropped_and_told(
        (provider, application) in sealed_abroad(),
        secret in secret(),
        which in any::<Index>(),
        at in any::<Index>(),
    ) {
        let given = provided(provider, &thoughtful(provider, &secret), &Usage::default(), false);
        let (written, _) = translated(&given.bytes, provider, application, false);
        let answer: Value = serde_json::from_slice(&written.bytes).expect("JSON");
        let mut request = sent_back(application, &answer).to_string();
        let envelopes = envelopes(&request);
        prop_assert!(!envelopes.is_empty(), "{}", request);
        let (start, end) = envelopes[which.index(envelopes.len())];
        // Ids of items are sealed too.
        let held_secret = holds(&request[start..end], &secret);
        // Behind the letters by which an envelope is known, before its padding.
        let end = start + request[start..end].trim_end_matches('=').len();
        let at = start + 4 + at.index(end - start - 5);
        let other = if &request[at..=at] == "A" { "B" } else { "A" };
        request.replace_range(at..=at, other);
        let asked = asked(application, &request);
        prop_assert!(!asked.losses.is_empty(), "{}", request);
        let back = body(&asked.request, provider).unwrap_or_default();
        let expected = states(provider) - usize::from(held_secret);
        prop_assert_eq!(back.matches(&secret).count(), expected, "{} by {}: {}", provider, application, back);
    }

    #[test]
    fn state_sealed_under_another_key_is_dropped_and_told(
        (provider, application) in sealed_abroad(),
        secret in secret(),
    ) {
        let given = provided(provider, &thoughtful(provider, &secret), &Usage::default(), false);
        let (written, _) = translated(&given.bytes, provider, application, false);
        let answer: Value = serde_json::from_slice(&written.bytes).expect("JSON");
        let body_text = sent_back(application, &answer).to_string();
        let incoming = Incoming { path: path(application), headers: no_headers(), body: &body_text };
        let asked = decode_request(application, &incoming, &Default::default()).expect("a request");
        prop_assert!(!asked.losses.is_empty());
        prop_assert!(!body(&asked.request, provider).unwrap_or_default().contains(&secret));
    }
}
