//! Requests.

use alloc::format;
use alloc::string::String;

use super::{cache, messages, tools};
use crate::json::{Number, Writer};
use crate::model::{Effort, LossAction, OutputFormat, Reasoning, SummaryLevel, Wire};
use crate::protocol::dialect::{MaxTokensField, ReasoningSwitch};
use crate::protocol::encoding::{Body, EncodeError, Encoding};
use crate::protocol::openai_chat::fields::{Fields, array, quoted};
use crate::protocol::openai_request;

/// More stop strings are refused by OpenAI's own API.
const MAX_STOPS: usize = 4;

/// Fields that the machine itself must be able to rely on.
const FIXED: [&str; 3] = ["model", "messages", "stream"];

pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    refuse(encoding)?;
    let mut body = Fields::new().with("model", quoted(&encoding.request.model));
    body.set("messages", messages::encode(encoding)?);
    tools::encode(encoding, &mut body)?;
    output(encoding, &mut body);
    reasoning(encoding, &mut body);
    sampling(encoding, &mut body);
    limits(encoding, &mut body);
    cache::encode(encoding, &mut body);
    identity(encoding, &mut body);
    state(encoding, &mut body);
    if encoding.stream {
        body.set("stream", "true");
        if encoding.target.dialect.stream_options {
            body.set("stream_options", r#"{"include_usage":true}"#);
        }
    }
    extensions(encoding, &mut body);
    Ok(Body { path: "/chat/completions".into(), json: body.write() })
}

/// What cannot be left out without changing the meaning.
fn refuse(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    let request = encoding.request;
    if request.stop.len() > MAX_STOPS && encoding.target.dialect.is_native {
        return Err(encoding.refuse("stop", format!("at most {MAX_STOPS} stop strings are accepted")));
    }
    Ok(())
}

fn output(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let format = match &encoding.request.output {
        // Text is the default, and some dialects do not know its name.
        None | Some(OutputFormat::Text) => return,
        Some(OutputFormat::JsonObject) => Fields::of_type("json_object"),
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            let mut inner = Fields::new().with("name", quoted(openai_request::schema_name(name)));
            inner.opt_string("description", description.as_deref());
            inner.set("schema", schema.as_str());
            if let Some(strict) = strict {
                inner.set("strict", if *strict { "true" } else { "false" });
            }
            Fields::of_type("json_schema").with("json_schema", inner.write())
        }
    };
    body.set("response_format", format.write());
}

