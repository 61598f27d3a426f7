//! Bodies in the one form that decoding and encoding again gives them; see [`super::super::request`].

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;

type Fields = BTreeMap<String, Json>;

fn text(text: &str) -> Json {
    Json::String(text.into())
}

/// The body in its usual form.
pub(super) fn usual(body: Json) -> Json {
    let Json::Object(mut body) = camel(body) else { panic!("a body is an object") };
    body.remove("model");
    let contents = Vec::from_iter(body.get_mut("contents").map(listed));
    if let Some(Json::Array(contents)) = contents.into_iter().next() {
        for content in contents {
            self::content(content);
        }
    }
    if let Some(Json::Object(system)) = body.get_mut("systemInstruction") {
        system.remove("role");
        system.get_mut("parts").map(listed);
        parts(system);
    }
    tools(&mut body);
    if let Some(Json::Object(config)) = body.get_mut("generationConfig") {
        generation(config);
    }
    if let Some(mode) = field(&mut body, &["toolConfig", "functionCallingConfig", "mode"]) {
        *mode = Json::String(mode.word().to_ascii_uppercase());
    }
    body.retain(|name, value| {
        let is_list = name == "tools" && *value == Json::Array(Vec::new());
        !is_list && *value != Json::Object(Fields::new())
    });
    Json::Object(body)
}

/// Every name in camel case.
fn camel(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(name, value)| (camel_name(&name), camel(value))).collect())
        }
        Json::Array(list) => Json::Array(list.into_iter().map(camel).collect()),
        other => other,
    }
}

fn camel_name(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut camel = String::from(words.next().unwrap_or_default());
    for word in words {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        camel += &format!("{}{rest}", first.to_ascii_uppercase());
    }
    camel
}

fn listed(value: &mut Json) -> &mut Json {
    if !matches!(value, Json::Array(_)) {
        *value = Json::Array(Vec::from([value.clone()]));
    }
    value
}

fn field<'j>(fields: &'j mut Fields, path: &[&str]) -> Option<&'j mut Json> {
    let (first, rest) = path.split_first()?;
    let value = fields.get_mut(*first)?;
    match (rest, value) {
        ([], value) => Some(value),
        (rest, Json::Object(fields)) => field(fields, rest),
        _ => None,
    }
}

fn content(content: &mut Json) {
    let Json::Object(fields) = content else { return };
    fields.entry("role".into()).or_insert_with(|| text("user"));
    fields.get_mut("parts").map(listed);
    parts(fields);
}

fn parts(fields: &mut Fields) {
    let Some(Json::Array(parts)) = fields.get_mut("parts") else { return };
    // Unsigned thoughts are not sent: that is a loss which the encoder reports.
    parts.retain(|part| part.text("thought") != Some("true") || part.get("thoughtSignature").is_some());
    // A stream has cut them.
    parts.dedup_by(|next, last| join(last, next));
    for part in parts {
        let Json::Object(part) = part else { continue };
        if part.keys().all(|name| name.starts_with("thought")) {
            part.insert("text".into(), text(""));
        }
        if let Some(Json::String(data)) = field(part, &["inlineData", "data"]) {
            *data = data.replace('-', "+").replace('_', "/");
        }
        if part.get("thought") == Some(&Json::Other("false".into())) {
            part.remove("thought");
        }
        // The encoder adds it, and reports that too.
        if part.get("thoughtSignature") == Some(&text("skip_thought_signature_validator")) {
            part.remove("thoughtSignature");
        }
        if let Some(Json::Object(call)) = part.get_mut("functionCall") {
            let pieces = call.remove("partialArgs");
            call.entry("args".into()).or_insert_with(|| args(pieces));
        }
        if let Some(Json::Object(response)) = part.get_mut("functionResponse") {
            response.remove("id");
            output(response);
        }
    }
}

