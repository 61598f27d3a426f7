//! Inputs in any order, sane or not, thrown at a bare machine; every law is checked after each.

use std::sync::Arc;

use proptest::prelude::*;
use tokenwire_core::call::{Call, Input, Outcome, Output};
use tokenwire_core::failure::FailureKind;
use tokenwire_core::http::{Head, Headers, TransportError, TransportKind};
use tokenwire_core::model::{Accumulator, Content, Event, Response};
use tokenwire_core::protocol::Dialect;
use tokenwire_core::retry::{AfterCommit, CommitPoint};
use tokenwire_core::time::Instant;
use tokenwire_core::usage::Usage;

use crate::scenario::{self, Plan, good_stream};

/// One thing that a host may do.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Advance(u64),
    /// The next input comes at an earlier time.
    Backwards(u64),
    Cancel,
    Chunk {
        stale: bool,
        len: usize,
    },
    End {
        stale: bool,
    },
    Fail {
        stale: bool,
        kind: TransportKind,
    },
    Garbage(Vec<u8>),
    Head {
        stale: bool,
        status: u16,
        headers: Headers,
    },
    Ok {
        stale: bool,
    },
    /// The clock goes to the deadline that the machine waits for.
    Sleep,
    Timeout,
}

fn op() -> impl Strategy<Value = Op> {
    let stale = || prop::bool::weighted(0.1);
    prop_oneof![
        4 => (stale()).prop_map(|stale| Op::Ok { stale }),
        3 => (stale(), scenario::refusal()).prop_map(|(stale, (status, headers))| Op::Head { stale, status, headers }),
        12 => (stale(), 0..600_usize).prop_map(|(stale, len)| Op::Chunk { stale, len }),
        2 => stale().prop_map(|stale| Op::End { stale }),
        2 => (stale(), scenario::transport()).prop_map(|(stale, kind)| Op::Fail { stale, kind }),
        1 => prop::collection::vec(any::<u8>(), 0..40).prop_map(Op::Garbage),
        6 => Just(Op::Sleep),
        2 => (0..40_000_u64).prop_map(Op::Advance),
        1 => (0..40_000_u64).prop_map(Op::Backwards),
        2 => Just(Op::Timeout),
        1 => prop::num::u8::ANY.prop_filter_map("cancel is rare", |n| (n < 64).then_some(Op::Cancel)),
    ]
}

/// A machine under watch.
struct Watched<'a> {
    plan: &'a Plan,
    call: Call,
    now: Instant,
    /// The latest time that the machine was told.
    seen: Instant,
    /// How far the clock is behind at the next input.
    behind: u64,
    started: Instant,
    /// The body that the attempt under way sends, and how much of it is sent.
    body: Vec<u8>,
    sent: usize,
    attempt: u32,
    transmits: u32,
    waiting: Option<Instant>,
    /// What a caller that obeys every event has.
    caller: Accumulator,
    given: bool,
    discards: u32,
    done: Option<Arc<Outcome>>,
}

impl<'a> Watched<'a> {
    fn new(plan: &'a Plan) -> Self {
        let started = Instant::from_millis(50_000);
        let mut watched = Self {
            plan,
            call: plan.call(started),
            now: started,
            seen: started,
            behind: 0,
            started,
            body: Vec::new(),
            sent: 0,
            attempt: 0,
            transmits: 0,
            waiting: None,
            caller: Accumulator::new(Dialect::of_wire(plan.wire).vendor),
            given: false,
            discards: 0,
            done: None,
        };
        watched.drain();
        watched
    }

