//! What applications ask becomes the vocabulary's, and goes back as it was.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::json::Value;
use super::{answer, ask, request, sent, streamed, whole};
use crate::json::RawJson;
use crate::model::{
    CacheMark, Candidate, Content, Effort, Event, Extension, Finish, FinishReason, Media, MediaKind, Message,
    Opaque, OutputFormat, Part, PartKind, Reasoning, ReasoningText, Request, Response, Role, Source,
    SummaryLevel, Tool, ToolCall, ToolCallKind, ToolChoice, Wire,
};
use crate::protocol::answer::Incoming;
use crate::protocol::seal::{Place, Sealed};
use crate::protocol::{Credential, Dialect, SealKey, Target, encode_request};
use crate::usage::Usage;

fn asked(rest: &str) -> Request {
    let body = alloc::format!(
        r#"{{"model":"m","max_tokens":9{rest},"messages":[{{"role":"user","content":"Hi"}}]}}"#
    );
    let asked = ask(&body).expect("a request");
    assert!(asked.losses.is_empty(), "{:?}", asked.losses);
    asked.request
}

fn messages(list: &str) -> Vec<Message> {
    let body = alloc::format!(r#"{{"model":"m","messages":{list}}}"#);
    ask(&body).expect("a request").request.messages
}

fn raw(json: &str) -> RawJson {
    RawJson::parse(json).expect("JSON")
}

/// The body goes back on this wire as it came.
fn comes_back(body: &str) {
    let asked = ask(body).expect("a request");
    let (again, losses) = sent(&asked.request, Wire::Anthropic, asked.stream).expect("a body");
    assert_eq!(Value::parse(&again).normal(), Value::parse(body).normal());
    assert!(losses.is_empty(), "{losses:?}");
}

#[test]
fn the_least_request_is_a_model_and_messages() {
    let asked =
        ask(r#"{"messages":[{"content":"Hi","role":"user"}],"model":"m","stream":true}"#).expect("a request");
    assert_eq!(asked.request, Request::new("m", vec![Message::user("Hi")]));
    assert!(asked.stream && asked.stream_usage);
}

#[test]
fn a_fault_says_where_and_what() {
    for (body, path, why) in [
        ("[]", "", "expected an object, found an array"),
        ("{", "", "invalid JSON at byte 1: expected a key"),
        (r#"{"messages":[]}"#, "model", "expected a name, found nothing"),
        (r#"{"model":"m"}"#, "messages", "expected an array, found nothing"),
        (r#"{"model":"m","messages":"Hi"}"#, "messages", "expected an array, found a string"),
        (
            r#"{"model":"m","messages":[{"role":"tool","content":""}]}"#,
            "messages[0].role",
            "expected \"user\", \"assistant\" or \"system\", found \"tool\"",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user"}]}"#,
            "messages[0].content",
            "expected a string or an array, found nothing",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"text":"a"}]}]}"#,
            "messages[0].content[0].type",
            "expected a string, found nothing",
        ),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":1}}]}]}"#,
            "messages[0].content[0].source.url",
            "expected a string, found a number",
        ),
        (
            r#"{"model":"m","messages":[],"tools":[{"description":"x"}]}"#,
            "tools[0].name",
            "expected a string, found nothing",
        ),
        (
            r#"{"model":"m","messages":[],"max_tokens":"9"}"#,
            "max_tokens",
            "expected a whole number, found a string",
        ),
        (
            r#"{"model":"m","messages":[],"thinking":{"type":"enabled"}}"#,
            "thinking.budget_tokens",
            "expected a whole number, found nothing",
        ),
    ] {
        let bad = ask(body).expect_err(body);
        assert_eq!((bad.path.as_str(), bad.why.as_str()), (path, why), "{body}");
    }
}

