//! Raw JSON survives to the byte: numbers, the order of keys, escapes and white space.

use std::borrow::Cow;

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::{RawJson, compact};
use tokenwire_core::model::{
    Content, Event, Finish, FinishReason, Message, Part, PartKind, Request, Role, Tool, ToolCall,
    ToolCallKind, ToolResult, Wire,
};
use tokenwire_core::usage::Usage;

use super::asking::{schema, spelled};
use super::config;
use super::sides::{incoming, key, pairs, provided, read, received, sent, target, translated};
use tokenwire_core::translate::{TranslateOptions, translate_request};

fn request(schema: &RawJson, arguments: &str, result: &str) -> Request {
    let part = |content| Part::new(content);
    let call = ToolCall {
        id: Some("call_1".into()),
        name: "f".into(),
        arguments: arguments.into(),
        kind: ToolCallKind::Function,
    };
    let answer = ToolResult {
        call_id: "call_1".into(),
        name: Some("f".into()),
        content: vec![Part::text(result)],
        is_error: false,
        kind: ToolCallKind::Function,
    };
    let mut request = Request::new(
        "m-1",
        vec![
            Message::user("?"),
            Message::new(Role::Assistant, vec![part(Content::ToolCall(call))]),
            Message::new(Role::Tool, vec![part(Content::ToolResult(answer))]),
        ],
    );
    request.tools = vec![Tool::function("f", "d", schema.clone())];
    request.limits.max_output_tokens = Some(9);
    request
}

/// The text as a wire has it: as JSON, or inside a string.
fn stands_in(body: &str, text: &str) -> bool {
    let quoted = RawJson::string(text);
    body.contains(text) || body.contains(quoted.as_str().trim_matches('"'))
}

/// The parts of a request that are raw JSON.
fn raw_of(request: &Request) -> Vec<String> {
    let tools = request.tools.iter().filter_map(|tool| match tool {
        Tool::Function { parameters, .. } => parameters.as_ref().map(ToString::to_string),
        _ => None,
    });
    let parts =
        request.messages.iter().flat_map(|message| &message.parts).filter_map(|part| match &part.content {
            Content::ToolCall(call) => Some(call.arguments.clone()),
            Content::ToolResult(result) => match &result.content[..] {
                [Part { content: Content::Text { text, .. }, .. }] => Some(text.clone()),
                _ => None,
            },
            _ => None,
        });
    tools.chain(parts).collect()
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn a_request_keeps_its_json_to_the_byte(
        (from, to) in select(pairs()),
        schema in schema(),
        arguments in spelled(),
        result in spelled(),
    ) {
        let raw = [schema.as_str().to_owned(), arguments.clone(), result.clone()];
        let http = sent(&request(&schema, &arguments, &result), from, false).expect("every wire can").http;
        let options = TranslateOptions { seal: key(), ..Default::default() };
        let translated = translate_request(from, &incoming(&http), &target(to), &options).expect("every wire can");
        let body = String::from_utf8(translated.http.body.clone()).expect("JSON");
        for text in &raw {
            prop_assert!(stands_in(&body, text), "{from} to {to}: {text} in {body}");
        }
        let there = received(to, &translated.http).expect("a request").request;
        prop_assert_eq!(raw_of(&there), raw, "{} to {}: {}", from, to, body);
    }

    #[test]
    fn an_answer_keeps_its_arguments_to_the_byte(
        (provider, application) in select(pairs()),
        arguments in spelled(),
        is_stream in any::<bool>(),
        wants_stream in any::<bool>(),
    ) {
        let kind = PartKind::ToolCall { id: Some("call_1".into()), name: "f".into(), kind: ToolCallKind::Function };
        let finish = Finish { reason: FinishReason::ToolCalls, raw: None, detail: None };
        let events = [
            Event::PartStart { part: 0, candidate: 0, kind },
            Event::ArgumentsDelta { part: 0, text: Cow::Owned(arguments.clone()) },
            Event::PartEnd { part: 0 },
            Event::Finish { candidate: 0, finish },
        ];
        let given = provided(provider, &events, &Usage::default(), is_stream);
        let (written, end) = translated(&given.bytes, provider, application, wants_stream);
        prop_assert_eq!(end, Ok(()));
        let response = read(application, &written.bytes).response;
        let found: Vec<&str> = response.tool_calls().map(|call| call.arguments.as_str()).collect();
        // Arguments are no text on Gemini's wire: the white space between their tokens is the body's.
        let expected = match [provider, application].contains(&Wire::Gemini) {
            true => compact(&arguments).into_owned(),
            false => arguments,
        };
        prop_assert_eq!(found, [&expected], "{} to {}", provider, application);
    }
}

/// The numbers and spellings of the issue, each on every pair, whatever the strategy draws.
#[test]
fn the_numbers_that_parsers_change_stay_on_every_pair() {
    let text =
        r#"{"z":1e400,"a":0.1,"m":9007199254740993,"b":1.0,"c":-0,"d":1E+2,"é":"\u00e9\/","\u00e9":"é/"}"#;
    let schema =
        RawJson::parse(&format!(r#"{{"type":"object","properties":{{"z":{{"enum":[{text}]}},"a":{{}}}}}}"#))
            .expect("JSON");
    for (from, to) in pairs() {
        let http = sent(&request(&schema, text, text), from, false).expect("every wire can").http;
        let options = TranslateOptions { seal: key(), ..Default::default() };
        let translated =
            translate_request(from, &incoming(&http), &target(to), &options).expect("every wire can");
        let there = received(to, &translated.http).expect("a request").request;
        assert_eq!(raw_of(&there), [schema.as_str(), text, text], "{from} to {to}");
    }
}
