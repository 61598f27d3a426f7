//! What is tried again, and what comes of it.

use tokenwire::core::retry::{AfterCommit, StopReason};
use tokenwire::{Event, FailureKind, Options, OutcomeStatus, RetryPolicy, Wire};

use crate::setup::{ask, client, complete, quick, server, shown, stream};

fn patient() -> Options {
    let mut options = quick();
    options.retry.max_attempts = Some(10);
    options
}

fn with_after_commit(after_commit: AfterCommit) -> Options {
    let mut options = patient();
    options.retry = RetryPolicy { after_commit, ..options.retry };
    options
}

#[test]
fn refusals_and_breaks_are_retried_on_every_wire() {
    let server = server();
    let client = client(&server.url(), patient());
    let model = "sim-429+retry-after-ms=5,503,cut@40,reset,502,529,no-end,bad-json@0,ok";
    let kinds = |outcome: &tokenwire::Outcome| -> Vec<_> {
        outcome.attempts.iter().map(|a| a.failure.as_ref().map(|f| f.kind)).collect()
    };
    for wire in Wire::ALL {
        let outcome = complete(&client, wire, ask(model));
        assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
        assert!(outcome.response.text().starts_with("You said “hé”."), "{wire}");
        let wanted = vec![
            Some(FailureKind::RateLimit),
            Some(FailureKind::Overloaded),
            Some(FailureKind::Connection),
            Some(FailureKind::Connection),
            Some(FailureKind::ServerError),
            Some(FailureKind::Overloaded),
            Some(FailureKind::Incomplete),
            // A body that is no JSON has no end either.
            Some(FailureKind::Incomplete),
            None,
        ];
        assert_eq!(kinds(&outcome), wanted, "{wire}");
    }
}

#[test]
fn a_hint_is_obeyed_and_announced() {
    let server = server();
    let client = client(&server.url(), quick());
    for (model, least) in [("sim-429+retry-after=1", 1000), ("sim-429+retry-after-ms=30", 30)] {
        let (events, outcome) = stream(&client, Wire::Anthropic, ask(model));
        assert!(outcome.is_complete(), "{:?}", outcome.failure);
        let Some(Event::Retry(notice)) = events.first() else { panic!("expected a retry, got {events:?}") };
        assert_eq!((notice.attempt, notice.failure.kind), (1, FailureKind::RateLimit));
        assert_eq!((notice.delay_ms, notice.failure.retry_after_ms), (least, Some(least)));
        assert!(notice.wall.is_some());
        assert!(outcome.attempts[1].waited_ms >= least);
    }
}

#[test]
fn a_break_after_text_ends_with_what_came() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let whole = stream(&client, wire, ask("sim")).1.response.text();
        let (events, outcome) = stream(&client, wire, ask("sim-cut@3k"));
        let text = outcome.response.text();
        assert_eq!((outcome.status(), outcome.stop), (OutcomeStatus::Partial, Some(StopReason::Committed)));
        assert_eq!(outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::Connection), "{wire}");
        assert!(!text.is_empty() && text.len() < whole.len() && whole.starts_with(&text), "{wire}: {text}");
        assert_eq!(shown(&events), text, "{wire}");
        assert_eq!(outcome.attempts[0].bytes, 3 << 10, "{wire}");
    }
}

#[test]
fn a_break_after_text_may_start_over() {
    let server = server();
    let client = client(&server.url(), with_after_commit(AfterCommit::DiscardAndRetry));
    for wire in Wire::ALL {
        let whole = stream(&client, wire, ask("sim")).1;
        let (events, outcome) = stream(&client, wire, ask("sim-cut@3k,cut@2k"));
        assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
        assert_eq!(outcome.response.text(), whole.response.text(), "{wire}");
        let last = events.iter().rposition(|e| matches!(e, Event::Discard { from_part: 0, keep_bytes: 0 }));
        assert_eq!(shown(&events[last.expect("a discard")..]), whole.response.text(), "{wire}");
    }
}

#[test]
fn a_background_response_goes_on_where_it_broke() {
    let server = server();
    let client = client(&server.url(), with_after_commit(AfterCommit::Resume));
    let request = |model: &str| {
        let mut request = ask(model);
        request.state.background = true;
        request
    };
    let (events, whole) = stream(&client, Wire::OpenaiResponses, request("sim-think"));
    for model in [
        "sim-think,cut@3k",
        "sim-think,cut@2500,cut@900,reset,cut@1300",
        "sim-think,cut@900,no-end,503,cut@3333",
    ] {
        let before = server.stats().requests;
        let (resumed_events, resumed) = stream(&client, Wire::OpenaiResponses, request(model));
        assert!(resumed.is_complete(), "{model}: {:?}", resumed.failure);
        assert_eq!(shown(&resumed_events), shown(&events), "{model}");
        assert_eq!(resumed.response.text(), whole.response.text(), "{model}");
        assert_eq!(resumed.response.reasoning(), whole.response.reasoning(), "{model}");
        assert_eq!(resumed.usage.counts, whole.usage.counts, "{model}");
        assert!(!resumed_events.iter().any(|e| matches!(e, Event::Discard { .. })), "{model}");
        assert!(resumed.attempts.last().is_some_and(|a| a.resumed), "{model}");
        assert_eq!(server.stats().requests - before, resumed.attempts.len() as u64, "{model}");
    }
}

#[test]
fn attempts_and_hints_have_their_bounds() {
    let server = server();
    let client = client(&server.url(), quick());
    for (model, attempts, stop) in [
        ("sim-503*", 3, StopReason::AttemptsSpent),
        ("sim-429*+retry-after=3000", 1, StopReason::HintTooLong),
        ("sim-auth*", 1, StopReason::NotRetryable),
        ("sim-503*+should-retry=false", 1, StopReason::NotRetryable),
    ] {
        let outcome = complete(&client, Wire::OpenaiResponses, ask(model));
        assert_eq!((outcome.attempts.len(), outcome.stop), (attempts, Some(stop)), "{model}");
        assert_eq!(outcome.status(), OutcomeStatus::Error, "{model}");
    }
}
