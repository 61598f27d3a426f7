//! Bytes to bytes between all wires, streamed and whole, beside the limits, measured in one run.
//!
//! ```text
//! cargo bench -p tokenwire-tests --bench translation                  # times, then instructions
//! cargo bench -p tokenwire-tests --bench translation -- time          # times only
//! cargo bench -p tokenwire-tests --bench translation -- instructions  # instructions only
//! cargo bench -p tokenwire-tests --bench translation -- --check       # fails if a budget is exceeded
//! ```
//!
//! A stream is held against `xlate_min`: framing that copies nothing, serde_json into the fewest borrowed
//! fields, and each delta written as an event of one other wire, without its lifecycle. Bytes that pass
//! between equal wires are held against decoding alone, which they need for what the machine watches. A relay
//! is the same with a whole call around it, one event a chunk.

mod job;

use std::hint::black_box;
use std::process::ExitCode;

use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::{Stream, WIRES, short_name};
use tokenwire_tests::{callgrind, timing};

use job::{Job, Kind};

const LARGE: usize = 10_000;
const MIDDLE: usize = 1_000;

/// How many times the limit's instructions a translation may take.
const BUDGET: f64 = 1.3;

/// How many times decoding's instructions bytes that pass may take.
const PASSING_BUDGET: f64 = 1.1;

/// Instructions that a relay may add to an event that comes in a chunk of its own: an input and its outputs,
/// the deadlines, an owned event and the response so far.
const RELAY_BUDGET: f64 = 4_000.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["once", kind, provider, application, deltas, passes] => {
            once(kind, provider, application, deltas, passes)
        }
        ["time"] => Some(times()),
        ["instructions"] => Some(instructions(false)),
        ["--check"] => Some(instructions(true)),
        [] => {
            times();
            Some(instructions(false))
        }
        _ => None,
    }
    .unwrap_or_else(|| {
        eprintln!("expected nothing, time, instructions or --check, found {}", words.join(" "));
        ExitCode::from(2)
    })
}

/// Does one job that many times and prints nothing: what callgrind looks at.
fn once(kind: &str, provider: &str, application: &str, deltas: &str, passes: &str) -> Option<ExitCode> {
    let wires = (Wire::parse(provider)?, Wire::parse(application)?);
    let mut job = Job::new(Kind::by_name(kind)?, wires.0, wires.1, deltas.parse().ok()?);
    for _ in 0..passes.parse::<u32>().ok()? {
        black_box(job.pass());
    }
    Some(ExitCode::SUCCESS)
}

/// Prints nanoseconds an event of streams, and microseconds of whole bodies and requests.
fn times() -> ExitCode {
    println!("\nns an event, {LARGE} deltas (the limit's times)");
    for provider in WIRES {
        let events = Stream::new(provider, LARGE).events as f64;
        let time = |kind, application| {
            let mut job = Job::new(kind, provider, application, LARGE);
            timing::nanoseconds(|| {
                black_box(job.pass());
            }) / events
        };
        let limit = time(Kind::Limit, provider);
        print!(
            "    from {:<10} xlate_min{limit:>6.0}  decoding{:>6.0}",
            short_name(provider),
            time(Kind::Decoding, provider)
        );
        for application in WIRES {
            let event = time(Kind::Stream, application);
            print!("   {} {event:.0} ({:.2})", short_name(application), event / limit);
        }
        println!();
    }
    for (kind, what) in [(Kind::Whole, "a whole answer"), (Kind::Request, "a request")] {
        println!("\nmicroseconds {what} (bytes that come in)");
        for provider in WIRES {
            print!("    {} {:<10}", if kind == Kind::Whole { "from" } else { "to" }, short_name(provider));
            for application in WIRES {
                let mut job = Job::new(kind, provider, application, MIDDLE);
                let bytes = job.bytes();
                let time = timing::nanoseconds(|| {
                    black_box(job.pass());
                });
                print!("   {} {:.1} ({bytes})", short_name(application), time / 1e3);
            }
            println!();
        }
    }
    ExitCode::SUCCESS
}

/// Prints instructions an event; with `check`, fails when a budget is exceeded or cannot be told.
fn instructions(check: bool) -> ExitCode {
    if !callgrind::is_there() {
        println!("\nvalgrind is not here: instructions are not counted");
        return if check { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    println!("\ninstructions an event, {MIDDLE} deltas (times the limit)");
    let mut good = true;
    for provider in WIRES {
        good &= instructions_from(provider);
    }
    if good || !check { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether every budget of translations from that wire is kept.
fn instructions_from(provider: Wire) -> bool {
    let events = Stream::new(provider, MIDDLE).events as f64;
    let count = |kind, application| Some(collected(kind, provider, application)? / events);
    let (Some(limit), Some(decoding)) = (count(Kind::Limit, provider), count(Kind::Decoding, provider))
    else {
        return false;
    };
    println!("  from {}: xlate_min {limit:.0}, decoding {decoding:.0}", short_name(provider));
    let keeps = |application| {
        let passes = application == provider;
        let (of, limit, budget) =
            if passes { ("decoding", decoding, PASSING_BUDGET) } else { ("xlate_min", limit, BUDGET) };
        let (Some(event), Some(relay)) = (count(Kind::Stream, application), count(Kind::Relay, application))
        else {
            return false;
        };
        let ratio = event / limit;
        let is_kept = ratio <= budget && relay - event <= RELAY_BUDGET;
        let verdict = if is_kept { "within" } else { "OVER" };
        println!(
            "    to {:<10}{event:>8.0}  {ratio:.2} of {of}; relayed {relay:>6.0}: {verdict} {budget:.2}, +{RELAY_BUDGET}",
            short_name(application)
        );
        is_kept
    };
    WIRES.map(keeps).into_iter().all(|kept| kept)
}

/// Instructions of one pass: this program runs once under callgrind with one pass and once with
/// three, so that all but the passes drops out.
fn collected(kind: Kind, provider: Wire, application: Wire) -> Option<f64> {
    let run = |passes: &str| {
        let (provider, application) = (short_name(provider), short_name(application));
        callgrind::collected(&["once", kind.name(), provider, application, &MIDDLE.to_string(), passes])
    };
    Some((run("3")? - run("1")?) / 2.0)
}
