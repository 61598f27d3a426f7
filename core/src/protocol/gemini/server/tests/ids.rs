//! The way of a call's id: from a provider, through an application that speaks this wire, and back.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;
use super::{answer, asked, content_of, sum, whole};
use crate::model::{Event, Finish, FinishReason, PartKind, ToolCallKind, Wire};
use crate::protocol::{Credential, Dialect, Target, encode_request};
use crate::usage::Usage;

const OTHERS: [&Dialect; 3] = [&Dialect::OPENAI, &Dialect::OPENAI_RESPONSES, &Dialect::ANTHROPIC];

/// The content of an answer with two calls of `f`, to which their provider gave these ids.
fn answered(ids: [Option<&'static str>; 2]) -> String {
    let mut events = Vec::new();
    for (part, id) in (0..).zip(ids) {
        let (id, name, kind) = (id.map(Into::into), "f".into(), ToolCallKind::Function);
        events.push(Event::PartStart { part, candidate: 0, kind: PartKind::ToolCall { id, name, kind } });
        events.push(Event::ArgumentsDelta { part, text: format!("{{\"n\":{part}}}").into() });
    }
    let finish = Finish { reason: FinishReason::ToolCalls, raw: None, detail: None };
    events.push(Event::Finish { candidate: 0, finish });
    let response = sum("openai", &events).0;
    content_of(&whole(&mut answer("openai", Wire::OpenaiChat), &response, &Usage::default())).into()
}

/// The ids in a content, which an SDK shows its application.
fn shown(content: &str) -> Vec<String> {
    let content = Json::parse(content);
    let id = |at| content.text(&format!("parts.{at}.functionCall.id")).map(String::from);
    (0..2).filter_map(id).collect()
}

/// A content with the results of both calls, by these ids.
fn results(ids: [Option<&str>; 2]) -> String {
    let result = |id: Option<&str>| {
        let id = id.map(|id| format!("\"id\":\"{id}\",")).unwrap_or_default();
        format!(r#"{{"functionResponse":{{{id}"name":"f","response":{{"output":"x"}}}}}}"#)
    };
    format!(r#"{{"role":"user","parts":[{},{}]}}"#, result(ids[0]), result(ids[1]))
}

/// The ids of the calls and those of the results that a provider is sent for a conversation.
fn sent(dialect: &'static Dialect, contents: &[&str]) -> (Vec<String>, Vec<String>) {
    let question = r#"{"role":"user","parts":[{"text":"q"}]}"#;
    let body = format!("{{\"contents\":[{question},{}]}}", contents.join(","));
    let request = asked("/v1/models/m:generateContent", &body).expect("good").request;
    let target = Target::new(dialect, Some(Credential::new("k"))).expect("a target");
    let http = encode_request(&request, &target, false).expect("a request").http;
    let mut found = (Vec::new(), Vec::new());
    collect(&Json::parse(&String::from_utf8(http.body).expect("text")), &mut found);
    found
}

fn collect(value: &Json, found: &mut (Vec<String>, Vec<String>)) {
    match value {
        Json::Array(list) => list.iter().for_each(|value| collect(value, found)),
        Json::Object(fields) => {
            let of_call = match value.text("type") {
                Some("function_call") => value.text("call_id"),
                _ => value.text("id"),
            };
            let of_result = match value.text("type") {
                Some("function_call_output") => value.text("call_id"),
                _ => value.text("tool_call_id").or_else(|| value.text("tool_use_id")),
            };
            match of_result {
                Some(id) => found.1.push(id.into()),
                None => found.0.extend(of_call.map(String::from)),
            }
            fields.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

#[test]
fn ids_come_back_as_the_provider_gave_them() {
    let model = answered([Some("call_a"), Some("call_b")]);
    assert_eq!(shown(&model), ["call_a", "call_b"]);
    for dialect in OTHERS {
        let given = |results: &str| sent(dialect, &[&model, results]);
        let [a, b] = ["call_a", "call_b"].map(String::from);
        let calls = [a.clone(), b.clone()].to_vec();
        assert_eq!(given(&results([Some("call_a"), Some("call_b")])), (calls.clone(), calls.clone()));
        assert_eq!(given(&results([Some("call_b"), Some("call_a")])), (calls.clone(), [b, a].to_vec()));
        assert_eq!(given(&results([None, None])), (calls.clone(), calls));
    }
}

#[test]
fn ids_that_other_wires_forbid_come_back_too() {
    let model = answered([Some("functions.f:0"), Some("functions.f:1")]);
    let shown = shown(&model);
    assert!(shown.iter().all(|id| id.starts_with("twid_")), "{shown:?}");
    let results = results([Some(&*shown[0]), None]);
    let calls = ["functions.f:0", "functions.f:1"].map(String::from).to_vec();
    assert_eq!(sent(&Dialect::OPENAI, &[&model, &results]), (calls.clone(), calls));
}

#[test]
fn an_application_has_ids_where_a_provider_gave_none() {
    let model = answered([None, None]);
    let shown = shown(&model);
    assert!(shown.len() == 2 && shown[0] != shown[1], "{shown:?}");
    for dialect in OTHERS {
        for results in [results([Some(&*shown[0]), Some(&*shown[1])]), results([None, None])] {
            let (calls, answered) = sent(dialect, &[&model, &results]);
            assert_eq!(calls, answered, "{}", dialect.vendor);
            assert!(calls.len() == 2 && calls[0] != calls[1], "{calls:?}");
        }
    }
}

#[test]
fn calls_without_ids_have_the_same_ones_whenever_they_are_sent() {
    let model = r#"{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"f","args":{}}}]}"#;
    let results = results([None, None]);
    for dialect in OTHERS {
        let (first, answered) = sent(dialect, &[model, &results]);
        assert_eq!(first, answered, "{}", dialect.vendor);
        let (again, answered) = sent(dialect, &[model, &results, model, &results]);
        assert_eq!(again, answered, "{}", dialect.vendor);
        assert_eq!(again[..2], first, "{}", dialect.vendor);
        assert!(again.iter().all(|id| again.iter().filter(|other| *other == id).count() == 1), "{again:?}");
    }
}
