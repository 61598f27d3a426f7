//! A folder of recorded exchanges, decoded and compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokenwire_core::failure::FailureKind;
use tokenwire_core::model::Wire;
use tokenwire_core::rng::Rng;

use crate::compare::differences;
use crate::exchange::{Cuts, Decoded, Exchange, Kind, decode, decode_json};
use crate::order::violations;
use crate::reading::{Reading, read_all};

/// Bodies up to this size are also decoded byte by byte.
const MAX_BYTEWISE: usize = 64 << 10;

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only exchanges of this wire.
    pub wire: Option<Wire>,
    /// Only the exchange of this name.
    pub id: Option<String>,
    /// The seeds of the random cuts.
    pub seeds: Vec<u64>,
}

impl Options {
    /// Whether no exchange is left out.
    pub fn is_everything(&self) -> bool {
        self.wire.is_none() && self.id.is_none()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { wire: None, id: None, seeds: vec![1, 2, 3] }
    }
}

/// An exchange that did not decode to what it means.
#[derive(Clone, Debug)]
pub struct Failed {
    /// Its name.
    pub id: String,
    /// What is wrong, at least one line.
    pub differences: Vec<String>,
}

/// How the exchanges of one protocol went.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many are right.
    pub ok: usize,
    /// Those that are not.
    pub failed: Vec<Failed>,
}

/// How a run went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// By protocol.
    pub tallies: BTreeMap<String, Tally>,
    /// How many exchanges are of a protocol that is not spoken here.
    pub other: usize,
    /// How many exchanges had a reading to compare with.
    pub compared: usize,
}

impl Report {
    /// How many exchanges failed.
    pub fn failures(&self) -> usize {
        self.tallies.values().map(|t| t.failed.len()).sum()
    }

    /// How many exchanges are right.
    pub fn passed(&self) -> usize {
        self.tallies.values().map(|t| t.ok).sum()
    }
}

/// Runs every exchange file below `folder`, against `readings.jsonl` in it where that is present.
///
/// # Errors
/// The folder or its readings cannot be read. A file that cannot be read counts as failed.
pub fn run(folder: &Path, options: &Options) -> Result<Report, String> {
    let readings = match folder.join("readings.jsonl") {
        path if path.is_file() => read_all(&path)?,
        _ => BTreeMap::new(),
    };
    let mut report = Report::default();
    for path in exchange_files(folder)? {
        run_file(&mut report, &path, &readings, options);
    }
    Ok(report)
}

fn run_file(report: &mut Report, path: &Path, readings: &BTreeMap<String, Reading>, options: &Options) {
    let (id, wire, exchange) = match open(path, options) {
        Found::Exchange { id, wire, exchange } => (id, wire, exchange),
        Found::Other => return report.other += 1,
        Found::Unreadable(failed) => {
            return report.tallies.entry("unreadable".into()).or_default().failed.push(failed);
        }
        Found::Unwanted => return,
    };
    let reading = readings.get(&id);
    report.compared += usize::from(reading.is_some());
    let differences = check(&exchange, wire, reading, &options.seeds);
    let tally = report.tallies.entry(wire.name().into()).or_default();
    if differences.is_empty() {
        tally.ok += 1;
    } else {
        tally.failed.push(Failed { id, differences });
    }
}

/// What a file is to a run.
pub(crate) enum Found {
    /// An exchange to run.
    Exchange { id: String, wire: Wire, exchange: Exchange },
    /// An exchange on a wire that is not spoken here.
    Other,
    /// No exchange, though it should be one.
    Unreadable(Failed),
    /// One that the options leave out.
    Unwanted,
}

/// Opens an exchange's file, if the options want it.
pub(crate) fn open(path: &Path, options: &Options) -> Found {
    let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let exchange = match Exchange::read(path) {
        Ok(exchange) => exchange,
        Err(_) if options.id.as_ref().is_some_and(|id| *id != stem) => return Found::Unwanted,
        Err(error) => {
            return Found::Unreadable(Failed { id: stem, differences: vec![format!("file: {error}")] });
        }
    };
    let id = if exchange.id.is_empty() { stem } else { exchange.id.clone() };
    if options.id.as_ref().is_some_and(|wanted| *wanted != id) {
        return Found::Unwanted;
    }
    match exchange.wire {
        None => Found::Other,
        Some(wire) if options.wire.is_some_and(|wanted| wanted != wire) => Found::Unwanted,
        Some(wire) => Found::Exchange { id, wire, exchange },
    }
}

