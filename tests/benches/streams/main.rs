//! Framing and decoding against published framers and against the limits, measured in one run.
//!
//! ```text
//! cargo bench -p tokenwire-tests --bench streams                  # times, then instructions
//! cargo bench -p tokenwire-tests --bench streams -- time          # times only
//! cargo bench -p tokenwire-tests --bench streams -- instructions  # instructions only
//! cargo bench -p tokenwire-tests --bench streams -- --check       # fails if a budget is exceeded
//! ```
//!
//! Times are CPU time of the thread, median of nine samples; instructions are callgrind's. Times
//! swing with what else the machine does, so budgets are set in instructions.

mod measure;
mod subject;

use std::process::ExitCode;

use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::{WIRES, short_name};

use subject::{Course, Subject};

const LARGE: usize = 10_000;
const MIDDLE: usize = 1_000;
const SMALL: usize = 100;

const READ: usize = 16 << 10;
const PACKET: usize = 1 << 10;
const TINY: usize = 37;

/// Instructions an event from bytes to events, framing included, 1 000 deltas in 16 KiB chunks.
const fn decoding_budget(wire: Wire) -> f64 {
    match wire {
        Wire::Anthropic => 3_600.0,
        Wire::Gemini => 8_800.0,
        Wire::OpenaiChat => 7_700.0,
        Wire::OpenaiResponses => 4_700.0,
    }
}

/// How many times the instructions of `linesplit` framing may take.
const FRAMING_BUDGET: f64 = 2.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["once", subject, wire, deltas, chunk, passes] => once(subject, wire, deltas, chunk, passes),
        ["time"] => {
            print_times();
            Some(ExitCode::SUCCESS)
        }
        ["instructions"] => Some(print_instructions(false)),
        ["--check"] => Some(print_instructions(true)),
        [] => {
            print_times();
            Some(print_instructions(false))
        }
        _ => None,
    }
    .unwrap_or_else(|| {
        eprintln!("expected nothing, time, instructions or --check, found {}", words.join(" "));
        ExitCode::from(2)
    })
}

/// Passes over one stream that many times and prints nothing: what callgrind looks at.
fn once(subject: &str, wire: &str, deltas: &str, chunk: &str, passes: &str) -> Option<ExitCode> {
    let course = Course::new(Wire::parse(wire)?, deltas.parse().ok()?, chunk.parse().ok()?);
    let subject = Subject::by_name(subject)?;
    for _ in 0..passes.parse::<u32>().ok()? {
        std::hint::black_box(course.pass(subject));
    }
    Some(ExitCode::SUCCESS)
}

/// Whether the subject sees what is in the stream; a subject that skips its work is not measured.
fn works(course: &Course, subject: Subject) -> bool {
    let (seen, expected) = (course.pass(subject), subject.expected(&course.fixture));
    if seen != expected {
        println!("    {}: not measured, it saw {seen:?} of {expected:?}", subject.name());
    }
    seen == expected
}

/// Nanoseconds an event, and a line of the table that shows it.
fn time_row(course: &Course, subject: Subject) -> Option<f64> {
    if !works(course, subject) {
        return None;
    }
    let pass = measure::nanoseconds(course, subject);
    let event = pass / course.fixture.events as f64;
    let rate = course.fixture.body.len() as f64 * 1e3 / pass;
    println!("    {:<22}{event:>10.1} ns/event{rate:>10.0} MB/s", subject.name());
    Some(event)
}

fn print_times() {
    for wire in WIRES {
        framing_times(wire);
        decoding_times(wire);
    }
}

fn framing_times(wire: Wire) {
    let name = short_name(wire);
    for (chunk, label) in [(READ, "16 KiB"), (PACKET, "1 KiB"), (TINY, "37 B")] {
        println!("\n{name}, {LARGE} deltas, framing, {label} chunks");
        let course = Course::new(wire, LARGE, chunk);
        let limit = if chunk == READ { time_row(&course, Subject::Linesplit) } else { None };
        let ours = time_row(&course, Subject::Framing);
        let peers = Subject::PEERS.map(|peer| time_row(&course, peer));
        let best = peers.into_iter().flatten().fold(f64::INFINITY, f64::min);
        if let (Some(ours), Some(limit)) = (ours, limit) {
            print_ratio("of linesplit", ours / limit, 2.0);
        }
        if let Some(ours) = ours {
            let target = if chunk == PACKET { 0.85 } else { 1.0 };
            print_ratio("of the best peer", ours / best, target);
        }
    }
    let sizes = [SMALL, LARGE].map(|deltas| Course::new(wire, deltas, TINY));
    print_growth("framing", &sizes, Subject::Framing);
}

