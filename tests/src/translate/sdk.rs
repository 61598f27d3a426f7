//! The SDKs' process: answers in, what they read out, a JSON line each.

use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use serde::Deserialize;
use serde_json::json;

use super::answers::Answer;
use super::report::Pair;
use crate::reading::CORRECTIONS;

/// What the SDK made of an answer.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) id: String,
    pub(super) pair: Pair,
    pub(super) form: &'static str,
    /// What differs; empty where all is equal.
    pub(super) problems: Vec<String>,
}

#[derive(Deserialize)]
struct Verdict {
    n: usize,
    problems: Vec<String>,
}

/// The SDKs, reading in a process of their own.
#[derive(Debug)]
pub(super) struct Sdk {
    child: Child,
    input: BufWriter<ChildStdin>,
    output: JoinHandle<Result<Vec<Verdict>, String>>,
    asked: Vec<(String, Pair, &'static str)>,
}

impl Sdk {
    /// Starts them, to compare with the readings in that file.
    ///
    /// # Errors
    /// They are not installed, or node is not.
    pub(super) fn start(readings: &Path) -> Result<Self, String> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sdk");
        if !folder.join("node_modules").is_dir() {
            return Err("the SDKs are not installed: `npm ci` in tests/sdk".into());
        }
        let mut child = Command::new("node")
            .arg(folder.join("read.mjs"))
            .arg(readings)
            .arg(json!(CORRECTIONS).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("node does not start: {error}"))?;
        let broken = || "the SDKs' process has no pipes".to_owned();
        let input = BufWriter::new(child.stdin.take().ok_or_else(broken)?);
        let lines = BufReader::new(child.stdout.take().ok_or_else(broken)?).lines();
        let output = std::thread::spawn(move || {
            let verdict = |line: std::io::Result<String>| -> Result<Verdict, String> {
                let line = line.map_err(|error| error.to_string())?;
                serde_json::from_str(&line).map_err(|error| format!("{error} in {line:?}"))
            };
            lines.map(verdict).collect()
        });
        Ok(Self { child, input, output, asked: Vec::new() })
    }

    /// Gives them an answer to read.
    ///
    /// # Errors
    /// Their process broke.
    pub(super) fn read(&mut self, answer: &Answer) -> Result<(), String> {
        let headers: serde_json::Map<_, _> =
            answer.headers.iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
        let line = json!({
            "n": self.asked.len(),
            "id": answer.id,
            "wire": answer.pair.to.name(),
            "stream": answer.is_stream,
            "status": answer.status,
            "headers": headers,
            "body": String::from_utf8_lossy(&answer.body),
        });
        self.asked.push((answer.id.clone(), answer.pair, answer.form));
        writeln!(self.input, "{line}").map_err(|error| format!("the SDKs' process broke: {error}"))
    }

    /// Waits for the last reading.
    pub(super) fn finish(self) -> Result<Vec<Reading>, String> {
        let Self { mut child, input, output, asked } = self;
        drop(input);
        let verdicts = output.join().map_err(|_| "the reader of the SDKs' lines broke".to_owned())??;
        let status = child.wait().map_err(|error| error.to_string())?;
        if !status.success() || verdicts.len() != asked.len() {
            return Err(format!("the SDKs read {} of {} answers ({status})", verdicts.len(), asked.len()));
        }
        let reading = |Verdict { n, problems }| -> Option<Reading> {
            let (id, pair, form) = asked.get(n)?.clone();
            Some(Reading { id, pair, form, problems })
        };
        Ok(verdicts.into_iter().filter_map(reading).collect())
    }
}
