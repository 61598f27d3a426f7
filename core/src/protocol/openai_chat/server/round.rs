//! What is written here, read back: answers by a client of the wire, and again by this role when the
//! application sends them back.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::println;

use super::corpus::exchanges;
use super::request;
use super::testing::*;
use crate::http::Headers;
use crate::json::{RawJson, Reader};
use crate::model::{
    Content, Event, Finish, FinishReason, MediaKind, Message, Part, PartKind, Response, ToolCallKind, Wire,
};
use crate::protocol::answer::{AnswerContext, Asked, Incoming};
use crate::protocol::{Caps, Decoder, Dialect, SealKey};
use crate::usage::Usage;

fn decode(body: &str) -> Asked {
    let headers = Headers::new();
    let incoming = Incoming { path: "/v1/chat/completions", headers: &headers, body };
    request::decode(&incoming, &SealKey::default()).expect(body)
}

/// The message of a whole answer, as an application sends it back.
fn echoed(body: &str) -> Message {
    let (_, rest) = body.split_once(r#""message":"#).expect("a message");
    let message = Reader::new(rest).raw().expect("JSON");
    let request = format!(r#"{{"model":"m","messages":[{message}]}}"#);
    let asked = decode(&request);
    assert_eq!(asked.losses, [], "{request}");
    asked.request.messages.into_iter().next().expect("one message")
}

/// An answer with thinking, text and calls between each other.
fn interleaved() -> Vec<Event<'static>> {
    let block = PartKind::Vendor {
        wire: Wire::Anthropic,
        kind: "server_tool_use".into(),
        json: r#"{"type":"server_tool_use","id":"s"}"#.into(),
    };
    Vec::from([
        started(),
        opens(0, PartKind::Reasoning { is_summary: false }),
        thinks(0, "first é"),
        state(0, "signature", "\"S0\""),
        ends(0),
        opens(1, PartKind::Text),
        says(1, "Let me sé"),
        says(1, "e."),
        ends(1),
        opens(2, block),
        ends(2),
        opens(3, PartKind::Reasoning { is_summary: false }),
        thinks(3, "second"),
        state(3, "signature", "\"S3\""),
        ends(3),
        opens(4, PartKind::Text),
        says(4, "So"),
        ends(4),
        opens(5, calls("functions.f:0", "f")),
        argues(5, "{\"a\": 1.0}"),
        state(5, "thoughtSignature", "\"T\""),
        ends(5),
        opens(6, PartKind::Reasoning { is_summary: true }),
        thinks(6, "third"),
        state(6, "id", "\"rs\""),
        ends(6),
        opens(7, calls("d", "g")),
        argues(7, "{}"),
        ends(7),
        finishes(FinishReason::ToolCalls),
    ])
}

#[test]
fn sealed_state_restores_the_parts_and_their_order() {
    let events = interleaved();
    let response = sum("anthropic", &events);
    let written = whole(context(), &response, &Usage::default());
    assert_eq!(echoed(&written.text).parts, response.to_message().parts);
}

#[test]
fn a_stream_brings_the_state_of_the_whole_answer() {
    let events = interleaved();
    let (whole, _) = read(&whole(context(), &sum("anthropic", &events), &Usage::default()).text);
    let (streamed, _) = read(&stream(context(), &events, &Usage::default()).text);
    let details = |response: &Response| {
        let parts = &response.candidates[0].parts;
        parts.iter().find_map(|p| p.opaque_field("reasoning_details").map(|o| o.value.clone()))
    };
    assert!(details(&whole).is_some());
    assert_eq!(details(&whole), details(&streamed));
}

/// What is left of a message after an SDK, or a person, has worked on it.
fn changed(change: impl Fn(String) -> String) -> Asked {
    let events = interleaved();
    let written = whole(context(), &sum("anthropic", &events), &Usage::default());
    let (_, rest) = written.text.split_once(r#""message":"#).expect("a message");
    let message = change(Reader::new(rest).raw().expect("JSON").into());
    decode(&format!(r#"{{"model":"m","messages":[{message}]}}"#))
}

#[test]
fn thinking_is_restored_though_the_application_kept_only_its_end() {
    let asked = changed(|m| m.replace(r#""first ésecondthird""#, "\"third\""));
    assert_eq!(asked.request.messages[0].parts, sum("anthropic", &interleaved()).to_message().parts);
    let asked = changed(|m| m.replace(r#""reasoning_content":"first ésecondthird","#, ""));
    assert_eq!(asked.request.messages[0].parts, sum("anthropic", &interleaved()).to_message().parts);
}

#[test]
fn a_forged_envelope_is_dropped_and_told() {
    let asked = changed(|m| m.replacen("dHcx", "dHcxA", 1));
    let paths: Vec<&str> = asked.losses.iter().map(|loss| &*loss.path).collect();
    assert_eq!(paths, ["messages[0].reasoning_details[0]"]);
    let first = &asked.request.messages[0].parts[0];
    assert!(first.opaque.is_empty(), "{first:?}");
}

#[test]
fn an_edited_text_loses_no_word() {
    let asked = changed(|m| m.replace("Let me sée.So", "é"));
    let texts: Vec<&str> = asked.request.messages[0]
        .parts
        .iter()
        .filter_map(|part| match &part.content {
            Content::Text { text, .. } => Some(&**text),
            _ => None,
        })
        .collect();
    assert_eq!(texts.concat(), "é");
    let calls = asked.request.messages[0].parts.iter();
    assert_eq!(calls.filter(|part| matches!(part.content, Content::ToolCall(_))).count(), 2);
}

#[test]
fn the_state_of_a_text_needs_the_text() {
    let events = [
        opens(0, PartKind::Text),
        says(0, "abc"),
        ends(0),
        opens(1, PartKind::Text),
        says(1, "de"),
        state(1, "thoughtSignature", "\"T\""),
        finishes(FinishReason::Stop),
    ];
    let response = sum("google", &events);
    let google = || AnswerContext { vendor: "google".into(), source: Wire::Gemini, ..context() };
    let written = whole(google(), &response, &Usage::default());
    assert_eq!(echoed(&written.text).parts, response.to_message().parts);
    let cut = written.text.replace("\"abcde\"", "\"abcd\"");
    let (_, rest) = cut.split_once(r#""message":"#).expect("a message");
    let message = Reader::new(rest).raw().expect("JSON");
    let asked = decode(&format!(r#"{{"model":"m","messages":[{message}]}}"#));
    assert_eq!(asked.losses.len(), 1);
    let parts = &asked.request.messages[0].parts;
    assert_eq!(parts[..], [Part::text("abc"), Part::text("d")]);
}

#[test]
fn openais_own_state_comes_back_as_openais() {
    let events = [
        opens(0, PartKind::Reasoning { is_summary: false }),
        thinks(0, "a"),
        state(0, "reasoning_details", r#"[{"type":"reasoning.text","text":"a","index":0}]"#),
        ends(0),
        opens(1, PartKind::Media { kind: MediaKind::Audio, media_type: None }),
        state(1, "id", "\"audio_1\""),
        state(1, "expires_at", "8"),
        Event::DataDelta { part: 1, base64: "AA==".into() },
        ends(1),
        finishes(FinishReason::Stop),
    ];
    let mut response = sum("openai", &events);
    let written = whole(native(), &response, &Usage::default());
    let parts = echoed(&written.text).parts;
    for part in &mut response.candidates[0].parts {
        part.opaque.retain(|o| o.field != "expires_at");
    }
    let states = |parts: &[Part]| parts.iter().flat_map(|p| p.opaque.clone()).collect::<Vec<_>>();
    assert_eq!(states(&parts), states(&response.candidates[0].parts));
    assert_eq!(parts[0], response.candidates[0].parts[0]);
}

/// Every event is one JSON object on one line, and the last says that it is.
fn assert_well_formed(name: &str, stream: &str) {
    let events = stream.strip_suffix("data: [DONE]\n\n").expect(name);
    for event in events.split_terminator("\n\n") {
        let data = event.strip_prefix("data: ").expect(name);
        assert!(!data.contains('\n') && RawJson::parse(data).is_ok(), "{name}: {data}");
    }
}

/// Streamed and whole, the answer means to a client what it meant where it came from.
fn assert_survives(name: &str, context: &AnswerContext, events: &[Event<'_>], usage: &Usage) {
    let response = sum(&context.vendor, events);
    let meant = Meaning::of(&response);
    let asked = AnswerContext { stream_usage: true, ..context.clone() };
    let streamed = stream(asked, events, usage);
    assert_well_formed(name, &streamed.text);
    for written in [streamed, whole(context.clone(), &response, usage)] {
        let (read, counted) = read(&written.text);
        let mut found = Meaning::of(&read);
        if meant.is_empty() {
            assert_eq!(found.len(), 1, "{name}");
            found.clear();
        }
        assert_eq!(found, meant, "{name}: {}", written.text);
        for (bucket, count) in usage.counts.iter() {
            let path = format!("usage.{}", bucket.name());
            let is_told = counted.counts.get(bucket) == Some(count);
            let may_miss = count == 0 || written.losses.contains(&path) || !super::usage::is_stated(usage);
            assert!(is_told || may_miss, "{name}: {path} in {}", written.text);
        }
    }
}

#[test]
fn every_kind_of_answer_survives() {
    assert_survives("interleaved", &context(), &interleaved(), &used(5, 6));
    assert_survives("nothing", &context(), &[started()], &Usage::default());
    let refusal = [
        opens(0, PartKind::Refusal),
        Event::RefusalDelta { part: 0, text: "no".into() },
        finishes(FinishReason::Refusal),
    ];
    assert_survives("refusal", &native(), &refusal, &used(0, 0));
    for reason in [
        FinishReason::Cancelled,
        FinishReason::ContentFilter,
        FinishReason::Error,
        FinishReason::Length,
        FinishReason::Other,
        FinishReason::Pause,
        FinishReason::Refusal,
        FinishReason::Stop,
        FinishReason::StopSequence,
        FinishReason::ToolCalls,
    ] {
        let said = [opens(0, PartKind::Text), says(0, "a"), finishes(reason)];
        assert_survives(reason.name(), &context(), &said, &Usage::default());
    }
    let freeform = PartKind::ToolCall { id: None, name: "f".into(), kind: ToolCallKind::Freeform };
    let second = Event::PartStart { part: 1, candidate: 1, kind: PartKind::Text };
    let finish = Event::Finish { candidate: 1, finish: Finish::new(FinishReason::Stop, "stop") };
    let several = [
        opens(0, freeform),
        second,
        says(1, "b"),
        argues(0, "not { json"),
        finish,
        finishes(FinishReason::ToolCalls),
    ];
    assert_survives("several", &native(), &several, &used(1, 1));
    let picture = [
        opens(0, PartKind::Media { kind: MediaKind::Image, media_type: Some("image/jpeg".into()) }),
        Event::DataDelta { part: 0, base64: "/9j/".into() },
        ends(0),
        finishes(FinishReason::Stop),
    ];
    assert_survives("picture", &context(), &picture, &Usage::default());
}

#[test]
fn every_recorded_answer_survives() {
    let mut count = 0;
    for exchange in exchanges() {
        let Some(wire) = Wire::parse(&exchange.protocol).filter(|_| exchange.is_good) else { continue };
        let dialect = Dialect::of_wire(wire);
        let mut events: Vec<Event<'static>> = Vec::new();
        let mut decoder = Decoder::new(dialect, Caps::default());
        let mut sink = |event: Event<'_>| events.push(event.into_owned());
        let pushed = decoder.push(exchange.body.as_bytes(), &mut sink);
        if pushed.and_then(|_| decoder.end(&mut sink)).is_err() {
            continue;
        }
        let usage = decoder.usage().clone();
        let context = AnswerContext { vendor: dialect.vendor.into(), source: wire, ..context() };
        assert_survives(&exchange.id, &context, &events, &usage);
        count += 1;
    }
    println!("{count} recorded answers survived");
}
