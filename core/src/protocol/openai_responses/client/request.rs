//! Requests.

use alloc::string::String;
use alloc::vec::Vec;

use super::{cache, extensions, input, item};
use crate::json::{Kind, RawJson, Writer};
use crate::map::Set;
use crate::model::{
    Effort, Extension, LossAction, OutputFormat, Reasoning, SummaryLevel, Tool, ToolChoice, ToolFormat,
};
use crate::protocol::encoding::{Body, EncodeError, Encoding, TOO_DEEP, nests_too_deep};
use crate::protocol::openai_request;
use crate::protocol::openai_responses::names::WIRE;

/// Encodes a request; its path is below the base URL.
pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    encoding.check_tool_choice()?;
    input::check(encoding)?;
    let mut fields = Fields::default();
    basics(&mut fields, encoding);
    tools(&mut fields, encoding);
    output(&mut fields, encoding);
    sampling(&mut fields, encoding);
    state(&mut fields, encoding);
    extensions(&mut fields, encoding);
    let mut w = Writer::new();
    w.object(|w| fields.write(w, "", encoding));
    Ok(Body { path: "/responses".into(), json: w.finish() })
}

/// A field of the request, by its path with dots.
enum Value<'a> {
    /// The conversation; written in place, for it may be large.
    Input,
    Made(String),
    Raw(&'a str),
}

/// The fields of the request, in the order in which they are written.
#[derive(Default)]
struct Fields<'a> {
    list: Vec<(&'a str, Value<'a>)>,
}

impl<'a> Fields<'a> {
    fn raw(&mut self, path: &'a str, json: &'a str) {
        self.list.push((path, Value::Raw(json)));
    }

    fn made(&mut self, path: &'a str, write: impl FnOnce(&mut Writer)) {
        let mut w = Writer::new();
        write(&mut w);
        self.list.push((path, Value::Made(w.finish())));
    }

    fn string(&mut self, path: &'a str, text: &str) {
        self.made(path, |w| w.string(text));
    }

    fn opt_string(&mut self, path: &'a str, text: Option<&str>) {
        if let Some(text) = text {
            self.string(path, text);
        }
    }

    fn opt_u64(&mut self, path: &'a str, value: Option<u64>) {
        if let Some(value) = value {
            self.made(path, |w| w.u64(value));
        }
    }

    fn opt_bool(&mut self, path: &'a str, value: Option<bool>) {
        if let Some(value) = value {
            self.raw(path, if value { "true" } else { "false" });
        }
    }

    /// Whether `path` is set, lies inside something that is, or holds something that is.
    fn is_taken(&self, path: &str) -> bool {
        let holds = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.list.iter().any(|(known, _)| holds(known, path) || holds(path, known))
    }

    /// Writes the fields whose paths begin with `prefix`, which is empty or ends with a dot.
    fn write(&self, w: &mut Writer, prefix: &str, encoding: &mut Encoding<'_>) {
        let mut objects: Vec<&str> = Vec::new();
        for (path, value) in &self.list {
            let Some(rest) = path.strip_prefix(prefix) else { continue };
            match rest.split_once('.') {
                Some((head, _)) if objects.contains(&head) => {}
                Some((head, _)) => {
                    objects.push(head);
                    let inner = &path[..=prefix.len() + head.len()];
                    w.key(head).object(|w| self.write(w, inner, encoding));
                }
                None => match value {
                    Value::Input => w.key(rest).array(|w| input::write(w, encoding)),
                    Value::Made(json) => w.key(rest).raw(json),
                    Value::Raw(json) => w.key(rest).raw(json),
                },
            }
        }
    }
}

fn basics<'a>(fields: &mut Fields<'a>, encoding: &Encoding<'a>) {
    fields.string("model", &encoding.request.model);
    fields.list.push(("input", Value::Input));
    if encoding.stream {
        fields.raw("stream", "true");
    }
}

