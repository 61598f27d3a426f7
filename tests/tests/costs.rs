//! What calls cost, and how limits on it end them.

mod spec_calls;

use std::sync::Arc;

use spec_calls::{
    TEXT, body, broken, cut_short, exact, failure, good, good_stream, options, refused, run_with,
};
use tokenwire_core::call::{Accounting, Options, SpendingLimits};
use tokenwire_core::failure::FailureKind;
use tokenwire_core::http::TransportKind;
use tokenwire_core::model::Wire;
use tokenwire_core::money::Amount;
use tokenwire_core::pricing::{CostSource, CostUnknown, PriceBook, PriceTable};
use tokenwire_core::retry::{AfterCommit, RetryPolicy, StopReason};
use tokenwire_core::testing::Reply;
use tokenwire_core::usage::{Bucket, Completeness, Ledger};

/// A dollar for a million of input, ten for a million of output: 1 and 10 µUSD a token.
fn prices() -> Arc<PriceBook> {
    let list =
        r#"{"as_of":"2026-11-10","models":[{"id":"m","rates":[{"prices":{"input":"1","output":"10"}}]}]}"#;
    let table = format!(
        r#"{{"format":"pricing/1","providers":{{"openai":{list},"anthropic":{list},"google":{list}}}}}"#
    );
    let mut book = PriceBook::empty();
    book.layer(PriceTable::from_json(&table).expect("a table")).expect("room");
    Arc::new(book)
}

fn priced(attempts: u32, accounting: Accounting) -> Options {
    let accounting = Accounting { prices: Some(prices()), ..accounting };
    Options { accounting, ..options(exact(attempts)) }
}

fn limited(attempts: u32, limits: SpendingLimits) -> Options {
    priced(attempts, Accounting { limits, ..Accounting::default() })
}

const fn micro(usd: u128) -> Amount {
    Amount::from_pico(usd * 1_000_000)
}

#[test]
fn a_complete_answer_costs_its_counts() {
    for wire in Wire::ALL {
        let run = run_with(wire, priced(1, Accounting::default()), [good(wire)]);
        let cost = &run.outcome.cost;
        assert_eq!((cost.amount, cost.completeness), (Some(micro(9 + 40)), Completeness::Complete), "{wire}");
        assert!(matches!(&cost.source, Some(CostSource::Table { model, .. }) if model == "m"), "{wire}");
        assert_eq!(cost.lines.len(), 2, "{wire}");
        assert_eq!(run.outcome.failed_cost.amount, Some(Amount::ZERO), "{wire}");
    }
}

#[test]
fn a_refusal_costs_nothing_and_leaves_the_cost_complete() {
    for wire in Wire::ALL {
        let busy = refused(wire, 503, "busy").into_reply();
        let run = run_with(wire, priced(2, Accounting::default()), [busy, good(wire)]);
        assert_eq!(run.outcome.cost.amount, Some(micro(49)), "{wire}");
        assert_eq!(run.outcome.cost.completeness, Completeness::Complete, "{wire}");
    }
}

#[test]
fn what_a_broken_attempt_cost_is_in_the_total_and_apart() {
    let wire = Wire::Anthropic;
    // The stream breaks before anything visible came: the input was stated, the output not yet.
    let start = good_stream(wire).frames()[..1].concat();
    let run = run_with(wire, priced(2, Accounting::default()), [broken(start), good(wire)]);
    assert!(run.outcome.is_complete());
    let failed = run.outcome.failed_cost.amount.expect("the input is known");
    assert!(failed >= micro(9), "{failed}");
    assert_eq!(run.outcome.cost.amount, Some(micro(49).plus(failed)));
    assert_eq!(run.outcome.cost.completeness, Completeness::Partial);
    assert_eq!(run.outcome.attempts[0].cost.amount, Some(failed));
}

#[test]
fn without_a_price_the_cost_is_unknown_not_zero() {
    let run = run_with(Wire::OpenaiChat, options(exact(1)), [good(Wire::OpenaiChat)]);
    let cost = &run.outcome.cost;
    assert_eq!((cost.amount, cost.completeness), (None, Completeness::Unknown));
    assert!(matches!(cost.unknown, Some(CostUnknown::NoPrice { .. })), "{cost:?}");
}

