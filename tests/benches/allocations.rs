//! Allocations a delta, from bytes to borrowed events, through whole calls, and to another wire's bytes.
//!
//! Counted as the difference between two lengths of the same stream, so that what opens and closes
//! a response drops out. A delta that holds a JSON escape cannot be borrowed: one allocation is granted
//! for each of them. A call gives owned events and keeps the response, so it allocates at least once
//! a delta.
//! `-- --check` fails where decoding exceeds its budget.

use std::process::ExitCode;

use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::{Stream, WIRES, short_name};
use tokenwire_tests::passes::{Seen, calling, decoding};
use tokenwire_tests::translation::{Translation, Written};

/// Allocations a delta of a translation to another wire, beside one for each that holds an escape.
const TRANSLATION_BUDGET: f64 = 1.0;

/// Allocations a delta while decoding, beside one for each that holds an escape.
const BUDGET: f64 = 0.02;
const READ: usize = 16 << 10;
const TINY: usize = 37;

fn main() -> ExitCode {
    let check = std::env::args().any(|a| a == "--check");
    println!(
        "\nallocations a delta beside one for each that holds an escape (decoding may take {BUDGET},
  a translation {TRANSLATION_BUDGET})"
    );
    let mut good = true;
    for wire in WIRES {
        for chunk in [READ, TINY] {
            let found = row(wire, chunk, "decoding", decoding);
            good &= found.is_some_and(|f| f <= BUDGET);
        }
        row(wire, READ, "calling", calling);
        for application in WIRES {
            let translation = Translation::new(application, wire, true);
            let mut written = Written::default();
            let label = format!("to {}", short_name(application));
            let found = row(wire, READ, &label, |_, body, chunk| {
                written.bytes.clear();
                written.seen = Seen::default();
                translation.answer(body, chunk, &mut written);
                written.seen
            });
            good &= found.is_some_and(|f| f <= TRANSLATION_BUDGET);
        }
    }
    if good || !check { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(wire: Wire, chunk: usize, what: &str, pass: impl FnMut(Wire, &[u8], usize) -> Seen) -> Option<f64> {
    let found = a_delta(wire, chunk, pass);
    let shown = found.map_or_else(|| "not decoded".into(), |f| format!("{f:.3}"));
    println!("    {:<12}{what:<13}{chunk:>8} B  {shown:>12}", short_name(wire));
    found
}

/// Allocations a delta beyond those granted; `None` where the layer does not give the deltas.
fn a_delta(wire: Wire, chunk: usize, mut pass: impl FnMut(Wire, &[u8], usize) -> Seen) -> Option<f64> {
    let streams = [1_000, 3_000].map(|deltas| Stream::new(wire, deltas));
    let [few, many] = streams.each_ref().map(|stream| allocations(stream, chunk, &mut pass));
    let [short, long] = streams;
    let granted = (long.escaped - short.escaped) as f64;
    Some((many? as f64 - few? as f64 - granted) / (long.contents - short.contents) as f64)
}

fn allocations(
    stream: &Stream,
    chunk: usize,
    mut pass: impl FnMut(Wire, &[u8], usize) -> Seen,
) -> Option<u64> {
    let mut seen = Seen::default();
    let counted = allocation_counter::measure(|| seen = pass(stream.wire, &stream.body, chunk));
    (seen.events == stream.contents).then_some(counted.count_total)
}
