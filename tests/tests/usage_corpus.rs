//! Every usage object of the recorded exchanges, where the folder with them is at hand: nothing in it
//! contradicts itself, its total is the sum, and whoever reads it reads the same.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use tokenwire_core::model::{Content, Event, Wire};
use tokenwire_core::protocol::{Caps, Decoder, Dialect, Progress};
use tokenwire_core::usage::{BodyUsage, Bucket, Counts, Usage, estimate_tokens};
use tokenwire_tests::exchange::{Cuts, Decoded, Exchange, decode};
use tokenwire_tests::run::exchange_files;
use tokenwire_tests::usage_objects::{Api, json_texts, stated_total, usage_objects};

/// Exchanges that are right to fail a check, by the reason.
type Listed = &'static [(&'static str, &'static [&'static str])];

/// Where the total is not the sum of what was read and written.
const ODD_TOTALS: Listed = &[
    (
        "Gemini behind Vercel's gateway: thinking lies beside the completion, and the total leaves it out; \
         the stated cost includes it",
        &[
            "fantasy-0078bdd063",
            "fantasy-1c9bd53b8d",
            "fantasy-29287263ae",
            "fantasy-3d9ef3a96d",
            "fantasy-406516afe5",
            "fantasy-5479dee71a",
            "fantasy-5d9fb5c1ac",
            "fantasy-74d804f568",
            "fantasy-8061997c4e",
            "fantasy-acdbeaa664",
            "fantasy-bd46cbb73b",
            "fantasy-db9d90fc71",
            "fantasy-ea51f099dd",
            "fantasy-f5a86e69c7",
            "fantasy-fa24910748",
        ],
    ),
    (
        "the answer was cut at max_tokens within the thinking, which another tokenizer counted",
        &[
            "open-router-enhanced-74970a6760",
            "open-router-enhanced-b13b0bede2",
            "open-router-enhanced-ccdb7c56b4",
            "open-router-enhanced-e37d7de04d",
            "open-router-enhanced-e5e014a561",
            "rig-9a40aa832e",
        ],
    ),
    (
        "xAI at Azure: cached tokens lie beside the prompt, and the total leaves them out",
        &[
            "ruby-llm-10cb01020d",
            "ruby-llm-114472236b",
            "ruby-llm-1286224dbd",
            "ruby-llm-144f55cfa1",
            "ruby-llm-20ad41c484",
            "ruby-llm-a3e27eae9b",
            "ruby-llm-bb63a3c89a",
            "ruby-llm-eb50f9caf0",
        ],
    ),
    ("Mistral, edited by hand: more cached tokens than the prompt has", &["prism-fb55b8524d"]),
    (
        "Vertex: the total is one less than prompt, candidates and thoughts",
        &[
            "newrelic-python-agent-21497d28a2",
            "newrelic-python-agent-c750559417",
            "newrelic-python-agent-fdb618a6fc",
        ],
    ),
    ("Gemini, edited by hand: the total is the candidates alone", &["prism-23cde3c7e0"]),
    ("Gemini: a cache that was made, no answer", &["prism-304a35fcba", "prism-9f90eea77d"]),
];

/// Where a count goes down within a stream.
const FALLING: Listed = &[(
    "Gemini: the first chunks count a larger prompt than the last one",
    &[
        "dd-trace-js-8b2d926202",
        "js-genai-16bbaa2860",
        "js-genai-2b23471a6b",
        "langchaingo-37ca3ff803",
        "langchaingo-ba4d2b26ef",
        "magentic-844271aaa2",
        "magentic-9699aac97e",
        "mirascope-807b8fc01b",
    ],
)];

/// Faults by exchange, less those that are listed, and the listed exchanges that have none.
#[derive(Default)]
struct Findings {
    faults: Vec<String>,
    seen: BTreeSet<String>,
    faulty: BTreeSet<String>,
}

impl Findings {
    fn note(&mut self, exchange: &Exchange, listed: Listed, faults: impl IntoIterator<Item = String>) {
        let is_listed = listed.iter().any(|(_, ids)| ids.contains(&exchange.id.as_str()));
        self.seen.insert(exchange.id.clone());
        for fault in faults {
            self.faulty.insert(exchange.id.clone());
            if !is_listed {
                self.faults.push(format!("{}: {fault}", exchange.id));
            }
        }
    }