/// Decodes one exchange whole, in pieces and cut short, and lists what is wrong with it.
pub fn check(exchange: &Exchange, wire: Wire, reading: Option<&Reading>, seeds: &[u64]) -> Vec<String> {
    let whole = decode(exchange, wire, Cuts::Whole);
    let mut out = match reading {
        Some(reading) => differences(&whole, reading),
        None => ends_well(exchange, &whole),
    };
    out.extend(violations(&whole));
    if let Err(error) = serde_json::from_str::<serde_json::Value>(&decode_json(&whole)) {
        out.push(format!("json: what the program prints is none: {error}"));
    }
    let mut cuts: Vec<Cuts> = seeds.iter().copied().map(Cuts::Random).collect();
    if exchange.body.len() < MAX_BYTEWISE {
        cuts.push(Cuts::Bytes);
    }
    for cut in cuts {
        if let Some(difference) = split_difference(&whole, &decode(exchange, wire, cut)) {
            out.push(format!("split: {cut:?}: {difference}"));
        }
    }
    if whole.error.is_none() {
        out.extend(seeds.iter().filter_map(|seed| truncation_difference(exchange, wire, &whole, *seed)));
    }
    out
}

/// A good body that is cut short is incomplete, or whole where the cut falls behind its terminal event;
/// nothing in it is malformed, and what it says is the beginning of what the whole says.
fn truncation_difference(exchange: &Exchange, wire: Wire, whole: &Decoded, seed: u64) -> Option<String> {
    let len = usize::try_from(Rng::new(seed).up_to(exchange.body.len() as u64)).unwrap_or(usize::MAX);
    let cut = decode(exchange, wire, Cuts::Truncated(len));
    let is_complete = cut.error.is_none();
    let malformed = cut.error.as_ref().filter(|e| e.kind != FailureKind::Incomplete);
    let wrong = if let Some(error) = malformed {
        format!("{}, expected an incomplete response: {}", error.kind, error.message)
    } else if !whole.text.starts_with(&cut.text) || !whole.reasoning.starts_with(&cut.reasoning) {
        format!("the whole does not begin with {:?} {:?}", cut.reasoning, cut.text)
    } else if cut.tool_calls.len() > whole.tool_calls.len() {
        format!("{} tool calls, expected no more than in the whole", cut.tool_calls.len())
    } else if is_complete && !is_same_content(&cut, whole) && !ends_often(exchange) {
        "complete, though not all of the content came".into()
    } else {
        return None;
    };
    Some(format!("truncated: after {len} bytes: {wrong}"))
}

fn is_same_content(a: &Decoded, b: &Decoded) -> bool {
    a.text == b.text && a.reasoning == b.reasoning && a.tool_calls == b.tool_calls
}

/// Some servers say a finish reason and then go on: where they break after it, nobody can know.
fn ends_often(exchange: &Exchange) -> bool {
    let body = String::from_utf8_lossy(&exchange.body);
    let words = ["\"finishReason\"", "\"finish_reason\":\"", "\"finish_reason\": \""];
    words.iter().map(|word| body.matches(word).count()).sum::<usize>() > 1
}

/// Without a reading: what was recorded as good must come to its end.
fn ends_well(exchange: &Exchange, decoded: &Decoded) -> Vec<String> {
    match (exchange.kind, &decoded.error) {
        (Kind::Ok, None) | (Kind::Error, Some(_)) => Vec::new(),
        (Kind::Ok, Some(error)) => vec![format!("error: {}: {}", error.kind, error.message)],
        (Kind::Error, None) => vec!["error: none, though it was recorded as one".into()],
    }
}

fn split_difference(whole: &Decoded, split: &Decoded) -> Option<String> {
    if whole == split {
        return None;
    }
    let at = whole.events.iter().zip(&split.events).take_while(|(a, b)| a == b).count();
    Some(match (whole.events.get(at), split.events.get(at)) {
        (None, None) => format!("{:?}, expected {:?}", split.error, whole.error),
        (expected, found) => format!("event {at} is {found:?}, expected {expected:?}"),
    })
}

/// Every `*.json` in the folder and below it, in order of their paths.
pub fn exchange_files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
