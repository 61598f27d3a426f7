//! Requests as applications send them.

use alloc::vec;
use alloc::vec::Vec;

use super::{asked, decoded};
use crate::json::{Number, RawJson};
use crate::model::{
    Content, Effort, Media, MediaKind, Message, Opaque, OutputFormat, Part, Reasoning, ReasoningText,
    Request, Role, Source, SummaryLevel, Tool, ToolCall, ToolCallKind, ToolChoice, ToolResult, Wire,
};
use crate::protocol::SealKey;
use crate::protocol::StreamFraming;
use crate::protocol::seal::{Place, Sealed};

fn raw(text: &str) -> RawJson {
    RawJson::parse(text).expect(text)
}

fn messages(contents: &str) -> Vec<Message> {
    decoded(&alloc::format!(r#"{{"contents":{contents}}}"#)).messages
}

fn call(id: Option<&str>, name: &str, arguments: &str) -> Part {
    Part::new(Content::ToolCall(ToolCall {
        id: id.map(Into::into),
        name: name.into(),
        arguments: arguments.into(),
        kind: ToolCallKind::Function,
    }))
}

fn result(call_id: &str, name: &str, content: Vec<Part>, is_error: bool) -> Part {
    let name = Some(name.into());
    let kind = ToolCallKind::Function;
    Part::new(Content::ToolResult(ToolResult { call_id: call_id.into(), name, content, is_error, kind }))
}

fn thought(text: &str) -> Part {
    Part::new(Content::Reasoning(ReasoningText { text: text.into(), is_summary: true }))
}

fn names(request: &Request) -> Vec<(&str, &str)> {
    request.extensions.iter().map(|e| (e.name.as_str(), e.value.as_str())).collect()
}

#[test]
fn the_path_tells_model_stream_and_framing() {
    let body = r#"{"model":"models/other","contents":[{"parts":[{"text":"x"}]}]}"#;
    for (path, stream, framing) in [
        ("/v1beta/models/m:generateContent", false, StreamFraming::Sse),
        ("/v1beta/models/m:streamGenerateContent", true, StreamFraming::JsonArray),
        ("/v1beta/models/m:streamGenerateContent?alt=sse", true, StreamFraming::Sse),
    ] {
        let asked = asked(path, body).expect(path);
        assert_eq!((asked.stream, asked.framing, &*asked.request.model), (stream, framing, "m"));
        assert!(asked.stream_usage && asked.request.extensions.is_empty());
    }
}

#[test]
fn a_count_may_wrap_its_request() {
    let wrapped = r#"{"generateContentRequest":{"model":"models/m","contents":{"parts":{"text":"x"}}}}"#;
    let request = asked("/v1/models/m:countTokens", wrapped).expect(wrapped).request;
    assert_eq!(request.messages, [Message::user("x")]);
    let nested =
        r#"{"generateContentRequest":{"generateContentRequest":{}},"contents":{"parts":{"text":"x"}}}"#;
    let request = asked("/v1/models/m:countTokens", nested).expect(nested).request;
    assert_eq!(names(&request), [("generateContentRequest", "{}")]);
}

#[test]
fn settings_have_both_spellings() {
    let camel = decoded(
        r#"{"contents":[{"role":"user","parts":[{"text":"x"}]}],"systemInstruction":{"role":"system","parts":[{"text":"s"}]},
        "generationConfig":{"temperature":0.70,"topP":1e0,"topK":"40","seed":7,"presencePenalty":0.1,"frequencyPenalty":-0.1,
        "candidateCount":2,"maxOutputTokens":9,"stopSequences":["\n"],"responseLogprobs":true,"logprobs":3,
        "responseMimeType":"application/json","responseSchema":{"type":"OBJECT"},
        "thinkingConfig":{"thinkingLevel":"medium","includeThoughts":true},"speechConfig":{ "v":1 }},
        "safetySettings":[{"category":"c"}],"serviceTier":"flex","labels":{"a_b":"c"},"store":false,"continuationToken":"t"}"#,
    );
    let snake = decoded(
        r#"{"contents":[{"role":"user","parts":[{"text":"x"}]}],"system_instruction":{"parts":{"text":"s"}},
        "generation_config":{"temperature":0.70,"top_p":1e0,"top_k":40,"seed":7,"presence_penalty":0.1,"frequency_penalty":-0.1,
        "candidate_count":2,"max_output_tokens":"9","stop_sequences":["\n"],"response_logprobs":true,"logprobs":3,
        "response_mime_type":"application/json","response_schema":{"type":"object"},
        "thinking_config":{"thinking_level":"MEDIUM","include_thoughts":true},"speechConfig":{ "v":1 }},
        "safetySettings":[{"category":"c"}],"service_tier":"flex","labels":{"a_b":"c"},"store":false,"continuation_token":"t"}"#,
    );
    assert_eq!(camel, snake);
    assert_eq!(camel.messages, [Message::system("s"), Message::user("x")]);
    assert_eq!(camel.sampling.temperature, Number::parse("0.70").ok());
    assert_eq!((camel.sampling.candidates, camel.sampling.logprobs), (Some(2), Some(3)));
    assert_eq!(camel.limits.max_output_tokens, Some(9));
    assert_eq!(camel.stop, ["\n"]);
    let output = OutputFormat::JsonSchema {
        name: "".into(),
        description: None,
        schema: raw(r#"{"type":"object"}"#),
        strict: None,
    };
    assert_eq!(camel.output, Some(output));
    let effort = Some(Effort::Medium);
    assert_eq!(
        camel.reasoning,
        Some(Reasoning { effort, summary: Some(SummaryLevel::Auto), ..Reasoning::default() })
    );
    assert_eq!(camel.metadata, [("a_b".into(), "c".into())]);
    assert_eq!(camel.state.store, Some(false));
    assert_eq!(camel.state.continuation_token.as_deref(), Some("t"));
    assert_eq!(
        names(&camel),
        [("generationConfig.speechConfig", "{ \"v\":1 }"), ("safetySettings", r#"[{"category":"c"}]"#)]
    );
}

#[test]
fn budgets_are_numbers_or_left_to_the_provider() {
    let reasoning = |config: &str| {
        decoded(&alloc::format!(
            r#"{{"contents":[{{"parts":[{{"text":"x"}}]}}],"generationConfig":{{"thinkingConfig":{config}}}}}"#
        ))
        .reasoning
    };
    assert_eq!(reasoning("{}"), None);
    assert_eq!(
        reasoning(r#"{"thinkingBudget":-1}"#),
        Some(Reasoning { adaptive: true, ..Reasoning::default() })
    );
    for budget in [0, 128] {
        let expected = Reasoning { budget_tokens: Some(budget), ..Reasoning::default() };
        assert_eq!(reasoning(&alloc::format!("{{\"thinkingBudget\":{budget}}}")), Some(expected));
    }
}

#[test]
fn what_has_no_word_stays_an_extension() {
    let request = decoded(
        r#"{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"STRING","enum":["A"]},
        "logprobs":2,"thinkingConfig":{"thinkingLevel":"ULTRA"}},"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED","streamFunctionCallArguments":true},
        "includeServerSideToolInvocations":true}}"#,
    );
    assert_eq!((&request.output, &request.reasoning, &request.tool_choice), (&None, &None, &None));
    assert_eq!(
        names(&request),
        [
            ("generationConfig.thinkingConfig.thinkingLevel", "\"ULTRA\""),
            ("generationConfig.logprobs", "2"),
            ("generationConfig.responseMimeType", "\"text/x.enum\""),
            ("generationConfig.responseSchema", r#"{"type":"string","enum":["A"]}"#),
            ("toolConfig.functionCallingConfig.streamFunctionCallArguments", "true"),
            ("toolConfig.functionCallingConfig.mode", "\"VALIDATED\""),
            ("toolConfig.includeServerSideToolInvocations", "true"),
        ]
    );
}

#[test]
fn functions_have_json_schema_in_either_field() {
    let request = decoded(
        r#"{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[
        {"name":"a","description":"d","parameters":{"type":"OBJECT","properties":{"b":{"type":"STRING"}}}},
        {"name":"b","parametersJsonSchema":{ "type":"object" },"responseJsonSchema":{}},{"name":"c"}],"googleSearch":{},"codeExecution":null},
        {"url_context":{}}]}"#,
    );
    let function =
        |name: &str, description: Option<&str>, parameters: Option<&str>, extensions| Tool::Function {
            name: name.into(),
            description: description.map(Into::into),
            parameters: parameters.map(raw),
            strict: None,
            cache: None,
            extensions,
        };
    let extension = crate::model::Extension::new(Wire::Gemini, "responseJsonSchema", raw("{}"));
    let vendor = |json: &str| Tool::Vendor { wire: Wire::Gemini, json: raw(json) };
    assert_eq!(
        request.tools,
        [
            function(
                "a",
                Some("d"),
                Some(r#"{"type":"object","properties":{"b":{"type":"string"}}}"#),
                vec![]
            ),
            function("b", None, Some("{ \"type\":\"object\" }"), vec![extension]),
            function("c", None, None, vec![]),
            vendor(r#"{"googleSearch":{}}"#),
            vendor(r#"{"url_context":{}}"#),
        ]
    );
}

#[test]
fn modes_are_choices() {
    let choice = |config: &str| {
        decoded(&alloc::format!(
            r#"{{"contents":[{{"parts":[{{"text":"x"}}]}}],"toolConfig":{{"functionCallingConfig":{config}}}}}"#
        ))
        .tool_choice
    };
    let allowed = |required| Some(ToolChoice::Allowed { names: vec!["f".into(), "g".into()], required });
    for (config, expected) in [
        (r#"{"mode":"AUTO"}"#, Some(ToolChoice::Auto)),
        (r#"{"mode":"none"}"#, Some(ToolChoice::None)),
        (r#"{"mode":2}"#, Some(ToolChoice::Required)),
        (r#"{"mode":"any","allowed_function_names":["f"]}"#, Some(ToolChoice::Named("f".into()))),
        (r#"{"mode":"ANY","allowedFunctionNames":["f","g"]}"#, allowed(true)),
        (r#"{"mode":"VALIDATED","allowedFunctionNames":["f","g"]}"#, allowed(false)),
        (r#"{"mode":"MODE_UNSPECIFIED"}"#, None),
    ] {
        assert_eq!(choice(config), expected, "{config}");
    }
}

#[test]
fn calls_and_results_are_tied_together() {
    let expected = [
        Message::new(
            Role::Assistant,
            vec![call(Some("1"), "f", r#"{ "b":1.0,"a":2}"#), call(None, "g", "{}")],
        ),
        Message::new(
            Role::Tool,
            vec![
                result("", "g", vec![Part::text("{\"t\": 1}")], false),
                result("1", "f", vec![Part::text("no")], true),
            ],
        ),
        Message::user("and?"),
    ];
    let contents = r#"[{"role":"model","parts":[{"functionCall":{"id":"1","name":"f","args":{ "b":1.0,"a":2}}},{"function_call":{"name":"g"}}]},
        {"role":"function","parts":[{"functionResponse":{"name":"g","response":{"t": 1}}},{"functionResponse":{"name":"f","response":{"error":"no"}}},
        {"text":"and?"}]}]"#;
    assert_eq!(messages(contents), expected);
}

#[test]
fn ids_that_were_spelled_anew_are_read_back() {
    let contents = r#"[{"role":"model","parts":[{"functionCall":{"id":"twid_YTpi","name":"f","args":{}}}]},
        {"role":"user","parts":[{"functionResponse":{"id":"twid_YTpi","name":"f","response":{"output":{"error":1}}}}]}]"#;
    let messages = messages(contents);
    assert_eq!(messages[0].parts, [call(Some("a:b"), "f", "{}")]);
    assert_eq!(messages[1].parts, [result("a:b", "f", vec![Part::text("{\"error\":1}")], false)]);
}

#[test]
fn arguments_that_came_in_pieces_are_put_together() {
    let contents = r#"[{"role":"model","parts":[{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a","numberValue":2}]}}]}]"#;
    assert_eq!(messages(contents)[0].parts, [call(None, "f", r#"{"a":2}"#)]);
}

#[test]
fn media_are_base64_of_the_usual_alphabet_or_files() {
    let media = |kind, source, media_type: Option<&str>, detail: Option<&str>| {
        Part::new(Content::Media(Media {
            kind,
            source,
            media_type: media_type.map(Into::into),
            name: None,
            detail: detail.map(Into::into),
        }))
    };
    let contents = r#"[{"parts":[{"inline_data":{"mime_type":"image/png","data":"a-_="},"mediaResolution":{"level":"MEDIA_RESOLUTION_LOW"}},
        {"fileData":{"fileUri":"https://x/a.mp4?b.png"}},{"fileData":{"mimeType":"application/pdf","fileUri":"files/1"}}]}]"#;
    assert_eq!(
        messages(contents)[0].parts,
        [
            media(MediaKind::Image, Source::Base64("a+/=".into()), Some("image/png"), Some("low")),
            media(MediaKind::Video, Source::Url("https://x/a.mp4?b.png".into()), None, None),
            media(
                MediaKind::File,
                Source::Id { vendor: "google".into(), id: "files/1".into() },
                Some("application/pdf"),
                None
            ),
        ]
    );
}

#[test]
fn files_that_only_google_can_fetch_have_its_id() {
    for uri in ["files/1", "gs://b/a.png", "https://generativelanguage.googleapis.com/v1beta/files/a"] {
        let parts = messages(&alloc::format!(r#"[{{"parts":[{{"fileData":{{"fileUri":"{uri}"}}}}]}}]"#))
            .remove(0)
            .parts;
        let source = Source::Id { vendor: "google".into(), id: uri.into() };
        assert!(matches!(&parts[0].content, Content::Media(media) if media.source == source), "{uri}");
    }
}

#[test]
fn parts_that_only_google_understands_stay_whole() {
    let contents = r#"[{"role":"model","parts":[{"executableCode":{"code":"1 + 1"},"thoughtSignature":"s"},{"text":"a","partMetadata":{"b":1}}]}]"#;
    let parts = messages(contents).remove(0).parts;
    assert!(matches!(&parts[0].content, Content::Vendor { vendor, wire: Wire::Gemini, kind, json }
        if vendor == "google" && kind == "executableCode" && json.as_str().ends_with(r#","thoughtSignature":"s"}"#)));
    assert_eq!(parts[1].extensions[0].name, "partMetadata");
}

#[test]
fn signatures_of_google_stay_on_their_parts() {
    let contents = r#"[{"role":"model","parts":[{"text":"t","thought":true},{"text":"","thoughtSignature":"s"},
        {"functionCall":{"name":"f"},"thought_signature":"c"},{"text":""}]}]"#;
    let own = |value: &str| Opaque {
        vendor: "google".into(),
        model: None,
        field: "thoughtSignature".into(),
        value: raw(value),
    };
    let mut empty = Part::text("");
    empty.opaque.push(own("\"s\""));
    let mut called = call(None, "f", "{}");
    called.opaque.push(own("\"c\""));
    assert_eq!(messages(contents)[0].parts, [thought("t"), empty, called]);
}

fn sealed(place: Place, text: Option<&str>) -> Sealed {
    Sealed {
        vendor: "anthropic".into(),
        model: Some("claude".into()),
        wire: Wire::Anthropic,
        place,
        text: text.map(Into::into),
        fields: vec![("signature".into(), raw("\"sig\""))],
    }
}

fn envelope(place: Place, text: Option<&str>) -> alloc::string::String {
    // As SDKs that keep bytes spell it.
    sealed(place, text).seal(&SealKey::default()).replace('+', "-").replace('/', "_")
}

#[test]
fn sealed_state_goes_back_to_the_text_that_a_stream_cut() {
    let env = envelope(Place::Reasoning, None);
    let contents = alloc::format!(
        r#"[{{"role":"model","parts":[{{"text":"so ","thought":true}}]}},{{"role":"model","parts":[{{"text":"be it","thought":true}}]}},
        {{"role":"model","parts":[{{"text":"","thought":true,"thoughtSignature":"{env}"}}]}},{{"role":"model","parts":[{{"text":"A"}}]}},
        {{"role":"model","parts":[{{"text":"b"}}]}},{{"role":"model","parts":[{{"text":""}}]}}]"#
    );
    let mut reasoning = thought("so be it");
    reasoning.opaque = sealed(Place::Reasoning, None).into_opaque();
    let expected = [Message::new(Role::Assistant, vec![reasoning, Part::text("Ab")])];
    assert_eq!(messages(&contents), expected);
    let in_one = contents.replace(r#"]},{"role":"model","parts":["#, ",");
    assert_eq!(messages(&in_one)[0].parts[0], expected[0].parts[0]);
}

#[test]
fn state_is_not_looked_for_through_turns_of_any_length() {
    let env = envelope(Place::Text, None);
    let call = r#"{"functionCall":{"name":"f","args":{}}},"#;
    for (between, is_found) in [(200, true), (300, false)] {
        let contents = alloc::format!(
            r#"[{{"role":"model","parts":[{{"text":"A"}},{}{{"text":"","thoughtSignature":"{env}"}}]}}]"#,
            call.repeat(between)
        );
        let messages = messages(&contents);
        assert_eq!(messages[0].parts[0].opaque.len(), usize::from(is_found));
    }
}

#[test]
fn sealed_state_that_stands_for_itself_is_a_part() {
    let alone = envelope(Place::Reasoning, Some(""));
    let vendor = envelope(Place::Vendor("redacted_thinking".into()), None);
    let contents = alloc::format!(
        r#"[{{"role":"model","parts":[{{"text":"t","thought":true}},{{"text":"","thought":true,"thoughtSignature":"{alone}"}},
        {{"text":"","thought":true,"thoughtSignature":"{vendor}"}}]}}]"#
    );
    let mut empty = thought("");
    empty.opaque = sealed(Place::Reasoning, None).into_opaque();
    let vendor = Part::new(Content::Vendor {
        vendor: "anthropic".into(),
        wire: Wire::Anthropic,
        kind: "redacted_thinking".into(),
        json: raw("\"sig\""),
    });
    assert_eq!(messages(&contents)[0].parts, [thought("t"), empty, vendor]);
}

#[test]
fn an_envelope_that_was_changed_is_a_loss() {
    let broken = &envelope(Place::Reasoning, None)[..40];
    let body = alloc::format!(
        r#"{{"contents":[{{"role":"model","parts":[{{"text":"t","thought":true,"thoughtSignature":"{broken}"}},
        {{"text":"","thought":true,"thoughtSignature":"{broken}"}}]}}]}}"#
    );
    let asked = asked("/v1/models/m:generateContent", &body).expect("a request");
    assert_eq!(asked.request.messages[0].parts, [thought("t")]);
    let paths: Vec<_> = asked.losses.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(paths, ["contents[0].parts[0].thoughtSignature", "contents[0].parts[1].thoughtSignature"]);
}

#[test]
fn a_bad_request_tells_where_it_is_bad() {
    for (body, path) in [
        ("", ""),
        ("[]", ""),
        (r#"{"contents":[]}"#, "contents"),
        (r#"{"contents":[{"role":"system","parts":[]}]}"#, "contents[0].role"),
        (r#"{"contents":[{"parts":[{"text":1}]}]}"#, "contents[0].parts[0].text"),
        (
            r#"{"contents":[{"parts":[{"functionCall":{"name":"f","args":[]}}]}]}"#,
            "contents[0].parts[0].functionCall.args",
        ),
        (r#"{"contents":[{"parts":[{"function_call":{}}]}]}"#, "contents[0].parts[0].function_call"),
        (r#"{"generationConfig":{"temperature":"hot"}}"#, "generationConfig.temperature"),
        (
            r#"{"generationConfig":{"thinkingConfig":{"thinkingBudget":-2}}}"#,
            "generationConfig.thinkingConfig.thinkingBudget",
        ),
        (r#"{"tools":[{"functionDeclarations":[{"name":"a"},{}]}]}"#, "tools[0].functionDeclarations[1]"),
        (r#"{"a.b":1}"#, "a.b"),
    ] {
        let bad = asked("/v1/models/m:generateContent", body).expect_err(body);
        assert_eq!(bad.path, path, "{bad}");
    }
}