#[test]
fn many_unknown_fields_are_refused() {
    let fields: String = (0..65).map(|n| alloc::format!(r#""x{n}":1,"#)).collect();
    let bad = ask(&alloc::format!(r#"{{{fields}"model":"m","messages":[]}}"#)).expect_err("too many");
    assert!(bad.why.contains("at most 64"), "{}", bad.why);
}

#[test]
fn every_field_has_its_word() {
    let request = asked(concat!(
        r#","temperature":0.70,"top_p":1.0,"top_k":5,"stop_sequences":["END"],"#,
        r#""metadata":{"user_id":"u"},"service_tier":"standard_only","#,
        r#""cache_control":{"type":"ephemeral","ttl":"1h"},"system":"Be brief.","#,
        r#""output_config":{"format":{"type":"json_schema","schema":{"b":1.0,"a":{}}}},"#,
        r#""tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"strict":true,"cache_control":{"type":"ephemeral"},"defer_loading":true},{"type":"web_search_20260318","name":"web_search"}],"#,
        r#""tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}"#,
    ));
    let mut expected = Request::new("m", vec![Message::system("Be brief."), Message::user("Hi")]);
    expected.limits.max_output_tokens = Some(9);
    let number = |text: &str| Some(crate::json::Number::parse(text).expect("a number"));
    expected.sampling.temperature = number("0.70");
    expected.sampling.top_p = number("1.0");
    expected.sampling.top_k = number("5");
    expected.stop = vec!["END".into()];
    expected.user = Some("u".into());
    expected.service_tier = Some("default".into());
    expected.cache = Some(CacheMark { ttl: Some("1h".into()) });
    let schema = raw(r#"{"b":1.0,"a":{}}"#);
    expected.output =
        Some(OutputFormat::JsonSchema { name: String::new(), description: None, schema, strict: Some(true) });
    expected.tools = vec![
        Tool::Function {
            name: "f".into(),
            description: Some("d".into()),
            parameters: Some(raw(r#"{"type":"object"}"#)),
            strict: Some(true),
            cache: Some(CacheMark::default()),
            extensions: vec![Extension::new(Wire::Anthropic, "defer_loading", raw("true"))],
        },
        Tool::Vendor {
            wire: Wire::Anthropic,
            json: raw(r#"{"type":"web_search_20260318","name":"web_search"}"#),
        },
    ];
    expected.tool_choice = Some(ToolChoice::Named("f".into()));
    expected.parallel_tool_calls = Some(false);
    assert_eq!(request, expected);
}

#[test]
fn thinking_and_effort_are_reasoning() {
    let of = |effort, budget_tokens, adaptive, summary| {
        Some(Reasoning { effort, budget_tokens, adaptive, summary })
    };
    for (fields, expected, extensions) in [
        (r#","thinking":{"type":"adaptive"}"#, of(None, None, true, None), &[][..]),
        (
            r#","output_config":{"effort":"max"},"thinking":{"type":"adaptive","display":"omitted"}"#,
            of(Some(Effort::Max), None, true, Some(SummaryLevel::Omitted)),
            &[],
        ),
        (
            r#","thinking":{"type":"enabled","budget_tokens":2000,"display":"summarized"}"#,
            of(None, Some(2000), false, Some(SummaryLevel::Auto)),
            &[],
        ),
        (r#","thinking":{"type":"disabled"}"#, of(Some(Effort::None), None, false, None), &[]),
        (
            r#","thinking":{"type":"disabled"},"output_config":{"effort":"low"}"#,
            of(Some(Effort::None), None, false, None),
            &["output_config.effort"],
        ),
        (r#","thinking":{"type":"between_tools"}"#, None, &["thinking"]),
        (r#","output_config":{"effort":"low"}"#, of(Some(Effort::Low), None, false, None), &[]),
        (
            r#","thinking":{"type":"adaptive","display":"updates","x":1},"output_config":{"effort":"ultra","task_budget":{"type":"tokens"}}"#,
            of(None, None, true, None),
            &["thinking.display", "thinking.x", "output_config.effort", "output_config.task_budget"],
        ),
    ] {
        let request = asked(fields);
        assert_eq!(request.reasoning, expected, "{fields}");
        let names: Vec<&str> = request.extensions.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, extensions, "{fields}");
    }
}

#[test]
fn choices_have_their_word() {
    for (choice, expected, parallel) in [
        (r#"{"type":"auto"}"#, Some(ToolChoice::Auto), None),
        (r#"{"type":"any","disable_parallel_tool_use":false}"#, Some(ToolChoice::Required), Some(true)),
        (r#"{"type":"none"}"#, Some(ToolChoice::None), None),
        ("null", None, None),
        (
            r#"{"type":"x"}"#,
            Some(ToolChoice::Vendor { wire: Wire::Anthropic, json: raw(r#"{"type":"x"}"#) }),
            None,
        ),
    ] {
        let request = asked(&alloc::format!(r#","tool_choice":{choice}"#));
        assert_eq!((request.tool_choice, request.parallel_tool_calls), (expected, parallel), "{choice}");
    }
}

#[test]
fn what_has_no_word_stays_a_field_of_this_wire() {
    let request = asked(
        r#","speed":"fast","context_management":{"b":1.0,"a":[]},"metadata":{"team":"x"},"cache_control":{"type":"ephemeral","scope":"org"}"#,
    );
    let fields: Vec<(&str, &str)> =
        request.extensions.iter().map(|e| (e.name.as_str(), e.value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("metadata.team", "\"x\""),
            ("speed", "\"fast\""),
            ("context_management", r#"{"b":1.0,"a":[]}"#),
            ("cache_control", r#"{"type":"ephemeral","scope":"org"}"#),
        ]
    );
}

#[test]
fn beta_features_reach_the_provider() {
    let headers = [("anthropic-beta", "a"), ("anthropic-version", "2023-06-01"), ("anthropic-beta", "b,c")];
    let headers = headers.into_iter().collect();
    let body = r#"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#;
    let incoming = Incoming { path: "/v1/messages?beta=true", headers: &headers, body };
    let request = request::decode(&incoming, &SealKey::default()).expect("a request").request;
    let target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("k"))).expect("a target");
    let http = encode_request(&request, &target, false).expect("a body").http;
    assert_eq!(http.headers.get("anthropic-beta"), Some("a,b,c"));
}

#[test]
fn results_become_messages_of_the_tool() {
    let messages = messages(concat!(
        r#"[{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{"b":1.0,"a":2}},"#,
        r#"{"type":"tool_use","id":"twid_Zi46MA","name":"g","input":{}}]},"#,
        r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"x","is_error":true},"#,
        r#"{"type":"tool_result","tool_use_id":"twid_Zi46MA","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}]},"#,
        r#"{"type":"text","text":"Go on."}]}]"#
    ));
    let roles: Vec<Role> = messages.iter().map(|m| m.role).collect();
    assert_eq!(roles, [Role::Assistant, Role::Tool, Role::User]);
    let Content::ToolCall(call) = &messages[0].parts[0].content else { panic!("a call") };
    assert_eq!(call.arguments, r#"{"b":1.0,"a":2}"#);
    let results: Vec<_> = messages[1]
        .parts
        .iter()
        .map(|part| match &part.content {
            Content::ToolResult(r) => (r.call_id.as_str(), r.name.as_deref(), r.is_error, r.content.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(results, [("t1", Some("f"), true, 1), ("f.:0", Some("g"), false, 1)]);
    assert_eq!(messages[2], Message::user("Go on."));
}

#[test]
fn a_direct_caller_is_what_is_meant_without_one() {
    let call = |caller: &str| {
        let block =
            alloc::format!(r#"{{"type":"tool_use","id":"t","name":"f","input":{{}},"caller":{caller}}}"#);
        messages(&alloc::format!(r#"[{{"role":"assistant","content":[{block}]}}]"#))
            .remove(0)
            .parts
            .remove(0)
            .opaque
    };
    assert_eq!(call(r#"{"type":"direct"}"#), []);
    assert_eq!(call(r#"{"type":"direct","x":1}"#)[0].field, "caller");
}

#[test]
fn media_have_every_source() {
    let media = |kind, source, media_type: Option<&str>, name: Option<&str>| Media {
        kind,
        source,
        media_type: media_type.map(Into::into),
        name: name.map(Into::into),
        detail: None,
    };
    for (block, expected) in [
        (
            r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA"}}"#,
            media(MediaKind::Image, Source::Base64("AA".into()), Some("image/png"), None),
        ),
        (
            r#"{"type":"image","source":{"type":"file","file_id":"f"}}"#,
            media(MediaKind::Image, Source::Id { vendor: "anthropic".into(), id: "f".into() }, None, None),
        ),
        (
            r#"{"type":"document","title":"T","source":{"type":"text","media_type":"text/plain","data":"x"}}"#,
            media(MediaKind::File, Source::Text("x".into()), Some("text/plain"), Some("T")),
        ),
        (
            r#"{"type":"document","source":{"type":"url","url":"https://h"}}"#,
            media(MediaKind::File, Source::Url("https://h".into()), None, None),
        ),
    ] {
        let messages = messages(&alloc::format!(r#"[{{"role":"user","content":[{block}]}}]"#));
        assert_eq!(messages[0].parts, [Part::new(Content::Media(expected))], "{block}");
    }
}

#[test]
fn blocks_without_a_word_are_the_vendors() {
    for block in [
        r#"{"type":"server_tool_use", "id":"s","name":"web_search","input":{"b":1,"a":2}}"#,
        r#"{"type":"redacted_thinking","data":"EqQB"}"#,
        r#"{"type":"document","source":{"type":"content","content":"x"}}"#,
        r#"{"type":"search_result","source":"s","title":"t","content":[],"cache_control":{"type":"ephemeral"}}"#,
        r#"{"type":"never_seen"}"#,
    ] {
        let messages = messages(&alloc::format!(r#"[{{"role":"assistant","content":[{block}]}}]"#));
        let Content::Vendor { vendor, wire, kind, json } = &messages[0].parts[0].content else {
            panic!("{block}")
        };
        assert_eq!((vendor.as_str(), *wire, json.as_str()), ("anthropic", Wire::Anthropic, block));
        assert!(block.contains(kind.as_str()));
    }
}

#[test]
fn a_body_goes_back_as_it_came() {
    for body in [
        concat!(
            r#"{"model":"m","max_tokens":64000,"system":[{"type":"text","text":"a","cache_control":{"type":"ephemeral","ttl":"5m"}},{"type":"text","text":"b"}],"#,
            r#""messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}},"#,
            r#"{"type":"image","source":{"type":"url","url":"https://h/i"},"transformations":{"oversized_image":"error"}},"#,
            r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"d"},"title":"T","context":"c","citations":{"enabled":true}}]},"#,
            r#"{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"Eq\/Q=="},"#,
            r#"{"type":"redacted_thinking","data":"EqQB"},"#,
            r#"{"type":"text","text":"t","citations":[{"type":"char_location","cited_text":"d"}]},"#,
            r#"{"type":"server_tool_use","id":"s","name":"web_search","input":{"q":1.0},"caller":{"type":"direct"}},"#,
            r#"{"type":"tool_use","id":"t1","name":"f","input":{"b":1e400,"a":2},"caller":{"type":"code_execution_20260521","tool_id":"s"}},"#,
            r#"{"type":"tool_use","id":"t2","name":"f","input":{},"caller":{"type":"direct"},"toolset_name":"n"}]},"#,
            r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r","is_error":true,"cache_control":{"type":"ephemeral"}},"#,
            r#"{"type":"tool_result","tool_use_id":"t2","toolset_name":"n","content":[{"type":"text","text":"y"},{"type":"tool_reference","tool_name":"g"}]},"#,
            r#"{"type":"text","text":"and"}]},"#,
            r#"{"role":"system","content":"mind"},{"role":"assistant","content":"So"}],"#,
            r#""tools":[{"type":"custom","name":"f","description":"d","input_schema":{"type":"object","properties":{"b":{},"a":{}}},"input_examples":[{}]},{"type":"bash_20250124","name":"bash"}],"#,
            r#""tool_choice":{"type":"any","disable_parallel_tool_use":true,"x":1},"thinking":{"type":"enabled","budget_tokens":2000,"display":"summarized"},"#,
            r#""output_config":{"effort":"xhigh","format":{"type":"json_schema","schema":{"type":"object"}},"task_budget":{"type":"tokens","total":9}},"#,
            r#""stop_sequences":["a"],"temperature":1.0,"top_p":0.990,"top_k":3,"metadata":{"user_id":"u","x":"y"},"service_tier":"auto","#,
            r#""cache_control":null,"container":{"id":"c","skills":[]},"thread":{"type":"create"},"stream":true}"#,
        ),
        r#"{"model":"m","max_tokens":1,"system":"","messages":[{"role":"user","content":[{"type":"text","text":"x","citations":null}],"x":1}],"thinking":{"type":"disabled"},"output_config":{"effort":"low"},"stream":false}"#,
    ] {
        comes_back(body);
    }
}

fn envelope(place: Place, text: Option<&str>) -> String {
    let fields = vec![("thoughtSignature".into(), raw("\"S==\""))];
    let (vendor, model, wire) = ("google".into(), Some("gemini".into()), Wire::Gemini);
    Sealed { vendor, model, wire, place, text: text.map(Into::into), fields }.seal(&SealKey::default())
}

fn google() -> Vec<Opaque> {
    let (vendor, model) = ("google".into(), Some("gemini".into()));
    vec![Opaque { vendor, model, field: "thoughtSignature".into(), value: raw("\"S==\"") }]
}

#[test]
fn sealed_state_goes_back_to_what_it_belongs_to() {
    let redacted =
        |place, text| alloc::format!(r#"{{"type":"redacted_thinking","data":"{}"}}"#, envelope(place, text));
    let list = [
        alloc::format!(
            r#"{{"type":"thinking","thinking":"hm","signature":"{}"}}"#,
            envelope(Place::Reasoning, None)
        ),
        redacted(Place::Text, Some("")),
        r#"{"type":"text","text":"a"}"#.into(),
        redacted(Place::Text, None),
        r#"{"type":"tool_use","id":"twid_Zi46MA","name":"f","input":{}}"#.into(),
        r#"{"type":"tool_use","id":"t2","name":"f","input":{}}"#.into(),
        redacted(Place::ToolCall("twid_Zi46MA".into()), None),
        redacted(Place::Vendor("item".into()), None),
    ];
    let body = alloc::format!(
        r#"{{"model":"m","messages":[{{"role":"assistant","content":[{}]}}]}}"#,
        list.join(",")
    );
    let asked = ask(&body).expect("a request");
    assert!(asked.losses.is_empty(), "{:?}", asked.losses);
    let with_state = |content| Part { opaque: google(), ..Part::new(content) };
    let text = |text: &str| Content::Text { text: text.into(), citations: vec![] };
    let call = |id: &str| {
        Content::ToolCall(ToolCall {
            id: Some(id.into()),
            name: "f".into(),
            arguments: "{}".into(),
            kind: ToolCallKind::Function,
        })
    };
    assert_eq!(
        asked.request.messages[0].parts,
        [
            with_state(Content::Reasoning(ReasoningText { text: "hm".into(), is_summary: false })),
            with_state(text("")),
            with_state(text("a")),
            with_state(call("f.:0")),
            Part::new(call("t2")),
            Part::new(Content::Vendor {
                vendor: "google".into(),
                wire: Wire::Gemini,
                kind: "item".into(),
                json: raw("\"S==\""),
            }),
        ]
    );
}

#[test]
fn state_that_was_changed_or_has_lost_its_part_is_reported() {
    let good = envelope(Place::Text, None);
    let broken = alloc::format!("{}A{}", &good[..40], &good[41..]);
    for (block, path) in [
        (
            alloc::format!(r#"{{"type":"thinking","thinking":"x","signature":"{broken}"}}"#),
            "messages[0].content[0].signature",
        ),
        (
            alloc::format!(r#"{{"type":"redacted_thinking","data":"{broken}"}}"#),
            "messages[0].content[0].data",
        ),
        (alloc::format!(r#"{{"type":"redacted_thinking","data":"{good}"}}"#), "messages[0].content[0]"),
    ] {
        let body =
            alloc::format!(r#"{{"model":"m","messages":[{{"role":"assistant","content":[{block}]}}]}}"#);
        let asked = ask(&body).expect("a request");
        assert_eq!(asked.losses.len(), 1, "{block}");
        assert_eq!(asked.losses[0].path, path);
        assert!(asked.request.messages[0].parts.iter().all(|part| part.opaque.is_empty()));
    }
}

/// What Gemini answers, with all of its state, comes back from an application as it was given.
#[test]
fn another_vendors_answer_survives_the_way_through_an_application() {
    let part = |content| Part { opaque: google(), ..Part::new(content) };
    let text = |text: &str| Content::Text { text: text.into(), citations: vec![] };
    let call = ToolCall {
        id: Some("f.0".into()),
        name: "f".into(),
        arguments: r#"{"b":1.0,"a":2}"#.into(),
        kind: ToolCallKind::Function,
    };
    let parts = vec![
        part(Content::Reasoning(ReasoningText { text: "hm".into(), is_summary: true })),
        part(Content::Reasoning(ReasoningText { text: String::new(), is_summary: false })),
        part(text("a")),
        part(Content::ToolCall(call.clone())),
        Part::new(Content::ToolCall(ToolCall { id: Some("ok".into()), ..call })),
        Part::new(Content::Vendor {
            vendor: "google".into(),
            wire: Wire::Gemini,
            kind: "executableCode".into(),
            json: raw(r#"{"executableCode":{"b":1,"a":2}}"#),
        }),
        part(text("")),
    ];
    let finish = Some(Finish::new(FinishReason::ToolCalls, "STOP"));
    let response = Response {
        id: Some("r".into()),
        model: Some("gemini".into()),
        candidates: vec![Candidate { parts: parts.clone(), finish }],
        extras: vec![],
    };
    let (body, losses) = whole(Wire::Gemini, &response, &Usage::default());
    assert_eq!(losses.len(), 1, "{losses:?}");
    let content = crate::protocol::anthropic::object::field(&body, "content").expect("content");
    let echoed = messages(&alloc::format!(r#"[{{"role":"assistant","content":{content}}}]"#));
    assert_eq!(echoed, [Message::new(Role::Assistant, parts.clone())]);

    let streamed = echo_of_stream(&parts);
    assert_eq!(streamed, [Message::new(Role::Assistant, parts)]);
}

/// What an application says that sends an answer back as it read it.
fn echo(response: &Response) -> Vec<Message> {
    let (body, _) =
        sent(&Request::new("m", vec![response.to_message()]), Wire::Anthropic, false).expect("a body");
    ask(&body).expect("a request").request.messages
}

/// The parts as events, written as a stream, read as an SDK reads it, and sent back.
fn echo_of_stream(parts: &[Part]) -> Vec<Message> {
    let mut events = vec![Event::Start { id: Some("r".into()), model: Some("gemini".into()) }];
    for (number, part) in (0..).zip(parts) {
        let start = |kind| Event::PartStart { part: number, candidate: 0, kind };
        match &part.content {
            Content::Text { text, .. } => {
                events.extend([start(PartKind::Text), Event::TextDelta { part: number, text: text.into() }]);
            }
            Content::Reasoning(r) => events.extend([
                start(PartKind::Reasoning { is_summary: r.is_summary }),
                Event::ReasoningDelta { part: number, text: (&r.text).into() },
            ]),
            Content::ToolCall(c) => events.extend([
                start(PartKind::ToolCall {
                    id: c.id.as_deref().map(Into::into),
                    name: (&c.name).into(),
                    kind: c.kind,
                }),
                Event::ArgumentsDelta { part: number, text: (&c.arguments).into() },
            ]),
            Content::Vendor { wire, kind, json, .. } => {
                events.push(start(PartKind::Vendor {
                    wire: *wire,
                    kind: kind.into(),
                    json: json.as_str().into(),
                }));
            }
            other => panic!("{other:?}"),
        }
        for opaque in &part.opaque {
            let (field, value) = ((&opaque.field).into(), opaque.value.as_str().into());
            events.push(Event::Opaque { part: number, field, value });
        }
        events.push(Event::PartEnd { part: number });
    }
    events.push(Event::Finish { candidate: 0, finish: Finish::new(FinishReason::ToolCalls, "STOP") });
    let (stream, _) = streamed(Wire::Gemini, &events, &Usage::default());
    let read = super::read(Wire::Anthropic, stream.as_bytes());
    echo(&read.response)
}

#[test]
fn state_that_came_late_replaces_what_came_in_time() {
    let (part, state) = (0, |value: &str| Event::Opaque {
        part: 0,
        field: "reasoning_details".into(),
        value: value.to_string().into(),
    });
    let events = [
        Event::PartStart { part, candidate: 0, kind: PartKind::Reasoning { is_summary: false } },
        Event::ReasoningDelta { part, text: "hm".into() },
        state("[1]"),
        Event::PartEnd { part },
        Event::PartStart { part: 1, candidate: 0, kind: PartKind::Text },
        Event::TextDelta { part: 1, text: "a".into() },
        Event::PartEnd { part: 1 },
        state("[1,2]"),
        Event::Finish { candidate: 0, finish: Finish::new(FinishReason::Stop, "stop") },
    ];
    let (stream, losses) = streamed(Wire::OpenaiChat, &events, &Usage::default());
    assert!(losses.is_empty(), "{losses:?}");
    let read = super::read(Wire::Anthropic, stream.as_bytes());
    let echoed = echo(&read.response);
    assert_eq!(echoed[0].parts.len(), 2);
    assert_eq!(echoed[0].parts[0].opaque.len(), 1);
    assert_eq!(echoed[0].parts[0].opaque[0].value.as_str(), "[1,2]");
    assert_eq!(answer(Wire::OpenaiChat).context.vendor, echoed[0].parts[0].opaque[0].vendor);
}