fn tools<'a>(fields: &mut Fields<'a>, encoding: &mut Encoding<'a>) {
    let request = encoding.request;
    if !request.tools.is_empty() {
        fields.made("tools", |w| {
            w.array(|w| {
                for (at, tool) in request.tools.iter().enumerate() {
                    write_tool(w, tool, &alloc::format!("tools[{at}]"), encoding);
                }
            });
        });
    }
    match &request.tool_choice {
        None => {}
        Some(ToolChoice::Auto) => fields.raw("tool_choice", "\"auto\""),
        Some(ToolChoice::None) => fields.raw("tool_choice", "\"none\""),
        Some(ToolChoice::Required) => fields.raw("tool_choice", "\"required\""),
        Some(ToolChoice::Freeform(name) | ToolChoice::Named(name)) => {
            fields.made("tool_choice", |w| name_tool(w, name, &encoding.freeform_names()));
        }
        Some(ToolChoice::Allowed { names, required }) => fields.made("tool_choice", |w| {
            w.object(|w| {
                w.key("type").string("allowed_tools");
                w.key("mode").string(if *required { "required" } else { "auto" });
                let freeform = encoding.freeform_names();
                w.key("tools").array(|w| names.iter().for_each(|name| name_tool(w, name, &freeform)));
            });
        }),
        Some(ToolChoice::Vendor { json, .. }) => fields.raw("tool_choice", json.as_str()),
    }
    fields.opt_bool("parallel_tool_calls", request.parallel_tool_calls);
}

/// Names a tool in a choice, with the type under which it is offered.
fn name_tool(w: &mut Writer, name: &str, freeform: &Set<&str>) {
    let kind = if freeform.contains(name) { "custom" } else { "function" };
    w.object(|w| {
        w.key("type").string(kind);
        w.key("name").string(name);
    });
}

fn write_tool(w: &mut Writer, tool: &Tool, path: &str, encoding: &mut Encoding<'_>) {
    match tool {
        Tool::Function { name, description, parameters, strict, cache, extensions } => {
            if cache.is_some() {
                let why = "tools take no cache mark here";
                encoding.lose(LossAction::Dropped, alloc::format!("{path}.cache"), why);
            }
            w.object(|w| {
                w.key("type").string("function");
                w.key("name").string(name);
                w.opt_string("description", description.as_deref());
                // Official clients demand the field.
                let none = r#"{"type":"object","properties":{}}"#;
                w.key("parameters").raw(parameters.as_ref().map_or(none, RawJson::as_str));
                w.opt_bool("strict", *strict);
                let known = ["type", "name", "description", "parameters", "strict"];
                extensions::write(w, extensions, &known, path, encoding);
            });
        }
        Tool::Freeform { name, description, format } => w.object(|w| {
            w.key("type").string("custom");
            w.key("name").string(name);
            w.opt_string("description", description.as_deref());
            w.key("format").object(|w| match format {
                ToolFormat::Grammar { syntax, definition } => {
                    w.key("type").string("grammar");
                    w.key("syntax").string(syntax);
                    w.key("definition").string(definition);
                }
                ToolFormat::Text => w.key("type").string("text"),
            });
        }),
        Tool::Vendor { json, .. } => w.raw(json.as_str()),
    }
}

fn output<'a>(fields: &mut Fields<'a>, encoding: &mut Encoding<'a>) {
    let request = encoding.request;
    match &request.output {
        None => {}
        Some(OutputFormat::JsonObject) => fields.raw("text.format", r#"{"type":"json_object"}"#),
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            fields.made("text.format", |w| {
                w.object(|w| {
                    w.key("type").string("json_schema");
                    w.key("name").string(openai_request::schema_name(name));
                    w.opt_string("description", description.as_deref());
                    w.key("schema").raw(schema.as_str());
                    w.opt_bool("strict", *strict);
                });
            });
        }
        Some(OutputFormat::Text) => fields.raw("text.format", r#"{"type":"text"}"#),
    }
    if let Some(reasoning) = &request.reasoning {
        write_reasoning(fields, reasoning, encoding);
    }
    include(fields, encoding);
    fields.opt_u64("max_output_tokens", request.limits.max_output_tokens);
    fields.opt_u64("max_tool_calls", request.limits.max_tool_calls);
}

