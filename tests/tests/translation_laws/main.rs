//! The laws of translation, as properties over every pair of the four wires.
//!
//! | file | law |
//! | --- | --- |
//! | `requests` | a request carried to another wire and back is equal, or a loss names each difference |
//! | `answers` | so is an answer, streamed or whole |
//! | `spelling` | numbers, key order and escapes of raw JSON survive to the byte |
//! | `sealed` | a vendor's state comes back to that vendor as it was, and reaches no other |
//! | `streams` | any split gives the same bytes, and nothing waits for the end that need not |
//! | `same_wire` | one wire on both sides: the bytes pass |
//! | `broken` | nothing panics, and what breaks is read as a failure |
//! | `nested` | no body nests deeper than its reader can follow |
//!
//! `asking` and `answering` are the strategies, `difference` tells two requests apart, and `sides` has the
//! two sides of every wire. `PROPTEST_CASES` overrides the number of cases, `LAW_SEED` the seed that they
//! are drawn from. The mutation with which each law was seen to fail is in `LAWS.md`.

mod answering;
mod answers;
mod asking;
mod broken;
mod difference;
mod nested;
mod requests;
mod same_wire;
mod sealed;
mod sides;
mod spelling;
mod streams;

use proptest::test_runner::{Config, RngSeed};

/// So many cases unless `PROPTEST_CASES` says otherwise.
fn config(cases: u32) -> Config {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let cases = number("PROPTEST_CASES").map_or(cases, |n| u32::try_from(n).unwrap_or(u32::MAX));
    // The same cases in every run, so that a change is judged by itself; another seed draws others.
    let seed = number("LAW_SEED").unwrap_or(20_261_126);
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 4_000,
        failure_persistence: None,
        ..Config::default()
    }
}
