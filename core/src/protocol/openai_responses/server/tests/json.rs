//! JSON as a tree, and request bodies without the differences that mean nothing.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::json::{Kind, Reader};

/// A value; numbers by their spelling, objects without order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
    Other(String),
    String(String),
}

impl Value {
    pub(super) fn parse(text: &str) -> Self {
        Self::read(&mut Reader::new(text))
    }

    fn read(r: &mut Reader<'_>) -> Self {
        match r.kind().expect("JSON") {
            Kind::Array => {
                let (mut list, mut elements) = (Vec::new(), r.array().expect("an array"));
                while elements.element(r).expect("JSON") {
                    list.push(Self::read(r));
                }
                Self::Array(list)
            }
            Kind::Object => {
                let (mut fields, mut object) = (BTreeMap::new(), r.object().expect("an object"));
                while let Some(key) = object.key(r).expect("JSON") {
                    fields.insert(key.into_owned(), Self::read(r));
                }
                Self::Object(fields)
            }
            Kind::String => Self::String(r.string().expect("JSON").into_owned()),
            Kind::Bool | Kind::Null | Kind::Number => Self::Other(r.raw().expect("JSON").into()),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.get(key),
            _ => None,
        }
    }

    pub(super) fn at(&self, index: usize) -> Option<&Self> {
        match self {
            Self::Array(list) => list.get(index),
            _ => None,
        }
    }

    fn has(&self, element: &str) -> bool {
        matches!(self, Self::Array(list) if list.contains(&string(element)))
    }

    pub(super) fn text(&self, key: &str) -> &str {
        match self.get(key) {
            Some(Self::String(text)) => text,
            _ => "",
        }
    }

    fn fields(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Array(list) => list.is_empty(),
            Self::Object(fields) => fields.is_empty(),
            Self::Other(text) => text == "null",
            Self::String(text) => text.is_empty(),
        }
    }
}

