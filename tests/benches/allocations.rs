//! Allocations an event while a stream is decoded, against `serde_json` into borrowed structs.
//!
//! Counted as the difference between two lengths of the same stream, so that what opens and closes
//! a response drops out. About 3 % of the deltas hold a JSON escape and cannot be borrowed.
//! `-- --check` fails where the budget is exceeded.

use std::process::ExitCode;

use tokenwire_core::model::{Event, Wire};
use tokenwire_core::protocol::{Caps, Decoder, Dialect};
use tokenwire_tests::fixtures::{Stream, WIRES, short_name};

/// Allocations a delta.
const BUDGET: f64 = 0.05;
const READ: usize = 16 << 10;
const TINY: usize = 37;

fn main() -> ExitCode {
    let check = std::env::args().any(|a| a == "--check");
    println!("\nallocations a delta, from bytes to events (budget {BUDGET})");
    let mut good = true;
    for wire in WIRES {
        for chunk in [READ, TINY] {
            let found = a_delta(wire, chunk);
            let name = short_name(wire);
            match found {
                Some(found) => println!("    {name:<12}{chunk:>8} B{found:>10.3}"),
                None => println!("    {name:<12}{chunk:>8} B   not decoded"),
            }
            good &= found.is_some_and(|f| f <= BUDGET);
        }
    }
    if good || !check { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Allocations a delta; `None` where the decoder does not give the deltas.
fn a_delta(wire: Wire, chunk: usize) -> Option<f64> {
    let (short, long) = (1_000, 3_000);
    let [few, many] = [short, long].map(|deltas| allocations(&Stream::new(wire, deltas), chunk));
    Some((many? as f64 - few? as f64) / (long - short) as f64)
}

fn allocations(stream: &Stream, chunk: usize) -> Option<u64> {
    let mut bytes = 0;
    let counted = allocation_counter::measure(|| {
        let mut decoder = Decoder::new(Dialect::of_wire(stream.wire), Caps::default());
        let mut sink = |event: Event<'_>| {
            if let Event::TextDelta { text, .. }
            | Event::ReasoningDelta { text, .. }
            | Event::ArgumentsDelta { text, .. } = &event
            {
                bytes += text.len();
            }
        };
        for chunk in stream.body.chunks(chunk) {
            if decoder.push(chunk, &mut sink).is_err() {
                return;
            }
        }
        let _ = decoder.end(&mut sink);
    });
    (bytes == stream.delta_bytes + stream.whole_bytes).then_some(counted.count_total)
}
