//! Requests.
//!
//! What is read is normalised in a few ways, none of which changes what is asked for: `null` and a
//! field that is missing are one; an empty `content` is no part, and a list of one plain text is that
//! text; `max_tokens` is `max_completion_tokens`, `user` is `safety_identifier`, `functions` are
//! `tools` and `reasoning` is `reasoning_content`, each the lesser where both are there; a result's
//! `name` is that of its call; a mark on a message is one on its last part; the switches for thinking
//! of all dialects become one (see [`super::reasoning`]). Every other field is kept raw.

use alloc::string::String;
use alloc::vec::Vec;

use super::object::{elements_of, extend, understood};
use super::typed::{
    self, Path, Read, count, elements, fields, number, owned, small_count, string, syntax, unexpected,
};
use super::{cache, messages, reasoning, tools};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{Loss, OutputFormat, Request, Tool, ToolChoice};
use crate::protocol::SealKey;
use crate::protocol::answer::{Asked, Incoming, StreamFraming};

/// Reads an application's request.
///
/// # Errors
/// The body is no JSON, lacks the model or the messages, or holds a value of the wrong kind in a
/// field that is understood here.
pub(in crate::protocol) fn decode(incoming: &Incoming<'_>, key: &SealKey) -> Read<Asked> {
    let mut r = Reader::new(incoming.body);
    let mut draft = Draft::new(key);
    fields(&mut r, &Path::Root, |key, r, path| draft.field(key, r, path))?;
    r.end().map_err(syntax)?;
    draft.finish()
}

/// What has been read so far. Fields that are decided only beside others wait here.
struct Draft<'k> {
    key: &'k SealKey,
    request: Request,
    stream: bool,
    stream_usage: bool,
    losses: Vec<Loss>,
    is_marked: bool,
    has_messages: bool,
    max_tokens: Option<u64>,
    logprobs: Option<bool>,
    top_logprobs: Option<u32>,
    user: Option<String>,
    functions: Vec<Tool>,
    function_call: Option<ToolChoice>,
}

impl<'k> Draft<'k> {
    fn new(key: &'k SealKey) -> Self {
        Self {
            key,
            request: Request::default(),
            stream: false,
            stream_usage: false,
            losses: Vec::new(),
            is_marked: false,
            has_messages: false,
            max_tokens: None,
            logprobs: None,
            top_logprobs: None,
            user: None,
            functions: Vec::new(),
            function_call: None,
        }
    }

    fn field(&mut self, key: &str, r: &mut Reader<'_>, path: &Path<'_>) -> Read<()> {
        if r.null() || self.talk(key, r, path)? || self.draw(key, r, path)? || self.rest(key, r, path)? {
            return Ok(());
        }
        let raw = r.raw().map_err(syntax)?;
        if !reasoning::take(key, raw, &mut self.request.reasoning) && !self.object(key, raw) {
            extend("", key, raw, &mut self.request.extensions, &mut self.losses, &Path::Root);
        }
        Ok(())
    }

