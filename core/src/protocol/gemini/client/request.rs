//! Requests.

use alloc::format;
use alloc::string::{String, ToString};

use super::contents;
use super::model_version::model_version;
use crate::json::Writer;
use crate::model::{
    Effort, LossAction, OutputFormat, Reasoning, Request, SummaryLevel, Tool, ToolChoice, ToolFormat,
};
use crate::protocol::encoding::{Body, EncodeError, Encoding};
use crate::protocol::gemini::fields::Fields;

pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    let path = path(encoding)?;
    encoding.check_tool_choice()?;
    let mut body = Fields::default();
    contents::encode(encoding, &mut body)?;
    set_tools(encoding, &mut body);
    set_tool_choice(encoding, &mut body);
    set_sampling(encoding.request, &mut body);
    set_output(encoding, &mut body);
    set_thinking(encoding, &mut body);
    set_state(encoding, &mut body);
    lose_the_rest(encoding);
    let request = encoding.request;
    contents::set_extensions(encoding, &request.extensions, "", &mut body);
    Ok(Body { path, json: body.finish() })
}

/// The path below the base URL, which may name the API version (and, on Vertex, the publisher).
fn path(e: &Encoding<'_>) -> Result<String, EncodeError> {
    let model = e.request.model.trim();
    // RFC 3986's `pchar` without escapes, and the slash.
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/@:!$&'()*+,;=".contains(&b);
    if !model.bytes().all(is_plain) || model.split('/').any(|s| matches!(s, "" | "." | "..")) {
        return Err(EncodeError::Invalid {
            path: "model".into(),
            why: format!("expected a name that fits a URL, found {model:?}"),
        });
    }
    let base = e.target.base_url.as_str();
    let last = base.rsplit('/').next().unwrap_or_default();
    let is_version = last.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()));
    let version = if is_version || base.contains("/publishers/") { "" } else { "/v1" };
    let folder = if model.contains('/') { "" } else { "models/" };
    let method = if e.stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    Ok(format!("{version}/{folder}{model}:{method}"))
}

fn set_tools(e: &mut Encoding<'_>, body: &mut Fields) {
    let mut declarations = Writer::new();
    let mut vendor = alloc::vec::Vec::new();
    let mut has_functions = false;
    let request = e.request;
    declarations.array(|w| {
        for (at, tool) in request.tools.iter().enumerate() {
            if let Tool::Vendor { json, .. } = tool {
                vendor.push(json.as_str());
            } else {
                has_functions = true;
                w.raw(&declaration(e, at, tool));
            }
        }
    });
    if !has_functions && vendor.is_empty() {
        return;
    }
    let mut w = Writer::new();
    w.array(|w| {
        if has_functions {
            w.object(|w| w.key("functionDeclarations").raw(&declarations.finish()));
        }
        vendor.iter().for_each(|json| w.raw(json));
    });
    body.set("tools", w.finish());
}

fn declaration(e: &mut Encoding<'_>, at: usize, tool: &Tool) -> String {
    let mut fields = Fields::default();
    match tool {
        Tool::Function { name, description, parameters, strict, cache, extensions } => {
            fields.set_string("name", name);
            if let Some(description) = description {
                fields.set_string("description", description);
            }
            if let Some(parameters) = parameters {
                fields.set("parametersJsonSchema", parameters.as_str());
            }
            if *strict == Some(true) {
                let why = "no function has it; the mode VALIDATED is the nearest";
                e.lose(LossAction::Dropped, format!("tools[{at}].strict"), why);
            }
            if cache.is_some() {
                e.lose(LossAction::Dropped, format!("tools[{at}].cache"), "there are no cache marks");
            }
            contents::set_extensions(e, extensions, &format!("tools[{at}]"), &mut fields);
        }
        Tool::Freeform { name, description, format } => {
            let why = match format {
                ToolFormat::Text => "free text goes as {\"input\": text}",
                ToolFormat::Grammar { .. } => "free text goes as {\"input\": text}, without the grammar",
            };
            e.lose(LossAction::Approximated, format!("tools[{at}]"), why);
            fields.set_string("name", name);
            if let Some(description) = description {
                fields.set_string("description", description);
            }
            let schema = r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#;
            fields.set("parametersJsonSchema", schema);
        }
        Tool::Vendor { .. } => {}
    }
    fields.finish()
}

