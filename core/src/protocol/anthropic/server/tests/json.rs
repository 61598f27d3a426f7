//! JSON values to compare, for tests only.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::json::{Kind, Reader};

/// A value; the order of fields makes no difference, the spelling of numbers does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Array(Vec<Self>),
    Leaf(String),
    Object(BTreeMap<String, Self>),
    Text(String),
}

impl Value {
    pub(super) fn parse(text: &str) -> Self {
        Self::next(&mut Reader::new(text))
    }

    fn next(r: &mut Reader<'_>) -> Self {
        const VALID: &str = "valid JSON";
        match r.kind().expect(VALID) {
            Kind::Array => {
                let mut array = r.array().expect(VALID);
                let mut values = Vec::new();
                while array.element(r).expect(VALID) {
                    values.push(Self::next(r));
                }
                Self::Array(values)
            }
            Kind::Object => {
                let mut object = r.object().expect(VALID);
                let mut fields = BTreeMap::new();
                while let Some(key) = object.key(r).expect(VALID) {
                    fields.insert(key.into_owned(), Self::next(r));
                }
                Self::Object(fields)
            }
            Kind::String => Self::Text(r.string().expect(VALID).into_owned()),
            _ => Self::Leaf(r.raw().expect(VALID).into()),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(fields) => fields.get(name),
            _ => None,
        }
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }

    fn object(&mut self) -> Option<&mut BTreeMap<String, Self>> {
        match self {
            Self::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// A request in the one form that all of its spellings mean; what `server::request` documents.
    pub(super) fn normal(mut self) -> Self {
        self.drop_nulls();
        let Some(body) = self.object() else { return self };
        if body.get("stream") == Some(&Self::Leaf("false".into())) {
            body.remove("stream");
        }
        if let Some(Self::Array(messages)) = body.get_mut("messages") {
            *messages = turns(core::mem::take(messages));
            let first = messages.first().filter(|m| m.get("role").map(Self::text) == Some("system"));
            if let Some(Self::Array(said)) = first.and_then(|m| m.get("content")).cloned() {
                messages.remove(0);
                let system = body.entry("system".into()).or_insert_with(|| Self::Array(Vec::new()));
                blocks(system);
                if let Self::Array(list) = system {
                    list.extend(said);
                }
            }
        }
        if let Some(system) = body.get_mut("system") {
            blocks(system);
            if matches!(system, Self::Array(list) if list.is_empty()) {
                body.remove("system");
            }
        }
        if let Some(Self::Array(tools)) = body.get_mut("tools") {
            for tool in tools.iter_mut().filter_map(Self::object) {
                if tool.get("type").map(Self::text) == Some("custom") {
                    tool.remove("type");
                }
            }
            if tools.is_empty() {
                body.remove("tools");
            }
        }
        if let Some(format) = body.remove("output_format") {
            let config = body.entry("output_config".into()).or_insert_with(|| Self::Object(BTreeMap::new()));
            config.object().expect("an object").insert("format".into(), format);
        }
        let has_effort = body.get("output_config").is_some_and(|config| config.get("effort").is_some());
        if has_effort && !body.contains_key("thinking") {
            body.insert("thinking".into(), Self::parse(r#"{"type":"adaptive"}"#));
        }
        if let Some(Self::Array(stop)) = body.get("stop_sequences")
            && stop.is_empty()
        {
            body.remove("stop_sequences");
        }
        self
    }

    fn drop_nulls(&mut self) {
        match self {
            Self::Array(values) => values.iter_mut().for_each(Self::drop_nulls),
            Self::Object(fields) => {
                fields.retain(|_, value| *value != Self::Leaf("null".into()));
                fields.values_mut().for_each(Self::drop_nulls);
            }
            Self::Leaf(_) | Self::Text(_) => {}
        }
    }
}

/// Turns of one role are one turn of blocks.
fn turns(messages: Vec<Value>) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for mut message in messages {
        let Some(fields) = message.object() else { continue };
        fields.get_mut("content").map(blocks);
        let content = fields.get("content").cloned();
        let role = fields.get("role").cloned();
        match joined.last_mut().and_then(Value::object) {
            Some(last) if last.get("role") == role.as_ref() => {
                if let (Some(Value::Array(known)), Some(Value::Array(more))) =
                    (last.get_mut("content"), content)
                {
                    known.extend(more);
                }
            }
            _ => joined.push(message),
        }
    }
    let is_result = |block: &Value| block.get("type").map(Value::text) == Some("tool_result");
    for content in joined.iter_mut().filter_map(|m| m.object()?.get_mut("content")) {
        if let Value::Array(list) = content {
            list.sort_by_key(|block| !is_result(block));
        }
    }
    joined
}

/// A string is a text block.
fn blocks(content: &mut Value) {
    if let Value::Text(text) = content {
        let text = text.to_string();
        let fields = [("type", "text".into()), ("text", text)];
        let block = fields.into_iter().map(|(name, value)| (name.into(), Value::Text(value))).collect();
        *content = Value::Array(alloc::vec![Value::Object(block)]);
    }
    let Value::Array(list) = content else { return };
    let is_empty = |block: &Value| {
        block.get("type").map(Value::text) == Some("text") && block.get("text").map(Value::text) == Some("")
    };
    list.retain(|block| !is_empty(block));
    for block in list.iter_mut().filter_map(Value::object) {
        block.get_mut("content").map(blocks);
        if block.get("content") == Some(&Value::Array(Vec::new())) {
            block.remove("content");
        }
        if block.get("caller") == Some(&Value::parse(r#"{"type":"direct"}"#)) {
            block.remove("caller");
        }
        if block.get("is_error") == Some(&Value::Leaf("false".into())) {
            block.remove("is_error");
        }
    }
}
