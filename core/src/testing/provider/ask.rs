//! What a request asks, read leniently from its path and body.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec::Vec;

use crate::http::{HttpRequest, Method};
use crate::json::{Error, Kind, Reader};
use crate::model::Wire;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Generate(Wire),
    StoredResponse(String),
    Unknown,
}

/// A request's path without scheme, host and query, and its query.
fn path_and_query(url: &str) -> (&str, &str) {
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => url,
    };
    path.split_once('?').unwrap_or((path, ""))
}

/// A parameter of a URL's query, as it is spelled.
pub(super) fn query_parameter<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    parameter(path_and_query(url).1, name)
}

fn parameter<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(n, _)| *n == name).map(|(_, v)| v)
}

pub(super) fn route(request: &HttpRequest) -> Route {
    let (path, _) = path_and_query(&request.url);
    let path = path.trim_end_matches('/');
    if request.method == Method::Get {
        return match path.rsplit_once("/responses/") {
            Some((_, id)) if !id.contains('/') => Route::StoredResponse(decoded(id).into_owned()),
            _ => Route::Unknown,
        };
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let wire = match last {
        "messages" => Wire::Anthropic,
        "completions" if path.ends_with("/chat/completions") => Wire::OpenaiChat,
        "responses" => Wire::OpenaiResponses,
        _ => match last.rsplit_once(':') {
            Some((_, "generateContent" | "streamGenerateContent")) => Wire::Gemini,
            _ => return Route::Unknown,
        },
    };
    Route::Generate(wire)
}

/// Percent-escapes undone; what is no escape or no text stays.
fn decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let bytes = segment.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escape = segment.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match escape {
            Some(escaped) if byte == b'%' => {
                out.push(escaped);
                at += 3;
            }
            _ => {
                out.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// A tool that the request offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OfferedTool {
    pub(super) name: String,
    pub(super) schema: Option<String>,
}

/// What a request asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ask {
    pub(super) model: String,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
    pub(super) json_array: bool,
    /// The last text of the user.
    pub(super) prompt: String,
    /// Whether a tool's result came after it.
    pub(super) is_answered: bool,
    pub(super) tools: Vec<OfferedTool>,
    pub(super) forbids_tools: bool,
    pub(super) wants_reasoning: bool,
    /// The JSON schema that the answer has to follow.
    pub(super) schema: Option<String>,
    pub(super) is_background: bool,
    /// A hash of the conversation as it is spelled.
    pub(super) conversation: u64,
}

impl Ask {
    /// Reads the request.
    ///
    /// # Errors
    /// The body is not a JSON object.
    pub(super) fn read(wire: Wire, request: &HttpRequest) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(&request.body);
        let mut ask = Self::default();
        ask.read_body(&text)?;
        if wire == Wire::Gemini {
            let (path, query) = path_and_query(&request.url);
            let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            if let Some((model, action)) = last.rsplit_once(':') {
                ask.model = decoded(model).into_owned();
                ask.stream = action == "streamGenerateContent";
            }
            ask.json_array = parameter(query, "alt") != Some("sse");
        }
        Ok(ask)
    }

    fn read_body(&mut self, text: &str) -> Result<(), Error> {
        let mut r = Reader::new(text);
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "model" => self.model = r.opt_string()?.unwrap_or_default().into_owned(),
                "stream" => self.stream = r.opt_bool()?.unwrap_or(false),
                "background" => self.is_background = r.opt_bool()?.unwrap_or(false),
                "stream_options" => self.include_usage = r.raw()?.contains("\"include_usage\":true"),
                "messages" | "input" | "contents" => self.conversation(r.raw()?)?,
                "tools" => self.tools(r.raw()?)?,
                "tool_choice" | "toolConfig" => {
                    let raw = r.raw()?;
                    self.forbids_tools = raw.contains("\"none\"") || raw.contains("\"NONE\"");
                }
                "reasoning_effort" => self.wants_reasoning |= r.raw()? != "\"none\"",
                "reasoning" => self.wants_reasoning |= !r.raw()?.contains("\"none\""),
                "thinking" => self.wants_reasoning |= !r.raw()?.contains("\"disabled\""),
                "response_format" => self.schema = inner(r.raw()?, &["json_schema", "schema"]),
                "text" | "output_config" => self.schema = inner(r.raw()?, &["format", "schema"]),
                "generationConfig" => {
                    let raw = r.raw()?;
                    self.wants_reasoning |= raw.contains("\"includeThoughts\":true");
                    self.schema =
                        ["responseJsonSchema", "responseSchema"].iter().find_map(|f| inner(raw, &[f]));
                }
                _ => r.skip()?,
            }
        }
        r.end()
    }

    fn conversation(&mut self, raw: &str) -> Result<(), Error> {
        self.conversation = hash(raw.as_bytes(), HASH_START);
        let mut r = Reader::new(raw);
        if r.kind()? == Kind::String {
            self.prompt = r.string()?.into_owned();
            return Ok(());
        }
        let Some(mut turns) = r.opt_array()? else { return Ok(()) };
        while turns.element(&mut r)? {
            let mut turn = Turn::default();
            turn.read(&mut r)?;
            if turn.is_result {
                self.is_answered = true;
            } else if turn.is_user && !turn.text.is_empty() {
                self.prompt = turn.text;
                self.is_answered = false;
            }
        }
        Ok(())
    }

    fn tools(&mut self, raw: &str) -> Result<(), Error> {
        let mut r = Reader::new(raw);
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        while list.element(&mut r)? {
            self.tool(&mut r)?;
        }
        Ok(())
    }

    fn tool(&mut self, r: &mut Reader<'_>) -> Result<(), Error> {
        let mut tool = OfferedTool::default();
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "name" => tool.name = r.opt_string()?.unwrap_or_default().into_owned(),
                "parameters" | "input_schema" | "parametersJsonSchema" => {
                    tool.schema = Some(r.raw()?.to_owned());
                }
                // Chat wraps a function; Gemini lists several.
                "function" if r.kind()? == Kind::Object => self.tool(r)?,
                "functionDeclarations" => self.tools(r.raw()?)?,
                _ => r.skip()?,
            }
        }
        // A tool of the provider's own has no schema and is not the client's to answer.
        if !tool.name.is_empty() && tool.schema.is_some() {
            self.tools.push(tool);
        }
        Ok(())
    }
}

