use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
#[cfg(feature = "testing")]
use crate::json::Writer;
use crate::json::{Number, RawJson};
use crate::model::{
    Content, Effort, Media, MediaKind, Message, OutputFormat, Part, Request, Role, Source, SummaryLevel,
    Tool, ToolCallKind, ToolChoice, ToolFormat,
};

#[cfg(feature = "testing")]
fn written(request: &Request) -> String {
    let mut w = Writer::new();
    write_request(&mut w, request);
    w.finish()
}

/// A request with these fields beside a model and no messages.
fn with(fields: &str) -> Result<Request, RequestError> {
    read_request(&format!(r#"{{"model":"m","messages":[],{fields}}}"#))
}

fn read(fields: &str) -> Request {
    with(fields).expect(fields)
}

/// The one part of a user's message.
fn part(json: &str) -> Result<Part, RequestError> {
    let text = format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{json}]}}]}}"#);
    read_request(&text).map(|request| request.messages[0].parts[0].clone())
}

/// What the error says; there must be one.
fn complaint<T: core::fmt::Debug>(read: Result<T, RequestError>) -> String {
    read.expect_err("it is no request").to_string()
}

fn raw(json: &str) -> RawJson {
    RawJson::parse(json).expect("JSON")
}

#[test]
fn a_text_stands_for_a_list_of_one_part() {
    let request = read_request(r#"{"model":"m","messages":[{"role":"user","content":"Hi \u00e9"}]}"#);
    assert_eq!(request, Ok(Request::new("m", alloc::vec![Message::user("Hi é")])));
    let result = part(r#"{"kind":"tool_result","call_id":"c","content":"21"}"#).expect("a part");
    let Content::ToolResult(result) = result.content else { panic!("a tool result") };
    assert_eq!((result.content, result.kind), (alloc::vec![Part::text("21")], ToolCallKind::Function));
}

#[test]
fn a_system_text_becomes_the_first_message_wherever_it_stands() {
    let text = r#"{"messages":[{"role":"user","content":"Hi"}],"system":"Be brief.","model":"m"}"#;
    let messages = alloc::vec![Message::system("Be brief."), Message::user("Hi")];
    assert_eq!(read_request(text), Ok(Request::new("m", messages)));
}

#[test]
fn every_role_is_known() {
    for (name, role) in [
        ("assistant", Role::Assistant),
        ("developer", Role::Developer),
        ("system", Role::System),
        ("tool", Role::Tool),
        ("user", Role::User),
    ] {
        let text = format!(r#"{{"model":"m","messages":[{{"role":"{name}","content":[]}}]}}"#);
        assert_eq!(read_request(&text).expect(name).messages[0].role, role);
    }
}

#[test]
fn a_tool_is_a_function_and_its_schema_keeps_every_byte() {
    let schema = r#"{"type": "object", "b":1.0, "a":1e400,"a":2}"#;
    let request = read(&format!(r#""tools":[{{"name":"t","description":"d","parameters":{schema}}}]"#));
    assert_eq!(request.tools, [Tool::function("t", "d", raw(schema))]);
}

#[test]
fn other_tools_say_their_kind() {
    let request = read(
        r#""tools":[{"kind":"freeform","name":"f","format":{"syntax":"lark","definition":"x"}},
            {"kind":"freeform","name":"g"},{"kind":"vendor","wire":"anthropic","json":{"type":"x"}}]"#,
    );
    let grammar = ToolFormat::Grammar { syntax: "lark".into(), definition: "x".into() };
    let freeform = |name: &str, format| Tool::Freeform { name: name.into(), description: None, format };
    let vendor = Tool::Vendor { wire: crate::model::Wire::Anthropic, json: raw(r#"{"type":"x"}"#) };
    assert_eq!(request.tools, [freeform("f", grammar), freeform("g", ToolFormat::Text), vendor]);
}

#[test]
fn a_choice_is_a_word_or_names_what_it_demands() {
    let allowed = ToolChoice::Allowed { names: alloc::vec!["a".into()], required: false };
    for (json, choice) in [
        (r#""auto""#, ToolChoice::Auto),
        (r#""none""#, ToolChoice::None),
        (r#""required""#, ToolChoice::Required),
        (r#"{"name":"t"}"#, ToolChoice::Named("t".into())),
        (r#"{"kind":"freeform","name":"t"}"#, ToolChoice::Freeform("t".into())),
        (r#"{"kind":"allowed","names":["a"]}"#, allowed),
    ] {
        assert_eq!(read(&format!(r#""tool_choice":{json}"#)).tool_choice, Some(choice), "{json}");
    }
}

#[test]
fn an_output_is_a_word_or_a_schema() {
    let schema = OutputFormat::JsonSchema {
        name: "n".into(),
        description: None,
        schema: raw("{ }"),
        strict: Some(true),
    };
    for (json, output) in [
        (r#""text""#, OutputFormat::Text),
        (r#""json_object""#, OutputFormat::JsonObject),
        (r#"{"name":"n","schema":{ },"strict":true}"#, schema),
    ] {
        assert_eq!(read(&format!(r#""output":{json}"#)).output, Some(output), "{json}");
    }
}

#[test]
fn sampling_limits_and_state_lie_flat() {
    let request = read(
        r#""temperature":0.20,"top_p":1e0,"logprobs":0,"max_output_tokens":18446744073709551615,"store":false,
            "background":true,"stop":["a","b"],"metadata":{"k":"v","a":"b"}"#,
    );
    assert_eq!(request.sampling.temperature, Some(Number::parse("0.20").expect("a number")));
    assert_eq!(request.sampling.top_p, Some(Number::parse("1e0").expect("a number")));
    assert_eq!((request.sampling.logprobs, request.limits.max_output_tokens), (Some(0), Some(u64::MAX)));
    assert_eq!((request.state.store, request.state.background), (Some(false), true));
    assert_eq!(request.stop, ["a", "b"]);
    assert_eq!(request.metadata, [("k".into(), "v".into()), ("a".into(), "b".into())]);
}

#[test]
fn reasoning_has_an_object_of_its_own() {
    let reasoning = read(r#""reasoning":{"effort":"xhigh","budget_tokens":0,"summary":"concise"}"#).reasoning;
    let reasoning = reasoning.expect("it was set");
    assert_eq!((reasoning.effort, reasoning.budget_tokens), (Some(Effort::Xhigh), Some(0)));
    assert_eq!((reasoning.adaptive, reasoning.summary), (false, Some(SummaryLevel::Concise)));
}

#[test]
fn media_lie_where_their_source_says() {
    let image = |source| {
        let (media_type, name, detail) = (None, None, None);
        Content::Media(Media { kind: MediaKind::Image, source, media_type, name, detail })
    };
    let held = Source::Id { vendor: "openai".into(), id: "f".into() };
    for (json, source) in [
        (r#""base64":"AA==""#, Source::Base64("AA==".into())),
        (r#""text":"t""#, Source::Text("t".into())),
        (r#""url":"u""#, Source::Url("u".into())),
        (r#""id":"f","vendor":"openai""#, held),
    ] {
        let part = part(&format!(r#"{{{json},"kind":"image"}}"#)).expect(json);
        assert_eq!(part.content, image(source), "{json}");
    }
}

#[test]
fn null_is_the_same_as_no_field_but_a_raw_value_may_be_null() {
    let nulls = r#""system":null,"tools":null,"tool_choice":null,"seed":null,"metadata":null,"stop":null,
        "background":null,"extensions":null,"cache":null"#;
    assert_eq!(read(nulls), Request::new("m", Vec::new()));
    let text = part(r#"{"kind":"text","text":"t","base64":null,"citations":null}"#);
    assert_eq!(text, Ok(Part::text("t")));
    let extended = read(r#""extensions":[{"wire":"gemini","name":"n","value":null}]"#);
    assert_eq!(extended.extensions[0].value.as_str(), "null");
}

#[test]
fn an_unknown_field_is_named_with_the_known_ones() {
    assert_eq!(
        complaint(part(r#"{"kind":"tool_result","call_id":"c","content":[{"typ":"text"}]}"#)),
        concat!(
            "messages[0].content[0].content[0].typ: expected one of kind, text, citations, base64, url, id, vendor, ",
            "media_type, name, detail, is_summary, arguments, call_id, is_error, content, wire, vendor_type, json, ",
            r#"cache, opaque, extensions, found "typ""#,
        ),
    );
    assert_eq!(
        complaint(with(r#""reasoning":{"efort":"low"}"#)),
        r#"reasoning.efort: expected one of effort, budget_tokens, adaptive, summary, found "efort""#,
    );
    assert!(complaint(with(r#""max_tokens":5"#)).starts_with("max_tokens: expected one of model, system, "));
}

#[test]
fn every_fault_says_where_it_is_and_what_was_expected() {
    for (fields, expected) in [
        (r#""model":"n""#, r#"model: expected each field once, found "model""#),
        (r#""temperature":"0.5""#, "temperature: expected a number, found a string"),
        (r#""max_output_tokens":1.5"#, "max_output_tokens: expected a whole number, found 1.5"),
        (r#""max_output_tokens":-1"#, "max_output_tokens: expected a whole number, found -1"),
        (
            r#""candidates":4294967296"#,
            "candidates: expected a whole number below 4294967296, found 4294967296",
        ),
        (r#""stop":"END""#, "stop: expected a list, found a string"),
        (r#""stop":["a",{}]"#, "stop[1]: expected a string, found an object"),
        (r#""store":"yes""#, "store: expected true or false, found a string"),
        (r#""metadata":{"a b":1}"#, "metadata.a b: expected a string, found 1"),
        (r#""tools":[{"parameters":{}}]"#, "tools[0].name: expected a string, found nothing"),
        (
            r#""tools":[{"name":"t","parameters":true}]"#,
            "tools[0].parameters: expected an object, found true",
        ),
        (
            r#""tools":[{"kind":"vendor","wire":"x","json":1}]"#,
            r#"tools[0].wire: expected one of anthropic, gemini, openai_chat, openai_responses, found "x""#,
        ),
        (
            r#""tools":[{"name":"t","wire":"gemini"}]"#,
            "tools[0].wire: expected no such field in this kind, found a string",
        ),
        (r#""tool_choice":"any""#, r#"tool_choice: expected one of auto, none, required, found "any""#),
        (r#""tool_choice":1"#, "tool_choice: expected an object, found 1"),
        (r#""output":{"name":"n"}"#, "output.schema: expected an object, found nothing"),
        (r#""cache":true"#, "cache: expected an object, found true"),
        (
            r#""extensions":[{"wire":"gemini","name":"n"}]"#,
            "extensions[0].value: expected a value, found nothing",
        ),
    ] {
        assert_eq!(complaint(with(fields)), expected, "{fields}");
    }
}

#[test]
fn what_is_missing_or_of_another_kind_is_a_fault_of_a_part() {
    for (json, expected) in [
        (r#"{"kind":"text"}"#, "text: expected a string, found nothing"),
        (r#"{"kind":"text","text":null}"#, "text: expected a string, found null"),
        (
            r#"{"kind":"text","text":"t","url":"u"}"#,
            "url: expected no such field in this kind, found a string",
        ),
        (r#"{"kind":"image"}"#, "url: expected a string, found nothing"),
        (r#"{"kind":"image","id":"f"}"#, "vendor: expected a string, found nothing"),
        (
            r#"{"kind":"image","base64":"","url":"u"}"#,
            "url: expected no such field in this kind, found a string",
        ),
        (
            r#"{"kind":"tool_call","name":"t","arguments":{}}"#,
            "arguments: expected a string, found an object",
        ),
    ] {
        assert_eq!(complaint(part(json)), format!("messages[0].content[0].{expected}"), "{json}");
    }
    assert!(complaint(part(r#"{"text":"t"}"#)).ends_with("freeform_result, vendor, found nothing"));
}

#[test]
fn a_request_is_an_object_with_a_model_and_messages() {
    for (text, expected) in [
        ("", "request: expected an object, found nothing"),
        ("[]", "request: expected an object, found a list"),
        ("<a>", "request: expected an object, found no JSON"),
        ("{}", "model: expected a string, found nothing"),
        (r#"{"model":"m"}"#, "messages: expected a list, found nothing"),
        (r#"{"model":"m","messages":[]}x"#, "invalid JSON at byte 27: expected the end of the text"),
        (r#"{"model":"m","messages":[}"#, "invalid JSON at byte 25: expected a value"),
    ] {
        assert_eq!(complaint(read_request(text)), expected);
    }
}

#[test]
fn errors_repeat_forty_bytes_of_a_word_at_most() {
    let long = "é".repeat(50);
    let text = format!(r#"{{"model":"m","messages":[{{"role":"{long}","content":"secret"}}]}}"#);
    let said = complaint(read_request(&text));
    assert!(said.ends_with(&format!("found \"{}\"", "é".repeat(20))), "{said}");
    assert_eq!(complaint(with(&format!(r#""{long}":1"#))).matches('é').count(), 40);
    assert!(!complaint(with(&format!(r#""seed":"{long}""#))).contains('é'));
}

#[test]
fn results_in_results_end_at_the_readers_depth() {
    let nested = |depth: usize| {
        let open = r#"{"kind":"tool_result","call_id":"c","content":["#;
        part(&format!("{}{}", open.repeat(depth), "]}".repeat(depth)))
    };
    assert!(nested(60).is_ok());
    assert!(matches!(nested(100), Err(RequestError::Json(_))));
    assert!(matches!(nested(100_000), Err(RequestError::Json(_))));
}

#[cfg(feature = "testing")]
mod laws {
    use proptest::prelude::*;
    use proptest::sample::Index;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::model::{Candidate, Response};
    use crate::testing::strategies;
    use crate::transcript::outcome::write_candidate;

    fn config(cases: u32) -> ProptestConfig {
        ProptestConfig { rng_seed: RngSeed::Fixed(5), ..ProptestConfig::with_cases(cases) }
    }

    /// Bytes put over, into or in place of others, at character boundaries.
    fn mutated(mut text: String, changes: Vec<(Index, Index, &'static str)>) -> String {
        for (from, to, new) in changes {
            let at = |index: Index| {
                let mut at = index.index(text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (a, b) = (at(from), at(to));
            // Short cuts mostly: a long one leaves little of a request.
            let end = if b > a && b - a < 40 { b } else { a };
            text.replace_range(a..end, new);
        }
        text
    }

    const PIECES: &[&str] = &[
        "",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "null",
        "true",
        "0",
        "1e999",
        "\\u",
        "\"kind\":",
        "\"vendor\"",
        "\"content\":\"\",",
        "\"text\":",
        "\"id\":null,",
        "{}",
        "[[",
        "\"tool_result\"",
    ];

    proptest! {
        #![proptest_config(config(1_000))]

        #[test]
        fn what_was_written_is_read_back(request in strategies::request()) {
            prop_assert_eq!(read_request(&written(&request)), Ok(request));
        }

        #[test]
        fn what_is_read_from_broken_json_can_be_written(
            request in strategies::request(),
            changes in prop::collection::vec(
                (any::<Index>(), any::<Index>(), prop::sample::select(PIECES)),
                1..4,
            ),
        ) {
            let text = mutated(written(&request), changes);
            if let Ok(request) = read_request(&text) {
                prop_assert!(RawJson::parse(&text).is_ok());
                prop_assert_eq!(read_request(&written(&request)), Ok(request));
            }
        }

        #[test]
        fn any_json_is_a_request_or_a_fault(text in strategies::json_text()) {
            prop_assert!(read_request(&text).is_err());
        }
    }

    #[test]
    fn what_is_written_of_a_response_goes_back_as_a_message() {
        let mut runner = proptest::test_runner::TestRunner::new(config(500));
        let parts = prop::collection::vec(strategies::part(), 0..4);
        let law = |parts: Vec<Part>| {
            let candidate = Candidate { parts, finish: None };
            let mut w = Writer::new();
            write_candidate(&mut w, &candidate);
            let text = w.finish();
            let rest = text.strip_prefix(r#"{"parts":"#).expect("the parts come first");
            let parts = crate::json::Reader::new(rest).raw().expect("a list");
            let message = format!(r#"{{"role":"assistant","content":{parts}}}"#);
            let read = read_request(&format!(r#"{{"model":"m","messages":[{message}]}}"#));
            let response = Response { candidates: alloc::vec![candidate], ..Response::default() };
            prop_assert_eq!(read, Ok(Request::new("m", alloc::vec![response.to_message()])));
            Ok(())
        };
        runner.run(&parts, law).expect("the law holds");
    }
}
