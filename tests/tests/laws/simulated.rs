//! Whole calls through the driver, on a host with virtual time.

use proptest::prelude::*;
use tokenwire_core::call::{Deadlines, Options, OutcomeStatus};
use tokenwire_core::failure::FailureKind;
use tokenwire_core::http::Headers;
use tokenwire_core::model::{Event, FinishReason};
use tokenwire_core::protocol::Caps;
use tokenwire_core::retry::RetryPolicy;
use tokenwire_core::testing::{Reply, SimHost, SimRun, What};
use tokenwire_core::time::Instant;
use tokenwire_core::usage::{Bucket, Completeness};

use crate::scenario::{self, Plan, good_stream, script, streamed_reply};

fn run(plan: &Plan, replies: Vec<Reply>) -> SimRun {
    SimHost::new(replies).run_to_end(plan.call(Instant::default()))
}

fn plain(plan: Plan) -> Plan {
    let options = Options { retry: RetryPolicy::none(), deadlines: Deadlines::default(), ..plan.options };
    Plan { options, ..plan }
}

/// What must not depend on how bytes are cut: events without their times, and the answer.
fn answer(run: &SimRun) -> (Vec<Event<'static>>, String) {
    let events = run.events.iter().map(|(_, e)| e.clone()).collect();
    let o = &run.outcome;
    (events, format!("{:?} {:?} {:?} {:?}", o.response, o.finish, o.failure, o.usage))
}

fn scenario() -> impl Strategy<Value = (Plan, Vec<Reply>)> {
    scenario::plan().prop_flat_map(|plan| {
        let replies = prop::collection::vec(scenario::reply(plan.wire), 0..6);
        (Just(plan), replies)
    })
}