/// The text of what stands at `path` in objects within `object`.
fn inner(object: &str, path: &[&str]) -> Option<String> {
    let Some((name, rest)) = path.split_first() else { return Some(object.to_owned()) };
    let mut r = Reader::new(object);
    let mut fields = r.opt_object().ok()??;
    while let Some(key) = fields.key(&mut r).ok()? {
        let value = r.raw().ok()?;
        if key == *name {
            return inner(value, rest);
        }
    }
    None
}

/// One message, item or content.
#[derive(Default)]
struct Turn {
    is_user: bool,
    is_result: bool,
    text: String,
}

impl Turn {
    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "role" => {
                    let role = r.opt_string()?.unwrap_or_default();
                    self.is_user |= role == "user";
                    self.is_result |= role == "tool" || role == "function";
                }
                "type" => self.is_result |= r.opt_string()?.is_some_and(|kind| is_result(&kind)),
                "functionResponse" => {
                    self.is_result = true;
                    r.skip()?;
                }
                "text" => self.text.push_str(&r.opt_string()?.unwrap_or_default()),
                "content" | "parts" if r.kind()? == Kind::String => self.text.push_str(&r.string()?),
                "content" | "parts" => {
                    let Some(mut parts) = r.opt_array()? else { continue };
                    while parts.element(r)? {
                        self.read(r)?;
                    }
                }
                _ => r.skip()?,
            }
        }
        Ok(())
    }
}

fn is_result(kind: &str) -> bool {
    kind == "tool_result" || kind.ends_with("_output")
}

