//! Requests, whole: what each form means, and that nothing is lost between the two sides.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::super::request::decode;
use super::{corpus, json};
use crate::http::Headers;
use crate::json::{Number, RawJson};
use crate::model::{
    CacheMark, Content, Effort, Message, Opaque, OutputFormat, Part, Reasoning, Request, Role, Source, State,
    SummaryLevel, ToolCallKind,
};
use crate::protocol::seal::{Place, Sealed};
use crate::protocol::{
    Asked, BadRequest, Credential, Dialect, Encoded, Incoming, SealKey, Target, encode_request,
};

fn try_decode(body: &str) -> Result<Asked, BadRequest> {
    decode(&Incoming { path: "/v1/responses", headers: &Headers::new(), body }, &SealKey::default())
}

pub(super) fn decoded(body: &str) -> Asked {
    try_decode(body).expect(body)
}

/// The messages of an input.
fn messages(input: &str) -> Vec<Message> {
    let asked = decoded(&format!(r#"{{"model":"m","input":{input}}}"#));
    assert_eq!(asked.losses, []);
    asked.request.messages
}

pub(super) fn encoded(request: &Request) -> Option<(String, Encoded)> {
    let target = Target::new(&Dialect::OPENAI_RESPONSES, Some(Credential::new("k"))).expect("a good target");
    let encoded = encode_request(request, &target, false).ok()?;
    let body = String::from_utf8(encoded.http.body.clone()).expect("JSON is UTF-8");
    Some((body, encoded))
}

fn raw(text: &str) -> RawJson {
    RawJson::parse(text).expect(text)
}

#[test]
fn every_field_has_its_word() {
    let asked = decoded(
        r#"{"instructions":"Be kind.","model":"gpt-5.6","input":"hi","stream":true,"max_output_tokens":9,
        "max_tool_calls":2,"temperature":1.0,"top_p":0.50,"top_logprobs":3,"parallel_tool_calls":false,
        "include":["message.output_text.logprobs","web_search_call.results","reasoning.encrypted_content"],
        "reasoning":{"effort":"xhigh","summary":"detailed","context":"all_turns"},"store":false,
        "text":{"format":{"type":"json_schema","name":"s","schema":{"b":1, "a":1.0},"strict":true},"verbosity":"low"},
        "metadata":{"k":"v"},"user":"u","prompt_cache_key":"c","service_tier":"flex","background":true,
        "prompt_cache_options":{"mode":"implicit","ttl":"12h","prewarm":true},
        "previous_response_id":"resp_1","conversation":{"id":"conv_1"},"truncation":null,"x.y":1,
        "stream_options":{"include_obfuscation":false}}"#,
    );
    assert!(asked.stream && asked.stream_usage);
    let request = asked.request;
    assert_eq!(request.model, "gpt-5.6");
    assert_eq!(request.messages, [Message::system("Be kind."), Message::user("hi")]);
    let limits = (request.limits.max_output_tokens, request.limits.max_tool_calls);
    assert_eq!(limits, (Some(9), Some(2)));
    assert_eq!(request.sampling.temperature.as_ref().map(Number::as_str), Some("1.0"));
    assert_eq!(request.sampling.top_p.as_ref().map(Number::as_str), Some("0.50"));
    assert_eq!(request.sampling.logprobs, Some(3));
    assert_eq!(request.parallel_tool_calls, Some(false));
    let reasoning = Reasoning {
        effort: Some(Effort::Xhigh),
        summary: Some(SummaryLevel::Detailed),
        ..Reasoning::default()
    };
    assert_eq!(request.reasoning, Some(reasoning));
    let schema = raw(r#"{"b":1, "a":1.0}"#);
    let format = OutputFormat::JsonSchema { name: "s".into(), description: None, schema, strict: Some(true) };
    assert_eq!(request.output, Some(format));
    assert_eq!(request.metadata, [("k".into(), "v".into())]);
    assert_eq!((request.user.as_deref(), request.cache_key.as_deref()), (Some("u"), Some("c")));
    assert_eq!(request.cache, Some(CacheMark { ttl: Some("12h".into()) }));
    assert_eq!(request.service_tier.as_deref(), Some("flex"));
    let state = State {
        previous_response_id: Some("resp_1".into()),
        store: Some(false),
        background: true,
        continuation_token: None,
    };
    assert_eq!(request.state, state);
    let own: Vec<String> = request.extensions.iter().map(|e| format!("{}={}", e.name, e.value)).collect();
    let expected = [
        "reasoning.context=\"all_turns\"",
        "text.verbosity=\"low\"",
        "prompt_cache_options.prewarm=true",
        "conversation={\"id\":\"conv_1\"}",
        "stream_options={\"include_obfuscation\":false}",
        "include=[\"web_search_call.results\"]",
    ];
    assert_eq!(own, expected);
    assert_eq!(asked.losses.iter().map(|l| &*l.path).collect::<Vec<_>>(), ["x.y"]);
}

#[test]
fn words_of_the_wire_alone_stay_as_they_are() {
    let asked = decoded(
        r#"{"model":"m","top_logprobs":2,"user":"u","safety_identifier":"s","metadata":{"n":1},
        "reasoning":{"effort":"extreme"},"text":{"format":{"type":"grammar"}},"include":[],
        "prompt_cache_options":{"mode":"explicit","ttl":"30m"}}"#,
    );
    assert_eq!((asked.request.sampling.logprobs, asked.request.reasoning), (None, None));
    assert_eq!((asked.request.cache, asked.request.output), (None, None));
    assert_eq!(asked.request.user.as_deref(), Some("s"));
    let own: Vec<String> =
        asked.request.extensions.iter().map(|e| format!("{}={}", e.name, e.value)).collect();
    let expected = [
        "metadata={\"n\":1}",
        "reasoning.effort=\"extreme\"",
        "text.format={\"type\":\"grammar\"}",
        "prompt_cache_options.mode=\"explicit\"",
        "prompt_cache_options.ttl=\"30m\"",
        "user=\"u\"",
        "top_logprobs=2",
        "include=[]",
    ];
    assert_eq!(own, expected);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (body, path, why) in [
        (r#"{"input":"a"}"#, "model", "expected the name of a model, found nothing"),
        (r#"{"model":"m","input":7}"#, "input", "expected an array, found a number"),
        (r#"{"model":"m","input":["a"]}"#, "input[0]", "expected an object, found a string"),
        (
            r#"{"model":"m","input":[{"role":"tool","content":""}]}"#,
            "input[0].role",
            r#"expected user, assistant, system or developer, found "tool""#,
        ),
        (
            r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text"}]}]}"#,
            "input[0].content[0].text",
            "expected a string, found nothing",
        ),
        (
            r#"{"model":"m","input":[{"type":"function_call","call_id":"c"}]}"#,
            "input[0].name",
            "expected a string, found nothing",
        ),
        (
            r#"{"model":"m","tools":[{"type":"function"}]}"#,
            "tools[0].name",
            "expected a string, found nothing",
        ),
        (
            r#"{"model":"m","max_output_tokens":1.5}"#,
            "max_output_tokens",
            "expected a whole number, found 1.5",
        ),
        (r#"{"model":"m","temperature":"1"}"#, "temperature", "expected a number, found a string"),
        (
            r#"{"model":"m","text":{"format":{"type":"json_schema","schema":{}}}}"#,
            "text.format.name",
            "expected a string, found nothing",
        ),
        (r#"{"model":"m"} x"#, "", "invalid JSON at byte 14: expected the end of the text"),
        ("[]", "", "expected an object, found an array"),
    ] {
        assert_eq!(try_decode(body), Err(BadRequest::new(path, why)), "{body}");
    }
}

#[test]
fn neighbouring_items_of_one_side_are_one_turn() {
    let all = messages(
        r#"[{"role":"user","content":"a"},{"role":"user","content":[]},
        {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"s"},{"type":"summary_text","text":"t"}],
         "encrypted_content":"E"},
        {"type":"message","role":"assistant","id":"msg_1","status":"completed","phase":"commentary",
         "content":[{"type":"output_text","text":"b","annotations":[]},{"type":"refusal","refusal":"no"}]},
        {"type":"function_call","id":"fc_1","call_id":"c1","name":"f","arguments":"{\"a\": 1.0}","namespace":"ns"},
        {"type":"custom_tool_call","call_id":"c2","name":"g","input":"text"},
        {"type":"web_search_call","id":"ws_1","status":"completed"},
        {"type":"function_call_output","call_id":"c1","output":"one","status":"completed"},
        {"type":"custom_tool_call_output","call_id":"c2","output":[{"type":"input_text","text":"two"}]},
        {"role":"developer","content":"d"}]"#,
    );
    let roles: Vec<Role> = all.iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::User, Role::User, Role::Assistant, Role::Tool, Role::Developer]);
    let turn = &all[2].parts;
    let fields: Vec<Vec<&str>> = turn.iter().map(|p| p.opaque.iter().map(|o| &*o.field).collect()).collect();
    let expected: [&[&str]; 7] = [
        &["id"],
        &["id", "encrypted_content"],
        &["id", "phase"],
        &["id", "phase"],
        &["id", "namespace"],
        &[],
        &[],
    ];
    assert_eq!(fields, expected);
    assert!(turn.iter().flat_map(|p| &p.opaque).all(|o| o.vendor == "openai"));
    let Content::ToolCall(call) = &turn[4].content else { panic!("{:?}", turn[4]) };
    assert_eq!((&*call.arguments, call.kind), (r#"{"a": 1.0}"#, ToolCallKind::Function));
    let Content::ToolResult(result) = &all[3].parts[1].content else { panic!("{:?}", all[3]) };
    let name = result.name.as_deref();
    assert_eq!((&*result.call_id, name, result.kind), ("c2", Some("g"), ToolCallKind::Freeform));
    assert_eq!(result.content, [Part::text("two")]);
}

#[test]
fn items_that_would_run_together_keep_apart() {
    let said = |text: &str| format!(r#"{{"role":"assistant","content":"{text}"}}"#);
    let all = messages(&format!("[{},{}]", said("a"), said("b")));
    assert_eq!(all, [Message::assistant("a"), Message::assistant("b")]);
    let thought = r#"{"type":"reasoning","summary":[{"type":"summary_text","text":"s"}]}"#;
    assert_eq!(messages(&format!("[{thought},{thought}]")).len(), 2);
    let with_id = |id: &str| format!(r#"{{"role":"assistant","id":"{id}","content":"x"}}"#);
    assert_eq!(messages(&format!("[{},{}]", with_id("msg_1"), with_id("msg_2"))).len(), 1);
}

fn sealed(place: Place) -> Sealed {
    Sealed {
        vendor: "anthropic".into(),
        model: Some("claude".into()),
        wire: crate::model::Wire::Anthropic,
        place,
        text: None,
        fields: vec![("signature".into(), raw(r#""S""#))],
    }
}

fn envelope(place: Place, texts: &str) -> String {
    let sealed = sealed(place).seal(&SealKey::default());
    format!(r#"{{"type":"reasoning","id":"rs_tw_a_0","summary":[{texts}],"encrypted_content":"{sealed}"}}"#)
}

#[test]
fn sealed_state_comes_back_to_what_it_belongs_to() {
    let all = messages(&format!(
        "[{},{},{},{},{}]",
        envelope(Place::Reasoning, r#"{"type":"summary_text","text":"hm"}"#),
        r#"{"role":"assistant","id":"msg_tw_a_1","content":"x"}"#,
        envelope(Place::Text, ""),
        envelope(Place::ToolCall("c".into()), ""),
        r#"{"type":"function_call","id":"fc_tw_a_2","call_id":"c","name":"f","arguments":"{}"}"#,
    ));
    let [turn] = &all[..] else { panic!("{all:?}") };
    let expected = Opaque {
        vendor: "anthropic".into(),
        model: Some("claude".into()),
        field: "signature".into(),
        value: raw(r#""S""#),
    };
    assert_eq!(turn.parts.len(), 3);
    for part in &turn.parts {
        assert_eq!(part.opaque, core::slice::from_ref(&expected), "{part:?}");
    }
    let vendor = messages(&format!("[{}]", envelope(Place::Vendor("redacted_thinking".into()), "")));
    let Content::Vendor { vendor, kind, json, .. } = &vendor[0].parts[0].content else {
        panic!("{vendor:?}")
    };
    assert_eq!((&**vendor, &**kind, json.as_str()), ("anthropic", "redacted_thinking", r#""S""#));
}

#[test]
fn state_is_not_looked_for_through_turns_of_any_length() {
    let call = r#",{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#;
    for (between, is_found) in [(200, true), (300, false)] {
        let text = r#"{"role":"assistant","content":"x"}"#;
        let body = format!(
            r#"{{"model":"m","input":[{text}{},{}]}}"#,
            call.repeat(between),
            envelope(Place::Text, "")
        );
        let asked = decoded(&body);
        assert_eq!(asked.request.messages[0].parts[0].opaque.len(), usize::from(is_found));
        assert_eq!(asked.losses.len(), usize::from(!is_found));
    }
}

#[test]
fn state_that_was_changed_is_dropped_and_told() {
    let item =
        envelope(Place::Reasoning, r#"{"type":"summary_text","text":"hm"}"#).replace(r#"=="}"#, r#"A="}"#);
    let item = item.replacen("dHcx", "dHcxA", 1);
    let orphan = envelope(Place::ToolCall("nobody".into()), "");
    let asked = decoded(&format!(r#"{{"model":"m","input":[{item},{orphan}]}}"#));
    assert_eq!(asked.request.messages.len(), 1);
    assert_eq!(asked.request.messages[0].parts[0].opaque, []);
    let paths: Vec<&str> = asked.losses.iter().map(|l| &*l.path).collect();
    assert_eq!(paths, ["input[0].encrypted_content", "input[1].encrypted_content"]);
}

#[test]
fn ids_of_calls_are_the_providers_again() {
    let spelled = crate::protocol::call_id::legal(Some("functions.get:0"), "a", 0);
    let all = messages(&format!(
        r#"[{{"type":"function_call","call_id":"{spelled}","name":"get","arguments":"{{}}"}},
        {{"type":"function_call_output","call_id":"{spelled}","output":""}}]"#
    ));
    let Content::ToolCall(call) = &all[0].parts[0].content else { panic!("{all:?}") };
    assert_eq!(call.id.as_deref(), Some("functions.get:0"));
    let Content::ToolResult(result) = &all[1].parts[0].content else { panic!("{all:?}") };
    assert_eq!((&*result.call_id, result.name.as_deref()), ("functions.get:0", Some("get")));
    assert_eq!(result.content, []);
}

#[test]
fn images_that_were_made_are_media() {
    let all = messages(
        r#"[{"type":"image_generation_call","id":"ig_1","status":"completed","result":"AA==","output_format":"webp"},
        {"type":"image_generation_call","id":"ig_2","status":"failed","result":null}]"#,
    );
    let Content::Media(media) = &all[0].parts[0].content else { panic!("{all:?}") };
    assert_eq!(media.source, Source::Base64("AA==".into()));
    assert_eq!(media.media_type.as_deref(), Some("image/webp"));
    assert!(
        matches!(&all[0].parts[1].content, Content::Vendor { kind, .. } if kind == "image_generation_call")
    );
}

/// Bodies that applications have sent.
#[test]
fn recorded_requests_go_back_as_they_came() {
    let (mut count, mut faults) = (0, Vec::new());
    for exchange in corpus::exchanges(|protocol| protocol == "openai_responses") {
        let Some(body) = exchange.request.filter(|_| exchange.is_ok) else { continue };
        if !exchange.path.split('?').next().is_some_and(|path| path.ends_with("/responses")) {
            continue;
        }
        if json::Value::parse(&body).get("model").is_none() {
            // The prompt that it names has one, which only the provider knows.
            assert!(try_decode(&body).is_err(), "{}", exchange.id);
            continue;
        }
        count += 1;
        if let Err(fault) = goes_back(&body) {
            faults.push(format!("{}: {fault}", exchange.id));
        }
    }
    assert!(faults.is_empty(), "{} of {count}:\n{}", faults.len(), faults.join("\n"));
    corpus::tell(count, "requests");
}

fn goes_back(body: &str) -> Result<(), String> {
    let asked = try_decode(body).map_err(|bad| bad.to_string())?;
    let (again, sent) = encoded(&asked.request).ok_or("refused")?;
    let losses: Vec<String> = sent.losses.iter().chain(&asked.losses).map(ToString::to_string).collect();
    match json::difference(&json::normal(body), &json::normal(&again)) {
        Some(difference) => Err(format!("{difference}, losses: {losses:?}")),
        None => Ok(()),
    }
}