fn write_reasoning(fields: &mut Fields<'_>, reasoning: &Reasoning, encoding: &mut Encoding<'_>) {
    let bucketed = reasoning.budget_tokens.map(Effort::of_budget);
    if let Some(budget) = reasoning.budget_tokens {
        let why = match reasoning.effort {
            Some(effort) => alloc::format!("the effort `{}` stands for {budget} tokens", effort.name()),
            None => alloc::format!("{budget} tokens became a level of effort"),
        };
        encoding.lose(LossAction::Approximated, "reasoning.budget_tokens", why);
    } else if reasoning.adaptive && reasoning.effort.is_none() {
        encoding.lose(LossAction::Dropped, "reasoning.adaptive", "the provider decides anyway");
    }
    fields.opt_string("reasoning.effort", reasoning.effort.or(bucketed).map(Effort::name));
    let summary = match reasoning.summary {
        Some(SummaryLevel::Auto) => Some("auto"),
        Some(SummaryLevel::Concise) => Some("concise"),
        Some(SummaryLevel::Detailed) => Some("detailed"),
        // No summary comes unless one is asked for.
        Some(SummaryLevel::Omitted) | None => None,
    };
    fields.opt_string("reasoning.summary", summary);
}

/// Asks for what else the response must hold. An extension may ask for more.
fn include<'a>(fields: &mut Fields<'a>, encoding: &Encoding<'a>) {
    let request = encoding.request;
    let mut wanted: Vec<&'a str> = Vec::new();
    let level = |r: &Reasoning| r.effort.or_else(|| r.budget_tokens.map(Effort::of_budget));
    let thinks = request.reasoning.as_ref().is_some_and(|r| level(r) != Some(Effort::None));
    // What is not stored can only come back with its content.
    if request.state.store == Some(false) && thinks {
        wanted.push("\"reasoning.encrypted_content\"");
    }
    if request.sampling.logprobs.is_some() {
        wanted.push("\"message.output_text.logprobs\"");
    }
    let asked = request.extensions.iter().find(|e| is_include(e));
    for element in asked.and_then(|e| item::elements(e.value.as_str()).ok()).unwrap_or_default() {
        if !wanted.contains(&element) {
            wanted.push(element);
        }
    }
    if asked.is_some() || !wanted.is_empty() {
        fields.made("include", |w| w.array(|w| wanted.iter().for_each(|name| w.raw(name))));
    }
}

fn is_include(extension: &Extension) -> bool {
    extension.wire == WIRE && extension.name == "include" && extension.value.kind() == Kind::Array
}

fn sampling<'a>(fields: &mut Fields<'a>, encoding: &mut Encoding<'a>) {
    let sampling = &encoding.request.sampling;
    if let Some(number) = &sampling.temperature {
        fields.raw("temperature", number.as_str());
    }
    if let Some(number) = &sampling.top_p {
        fields.raw("top_p", number.as_str());
    }
    fields.opt_u64("top_logprobs", sampling.logprobs.map(u64::from));
    let unknown = [
        ("sampling.top_k", sampling.top_k.is_some()),
        ("sampling.seed", sampling.seed.is_some()),
        ("sampling.presence_penalty", sampling.presence_penalty.is_some()),
        ("sampling.frequency_penalty", sampling.frequency_penalty.is_some()),
        ("stop", !encoding.request.stop.is_empty()),
    ];
    for (path, _) in unknown.into_iter().filter(|(_, is_set)| *is_set) {
        encoding.lose(LossAction::Dropped, path, "this wire has no such field");
    }
}

fn state<'a>(fields: &mut Fields<'a>, encoding: &mut Encoding<'a>) {
    let request = encoding.request;
    if !request.metadata.is_empty() {
        fields.made("metadata", |w| {
            w.object(|w| {
                for (key, value) in &request.metadata {
                    w.key(key).string(value);
                }
            });
        });
    }
    fields.opt_string("service_tier", openai_request::service_tier(encoding));
    fields.opt_string("safety_identifier", openai_request::safety_identifier(encoding).as_deref());
    fields.opt_string("prompt_cache_key", request.cache_key.as_deref());
    if let Some(mark) = request.cache.as_ref().filter(|_| openai_request::keeps_mark(encoding, "cache")) {
        fields.raw("prompt_cache_options.mode", "\"implicit\"");
        fields.opt_string("prompt_cache_options.ttl", cache::ttl(mark, "cache", encoding));
    }
    fields.opt_string("previous_response_id", request.state.previous_response_id.as_deref());
    fields.opt_bool("store", request.state.store);
    if request.state.background {
        fields.raw("background", "true");
    }
}

