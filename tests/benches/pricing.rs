//! What it takes to price one outcome: the model's name found in the tables, and its bill.
//!
//! Times swing with what else the machine does; `-- --check` fails where the instructions exceed the
//! budget, or where anything is allocated.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use cpu_time::ThreadTime;
use tokenwire_core::money::Amount;
use tokenwire_core::pricing::{Circumstance, PriceBook, PriceContext};
use tokenwire_core::time::UnixTime;
use tokenwire_core::usage::{Bucket, Counts};
use tokenwire_tests::callgrind;

/// Instructions for one outcome: less than a microsecond's on a server of today, which does six to seven
/// of these a nanosecond; the times beside them tell.
const BUDGET: f64 = 5_000.0;
const MANY: u32 = 1_000;
const SAMPLE: Duration = Duration::from_millis(100);

/// Provider, model and tier.
const CASES: [(&str, &str, Option<&str>); 4] = [
    ("openai", "gpt-6.2-sol-2026-11-20", Some("priority")),
    ("anthropic", "claude-opus-5-5", None),
    ("google", "gemini-3.8-flash", Some("flex")),
    ("aws", "global.anthropic.claude-opus-5-5", None),
];

fn price(book: &PriceBook, (provider, model, tier): (&str, &str, Option<&str>)) -> Option<Amount> {
    let mut counts = Counts::default();
    for (bucket, count) in [
        (Bucket::Input, 12_000),
        (Bucket::CacheRead, 8_000),
        (Bucket::CacheWrite, 1_000),
        (Bucket::Output, 900),
        (Bucket::OutputReasoning, 500),
    ] {
        counts.set(bucket, count);
    }
    let context = PriceContext::STANDARD.with(Circumstance::ServiceTier, tier);
    let bill = book.find(provider, model)?.bill(&counts, &context, UnixTime::from_millis(1_795_000_000_000));
    Some(bill.ok()?.amount())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let book = PriceBook::embedded();
    if let [once, case, passes] = &arguments[..]
        && once == "once"
    {
        let case = CASES[case.parse::<usize>().unwrap_or(0).min(CASES.len() - 1)];
        for _ in 0..passes.parse::<u32>().unwrap_or(0) {
            black_box(price(&book, black_box(case)));
        }
        return ExitCode::SUCCESS;
    }
    let is_check = arguments.iter().any(|a| a == "--check");
    println!("\npricing one outcome (budget: {BUDGET} instructions, no allocation)");
    let rows: Vec<bool> = (0..CASES.len()).map(|case| row(&book, case)).collect();
    let good = rows.iter().all(|is_good| *is_good);
    if good || !is_check { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A line of the table; whether the budget is kept.
fn row(book: &PriceBook, at: usize) -> bool {
    let case = CASES[at];
    let Some(amount) = price(book, case) else {
        println!("    {} {}: no price", case.0, case.1);
        return false;
    };
    let allocations = allocation_counter::measure(|| {
        black_box(price(book, case));
    });
    let instructions = instructions(at);
    let shown = instructions.map_or_else(|| "not counted".into(), |n| format!("{n:.0}"));
    println!(
        "    {:<34}{:>8.0} ns{shown:>12} instructions{:>4} allocations  {amount} USD",
        case.1,
        nanoseconds(book, case),
        allocations.count_total
    );
    allocations.count_total == 0 && instructions.is_none_or(|n| n <= BUDGET)
}

fn nanoseconds(book: &PriceBook, case: (&str, &str, Option<&str>)) -> f64 {
    let start = ThreadTime::now();
    let mut passes = 0;
    while start.elapsed() < SAMPLE {
        for _ in 0..MANY {
            black_box(price(book, black_box(case)));
        }
        passes += MANY;
    }
    start.elapsed().as_nanos() as f64 / f64::from(passes)
}

/// This program runs under callgrind with few passes and with more, so that all but the passes drops
/// out.
fn instructions(case: usize) -> Option<f64> {
    if !callgrind::is_there() {
        return None;
    }
    let collected = |passes: &str| callgrind::collected(&["once", &case.to_string(), passes]);
    Some((collected("110")? - collected("10")?) / 100.0)
}