fn decoding_times(wire: Wire) {
    println!("\n{}, {LARGE} deltas, bytes to events", short_name(wire));
    let course = Course::new(wire, LARGE, READ);
    time_row(&course, Subject::MinSerde);
    let limit = time_row(&course, Subject::LinesplitMinSerde);
    let ours = time_row(&course, Subject::Decoding);
    if let (Some(ours), Some(limit)) = (ours, limit) {
        print_ratio("of linesplit+min_serde", ours / limit, 1.0);
    }
    time_row(&course, Subject::Calling);
    println!("  in 37 B chunks");
    let tiny = Course::new(wire, LARGE, TINY);
    time_row(&tiny, Subject::Decoding);
    time_row(&tiny, Subject::Calling);
    if ours.is_some() {
        let sizes = [SMALL, LARGE].map(|deltas| Course::new(wire, deltas, READ));
        print_growth("decoding", &sizes, Subject::Decoding);
    }
}

fn print_ratio(of: &str, ratio: f64, target: f64) {
    let verdict = if ratio <= target { "within" } else { "OVER" };
    println!("  {ratio:.2} {of}: {verdict} the target of {target:.2}");
}

/// The cost of an event must not grow with the length of the stream.
fn print_growth(what: &str, sizes: &[Course; 2], subject: Subject) {
    let [small, large] = sizes.each_ref().map(|c| measure::nanoseconds(c, subject) / c.fixture.events as f64);
    println!("  {what} an event, {SMALL} deltas to {LARGE}: {small:.1} to {large:.1} ns");
    print_ratio("times as much", large / small, 1.2);
}

/// Prints instructions an event; with `check`, fails when a budget is exceeded or cannot be told.
fn print_instructions(check: bool) -> ExitCode {
    if !tokenwire_tests::callgrind::is_there() {
        println!("\nvalgrind is not here: instructions are not counted");
        return if check { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    println!("\ninstructions an event, {MIDDLE} deltas");
    let mut good = true;
    for wire in WIRES {
        println!("{}", short_name(wire));
        good &= instructions_of(wire, check);
    }
    if good || !check { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether every budget of the wire is kept.
fn instructions_of(wire: Wire, check: bool) -> bool {
    let course = Course::new(wire, MIDDLE, READ);
    let limit = instructions_row(&course, Subject::Linesplit, READ, None);
    let framing_budget = limit.map(|l| l * FRAMING_BUDGET);
    let framing = instructions_row(&course, Subject::Framing, READ, framing_budget);
    if !check {
        for peer in Subject::PEERS {
            instructions_row(&course, peer, READ, None);
        }
        for subject in [Subject::Framing].into_iter().chain(Subject::PEERS) {
            instructions_row(&course, subject, TINY, None);
        }
        instructions_row(&course, Subject::LinesplitMinSerde, READ, None);
        instructions_row(&course, Subject::Decoding, TINY, None);
        instructions_row(&course, Subject::Calling, READ, None);
    }
    let budget = decoding_budget(wire);
    let decoding = instructions_row(&course, Subject::Decoding, READ, Some(budget));
    let keeps = |found: Option<f64>, budget: Option<f64>| found.zip(budget).is_some_and(|(f, b)| f <= b);
    keeps(framing, framing_budget) && keeps(decoding, Some(budget))
}

fn instructions_row(course: &Course, subject: Subject, chunk: usize, budget: Option<f64>) -> Option<f64> {
    if !works(course, subject) {
        return None;
    }
    let fixture = &course.fixture;
    let pass = measure::instructions(subject, fixture.wire, MIDDLE, chunk)?;
    let event = pass / fixture.events as f64;
    let verdict = match budget {
        Some(budget) if event <= budget => format!("  within {budget:.0}"),
        Some(budget) => format!("  OVER {budget:.0}"),
        None => String::new(),
    };
    println!("    {:<22}{chunk:>8} B{event:>10.0}{verdict}", subject.name());
    Some(event)
}