fn set_tool_choice(e: &Encoding<'_>, body: &mut Fields) {
    let (mode, names) = match &e.request.tool_choice {
        None => return,
        Some(ToolChoice::Auto) => ("AUTO", None),
        Some(ToolChoice::None) => ("NONE", None),
        Some(ToolChoice::Required) => ("ANY", None),
        Some(ToolChoice::Named(name) | ToolChoice::Freeform(name)) => {
            ("ANY", Some(core::slice::from_ref(name)))
        }
        Some(ToolChoice::Allowed { names, required: true }) => ("ANY", Some(&names[..])),
        // AUTO takes no names; VALIDATED is AUTO with valid calls.
        Some(ToolChoice::Allowed { names, required: false }) => ("VALIDATED", Some(&names[..])),
        Some(ToolChoice::Vendor { json, .. }) => {
            body.set("toolConfig", json.as_str());
            return;
        }
    };
    body.set_string("toolConfig.functionCallingConfig.mode", mode);
    if let Some(names) = names {
        body.set("toolConfig.functionCallingConfig.allowedFunctionNames", strings(names));
    }
}

fn strings(texts: &[String]) -> String {
    let mut w = Writer::new();
    w.array(|w| texts.iter().for_each(|text| w.string(text)));
    w.finish()
}

fn set_sampling(request: &Request, body: &mut Fields) {
    let sampling = &request.sampling;
    for (path, number) in [
        ("generationConfig.temperature", &sampling.temperature),
        ("generationConfig.topP", &sampling.top_p),
        ("generationConfig.topK", &sampling.top_k),
        ("generationConfig.seed", &sampling.seed),
        ("generationConfig.presencePenalty", &sampling.presence_penalty),
        ("generationConfig.frequencyPenalty", &sampling.frequency_penalty),
    ] {
        if let Some(number) = number {
            body.set(path, number.as_str());
        }
    }
    if let Some(count) = sampling.candidates {
        body.set("generationConfig.candidateCount", count.to_string());
    }
    if let Some(count) = request.limits.max_output_tokens {
        body.set("generationConfig.maxOutputTokens", count.to_string());
    }
    if !request.stop.is_empty() {
        body.set("generationConfig.stopSequences", strings(&request.stop));
    }
    if let Some(count) = sampling.logprobs {
        body.set("generationConfig.responseLogprobs", "true");
        if count > 0 {
            body.set("generationConfig.logprobs", count.to_string());
        }
    }
}

fn set_output(e: &mut Encoding<'_>, body: &mut Fields) {
    match &e.request.output {
        None => {}
        Some(OutputFormat::Text) => body.set_string("generationConfig.responseMimeType", "text/plain"),
        Some(OutputFormat::JsonObject) => {
            body.set_string("generationConfig.responseMimeType", "application/json");
        }
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            body.set_string("generationConfig.responseMimeType", "application/json");
            body.set("generationConfig.responseJsonSchema", schema.as_str());
            if !name.is_empty() {
                e.lose(LossAction::Dropped, "output.name", "a schema has no name");
            }
            if description.is_some() {
                e.lose(LossAction::Dropped, "output.description", "a schema has no description beside it");
            }
            if *strict == Some(false) {
                e.lose(LossAction::Approximated, "output.strict", "a schema is always enforced");
            }
        }
    }
}

fn set_thinking(e: &mut Encoding<'_>, body: &mut Fields) {
    let Some(reasoning) = &e.request.reasoning else { return };
    set_amount(e, reasoning, body);
    let shows = match reasoning.summary {
        None => return,
        Some(SummaryLevel::Omitted) => "false",
        Some(SummaryLevel::Auto) => "true",
        Some(SummaryLevel::Concise | SummaryLevel::Detailed) => {
            e.lose(LossAction::Approximated, "reasoning.summary", "summaries have one length");
            "true"
        }
    };
    body.set("generationConfig.thinkingConfig.includeThoughts", shows);
}