fn extensions<'a>(fields: &mut Fields<'a>, encoding: &mut Encoding<'a>) {
    for extension in &encoding.request.extensions {
        let name = extension.name.as_str();
        let why = if extension.wire != WIRE {
            alloc::format!("only {} knows this field", extension.wire)
        } else if is_include(extension) {
            continue;
        } else if nests_too_deep(name) {
            TOO_DEEP.into()
        } else if name == "stream" || fields.is_taken(name) {
            "the request sets this field already".into()
        } else {
            fields.raw(name, extension.value.as_str());
            continue;
        };
        encoding.lose(LossAction::Dropped, alloc::format!("extensions.{name}"), why);
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoded::send;
    use super::*;
    use crate::json::Number;
    use crate::model::{CacheMark, Message, Request, Wire};
    use alloc::string::ToString;
    use alloc::vec;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text).expect(text)
    }

    fn request() -> Request {
        Request::new("m", Vec::new())
    }

    fn own(name: &str, value: &str) -> Extension {
        Extension::new(WIRE, name, raw(value))
    }

    #[test]
    fn everything_the_wire_knows_is_written() {
        let mut request = Request::new("m", vec![Message::user("hi")]);
        request.tools = vec![
            Tool::function("go", "Goes.", raw(r#"{"type":"object","b":1,"a":1.0}"#)),
            Tool::Freeform {
                name: "say".into(),
                description: None,
                format: ToolFormat::Grammar { syntax: "lark".into(), definition: "x".into() },
            },
            Tool::Vendor { wire: WIRE, json: raw(r#"{"type":"web_search"}"#) },
        ];
        request.tool_choice =
            Some(ToolChoice::Allowed { names: vec!["go".into(), "say".into()], required: true });
        request.parallel_tool_calls = Some(false);
        request.output = Some(OutputFormat::JsonSchema {
            name: "s".into(),
            description: None,
            schema: raw("{}"),
            strict: Some(true),
        });
        request.reasoning = Some(Reasoning {
            effort: Some(Effort::Xhigh),
            summary: Some(SummaryLevel::Concise),
            ..Reasoning::default()
        });
        request.sampling.temperature = Some(Number::parse("1.0").expect("a number"));
        request.sampling.top_p = Some(Number::parse("0.5").expect("a number"));
        request.sampling.logprobs = Some(3);
        request.limits.max_output_tokens = Some(9);
        request.limits.max_tool_calls = Some(2);
        request.metadata = vec![("k".into(), "v".into())];
        request.user = Some("u".into());
        request.cache_key = Some("c".into());
        request.cache = Some(CacheMark { ttl: Some("12h".into()) });
        request.service_tier = Some("flex".into());
        request.state.previous_response_id = Some("r".into());
        request.state.store = Some(false);
        request.state.background = true;
        request.extensions = vec![
            own("text.verbosity", r#""low""#),
            own("stream_options.include_obfuscation", "false"),
            own("truncation", r#""auto""#),
            own("include", r#"["web_search_call.results","reasoning.encrypted_content"]"#),
        ];
        let sent = send(&request).expect("good");
        assert_eq!(sent.losses, Vec::<String>::new());
        let expected = concat!(
            r#"{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hi"}]}],"#,
            r#""tools":[{"type":"function","name":"go","description":"Goes.","parameters":{"type":"object","b":1,"a":1.0}},"#,
            r#"{"type":"custom","name":"say","format":{"type":"grammar","syntax":"lark","definition":"x"}},{"type":"web_search"}],"#,
            r#""tool_choice":{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"go"},{"type":"custom","name":"say"}]},"#,
            r#""parallel_tool_calls":false,"text":{"format":{"type":"json_schema","name":"s","schema":{},"strict":true},"verbosity":"low"},"#,
            r#""reasoning":{"effort":"xhigh","summary":"concise"},"#,
            r#""include":["reasoning.encrypted_content","message.output_text.logprobs","web_search_call.results"],"#,
            r#""max_output_tokens":9,"max_tool_calls":2,"temperature":1.0,"top_p":0.5,"top_logprobs":3,"metadata":{"k":"v"},"#,
            r#""service_tier":"flex","safety_identifier":"u","prompt_cache_key":"c","prompt_cache_options":{"mode":"implicit","ttl":"12h"},"#,
            r#""previous_response_id":"r","store":false,"background":true,"stream_options":{"include_obfuscation":false},"truncation":"auto"}"#,
        );
        assert_eq!(sent.json, expected);
    }

    #[test]
    fn choices_have_their_forms() {
        let cases = [
            (ToolChoice::Auto, r#""auto""#),
            (ToolChoice::None, r#""none""#),
            (ToolChoice::Named("go".into()), r#"{"type":"function","name":"go"}"#),
            (ToolChoice::Vendor { wire: WIRE, json: raw(r#"{"type":"mcp"}"#) }, r#"{"type":"mcp"}"#),
        ];
        for (choice, expected) in cases {
            let mut request = request();
            request.tool_choice = Some(choice);
            let expected = alloc::format!(r#"{{"model":"m","input":[],"tool_choice":{expected}}}"#);
            assert_eq!(send(&request).expect("good").json, expected);
        }
        let mut request = request();
        request.tool_choice = Some(ToolChoice::Required);
        assert!(matches!(send(&request), Err(EncodeError::Invalid { .. })));
        request.tools.push(Tool::Vendor { wire: WIRE, json: raw("{}") });
        assert!(send(&request).expect("good").json.contains(r#""tool_choice":"required""#));
    }

    #[test]
    fn what_the_wire_lacks_is_reported() {
        let mut request = request();
        request.sampling.top_k = Some(Number::from(1));
        request.sampling.seed = Some(Number::from(1));
        request.sampling.presence_penalty = Some(Number::from(1));
        request.sampling.frequency_penalty = Some(Number::from(1));
        request.sampling.candidates = Some(1);
        request.stop = vec!["x".into()];
        request.cache = Some(CacheMark { ttl: Some("5m".into()) });
        request.service_tier = Some("standard_only".into());
        request.reasoning = Some(Reasoning { budget_tokens: Some(5000), ..Reasoning::default() });
        request.extensions = vec![
            Extension::new(Wire::Gemini, "labels", raw("{}")),
            own("model", "1"),
            own("reasoning", "{}"),
            own("reasoning.effort.x", "1"),
            own("stream", "true"),
            own(&".".repeat(100_000), "1"),
        ];
        let sent = send(&request).expect("good");
        let paths: Vec<&str> = sent.losses.iter().map(|l| l.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(
            paths[..14],
            [
                "reasoning.budget_tokens",
                "sampling.top_k",
                "sampling.seed",
                "sampling.presence_penalty",
                "sampling.frequency_penalty",
                "stop",
                "service_tier",
                "cache.ttl",
                "extensions.labels",
                "extensions.model",
                "extensions.reasoning",
                "extensions.reasoning.effort.x",
                "extensions.stream",
                alloc::format!("extensions.{}", ".".repeat(100_000)).as_str(),
            ]
        );
        let expected = concat!(
            r#"{"model":"m","input":[],"reasoning":{"effort":"medium"},"#,
            r#""service_tier":"default","prompt_cache_options":{"mode":"implicit"}}"#
        );
        assert_eq!(sent.json, expected);
    }

    #[test]
    fn what_would_change_the_meaning_is_refused() {
        let mut several = request();
        several.sampling.candidates = Some(2);
        let mut resumed = request();
        resumed.state.continuation_token = Some("t".into());
        for (request, path) in [(several, "sampling.candidates"), (resumed, "state.continuation_token")] {
            let error = send(&request).err().expect("refused").to_string();
            assert!(error.contains(path), "{error}");
        }
    }

    #[test]
    fn encrypted_thinking_is_asked_for_only_without_a_store() {
        for (store, effort, is_asked) in [
            (Some(false), Some(Effort::Low), true),
            (Some(false), Some(Effort::None), false),
            (Some(false), None, true),
            (None, Some(Effort::Low), false),
        ] {
            let mut request = request();
            request.state.store = store;
            request.reasoning = Some(Reasoning { effort, ..Reasoning::default() });
            let json = send(&request).expect("good").json;
            assert_eq!(json.contains("reasoning.encrypted_content"), is_asked, "{json}");
        }
    }
}
