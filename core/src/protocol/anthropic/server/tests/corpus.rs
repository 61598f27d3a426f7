//! The recorded exchanges, where the folder with them is at hand (`TOKENWIRE_CORPUS`).

extern crate std;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::path::Path;
use std::{eprintln, fs};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::stop;
use super::json::Value;
use super::{Read, ask, read, sent, streamed, whole};
use crate::json::{RawJson, Reader};
use crate::model::{FinishReason, Response, ToolCallKind, Wire};
use crate::protocol::anthropic::object::{field, with_field};
use crate::usage::Bucket;

struct Exchange {
    id: String,
    wire: Wire,
    is_ok: bool,
    request: Option<String>,
    body: Vec<u8>,
}

fn exchange(text: &str) -> Option<Exchange> {
    let string = |name| Some(Reader::new(field(text, name)?).opt_string().ok()??.into_owned());
    let body = match string("body_text") {
        Some(body) => body.into_bytes(),
        None => STANDARD.decode(string("body_base64")?).ok()?,
    };
    Some(Exchange {
        id: string("id")?,
        wire: Wire::parse(&string("protocol")?)?,
        is_ok: string("kind")? == "ok",
        request: field(text, "request").filter(|r| r.starts_with('{')).map(Into::into),
        body,
    })
}

/// Every exchange of the folder; none, with a word, where there is no folder.
fn exchanges() -> Vec<Exchange> {
    let Some(folder) = std::env::var_os("TOKENWIRE_CORPUS") else {
        eprintln!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return Vec::new();
    };
    let list = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten().map(|e| e.path());
    let files = list(Path::new(&folder)).filter(|p| p.is_dir()).flat_map(|p| list(&p).collect::<Vec<_>>());
    files.filter_map(|path| exchange(&fs::read_to_string(path).ok()?)).collect()
}

fn report(what: &str, passed: usize, failed: &[String]) {
    eprintln!("{what}: {passed} passed, {} failed", failed.len());
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn recorded_requests_go_back_as_they_came() {
    let (mut passed, mut lossy, mut failed) = (0, 0, Vec::new());
    for exchange in exchanges().iter().filter(|e| e.wire == Wire::Anthropic) {
        let Some(body) = exchange.request.as_deref().filter(|b| field(b, "messages").is_some()) else {
            continue;
        };
        // Hosts of other vendors name the model in the path.
        let body =
            if field(body, "model").is_none() { with_field(body, "model", "\"m\"") } else { body.into() };
        let asked = match ask(&body) {
            Ok(asked) => asked,
            // The provider refused it too.
            Err(_) if !exchange.is_ok => continue,
            Err(bad) => {
                failed.push(format!("{}: {bad}", exchange.id));
                continue;
            }
        };
        assert!(asked.losses.is_empty(), "{}: {:?}", exchange.id, asked.losses);
        match sent(&asked.request, Wire::Anthropic, asked.stream) {
            Ok((again, losses)) => {
                let is_same = Value::parse(&again).normal() == Value::parse(&body).normal();
                let is_lossy = losses.iter().any(|l| l.path != "service_tier");
                passed += usize::from(is_same);
                lossy += usize::from(!is_same && is_lossy);
                if !is_same && !is_lossy {
                    failed.push(format!("{}:\n{body}\n{again}", exchange.id));
                }
            }
            Err(_) if !exchange.is_ok => {}
            Err(error) => failed.push(format!("{}: {error}", exchange.id)),
        }
    }
    eprintln!("with losses of the encoder towards the provider: {lossy}");
    report("requests", passed, &failed);
}

/// What an application must be told the same, whoever answers.
fn meaning(read: &Read) -> Vec<String> {
    let response = &read.response;
    let mut meaning = alloc::vec![
        format!("text {:?}", response.text()),
        format!("reasoning {:?}", response.reasoning()),
        format!("refusal {:?}", refusal(response)),
    ];
    for call in response.tool_calls() {
        let arguments = match call.object() {
            _ if call.kind == ToolCallKind::Freeform => {
                format!("{{\"input\":{}}}", RawJson::string(&call.arguments))
            }
            Ok(object) => object.trim().to_string(),
            Err(_) => format!("not an object: {}", call.arguments),
        };
        meaning.push(format!("call {} {arguments}", call.name));
    }
    meaning.push(format!("finish {}", response.finish().map_or("other", |f| class(f.reason))));
    for bucket in
        [Bucket::Input, Bucket::Output, Bucket::CacheRead, Bucket::CacheWrite, Bucket::OutputReasoning]
    {
        // The wire has no way to leave these two unknown.
        let is_number = matches!(bucket, Bucket::Input | Bucket::Output);
        let count = read.usage.counts.get(bucket).or_else(|| is_number.then_some(0));
        meaning.push(format!("{} {count:?}", bucket.name()));
    }
    meaning
}

fn refusal(response: &Response) -> Option<String> {
    let explained = response.finish().filter(|f| class(f.reason) == "refusal").and_then(|f| f.detail.clone());
    response.refusal().or(explained)
}

/// Reasons that the wire says alike.
fn class(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Error | FinishReason::Cancelled | FinishReason::Other => "other",
        other => other.name(),
    }
}

#[test]
fn recorded_answers_mean_the_same_on_this_wire() {
    let (mut passed, mut failed) = (0, Vec::new());
    for exchange in exchanges().iter().filter(|e| e.is_ok) {
        let given = read(exchange.wire, &exchange.body);
        if given.fault.is_some() {
            continue;
        }
        let expected = meaning(&given);
        let (body, _) = whole(exchange.wire, &given.response, &given.usage);
        let (stream, _) = streamed(exchange.wire, &given.events, &given.usage);
        for (form, bytes) in [("whole", body), ("stream", stream)] {
            let came = read(Wire::Anthropic, bytes.as_bytes());
            let is_failure = given.response.finish().is_none_or(|f| stop::is_failure(f.reason));
            let came_meaning = meaning(&came);
            let differs: Vec<String> = expected
                .iter()
                .zip(&came_meaning)
                .filter(|(a, b)| a != b && !(a.starts_with("call") && is_quoted(a, b)))
                .map(|(a, b)| format!("  {a}\n  {b}"))
                .collect();
            let is_good = came.fault.is_some() == (form == "stream" && is_failure);
            if differs.is_empty() && expected.len() == came_meaning.len() && is_good {
                passed += 1;
            } else {
                failed.push(format!("{} {form} {:?}\n{}", exchange.id, came.fault, differs.join("\n")));
            }
        }
    }
    report("answers", passed, &failed);
}

/// Whether a stream says arguments that are no object as a string of their text.
fn is_quoted(given: &str, came: &str) -> bool {
    let (Some((_, text)), Some((_, quoted))) =
        (given.split_once("not an object: "), came.split_once("not an object: "))
    else {
        return false;
    };
    matches!(Reader::new(quoted).opt_string(), Ok(Some(inner)) if inner == text.trim_start())
}