/// Sets budget or level; the wire takes only one of them.
fn set_amount(e: &mut Encoding<'_>, reasoning: &Reasoning, body: &mut Fields) {
    const BUDGET: &str = "generationConfig.thinkingConfig.thinkingBudget";
    if let Some(budget) = reasoning.budget_tokens {
        if reasoning.effort.is_some() {
            e.lose(LossAction::Dropped, "reasoning.effort", "a budget and a level exclude each other");
        }
        body.set(BUDGET, budget.to_string());
        return;
    }
    let Some(effort) = reasoning.effort else {
        if reasoning.adaptive {
            body.set(BUDGET, "-1");
        }
        return;
    };
    // The budgets that Google documents for the levels of its OpenAI-compatible endpoint.
    let (level, budget) = match effort {
        Effort::None => return body.set(BUDGET, "0"),
        Effort::Minimal => ("MINIMAL", "1024"),
        Effort::Low => ("LOW", "1024"),
        Effort::Medium => ("MEDIUM", "8192"),
        Effort::High | Effort::Xhigh | Effort::Max => ("HIGH", "24576"),
    };
    if effort > Effort::High {
        e.lose(LossAction::Approximated, "reasoning.effort", "the highest level is HIGH");
    }
    if model_version(&e.request.model) == Some(2) {
        let why = format!("Gemini 2 takes budgets, no levels; {budget} tokens stand for {}", effort.name());
        e.lose(LossAction::Approximated, "reasoning.effort", why);
        body.set(BUDGET, budget);
    } else {
        body.set_string("generationConfig.thinkingConfig.thinkingLevel", level);
    }
}

fn set_state(e: &mut Encoding<'_>, body: &mut Fields) {
    let request = e.request;
    if let Some(tier) = &request.service_tier {
        set_tier(e, tier, body);
    }
    if let Some(store) = request.state.store {
        body.set("store", if store { "true" } else { "false" });
    }
    if !request.metadata.is_empty() {
        let mut w = Writer::new();
        w.object(|w| request.metadata.iter().for_each(|(key, value)| w.key(key).string(value)));
        body.set("labels", w.finish());
    }
    if let Some(token) = &request.state.continuation_token {
        body.set_string("continuationToken", token);
    }
}

fn set_tier(e: &mut Encoding<'_>, tier: &str, body: &mut Fields) {
    match tier {
        "flex" | "priority" | "standard" | "unspecified" => body.set_string("serviceTier", tier),
        "default" | "standard_only" => {
            e.lose(LossAction::Renamed, "service_tier", "`standard` is the tier's name");
            body.set_string("serviceTier", "standard");
        }
        _ => e.lose(LossAction::Dropped, "service_tier", format!("there is no tier {tier:?}")),
    }
}

