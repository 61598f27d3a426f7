//! The usage objects of a recorded body, found without the readers that they are to test.

use serde_json::Value;
use tokenwire_core::sse;

/// The names under which usage objects stand.
const NAMES: [&str; 3] = ["usage", "usageMetadata", "usage_metadata"];

/// Whose usage object one is: an API, and a name of a count that only it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Api {
    /// Anthropic Messages.
    Anthropic,
    /// Bedrock Converse.
    Bedrock,
    /// OpenAI Chat and what is compatible.
    Chat,
    /// Cohere.
    Cohere,
    /// Gemini's generateContent.
    Gemini,
    /// Gemini's Interactions.
    Interactions,
    /// OpenAI Responses.
    Responses,
}

impl Api {
    /// The API of a usage object; `None` where no field tells.
    pub fn of(usage: &Value) -> Option<Self> {
        let has = |name| usage.get(name).is_some();
        [
            (Self::Gemini, "totalTokenCount"),
            (Self::Interactions, "total_input_tokens"),
            (Self::Bedrock, "inputTokens"),
            (Self::Cohere, "billed_units"),
            (Self::Chat, "prompt_tokens"),
            (Self::Responses, "total_tokens"),
            (Self::Anthropic, "output_tokens"),
        ]
        .into_iter()
        .find_map(|(api, name)| has(name).then_some(api))
    }
}

/// The body as JSON texts: the whole of it, or one for each event or line that is JSON.
pub fn json_texts(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    let text = text.trim_start_matches('\u{feff}');
    if is_json(text) {
        return vec![text.into()];
    }
    let mut texts = event_data(body);
    if texts.is_empty() {
        texts = text.lines().map(String::from).collect();
    }
    texts.retain(|text| is_json(text));
    texts
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<Value>(text).is_ok()
}

fn event_data(body: &[u8]) -> Vec<String> {
    let mut decoder = sse::Decoder::new(body.len() + 1);
    let mut data = Vec::new();
    let mut keep = |frame: sse::Frame<'_>| {
        if let sse::Frame::Event { data: bytes, .. } = frame {
            data.push(String::from_utf8_lossy(bytes).into_owned());
        }
    };
    let mut frames = decoder.push(body);
    while let Some(Ok(frame)) = frames.next() {
        keep(frame);
    }
    if let Some(Ok(frame)) = decoder.finish() {
        keep(frame);
    }
    data
}

/// Every object below `value` that stands under a name of usage objects, in the order of the text.
pub fn usage_objects(value: &Value) -> Vec<&Value> {
    let mut found = Vec::new();
    find(value, &mut found);
    found
}

fn find<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(elements) => elements.iter().for_each(|element| find(element, found)),
        Value::Object(fields) => {
            for (name, value) in fields {
                let is_cohere = name == "meta" && value.get("billed_units").is_some();
                if value.is_object() && (NAMES.contains(&name.as_str()) || is_cohere) {
                    found.push(value);
                }
                find(value, found);
            }
        }
        _ => {}
    }
}

/// The total that a usage object states.
pub fn stated_total(usage: &Value) -> Option<u64> {
    ["total_tokens", "totalTokenCount", "totalTokens"].iter().find_map(|name| usage.get(name)?.as_u64())
}