    /// What is said, and with which tools.
    fn talk(&mut self, key: &str, r: &mut Reader<'_>, path: &Path<'_>) -> Read<bool> {
        let request = &mut self.request;
        match key {
            "model" => request.model = owned(r, path)?.unwrap_or_default(),
            "messages" => {
                let read = messages::read(r, path, self.key, &mut self.losses)?;
                (request.messages, self.is_marked) = (read.messages, read.is_marked);
                self.has_messages = true;
            }
            "tools" => request.tools = tools::read(r, path, &mut self.losses)?,
            "tool_choice" => request.tool_choice = tools::choice(r, path)?,
            "parallel_tool_calls" => request.parallel_tool_calls = typed::bool(r, path)?,
            "functions" => self.functions = tools::read_functions(r, path, &mut self.losses)?,
            "function_call" => self.function_call = tools::choice(r, path)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// How much is drawn, and how.
    fn draw(&mut self, key: &str, r: &mut Reader<'_>, path: &Path<'_>) -> Read<bool> {
        let sampling = &mut self.request.sampling;
        match key {
            "temperature" => sampling.temperature = number(r, path)?,
            "top_p" => sampling.top_p = number(r, path)?,
            "top_k" => sampling.top_k = number(r, path)?,
            // Mistral's name for it is the second.
            "seed" | "random_seed" => sampling.seed = number(r, path)?,
            "presence_penalty" => sampling.presence_penalty = number(r, path)?,
            "frequency_penalty" => sampling.frequency_penalty = number(r, path)?,
            "n" => sampling.candidates = small_count(r, path)?,
            "logprobs" => self.logprobs = typed::bool(r, path)?,
            "top_logprobs" => self.top_logprobs = small_count(r, path)?,
            "max_completion_tokens" => self.request.limits.max_output_tokens = count(r, path)?,
            "max_tokens" => self.max_tokens = count(r, path)?,
            "stop" => self.request.stop = stop(r, path)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Who asks, and what becomes of the answer.
    fn rest(&mut self, key: &str, r: &mut Reader<'_>, path: &Path<'_>) -> Read<bool> {
        let request = &mut self.request;
        match key {
            "stream" => self.stream = typed::bool(r, path)?.unwrap_or_default(),
            "stream_options" => fields(r, path, |key, r, path| self.stream_option(key, r, path))?,
            "prompt_cache_key" => request.cache_key = owned(r, path)?,
            "safety_identifier" => request.user = owned(r, path)?,
            "user" => self.user = owned(r, path)?,
            "service_tier" => request.service_tier = owned(r, path)?,
            "store" => request.state.store = typed::bool(r, path)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn stream_option(&mut self, key: &str, r: &mut Reader<'_>, path: &Path<'_>) -> Read<()> {
        if key == "include_usage" {
            self.stream_usage = typed::bool(r, path)?.unwrap_or_default();
            return Ok(());
        }
        let raw = r.raw().map_err(syntax)?;
        let (extensions, losses) = (&mut self.request.extensions, &mut self.losses);
        extend("stream_options.", key, raw, extensions, losses, &Path::Root.field("stream_options"));
        Ok(())
    }

    /// Objects that are understood whole or carried raw.
    fn object(&mut self, key: &str, raw: &str) -> bool {
        let request = &mut self.request;
        let understood = match key {
            "response_format" => output(raw).map(|format| request.output = Some(format)),
            "prompt_cache_options" => cache::mark(raw, "implicit").map(|mark| request.cache = Some(mark)),
            "cache_control" => cache::mark(raw, "ephemeral").map(|mark| request.cache = Some(mark)),
            "metadata" => metadata(raw).map(|pairs| request.metadata = pairs),
            _ => None,
        };
        understood.is_some()
    }

    /// OpenRouter's list of models stands in for the one; its first is asked first.
    fn first_of_models(&self) -> Option<String> {
        let list = self.request.extensions.iter().find(|e| e.name == "models")?;
        let first = elements_of(list.value.as_str()).into_iter().next()?;
        Reader::new(first).opt_string().ok()?.map(String::from)
    }

    fn finish(mut self) -> Read<Asked> {
        if self.request.model.is_empty() {
            self.request.model = self.first_of_models().unwrap_or_default();
        }
        if self.request.model.trim().is_empty() {
            return Err(Path::Root.field("model").missing("a name"));
        }
        if !self.has_messages {
            return Err(Path::Root.field("messages").missing("an array"));
        }
        let request = &mut self.request;
        request.limits.max_output_tokens = request.limits.max_output_tokens.or(self.max_tokens);
        request.user = request.user.take().or(self.user);
        if request.tools.is_empty() {
            request.tools = self.functions;
        }
        request.tool_choice = request.tool_choice.take().or(self.function_call);
        request.sampling.logprobs = match self.logprobs {
            Some(true) => Some(self.top_logprobs.unwrap_or(0)),
            _ => self.top_logprobs.filter(|_| self.logprobs.is_none()),
        };
        Ok(Asked {
            request: self.request,
            stream: self.stream,
            stream_usage: self.stream_usage,
            framing: StreamFraming::Sse,
            losses: self.losses,
            is_marked: self.is_marked,
        })
    }
}

/// A stop string, or a list of them.
fn stop(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Vec<String>> {
    let mut list = Vec::new();
    match r.kind().map_err(syntax)? {
        Kind::String => list.extend(owned(r, path)?),
        Kind::Array => elements(r, path, |r, path| {
            list.extend(string(r, path)?.map(String::from));
            Ok(())
        })?,
        _ => return Err(unexpected(r, path, "a string or an array of strings")),
    }
    Ok(list)
}

fn output(raw: &str) -> Option<OutputFormat> {
    let (mut kind, mut schema) = (String::new(), None);
    understood(raw, |key, r| {
        match key {
            "type" => kind = r.opt_string().ok()??.into_owned(),
            "json_schema" => schema = Some(json_schema(r.raw().ok()?)?),
            _ => return None,
        }
        Some(())
    })?;
    match (&*kind, schema) {
        ("text", None) => Some(OutputFormat::Text),
        ("json_object", None) => Some(OutputFormat::JsonObject),
        ("json_schema", schema) => schema,
        _ => None,
    }
}

fn json_schema(raw: &str) -> Option<OutputFormat> {
    let (mut name, mut description, mut schema, mut strict) = (String::new(), None, None, None);
    understood(raw, |key, r| {
        match key {
            "name" => name = r.opt_string().ok()??.into_owned(),
            "description" => description = Some(r.opt_string().ok()??.into_owned()),
            "schema" => schema = Some(RawJson::trusted(r.raw().ok()?)),
            "strict" => strict = Some(r.opt_bool().ok()??),
            _ => return None,
        }
        Some(())
    })?;
    Some(OutputFormat::JsonSchema { name, description, schema: schema?, strict })
}

fn metadata(raw: &str) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    understood(raw, |key, r| {
        pairs.push((key.into(), r.opt_string().ok()??.into_owned()));
        Some(())
    })?;
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::http::Headers;
    use crate::json::Number;
    use crate::model::{CacheMark, Effort, Wire};

    fn read(body: &str) -> Read<Asked> {
        let headers = Headers::new();
        decode(&Incoming { path: "/v1/chat/completions", headers: &headers, body }, &SealKey::default())
    }

    /// A request with these fields beside the two that must be there.
    fn with(fields: &str) -> Asked {
        let asked = read(&format!(r#"{{"model":"m","messages":[],{fields}}}"#)).expect(fields);
        assert_eq!(asked.losses, [], "{fields}");
        asked
    }

    #[test]
    fn every_word_of_the_wire_is_read() {
        let request = with(concat!(
            r#""temperature":0.70,"top_p":1e0,"top_k":3,"seed":7,"presence_penalty":-1,"frequency_penalty":2,"#,
            r#""n":2,"logprobs":true,"top_logprobs":4,"max_completion_tokens":9,"stop":["a","b"],"#,
            r#""parallel_tool_calls":false,"prompt_cache_key":"k","safety_identifier":"u","service_tier":"flex","#,
            r#""store":false,"metadata":{"b":"1","a":"2"},"reasoning_effort":"high","#,
            r#""prompt_cache_options":{"mode":"implicit","ttl":"30m"},"response_format":{"type":"json_object"}"#
        ))
        .request;
        let number = |text: &str| Some(Number::parse(text).expect("a number"));
        assert_eq!(request.sampling.temperature, number("0.70"));
        assert_eq!(request.sampling.top_p, number("1e0"));
        assert_eq!((request.sampling.candidates, request.sampling.logprobs), (Some(2), Some(4)));
        assert_eq!(request.limits.max_output_tokens, Some(9));
        assert_eq!(request.stop, ["a", "b"]);
        assert_eq!(request.parallel_tool_calls, Some(false));
        assert_eq!((request.cache_key.as_deref(), request.user.as_deref()), (Some("k"), Some("u")));
        assert_eq!((request.service_tier.as_deref(), request.state.store), (Some("flex"), Some(false)));
        assert_eq!(request.metadata, [("b".into(), "1".into()), ("a".into(), "2".into())]);
        assert_eq!(request.reasoning.and_then(|r| r.effort), Some(Effort::High));
        assert_eq!(request.cache, Some(CacheMark { ttl: Some("30m".into()) }));
        assert_eq!(request.output, Some(OutputFormat::JsonObject));
        assert_eq!(request.extensions, []);
    }

    #[test]
    fn older_names_give_way_to_newer_ones() {
        let limits = |fields: &str| with(fields).request.limits.max_output_tokens;
        assert_eq!(limits(r#""max_tokens":1"#), Some(1));
        assert_eq!(limits(r#""max_completion_tokens":2,"max_tokens":1"#), Some(2));
        let user = |fields: &str| with(fields).request.user;
        assert_eq!(user(r#""user":"a","safety_identifier":"b""#).as_deref(), Some("b"));
        assert_eq!(user(r#""user":"a""#).as_deref(), Some("a"));
        let old = with(r#""functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}"#).request;
        assert_eq!(old.tools[0].name(), Some("f"));
        assert_eq!(old.tool_choice, Some(ToolChoice::Named("f".into())));
    }

    #[test]
    fn log_probabilities_need_their_switch() {
        let logprobs = |fields: &str| with(fields).request.sampling.logprobs;
        assert_eq!(logprobs(r#""logprobs":true"#), Some(0));
        assert_eq!(logprobs(r#""logprobs":false,"top_logprobs":3"#), None);
        assert_eq!(logprobs(r#""top_logprobs":3"#), Some(3));
    }

    #[test]
    fn what_has_no_word_stays_raw_and_in_order() {
        let asked = with(concat!(
            r#""verbosity":"low","logit_bias":{"2": -1.0, "1":1},"stream_options":{"include_obfuscation":false},"#,
            r#""response_format":{"type":"grammar"},"metadata":{"a":1},"prompt_cache_options":{"mode":"explicit"},"#,
            r#""reasoning":{"effort":"low","x":1},"nothing":null"#
        ));
        let extensions = asked.request.extensions.iter();
        let told: Vec<String> = extensions.map(|e| format!("{}={}", e.name, e.value)).collect();
        assert_eq!(
            told,
            [
                r#"verbosity="low""#,
                r#"logit_bias={"2": -1.0, "1":1}"#,
                "stream_options.include_obfuscation=false",
                r#"response_format={"type":"grammar"}"#,
                r#"metadata={"a":1}"#,
                r#"prompt_cache_options={"mode":"explicit"}"#,
                r#"reasoning={"effort":"low","x":1}"#,
            ]
        );
        assert!(asked.request.extensions.iter().all(|e| e.wire == Wire::OpenaiChat));
        assert_eq!(asked.request.reasoning, None);
    }

    #[test]
    fn a_name_with_dots_is_told_as_a_loss() {
        let asked = read(r#"{"model":"m","messages":[],"a.b":1}"#).expect("a request");
        assert_eq!(asked.request.extensions, []);
        assert_eq!(asked.losses[0].path, "a.b");
    }

    #[test]
    fn a_stream_and_its_usage_are_asked_for() {
        let asked = with(r#""stream":true,"stream_options":{"include_usage":true}"#);
        assert!(asked.stream && asked.stream_usage);
        let asked = with(r#""stream":null,"stream_options":null"#);
        assert!(!asked.stream && !asked.stream_usage);
    }

    #[test]
    fn a_list_of_models_stands_in_for_the_model() {
        let asked = read(r#"{"models":["a/b","c"],"messages":[]}"#).expect("a request");
        assert_eq!(asked.request.model, "a/b");
        assert_eq!(asked.request.extensions[0].name, "models");
    }

    #[test]
    fn errors_name_what_is_wrong() {
        for (body, path) in [
            ("", ""),
            ("[]", ""),
            (r#"{"model":"m","messages":[]"#, ""),
            (r#"{"model":"m","messages":[]} x"#, ""),
            (r#"{"messages":[]}"#, "model"),
            (r#"{"model":" ","messages":[]}"#, "model"),
            (r#"{"model":"m"}"#, "messages"),
            (r#"{"model":"m","messages":{}}"#, "messages"),
            (r#"{"model":"m","messages":[{"content":"a"}]}"#, "messages[0].role"),
            (r#"{"model":"m","messages":[{"role":"x"}]}"#, "messages[0].role"),
            (r#"{"model":"m","messages":[{"role":"tool","content":"a"}]}"#, "messages[0].tool_call_id"),
            (r#"{"model":"m","messages":[],"temperature":"hot"}"#, "temperature"),
            (r#"{"model":"m","messages":[],"max_tokens":-1}"#, "max_tokens"),
            (r#"{"model":"m","messages":[],"stop":[1]}"#, "stop[0]"),
            (
                r#"{"model":"m","messages":[],"stream_options":{"include_usage":1}}"#,
                "stream_options.include_usage",
            ),
        ] {
            assert_eq!(read(body).expect_err(body).path, path, "{body}");
        }
    }
}
