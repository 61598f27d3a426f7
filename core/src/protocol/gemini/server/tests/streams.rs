//! Streams, chunk by chunk.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::json::Json;
use super::{answer, chunks, foreign, read, read_back, sent_back, streamed, sum, whole};
use crate::failure::{Failure, FailureKind};
use crate::model::{Event, Finish, FinishReason, MediaKind, PartKind, Response, ToolCallKind, Wire};
use crate::protocol::answer::WireEncoder;
use crate::protocol::gemini::server::stream::State;
use crate::protocol::{DecodeError, Dialect, StreamFraming};
use crate::usage::{Bucket, Completeness, Usage};

fn start(part: u32, kind: PartKind<'static>) -> Event<'static> {
    Event::PartStart { part, candidate: 0, kind }
}

fn end(part: u32) -> Event<'static> {
    Event::PartEnd { part }
}

fn text(part: u32, text: &'static str) -> Event<'static> {
    Event::TextDelta { part, text: text.into() }
}

fn thinking(part: u32, text: &'static str) -> Event<'static> {
    Event::ReasoningDelta { part, text: text.into() }
}

const THOUGHT: PartKind<'static> = PartKind::Reasoning { is_summary: true };

fn tool(id: Option<&'static str>, name: &'static str) -> PartKind<'static> {
    PartKind::ToolCall { id: id.map(Into::into), name: name.into(), kind: ToolCallKind::Function }
}

fn arguments(part: u32, text: &'static str) -> Event<'static> {
    Event::ArgumentsDelta { part, text: text.into() }
}

fn opaque(part: u32, field: &'static str, value: &'static str) -> Event<'static> {
    Event::Opaque { part, field: field.into(), value: value.into() }
}

fn finish(reason: FinishReason) -> Event<'static> {
    Event::Finish { candidate: 0, finish: Finish { reason, raw: None, detail: None } }
}

fn named(id: &'static str, model: &'static str) -> Event<'static> {
    Event::Start { id: Some(id.into()), model: Some(model.into()) }
}

fn usage(counts: &[(Bucket, u64)]) -> Usage {
    let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
    counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
    usage
}

/// The parts of each chunk's first candidate.
fn parts(stream: &str) -> Vec<String> {
    let of_chunk = |chunk: &&str| {
        let start = chunk.find("\"parts\":[").expect("parts") + 9;
        let end = chunk.find("],\"role\":\"model\"").expect("a role");
        String::from(&chunk[start..end])
    };
    chunks(stream).iter().map(of_chunk).collect()
}

const LAST: &str = r#"{"text":""}"#;

#[test]
fn text_leaves_as_it_comes_and_the_last_chunk_says_how_it_ended() {
    let mut answer = foreign();
    let mut state = State::new(&answer.context);
    let mut out = Vec::new();
    for event in [named("r", "claude"), start(0, PartKind::Text)] {
        state.event(&mut answer, &event, &mut out);
    }
    assert!(out.is_empty(), "a chunk without a part would spoil the history");
    state.event(&mut answer, &text(0, "say \"hi\"\n"), &mut out);
    let first = concat!(
        r#"data: {"candidates":[{"content":{"parts":[{"text":"say \"hi\"\n"}],"role":"model"},"index":0}],"#,
        r#""modelVersion":"claude","responseId":"r"}"#,
        "\r\n\r\n"
    );
    assert_eq!(core::str::from_utf8(&out), Ok(first));
    for event in [end(0), finish(FinishReason::Stop)] {
        state.event(&mut answer, &event, &mut out);
    }
    assert_eq!(out.len(), first.len());
    state.end(&mut answer, &usage(&[(Bucket::Input, 5), (Bucket::Output, 3)]), &mut out);
    let last = concat!(
        r#"data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"#,
        r#""usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":3,"totalTokenCount":8},"#,
        r#""modelVersion":"claude","responseId":"r"}"#,
        "\r\n\r\n"
    );
    assert_eq!(core::str::from_utf8(&out[first.len()..]), Ok(last));
    state.event(&mut answer, &text(0, "late"), &mut out);
    state.end(&mut answer, &Usage::default(), &mut out);
    assert_eq!(out.len(), first.len() + last.len());
    assert!(answer.losses.is_empty(), "{:?}", answer.losses);
}

