//! Whole responses, as they are written and as they are read.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{read, whole};
use crate::json::RawJson;
use crate::model::{
    Candidate, Citation, Content, Extra, Finish, FinishReason, LossAction, Media, MediaKind, Opaque, Part,
    ReasoningText, Response, Source, ToolCall, ToolCallKind, Wire,
};
use crate::usage::{Bucket, Usage};

fn raw(json: &str) -> RawJson {
    RawJson::parse(json).expect("JSON")
}

fn response(parts: Vec<Part>, reason: FinishReason) -> Response {
    let finish = Some(Finish { reason, raw: None, detail: None });
    Response {
        id: Some("r1".into()),
        model: Some("gpt".into()),
        candidates: vec![Candidate { parts, finish }],
        extras: vec![],
    }
}

fn call(arguments: &str, kind: ToolCallKind) -> Part {
    let id = Some("call_1".into());
    Part::new(Content::ToolCall(ToolCall { id, name: "f".into(), arguments: arguments.into(), kind }))
}

fn content(body: &str) -> &str {
    crate::protocol::anthropic::object::field(body, "content").expect("content")
}

#[test]
fn a_body_has_every_field_of_the_wire() {
    let mut usage = Usage::default();
    usage.counts.set(Bucket::Input, 9);
    usage.counts.set(Bucket::Output, 2);
    let response = response(vec![Part::text("Hi \"you\"")], FinishReason::Stop);
    let (body, losses) = whole(Wire::OpenaiChat, &response, &usage);
    assert_eq!(
        body,
        concat!(
            r#"{"id":"r1","type":"message","role":"assistant","model":"gpt","#,
            r#""content":[{"type":"text","text":"Hi \"you\"","citations":null}],"#,
            r#""stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"#,
            r#""usage":{"input_tokens":9,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"#,
            r#""cache_creation":null,"output_tokens":2,"output_tokens_details":null,"server_tool_use":null,"#,
            r#""service_tier":null,"speed":null,"inference_geo":null},"container":null,"diagnostics":null}"#
        )
    );
    assert!(losses.is_empty());
}

