//! What `run` says of money, and where it stops for it.

use serde_json::Value;

use crate::setup::{Folder, finish, run_at, server};

const PRICES: &str = r#"{"format":"pricing/1","providers":{"openai":{"as_of":"2026-11-26","models":[
    {"id":"sim","match":["sim*"],"rates":[{"prices":{"input":"1","output":"2"}}]}]}}}"#;

#[test]
fn a_run_tells_what_it_cost_at_prices_of_ones_own() {
    let (server, folder) = (server(), Folder::new("spending-own"));
    let prices = folder.file("prices.json", PRICES);
    let asked = ["--prices", &prices, "--provider", "openai", "--model", "sim", "hi"];
    let ran = finish(&mut run_at(&server.url(), &asked));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let line = ran.stderr.lines().find(|line| line.starts_with("cost ")).expect("a line about the cost");
    assert!(line.contains(" USD, at openai's prices for sim of 2026-11-26"), "{line}");
    let ran = finish(run_at(&server.url(), &asked).arg("--json"));
    let outcome: Value = serde_json::from_str(ran.stdout.lines().last().expect("lines")).expect("JSON");
    let counts = &outcome["usage"]["counts"];
    let micro = counts["input"].as_u64().expect("a count") + 2 * counts["output"].as_u64().expect("a count");
    assert_eq!(outcome["cost"]["cost_pico_usd"], format!("{micro}000000"), "{}", outcome["cost"]);
}

#[test]
fn a_run_that_would_pass_its_limit_sends_nothing() {
    let server = server();
    for limit in [["--max-total-tokens", "1"], ["--max-cost", "0.01"]] {
        let ran =
            finish(&mut run_at(&server.url(), &[limit[0], limit[1], "--model", "sim", "--json", "hello"]));
        assert_eq!(ran.code, 28, "{}", ran.stderr);
        let outcome: Value = serde_json::from_str(ran.stdout.lines().last().expect("lines")).expect("JSON");
        assert_eq!(outcome["failure"]["kind"], "spending_limit");
        assert_eq!(outcome["attempts"].as_array().map(Vec::len), Some(0));
    }
    let ran = finish(&mut run_at(&server.url(), &["--max-cost", "a lot", "hello"]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("US dollars as a decimal number"), "{}", ran.stderr);
}

#[test]
fn a_stream_is_cut_where_it_passes_its_limit() {
    let server = server();
    let asked =
        ["--stream", "--provider", "openai", "--model", "sim", "--max-total-tokens", "30", "--json", "hello"];
    let ran = finish(&mut run_at(&server.url(), &asked));
    assert_eq!(ran.code, 28, "{}", ran.stderr);
    let outcome: Value = serde_json::from_str(ran.stdout.lines().last().expect("lines")).expect("JSON");
    assert_eq!((&outcome["status"], &outcome["stop"]), (&"partial".into(), &"spending_limit".into()));
}