fn reasoning(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let Some(reasoning) = &encoding.request.reasoning else { return };
    match encoding.target.dialect.reasoning {
        ReasoningSwitch::Effort => {
            if let Some(effort) = effort(encoding, reasoning) {
                body.string("reasoning_effort", effort.name());
            }
            lose_summary(encoding, reasoning);
        }
        ReasoningSwitch::EnableThinking => {
            if let Some(is_on) = is_on(reasoning) {
                body.set("enable_thinking", if is_on { "true" } else { "false" });
            }
            match reasoning.budget_tokens {
                Some(budget) if budget > 0 => {
                    body.set("thinking_budget", format!("{budget}"));
                }
                _ => lose_level(encoding, reasoning),
            }
            lose_summary(encoding, reasoning);
        }
        ReasoningSwitch::None => {
            encoding.lose(LossAction::Dropped, "reasoning", "the dialect has no switch for thinking");
        }
        ReasoningSwitch::ReasoningObject => reasoning_object(encoding, reasoning, body),
        ReasoningSwitch::TemplateArgument => {
            if let Some(is_on) = is_on(reasoning) {
                let argument =
                    if is_on { r#"{"enable_thinking":true}"# } else { r#"{"enable_thinking":false}"# };
                body.set("chat_template_kwargs", argument);
            }
            if reasoning.budget_tokens.is_some_and(|n| n > 0) {
                encoding.lose(LossAction::Dropped, "reasoning.budget_tokens", "thinking is only on or off");
            }
            lose_level(encoding, reasoning);
            lose_summary(encoding, reasoning);
        }
        ReasoningSwitch::ThinkingType => {
            if let Some(is_on) = is_on(reasoning) {
                let kind = if is_on { "enabled" } else { "disabled" };
                body.set("thinking", Fields::of_type(kind).write());
                if is_on {
                    three_levels(encoding, reasoning, body);
                }
            }
            lose_summary(encoding, reasoning);
        }
    }
}

/// Whether thinking is to be on; `None` where nothing says so.
fn is_on(reasoning: &Reasoning) -> Option<bool> {
    match (reasoning.budget_tokens, reasoning.effort) {
        (Some(0), _) => Some(false),
        (Some(_), _) => Some(true),
        (None, Some(effort)) => Some(effort != Effort::None),
        (None, None) => reasoning.adaptive.then_some(true),
    }
}

/// The level that is asked for, or the one that a budget comes to.
fn effort(encoding: &mut Encoding<'_>, reasoning: &Reasoning) -> Option<Effort> {
    if let Some(effort) = reasoning.effort {
        if reasoning.budget_tokens.is_some() {
            encoding.lose(LossAction::Dropped, "reasoning.budget_tokens", "the level stands in its place");
        }
        return Some(effort);
    }
    let Some(budget) = reasoning.budget_tokens else {
        if reasoning.adaptive {
            encoding.lose(LossAction::Dropped, "reasoning.adaptive", "the provider decides anyway");
        }
        return None;
    };
    let effort = Effort::of_budget(budget);
    if effort == Effort::None {
        return Some(effort);
    }
    let why = format!("a level stands in place of a budget: {}", effort.name());
    encoding.lose(LossAction::Approximated, "reasoning.budget_tokens", why);
    Some(effort)
}

/// DeepSeek knows low, high and max.
fn three_levels(encoding: &mut Encoding<'_>, reasoning: &Reasoning, body: &mut Fields) {
    let Some(asked) = effort(encoding, reasoning) else { return };
    let level = match asked {
        Effort::None | Effort::Minimal | Effort::Low => Effort::Low,
        Effort::Medium | Effort::High => Effort::High,
        Effort::Xhigh | Effort::Max => Effort::Max,
    };
    if level != asked && reasoning.effort.is_some() {
        let why = format!("the nearest level is {}", level.name());
        encoding.lose(LossAction::Approximated, "reasoning.effort", why);
    }
    body.string("reasoning_effort", level.name());
}

fn reasoning_object(encoding: &mut Encoding<'_>, reasoning: &Reasoning, body: &mut Fields) {
    let mut object = Fields::new();
    match (reasoning.budget_tokens, reasoning.effort) {
        (Some(0), _) => object.string("effort", Effort::None.name()),
        (Some(budget), effort) => {
            object.set("max_tokens", format!("{budget}"));
            if effort.is_some() {
                encoding.lose(LossAction::Dropped, "reasoning.effort", "the budget stands in its place");
            }
        }
        (None, Some(effort)) => object.string("effort", effort.name()),
        (None, None) if reasoning.adaptive => {
            object.set("enabled", "true");
        }
        (None, None) => {}
    }
    match reasoning.summary {
        Some(SummaryLevel::Omitted) => {
            object.set("exclude", "true");
        }
        Some(SummaryLevel::Auto) => object.string("summary", "auto"),
        Some(SummaryLevel::Concise) => object.string("summary", "concise"),
        Some(SummaryLevel::Detailed) => object.string("summary", "detailed"),
        None => {}
    }
    body.set("reasoning", object.write());
}

fn lose_level(encoding: &mut Encoding<'_>, reasoning: &Reasoning) {
    if reasoning.effort.is_some_and(|effort| effort != Effort::None) {
        encoding.lose(LossAction::Approximated, "reasoning.effort", "thinking is only on or off");
    }
}

fn lose_summary(encoding: &mut Encoding<'_>, reasoning: &Reasoning) {
    if reasoning.summary.is_some() {
        encoding.lose(LossAction::Dropped, "reasoning.summary", "the wire has no switch for what is shown");
    }
}

fn sampling(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let sampling = &encoding.request.sampling;
    let dialect = &encoding.target.dialect;
    let mut number = |name: &str, value: &Option<Number>| {
        if let Some(value) = value {
            body.set(name, value.as_str());
        }
    };
    number("temperature", &sampling.temperature);
    number("top_p", &sampling.top_p);
    number("presence_penalty", &sampling.presence_penalty);
    number("frequency_penalty", &sampling.frequency_penalty);
    number(dialect.seed_field, &sampling.seed);
    if dialect.top_k {
        number("top_k", &sampling.top_k);
    }
    if let Some(count) = sampling.candidates {
        body.set("n", format!("{count}"));
    }
    if let Some(count) = sampling.logprobs {
        body.set("logprobs", "true");
        if count > 0 {
            body.set("top_logprobs", format!("{count}"));
        }
    }
    if !dialect.top_k && sampling.top_k.is_some() {
        encoding.lose(LossAction::Dropped, "sampling.top_k", "the dialect has no such field");
    }
}

fn limits(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let request = encoding.request;
    if let Some(max) = request.limits.max_output_tokens {
        let name = match encoding.target.dialect.max_tokens {
            MaxTokensField::MaxCompletionTokens => "max_completion_tokens",
            MaxTokensField::MaxTokens => "max_tokens",
        };
        body.set(name, format!("{max}"));
    }
    if request.limits.max_tool_calls.is_some() {
        encoding.lose(LossAction::Dropped, "limits.max_tool_calls", "the wire has no such field");
    }
    if !request.stop.is_empty() {
        body.set("stop", array(request.stop.iter().map(|text| quoted(text))));
    }
}

fn identity(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let request = encoding.request;
    let (user_field, has_tiers) = (encoding.target.dialect.user_field, encoding.target.dialect.service_tier);
    match &request.user {
        Some(_) if user_field == "safety_identifier" => {
            body.opt_string(user_field, openai_request::safety_identifier(encoding).as_deref());
        }
        Some(user) if !user_field.is_empty() => body.string(user_field, user),
        Some(_) => encoding.lose(LossAction::Dropped, "user", "the dialect has no such field"),
        None => {}
    }
    match &request.service_tier {
        Some(_) if has_tiers => body.opt_string("service_tier", openai_request::service_tier(encoding)),
        Some(_) => encoding.lose(LossAction::Dropped, "service_tier", "the dialect has no such field"),
        None => {}
    }
    if request.metadata.is_empty() {
        return;
    }
    if encoding.target.dialect.is_native {
        let mut w = Writer::new();
        w.object(|w| request.metadata.iter().for_each(|(key, value)| w.key(key).string(value)));
        body.set("metadata", w.finish());
    } else {
        encoding.lose(LossAction::Dropped, "metadata", "the dialect has no such field");
    }
}

fn state(encoding: &mut Encoding<'_>, body: &mut Fields) {
    match encoding.request.state.store {
        Some(store) if encoding.target.dialect.is_native => {
            body.set("store", if store { "true" } else { "false" });
        }
        Some(_) => encoding.lose(LossAction::Dropped, "state.store", "the dialect has no such field"),
        None => {}
    }
}

fn extensions(encoding: &mut Encoding<'_>, body: &mut Fields) {
    let (request, stream) = (encoding.request, encoding.stream);
    for extension in &request.extensions {
        let path = format!("extensions.{}", extension.name);
        let outer = extension.name.split('.').next().unwrap_or_default();
        if extension.wire != Wire::OpenaiChat {
            encoding.lose(LossAction::Dropped, path, format!("only {} knows it", extension.wire));
        } else if FIXED.contains(&outer) {
            encoding.lose(LossAction::Dropped, path, "the machine itself sets this field");
        } else if outer == "stream_options" && !stream {
            encoding.lose(LossAction::Dropped, path, "it goes only with a stream");
        } else {
            match body.set_path(&extension.name, extension.value.as_str()) {
                Ok(false) => {}
                Ok(true) => {
                    let why = "an extension of this name stands in its place";
                    encoding.lose(LossAction::Dropped, String::from(&*extension.name), why);
                }
                Err(why) => encoding.lose(LossAction::Dropped, path, why),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::borrow::Cow;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::json::RawJson;
    use crate::model::{
        CacheMark, Content, Extension, Media, MediaKind, Message, Opaque, Part, ReasoningText, Request, Role,
        Source, Tool, ToolCall, ToolCallKind, ToolChoice, ToolFormat, ToolResult,
    };
    use crate::protocol::{Credential, Dialect, Target, encode_request};

    fn send(
        dialect: &Dialect,
        request: &Request,
        stream: bool,
    ) -> Result<(String, Vec<String>), EncodeError> {
        let credential = Some(Credential::new("k"));
        let mut target = Target::at(&Dialect::OPENAI, "https://x/v1", credential).expect("a target");
        target.dialect = Cow::Owned(dialect.clone());
        let encoded = encode_request(request, &target, stream)?;
        assert_eq!(encoded.http.url, "https://x/v1/chat/completions");
        RawJson::parse(core::str::from_utf8(&encoded.http.body).expect("UTF-8")).expect("valid JSON");
        let losses = encoded.losses.iter().map(|l| l.path.clone()).collect();
        Ok((String::from_utf8(encoded.http.body).expect("UTF-8"), losses))
    }

    /// The body, where nothing is lost.
    fn body(dialect: &Dialect, request: &Request) -> String {
        let (body, losses) = send(dialect, request, false).expect("it can be sent");
        assert_eq!(losses, [""; 0], "{body}");
        body
    }

    fn messages(dialect: &Dialect, messages: Vec<Message>) -> (String, Vec<String>) {
        let (body, losses) = send(dialect, &Request::new("m", messages), false).expect("it can be sent");
        let inner = body.strip_prefix(r#"{"model":"m","messages":"#).and_then(|b| b.strip_suffix('}'));
        (inner.expect("nothing but messages").into(), losses)
    }

    fn assert_has(body: &str, pieces: &[&str]) {
        for piece in pieces {
            assert!(body.contains(piece), "{piece} in {body}");
        }
    }

    fn call(id: Option<&str>, name: &str, arguments: &str, kind: ToolCallKind) -> Part {
        let (id, name, arguments) = (id.map(Into::into), name.into(), arguments.into());
        Part::new(Content::ToolCall(ToolCall { id, name, arguments, kind }))
    }

    fn result(call_id: &str, content: Vec<Part>, is_error: bool) -> Part {
        let call_id = call_id.into();
        let kind = ToolCallKind::Function;
        Part::new(Content::ToolResult(ToolResult { call_id, name: None, content, is_error, kind }))
    }

    fn media(kind: MediaKind, source: Source, media_type: Option<&str>) -> Part {
        let media_type = media_type.map(Into::into);
        Part::new(Content::Media(Media { kind, source, media_type, name: None, detail: None }))
    }

    fn thought(text: &str, vendor: &str, field: &str, value: &str) -> Part {
        let mut part = Part::new(Content::Reasoning(ReasoningText { text: text.into(), is_summary: false }));
        let value = RawJson::parse(value).expect("valid JSON");
        part.opaque.push(Opaque { vendor: vendor.into(), model: None, field: field.into(), value });
        part
    }

    fn full() -> Request {
        let mut request = Request::new("m", vec![Message::user("hi")]);
        request.sampling.temperature = Some(Number::parse("0.70").expect("a number"));
        request.sampling.seed = Some(7.into());
        request.sampling.candidates = Some(2);
        request.sampling.logprobs = Some(3);
        request.limits.max_output_tokens = Some(100);
        request.stop = vec!["END".into()];
        request.user = Some("u".into());
        request.metadata = vec![("k".into(), "v".into())];
        request.cache_key = Some("c".into());
        request.service_tier = Some("flex".into());
        request.state.store = Some(false);
        request.reasoning = Some(Reasoning { effort: Some(Effort::High), ..Reasoning::default() });
        request
    }

    #[test]
    fn openai_takes_every_common_field() {
        let body = body(&Dialect::OPENAI, &full());
        assert_eq!(
            body,
            concat!(
                r#"{"model":"m","messages":[{"role":"user","content":"hi"}],"reasoning_effort":"high","#,
                r#""temperature":0.70,"seed":7,"n":2,"logprobs":true,"top_logprobs":3,"#,
                r#""max_completion_tokens":100,"stop":["END"],"prompt_cache_key":"c","#,
                r#""safety_identifier":"u","service_tier":"flex","metadata":{"k":"v"},"store":false}"#
            )
        );
    }

    #[test]
    fn dialects_rename_or_lose_what_they_do_not_know() {
        let (body, losses) = send(&Dialect::MISTRAL, &full(), true).expect("it can be sent");
        assert_has(&body, &[r#""random_seed":7"#, r#""max_tokens":100"#, r#""stream":true}"#]);
        assert_eq!(losses, ["cache_key", "user", "service_tier", "metadata", "state.store"]);
        let (body, _) = send(&Dialect::DEEPSEEK, &full(), true).expect("it can be sent");
        assert_has(
            &body,
            &[
                r#""thinking":{"type":"enabled"},"reasoning_effort":"high""#,
                r#""user_id":"u""#,
                r#""stream_options":{"include_usage":true}"#,
            ],
        );
    }

    #[test]
    fn thinking_is_switched_in_each_dialects_way() {
        let asked = |effort, budget_tokens| {
            let mut request = Request::new("m", vec![]);
            request.reasoning = Some(Reasoning { effort, budget_tokens, ..Reasoning::default() });
            request
        };
        for (dialect, effort, budget, expected) in [
            (&Dialect::OPENAI, None, Some(0), r#""reasoning_effort":"none""#),
            (&Dialect::OPENAI, None, Some(8000), r#""reasoning_effort":"medium""#),
            (&Dialect::QWEN, None, Some(500), r#""enable_thinking":true,"thinking_budget":500"#),
            (&Dialect::QWEN, Some(Effort::None), None, r#""enable_thinking":false"#),
            (&Dialect::DEEPSEEK, Some(Effort::None), None, r#""thinking":{"type":"disabled"}"#),
            (&Dialect::DEEPSEEK, Some(Effort::Xhigh), None, r#""reasoning_effort":"max""#),
            (&Dialect::OPENROUTER, Some(Effort::Low), None, r#""reasoning":{"effort":"low"}"#),
            (&Dialect::OPENROUTER, None, Some(9), r#""reasoning":{"max_tokens":9}"#),
            (&Dialect::VLLM, None, Some(0), r#""chat_template_kwargs":{"enable_thinking":false}"#),
        ] {
            let (body, _) = send(dialect, &asked(effort, budget), false).expect("it can be sent");
            assert_has(&body, &[expected]);
        }
    }

    #[test]
    fn what_would_change_the_meaning_is_refused() {
        let refused = |change: &dyn Fn(&mut Request)| {
            let mut request = Request::new("m", vec![]);
            change(&mut request);
            matches!(send(&Dialect::OPENAI, &request, false), Err(EncodeError::Refused { .. }))
        };
        assert!(refused(&|r| r.stop = vec![String::new(); 5]));
        assert!(refused(&|r| r.state.previous_response_id = Some("x".into())));
        let video = media(MediaKind::Video, Source::Url("u".into()), None);
        assert!(refused(&|r| r.messages = vec![Message::new(Role::User, vec![video.clone()])]));
        let sound = media(MediaKind::Audio, Source::Base64("AA".into()), Some("audio/ogg"));
        assert!(refused(&|r| r.messages = vec![Message::new(Role::User, vec![sound.clone()])]));
        let image =
            media(MediaKind::Image, Source::Id { vendor: "openai".into(), id: "file-1".into() }, None);
        assert!(refused(&|r| r.messages = vec![Message::new(Role::User, vec![image.clone()])]));
        let json = RawJson::parse("{}").expect("valid JSON");
        let choice = ToolChoice::Vendor { wire: Wire::Gemini, json };
        assert!(refused(&|r| r.tool_choice = Some(choice.clone())));
    }

    #[test]
    fn other_dialects_may_take_more_stops() {
        let mut request = Request::new("m", vec![]);
        request.stop = vec!["x".into(); 5];
        assert_has(&body(&Dialect::DEEPSEEK, &request), &[r#""stop":["x","x","x","x","x"]"#]);
    }

    #[test]
    fn a_demanded_call_needs_a_tool() {
        let mut request = Request::new("m", vec![]);
        request.tool_choice = Some(ToolChoice::Required);
        let sent = send(&Dialect::OPENAI, &request, false);
        assert!(matches!(sent, Err(EncodeError::Invalid { .. })), "{sent:?}");
    }

    #[test]
    fn an_empty_id_is_none() {
        let turns = vec![
            Message::new(Role::Assistant, vec![call(Some(""), "f", "{}", ToolCallKind::Function)]),
            Message::new(Role::Tool, vec![result("", vec![], false)]),
        ];
        let (body, _) = messages(&Dialect::OPENAI, turns);
        assert_has(&body, &[r#""id":"call_0""#, r#""tool_call_id":"call_0""#]);
    }

    #[test]
    fn media_parts_take_their_own_forms() {
        let image = media(MediaKind::Image, Source::Base64("/9j/4A".into()), None);
        let sound = media(MediaKind::Audio, Source::Base64("AA".into()), Some("audio/mpeg"));
        let held = |vendor: &str| Source::Id { vendor: vendor.into(), id: "f1".into() };
        let file = media(MediaKind::File, held("openai"), None);
        let turn = vec![Message::new(Role::User, vec![Part::text("see"), image, sound, file])];
        let (body, losses) = messages(&Dialect::OPENAI, turn);
        assert_eq!(losses, [""; 0]);
        assert_eq!(
            body,
            concat!(
                r#"[{"role":"user","content":[{"type":"text","text":"see"},"#,
                r#"{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,/9j/4A"}},"#,
                r#"{"type":"input_audio","input_audio":{"data":"AA","format":"mp3"}},"#,
                r#"{"type":"file","file":{"file_id":"f1"}}]}]"#
            )
        );
        let file = media(MediaKind::File, held("deepseek"), None);
        let (body, _) = messages(&Dialect::DEEPSEEK, vec![Message::new(Role::User, vec![file])]);
        assert_has(&body, &[r#"{"type":"file","file_id":"f1"}"#]);
    }

    #[test]
    fn tool_results_go_first_and_their_images_after() {
        let image = media(MediaKind::Image, Source::Url("u".into()), None);
        let turns = vec![
            Message::new(
                Role::Assistant,
                vec![
                    call(Some("a"), "f", "{\"x\": 1}", ToolCallKind::Function),
                    call(None, "g", "", ToolCallKind::Function),
                ],
            ),
            Message::new(Role::Tool, vec![result("a", vec![Part::text("1"), image], false)]),
            Message::new(Role::User, vec![Part::text("go on"), result("", vec![Part::text("2")], true)]),
        ];
        let (body, losses) = messages(&Dialect::OPENAI, turns);
        assert_eq!(
            body,
            concat!(
                r#"[{"role":"assistant","content":null,"tool_calls":["#,
                r#"{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},"#,
                r#"{"id":"call_1","type":"function","function":{"name":"g","arguments":"{}"}}]},"#,
                r#"{"role":"tool","tool_call_id":"a","content":"1"},"#,
                r#"{"role":"tool","tool_call_id":"call_1","content":"Error: 2"},"#,
                r#"{"role":"user","content":[{"type":"text","text":"From the result of tool call a:"},"#,
                r#"{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"go on"}]}]"#
            )
        );
        assert_eq!(losses, ["messages[1].parts[0].content[1]", "messages[2].parts[1].is_error"]);
    }

    #[test]
    fn thinking_goes_back_in_the_field_the_dialect_wants() {
        let turn = |part: Part| vec![Message::new(Role::Assistant, vec![part, Part::text("a")])];
        let (body, _) = messages(&Dialect::DEEPSEEK, turn(thought("t", "deepseek", "x", "1")));
        assert_has(&body, &[r#""content":"a","reasoning_content":"t""#]);
        let details = r#"[{"type":"reasoning.text","text":"t","index":0}]"#;
        let part = thought("t", "openrouter", "reasoning_details", details);
        let (body, losses) = messages(&Dialect::OPENROUTER, turn(part.clone()));
        assert_eq!(losses, [""; 0]);
        assert_eq!(
            body,
            alloc::format!(r#"[{{"role":"assistant","content":"a","reasoning_details":{details}}}]"#)
        );
        let (body, losses) = messages(&Dialect::MISTRAL, turn(thought("t", "mistral", "signature", "\"s\"")));
        assert_eq!(losses, [""; 0]);
        assert_has(
            &body,
            &[
                r#"[{"type":"thinking","thinking":[{"type":"text","text":"t"}],"signature":"s"},{"type":"text","text":"a"}]"#,
            ],
        );
        let (body, losses) = messages(&Dialect::OPENAI, turn(part));
        assert!(!body.contains("reasoning"), "{body}");
        assert_eq!(losses, ["messages[0].parts[0].opaque.reasoning_details", "messages[0].parts[0]"]);
    }

    #[test]
    fn opaque_state_returns_to_its_vendor_only() {
        let mut part = call(Some("a"), "f", "{}", ToolCallKind::Function);
        let value = RawJson::parse(r#"{"google":{"thought_signature":"s"}}"#).expect("valid JSON");
        let (vendor, field) = ("google".into(), "extra_content".into());
        part.opaque.push(Opaque { vendor, model: None, field, value });
        let turns = vec![Message::new(Role::Assistant, vec![part])];
        let (body, losses) = messages(&Dialect::GEMINI_OPENAI, turns.clone());
        assert_has(&body, &[r#""extra_content":{"google":{"thought_signature":"s"}}"#]);
        assert_eq!(losses, [""; 0]);
        let (body, losses) = messages(&Dialect::GROQ, turns);
        assert!(!body.contains("signature"), "{body}");
        assert_eq!(losses, ["messages[0].parts[0].opaque.extra_content"]);
    }

    #[test]
    fn tools_and_choices_take_every_form() {
        let schema = RawJson::parse(r#"{"z":1, "a":2}"#).expect("valid JSON");
        let mut request = Request::new("m", vec![]);
        let format = ToolFormat::Grammar { syntax: "lark".into(), definition: "d".into() };
        request.tools = vec![
            Tool::function("f", "does", schema),
            Tool::Freeform { name: "g".into(), description: None, format },
        ];
        for (choice, native, other) in [
            (ToolChoice::Auto, r#""auto""#, r#""auto""#),
            (ToolChoice::Required, r#""required""#, r#""any""#),
            (
                ToolChoice::Named("f".into()),
                r#"{"type":"function","function":{"name":"f"}}"#,
                r#"{"type":"function","function":{"name":"f"}}"#,
            ),
            (
                ToolChoice::Freeform("g".into()),
                r#"{"type":"custom","custom":{"name":"g"}}"#,
                r#"{"type":"function","function":{"name":"g"}}"#,
            ),
            (
                ToolChoice::Allowed { names: vec!["g".into()], required: true },
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"custom","custom":{"name":"g"}}]}}"#,
                r#""any""#,
            ),
        ] {
            request.tool_choice = Some(choice);
            assert_has(
                &body(&Dialect::OPENAI, &request),
                &[
                    r#"{"type":"function","function":{"name":"f","description":"does","parameters":{"z":1, "a":2}}}"#,
                    r#"{"type":"custom","custom":{"name":"g","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"d"}}}}"#,
                    &format!(r#""tool_choice":{native}"#),
                ],
            );
            let (body, losses) = send(&Dialect::MISTRAL, &request, false).expect("it can be sent");
            assert_has(&body, &[&format!(r#""tool_choice":{other}"#), super::tools::WRAPPED_INPUT]);
            assert_eq!(losses[0], "tools[1]");
        }
        let (body, _) = send(&Dialect::MISTRAL, &request, false).expect("it can be sent");
        assert!(!body.contains("does"), "what is not allowed is not offered: {body}");
    }

    #[test]
    fn cache_marks_are_written_where_they_are_known() {
        let mut part = Part::text("long");
        part.cache = Some(CacheMark { ttl: Some("1h".into()) });
        let turns = vec![Message::new(Role::User, vec![part])];
        let (body, losses) = messages(&Dialect::OPENAI, turns.clone());
        assert_has(
            &body,
            &[r#"[{"type":"text","text":"long","prompt_cache_breakpoint":{"mode":"explicit"}}]"#],
        );
        assert_eq!(losses, ["messages[0].parts[0].cache.ttl"]);
        let (body, losses) = messages(&Dialect::OPENROUTER, turns.clone());
        assert_has(&body, &[r#""cache_control":{"type":"ephemeral","ttl":"1h"}"#]);
        assert_eq!(losses, [""; 0]);
        let (body, losses) = messages(&Dialect::GROQ, turns);
        assert_eq!(body, r#"[{"role":"user","content":"long"}]"#);
        assert_eq!(losses, ["messages[0].parts[0].cache"]);
    }

    #[test]
    fn extensions_reach_into_objects_and_replace_fields() {
        let raw = |text| RawJson::parse(text).expect("valid JSON");
        let mut request = full();
        request.extensions = vec![
            Extension::new(Wire::OpenaiChat, "stream_options.include_obfuscation", raw("false")),
            Extension::new(Wire::OpenaiChat, "verbosity", raw("\"low\"")),
            Extension::new(Wire::OpenaiChat, "seed", raw("8")),
            Extension::new(Wire::OpenaiChat, "stream", raw("false")),
            Extension::new(Wire::OpenaiChat, "stop.x", raw("1")),
            Extension::new(Wire::Gemini, "safetySettings", raw("[]")),
        ];
        let (body, losses) = send(&Dialect::OPENAI, &request, true).expect("it can be sent");
        assert_has(
            &body,
            &[
                r#""stream_options":{"include_usage":true,"include_obfuscation":false}"#,
                r#""verbosity":"low""#,
                r#""seed":8"#,
                r#""stream":true"#,
            ],
        );
        assert_eq!(losses, ["seed", "extensions.stream", "extensions.stop.x", "extensions.safetySettings"]);
    }

    #[test]
    fn roles_and_refusals_fit_the_dialect() {
        let turns = vec![
            Message::text(Role::Developer, "d"),
            Message::new(Role::Assistant, vec![Part::new(Content::Refusal("no".into()))]),
            Message::new(Role::Assistant, vec![Part::text("a"), Part::text("b")]),
        ];
        assert_eq!(
            messages(&Dialect::OPENAI, turns.clone()).0,
            concat!(
                r#"[{"role":"developer","content":"d"},{"role":"assistant","content":null,"refusal":"no"},"#,
                r#"{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]"#
            )
        );
        assert_eq!(
            messages(&Dialect::GROQ, turns).0,
            concat!(
                r#"[{"role":"system","content":"d"},{"role":"assistant","content":"no"},"#,
                r#"{"role":"assistant","content":"ab"}]"#
            )
        );
    }

    #[test]
    fn calls_without_an_id_are_answered_in_order() {
        let unnamed = || call(None, "f", "{}", ToolCallKind::Function);
        let image = media(MediaKind::Image, Source::Url("u".into()), None);
        let turns = vec![
            Message::new(Role::Assistant, vec![unnamed(), unnamed()]),
            Message::new(
                Role::Tool,
                vec![result("", vec![image], false), result("", vec![Part::text("2")], false)],
            ),
            Message::system("s"),
        ];
        let (body, _) = messages(&Dialect::OPENAI, turns);
        let order: Vec<usize> = [
            r#""tool_call_id":"call_0","content":"""#,
            r#""tool_call_id":"call_1","content":"2""#,
            r#"{"url":"u"}"#,
            r#"{"role":"system","content":"s"}"#,
        ]
        .iter()
        .map(|piece| body.find(piece).expect(piece))
        .collect();
        assert!(order.is_sorted(), "{body}");
    }

    #[test]
    fn a_result_without_a_call_is_invalid() {
        let turns = vec![Message::new(Role::Tool, vec![result("", vec![], false)])];
        let sent = send(&Dialect::OPENAI, &Request::new("m", turns), false);
        assert!(matches!(sent, Err(EncodeError::Invalid { .. })), "{sent:?}");
    }

    #[test]
    fn schemas_keep_their_text() {
        let mut request = Request::new("m", vec![]);
        let schema = RawJson::parse(r#"{"b":1.0,"a":{}}"#).expect("valid JSON");
        let (name, strict) = (String::new(), Some(true));
        request.output = Some(OutputFormat::JsonSchema { name, description: None, schema, strict });
        assert_has(
            &body(&Dialect::OPENAI, &request),
            &[
                r#""response_format":{"type":"json_schema","json_schema":{"name":"response","schema":{"b":1.0,"a":{}},"strict":true}}"#,
            ],
        );
    }
}