#[test]
fn without_alt_sse_a_stream_is_one_array() {
    let mut answer = foreign();
    answer.context.framing = StreamFraming::JsonArray;
    let events = [start(0, PartKind::Text), text(0, "a"), text(0, "b"), finish(FinishReason::Length)];
    let body = streamed(&mut answer, &events, &Usage::default());
    let names = r#""modelVersion":"asked","responseId":"made"}"#;
    let piece = |text: &str| {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}],"role":"model"}},"index":0}}],{names}"#
        )
    };
    let last = format!(
        r#"{{"candidates":[{{"content":{{"parts":[{{"text":""}}],"role":"model"}},"finishReason":"MAX_TOKENS","index":0}}],{names}"#
    );
    assert_eq!(body, format!("[{},\r\n{},\r\n{last}]", piece("a"), piece("b")));
    assert_eq!(read_back(&body).0.text(), "ab");
}

#[test]
fn state_of_another_vendor_travels_with_its_part_and_comes_back() {
    let events = [
        named("r", "claude"),
        start(0, THOUGHT),
        thinking(0, "so "),
        thinking(0, "be it"),
        opaque(0, "signature", "\"Eq==\""),
        end(0),
        start(
            1,
            PartKind::Vendor {
                wire: Wire::Anthropic,
                kind: "redacted_thinking".into(),
                json: "{\"data\":1}".into(),
            },
        ),
        end(1),
        start(2, PartKind::Reasoning { is_summary: true }),
        opaque(2, "signature", "\"Omitted==\""),
        end(2),
        start(3, PartKind::Text),
        text(3, "A"),
        text(3, "b"),
        opaque(3, "id", "\"msg\""),
        end(3),
        start(4, tool(Some("toolu_1"), "f")),
        arguments(4, "{}"),
        opaque(4, "caller", "{\"a\":1}"),
        end(4),
        finish(FinishReason::ToolCalls),
    ];
    let (response, usage) = sum("anthropic", &events);
    let expected = response.to_message();

    let mut live = foreign();
    let stream = streamed(&mut live, &events, &usage);
    let back = sent_back(&chunks(&stream));
    assert_eq!(back, expected, "{stream}");
    let visible = read_back(&stream).0;
    assert_eq!((&*visible.text(), &*visible.reasoning()), ("Ab", "so be it"));

    let mut at_once = foreign();
    let body = whole(&mut at_once, &response, &usage);
    assert_eq!(sent_back(&[&body]), expected, "{body}");
    assert_eq!(live.losses, at_once.losses);
    assert_eq!(live.losses.len(), 1, "{:?}", live.losses);
}

#[test]
fn state_that_comes_when_its_part_is_out_replaces_what_came_before() {
    let events = [
        start(0, THOUGHT),
        thinking(0, "t"),
        opaque(0, "reasoning_details", "[1]"),
        end(0),
        start(1, tool(Some("a:b"), "f")),
        arguments(1, "{}"),
        end(1),
        start(2, PartKind::Text),
        text(2, "x"),
        end(2),
        opaque(0, "reasoning_details", "[1,2]"),
        opaque(1, "extra_content", "{}"),
        finish(FinishReason::Stop),
    ];
    let mut answer = answer("openrouter", Wire::OpenaiChat);
    let stream = streamed(&mut answer, &events, &Usage::default());
    let back = sent_back(&chunks(&stream));
    assert_eq!(back, sum("openrouter", &events).0.to_message());
    assert_eq!(back.parts[0].opaque.len(), 1);
    assert_eq!(back.parts[0].opaque[0].value.as_str(), "[1,2]");
}

