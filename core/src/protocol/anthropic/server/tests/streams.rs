//! Streams, as they are written and as they are read.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{answer, read, stream, streamed};
use crate::failure::{Failure, FailureKind};
use crate::model::{
    Accumulator, Event, Finish, FinishReason, LossAction, MediaKind, PartKind, ToolCallKind, Wire,
};
use crate::protocol::answer::WireEncoder;
use crate::usage::{Bucket, Usage};

fn start() -> Event<'static> {
    Event::Start { id: Some("r1".into()), model: Some("gpt".into()) }
}

fn open(part: u32, kind: PartKind<'static>) -> Event<'static> {
    Event::PartStart { part, candidate: 0, kind }
}

fn call(part: u32, id: &'static str) -> Event<'static> {
    let kind = ToolCallKind::Function;
    open(part, PartKind::ToolCall { id: Some(id.into()), name: "f".into(), kind })
}

fn text(part: u32, text: &'static str) -> Event<'static> {
    Event::TextDelta { part, text: text.into() }
}

fn arguments(part: u32, text: &'static str) -> Event<'static> {
    Event::ArgumentsDelta { part, text: text.into() }
}

fn end(part: u32) -> Event<'static> {
    Event::PartEnd { part }
}

fn finish(reason: FinishReason) -> Event<'static> {
    Event::Finish { candidate: 0, finish: Finish { reason, raw: None, detail: None } }
}

const THOUGHT: PartKind<'static> = PartKind::Reasoning { is_summary: false };

fn usage(counts: &[(Bucket, u64)]) -> Usage {
    let mut usage = Usage::default();
    counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
    usage
}

/// Each event in short: its data without what all of its kind have.
fn short(stream: &str) -> Vec<String> {
    let mut events = Vec::new();
    for frame in stream.split_terminator("\n\n") {
        let (name, data) = frame.split_once('\n').expect("two lines");
        let (name, data) =
            (name.strip_prefix("event: ").expect("a name"), data.strip_prefix("data: ").expect("data"));
        assert!(!data.contains('\n'));
        let data = data.strip_prefix(&*alloc::format!(r#"{{"type":"{name}""#)).expect("its name again");
        let name = name.strip_prefix("content_block_").unwrap_or(name);
        events.push(alloc::format!(
            "{name} {}",
            data.strip_suffix('}').expect("an object").trim_start_matches(',')
        ));
    }
    events
}

fn blocks(wire: Wire, events: &[Event<'_>]) -> Vec<String> {
    let (stream, _) = streamed(wire, events, &Usage::default());
    short(&stream).into_iter().filter(|event| !event.starts_with("message")).collect()
}

#[test]
fn a_text_streams_in_the_whole_lifecycle() {
    let events = [
        start(),
        open(0, PartKind::Text),
        text(0, "Hi"),
        text(0, " \"you\""),
        end(0),
        finish(FinishReason::Stop),
    ];
    let (stream, losses) = streamed(
        Wire::OpenaiChat,
        &events,
        &usage(&[(Bucket::Input, 9), (Bucket::CacheRead, 4), (Bucket::Output, 2)]),
    );
    let null = r#""cache_creation_input_tokens":null"#;
    assert_eq!(
        short(&stream),
        [
            concat!(
                r#"message_start "message":{"id":"r1","type":"message","role":"assistant","model":"gpt","content":[],"#,
                r#""stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{"input_tokens":0,"#,
                r#""cache_creation_input_tokens":null,"cache_read_input_tokens":null,"cache_creation":null,"#,
                r#""output_tokens":0,"output_tokens_details":null,"server_tool_use":null,"service_tier":null,"#,
                r#""speed":null,"inference_geo":null},"container":null,"diagnostics":null}"#
            ),
            r#"start "index":0,"content_block":{"type":"text","text":"","citations":null}"#,
            r#"delta "index":0,"delta":{"type":"text_delta","text":"Hi"}"#,
            r#"delta "index":0,"delta":{"type":"text_delta","text":" \"you\""}"#,
            r#"stop "index":0"#,
            &alloc::format!(
                r#"message_delta "delta":{{"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null}},"usage":{{"input_tokens":5,{null},"cache_read_input_tokens":4,"output_tokens":2,"output_tokens_details":null,"server_tool_use":null}}"#
            ),
            "message_stop ",
        ]
    );
    assert!(losses.is_empty());
}

#[test]
fn every_piece_leaves_at_once() {
    let mut answer = answer(Wire::OpenaiChat);
    let mut state = stream::State::new(&answer.context);
    let mut written = |event: &Event<'_>| {
        let mut out = Vec::new();
        state.event(&mut answer, event, &mut out);
        short(core::str::from_utf8(&out).expect("UTF-8")).len()
    };
    for (event, events) in [
        (start(), 1),
        (open(0, THOUGHT), 0),
        (Event::ReasoningDelta { part: 0, text: "hm".into() }, 2),
        (end(0), 1),
        (open(1, PartKind::Text), 0),
        (text(1, "a"), 2),
        (text(1, "b"), 1),
        (end(1), 1),
        (call(2, "c1"), 1),
        (arguments(2, "{"), 1),
        (arguments(2, "}"), 1),
        (call(3, "c2"), 2),
        (arguments(3, "{}"), 1),
        (end(2), 0),
        (end(3), 1),
        (finish(FinishReason::ToolCalls), 0),
    ] {
        assert_eq!(written(&event), events, "{event:?}");
    }
}

#[test]
fn parts_that_overlap_come_one_after_another() {
    let events = [
        call(0, "c1"),
        call(1, "c2"),
        open(2, PartKind::Text),
        arguments(1, r#"{"x":"#),
        arguments(0, r#"{"a":"#),
        text(2, "later"),
        arguments(1, "1}"),
        arguments(0, "0}"),
        end(1),
        text(2, " on"),
        end(0),
        end(2),
        finish(FinishReason::ToolCalls),
    ];
    let expected = [
        r#"start "index":0,"content_block":{"type":"tool_use","id":"c1","name":"f","input":{},"caller":{"type":"direct"}}"#,
        r#"delta "index":0,"delta":{"type":"input_json_delta","partial_json":"{\"a\":"}"#,
        r#"delta "index":0,"delta":{"type":"input_json_delta","partial_json":"0}"}"#,
        r#"stop "index":0"#,
        r#"start "index":1,"content_block":{"type":"tool_use","id":"c2","name":"f","input":{},"caller":{"type":"direct"}}"#,
        r#"delta "index":1,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}"}"#,
        r#"stop "index":1"#,
        r#"start "index":2,"content_block":{"type":"text","text":"","citations":null}"#,
        r#"delta "index":2,"delta":{"type":"text_delta","text":"later"}"#,
        r#"delta "index":2,"delta":{"type":"text_delta","text":" on"}"#,
        r#"stop "index":2"#,
    ];
    assert_eq!(blocks(Wire::OpenaiChat, &events), expected);
}

#[test]
fn a_call_that_goes_on_behind_its_end_breaks_the_answer() {
    let calls = [call(0, "c1"), arguments(0, "{}"), call(1, "c2"), arguments(0, " \n")];
    let (stream, _) = streamed(
        Wire::OpenaiChat,
        &[&calls[..], &[finish(FinishReason::ToolCalls)]].concat(),
        &Usage::default(),
    );
    assert!(stream.ends_with("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"), "{stream}");
    let (stream, _) =
        streamed(Wire::OpenaiChat, &[&calls[..], &[arguments(0, "{\"a\":1}")]].concat(), &Usage::default());
    assert!(stream.contains("event: error") && !stream.contains("message_stop"), "{stream}");
}

#[test]
fn what_never_ended_is_closed_at_the_end() {
    let events = [call(0, "c1"), arguments(0, "{\"a\":"), call(1, "c2"), finish(FinishReason::Length)];
    let stops = blocks(Wire::OpenaiChat, &events);
    assert_eq!(stops.iter().filter(|e| e.starts_with("stop")).count(), 2);
}

#[test]
fn arguments_of_nothing_are_an_empty_object() {
    let events = [call(0, "c1"), arguments(0, " "), end(0), finish(FinishReason::ToolCalls)];
    assert_eq!(blocks(Wire::OpenaiChat, &events).len(), 2);
    let (stream, losses) = streamed(Wire::OpenaiChat, &events, &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!(read.response.tool_calls().next().map(|c| c.arguments.as_str()), Some("{}"));
    assert!(losses.is_empty());
}

#[test]
fn arguments_that_are_no_object_are_reported() {
    let events =
        [call(0, "c1"), arguments(0, "sorry"), arguments(0, " \"x\""), end(0), finish(FinishReason::Stop)];
    let (stream, losses) = streamed(Wire::OpenaiChat, &events, &Usage::default());
    let calls = read(Wire::Anthropic, stream.as_bytes()).response;
    assert_eq!(calls.tool_calls().next().map(|c| c.arguments.as_str()), Some(r#""sorry \"x\"""#));
    assert_eq!((losses[0].path.as_str(), losses[0].action), ("parts[0].arguments", LossAction::Approximated));
}

#[test]
fn calls_without_an_id_get_one() {
    let kind = PartKind::ToolCall { id: None, name: "f".into(), kind: ToolCallKind::Function };
    let events = [open(0, kind.clone()), end(0), open(1, kind), end(1), finish(FinishReason::Stop)];
    let (stream, _) = streamed(Wire::Gemini, &events, &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    let ids: Vec<_> = read.response.tool_calls().map(|c| c.id.as_deref()).collect();
    assert_eq!(ids, [Some("twcall_7_0"), Some("twcall_7_1")]);
    assert_eq!(read.response.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
}

#[test]
fn a_refusal_waits_for_the_end() {
    let refused = |text: &'static str| Event::RefusalDelta { part: 0, text: text.into() };
    let events = [
        start(),
        open(0, PartKind::Refusal),
        refused("I "),
        refused("won't."),
        end(0),
        finish(FinishReason::Stop),
    ];
    let (stream, losses) = streamed(Wire::OpenaiChat, &events, &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!(read.response.refusal().as_deref(), Some("I won't."));
    assert_eq!(read.response.finish().map(|f| f.reason), Some(FinishReason::Refusal));
    assert!(losses.is_empty());
}

#[test]
fn the_vendors_own_refusal_keeps_its_details() {
    let details = r#"{"type":"refusal","category":"bio","explanation":"No.","recommended_model":"x"}"#;
    let body = alloc::format!(
        r#"{{"type":"message","id":"m","content":[],"stop_reason":"refusal","stop_details":{details},"usage":{{"output_tokens":1}}}}"#
    );
    let given = read(Wire::Anthropic, body.as_bytes());
    let (stream, losses) = streamed(Wire::Anthropic, &given.events, &given.usage);
    assert!(stream.contains(&alloc::format!(r#""stop_details":{details},"container""#)), "{stream}");
    assert_eq!(read(Wire::Anthropic, stream.as_bytes()).response.refusal().as_deref(), Some("No."));
    assert!(losses.is_empty(), "{losses:?}");
}

#[test]
fn names_that_are_empty_do_not_open_the_message() {
    let unnamed = Event::Start { id: Some("".into()), model: Some("".into()) };
    let (stream, _) =
        streamed(Wire::OpenaiChat, &[unnamed, start(), finish(FinishReason::Stop)], &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!((read.response.id.as_deref(), read.response.model.as_deref()), (Some("r1"), Some("gpt")));
}

#[test]
fn an_empty_answer_is_a_message_without_content() {
    let (stream, _) = streamed(Wire::Gemini, &[finish(FinishReason::Stop)], &Usage::default());
    let events = short(&stream);
    let names: Vec<&str> = events.iter().map(|e| e.split(' ').next().unwrap_or_default()).collect();
    assert_eq!(names, ["message_start", "message_delta", "message_stop"]);
    assert!(events[0].contains(r#""id":"msg_7""#) && events[0].contains(r#""model":"asked""#));
    let read = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!((read.fault, read.response.finish().map(|f| f.reason)), (None, Some(FinishReason::Stop)));
}

#[test]
fn an_answer_that_did_not_finish_ends_with_an_error() {
    for (events, message) in [
        (vec![start(), open(0, PartKind::Text), text(0, "a")], "the answer ended without a finish reason"),
        (vec![open(0, PartKind::Text), text(0, "a"), finish(FinishReason::Error)], "the answer failed"),
        (vec![open(0, PartKind::Text), text(0, "a"), finish(FinishReason::Cancelled)], "the answer failed"),
    ] {
        let (stream, _) = streamed(Wire::OpenaiChat, &events, &usage(&[(Bucket::Output, 3)]));
        let events = short(&stream);
        assert!(!stream.contains("message_stop"), "{stream}");
        assert!(stream.contains(r#""stop_reason":null"#) && stream.contains(r#""output_tokens":3"#));
        let last = events.last().expect("an error");
        assert_eq!(
            *last,
            alloc::format!(r#"error "error":{{"type":"api_error","message":"{message}"}},"request_id":null"#)
        );
        assert!(read(Wire::Anthropic, stream.as_bytes()).fault.is_some());
    }
}

fn broken(events: &[Event<'_>], failure: &Failure) -> String {
    let mut answer = answer(Wire::OpenaiChat);
    let mut state = stream::State::new(&answer.context);
    let mut out = Vec::new();
    events.iter().for_each(|event| state.event(&mut answer, event, &mut out));
    state.fail(&mut answer, failure, &Usage::default(), &mut out);
    // Nothing comes behind it.
    state.event(&mut answer, &text(0, "more"), &mut out);
    state.fail(&mut answer, failure, &Usage::default(), &mut out);
    state.end(&mut answer, &Usage::default(), &mut out);
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn a_failure_is_an_error_event_and_the_last() {
    let mut failure = Failure::new(FailureKind::Overloaded, "busy");
    failure.request_id = Some("req_1".into());
    let error = r#"error "error":{"type":"overloaded_error","message":"busy"},"request_id":"req_1""#;
    assert_eq!(short(&broken(&[], &failure)), [error]);
    let stream = broken(&[start(), open(0, PartKind::Text), text(0, "a")], &failure);
    let events = short(&stream);
    assert_eq!((events.len(), events[3].as_str()), (4, error));
    assert!(read(Wire::Anthropic, stream.as_bytes()).fault.is_some());
}

#[test]
fn one_candidate_is_written() {
    let second = |kind| Event::PartStart { part: 1, candidate: 1, kind };
    let events = [
        open(0, PartKind::Text),
        second(PartKind::Text),
        text(1, "other"),
        text(0, "one"),
        end(1),
        end(0),
        Event::Finish { candidate: 1, finish: Finish::new(FinishReason::Length, "length") },
        finish(FinishReason::Stop),
    ];
    let (stream, losses) = streamed(Wire::OpenaiChat, &events, &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!(read.response.text(), "one");
    assert_eq!(read.response.finish().map(|f| f.reason), Some(FinishReason::Stop));
    assert_eq!(losses.len(), 1);
    assert_eq!(losses[0].path, "candidates[1]");
}

#[test]
fn media_are_reported_and_do_not_hold_up_what_follows() {
    let events = [
        open(0, PartKind::Media { kind: MediaKind::Image, media_type: None }),
        Event::DataDelta { part: 0, base64: "AA".into() },
        open(1, PartKind::Text),
        text(1, "a"),
        end(1),
        end(0),
        finish(FinishReason::Stop),
    ];
    let (stream, losses) = streamed(Wire::Gemini, &events, &Usage::default());
    assert_eq!(read(Wire::Anthropic, stream.as_bytes()).response.text(), "a");
    assert_eq!(losses.len(), 1);
}

#[test]
fn citations_follow_the_text_they_are_about() {
    let cite =
        |part, raw: &'static str| Event::Citation { part, wire: Wire::OpenaiResponses, raw: raw.into() };
    let page = r#"{"type":"url_citation","url":"https://a","title":"A"}"#;
    let events = [
        open(0, PartKind::Text),
        open(1, PartKind::Text),
        text(1, "b"),
        cite(Some(1), page),
        text(0, "a"),
        cite(Some(0), page),
        cite(None, page),
        cite(Some(0), r#"{"type":"file_citation"}"#),
        end(0),
        end(1),
        finish(FinishReason::Stop),
    ];
    let (stream, losses) = streamed(Wire::OpenaiResponses, &events, &Usage::default());
    let read = read(Wire::Anthropic, stream.as_bytes());
    let cited: Vec<usize> = read.response.candidates[0]
        .parts
        .iter()
        .map(|part| match &part.content {
            crate::model::Content::Text { citations, .. } => citations.len(),
            _ => 0,
        })
        .collect();
    assert_eq!(cited, [1, 1]);
    assert_eq!(losses.len(), 2);
}

#[test]
fn an_answer_that_begins_anew_breaks_where_it_was_shown() {
    let discard = |from_part, keep_bytes| Event::Discard { from_part, keep_bytes };
    let shown = [start(), open(0, PartKind::Text), text(0, "a"), discard(0, 0), finish(FinishReason::Stop)];
    let (stream, _) = streamed(Wire::Gemini, &shown, &Usage::default());
    assert!(stream.contains("event: error") && !stream.contains("message_stop"), "{stream}");

    let held = [
        open(0, PartKind::Text),
        open(1, PartKind::Text),
        text(1, "gone"),
        open(2, PartKind::Text),
        discard(1, 2),
        text(1, "!"),
        text(0, "a"),
        end(0),
        end(1),
        finish(FinishReason::Stop),
    ];
    let (stream, _) = streamed(Wire::Gemini, &held, &Usage::default());
    assert_eq!(read(Wire::Anthropic, stream.as_bytes()).response.text(), "ago!");
}

#[test]
fn what_is_held_back_has_a_cap() {
    let mut answer = answer(Wire::OpenaiChat);
    let mut state = stream::State::new(&answer.context);
    let mut out = Vec::new();
    let megabyte = "x".repeat(1 << 20);
    let mut take = |event: &Event<'_>| state.event(&mut answer, event, &mut out);
    take(&open(0, PartKind::Text));
    take(&open(1, PartKind::Text));
    for _ in 0..64 {
        take(&Event::TextDelta { part: 1, text: Cow::Borrowed(&megabyte) });
    }
    assert!(out.ends_with(b"\n\n") && out.len() < 4_096);
    assert!(String::from_utf8(out).expect("UTF-8").contains("event: error"));
}

/// A stream of the vendor with everything in it reads the same when it was written again.
#[test]
fn the_vendors_own_stream_says_the_same_again() {
    let frames = [
        r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1,"speed":"fast"}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"Eq\/=="}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EqQB"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"text","text":"","new":1}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"citations_delta","citation":{"type":"char_location"}}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"text_delta","text":"a"}}"#,
        r#"{"type":"content_block_stop","index":2}"#,
        r#"{"type":"content_block_start","index":3,"content_block":{"type":"server_tool_use","id":"s","name":"web_search","input":{}}}"#,
        r#"{"type":"content_block_delta","index":3,"delta":{"type":"input_json_delta","partial_json":"{\"q\":1.0}"}}"#,
        r#"{"type":"content_block_stop","index":3}"#,
        r#"{"type":"content_block_start","index":4,"content_block":{"type":"tool_use","id":"t","name":"f","input":{},"caller":{"type":"code_execution_20260521","tool_id":"s"},"toolset_name":"n"}}"#,
        r#"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        r#"{"type":"content_block_delta","index":4,"delta":{"type":"input_json_delta","partial_json":"{\"b\":1,\"a\":2}"}}"#,
        r#"{"type":"content_block_stop","index":4}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null,"container":{"id":"c"}},"usage":{"output_tokens":15},"context_management":{"applied_edits":[]}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let bytes: String = frames.iter().map(|data| alloc::format!("data: {data}\n\n")).collect();
    let once = read(Wire::Anthropic, bytes.as_bytes());
    let (stream, losses) = streamed(Wire::Anthropic, &once.events, &once.usage);
    assert!(losses.is_empty(), "{losses:?}");
    let again = read(Wire::Anthropic, stream.as_bytes());
    assert_eq!(again.fault, None);
    let sorted = |mut response: crate::model::Response| {
        response.extras.sort_by(|a, b| a.name.cmp(&b.name));
        response
    };
    assert_eq!(sorted(again.response), sorted(once.response));
    assert_eq!(again.usage, once.usage);
    assert!(stream.contains(
        r#""usage":{"input_tokens":25,"cache_read_input_tokens":5,"output_tokens":1,"speed":"fast"}"#
    ));
    assert!(stream.contains(r#""caller":{"type":"code_execution_20260521","tool_id":"s"}"#));
}

#[test]
fn events_add_up_to_what_is_read() {
    let events = [
        start(),
        Event::Usage(Box::new(usage(&[(Bucket::Input, 5)]))),
        open(0, THOUGHT),
        Event::ReasoningDelta { part: 0, text: "hm\n".into() },
        end(0),
        open(1, PartKind::Text),
        text(1, "a"),
        end(1),
        call(2, "c1"),
        call(3, "c2"),
        arguments(3, "{\"x\":1}"),
        arguments(2, "{}"),
        end(2),
        end(3),
        finish(FinishReason::ToolCalls),
    ];
    let mut sum = Accumulator::new("openai");
    events.iter().for_each(|event| sum.add(event));
    let total = usage(&[
        (Bucket::Input, 9),
        (Bucket::CacheRead, 2),
        (Bucket::Output, 7),
        (Bucket::OutputReasoning, 3),
    ]);
    let (stream, losses) = streamed(Wire::OpenaiResponses, &events, &total);
    assert!(losses.is_empty(), "{losses:?}");
    let read = read(Wire::Anthropic, stream.as_bytes());
    let (given, came) = (sum.response(), &read.response);
    assert_eq!(came.text(), given.text());
    assert_eq!(came.reasoning(), given.reasoning());
    assert_eq!((&came.id, &came.model), (&given.id, &given.model));
    let calls = |r: &crate::model::Response| r.tool_calls().cloned().collect::<Vec<_>>();
    assert_eq!(calls(came), calls(given));
    assert_eq!(read.usage.counts, total.counts);
}