    /// Draws everything out and checks what comes.
    fn drain(&mut self) {
        self.waiting = None;
        for _ in 0..100_000 {
            match self.call.poll_output() {
                Output::Abort { attempt } => assert!(attempt <= self.transmits, "aborts what was never sent"),
                Output::Done(outcome) => {
                    if let Some(before) = &self.done {
                        assert!(Arc::ptr_eq(before, &outcome), "law 1: the outcome is sticky");
                    }
                    self.done = Some(outcome);
                    return;
                }
                Output::Event(event) => self.event(&event),
                Output::Forward(_) | Output::ForwardHead(_) => {
                    panic!("only a forwarded call passes bytes on")
                }
                Output::Transmit(transmit) => {
                    assert!(self.done.is_none(), "law 1: nothing after Done");
                    assert_eq!(transmit.attempt, self.transmits + 1, "attempts are numbered in order");
                    self.transmits += 1;
                    self.attempt = transmit.attempt;
                    self.body = good_stream(self.plan.wire, self.plan.seed ^ u64::from(self.attempt)).0;
                    self.sent = 0;
                }
                Output::Wait { deadline, .. } => {
                    assert!(self.done.is_none(), "law 1: Done is the end");
                    if let Some(at) = deadline {
                        assert!(at > self.seen, "law 6: the next deadline is strictly later");
                    }
                    self.waiting = deadline;
                    return;
                }
            }
        }
        panic!("the machine never stops talking");
    }

    fn event(&mut self, event: &Event<'static>) {
        assert!(self.done.is_none(), "law 1: no event after Done");
        match event {
            Event::Retry(notice) => {
                let hint = notice.failure.retry_after_ms.unwrap_or(0);
                assert!(notice.delay_ms >= hint, "law 2: never below the hint");
                assert_eq!(notice.at, self.seen.after(notice.delay_ms));
                let deadline = self.plan.options.deadlines.call_ms.expect("always set here");
                assert!(notice.at < self.started.after(deadline), "law 2: never a wait beyond the deadline");
                let most = self.plan.options.retry.max_hint_ms.unwrap_or(u64::MAX);
                assert!(hint <= most, "law 2: a hint beyond the bound gives up");
            }
            Event::Discard { .. } => {
                self.discards += 1;
                let retry = &self.plan.options.retry;
                assert!(
                    retry.after_commit != AfterCommit::Stop || retry.commit == CommitPoint::Never,
                    "law 3: nothing is taken back unless the caller asked for it"
                );
            }
            _ => self.given = true,
        }
        self.caller.add(event);
    }

    fn input(&mut self, input: Input<'_>) {
        let behind = std::mem::take(&mut self.behind);
        let now = Instant::from_millis(self.now.as_millis().saturating_sub(behind));
        self.seen = self.seen.max(now);
        self.call.handle_input(now, input);
        self.drain();
    }

    /// Hands in an input of the attempt under way, or of one that is over, which changes nothing.
    fn of_attempt(&mut self, stale: bool, input: Input<'_>) {
        if !stale {
            return self.input(input);
        }
        self.input(Input::Timeout);
        let before = format!("{:?}", self.call);
        self.call.handle_input(self.seen, input);
        assert_eq!(before, format!("{:?}", self.call), "law 5: an attempt that is over is ignored");
    }

    fn which(&self, stale: bool) -> u32 {
        if stale { self.attempt.saturating_sub(1) } else { self.attempt }
    }

    fn apply(&mut self, op: &Op) {
        match op {
            Op::Advance(ms) => self.now = self.now.after(*ms),
            Op::Backwards(ms) => self.behind = *ms,
            Op::Cancel => {
                let was_done = self.done.is_some();
                self.input(Input::Cancel);
                let outcome = self.done.as_ref().expect("law 5: a cancel ends the call at once");
                let kind = outcome.failure.as_ref().map(|f| f.kind);
                assert!(was_done || kind == Some(FailureKind::Cancelled), "law 5: cancel beats everything");
            }
            Op::Chunk { stale, len } => {
                let end = (self.sent + len).min(self.body.len());
                let bytes = self.body[self.sent..end].to_vec();
                if !stale {
                    self.sent = end;
                }
                self.of_attempt(*stale, Input::Chunk { attempt: self.which(*stale), bytes: &bytes });
            }
            Op::End { stale } => self.of_attempt(*stale, Input::End { attempt: self.which(*stale) }),
            Op::Fail { stale, kind } => {
                let error = TransportError::new(*kind, "broke");
                let attempt = self.which(*stale);
                self.of_attempt(*stale, Input::TransportFailed { attempt, error });
            }
            Op::Garbage(bytes) => self.input(Input::Chunk { attempt: self.attempt, bytes }),
            Op::Head { stale, status, headers } => {
                let head = Head { status: *status, headers: headers.clone(), wall: None };
                self.of_attempt(*stale, Input::Head { attempt: self.which(*stale), head });
            }
            Op::Ok { stale } => {
                let head = Head { status: 200, headers: Headers::new(), wall: None };
                self.of_attempt(*stale, Input::Head { attempt: self.which(*stale), head });
            }
            Op::Sleep => {
                if let Some(at) = self.waiting {
                    self.now = self.now.max(at);
                    self.input(Input::Timeout);
                }
            }
            Op::Timeout => self.input(Input::Timeout),
        }
    }

