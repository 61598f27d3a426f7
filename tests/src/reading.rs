//! `readings.jsonl`: what each recorded exchange means, by an independent reader.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// What one exchange means.
#[derive(Clone, Debug, Deserialize)]
pub struct Reading {
    /// The exchange's name.
    pub id: String,
    /// The visible text of the first candidate.
    #[serde(default)]
    pub text: String,
    /// Its thinking.
    #[serde(default)]
    pub reasoning: String,
    /// Its refusal.
    pub refusal: Option<String>,
    /// Its tool calls.
    #[serde(default)]
    pub tool_calls: Vec<ReadToolCall>,
    /// The provider's word for why it ended.
    pub finish_raw: Option<String>,
    /// What the provider adds; `None` is not compared.
    pub finish_detail: Option<String>,
    /// The inclusive counts by bucket; `None` where not stated.
    #[serde(default)]
    pub counts: BTreeMap<String, Option<u64>>,
    /// Other readings that are as good, by field (`text`, `finish_raw`, `usage.output`).
    #[serde(default)]
    pub also: BTreeMap<String, Vec<Value>>,
    /// Whether a terminal event, or a whole body, was seen.
    #[serde(default)]
    pub complete: bool,
    /// The error, if any.
    pub error: Option<ReadError>,
    /// Oddities, by name.
    #[serde(default)]
    pub flags: Vec<String>,
}

/// A tool call as read.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadToolCall {
    /// The provider's id.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The arguments' text.
    pub arguments: String,
    /// Whether the wire carries an object; `arguments` is then its compact JSON.
    #[serde(default)]
    pub object: bool,
}

/// An error as read.
#[derive(Clone, Debug, Deserialize)]
pub struct ReadError {
    /// The HTTP status.
    pub status: Option<u16>,
    /// The error's type.
    #[serde(rename = "type")]
    pub error_type: Option<String>,
    /// The error's code, a string or a number.
    pub code: Option<Value>,
    /// The message.
    pub message: Option<String>,
}

/// Readings that are held to be wrong: the exchange, the field, and what is right.
///
/// Mistral counts sound beside the prompt: prompt, sound and completion are the total. The readings
/// took what the completion leaves of the total for output.
pub(crate) const CORRECTIONS: [(&str, &str, u64); 4] = [
    ("rig-3b86b75411", "usage.input", 386),
    ("rig-3b86b75411", "usage.output", 15),
    ("ruby-llm-c5c9de23bb", "usage.input", 384),
    ("ruby-llm-c5c9de23bb", "usage.output", 201),
];

impl Reading {
    fn correct(&mut self) {
        for (_, field, right) in CORRECTIONS.into_iter().filter(|(id, ..)| *id == self.id) {
            self.also.entry(field.into()).or_default().push(right.into());
        }
    }

    /// Whether the reader noted that oddity.
    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|f| f == flag)
    }
}

/// Reads `readings.jsonl` into readings by id.
///
/// # Errors
/// The file cannot be read, or a line is no reading; the message names the line.
pub fn read_all(path: &Path) -> Result<BTreeMap<String, Reading>, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut readings = BTreeMap::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut reading: Reading =
            serde_json::from_str(line).map_err(|e| format!("{}:{}: {e}", path.display(), at + 1))?;
        reading.correct();
        readings.insert(reading.id.clone(), reading);
    }
    Ok(readings)
}
