//! The laws of the machine (ARCHITECTURE.md, "What always holds"), as properties.
//!
//! `machine` throws inputs at a bare [`tokenwire_core::call::Call`], sane or not; `simulated` runs
//! whole calls through the driver on a host with virtual time; `resumed` breaks streams that can go on;
//! `relay` does the same for applications of every wire;
//! `usage` reads usage objects of every API, and `billing` bills counts at drawn prices.
//! The mutation with which each law was seen to fail is in `LAWS.md`. `LAW_CASES` overrides the number of
//! cases, `LAW_SEED` the seed that they are drawn from. What once failed is kept in `tests/regressions`.

mod billing;
mod machine;
mod relay;
mod resumed;
mod scenario;
mod simulated;
mod usage;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

/// 10,000 cases unless `LAW_CASES` says otherwise; failures are kept.
fn config(file: &'static str) -> Config {
    let cases = std::env::var("LAW_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    // The same cases in every run, so that a change is judged by itself; another seed draws others.
    let seed = std::env::var("LAW_SEED").ok().and_then(|n| n.parse().ok()).unwrap_or(20_261_122);
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 2_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..Config::default()
    }
}