/// Joins two plain texts; whether they were such.
fn join(last: &mut Json, next: &mut Json) -> bool {
    let is_plain = |part: &Json| matches!(part, Json::Object(fields) if fields.keys().eq(["text"]));
    if !is_plain(last) || !is_plain(next) {
        return false;
    }
    let joined =
        format!("{}{}", last.text("text").unwrap_or_default(), next.text("text").unwrap_or_default());
    *last = Json::Object(Fields::from([("text".into(), Json::String(joined))]));
    true
}

/// The arguments that pieces of numbers make.
fn args(pieces: Option<Json>) -> Json {
    let Some(Json::Array(pieces)) = pieces else { return Json::Object(Fields::new()) };
    let name = |piece: &Json| piece.text("jsonPath").map_or("", |path| &path[2..]).into();
    Json::Object(pieces.iter().filter_map(|p| Some((name(p), p.get("numberValue")?.clone()))).collect())
}

/// A result that is no text and no object is its JSON text.
fn output(response: &mut Fields) {
    if let Some(Json::Object(fields)) = response.get_mut("response")
        && fields.len() == 1
        && let Some(output) = fields.get_mut("output")
        && let Json::String(text) = output
        && text.starts_with(|c: char| c == '[' || c.is_ascii_digit())
    {
        *output = camel(Json::parse(text));
    }
}

/// Functions first, in one entry, their schemas under one name.
fn tools(body: &mut Fields) {
    let Some(Json::Array(entries)) = body.get_mut("tools") else { return };
    let (mut functions, mut others) = (Vec::new(), Vec::new());
    for entry in core::mem::take(entries) {
        let Json::Object(mut entry) = entry else { continue };
        if let Some(Json::Array(declared)) = entry.remove("functionDeclarations") {
            functions.extend(declared);
        }
        if !entry.is_empty() {
            others.push(Json::Object(entry));
        }
    }
    for function in &mut functions {
        let Json::Object(function) = function else { continue };
        if let Some(schema) = function.remove("parameters") {
            function.insert("parametersJsonSchema".into(), schema);
        }
        if let Some(schema) = function.get_mut("parametersJsonSchema") {
            self::schema(schema);
        }
    }
    if !functions.is_empty() {
        let entry = Fields::from([("functionDeclarations".into(), Json::Array(functions))]);
        others.insert(0, Json::Object(entry));
    }
    *entries = others;
}

/// A schema with lower-case types, where null is a type.
fn schema(value: &mut Json) {
    let fields = match value {
        Json::Object(fields) => fields,
        Json::Array(list) => return list.iter_mut().for_each(schema),
        _ => return,
    };
    let is_nullable = fields.remove("nullable") == Some(Json::Other("true".into()));
    const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];
    match fields.get_mut("type") {
        Some(Json::String(name)) => *name = name.to_ascii_lowercase(),
        Some(number @ Json::Number(_)) => {
            let Json::Number(n) = number else { return };
            *number = text(TYPES[*n as usize - 1]);
        }
        _ => {}
    }
    if let (true, Some(name)) = (is_nullable, fields.get_mut("type")) {
        *name = Json::Array(Vec::from([name.clone(), text("null")]));
    }
    fields.values_mut().for_each(schema);
}

fn generation(config: &mut Fields) {
    if let Some(schema) = config.remove("responseSchema") {
        config.insert("responseJsonSchema".into(), schema);
        config.entry("responseMimeType".into()).or_insert_with(|| text("application/json"));
    }
    if let Some(schema) = config.get_mut("responseJsonSchema") {
        self::schema(schema);
    }
    if let Some(level) = field(config, &["thinkingConfig", "thinkingLevel"]) {
        *level = Json::String(level.word().to_ascii_uppercase());
    }
    config.retain(|_, value| *value != Json::Object(Fields::new()));
}

impl Json {
    fn word(&self) -> &str {
        match self {
            Self::String(text) => text,
            _ => "",
        }
    }
}