    fn conclude(mut self, listed: Listed) {
        for id in listed.iter().flat_map(|(_, ids)| *ids) {
            if self.seen.contains(*id) && !self.faulty.contains(*id) {
                self.faults.push(format!("{id}: listed, and has no fault"));
            }
        }
        assert!(self.faults.is_empty(), "{} faults:\n{}", self.faults.len(), self.faults.join("\n"));
    }
}

/// The exchanges; none, and a word on it, where their folder is not at hand.
fn exchanges() -> Vec<Exchange> {
    let Some(folder) = std::env::var_os("TOKENWIRE_CORPUS") else {
        eprintln!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return Vec::new();
    };
    let files = exchange_files(Path::new(&folder)).expect("a readable folder");
    files.iter().filter_map(|file| Exchange::read(file).ok()).collect()
}

fn answers(exchanges: &[Exchange]) -> impl Iterator<Item = (&Exchange, Wire)> {
    exchanges.iter().filter(|e| e.is_success()).filter_map(|e| Some((e, e.wire?)))
}

fn values(texts: &[String]) -> Vec<Value> {
    texts.iter().map(|text| serde_json::from_str(text).expect("a JSON text")).collect()
}

/// Whether the object counts tokens anywhere.
fn counts_something(usage: &Value) -> bool {
    let Value::Object(fields) = usage else { return false };
    fields.iter().any(|(name, value)| {
        let is_count = name.to_ascii_lowercase().contains("token") && value.as_u64().is_some_and(|n| n > 0);
        is_count || counts_something(value)
    })
}

/// What is wrong with the reading of a usage object.
fn faults(usage: &Value) -> Vec<String> {
    let counts = BodyUsage::from_json(&usage.to_string()).expect("a JSON value").usage.counts;
    let mut faults: Vec<String> = counts.check().err().iter().map(ToString::to_string).collect();
    if counts.is_empty() && counts_something(usage) {
        faults.push(format!("nothing is read from {usage}"));
    }
    let count = |bucket| counts.get(bucket).unwrap_or(0);
    let read = count(Bucket::Input) + count(Bucket::Output);
    if let Some(stated) = stated_total(usage).filter(|stated| *stated != read) {
        faults.push(format!("the total is {stated}, read was {counts:?} from {usage}"));
    }
    faults
}

#[test]
fn every_usage_object_adds_up() {
    let (mut objects, mut apis, mut findings) = (0, BTreeSet::new(), Findings::default());
    for exchange in exchanges() {
        for value in values(&json_texts(&exchange.body)) {
            for usage in usage_objects(&value) {
                objects += 1;
                apis.extend(Api::of(usage));
                findings.note(&exchange, ODD_TOTALS, faults(usage));
            }
        }
    }
    let listed: usize = ODD_TOTALS.iter().map(|(_, ids)| ids.len()).sum();
    println!("{objects} usage objects of {} APIs ({apis:?}), {listed} exchanges listed", apis.len());
    findings.conclude(ODD_TOTALS);
}

/// The body up to where the wire has seen its end, decoded; what comes after is not read.
fn decoded(exchange: &Exchange, wire: Wire) -> (Usage, &[u8]) {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut sink = |_: Event<'_>| {};
    let mut read = 0;
    for line in exchange.body.split_inclusive(|byte| *byte == b'\n') {
        read += line.len();
        if !matches!(decoder.push(line, &mut sink), Ok(Progress::Finished | Progress::Open)) {
            break;
        }
    }
    let _ = decoder.end(&mut sink);
    (decoder.usage().clone(), &exchange.body[..read])
}

/// What a usage says, however it came.
fn said(usage: &Usage) -> Usage {
    Usage { completeness: Default::default(), raw: Vec::new(), ..usage.clone() }
}

