//! Answers, by hand.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::super::WIRE;
use super::lifecycle::{checked, events};
use super::*;
use crate::failure::FailureKind;
use crate::http::Headers;
use crate::json::RawJson;
use crate::model::{Candidate, Content, MediaKind, Message, Opaque, Part};
use crate::protocol::Incoming;
use crate::usage::Bucket;

fn used(counts: &[(Bucket, u64)]) -> Usage {
    let mut usage = Usage::default();
    counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
    usage
}

fn plain() -> Usage {
    used(&[(Bucket::Input, 3), (Bucket::Output, 4)])
}

/// The stream of an answer that ends well, and its response.
fn told(context: AnswerContext, events: &[Event<'_>]) -> (Written, json::Value) {
    let written = streamed(context, events, None, &plain());
    let response = checked(&written.text);
    (written, response)
}

/// What an application that sends `output` back continues with.
fn sent_back(text: &str) -> Vec<Message> {
    let response = text.rsplit_once("\"output\":").expect("an output").1;
    let output = RawJson::trusted(crate::json::Reader::new(response).raw().expect("JSON"));
    let body = format!(r#"{{"model":"m","input":{output}}}"#);
    let incoming = Incoming { path: "/v1/responses", headers: &Headers::new(), body: &body };
    super::super::request::decode(&incoming, &SealKey::default()).expect("a request").request.messages
}

#[test]
fn a_text_has_the_whole_lifecycle() {
    let events = [
        started(),
        opens(0, PartKind::Text),
        says(0, "a\"b"),
        says(0, "\nc"),
        ends(0),
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(claude(), &events);
    let response = |status: &str, output: &str, usage: &str| {
        format!(
            concat!(
                r#"{{"id":"resp_msg_1","object":"response","created_at":7,"status":"{}","error":null,"#,
                r#""incomplete_details":null,"model":"claude","output":[{}],"background":false,"instructions":null,"#,
                r#""metadata":{{}},"parallel_tool_calls":true,"temperature":null,"tool_choice":"auto","tools":[],"#,
                r#""top_p":null,"usage":{}}}"#
            ),
            status, output, usage
        )
    };
    let place = r#""item_id":"msg_tw_x1_0","output_index":0,"content_index":0"#;
    let part = |text: &str| {
        format!(r#""part":{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}"#)
    };
    let item = |status: &str, content: &str| {
        format!(
            concat!(
                r#"{{"id":"msg_tw_x1_0","type":"message","status":"{}","content":[{}],"role":"assistant"}}"#
            ),
            status, content
        )
    };
    let said = r#"{"type":"output_text","annotations":[],"logprobs":[],"text":"a\"b\nc"}"#;
    let usage = concat!(
        r#"{"input_tokens":3,"input_tokens_details":{"cached_tokens":0},"output_tokens":4,"output_tokens_details":{"reasoning_tokens":0},"#,
        r#""total_tokens":7}"#
    );
    let expected = [
        ("response.created", format!(r#""response":{}"#, response("in_progress", "", "null"))),
        ("response.in_progress", format!(r#""response":{}"#, response("in_progress", "", "null"))),
        ("response.output_item.added", format!(r#""output_index":0,"item":{}"#, item("in_progress", ""))),
        ("response.content_part.added", format!("{place},{}", part(""))),
        ("response.output_text.delta", format!(r#"{place},"delta":"a\"b","logprobs":[]"#)),
        ("response.output_text.delta", format!(r#"{place},"delta":"\nc","logprobs":[]"#)),
        ("response.output_text.done", format!(r#"{place},"text":"a\"b\nc","logprobs":[]"#)),
        ("response.content_part.done", format!("{place},{}", part(r#"a\"b\nc"#))),
        ("response.output_item.done", format!(r#""output_index":0,"item":{}"#, item("completed", said))),
        (
            "response.completed",
            format!(r#""response":{}"#, response("completed", &item("completed", said), usage)),
        ),
    ];
    let lines: String = expected
        .iter()
        .enumerate()
        .map(|(at, (name, fields))| {
            format!("event: {name}\ndata: {{\"type\":\"{name}\",\"sequence_number\":{at},{fields}}}\n\n")
        })
        .collect();
    assert_eq!(written.text, lines);
    assert_eq!(written.losses, [""; 0]);
    let whole = whole(claude(), &sum("anthropic", &events), &plain());
    assert_eq!(whole.text, response("completed", &item("completed", said), usage));
}

#[test]
fn the_first_bytes_leave_with_the_first_event() {
    let mut answer = Answer::new(claude());
    let (mut state, mut out) = (stream::State::new(&answer.context), Vec::new());
    let mut lengths = Vec::new();
    for event in
        [started(), opens(0, PartKind::Text), says(0, "a"), opens(1, calls("c", "f")), argues(1, "{")]
    {
        state.event(&mut answer, &event, &mut out);
        lengths.push(out.len());
    }
    assert!(lengths[0] > 0 && lengths.windows(2).all(|pair| pair[0] < pair[1]), "{lengths:?}");
}

#[test]
fn thinking_and_its_signature_come_back_to_its_vendor() {
    let events = [
        started(),
        opens(0, thought()),
        thinks(0, "hm"),
        holds(0, "signature", r#""S+/=""#),
        ends(0),
        opens(
            1,
            PartKind::Vendor {
                wire: Wire::Anthropic,
                kind: "redacted_thinking".into(),
                json: r#"{"type":"redacted_thinking", "data":"D"}"#.into(),
            },
        ),
        ends(1),
        opens(2, PartKind::Text),
        says(2, "x"),
        ends(2),
        opens(3, calls("toolu_1", "f")),
        argues(3, r#"{"a": 1.0}"#),
        ends(3),
        finishes(FinishReason::ToolCalls),
    ];
    let (written, response) = told(claude(), &events);
    let kinds: Vec<&str> =
        (0..4).filter_map(|at| Some(response.get("output")?.at(at)?.text("type"))).collect();
    assert_eq!(kinds, ["reasoning", "reasoning", "message", "function_call"]);
    assert_eq!(written.losses, ["parts[1]"]);
    let [turn] = &sent_back(&written.text)[..] else { panic!("more than one turn") };
    let mut expected = sum("anthropic", &events).to_message();
    // What the wire says in `summary` is one.
    let Content::Reasoning(reasoning) = &mut expected.parts[0].content else { panic!("no thinking") };
    reasoning.is_summary = true;
    assert_eq!(*turn, expected);
}

#[test]
fn state_of_texts_and_calls_follows_them() {
    let events = [
        Event::Start { id: None, model: Some("gemini".into()) },
        opens(0, PartKind::Text),
        says(0, "a"),
        holds(0, "thoughtSignature", r#""T""#),
        ends(0),
        opens(1, PartKind::Text),
        says(1, "b"),
        ends(1),
        opens(2, PartKind::ToolCall { id: None, name: "f".into(), kind: ToolCallKind::Function }),
        holds(2, "thoughtSignature", r#""C""#),
        argues(2, "{}"),
        ends(2),
        finishes(FinishReason::ToolCalls),
    ];
    let (written, response) = told(context("google", Wire::Gemini), &events);
    assert_eq!(response.text("id"), "resp_x1");
    let turns = sent_back(&written.text);
    let parts: Vec<&Part> = turns.iter().flat_map(|turn| &turn.parts).collect();
    let state = |value: &str| Opaque {
        vendor: "google".into(),
        model: Some("gemini".into()),
        field: "thoughtSignature".into(),
        value: RawJson::string(value),
    };
    assert_eq!(parts.len(), 3);
    assert_eq!((&parts[0].opaque, &parts[1].opaque), (&vec![state("T")], &Vec::new()));
    assert_eq!(parts[2].opaque, [state("C")]);
}

#[test]
fn state_of_a_text_that_another_overtook_is_reported() {
    let events = [
        opens(0, PartKind::Text),
        says(0, "a"),
        opens(1, PartKind::Text),
        says(1, "b"),
        holds(0, "signature", "1"),
        ends(0),
        ends(1),
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(claude(), &events);
    assert_eq!(written.losses, ["parts[0].opaque"]);
    let turns = sent_back(&written.text);
    assert!(turns.iter().flat_map(|turn| &turn.parts).all(|part| part.opaque.is_empty()));
}

#[test]
fn the_vendors_own_state_goes_in_its_own_fields() {
    let events = [
        Event::Start { id: Some("resp_1".into()), model: Some("gpt".into()) },
        opens(0, PartKind::Reasoning { is_summary: true }),
        holds(0, "id", r#""rs_1""#),
        thinks(0, "s"),
        ends(0),
        opens(1, PartKind::Reasoning { is_summary: true }),
        holds(1, "id", r#""rs_1""#),
        thinks(1, "t"),
        holds(1, "encrypted_content", r#""E""#),
        ends(1),
        opens(2, PartKind::Text),
        holds(2, "id", r#""msg_1""#),
        holds(2, "phase", r#""final_answer""#),
        says(2, "x"),
        Event::Extra { part: Some(2), name: "logprobs".into(), value: "[{}]".into() },
        ends(2),
        opens(
            3,
            PartKind::Vendor {
                wire: WIRE,
                kind: "web_search_call".into(),
                json: r#"{"type":"web_search_call", "status":"in_progress","id":"ws_1"}"#.into(),
            },
        ),
        holds(3, "", r#"{"type":"web_search_call","id":"ws_1","status":"completed"}"#),
        ends(3),
        opens(4, calls("call_1", "f")),
        holds(4, "id", r#""fc_1""#),
        argues(4, "{}"),
        holds(4, "namespace", r#""n""#),
        ends(4),
        Event::Extra { part: None, name: "truncation".into(), value: r#""auto""#.into() },
        Event::Extra { part: None, name: "tools".into(), value: r#"[{"type": "web_search"}]"#.into() },
        finishes(FinishReason::ToolCalls),
    ];
    let (written, response) = told(context("openai", WIRE), &events);
    assert_eq!(written.losses, [""; 0]);
    let output = written.text.rsplit_once("\"output\":").expect("an output").1;
    let expected = concat!(
        r#"[{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"s"},{"type":"summary_text","text":"t"}],"encrypted_content":"E"},"#,
        r#"{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[{}],"text":"x"}],"role":"assistant","phase":"final_answer"},"#,
        r#"{"type":"web_search_call","id":"ws_1","status":"completed"},"#,
        r#"{"id":"fc_1","type":"function_call","status":"completed","arguments":"{}","call_id":"call_1","name":"f","namespace":"n"}]"#
    );
    assert!(output.starts_with(expected), "{output}");
    assert_eq!((response.text("id"), response.text("truncation")), ("resp_1", "auto"));
    assert!(written.text.contains(r#""tools":[{"type":"web_search"}]"#));
}

#[test]
fn another_vendors_state_on_this_wire_is_sealed() {
    let events = [
        opens(0, PartKind::Reasoning { is_summary: true }),
        thinks(0, "s"),
        holds(0, "id", r#""rs_1""#),
        holds(0, "encrypted_content", r#""E""#),
        ends(0),
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(context("azure", WIRE), &events);
    assert!(!written.text.contains("rs_1") && !written.text.contains(r#""E""#));
    let turns = sent_back(&written.text);
    let fields: Vec<(&str, &str)> =
        turns[0].parts[0].opaque.iter().map(|o| (&*o.vendor, &*o.field)).collect();
    assert_eq!(fields, [("azure", "id"), ("azure", "encrypted_content")]);
}

#[test]
fn parts_that_overlap_keep_apart() {
    let events = [
        started(),
        opens(0, PartKind::Text),
        says(0, "a"),
        opens(1, calls("c1", "f")),
        argues(1, "{\"x\""),
        opens(2, calls("c2", "g")),
        says(0, "b"),
        argues(2, "{}"),
        argues(1, ":1}"),
        opens(3, PartKind::Text),
        says(3, "c"),
        ends(2),
        ends(0),
        ends(1),
        ends(3),
        finishes(FinishReason::ToolCalls),
    ];
    let (written, _) = told(claude(), &events);
    let (response, _, end) = read(&written.text);
    assert_eq!(end, Ok(()));
    assert_eq!(response.text(), "abc");
    let calls: Vec<(&str, &str)> = response.tool_calls().map(|c| (&*c.name, &*c.arguments)).collect();
    assert_eq!(calls, [("f", r#"{"x":1}"#), ("g", "{}")]);
}

#[test]
fn neighbouring_texts_are_parts_of_one_message() {
    let events = [
        started(),
        opens(0, PartKind::Text),
        says(0, "a"),
        ends(0),
        opens(1, PartKind::Refusal),
        Event::RefusalDelta { part: 1, text: "no".into() },
        ends(1),
        finishes(FinishReason::Refusal),
    ];
    let (written, response) = told(claude(), &events);
    assert_eq!(response.text("status"), "completed");
    let output = response.get("output").expect("an output");
    let refusal = output.at(0).and_then(|item| item.get("content")?.at(1)).expect("two parts");
    assert_eq!((refusal.text("refusal"), output.at(1)), ("no", None));
    let (read, _, _) = read(&written.text);
    assert_eq!(read.finish().map(|f| f.reason), Some(FinishReason::Refusal));
}

#[test]
fn calls_without_arguments_or_ids_can_be_parsed_and_answered() {
    let call = |part| {
        opens(
            part,
            PartKind::ToolCall { id: Some("same".into()), name: "f".into(), kind: ToolCallKind::Function },
        )
    };
    let free = PartKind::ToolCall { id: None, name: "g".into(), kind: ToolCallKind::Freeform };
    let events =
        [call(0), argues(0, " "), ends(0), call(1), argues(1, "{bad"), ends(1), opens(2, free), ends(2)];
    let (written, response) = told(claude(), &events[..]);
    let output = response.get("output").expect("an output");
    let of = |at: usize, key: &str| String::from(output.at(at).expect("an item").text(key));
    assert_eq!((of(0, "arguments"), of(1, "arguments")), (" {}".into(), "{bad".into()));
    let ids = [of(0, "call_id"), of(1, "call_id"), of(2, "call_id")];
    assert_eq!(ids, ["same", "twcall_x1_1", "twcall_x1_2"]);
    assert_eq!((of(2, "type"), of(2, "input")), ("custom_tool_call".into(), String::new()));
    assert!(!written.text.contains("custom_tool_call_input.delta"));
}

#[test]
fn an_answer_without_an_end_is_incomplete() {
    let events =
        [started(), opens(0, PartKind::Text), says(0, "a"), opens(1, calls("c", "f")), argues(1, "{\"")];
    let (written, response) = told(claude(), &events);
    assert_eq!(response.text("status"), "incomplete");
    assert!(written.text.contains("event: response.incomplete\n"));
    assert!(!written.text.contains("response.function_call_arguments.done"));
    let output = response.get("output").expect("an output");
    let statuses: Vec<&str> = (0..2).filter_map(|at| Some(output.at(at)?.text("status"))).collect();
    assert_eq!(statuses, ["incomplete", "incomplete"]);
    let (empty, response) = told(claude(), &[]);
    assert_eq!(response.text("status"), "incomplete");
    assert_eq!(
        events_named(&empty.text),
        ["response.created", "response.in_progress", "response.incomplete"]
    );
}

fn events_named(text: &str) -> Vec<&str> {
    events(text).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn an_empty_answer_that_ended_is_whole() {
    let (_, response) = told(claude(), &[started(), finishes(FinishReason::Stop)]);
    assert_eq!(response.text("status"), "completed");
    assert_eq!(response.get("output"), Some(&json::Value::Array(Vec::new())));
}

#[test]
fn a_failure_before_the_start_is_an_error_alone() {
    let mut failure = Failure::new(FailureKind::Overloaded, "busy");
    failure.retry_after_ms = Some(10);
    let written = streamed(claude(), &[], Some(&failure), &Usage::default());
    let expected = concat!(
        "event: error\n",
        r#"data: {"type":"error","sequence_number":0,"code":"server_is_overloaded","message":"busy","param":null,"#,
        r#""error":{"message":"busy","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}"#,
        "\n\n"
    );
    assert_eq!(written.text, expected);
    let (_, _, end) = read(&written.text);
    let Err(DecodeError::Provider(body)) = end else { panic!("{end:?}") };
    assert_eq!(body.code.as_deref(), Some("server_is_overloaded"));
}

#[test]
fn a_failure_after_the_start_keeps_what_was_said() {
    let failure = Failure::new(FailureKind::Timeout, "no bytes for 30 s");
    let events =
        [started(), opens(0, PartKind::Text), says(0, "a"), opens(1, calls("c", "f")), argues(1, "{")];
    let written = streamed(claude(), &events, Some(&failure), &plain());
    let response = checked(&written.text);
    assert_eq!(response.text("status"), "failed");
    assert!(!written.text.contains(".done\n"), "{}", written.text);
    let (read, usage, end) = read(&written.text);
    let Err(DecodeError::Provider(body)) = end else { panic!("{end:?}") };
    assert_eq!((body.code.as_deref(), body.message.as_deref()), (Some("timeout"), Some("no bytes for 30 s")));
    assert_eq!(read.text(), "a");
    assert_eq!(usage.counts.get(Bucket::Input), Some(3));
}

#[test]
fn usage_is_inclusive_and_says_what_is_known() {
    let usage = used(&[
        (Bucket::Input, 10),
        (Bucket::Output, 9),
        (Bucket::CacheRead, 4),
        (Bucket::CacheWrite, 3),
        (Bucket::CacheWrite1h, 3),
        (Bucket::CacheWrite12h, 0),
        (Bucket::OutputReasoning, 5),
        (Bucket::WebSearch, 2),
    ]);
    let mut usage = Usage { service_tier: Some("standard".into()), ..usage };
    let response = sum("anthropic", &[started(), finishes(FinishReason::Stop)]);
    let written = whole(claude(), &response, &usage);
    let expected = concat!(
        r#""service_tier":"default","usage":{"input_tokens":10,"input_tokens_details":{"cached_tokens":4,"#,
        r#""cache_write_tokens":3,"cache_write_tokens_details":{"ttl_12h_tokens":0}},"output_tokens":9,"#,
        r#""output_tokens_details":{"reasoning_tokens":5},"total_tokens":19},"tool_usage":{"web_search":{"num_requests":2}}}"#
    );
    assert!(written.text.ends_with(expected), "{}", written.text);
    assert_eq!(written.losses, ["usage.cache_write_1h"]);
    usage = Usage::default();
    assert!(whole(claude(), &response, &usage).text.ends_with(r#""usage":null}"#));
    usage.counts.set(Bucket::Output, 1);
    assert_eq!(whole(claude(), &response, &usage).losses, ["usage.input"]);
}

#[test]
fn only_the_first_candidate_is_told() {
    let mut response =
        sum("google", &[opens(0, PartKind::Text), says(0, "a"), ends(0), finishes(FinishReason::Stop)]);
    let finish = Some(Finish::new(FinishReason::Length, "MAX_TOKENS"));
    response.candidates.push(Candidate { parts: vec![Part::text("b")], finish });
    let written = whole(context("google", Wire::Gemini), &response, &plain());
    let (read, _, end) = read(&written.text);
    assert_eq!((read.text().as_str(), end), ("a", Ok(())));
    assert_eq!(read.finish().map(|f| f.reason), Some(FinishReason::Stop));
    assert_eq!(written.losses, ["candidates"]);
}

#[test]
fn pages_are_annotations_of_the_text_that_cites_them() {
    let cite = |part, wire, raw: &'static str| Event::Citation { part, wire, raw: raw.into() };
    let events = [
        opens(0, PartKind::Text),
        cite(Some(0), Wire::Anthropic, r#"{"type":"web_search_result_location","url":"U","title":"T"}"#),
        says(0, "é€"),
        ends(0),
        cite(None, Wire::Gemini, r#"{"groundingChunks":[{"web":{"uri":"V","title":"W"}}]}"#),
        cite(Some(0), Wire::Anthropic, r#"{"type":"page_location"}"#),
        cite(Some(0), WIRE, r#"{"type": "file_citation","index":0}"#),
        finishes(FinishReason::Stop),
    ];
    let (written, response) = told(claude(), &events);
    let page = |url: &str, title: &str| {
        format!(r#"{{"type":"url_citation","start_index":0,"end_index":2,"title":"{title}","url":"{url}"}}"#)
    };
    let expected =
        format!("[{},{},{}]", page("U", "T"), page("V", "W"), r#"{"type":"file_citation","index":0}"#);
    let content = response.get("output").and_then(|o| o.at(0)?.get("content")?.at(0)).expect("a part");
    assert_eq!(content.get("annotations"), Some(&json::Value::parse(&expected)));
    assert_eq!(written.losses, ["citations", "citations"]);
}

#[test]
fn what_comes_after_a_part_still_finds_its_item() {
    let grounding = r#"{"groundingChunks":[{"web":{"uri":"V","title":"W"}}]}"#;
    let events = [
        opens(0, PartKind::Text),
        says(0, "ab"),
        ends(0),
        opens(1, PartKind::Text),
        holds(1, "thoughtSignature", r#""T""#),
        ends(1),
        Event::Citation { part: None, wire: Wire::Gemini, raw: grounding.into() },
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(context("google", Wire::Gemini), &events);
    assert_eq!(written.text.matches("response.output_text.annotation.added\n").count(), 1);
    assert_eq!(written.losses, ["citations"]);
    let events = [
        opens(0, thought()),
        thinks(0, "hm"),
        holds(0, "reasoning_details", "[1]"),
        ends(0),
        opens(1, calls("c", "f")),
        ends(1),
        holds(0, "reasoning_details", "[1,2]"),
        finishes(FinishReason::ToolCalls),
    ];
    let (written, _) = told(context("openrouter", Wire::OpenaiChat), &events);
    let turns = sent_back(&written.text);
    assert_eq!(turns[0].parts[0].opaque[0].value.as_str(), "[1,2]");
}

#[test]
fn images_go_as_made_ones_and_sound_does_not() {
    let media =
        |kind, media_type: &'static str| PartKind::Media { kind, media_type: Some(media_type.into()) };
    let data = |part| Event::DataDelta { part, base64: "AA==".into() };
    let events = [
        opens(0, media(MediaKind::Image, "image/png")),
        data(0),
        ends(0),
        opens(1, media(MediaKind::Audio, "audio/wav")),
        data(1),
        ends(1),
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(context("google", Wire::Gemini), &events);
    let item = r#"{"id":"ig_tw_x1_0","type":"image_generation_call","status":"completed","result":"AA==","output_format":"png"}"#;
    assert!(written.text.contains(item), "{}", written.text);
    assert_eq!(written.losses, ["parts[0]", "parts[1]"]);
}

#[test]
fn what_is_taken_back_is_not_in_the_end() {
    let events = [
        started(),
        opens(0, PartKind::Text),
        says(0, "keep this"),
        ends(0),
        opens(1, calls("c", "f")),
        argues(1, "{"),
        Event::Discard { from_part: 0, keep_bytes: 4 },
        says(0, " that"),
        ends(0),
        opens(1, calls("d", "g")),
        ends(1),
        finishes(FinishReason::ToolCalls),
    ];
    let written = streamed(claude(), &events, None, &plain());
    let response = events_last(&written.text);
    let (read, _, _) = read(&whole(claude(), &sum("anthropic", &events), &plain()).text);
    assert_eq!(read.text(), "keep that");
    let output = response.get("output").expect("an output");
    let texts = [
        output.at(0).and_then(|i| i.get("content")?.at(0)).map(|c| c.text("text")),
        output.at(1).map(|i| i.text("name")),
    ];
    assert_eq!((texts, output.at(2)), ([Some("keep that"), Some("g")], None));
    assert_eq!(written.losses, ["events"]);
}

fn events_last(text: &str) -> json::Value {
    let (_, last) = events(text).pop().expect("an event");
    last.get("response").expect("a response").clone()
}

#[test]
fn fields_of_other_wires_are_reported() {
    let extra = |part, name: &'static str| Event::Extra { part, name: name.into(), value: "1".into() };
    let events = [
        started(),
        extra(None, "container"),
        opens(0, PartKind::Text),
        extra(Some(0), "x"),
        ends(0),
        Event::Unknown { name: "ping".into(), data: "{}".into() },
        finishes(FinishReason::Stop),
    ];
    let (written, _) = told(claude(), &events);
    assert_eq!(written.losses, ["extras.container", "parts[0].extras.x", "events.ping"]);
}

#[test]
fn log_probabilities_of_other_wires_belong_to_their_text() {
    let entry = r#"{"token":"a","bytes":[97],"logprob":-1,"top_logprobs":[]}"#;
    let chat = alloc::format!(r#"{{"content":[{entry}],"refusal":[]}}"#);
    let gemini = r#"{"chosenCandidates":[{"token":"a","logProbability":-1}]}"#;
    for (source, part, name, value) in
        [(Wire::OpenaiChat, Some(0), "logprobs", &*chat), (Wire::Gemini, None, "logprobsResult", gemini)]
    {
        let extra =
            Event::Extra { part, name: name.into(), value: alloc::string::String::from(value).into() };
        let text = Event::TextDelta { part: 0, text: "a".into() };
        let finish = Event::Finish { candidate: 0, finish: Finish::new(FinishReason::Stop, "stop") };
        let end = Event::PartEnd { part: 0 };
        let mut events = [started(), opens(0, PartKind::Text), text, extra, end, finish];
        let expected = alloc::format!(r#""logprobs":[{entry}],"text":"a""#);
        let (written, _) = told(context("v", source), &events);
        assert!(written.text.contains(&expected), "{}", written.text);
        assert!(written.losses.is_empty(), "{:?}", written.losses);
        // A stream that has told the text whole says no more of it.
        events.swap(3, 4);
        let (written, _) = told(context("v", source), &events);
        assert_eq!(written.losses.len(), 1);
        let written = whole(context("v", source), &sum("v", &events), &plain());
        assert!(written.text.contains(&expected), "{}", written.text);
        assert!(written.losses.is_empty(), "{:?}", written.losses);
    }
}