/// A string.
pub(super) fn string(text: &str) -> Value {
    Value::String(text.into())
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(fields.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

/// A request body without what decoding documents as meaning the same.
pub(super) fn normal(body: &str) -> Value {
    let mut value = Value::parse(body);
    let fields = value.fields().expect("a body is an object");
    fields.retain(|_, value| *value != Value::Other("null".into()));
    fields.retain(|key, value| !(matches!(&**key, "metadata" | "text" | "reasoning") && value.is_empty()));
    fields.remove("stream");
    if fields.get("background") == Some(&Value::Other("false".into())) {
        fields.remove("background");
    }
    if let Some(user) = fields.remove("user") {
        fields.entry("safety_identifier".into()).or_insert(user);
    }
    let mut items = Vec::new();
    if let Some(text) = fields.remove("instructions").filter(|text| !text.is_empty()) {
        items.push(object([("role", string("system")), ("content", text)]));
    }
    match fields.remove("input") {
        Some(Value::Array(list)) => items.extend(list),
        Some(text) => items.push(object([("role", string("user")), ("content", text)])),
        None => {}
    }
    items.iter_mut().for_each(normal_item);
    items.retain(|item| item.get("type") != Some(&string("message")) || item.get("content").is_some());
    fields.insert("input".into(), Value::Array(items));
    normal_include(fields);
    if let Some(Value::Array(tools)) = fields.get_mut("tools") {
        tools.iter_mut().for_each(normal_tool);
        if tools.is_empty() {
            fields.remove("tools");
        }
    }
    for name in ["text", "reasoning"] {
        if let Some(inner) = fields.get_mut(name).and_then(Value::fields) {
            inner.retain(|_, value| *value != Value::Other("null".into()));
            if inner.is_empty() {
                fields.remove(name);
            }
        }
    }
    value
}

/// What is asked for anyway does not count.
fn normal_include(fields: &mut BTreeMap<String, Value>) {
    let encrypted = string("reasoning.encrypted_content");
    let stores = fields.get("store") != Some(&Value::Other("false".into()));
    if fields.get("include").is_some_and(|list| list.has("message.output_text.logprobs")) {
        fields.entry("top_logprobs".into()).or_insert_with(|| Value::Other("0".into()));
    }
    if let Some(Value::Array(list)) = fields.get_mut("include")
        && !stores
    {
        list.retain(|name| *name != encrypted);
        if list.is_empty() {
            fields.remove("include");
        }
    }
}

fn normal_tool(tool: &mut Value) {
    let kind = tool.text("type").to_string();
    let Some(fields) = tool.fields() else { return };
    if kind == "function" {
        fields.retain(|_, value| *value != Value::Other("null".into()));
        let none = object([("type", string("object")), ("properties", object([]))]);
        fields.entry("parameters".into()).or_insert(none);
    }
    if kind == "custom" {
        fields.entry("format".into()).or_insert_with(|| object([("type", string("text"))]));
    }
}

fn normal_item(item: &mut Value) {
    let is_message = item.get("type").is_none() && item.get("role").is_some();
    let Some(fields) = item.fields() else { return };
    if is_message {
        fields.insert("type".into(), string("message"));
    }
    let kind = item.text("type").to_string();
    match &*kind {
        "message" => normal_message(item),
        "reasoning" => normal_reasoning(item),
        "function_call" | "custom_tool_call" | "image_generation_call" => forget(item, &["status"]),
        "function_call_output" | "custom_tool_call_output" => normal_output(item),
        _ => {}
    }
    if kind == "function_call" && item.text("arguments").trim().is_empty() {
        item.fields().map(|fields| fields.insert("arguments".into(), string("{}")));
    }
}

/// Takes fields away, and those that are null.
fn forget(item: &mut Value, names: &[&str]) {
    if let Some(fields) = item.fields() {
        fields.retain(|key, value| !names.contains(&&**key) && *value != Value::Other("null".into()));
    }
}

fn normal_message(item: &mut Value) {
    let is_said = item.text("role") == "assistant";
    forget(item, if is_said { &["status"] } else { &["status", "id"] });
    let kind = if is_said { "output_text" } else { "input_text" };
    let Some(fields) = item.fields() else { return };
    let mut parts = match fields.remove("content") {
        Some(Value::Array(parts)) => parts,
        Some(text) if !text.is_empty() => vec![object([("type", string(kind)), ("text", text)])],
        _ => return,
    };
    for part in &mut parts {
        normal_part(part);
        if is_said && part.text("type") == "output_text" {
            part.fields()
                .map(|fields| fields.entry("annotations".into()).or_insert(Value::Array(Vec::new())));
        }
    }
    if !parts.is_empty() {
        fields.insert("content".into(), Value::Array(parts));
    }
}

fn normal_part(part: &mut Value) {
    forget(part, &[]);
    let is_image = part.text("type") == "input_image";
    let Some(fields) = part.fields() else { return };
    if is_image {
        fields.entry("detail".into()).or_insert_with(|| string("auto"));
    }
    if fields.get("logprobs").is_some_and(Value::is_empty) {
        fields.remove("logprobs");
    }
}

fn normal_reasoning(item: &mut Value) {
    forget(item, &["status"]);
    let Some(fields) = item.fields() else { return };
    for name in ["summary", "content"] {
        if let Some(Value::Array(list)) = fields.get_mut(name) {
            list.retain(|part| !part.text("text").is_empty());
        }
    }
    if fields.get("content").is_some_and(Value::is_empty) {
        fields.remove("content");
    }
    fields.entry("summary".into()).or_insert(Value::Array(Vec::new()));
}

/// A result of one text is that text, and any other JSON is a text too.
fn normal_output(item: &mut Value) {
    forget(item, &["status", "name"]);
    let Some(Value::Array(parts)) = item.fields().and_then(|fields| fields.get_mut("output")) else { return };
    parts.iter_mut().for_each(normal_part);
    let lone = match &parts[..] {
        [] => Some(string("")),
        [Value::Object(fields)] if fields.len() == 2 => fields.get("text").cloned(),
        _ => None,
    };
    if let (Some(text), Some(fields)) = (lone, item.fields()) {
        fields.insert("output".into(), text);
    }
}

/// The path of the first difference, and both sides there.
pub(super) fn difference(a: &Value, b: &Value) -> Option<String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) => {
            let keys = x.keys().chain(y.keys());
            keys.filter(|key| x.get(*key) != y.get(*key)).find_map(|key| match (x.get(key), y.get(key)) {
                (Some(a), Some(b)) => difference(a, b).map(|inner| format!(".{key}{inner}")),
                (a, b) => Some(format!(".{key}: {a:?} became {b:?}")),
            })
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            let mut pairs = x.iter().zip(y).enumerate();
            pairs.find_map(|(at, (a, b))| difference(a, b).map(|inner| format!("[{at}]{inner}")))
        }
        _ if a == b => None,
        _ => Some(format!(": {a:?} became {b:?}")),
    }
}
