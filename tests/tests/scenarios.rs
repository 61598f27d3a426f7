//! The scenarios of `tests/scenarios`, in virtual time over the shared driver. `tests/npm/scenarios` plays the
//! same files in JavaScript.
//!
//! `BLESS=1 cargo test -p tokenwire-tests --test scenarios` writes down what comes out as what must come out.

use std::collections::BTreeMap;
use std::fs;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value, json};
use tokenwire_core::http::{Headers, HttpRequest, TransportKind};
use tokenwire_core::testing::{Reply, SimHost, What};
use tokenwire_core::time::Instant;
use tokenwire_scenario_runner::{Ending, Reply as ScriptedReply, Scenario, play};

/// More steps than any scenario takes.
const MAX_STEPS: usize = 10_000;

#[test]
fn each_scenario_comes_out_as_its_file_says() {
    let files = files();
    assert!(files.len() >= 25, "{}", files.len());
    for file in files {
        let text = fs::read_to_string(&file).expect("a file that is listed can be read");
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let seen = seen(&scenario);
        if std::env::var_os("BLESS").is_some() {
            bless(&file, &text, seen);
        } else {
            assert_eq!(pretty(&seen), pretty(&scenario.expect), "{}", file.display());
        }
    }
}

#[test]
fn a_scenario_played_again_comes_out_the_same() {
    for file in files() {
        let text = fs::read_to_string(&file).expect("a file that is listed can be read");
        let scenario = Scenario::parse(&text).expect("the other test says where it is none");
        assert_eq!(seen(&scenario), seen(&scenario), "{}", file.display());
    }
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let listed = fs::read_dir(folder).expect("the folder is part of the repository");
    let mut files: Vec<_> = listed.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// The widest line of a scenario's file, where a value can be broken.
const MAX_WIDTH: usize = 110;

/// JSON with a value to a line where it fits.
fn pretty(value: &Value) -> String {
    let mut text = String::new();
    lay_out(value, 0, &mut text);
    text
}

fn lay_out(value: &Value, depth: usize, out: &mut String) {
    let whole = value.to_string();
    let children: Vec<(String, &Value)> = match value {
        _ if depth > 0 && depth * 2 + whole.len() <= MAX_WIDTH => Vec::new(),
        Value::Array(values) => values.iter().map(|value| (String::new(), value)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("{name:?}: "), value)).collect(),
        _ => Vec::new(),
    };
    if children.is_empty() {
        return out.push_str(&whole);
    }
    let (open, close) = if value.is_array() { ('[', ']') } else { ('{', '}') };
    out.push(open);
    for (at, (name, child)) in children.into_iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(depth + 1));
        out.push_str(&name);
        lay_out(child, depth + 1, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(depth));
    out.push(close);
}

fn bless(file: &Path, text: &str, seen: Value) {
    let mut whole: Value = serde_json::from_str(text).expect("it was read before");
    whole["expect"] = seen;
    fs::write(file, pretty(&whole) + "\n").expect("the file can be written");
}

/// What the caller saw, and what the upstream saw.
fn seen(scenario: &Scenario) -> Value {
    let host = SimHost::new(scenario.upstream.iter().map(reply))
        .with_seed(scenario.seed.into())
        .with_early_timers(scenario.early_timers_ms);
    let seen = in_virtual_time(&host, play(scenario, &host)).expect("a call that can be made");
    let mut seen: Value = serde_json::from_str(&seen).expect("the writer writes JSON");
    let dropped: BTreeMap<_, _> = host.dropped().into_iter().map(|(at, number)| (number, at)).collect();
    let requests = host.requests();
    seen["requests"] = requests
        .iter()
        .enumerate()
        .map(|(number, (at, sent))| request(*at, sent, dropped.get(&number)))
        .collect();
    seen
}

fn in_virtual_time<T>(host: &SimHost, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..MAX_STEPS {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => return value,
            Poll::Pending => assert!(host.advance(), "the call waits for something that never happens"),
        }
    }
    panic!("the call spins");
}

fn request(at: Instant, sent: &HttpRequest, dropped: Option<&Instant>) -> Value {
    let headers: BTreeMap<_, _> = sent.headers.iter().collect();
    let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
    json!({
        "at_ms": at.as_millis(),
        "method": sent.method.as_str(),
        "url": sent.url,
        "headers": headers,
        "body": body,
        "aborted_ms": dropped.map(|at| at.as_millis()),
    })
}

fn reply(scripted: &ScriptedReply) -> Reply {
    let mut reply = Reply::silent();
    let mut wait = scripted.after_ms;
    if let Some(status) = scripted.status {
        let headers: Headers = scripted.headers.iter().map(|(n, v)| (n.clone(), v.as_str())).collect();
        reply = reply.then(wait, What::Head { status, headers });
        wait = 0;
    }
    for chunk in &scripted.chunks {
        reply = reply.chunk(chunk.after_ms, chunk.bytes());
    }
    wait += scripted.then_after_ms;
    match scripted.then {
        Ending::Hang => reply,
        Ending::End => reply.then(wait, What::End),
        // JavaScript is not told why a connection was not made or broke.
        Ending::Cut if scripted.status.is_none() => reply.then(wait, What::Fail(TransportKind::Other)),
        Ending::Cut => reply.then(wait, What::Fail(TransportKind::Body)),
    }
}
