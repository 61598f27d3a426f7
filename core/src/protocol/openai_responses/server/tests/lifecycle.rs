//! A stream held against the rules that SDKs check, and added up as they add it up.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::{Value, string};

/// The events of a stream: names and data.
pub(super) fn events(text: &str) -> Vec<(&str, Value)> {
    let frames = text.split_terminator("\n\n").map(|frame| {
        let (name, data) = frame.split_once('\n').expect("a name and data");
        let (name, data) = (name.strip_prefix("event: "), data.strip_prefix("data: "));
        let (name, data) = (name.expect("a name"), data.expect("data"));
        assert!(!data.contains(['\n', '\r']), "one line: {data}");
        (name, Value::parse(data))
    });
    frames.collect()
}

fn number(value: &Value, key: &str) -> usize {
    match value.get(key) {
        Some(Value::Other(text)) => text.parse().expect("a whole number"),
        other => panic!("{key}: {other:?}"),
    }
}

/// The last response of a stream that keeps every rule.
pub(super) fn checked(text: &str) -> Value {
    let mut sum = Sum::default();
    let events = events(text);
    for (at, (name, data)) in events.iter().enumerate() {
        assert_eq!((data.text("type"), number(data, "sequence_number")), (*name, at));
        match *name {
            "response.created" => assert_eq!(at, 0),
            "response.in_progress" => assert_eq!(at, 1),
            "response.completed" | "response.incomplete" | "response.failed" => {
                assert_eq!(at, events.len() - 1, "the last event is the last");
            }
            _ => sum.add(name, data),
        }
    }
    let (name, last) = events.last().expect("an event");
    let response = last.get("response").expect("a response");
    let Some(Value::Array(output)) = response.get("output") else { panic!("no output: {response:?}") };
    let told: Vec<&Value> = sum.done.iter().flatten().collect();
    if *name == "response.completed" {
        assert_eq!(told.len(), sum.items.len(), "every item ended");
        for item in output {
            assert!(told.contains(&item), "{item:?} was not told");
        }
    }
    response.clone()
}

/// What an SDK has after the events so far.
#[derive(Default)]
struct Sum {
    items: Vec<Value>,
    done: Vec<Option<Value>>,
    ids: BTreeSet<String>,
}

impl Sum {
    fn add(&mut self, name: &str, data: &Value) {
        let output = number(data, "output_index");
        match name {
            "response.output_item.added" => {
                assert_eq!(output, self.items.len(), "items open in order");
                let item = data.get("item").expect("an item").clone();
                let (kind, id, call_id) = (item.text("type"), item.text("id"), item.text("call_id"));
                assert!(!id.is_empty() && self.ids.insert(format!("id {id}")), "{item:?}");
                let is_new = call_id.is_empty() || self.ids.insert(format!("{kind} {call_id}"));
                assert!(is_new, "{item:?}");
                self.items.push(item);
                self.done.push(None);
                return;
            }
            "response.output_item.done" => {
                let item = data.get("item").expect("an item");
                self.check_done(output, item);
                self.done[output] = Some(item.clone());
                return;
            }
            _ => {}
        }
        assert!(self.done[output].is_none(), "{name} after its item");
        let item = &mut self.items[output];
        assert_eq!(data.text("item_id"), item.text("id"), "{name}");
        let (list, index) = match (data.get("content_index"), data.get("summary_index")) {
            (Some(_), _) => ("content", number(data, "content_index")),
            (_, Some(_)) => ("summary", number(data, "summary_index")),
            _ => ("", 0),
        };
        if let Some(part) = data.get("part").filter(|_| name.ends_with("part.added")) {
            let parts = field_mut(item, list);
            if *parts == Value::Other("null".into()) {
                *parts = Value::Array(Vec::new());
            }
            let Value::Array(parts) = parts else { panic!("{name}") };
            assert_eq!(parts.len(), index, "parts open in order");
            return parts.push(part.clone());
        }
        let place = if list.is_empty() { item } else { element_mut(field_mut(item, list), index) };
        if let Some(part) = data.get("part") {
            assert_eq!(part, place, "{name} tells what came");
            return;
        }
        if let Some(annotation) = data.get("annotation") {
            let Value::Array(known) = field_mut(place, "annotations") else { panic!("{name}") };
            assert_eq!(known.len(), number(data, "annotation_index"));
            return known.push(annotation.clone());
        }
        let field = match name {
            _ if name.contains("refusal") => "refusal",
            _ if name.contains("arguments") => "arguments",
            _ if name.contains("input") => "input",
            _ => "text",
        };
        let Value::String(text) = field_mut(place, field) else { panic!("{name}: no {field}") };
        match name.ends_with(".delta") {
            true => text.push_str(data.text("delta")),
            false => assert_eq!(text, data.text(field), "{name} tells what came"),
        }
        if let Some(logprobs) = data.get("logprobs").filter(|_| name.ends_with(".done")) {
            *field_mut(place, "logprobs") = logprobs.clone();
        }
    }

    /// An item that ends is what came of it, but for its status and what only its end tells.
    fn check_done(&self, output: usize, item: &Value) {
        let known = &self.items[output];
        let fields: &[&str] = match item.text("type") {
            "custom_tool_call" => &["call_id", "name", "input"],
            "function_call" => &["call_id", "name", "arguments"],
            "message" => &["role", "content"],
            "reasoning" => &["summary", "content"],
            _ => &[],
        };
        for field in ["id", "type"].iter().chain(fields) {
            assert_eq!(known.get(field), item.get(field), "{field}");
        }
        assert!(item.get("status") != Some(&string("in_progress")));
    }
}

fn field_mut<'v>(value: &'v mut Value, key: &str) -> &'v mut Value {
    let Value::Object(fields) = value else { panic!("{key}: {value:?}") };
    fields.entry(key.into()).or_insert_with(|| Value::Other("null".into()))
}

fn element_mut(value: &mut Value, index: usize) -> &mut Value {
    match value {
        Value::Array(list) => &mut list[index],
        _ => panic!("{value:?}"),
    }
}
