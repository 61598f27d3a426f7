//! Recorded exchanges as answers.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokenwire_core::http::{Headers, HttpRequest};
use tokenwire_core::testing::provider::{Answer, BodySteps};

use crate::exchange::{Exchange, random_pieces};

/// A folder of exchanges. Only names and hashes are held; a file is read when it is asked for.
#[derive(Debug)]
pub(super) struct Replay {
    by_id: BTreeMap<String, PathBuf>,
    by_request: BTreeMap<String, Vec<PathBuf>>,
    turns: Mutex<BTreeMap<String, usize>>,
    /// Where bodies are cut follows from it; `None` cuts between events.
    cut_seed: Option<u64>,
}

impl Replay {
    /// Reads the folder and its subfolders; files that are no exchanges are passed over.
    pub(super) fn open(folder: &Path, cut_seed: Option<u64>) -> io::Result<Self> {
        let mut replay = Self {
            by_id: BTreeMap::new(),
            by_request: BTreeMap::new(),
            turns: Mutex::new(BTreeMap::new()),
            cut_seed,
        };
        let mut folders = vec![folder.to_path_buf()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                match entry.file_type()? {
                    kind if kind.is_dir() => folders.push(entry.path()),
                    _ if entry.path().extension().is_some_and(|e| e == "json") => files.push(entry.path()),
                    _ => {}
                }
            }
        }
        // The order of a folder is the file system's: the order of names is everyone's.
        files.sort();
        for file in files {
            replay.add(file);
        }
        Ok(replay)
    }

    fn add(&mut self, file: PathBuf) {
        let Ok(exchange) = Exchange::read(&file) else { return };
        let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let id = if exchange.id.is_empty() { name } else { exchange.id };
        if let (Some(path), Some(request)) = (&exchange.url_path, &exchange.request)
            && let Ok(body) = serde_json::from_str(request)
        {
            self.by_request.entry(key(path, &body)).or_default().push(file.clone());
        }
        self.by_id.insert(id, file);
    }

    /// The recorded answer to `request`, if there is one.
    pub(super) fn answer(&self, request: &HttpRequest, pace_ms: u64) -> Option<Answer> {
        let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let named =
            request.headers.get("x-sim-replay").map(str::to_owned).or_else(|| named(&request.url, &body));
        let file = match named {
            Some(id) => match self.by_id.get(&id) {
                Some(file) => file,
                None => {
                    return Some(Answer::json(404, r#"{"error":{"message":"no such recording"}}"#.into()));
                }
            },
            None => self.next_of(&key(&request.url, &body))?,
        };
        Some(match Exchange::read(file) {
            Ok(exchange) => self.played(exchange, pace_ms),
            Err(error) => {
                let message = Value::String(error.to_string());
                Answer::json(500, format!(r#"{{"error":{{"message":{message}}}}}"#))
            }
        })
    }

    fn played(&self, exchange: Exchange, pace_ms: u64) -> Answer {
        let headers: Headers = exchange
            .headers
            .iter()
            .filter(|(name, _)| !is_dropped(name))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let pieces = match self.cut_seed {
            None => events(exchange.body),
            Some(seed) => {
                let seed = seed ^ fnv(&exchange.id, 2);
                random_pieces(&exchange.body, seed).map(<[u8]>::to_vec).collect()
            }
        };
        Answer {
            delay_ms: 0,
            status: exchange.status,
            headers,
            bad_header: None,
            body: BodySteps::frames(pieces, pace_ms),
        }
    }

    /// The exchanges of one request come one after the other; the last one stays.
    fn next_of(&self, key: &str) -> Option<&Path> {
        let files = self.by_request.get(key)?;
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = turns.entry(key.to_owned()).or_insert(0);
        let file = files.get(*turn).or_else(|| files.last())?;
        *turn = (*turn + 1).min(files.len());
        Some(file)
    }
}

/// The id in `replay:ID`, where that is the model.
fn named(url: &str, body: &Value) -> Option<String> {
    let model = match last_segment(url).rsplit_once(':') {
        Some((model, _)) => model,
        None => body.get("model")?.as_str()?,
    };
    model.replace("%3A", ":").strip_prefix("replay:").map(str::to_owned)
}

fn last_segment(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or_default().trim_end_matches('/');
    path.rsplit('/').next().unwrap_or_default()
}

/// The end of the path and the body's JSON, keys sorted: proxies change what is before it.
fn key(url: &str, body: &Value) -> String {
    let mut text = String::from(last_segment(url));
    spell(body, &mut text);
    format!("{:016x}{:016x}", fnv(&text, 0), fnv(&text, 1))
}

fn fnv(text: &str, salt: u64) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ salt;
    text.bytes().fold(start, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

fn spell(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<_> = fields.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in sorted {
                out.push_str(name);
                out.push('\0');
                spell(value, out);
            }
            out.push('}');
        }
        Value::Array(values) => {
            out.push('[');
            for value in values {
                spell(value, out);
                out.push(',');
            }
            out.push(']');
        }
        other => out.push_str(&other.to_string()),
    }
}

/// Headers about the connection or the coding that the recorded bytes no longer have, and those
/// that the server sets itself.
fn is_dropped(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "keep-alive",
        "set-cookie",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    NAMES.contains(&name) || name.starts_with("access-control-")
}

/// Cut behind each blank line.
fn events(body: Vec<u8>) -> Vec<Vec<u8>> {
    let mut events = vec![Vec::new()];
    for line in body.split_inclusive(|b| *b == b'\n') {
        let last = events.last_mut().expect("it begins with one event and never loses one");
        last.extend_from_slice(line);
        if matches!(line, b"\n" | b"\r\n") {
            events.push(Vec::new());
        }
    }
    events.retain(|e| !e.is_empty());
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_keys_does_not_matter() {
        let a = serde_json::json!({"a": 1, "b": [{"c": 2, "d": 3}]});
        let b = serde_json::json!({"b": [{"d": 3, "c": 2}], "a": 1});
        assert_eq!(key("/v1/messages?beta=true", &a), key("http://h/proxy/messages", &b));
        assert_ne!(key("/v1/messages", &a), key("/v1/responses", &a));
        assert_ne!(key("/m", &serde_json::json!([1, 2])), key("/m", &serde_json::json!([12])));
    }

    #[test]
    fn a_model_may_name_a_recording() {
        let body = serde_json::json!({"model": "replay:x-1"});
        assert_eq!(named("/v1/messages", &body).as_deref(), Some("x-1"));
        assert_eq!(named("/v1/models/replay:x-1:generateContent", &Value::Null).as_deref(), Some("x-1"));
        assert_eq!(named("/v1/models/gemini:generateContent", &body), None);
    }

    #[test]
    fn events_keep_every_byte() {
        let body = b"data: 1\n\ndata: 2\r\n\r\ndata: 3".to_vec();
        let events = events(body.clone());
        assert_eq!(events.len(), 3);
        assert_eq!(events.concat(), body);
    }
}