#[test]
fn an_answer_without_names_gets_those_of_the_request() {
    let (body, _) = whole(Wire::Gemini, &Response::default(), &Usage::default());
    assert!(body.starts_with(r#"{"id":"msg_7","type":"message","role":"assistant","model":"asked","content":[],"stop_reason":null,"#), "{body}");
}

#[test]
fn calls_carry_an_object_or_say_that_theirs_is_none() {
    use ToolCallKind::{Freeform, Function};
    for (arguments, kind, input, losses) in [
        ("", Function, "{}", 0),
        (r#"{"b":1e400, "a":2}"#, Function, r#"{"b":1e400, "a":2}"#, 0),
        (r#"{"a":"#, Function, r#""{\"a\":""#, 1),
        ("[1]", Function, r#""[1]""#, 1),
        ("a \"b\"", Freeform, r#"{"input":"a \"b\""}"#, 1),
    ] {
        let response = response(vec![call(arguments, kind)], FinishReason::Stop);
        let (body, lost) = whole(Wire::OpenaiChat, &response, &Usage::default());
        let expected = alloc::format!(
            r#"[{{"type":"tool_use","id":"call_1","name":"f","input":{input},"caller":{{"type":"direct"}}}}]"#
        );
        assert_eq!(content(&body), expected);
        assert!(body.contains(r#""stop_reason":"tool_use""#), "{body}");
        assert_eq!(lost.len(), losses, "{lost:?}");
        let again = read(Wire::Anthropic, body.as_bytes()).response;
        let read_back = again.tool_calls().next().expect("a call").arguments.clone();
        assert_eq!(
            read_back,
            if kind == Freeform {
                input
            } else if arguments.is_empty() {
                "{}"
            } else {
                arguments
            }
        );
    }
}

#[test]
fn a_refusal_in_words_stands_in_the_details() {
    let response = response(vec![Part::new(Content::Refusal("I won't.".into()))], FinishReason::Stop);
    let (body, losses) = whole(Wire::OpenaiChat, &response, &Usage::default());
    assert_eq!(content(&body), "[]");
    assert!(losses.is_empty());
    let again = read(Wire::Anthropic, body.as_bytes()).response;
    assert_eq!(again.refusal().as_deref(), Some("I won't."));
    assert_eq!(again.finish().map(|f| f.reason), Some(FinishReason::Refusal));
}

#[test]
fn pages_are_cited_and_other_citations_reported() {
    let citation = |raw_text: &str| Citation { wire: Wire::OpenaiResponses, raw: raw(raw_text) };
    let citations = vec![
        citation(r#"{"type":"url_citation","url":"https://a","title":"A","start_index":0}"#),
        citation(r#"{"type":"file_citation","file_id":"f"}"#),
    ];
    let part = Part::new(Content::Text { text: "x".into(), citations });
    let (body, losses) =
        whole(Wire::OpenaiResponses, &response(vec![part], FinishReason::Stop), &Usage::default());
    let expected = r#"[{"type":"text","text":"x","citations":[{"type":"web_search_result_location","url":"https://a","title":"A","cited_text":"","encrypted_index":""}]}]"#;
    assert_eq!(content(&body), expected);
    assert_eq!(losses.len(), 1);
    assert_eq!((losses[0].path.as_str(), losses[0].action), ("parts[0].citations", LossAction::Dropped));
}

#[test]
fn what_has_no_place_is_reported() {
    let media = Media {
        kind: MediaKind::Image,
        source: Source::Base64("AA".into()),
        media_type: None,
        name: None,
        detail: None,
    };
    let mut response = response(vec![Part::new(Content::Media(media))], FinishReason::Other);
    response.candidates.push(Candidate::default());
    for name in ["system_fingerprint", "logprobs"] {
        response.extras.push(Extra { part: None, name: name.into(), value: raw("1") });
    }
    let (body, losses) = whole(Wire::OpenaiChat, &response, &Usage::default());
    assert_eq!(content(&body), "[]");
    let mut paths: Vec<&str> = losses.iter().map(|l| l.path.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["candidates[0].finish", "candidates[1]", "extras.logprobs", "parts[0]"]);
}

/// A message of the vendor with everything in it goes out with everything in it.
#[test]
fn the_vendors_own_message_goes_out_as_it_came() {
    let body = concat!(
        r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":["#,
        r#"{"type":"thinking","thinking":"hm","signature":"Eq\/=="},"#,
        r#"{"type":"redacted_thinking","data":"EqQB"},"#,
        r#"{"type":"text","text":"a","citations":[{"type":"char_location","cited_text":"x"}],"new":1},"#,
        r#"{"type":"server_tool_use","id":"s","name":"web_search","input":{"b":1.0,"a":2}},"#,
        r#"{"type":"tool_use","id":"t","name":"f","input":{"b":1.0,"a":2},"caller":{"type":"direct"},"toolset_name":"n"}],"#,
        r#""stop_reason":"tool_use","stop_sequence":null,"stop_details":null,"#,
        r#""usage":{"input_tokens":3,"output_tokens":4,"speed":"fast"},"container":{"id":"c"},"#,
        r#""diagnostics":null,"context_management":{"applied_edits":[]}}"#
    );
    let read_once = read(Wire::Anthropic, body.as_bytes());
    let (again, losses) = whole(Wire::Anthropic, &read_once.response, &read_once.usage);
    assert_eq!(super::json::Value::parse(&again), super::json::Value::parse(body));
    assert!(losses.is_empty(), "{losses:?}");
}

#[test]
fn state_of_another_vendor_is_not_shown_as_this_ones() {
    let value = raw("\"Eq==\"");
    let opaque = vec![Opaque { vendor: "openrouter".into(), model: None, field: "signature".into(), value }];
    let thought = Content::Reasoning(ReasoningText { text: "hm".into(), is_summary: false });
    let mut answer = super::answer(Wire::Anthropic);
    answer.context.vendor = "openrouter".into();
    let response = response(vec![Part { opaque, ..Part::new(thought) }], FinishReason::Stop);
    let body = super::response::encode(&mut answer, &response, &Usage::default());
    assert!(!body.contains("Eq==") && body.contains(r#""signature":"dHcx"#), "{body}");
}

#[test]
fn texts_of_nothing_make_no_block() {
    let parts =
        vec![Part::text(""), Part::new(Content::Reasoning(ReasoningText::default())), Part::text("a")];
    let (body, losses) = whole(Wire::Gemini, &response(parts, FinishReason::Stop), &Usage::default());
    assert_eq!(content(&body), r#"[{"type":"text","text":"a","citations":null}]"#);
    assert_eq!(losses, Vec::new());
    let _: String = body;
}