    fn check_end(&self) {
        let Some(outcome) = &self.done else { return };
        let retry = &self.plan.options.retry;
        if let Some(max) = retry.max_attempts {
            let hops = outcome.attempts.iter().filter(|a| a.resumed && a.waited_ms == 0).count();
            assert!(
                self.transmits as usize <= max.max(1) as usize + hops,
                "law 2: never more attempts than the policy allows"
            );
        }
        assert_eq!(outcome.attempts.len(), self.transmits as usize, "every attempt has its record");
        check_usage(outcome);
        if self.given && !self.caller.response().candidates.is_empty() {
            assert_eq!(
                contents(self.caller.response()),
                contents(&outcome.response),
                "law 3: the caller has what the outcome says, once"
            );
        }
        if let Some(failure) = &outcome.failure {
            assert!(!failure.message.contains("7f3a9c"), "no secret in a failure");
        }
    }
}

fn contents(response: &Response) -> Vec<Vec<Content>> {
    let parts = |c: &tokenwire_core::model::Candidate| c.parts.iter().map(|p| p.content.clone()).collect();
    response.candidates.iter().map(parts).collect()
}

fn check_usage(outcome: &Outcome) {
    let mut sum: Option<Usage> = None;
    for attempt in &outcome.attempts {
        match &mut sum {
            None => sum = Some(attempt.usage.clone()),
            Some(sum) => sum.add(&attempt.usage),
        }
    }
    assert_eq!(sum.unwrap_or_default(), outcome.usage, "law 8: the total is the attempts' sum");
}

proptest! {
    #![proptest_config(crate::config("regressions/machine.txt"))]

    #[test]
    fn any_inputs_in_any_order_keep_every_law(
        plan in scenario::plan(),
        ops in prop::collection::vec(op(), 0..60),
    ) {
        let mut watched = Watched::new(&plan);
        for op in &ops {
            watched.apply(op);
        }
        watched.check_end();
    }

    #[test]
    fn after_done_nothing_changes(
        plan in scenario::plan(),
        ops in prop::collection::vec(op(), 0..20),
        late in prop::collection::vec(op(), 1..20),
    ) {
        let mut watched = Watched::new(&plan);
        for op in &ops {
            watched.apply(op);
        }
        watched.apply(&Op::Cancel);
        let before = watched.done.clone().expect("a cancel ends the call");
        for op in &late {
            watched.apply(op);
        }
        prop_assert!(Arc::ptr_eq(&before, watched.done.as_ref().expect("still done")));
        watched.check_end();
    }

    #[test]
    fn same_inputs_and_seed_give_the_same_transcript(
        plan in scenario::plan(),
        ops in prop::collection::vec(op(), 0..40),
    ) {
        let transcript = || {
            let mut watched = Watched::new(&plan);
            let mut out = String::new();
            for op in &ops {
                watched.apply(op);
                out.push_str(&format!("{:?}\n{:?}\n", watched.call, watched.waiting));
            }
            out
        };
        prop_assert_eq!(transcript(), transcript());
    }
}