proptest! {
    #![proptest_config(crate::config("regressions/simulated.txt"))]

    #[test]
    fn every_call_ends_within_its_policy((plan, replies) in scenario()) {
        let run = run(&plan, replies);
        let outcome = &run.outcome;
        let deadline = plan.options.deadlines.call_ms.expect("always set here");
        prop_assert!(run.ended.as_millis() <= deadline, "law 2: never beyond the deadline");
        prop_assert_eq!(run.requests.len(), outcome.attempts.len() + outcome.omitted_attempts as usize);
        for (_, event) in &run.events {
            if let Event::Retry(notice) = event {
                // The next request starts exactly when it was announced, or the call ended first.
                let next = run.requests.get(notice.attempt as usize).map(|(at, _)| *at);
                prop_assert!(next.is_none_or(|at| at == notice.at));
            }
        }
        match outcome.status() {
            OutcomeStatus::Complete => prop_assert!(outcome.failure.is_none()),
            OutcomeStatus::Error | OutcomeStatus::Partial => {
                prop_assert!(matches!(outcome.finish.reason, FinishReason::Error | FinishReason::Cancelled));
            }
        }
    }

    #[test]
    fn any_split_of_the_same_bytes_gives_the_same_events(
        plan in scenario::plan().prop_map(plain),
        seed in any::<u64>(),
        keep in 0.0..1.2_f64,
        cuts in scenario::cuts(),
        end in prop::sample::select(vec![What::End, What::Fail(tokenwire_core::http::TransportKind::Reset)]),
    ) {
        let (bytes, _) = good_stream(plan.wire, seed);
        let bytes = &bytes[..bytes.len().min((bytes.len() as f64 * keep) as usize)];
        let whole = run(&plan, vec![streamed_reply(bytes, &[usize::MAX], 0, Some(end.clone()))]);
        let cut = run(&plan, vec![streamed_reply(bytes, &cuts, 3, Some(end))]);
        prop_assert_eq!(answer(&whole), answer(&cut), "law 4");
    }

    #[test]
    fn a_body_without_its_good_end_is_never_a_success(
        plan in scenario::plan().prop_map(plain),
        seed in any::<u64>(),
        at in 0.0..1.0_f64,
        cuts in scenario::cuts(),
    ) {
        let (bytes, end) = good_stream(plan.wire, seed);
        let cut = (end as f64 * at) as usize;
        let cut_run = run(&plan, vec![streamed_reply(&bytes[..cut], &cuts, 1, Some(What::End))]);
        let kind = cut_run.outcome.failure.as_ref().map(|f| f.kind);
        prop_assert!(
            matches!(kind, Some(FailureKind::Incomplete | FailureKind::MalformedResponse)),
            "law 7: {:?} for {} of {} bytes", kind, cut, end
        );
        let whole = run(&plan, vec![streamed_reply(&bytes, &cuts, 1, Some(What::End))]);
        let whole = &whole.outcome;
        prop_assert!(whole.is_complete());
        prop_assert_eq!(whole.response.text(), script(seed).full_text());
        prop_assert!(whole.response.text().starts_with(&cut_run.outcome.response.text()), "what came is kept");
        prop_assert_eq!(whole.usage.completeness, Completeness::Complete);
        prop_assert_ne!(cut_run.outcome.usage.completeness, Completeness::Complete, "law 8: marked");
        for bucket in Bucket::ALL {
            let (part, all) = (cut_run.outcome.usage.counts.get(bucket), whole.usage.counts.get(bucket));
            prop_assert!(part.unwrap_or(0) <= all.unwrap_or(0), "law 8: never above the complete counts");
        }
    }

    #[test]
    fn usage_enters_once(plan in scenario::plan().prop_map(plain), seed in any::<u64>(), cuts in scenario::cuts()) {
        let (bytes, _) = good_stream(plan.wire, seed);
        let done = run(&plan, vec![streamed_reply(&bytes, &cuts, 1, Some(What::End))]);
        let (counts, tokens) = (done.outcome.usage.counts, script(seed).tokens);
        prop_assert_eq!(counts.get(Bucket::Input), Some(tokens.input));
        prop_assert_eq!(counts.get(Bucket::Output), Some(tokens.output));
        prop_assert_eq!(counts.get(Bucket::CacheRead).unwrap_or(0), tokens.cache_read);
    }

    #[test]
    fn garbage_never_panics_and_memory_stays_within_the_caps(
        plan in scenario::plan(),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        prefix in prop::sample::select(vec!["", "data: ", "data: {", "{", "[", "event: x\ndata:"]),
        cuts in scenario::cuts(),
    ) {
        let caps = Caps { event_bytes: 256, body_bytes: 512, attempt_bytes: 65_536, error_bytes: 64, response_bytes: 256 };
        let plan = plain(Plan { options: Options { caps, ..plan.options.clone() }, ..plan });
        let bytes = [prefix.as_bytes(), &bytes].concat();
        let run = run(&plan, vec![streamed_reply(&bytes, &cuts, 1, Some(What::End))]);
        prop_assert!(run.outcome.response.text().len() <= 256 + 512);
    }

    #[test]
    fn no_more_is_read_than_the_caps_allow(
        plan in scenario::plan().prop_map(plain),
        cap in 64..2_000_usize,
        (status, prefix) in prop::sample::select(vec![
            (200, "data: "), (200, "{\"a\":\""), (200, "["), (200, ""), (503, ""), (400, "{\"error\":\""),
        ]),
        cuts in scenario::cuts(),
    ) {
        let caps = Caps { event_bytes: cap, body_bytes: cap, error_bytes: cap, response_bytes: 1 << 20, ..Caps::default() };
        let plan = Plan { options: Options { caps, ..plan.options.clone() }, ..plan };
        let bytes = format!("{prefix}{}", "x".repeat(8_000));
        let mut reply = streamed_reply(bytes.as_bytes(), &cuts, 1, None);
        reply.steps[0].what = What::Head { status, headers: Headers::new() };
        let run = run(&plan, vec![reply]);
        let kind = run.outcome.failure.as_ref().map(|f| f.kind);
        prop_assert!(kind != Some(FailureKind::TooLarge) || status == 200);
        let most = cap + prefix.len() + cuts.iter().max().copied().unwrap_or(0);
        prop_assert!(run.outcome.attempts[0].bytes <= most as u64, "law 10: {:?}", run.outcome.attempts[0]);
        prop_assert_eq!(&run.dropped, &[0]);
    }

    #[test]
    fn clock_jumps_do_no_harm(
        (plan, replies) in scenario(),
        jumps in prop::collection::vec(-5_000..5_000_i64, 0..60),
    ) {
        let host = SimHost::new(replies).with_clock_jumps(jumps);
        let run = host.run_to_end(plan.call(Instant::default()));
        let recorded = run.outcome.attempts.len() + run.outcome.omitted_attempts as usize;
        prop_assert_eq!(recorded, run.requests.len());
    }

    #[test]
    fn a_cancel_ends_the_call_at_once_and_keeps_what_came(
        (plan, replies) in scenario(),
        after in 0..40_usize,
    ) {
        let mut asked = 0;
        let run = SimHost::new(replies).run(plan.call(Instant::default()), |_, _| {
            asked += 1;
            asked > after
        });
        let text: usize = run.outcome.response.text().len();
        if run.outcome.failure.as_ref().is_some_and(|f| f.kind == FailureKind::Cancelled) {
            prop_assert_eq!(run.outcome.finish.reason, FinishReason::Cancelled);
            prop_assert!(run.outcome.stop.is_none());
        }
        prop_assert!(text <= 4_096);
    }
}

#[test]
fn an_abandoned_attempt_is_dropped_by_the_host() {
    let plan = Plan {
        wire: tokenwire_core::model::Wire::Anthropic,
        options: Options {
            deadlines: Deadlines { stall_ms: Some(500), ..Deadlines::default() },
            ..Options::default()
        },
        seed: 1,
        background: false,
    };
    let (bytes, _) = good_stream(plan.wire, 0);
    let stalled = Reply::head(200, Headers::new()).chunk(10, &bytes[..bytes.len() / 2]);
    let run = run(&plan, vec![stalled]);
    assert_eq!(run.dropped, [0]);
    assert_eq!(run.ended, Instant::from_millis(510));
    assert_eq!(run.outcome.status(), OutcomeStatus::Partial);
}