#[test]
fn a_stated_cost_needs_no_prices() {
    let answer = r#"{"id":"i","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"x"},
        "finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.25}}"#;
    let run = run_with(Wire::OpenaiChat, options(exact(1)), [body(answer)]);
    assert_eq!(run.outcome.cost.amount, Some("0.25".parse().expect("an amount")));
    assert_eq!(run.outcome.cost.source, Some(CostSource::Provider));
}

#[test]
fn a_call_that_must_pass_its_limit_is_not_sent() {
    for (limits, why) in [
        (SpendingLimits { max_tokens: Some(1), ..SpendingLimits::default() }, "at most 1 tokens"),
        (SpendingLimits { max_cost: Some(micro(1)), ..SpendingLimits::default() }, "at most 0.000001 USD"),
    ] {
        let run = run_with(Wire::OpenaiChat, limited(3, limits), []);
        assert!(run.requests.is_empty() && run.outcome.attempts.is_empty());
        assert_eq!(failure(&run).kind, FailureKind::SpendingLimit);
        assert_eq!(run.outcome.stop, Some(StopReason::SpendingLimit));
        assert!(failure(&run).message.contains(why), "{}", failure(&run).message);
    }
}

#[test]
fn a_cost_limit_without_a_price_sends_nothing() {
    let limits = SpendingLimits { max_cost: Some(micro(1_000_000)), ..SpendingLimits::default() };
    let accounting = Accounting { limits, ..Accounting::default() };
    let unpriced = Options { accounting, ..options(exact(1)) };
    let run = run_with(Wire::Gemini, unpriced, []);
    assert!(run.requests.is_empty());
    let message = &failure(&run).message;
    assert!(message.contains("no price is known for \"m\""), "{message}");
}

/// A stream that never ends by itself.
fn long(wire: Wire) -> Reply {
    let frames = good_stream(wire);
    let frames = frames.frames();
    let delta = frames.iter().position(|f| String::from_utf8_lossy(f).contains("Gr")).expect("a delta");
    let mut reply = spec_calls::opened().chunk(0, frames[..delta].concat());
    for _ in 0..1_000 {
        reply = reply.chunk(1, frames[delta].clone());
    }
    reply
}

#[test]
fn a_stream_that_passes_its_limit_is_cut_and_keeps_what_came() {
    for wire in Wire::ALL {
        for limits in [
            SpendingLimits { max_tokens: Some(200), ..SpendingLimits::default() },
            SpendingLimits { max_cost: Some(micro(2_000)), ..SpendingLimits::default() },
        ] {
            let run = run_with(wire, limited(3, limits), [long(wire)]);
            assert_eq!(failure(&run).kind, FailureKind::SpendingLimit, "{wire}");
            assert_eq!(run.outcome.stop, Some(StopReason::SpendingLimit), "{wire}");
            assert_eq!(run.requests.len(), 1, "{wire}");
            let text = run.outcome.response.text();
            assert!((700..900).contains(&text.len()), "{wire}: {} bytes", text.len());
            assert_eq!(run.dropped, [0], "{wire}");
        }
    }
}

#[test]
fn a_limit_that_is_not_passed_changes_nothing() {
    for wire in Wire::ALL {
        let limits = SpendingLimits { max_cost: Some(micro(49)), max_tokens: Some(13) };
        let run = run_with(wire, limited(1, limits), [good(wire)]);
        assert!(run.outcome.is_complete(), "{wire}: {:?}", run.outcome.failure);
        assert_eq!(run.outcome.response.text(), TEXT, "{wire}");
    }
}

#[test]
fn an_attempt_that_would_pass_the_limit_is_not_made() {
    let wire = Wire::Anthropic;
    let limits = SpendingLimits { max_tokens: Some(12), ..SpendingLimits::default() };
    let start = good_stream(wire).frames()[..1].concat();
    let run = run_with(wire, limited(3, limits), [broken(start)]);
    assert_eq!(run.requests.len(), 1);
    assert_eq!(run.outcome.stop, Some(StopReason::SpendingLimit));
    assert_eq!(failure(&run).kind, FailureKind::Connection);
}