#[test]
fn a_body_and_its_wire_are_read_alike() {
    let (exchanges, mut findings) = (exchanges(), Findings::default());
    for (exchange, wire) in answers(&exchanges) {
        let (decoded, body) = decoded(exchange, wire);
        let mut all = BodyUsage::default();
        for text in json_texts(body) {
            all.take(&text).expect("a JSON text");
        }
        // A count of tokens without an answer is no usage on its wire.
        let differs = !decoded.raw.is_empty() && said(&decoded) != said(&all.usage);
        let fault = differs.then(|| format!("{:?}, from the body {:?}", said(&decoded), said(&all.usage)));
        findings.note(exchange, &[], fault);
    }
    println!("{} exchanges read by their wire and by their body", findings.seen.len());
    findings.conclude(&[]);
}

#[test]
fn usage_objects_are_kept_as_they_came() {
    let (exchanges, mut findings) = (exchanges(), Findings::default());
    for (exchange, wire) in answers(&exchanges) {
        let (decoded, body) = decoded(exchange, wire);
        let values = values(&json_texts(body));
        let stated: Vec<&Value> = values.iter().flat_map(usage_objects).collect();
        let lost = (decoded.raw.is_empty() && !stated.is_empty()).then(|| "nothing is kept".to_owned());
        let kept = decoded.raw.iter().map(|raw| serde_json::from_str::<Value>(raw).expect("JSON"));
        let changed = kept.filter(|kept| !stated.contains(&kept)).map(|kept| format!("{kept} was not said"));
        findings.note(exchange, &[], lost.into_iter().chain(changed));
    }
    findings.conclude(&[]);
}

#[test]
fn a_stream_cut_anywhere_counts_no_more_than_the_whole() {
    let (exchanges, mut findings) = (exchanges(), Findings::default());
    for (exchange, wire) in answers(&exchanges) {
        let whole = decoded(exchange, wire).0.counts;
        findings.note(exchange, FALLING, first_above(exchange, wire, &whole));
    }
    findings.conclude(FALLING);
}

/// The first counts on the way that are above those of the whole.
fn first_above(exchange: &Exchange, wire: Wire, whole: &Counts) -> Option<String> {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    exchange.body.split_inclusive(|byte| *byte == b'\n').find_map(|line| {
        let _ = decoder.push(line, &mut |_: Event<'_>| {});
        let counts = &decoder.usage().counts;
        let is_above = counts.iter().any(|(bucket, count)| whole.get(bucket).is_none_or(|all| count > all));
        is_above.then(|| format!("{counts:?} of {whole:?}"))
    })
}

/// What is text and nothing else, and was counted.
fn counted_text(decoded: &Decoded) -> Option<(&str, u64)> {
    let counts = &decoded.usage.counts;
    let mut parts = decoded.response.candidates.iter().flat_map(|candidate| &candidate.parts);
    let is_text = parts.all(|part| matches!(part.content, Content::Text { .. }));
    let is_plain = decoded.error.is_none()
        && is_text
        && decoded.response.candidates.len() == 1
        && counts.get(Bucket::OutputReasoning).is_none_or(|thinking| thinking == 0)
        && counts.get(Bucket::WebSearch).is_none_or(|searches| searches == 0);
    let output = counts.get(Bucket::Output).filter(|output| is_plain && *output >= MIN_TEXT)?;
    Some((&decoded.text, output))
}

/// Shorter answers say nothing about an estimate.
const MIN_TEXT: u64 = 20;

#[test]
fn estimates_of_texts_lie_around_what_was_counted() {
    let exchanges = exchanges();
    let texts = answers(&exchanges).map(|(exchange, wire)| decode(exchange, wire, Cuts::Whole));
    let mut percents: Vec<u64> = texts
        .filter_map(|decoded| {
            counted_text(&decoded).map(|(text, output)| estimate_tokens(text) * 100 / output)
        })
        .collect();
    if percents.is_empty() {
        return;
    }
    percents.sort_unstable();
    let at = |percentile: usize| percents[(percents.len() - 1) * percentile / 100];
    let good = percents.iter().filter(|percent| (67..=150).contains(*percent)).count();
    println!(
        "{} texts: estimated are {} % of what was counted (p10 {}, p90 {}), {good} within a third",
        percents.len(),
        at(50),
        at(10),
        at(90),
    );
    assert!((80..=125).contains(&at(50)), "the median estimate is {} % of what was counted", at(50));
}