fn lose_the_rest(e: &mut Encoding<'_>) {
    let request = e.request;
    for (is_set, path, why) in [
        (
            request.parallel_tool_calls == Some(false),
            "parallel_tool_calls",
            "parallel calls cannot be turned off",
        ),
        (request.cache.is_some(), "cache", "there are no cache marks"),
        (request.cache_key.is_some(), "cache_key", "the cache takes no routing hint"),
        (request.user.is_some(), "user", "no field names the end user"),
        (request.limits.max_tool_calls.is_some(), "limits.max_tool_calls", "server tools cannot be bounded"),
    ] {
        if is_set {
            e.lose(LossAction::Dropped, path, why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Number, RawJson};
    use crate::model::{
        Content, Extension, Media, MediaKind, Message, Opaque, Part, ReasoningText, Role, Source, ToolCall,
        ToolCallKind, ToolResult, Wire,
    };
    use crate::protocol::{Dialect, Encoded, Target, encode_request};
    use alloc::vec;
    use alloc::vec::Vec;

    fn target(base: &str) -> Target {
        let dialect = Dialect { needs_credential: false, ..Dialect::GEMINI };
        let mut target = Target::at(&Dialect::GEMINI, base, Some(crate::protocol::Credential::new("k")))
            .expect("a target");
        target.dialect = alloc::borrow::Cow::Owned(dialect);
        target
    }

    fn encoded(request: &Request) -> Encoded {
        encode_request(request, &target("https://h"), false).expect("a request")
    }

    fn json(request: &Request) -> String {
        String::from_utf8(encoded(request).http.body).expect("text")
    }

    /// The contents that `messages` become.
    fn contents(messages: Vec<Message>) -> String {
        let text = json(&Request::new("gemini-2.5-pro", messages));
        text.strip_prefix("{\"contents\":").and_then(|t| t.strip_suffix('}')).expect("contents alone").into()
    }

    fn losses(request: &Request) -> Vec<String> {
        encoded(request).losses.iter().map(ToString::to_string).collect()
    }

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text).expect(text)
    }

    fn call(id: Option<&str>, arguments: &str) -> Part {
        Part::new(Content::ToolCall(ToolCall {
            id: id.map(Into::into),
            name: "f".into(),
            arguments: arguments.into(),
            kind: ToolCallKind::Function,
        }))
    }

    fn result(call_id: &str, text: &str, is_error: bool) -> Part {
        Part::new(Content::ToolResult(ToolResult {
            call_id: call_id.into(),
            name: None,
            content: vec![Part::text(text)],
            is_error,
            kind: ToolCallKind::Function,
        }))
    }

    fn signed(mut part: Part, vendor: &str) -> Part {
        part.opaque.push(Opaque {
            vendor: vendor.into(),
            model: None,
            field: "thoughtSignature".into(),
            value: raw("\"sig\""),
        });
        part
    }

    #[test]
    fn paths_follow_base_url_and_model() {
        for (base, model, expected) in [
            ("https://h", "gemini-3-pro", "https://h/v1/models/gemini-3-pro:generateContent"),
            (
                "https://h",
                "sim-429+x=1,cut@9;ok*",
                "https://h/v1/models/sim-429+x=1,cut@9;ok*:generateContent",
            ),
            ("https://h/v1beta", "models/m", "https://h/v1beta/models/m:generateContent"),
            ("https://h/v1", "tunedModels/m", "https://h/v1/tunedModels/m:generateContent"),
            (
                "https://h/v1/projects/p/locations/l/publishers/google",
                "m",
                "https://h/v1/projects/p/locations/l/publishers/google/models/m:generateContent",
            ),
        ] {
            let request = Request::new(model, vec![Message::user("x")]);
            let http = encode_request(&request, &target(base), false).expect(model).http;
            assert_eq!(http.url, expected);
        }
        let request = Request::new("m", vec![Message::user("x")]);
        let http = encode_request(&request, &target("https://h"), true).expect("a request").http;
        assert_eq!(http.url, "https://h/v1/models/m:streamGenerateContent?alt=sse");
        for model in ["a?b", "../x", "a b", "a//b", "a%b", "é"] {
            let request = Request::new(model, vec![Message::user("x")]);
            assert!(encode_request(&request, &target("https://h"), true).is_err(), "{model}");
        }
    }

    #[test]
    fn leading_instructions_and_neighbours_are_joined() {
        let request = Request::new(
            "m",
            vec![
                Message::system("s"),
                Message::text(Role::Developer, "d"),
                Message::user("a"),
                Message::user("b"),
                Message::assistant("c"),
                Message::system("late"),
            ],
        );
        assert_eq!(
            json(&request),
            concat!(
                r#"{"contents":[{"role":"user","parts":[{"text":"a"},{"text":"b"}]},"#,
                r#"{"role":"model","parts":[{"text":"c"}]},{"role":"user","parts":[{"text":"late"}]}],"#,
                r#""systemInstruction":{"parts":[{"text":"s"},{"text":"d"}]}}"#
            )
        );
        let losses = losses(&request);
        assert!(losses[0].starts_with("messages[5].role approximated"), "{losses:?}");
        assert!(losses[1].starts_with("messages[1].role renamed"), "{losses:?}");
    }

    #[test]
    fn calls_and_results_are_matched_by_id() {
        let text = contents(vec![
            Message::user("x"),
            Message::new(Role::Assistant, vec![signed(call(Some("1"), "{\"b\": 1.0,\"a\":2}"), "google")]),
            Message::new(Role::Tool, vec![result("1", "20 °C", false)]),
        ]);
        assert_eq!(
            text,
            concat!(
                r#"[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":["#,
                r#"{"functionCall":{"id":"1","name":"f","args":{"b": 1.0,"a":2}},"thoughtSignature":"sig"}]},"#,
                r#"{"role":"user","parts":[{"functionResponse":{"id":"1","name":"f","response":{"output":"20 °C"}}}]}]"#
            )
        );
        let lost = Request::new("m", vec![Message::new(Role::Tool, vec![result("9", "x", false)])]);
        assert!(encode_request(&lost, &target("https://h"), false).is_err());
    }

    #[test]
    fn results_become_objects() {
        for (text, is_error, expected) in [
            ("{\"t\": 1}", false, "{\"t\": 1}"),
            ("{\"error\":1}", false, "{\"output\":{\"error\":1}}"),
            ("{\"t\":1}", true, "{\"error\":{\"t\":1}}"),
            ("[1]", false, "{\"output\":\"[1]\"}"),
            ("", false, "{\"output\":\"\"}"),
            ("no", true, "{\"error\":\"no\"}"),
        ] {
            let text = contents(vec![
                Message::new(Role::Assistant, vec![call(None, "")]),
                Message::new(Role::Tool, vec![result("f", text, is_error)]),
            ]);
            assert!(text.contains(&format!("\"name\":\"f\",\"response\":{expected}}}")), "{text}");
        }
    }

    #[test]
    fn malformed_arguments_are_not_sent() {
        let request = Request::new("m", vec![Message::new(Role::Assistant, vec![call(None, "{\"a\":")])]);
        assert!(matches!(
            encode_request(&request, &target("https://h"), false),
            Err(EncodeError::Invalid { path, .. }) if path == "messages[0].parts[0].arguments"
        ));
    }

    #[test]
    fn foreign_calls_of_the_current_turn_get_the_placeholder() {
        let old = Message::new(Role::Assistant, vec![call(Some("0"), "")]);
        let new =
            Message::new(Role::Assistant, vec![signed(call(Some("1"), ""), "openai"), call(Some("2"), "")]);
        let mut request = Request::new("gemini-3-pro", vec![old, Message::user("x"), new]);
        let text = json(&request);
        assert_eq!(text.matches("skip_thought_signature_validator").count(), 1);
        assert!(text.contains(r#""id":"1","name":"f","args":{}},"thoughtSignature":"skip_"#), "{text}");
        request.model = "gemini-2.5-pro".into();
        assert!(!json(&request).contains("thoughtSignature"));
    }

    #[test]
    fn thinking_goes_back_with_its_own_signature_only() {
        let thought = Part::new(Content::Reasoning(ReasoningText { text: "t".into(), is_summary: true }));
        let said =
            |part: Part| Request::new("m", vec![Message::new(Role::Assistant, vec![part, Part::text("a")])]);
        let own = said(signed(thought.clone(), "google"));
        assert!(json(&own).contains(r#"{"text":"t","thought":true,"thoughtSignature":"sig"},{"text":"a"}"#));
        let foreign = said(signed(thought, "anthropic"));
        assert!(json(&foreign).contains(r#""parts":[{"text":"a"}]"#));
        assert_eq!(losses(&foreign).len(), 2);
    }

    #[test]
    fn media_are_inline_or_files() {
        let media = |source, media_type: Option<&str>, detail: Option<&str>| {
            Part::new(Content::Media(Media {
                kind: MediaKind::Image,
                source,
                media_type: media_type.map(Into::into),
                name: None,
                detail: detail.map(Into::into),
            }))
        };
        let parts = vec![
            media(Source::Base64("/9j/4".into()), None, Some("high")),
            media(Source::Url("data:image/webp;base64,UklG".into()), None, None),
            media(Source::Url("https://x/a.png".into()), Some("image/png"), None),
            media(Source::Id { vendor: "google".into(), id: "files/1".into() }, None, None),
        ];
        assert_eq!(
            contents(vec![Message::new(Role::User, parts)]),
            concat!(
                r#"[{"role":"user","parts":[{"inlineData":{"mimeType":"image/jpeg","data":"/9j/4"},"#,
                r#""mediaResolution":{"level":"MEDIA_RESOLUTION_HIGH"}},"#,
                r#"{"inlineData":{"mimeType":"image/webp","data":"UklG"}},"#,
                r#"{"fileData":{"mimeType":"image/png","fileUri":"https://x/a.png"}},"#,
                r#"{"fileData":{"fileUri":"files/1"}}]}]"#
            )
        );
    }

    #[test]
    fn a_file_without_a_media_type_has_the_one_that_its_name_says() {
        for (url, sent, lost) in [
            ("https://x/a.webp?b", r#"{"mimeType":"image/webp","fileUri":"https://x/a.webp?b"}"#, 1),
            ("https://x/a", r#"{"fileUri":"https://x/a"}"#, 1),
            ("https://www.youtube.com/watch?v=a", r#"{"fileUri":"https://www.youtube.com/watch?v=a"}"#, 0),
            ("https://youtube.com.x/a", r#"{"fileUri":"https://youtube.com.x/a"}"#, 1),
        ] {
            let source = Source::Url(url.into());
            let media = Media { kind: MediaKind::Image, source, media_type: None, name: None, detail: None };
            let part = Part::new(Content::Media(media));
            let request = Request::new("m", vec![Message::new(Role::User, vec![part])]);
            assert!(json(&request).contains(sent), "{url}");
            assert_eq!(losses(&request).len(), lost, "{url}");
        }
    }

    #[test]
    fn tools_and_choices_have_their_places() {
        let mut request = Request::new("m", vec![Message::user("x")]);
        request.tools = vec![
            Tool::Vendor { wire: Wire::Gemini, json: raw("{\"googleSearch\":{}}") },
            Tool::function("f", "d", raw("{\"type\":\"object\", \"b\":1}")),
        ];
        request.tool_choice = Some(ToolChoice::Allowed { names: vec!["f".into()], required: false });
        request.extensions = vec![
            Extension::new(Wire::Gemini, "toolConfig.includeServerSideToolInvocations", raw("true")),
            Extension::new(Wire::OpenaiChat, "logit_bias", raw("{}")),
        ];
        assert!(json(&request).ends_with(concat!(
            r#""tools":[{"functionDeclarations":[{"name":"f","description":"d","#,
            r#""parametersJsonSchema":{"type":"object", "b":1}}]},{"googleSearch":{}}],"#,
            r#""toolConfig":{"functionCallingConfig":{"mode":"VALIDATED","allowedFunctionNames":["f"]},"#,
            r#""includeServerSideToolInvocations":true}}"#
        )));
        assert_eq!(losses(&request).len(), 1);
    }

    #[test]
    fn extensions_do_not_replace_what_the_request_sets() {
        let mut message = Message::user("a");
        message.extensions.push(Extension::new(Wire::Gemini, "parts", raw("[]")));
        let mut request = Request::new("m", vec![message]);
        for name in ["contents", "contents.x"] {
            request.extensions.push(Extension::new(Wire::Gemini, name, raw("[]")));
        }
        assert_eq!(json(&request), r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}]}"#);
        assert_eq!(losses(&request).len(), 3);
    }

    #[test]
    fn a_demanded_call_needs_a_tool() {
        let mut request = Request::new("m", vec![Message::user("a")]);
        request.tool_choice = Some(ToolChoice::Required);
        assert!(encode_request(&request, &target("https://h"), false).is_err());
        request.tools.push(Tool::Vendor { wire: Wire::Gemini, json: raw("{}") });
        assert!(json(&request).contains("\"ANY\""));
    }

    #[test]
    fn names_of_many_dots_do_not_recurse() {
        let mut request = Request::new("m", vec![Message::user("a")]);
        let name = format!("a{}", ".a".repeat(100_000));
        request.extensions.push(Extension::new(Wire::Gemini, name, raw("1")));
        assert_eq!(losses(&request).len(), 1);
    }

    #[test]
    fn settings_keep_their_spelling() {
        let mut request = Request::new("gemini-3-pro", vec![Message::user("x")]);
        request.sampling.temperature = Some(Number::parse("0.70").expect("a number"));
        request.sampling.logprobs = Some(0);
        request.limits.max_output_tokens = Some(9);
        request.stop = vec!["\n".into()];
        request.output = Some(OutputFormat::JsonObject);
        request.reasoning = Some(Reasoning {
            effort: Some(Effort::Low),
            summary: Some(SummaryLevel::Auto),
            ..Reasoning::default()
        });
        request.service_tier = Some("flex".into());
        request.metadata = vec![("a.b".into(), "c".into())];
        request.state.continuation_token = Some("t".into());
        request.extensions =
            vec![Extension::new(Wire::Gemini, "generationConfig.speechConfig", raw("{ \"v\":1 }"))];
        assert!(json(&request).ends_with(concat!(
            r#""generationConfig":{"temperature":0.70,"maxOutputTokens":9,"stopSequences":["\n"],"#,
            r#""responseLogprobs":true,"responseMimeType":"application/json","#,
            r#""thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true},"speechConfig":{ "v":1 }},"#,
            r#""serviceTier":"flex","labels":{"a.b":"c"},"continuationToken":"t"}"#
        )), "{}", json(&request));
        assert!(losses(&request).is_empty());
    }

    #[test]
    fn efforts_become_levels_or_budgets() {
        for (model, effort, expected) in [
            ("gemini-3-pro", Effort::None, r#"{"thinkingBudget":0}"#),
            ("gemini-3-pro", Effort::Max, r#"{"thinkingLevel":"HIGH"}"#),
            ("gemini-2.5-pro", Effort::Medium, r#"{"thinkingBudget":8192}"#),
        ] {
            let mut request = Request::new(model, vec![Message::user("x")]);
            request.reasoning = Some(Reasoning { effort: Some(effort), ..Reasoning::default() });
            assert!(json(&request).contains(&format!("\"thinkingConfig\":{expected}")), "{model} {effort:?}");
        }
    }

    #[test]
    fn server_held_conversations_are_refused() {
        let mut request = Request::new("m", vec![Message::user("x")]);
        request.state.previous_response_id = Some("r".into());
        assert!(matches!(
            encode_request(&request, &target("https://h"), false),
            Err(EncodeError::Refused { .. })
        ));
    }
}