#[test]
fn calls_go_whole_and_in_the_order_of_their_ends() {
    let events = [
        start(0, tool(Some("1"), "f")),
        start(1, tool(Some("a b"), "g")),
        arguments(0, "{\"b\": 1.0,"),
        arguments(1, ""),
        end(1),
        arguments(0, "\n\"a\":2}"),
        end(0),
        start(2, tool(None, "h")),
        finish(FinishReason::ToolCalls),
    ];
    let stream = streamed(&mut foreign(), &events, &Usage::default());
    assert_eq!(
        parts(&stream),
        [
            r#"{"functionCall":{"id":"twid_YSBi","name":"g","args":{}}}"#,
            r#"{"functionCall":{"id":"1","name":"f","args":{"b":1.0,"a":2}}}"#,
            r#"{"functionCall":{"id":"twcall_made_2","name":"h","args":{}}}"#,
            LAST,
        ]
    );
    assert_eq!(read_back(&stream).0.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
}

#[test]
fn a_text_is_not_cut_by_a_call_and_does_not_wait_for_one() {
    let events = [
        start(0, tool(Some("1"), "f")),
        start(1, PartKind::Text),
        text(1, "a"),
        end(0),
        text(1, "b"),
        end(1),
        finish(FinishReason::ToolCalls),
    ];
    let stream = streamed(&mut foreign(), &events, &Usage::default());
    let call = r#"{"functionCall":{"id":"1","name":"f","args":{}}}"#;
    assert_eq!(parts(&stream), [r#"{"text":"a"}"#, r#"{"text":"b"}"#, call, LAST]);
}

#[test]
fn texts_that_overlap_follow_each_other() {
    let events = [
        start(0, PartKind::Text),
        start(1, THOUGHT),
        thinking(1, "t"),
        start(2, PartKind::Text),
        text(2, "c"),
        end(1),
        text(0, "a"),
        end(0),
        text(2, "d"),
        end(2),
        finish(FinishReason::Stop),
    ];
    let stream = streamed(&mut foreign(), &events, &Usage::default());
    let thought = r#"{"text":"t","thought":true}"#;
    assert_eq!(parts(&stream), [r#"{"text":"a"}"#, thought, r#"{"text":"c"}"#, r#"{"text":"d"}"#, LAST]);
}

#[test]
fn malformed_arguments_are_told_and_not_repaired() {
    let events = [
        start(0, tool(Some("1"), "f")),
        arguments(0, "{\"a\":"),
        end(0),
        start(1, tool(Some("2"), "g")),
        arguments(1, "{}"),
        end(1),
        finish(FinishReason::ToolCalls),
    ];
    let mut live = foreign();
    let stream = streamed(&mut live, &events, &Usage::default());
    let told =
        r#"{"text":"","partMetadata":{"malformedFunctionCall":{"id":"1","name":"f","args":"{\"a\":"}}}"#;
    assert_eq!(parts(&stream), [told, r#"{"functionCall":{"id":"2","name":"g","args":{}}}"#, LAST]);
    let last = Json::parse(chunks(&stream)[2]);
    assert_eq!(last.text("candidates.0.finishReason"), Some("MALFORMED_FUNCTION_CALL"));
    assert_eq!(last.text("candidates.0.finishMessage"), Some("malformed arguments of f: {\"a\":"));
    assert_eq!(live.losses[0].path, "parts[0].arguments");
    let mut at_once = foreign();
    let body = whole(&mut at_once, &sum("anthropic", &events).0, &Usage::default());
    assert_eq!(Json::parse(&body).text("candidates.0.finishReason"), Some("MALFORMED_FUNCTION_CALL"));
    assert_eq!(at_once.losses, live.losses);
    assert_eq!(read_back(&body).0.finish().map(|f| f.reason), Some(FinishReason::Error));
    // The provider would have to take it for a call; the application has no result for it.
    for history in [sent_back(&chunks(&stream)), sent_back(&[&body])] {
        assert_eq!(history.parts.len(), 1, "{:?}", history.parts);
    }
}

#[test]
fn arguments_that_a_limit_cut_keep_the_limit() {
    let events = [start(0, tool(Some("1"), "f")), arguments(0, "{\"a\":"), finish(FinishReason::Length)];
    let stream = streamed(&mut foreign(), &events, &Usage::default());
    let last = Json::parse(chunks(&stream)[1]);
    assert_eq!(last.text("candidates.0.finishReason"), Some("MAX_TOKENS"));
    assert!(last.text("candidates.0.finishMessage").is_some());
}

#[test]
fn good_calls_come_through_beside_a_cut_one_and_each_cut_one_is_named() {
    let events = [
        start(0, tool(Some("1"), "f")),
        arguments(0, "{\"a\":1}"),
        end(0),
        start(1, tool(Some("2"), "f")),
        arguments(1, "{\"a\":"),
        end(1),
        start(2, tool(Some("3"), "g")),
        arguments(2, "[1]"),
        finish(FinishReason::Length),
    ];
    let stream = streamed(&mut foreign(), &events, &Usage::default());
    assert_eq!(parts(&stream)[0], r#"{"functionCall":{"id":"1","name":"f","args":{"a":1}}}"#);
    let last = Json::parse(chunks(&stream)[3]);
    let told = "malformed arguments of f: {\"a\":\nmalformed arguments of g: [1]";
    assert_eq!(last.text("candidates.0.finishMessage"), Some(told));
}

#[test]
fn null_is_no_arguments() {
    let events = [start(0, tool(Some("1"), "f")), arguments(0, " null"), finish(FinishReason::ToolCalls)];
    let mut answer = foreign();
    let stream = streamed(&mut answer, &events, &Usage::default());
    assert_eq!(parts(&stream)[0], r#"{"functionCall":{"id":"1","name":"f"}}"#);
    let last = Json::parse(chunks(&stream)[1]);
    assert_eq!(last.text("candidates.0.finishReason"), Some("STOP"));
    assert_eq!(answer.losses[0].path, "parts[0].arguments");
}

#[test]
fn an_error_before_the_first_chunk_stands_alone() {
    let failure = Failure { status: Some(529), ..Failure::new(FailureKind::Overloaded, "busy") };
    let error = r#"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#;
    for (framing, expected) in [
        (StreamFraming::Sse, format!("data: {error}\r\n\r\n")),
        (StreamFraming::JsonArray, format!("[{error}]")),
    ] {
        let mut answer = foreign();
        answer.context.framing = framing;
        let mut state = State::new(&answer.context);
        let mut out = Vec::new();
        state.event(&mut answer, &named("r", "m"), &mut out);
        state.fail(&mut answer, &failure, &Usage::default(), &mut out);
        state.end(&mut answer, &Usage::default(), &mut out);
        assert_eq!(core::str::from_utf8(&out), Ok(&*expected));
    }
}

#[test]
fn an_error_after_the_start_is_a_chunk() {
    for framing in [StreamFraming::Sse, StreamFraming::JsonArray] {
        let mut answer = foreign();
        answer.context.framing = framing;
        let mut state = State::new(&answer.context);
        let mut out = Vec::new();
        for event in [start(0, PartKind::Text), text(0, "a")] {
            state.event(&mut answer, &event, &mut out);
        }
        let failure = Failure::new(FailureKind::Connection, "reset");
        state.fail(&mut answer, &failure, &usage(&[(Bucket::Input, 1)]), &mut out);
        let body = String::from_utf8(out).expect("text");
        let error = read(&Dialect::GEMINI, &body).expect_err("it failed");
        let DecodeError::Provider(error) = error else { panic!("{error:?}") };
        assert_eq!(error.error_type.as_deref(), Some("UNAVAILABLE"));
        assert_eq!(answer.losses[0].path, "usage");
    }
}

#[test]
fn an_end_without_a_reason_is_no_success() {
    let events = [start(0, PartKind::Text), text(0, "a")];
    let body = streamed(&mut foreign(), &events, &usage(&[(Bucket::Output, 1)]));
    assert!(!body.contains("finishReason") && body.contains("usageMetadata"), "{body}");
    assert!(matches!(read(&Dialect::GEMINI, &body), Err(DecodeError::Incomplete { .. })));
    let whole = whole(&mut foreign(), &sum("anthropic", &events).0, &Usage::default());
    assert_eq!(Json::parse(&whole).text("candidates.0.finishReason"), Some("OTHER"));
}

#[test]
fn an_empty_answer_has_an_empty_text() {
    let events = [finish(FinishReason::Stop)];
    let body = streamed(&mut foreign(), &events, &Usage::default());
    assert_eq!(parts(&body), [LAST]);
    let (response, _) = read_back(&body);
    assert_eq!((response.candidates.len(), response.candidates[0].parts.len()), (1, 0));
    let whole = whole(&mut foreign(), &response, &Usage::default());
    assert_eq!(
        whole,
        concat!(
            r#"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"#,
            r#""modelVersion":"asked","responseId":"made"}"#
        )
    );
}

#[test]
fn a_refusal_is_text_that_a_filter_ends() {
    let events = [
        start(0, PartKind::Refusal),
        Event::RefusalDelta { part: 0, text: "no".into() },
        end(0),
        Event::Finish {
            candidate: 0,
            finish: Finish { reason: FinishReason::Refusal, raw: None, detail: Some("cyber".into()) },
        },
    ];
    let mut live = foreign();
    let body = streamed(&mut live, &events, &Usage::default());
    let last = Json::parse(chunks(&body)[1]);
    assert_eq!(parts(&body)[0], r#"{"text":"no"}"#);
    assert_eq!(last.text("candidates.0.finishReason"), Some("SAFETY"));
    assert_eq!(last.text("candidates.0.finishMessage"), Some("cyber"));
    let paths: Vec<_> = live.losses.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(paths, ["parts[0]", "candidates[0].finish"]);
}

#[test]
fn candidates_have_their_own_chunks_and_one_last() {
    let other = |part, kind| Event::PartStart { part, candidate: 1, kind };
    let events = [
        start(0, PartKind::Text),
        other(1, PartKind::Text),
        text(0, "a"),
        text(1, "b"),
        text(0, "c"),
        end(0),
        end(1),
        finish(FinishReason::Stop),
        Event::Finish {
            candidate: 1,
            finish: Finish { reason: FinishReason::Length, raw: None, detail: None },
        },
    ];
    let body = streamed(&mut foreign(), &events, &Usage::default());
    assert_eq!(chunks(&body).len(), 4);
    let (response, _) = read_back(&body);
    let told: Vec<_> =
        response.candidates.iter().map(|c| (c.parts.clone(), c.finish.as_ref().map(|f| f.reason))).collect();
    let text = crate::model::Part::text;
    assert_eq!(
        told,
        [(vec![text("ac")], Some(FinishReason::Stop)), (vec![text("b")], Some(FinishReason::Length))]
    );
    let whole = whole(&mut foreign(), &response, &Usage::default());
    assert_eq!(read_back(&whole).0.candidates, response.candidates);
}

#[test]
fn media_go_in_one_piece() {
    let image = PartKind::Media { kind: MediaKind::Image, media_type: None };
    let data = |base64: &'static str| Event::DataDelta { part: 0, base64: base64.into() };
    let events = [start(0, image), data("iVBOR"), data("w0="), end(0), finish(FinishReason::Stop)];
    let body = streamed(&mut foreign(), &events, &Usage::default());
    assert_eq!(parts(&body), [r#"{"inlineData":{"mimeType":"image/png","data":"iVBORw0="}}"#, LAST]);
}

#[test]
fn what_was_not_sent_can_be_taken_back() {
    let events = [
        start(0, PartKind::Text),
        text(0, "a"),
        start(1, PartKind::Text),
        text(1, "gone"),
        start(2, tool(Some("1"), "f")),
        arguments(2, "{"),
        end(2),
        Event::Discard { from_part: 1, keep_bytes: 0 },
        start(1, PartKind::Text),
        text(1, "b"),
        end(0),
        end(1),
        finish(FinishReason::Stop),
    ];
    let mut kept = foreign();
    let body = streamed(&mut kept, &events, &Usage::default());
    assert_eq!(parts(&body), [r#"{"text":"a"}"#, r#"{"text":"b"}"#, LAST]);
    assert!(kept.losses.is_empty(), "{:?}", kept.losses);
    let from_start = [&events[..2], &[Event::Discard { from_part: 0, keep_bytes: 0 }], &events[..2]].concat();
    let mut told = foreign();
    streamed(&mut told, &from_start, &Usage::default());
    assert_eq!(told.losses.len(), 1);
}

#[test]
fn citations_become_sources_and_foreign_fields_are_lost() {
    let cite = |raw: &'static str| Event::Citation { part: Some(0), wire: Wire::OpenaiChat, raw: raw.into() };
    let events = [
        start(0, PartKind::Text),
        text(0, "a"),
        cite(r#"{"type":"url_citation","url_citation":{"url":"https://x","title":"X","start_index":0}}"#),
        cite(r#"{"url":"https://x","title":"X"}"#),
        cite(r#"{"type":"file_citation","file_id":"f"}"#),
        Event::Extra { part: None, name: "system_fingerprint".into(), value: "1".into() },
        Event::Extra { part: None, name: "logprobs".into(), value: "1".into() },
        end(0),
        finish(FinishReason::Stop),
    ];
    let mut live = answer("openai", Wire::OpenaiChat);
    let body = streamed(&mut live, &events, &Usage::default());
    let sources = r#""groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://x","title":"X"}}]}"#;
    assert!(chunks(&body)[1].contains(sources), "{body}");
    assert!(!body.contains("system_fingerprint"));
    let paths: Vec<_> = live.losses.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(paths, ["citations", "citations", "extras.logprobs"]);
}

#[test]
fn what_waits_is_bounded() {
    let mut answer = foreign();
    let mut state = State::new(&answer.context);
    let mut out = Vec::new();
    let piece = "x".repeat(8 << 20);
    state.event(&mut answer, &start(0, tool(Some("1"), "f")), &mut out);
    for _ in 0..9 {
        let event = Event::ArgumentsDelta { part: 0, text: (&*piece).into() };
        state.event(&mut answer, &event, &mut out);
    }
    state.end(&mut answer, &Usage::default(), &mut out);
    let body = String::from_utf8(out).expect("text");
    assert_eq!(chunks(&body).len(), 1);
    assert_eq!(Json::parse(chunks(&body)[0]).text("error.status"), Some("INTERNAL"));
}

#[test]
fn googles_own_answer_keeps_its_own_form() {
    let recorded = concat!(
        r#"data: {"candidates":[{"content":{"parts":[{"text":"t","thought":true}],"role":"model"},"index":0}],"modelVersion":"g","responseId":"r","createTime":"now"}"#,
        "\n\n",
        r#"data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a": 1}},"thoughtSignature":"s"},{"executableCode":{"code":"1"}}],"role":"model"},"index":0}]}"#,
        "\n\n",
        r#"data: {"candidates":[{"content":{"parts":[{"text":"x","partMetadata":{"a":1}},{"inlineData":{"mimeType":"image/png","data":"AA=="},"thought":true}],"role":"model"},"finishReason":"STOP","index":0,"safetyRatings":[1],"groundingMetadata":{"webSearchQueries":["q"]}}],"#,
        r#""usageMetadata":{"promptTokenCount":1,"toolUsePromptTokenCount":2,"candidatesTokenCount":4,"thoughtsTokenCount":5,"totalTokenCount":12,"trafficType":"ON_DEMAND"}}"#,
        "\n\n"
    );
    let events = read(&Dialect::GEMINI, recorded).expect(recorded);
    let (response, usage) = sum("google", &events);
    let mut native = answer("google", Wire::Gemini);
    let stream = streamed(&mut native, &events, &usage);
    assert!(native.losses.is_empty(), "{:?}", native.losses);
    assert!(stream.contains(r#""toolUsePromptTokenCount":2"#), "{stream}");
    assert_eq!(sum("google", &read(&Dialect::GEMINI, &stream).expect(&stream)).1, usage);
    let (again, _) = read_back(&stream);
    // The field about a text stands behind it, in a part of its own.
    assert_eq!(again.text(), response.text());
    assert_eq!(again.candidates[0].parts[..3], response.candidates[0].parts[..3]);
    assert_eq!(again.extras.len(), response.extras.len());
    let body = whole(&mut native, &response, &usage);
    let in_order = |(mut response, usage): (Response, Usage)| {
        response.extras.sort_by(|a, b| a.name.cmp(&b.name));
        (response, usage)
    };
    assert_eq!(in_order(read_back(&body)), in_order((response, usage)));
}

#[test]
fn a_blocked_prompt_has_no_candidate() {
    let recorded = r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":4,"totalTokenCount":4},"modelVersion":"g","responseId":"r"}"#;
    let events = read(&Dialect::GEMINI, recorded).expect(recorded);
    let (response, usage) = sum("google", &events);
    let mut native = answer("google", Wire::Gemini);
    let body = whole(&mut native, &response, &usage);
    assert_eq!(Json::parse(&body), Json::parse(recorded));
    let stream = streamed(&mut native, &events, &usage);
    assert_eq!(Json::parse(chunks(&stream)[0]), Json::parse(recorded));
}