#[test]
fn what_broken_attempts_did_not_state_counts_towards_the_limit() {
    let wire = Wire::OpenaiChat;
    let limits = SpendingLimits { max_tokens: Some(40), ..SpendingLimits::default() };
    let retry = RetryPolicy { after_commit: AfterCommit::DiscardAndRetry, ..exact(9) };
    let accounting = Accounting { prices: Some(prices()), limits, ..Accounting::default() };
    let replies = (0..9).map(|_| broken(cut_short(wire)));
    let run = run_with(wire, Options { accounting, ..options(retry) }, replies);
    assert_eq!(run.outcome.stop, Some(StopReason::SpendingLimit));
    assert!((2..9).contains(&run.requests.len()), "{} requests", run.requests.len());
    assert_eq!(run.outcome.cost.amount, None, "nothing was stated");
}

#[test]
fn a_refusal_beside_an_unknown_attempt_leaves_the_cost_unknown() {
    let wire = Wire::OpenaiChat;
    let replies = [refused(wire, 503, "busy").into_reply(), broken(cut_short(wire))];
    let run = run_with(wire, priced(2, Accounting::default()), replies);
    assert_eq!((run.outcome.cost.amount, run.outcome.cost.completeness), (None, Completeness::Partial));
}

#[test]
fn outcomes_enter_a_ledger_under_their_account() {
    let mut ledger = Ledger::default();
    for wire in [Wire::OpenaiChat, Wire::OpenaiChat, Wire::Anthropic] {
        let accounting = Accounting { key: "k1".into(), tag: "search".into(), ..Accounting::default() };
        let run = run_with(wire, priced(1, accounting), [good(wire)]);
        ledger.add(run.outcome.account.clone(), &run.outcome.entry());
    }
    let sums: Vec<_> =
        ledger.iter().map(|(a, s)| (a.provider.as_str(), a.tag.as_str(), s.calls, s.cost)).collect();
    assert_eq!(sums, [("anthropic", "search", 1, Some(micro(49))), ("openai", "search", 2, Some(micro(98)))]);
}

#[test]
fn a_call_that_was_not_sent_cost_nothing() {
    let limits = SpendingLimits { max_tokens: Some(1), ..SpendingLimits::default() };
    let run = run_with(Wire::Gemini, limited(1, limits), []);
    assert_eq!(
        (run.outcome.cost.amount, run.outcome.usage.completeness),
        (Some(Amount::ZERO), Completeness::Complete)
    );
}

#[test]
fn what_a_broken_stream_left_open_is_estimated_if_asked_and_marked() {
    for wire in Wire::ALL {
        let accounting = Accounting { estimates: true, ..Accounting::default() };
        let run = run_with(wire, priced(1, accounting), [broken(cut_short(wire))]);
        let usage = &run.outcome.usage;
        assert_eq!(usage.completeness, Completeness::Estimated, "{wire}");
        assert!(usage.counts.get(Bucket::Input).is_some_and(|n| n > 0), "{wire}");
        assert!(usage.counts.get(Bucket::Output) >= Some(4), "{wire}: {:?}", usage.counts);
        assert_eq!(run.outcome.cost.completeness, Completeness::Estimated, "{wire}");
        let plain = run_with(wire, priced(1, Accounting::default()), [broken(cut_short(wire))]);
        assert_ne!(plain.outcome.usage.completeness, Completeness::Estimated, "{wire}");
    }
}

#[test]
fn an_attempt_that_never_got_a_response_is_not_estimated() {
    let accounting = Accounting { estimates: true, ..Accounting::default() };
    let lost = Reply::fails(TransportKind::Reset);
    let run = run_with(Wire::OpenaiChat, priced(1, accounting), [lost]);
    assert_eq!(run.outcome.usage.completeness, Completeness::Unknown);
    assert_eq!(run.outcome.cost.amount, None);
}