pub(super) const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a.
pub(super) fn hash(bytes: &[u8], start: u64) -> u64 {
    bytes.iter().fold(start, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

/// Arguments that satisfy the top level of an object schema, as far as its types are plain.
pub(super) fn sample_arguments(schema: Option<&str>, word: &str) -> String {
    let mut w = crate::json::Writer::new();
    w.object(|w| {
        // A schema that is not one gives no arguments; what was written before stays.
        let _ = properties(schema.unwrap_or("{}"), |name, kind, first| {
            w.key(name);
            match (kind, first) {
                (_, Some(value)) => w.raw(value),
                ("integer" | "number" | "INTEGER" | "NUMBER", _) => w.u64(42),
                ("boolean" | "BOOLEAN", _) => w.bool(true),
                ("array" | "ARRAY", _) => w.array(|_| {}),
                ("object" | "OBJECT", _) => w.object(|_| {}),
                _ => w.string(word),
            }
        });
    });
    w.finish()
}

/// Calls `take` with the name, the type and the first of the allowed values of each property.
fn properties(schema: &str, mut take: impl FnMut(&str, &str, Option<&str>)) -> Result<(), Error> {
    let mut r = Reader::new(schema);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(&mut r)? {
        if key != "properties" {
            r.skip()?;
            continue;
        }
        let Some(mut named) = r.opt_object()? else { continue };
        while let Some(name) = named.key(&mut r)? {
            let (kind, first) = property(&mut r)?;
            take(&name, &kind, first);
        }
    }
    Ok(())
}

fn property<'a>(r: &mut Reader<'a>) -> Result<(Cow<'a, str>, Option<&'a str>), Error> {
    let (mut kind, mut first) = (Cow::Borrowed(""), None);
    let Some(mut fields) = r.opt_object()? else { return Ok((kind, first)) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "type" => kind = r.opt_string()?.unwrap_or_default(),
            "enum" => {
                let Some(mut values) = r.opt_array()? else { continue };
                while values.element(r)? {
                    let value = r.raw()?;
                    first = first.or(Some(value));
                }
            }
            _ => r.skip()?,
        }
    }
    Ok((kind, first))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;

    fn post(url: &str, body: &str) -> HttpRequest {
        HttpRequest { method: Method::Post, url: url.into(), headers: Headers::new(), body: body.into() }
    }

    fn read(url: &str, body: &str) -> Ask {
        let request = post(url, body);
        let Route::Generate(wire) = route(&request) else { panic!("no route for {url}") };
        Ask::read(wire, &request).expect(body)
    }

    #[test]
    fn paths_tell_the_wire() {
        for (url, expected) in [
            ("http://h/v1/chat/completions", Route::Generate(Wire::OpenaiChat)),
            ("/chat/completions", Route::Generate(Wire::OpenaiChat)),
            ("/v1/responses?x=1", Route::Generate(Wire::OpenaiResponses)),
            ("https://h:1/v1/messages", Route::Generate(Wire::Anthropic)),
            ("/v1beta/models/m:streamGenerateContent?alt=sse", Route::Generate(Wire::Gemini)),
            ("/v1/models/m:generateContent", Route::Generate(Wire::Gemini)),
            ("/v1/completions", Route::Unknown),
            ("http://h", Route::Unknown),
        ] {
            assert_eq!(route(&post(url, "")), expected, "{url}");
        }
    }

    #[test]
    fn the_last_words_of_the_user_are_the_prompt() {
        for (url, body) in [
            (
                "/v1/chat/completions",
                r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"hi"}]},{"role":"tool","tool_call_id":"1","content":"r"}]}"#,
            ),
            (
                "/v1/responses",
                r#"{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"hi"}]},{"type":"function_call_output","output":"r"}]}"#,
            ),
            (
                "/v1/messages",
                r#"{"model":"m","messages":[{"role":"user","content":"hi"},{"role":"user","content":[{"type":"tool_result","content":"r"}]}]}"#,
            ),
            (
                "/v1/models/m:generateContent",
                r#"{"contents":[{"role":"user","parts":[{"text":"hi"}]},{"role":"user","parts":[{"functionResponse":{"name":"t"}}]}]}"#,
            ),
        ] {
            let ask = read(url, body);
            assert_eq!(
                (ask.model.as_str(), ask.prompt.as_str(), ask.is_answered),
                ("m", "hi", true),
                "{url}"
            );
        }
    }

    #[test]
    fn tools_of_every_wire_are_seen() {
        for (url, tools) in [
            ("/chat/completions", r#"[{"type":"function","function":{"name":"t","parameters":{}}}]"#),
            ("/responses", r#"[{"type":"web_search"},{"type":"function","name":"t","parameters":{}}]"#),
            ("/messages", r#"[{"type":"web_search_20260318","name":"s"},{"name":"t","input_schema":{}}]"#),
            (
                "/models/m:generateContent",
                r#"[{"functionDeclarations":[{"name":"t","parametersJsonSchema":{}}]}]"#,
            ),
        ] {
            let ask = read(url, &alloc::format!(r#"{{"tools":{tools}}}"#));
            assert_eq!(ask.tools, [OfferedTool { name: "t".into(), schema: Some("{}".into()) }], "{url}");
        }
    }

    #[test]
    fn a_schema_for_the_answer_is_seen_on_every_wire() {
        for (url, body) in [
            (
                "/chat/completions",
                r#"{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a":1}}}}"#,
            ),
            (
                "/responses",
                r#"{"text":{"verbosity":"low","format":{"type":"json_schema","schema":{"a":1}}}}"#,
            ),
            ("/messages", r#"{"output_config":{"format":{"type":"json_schema","schema":{"a":1}}}}"#),
            ("/models/m:generateContent", r#"{"generationConfig":{"responseJsonSchema":{"a":1}}}"#),
            ("/models/m:generateContent", r#"{"generationConfig":{"responseSchema":{"a":1}}}"#),
        ] {
            assert_eq!(read(url, body).schema.as_deref(), Some(r#"{"a":1}"#), "{url}: {body}");
        }
        for body in [r#"{"response_format":{"type":"json_object"}}"#, r#"{"text":{"format":null}}"#, "{}"] {
            assert_eq!(read("/responses", body).schema, None, "{body}");
        }
    }

    #[test]
    fn gemini_models_may_be_escaped() {
        let ask = read("/v1/models/sim-429%2Ccut%4040:streamGenerateContent?alt=sse", "{}");
        assert_eq!((ask.model.as_str(), ask.stream, ask.json_array), ("sim-429,cut@40", true, false));
        assert_eq!(decoded("%e2%82%ac%zz%"), "€%zz%");
    }

    #[test]
    fn arguments_follow_the_schema() {
        let schema = r#"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"},"c":{"enum":["x","y"]}}}"#;
        assert_eq!(sample_arguments(Some(schema), "hi"), r#"{"a":"hi","b":42,"c":"x"}"#);
        assert_eq!(sample_arguments(Some("[1"), "hi"), "{}");
    }
}
