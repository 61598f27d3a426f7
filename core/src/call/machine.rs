//! The machine itself.

mod ending;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::accounting::Meter;
use super::attempt::{Attempt, Phase, timeout_failure};
use super::broken::Broken;
use super::delivery::Delivery;
use super::forwarded::Forwarded;
use super::records::Records;
use super::secrets::Secrets;
use super::{Input, Options, Outcome, Output, Transmit, WaitReason};
use crate::failure::{Failure, FailureKind, Retryable};
use crate::http::{Head, HttpRequest, TransportError, TransportKind};
use crate::model::{Event, FinishReason, Loss, Request, RetryNotice};
use crate::protocol::{
    Decoder, EncodeError, Encoded, Progress, Resume, Target, encode_request, encode_resume,
};
use crate::retry::{AfterCommit, Attempted, CommitPoint, Decision, StopReason, decide};
use crate::rng::Rng;
use crate::time::{Instant, UnixTime};
use crate::usage::Completeness;

/// More hops of one paused answer (Gemini's `CONTINUATION`) than any answer needs.
const MAX_CONTINUATIONS: u32 = 64;

/// One logical call, as a machine without I/O.
///
/// Rules that hold always:
///
/// 1. After each [`Call::handle_input`] (and after [`Call::new`]), drain [`Call::poll_output`] until
///    it says `Wait` or `Done`.
/// 2. `now` never decreases; an earlier value counts as the latest one seen.
/// 3. After a due timeout is handled, the next deadline is strictly later.
/// 4. Inputs of an attempt that is over are ignored.
/// 5. Empty chunks are legal; `End` is the only end of a body.
/// 6. After `Done` every input does nothing and every poll says the same `Done`.
#[derive(Debug)]
pub struct Call {
    request: Request,
    target: Target,
    options: Options,
    secrets: Secrets,
    rng: Rng,
    started: Instant,
    now: Instant,
    http: HttpRequest,
    losses: Vec<Loss>,
    outputs: VecDeque<Output>,
    delivery: Delivery,
    records: Records,
    /// What is passed on as it came, if the caller wants that.
    forwarded: Option<Forwarded>,
    /// How many attempts were started.
    attempts: u32,
    /// Attempts that count against the policy; hops of one paused answer do not.
    tries: u32,
    continuations: u32,
    once_used: u32,
    /// The host's wall clock against its monotonic one, from the last head that told it.
    wall: Option<(Instant, UnixTime)>,
    state: State,
}

#[derive(Debug)]
enum State {
    Active(Box<Attempt>),
    Done(Arc<Outcome>),
    /// Between two transitions only.
    Moving,
    Waiting(Waiting),
}

/// Between two attempts.
#[derive(Debug)]
struct Waiting {
    until: Instant,
    since: Instant,
    next: Next,
}

/// What the next attempt is.
#[derive(Debug)]
enum Next {
    Again,
    Resume(Box<Decoder>, Resume),
}

impl Call {
    /// A call of `request` at `target`. `seed` decides the jitter; `now` is the host's clock.
    ///
    /// # Errors
    /// The request cannot be encoded for the target's wire; nothing is sent.
    pub fn new(
        request: Request,
        target: Target,
        options: Options,
        seed: u64,
        now: Instant,
    ) -> Result<Self, EncodeError> {
        let encoded = encode_request(&request, &target, options.stream)?;
        Ok(Self::encoded(request, encoded, target, options, seed, now))
    }

    /// A call of `request`, which is encoded already.
    pub(crate) fn encoded(
        request: Request,
        encoded: Encoded,
        target: Target,
        options: Options,
        seed: u64,
        now: Instant,
    ) -> Self {
        Self::begin(request, encoded, None, target, options, seed, now)
    }

    /// A call whose request is `http`, as it stands, and whose answer the caller passes on byte for byte:
    /// it comes as [`Output::ForwardHead`] and [`Output::Forward`] beside the events, from the commit point
    /// on. The body of a refusal is passed on as well, if no attempt follows it.
    ///
    /// `request` says what is asked for, as far as it is understood; limits, prices and log lines go by it.
    /// Nothing that was passed on can be taken back, so [`AfterCommit::Stop`] holds whatever the policy
    /// says.
    pub fn forward(
        http: HttpRequest,
        request: Request,
        target: Target,
        options: Options,
        seed: u64,
        now: Instant,
    ) -> Self {
        let encoded = Encoded { http, losses: Vec::new() };
        Self::forwarding(request, encoded, target, options, seed, now)
    }

    /// The same for a request that may have lost something.
    pub(crate) fn forwarding(
        request: Request,
        encoded: Encoded,
        target: Target,
        mut options: Options,
        seed: u64,
        now: Instant,
    ) -> Self {
        options.retry.after_commit = AfterCommit::Stop;
        if options.retry.commit == CommitPoint::Never {
            options.retry.commit = CommitPoint::default();
        }
        Self::begin(request, encoded, Some(Forwarded::default()), target, options, seed, now)
    }

    fn begin(
        request: Request,
        encoded: Encoded,
        forwarded: Option<Forwarded>,
        target: Target,
        options: Options,
        seed: u64,
        now: Instant,
    ) -> Self {
        let delivery = Delivery::new(target.dialect.vendor, options.retry.commit);
        let meter = Meter::new(options.accounting.clone(), &request, &target.dialect, options.stream);
        let mut call = Self {
            request,
            secrets: Secrets::of(&target),
            target,
            options,
            rng: Rng::new(seed),
            started: now,
            now,
            http: encoded.http,
            losses: encoded.losses,
            outputs: VecDeque::new(),
            delivery,
            records: Records::new(meter),
            forwarded,
            attempts: 0,
            tries: 0,
            continuations: 0,
            once_used: 0,
            wall: None,
            state: State::Moving,
        };
        match call.records.refuses(call.wall_at(now)) {
            Some(why) => {
                let failure = Failure::new(FailureKind::SpendingLimit, why);
                call.finish(Some(failure), Some(StopReason::SpendingLimit));
            }
            None => call.start_attempt(0, Next::Again),
        }
        call
    }

    /// Tells the machine what happened at `now`.
    ///
    /// A cancel beats everything, then the call's own deadline; what else has passed by `now` is
    /// handled after the input, so that bytes which waited for a busy caller are not lost.
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        if matches!(self.state, State::Done(_)) {
            return;
        }
        if matches!(input, Input::Cancel) {
            return self.stop_now(FailureKind::Cancelled, None, "cancelled by the caller".into());
        }
        if self.call_deadline().is_some_and(|at| at <= self.now) {
            return self.call_timed_out();
        }
        match input {
            Input::Cancel | Input::Timeout => {}
            Input::Chunk { attempt, bytes } => self.handle_chunk(attempt, bytes),
            Input::End { attempt } => self.handle_end(attempt),
            Input::Head { attempt, head } => self.handle_head(attempt, head),
            Input::TransportFailed { attempt, error } => self.handle_transport(attempt, &error),
        }
        self.handle_deadlines();
        debug_assert!(!matches!(self.state, State::Moving), "every transition ends in a state");
    }

    /// Ends the call because whoever takes its answer can do nothing with what came.
    pub(crate) fn give_up(&mut self, why: &str) {
        if !matches!(self.state, State::Done(_)) {
            self.stop_now(FailureKind::MalformedResponse, None, why.into());
        }
    }

    /// What to do next. Drain it after each input.
    #[must_use]
    pub fn poll_output(&mut self) -> Output {
        if let Some(output) = self.outputs.pop_front() {
            return output;
        }
        if let State::Done(outcome) = &self.state {
            return Output::Done(Arc::clone(outcome));
        }
        match self.next_deadline() {
            Some((at, reason)) => Output::Wait { deadline: Some(at), reason },
            None => Output::Wait { deadline: None, reason: WaitReason::Response },
        }
    }

    /// The outcome, once there is one.
    pub fn outcome(&self) -> Option<&Arc<Outcome>> {
        match &self.state {
            State::Done(outcome) => Some(outcome),
            State::Active(_) | State::Moving | State::Waiting(_) => None,
        }
    }

    /// What the wire had no place for in the request.
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    fn call_deadline(&self) -> Option<Instant> {
        self.options.deadlines.call_ms.filter(|ms| *ms > 0).map(|ms| self.started.after(ms))
    }

    /// The earliest deadline; of equal ones the one with the wider reach.
    fn next_deadline(&self) -> Option<(Instant, WaitReason)> {
        if matches!(self.state, State::Done(_)) {
            return None;
        }
        let call = self.call_deadline().map(|at| (at, WaitReason::Call));
        let state = match &self.state {
            State::Active(attempt) => attempt.deadlines(&self.options.deadlines).min_by_key(|(at, _)| *at),
            State::Waiting(waiting) => Some((waiting.until, WaitReason::Backoff)),
            State::Done(_) | State::Moving => None,
        };
        call.into_iter().chain(state).min_by_key(|(at, _)| *at)
    }

    /// Handles what is due. Every round either ends the call or moves the next deadline.
    fn handle_deadlines(&mut self) {
        while let Some((at, reason)) = self.next_deadline() {
            if at > self.now {
                return;
            }
            match reason {
                WaitReason::Call => return self.call_timed_out(),
                WaitReason::Backoff => self.end_wait(),
                WaitReason::ErrorBody => self.judge_refusal(true),
                WaitReason::Attempt
                | WaitReason::FirstEvent
                | WaitReason::Head
                | WaitReason::Stall
                | WaitReason::Response => self.attempt_timed_out(reason),
            }
        }
    }

    fn call_timed_out(&mut self) {
        if self.complete_if_finished() {
            return;
        }
        let (_, message) = timeout_failure(WaitReason::Call, self.now.since(self.started));
        self.stop_now(FailureKind::Timeout, Some(WaitReason::Call), message);
    }

    /// The answer is whole and only what may follow it is missing: waiting for that is over.
    fn complete_if_finished(&mut self) -> bool {
        let is_finished = matches!(
            &self.state,
            State::Active(attempt) if matches!(attempt.phase, Phase::Streaming { .. })
                && attempt.decoder.progress() != Progress::Open
        );
        if is_finished && let Some(attempt) = self.take_active() {
            self.outputs.push_back(Output::Abort { attempt: attempt.record.attempt });
            self.complete(attempt);
        }
        is_finished
    }

    fn end_wait(&mut self) {
        match core::mem::replace(&mut self.state, State::Moving) {
            State::Waiting(waiting) => {
                let waited = self.now.since(waiting.since);
                self.start_attempt(waited, waiting.next);
            }
            other => self.state = other,
        }
    }

    fn start_attempt(&mut self, waited_ms: u64, next: Next) {
        self.attempts = self.attempts.saturating_add(1);
        let number = self.attempts;
        let (decoder, request, resume) = match next {
            Next::Again => {
                let decoder = Decoder::new(&self.target.dialect, self.options.caps);
                let decoder = decoder.with_tools(&self.target.dialect, self.request.callable_tools());
                (decoder, self.http.clone(), None)
            }
            Next::Resume(decoder, resume) => match encode_resume(&self.request, &self.target, &resume) {
                Ok(encoded) => (*decoder, encoded.http, Some(resume)),
                // The request was encoded before, so this does not happen; starting over would
                // repeat what the caller has.
                Err(error) => {
                    return self
                        .finish(Some(Failure::new(FailureKind::Resume, alloc::format!("{error}"))), None);
                }
            },
        };
        self.delivery.start_attempt(resume.is_some());
        self.forwarded.iter_mut().for_each(Forwarded::start_attempt);
        let mut attempt = Attempt::new(number, self.now, waited_ms, resume, decoder);
        attempt.bytes_before = self.delivery.attempt_bytes();
        self.state = State::Active(Box::new(attempt));
        self.outputs.push_back(Output::Transmit(Transmit { attempt: number, request }));
    }

    /// The attempt under way, if `number` is it; taken out of the state.
    fn take_attempt(&mut self, number: u32) -> Option<Box<Attempt>> {
        match &self.state {
            State::Active(attempt) if attempt.record.attempt == number => self.take_active(),
            State::Active(_) | State::Done(_) | State::Moving | State::Waiting(_) => None,
        }
    }

    fn take_active(&mut self) -> Option<Box<Attempt>> {
        match core::mem::replace(&mut self.state, State::Moving) {
            State::Active(attempt) => Some(attempt),
            other => {
                self.state = other;
                None
            }
        }
    }

    fn handle_head(&mut self, number: u32, head: Head) {
        let Some(mut attempt) = self.take_attempt(number) else { return };
        if !matches!(attempt.phase, Phase::Opening) {
            self.state = State::Active(attempt);
            return;
        }
        if let Some(wall) = head.wall {
            self.wall = Some((self.now, wall));
        }
        if let Some(forwarded) = &mut self.forwarded {
            forwarded.take_head(&head);
        }
        attempt.record.status = Some(head.status);
        attempt.record.head_ms = Some(self.now.since(attempt.started));
        attempt.phase = if (200..300).contains(&head.status) {
            self.delivery.opened(&mut self.outputs);
            Phase::Streaming { head, since: self.now }
        } else {
            Phase::Refused { head, since: self.now, body: Vec::new() }
        };
        self.state = State::Active(attempt);
    }

    fn handle_chunk(&mut self, number: u32, bytes: &[u8]) {
        let Some(mut attempt) = self.take_attempt(number) else { return };
        if !bytes.is_empty() {
            attempt.record.bytes += bytes.len() as u64;
            attempt.record.first_byte_ms.get_or_insert_with(|| self.now.since(attempt.started));
        }
        match &mut attempt.phase {
            // A body before its head: the host is confused, the bytes are nobody's.
            Phase::Opening => self.state = State::Active(attempt),
            Phase::Refused { body, .. } => {
                let room = self.options.caps.error_bytes.saturating_sub(body.len());
                let bytes = &bytes[..bytes.len().min(room)];
                body.extend_from_slice(bytes);
                if let Some(forwarded) = &mut self.forwarded {
                    forwarded.take(bytes);
                }
                let is_full = body.len() >= self.options.caps.error_bytes;
                self.state = State::Active(attempt);
                if is_full {
                    self.judge_refusal(true);
                }
            }
            Phase::Streaming { .. } => self.decode(attempt, bytes),
        }
    }

    fn decode(&mut self, mut attempt: Box<Attempt>, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.delivery.first_byte(&mut self.outputs);
        }
        let (events, activity) = (self.delivery.events(), attempt.decoder.activity());
        let decoded = attempt.decoder.push(bytes, &mut self.delivery.sink(&mut self.outputs));
        self.pass_on(bytes);
        if attempt.decoder.activity() > activity {
            attempt.last_activity = Some(self.now);
        }
        if self.delivery.events() > events {
            attempt.record.first_event_ms.get_or_insert_with(|| self.now.since(attempt.started));
        }
        if let Some(cap) = self.passed_cap(&attempt) {
            let broken = Broken::too_large(&attempt, cap);
            return self.break_attempt(attempt, broken);
        }
        if let (Ok(Progress::Open), Some(why)) = (&decoded, self.passed_limit(&attempt)) {
            return self.cut_off(attempt, why);
        }
        match decoded {
            // What follows the terminal event is passed on too, up to the end of the body.
            Ok(Progress::Complete) if self.forwarded.is_none() => self.complete(attempt),
            Ok(Progress::Complete | Progress::Finished | Progress::Open) => {
                self.state = State::Active(attempt)
            }
            Err(error) => {
                let broken = Broken::decode(&attempt, error, &self.secrets, true);
                self.break_attempt(attempt, broken);
            }
        }
    }

    /// Passes the bytes on, or holds them back with the events that they brought.
    fn pass_on(&mut self, bytes: &[u8]) {
        let Some(forwarded) = &mut self.forwarded else { return };
        if forwarded.take(bytes) {
            self.delivery.release(&mut self.outputs);
        }
        if self.delivery.is_released() {
            forwarded.give(&mut self.outputs);
        }
    }

    /// The cap that the attempt's response passed, in bytes. What is complete may be as long as it is.
    fn passed_cap(&self, attempt: &Attempt) -> Option<u64> {
        let caps = &self.options.caps;
        if self.delivery.response_bytes() > caps.response_bytes {
            return Some(caps.response_bytes);
        }
        let is_over = attempt.record.bytes > caps.attempt_bytes;
        (is_over && attempt.decoder.progress() != Progress::Complete).then_some(caps.attempt_bytes)
    }

    fn handle_end(&mut self, number: u32) {
        let Some(attempt) = self.take_attempt(number) else { return };
        match attempt.phase {
            Phase::Opening => {
                let error = TransportError::new(TransportKind::Reset, "the response ended before its head");
                let broken = Broken::transport(&attempt, &error);
                self.break_attempt(attempt, broken);
            }
            Phase::Refused { .. } => {
                self.state = State::Active(attempt);
                self.judge_refusal(false);
            }
            Phase::Streaming { .. } => self.complete(attempt),
        }
    }

    fn handle_transport(&mut self, number: u32, error: &TransportError) {
        let Some(attempt) = self.take_attempt(number) else { return };
        match attempt.phase {
            Phase::Refused { .. } => {
                self.state = State::Active(attempt);
                self.judge_refusal(false);
            }
            // The answer is whole; only what may follow it is missing.
            Phase::Streaming { .. } if attempt.decoder.progress() != Progress::Open => self.complete(attempt),
            Phase::Opening | Phase::Streaming { .. } => {
                let broken = Broken::transport(&attempt, error);
                self.break_attempt(attempt, broken);
            }
        }
    }

    /// The body ended, or nothing more of it is read.
    fn complete(&mut self, mut attempt: Box<Attempt>) {
        let events_before = self.delivery.events();
        let ended = attempt.decoder.end(&mut self.delivery.sink(&mut self.outputs));
        if self.delivery.events() > events_before {
            attempt.record.first_event_ms.get_or_insert_with(|| self.now.since(attempt.started));
        }
        if let Err(error) = ended {
            let broken = Broken::decode(&attempt, error, &self.secrets, false);
            return self.break_attempt(attempt, broken);
        }
        if self.delivery.is_empty() {
            let broken = Broken::empty(&attempt);
            return self.break_attempt(attempt, broken);
        }
        self.delivery.settle(&mut self.outputs);
        if let Some(forwarded) = &mut self.forwarded {
            forwarded.give(&mut self.outputs);
        }
        let next = self.next_hop(&attempt);
        let usage = attempt.decoder.usage().clone();
        let is_background = matches!(attempt.resume, Some(Resume::Responses { .. }));
        if is_background && usage.completeness == Completeness::Complete {
            self.records.supersede();
        }
        self.close(attempt, None, &usage);
        match (next, self.records.refuses(self.wall_at(self.now))) {
            (Some(_), Some(why)) => {
                let failure = Failure::new(FailureKind::SpendingLimit, why);
                self.finish(Some(failure), Some(StopReason::SpendingLimit));
            }
            (Some(next), None) => self.start_attempt(0, next),
            (None, _) => {
                if let Some(budget) = &self.options.retry.budget {
                    budget.refund(self.tries > 0);
                }
                self.finish(None, None);
            }
        }
    }

    /// The next hop of an answer that the provider paused, where the policy wants it whole.
    fn next_hop(&mut self, attempt: &Attempt) -> Option<Next> {
        let is_paused = self.delivery.finish().is_some_and(|f| f.reason == FinishReason::Pause);
        if self.options.retry.after_commit != AfterCommit::Resume
            || !is_paused
            || self.continuations >= MAX_CONTINUATIONS
        {
            return None;
        }
        let resume = attempt.decoder.resume().filter(|r| matches!(r, Resume::Gemini { .. }))?;
        self.continuations += 1;
        self.delivery.will_resume(&resume, &mut self.outputs);
        Some(Next::Resume(Box::new(attempt.decoder.resumed()), resume))
    }

    fn attempt_timed_out(&mut self, reason: WaitReason) {
        if self.complete_if_finished() {
            return;
        }
        if matches!(&self.state, State::Active(a) if matches!(a.phase, Phase::Refused { .. })) {
            return self.judge_refusal(true);
        }
        let Some(attempt) = self.take_active() else { return };
        let broken = Broken::timeout(&attempt, reason, self.now);
        self.break_attempt(attempt, broken);
    }

    /// The error response is as whole as it gets.
    fn judge_refusal(&mut self, open: bool) {
        let Some(attempt) = self.take_active() else { return };
        let Phase::Refused { head, body, .. } = &attempt.phase else {
            self.state = State::Active(attempt);
            return;
        };
        let broken = Broken::refusal(head, body, self.target.dialect.wire, &self.secrets, open);
        self.break_attempt(attempt, broken);
    }

    /// An attempt failed: retry, resume or stop.
    fn break_attempt(&mut self, attempt: Box<Attempt>, broken: Broken) {
        let Broken { mut failure, open, usage } = broken;
        self.secrets.mask_failure(&mut failure);
        let number = attempt.record.attempt;
        if open {
            self.outputs.push_back(Output::Abort { attempt: number });
        }
        let resume = self.resume_point(&attempt, &failure);
        let resumed_decoder = resume.is_some().then(|| Box::new(attempt.decoder.resumed()));
        self.close(attempt, Some(failure.clone()), &usage);
        self.tries += 1;
        match self.decide(&failure, resume.is_some()) {
            Decision::Stop(reason) => self.finish(Some(failure), Some(reason)),
            Decision::Retry { .. } if self.records.refuses(self.wall_at(self.now)).is_some() => {
                self.finish(Some(failure), Some(StopReason::SpendingLimit));
            }
            Decision::Retry { delay_ms } => {
                let next = match (resumed_decoder, resume) {
                    (Some(decoder), Some(resume)) => {
                        self.delivery.will_resume(&resume, &mut self.outputs);
                        Next::Resume(decoder, resume)
                    }
                    _ => {
                        self.delivery.will_repeat();
                        Next::Again
                    }
                };
                self.wait(number, delay_ms, failure, next);
            }
        }
    }

    fn resume_point(&self, attempt: &Attempt, failure: &Failure) -> Option<Resume> {
        (self.options.retry.after_commit == AfterCommit::Resume && failure.retryable == Retryable::Yes)
            .then(|| attempt.decoder.resume())
            .flatten()
    }

    fn decide(&mut self, failure: &Failure, can_resume: bool) -> Decision {
        let policy = &self.options.retry;
        let may_repeat = can_resume
            || policy.commit == CommitPoint::Never
            || policy.after_commit == AfterCommit::DiscardAndRetry;
        let attempted = Attempted {
            attempts: self.tries,
            elapsed_ms: self.now.since(self.started),
            remaining_ms: self.call_deadline().map(|at| at.since(self.now)),
            committed: self.delivery.is_committed() && !may_repeat,
            once_used: self.once_used,
        };
        if failure.retryable == Retryable::Once {
            self.once_used += 1;
        }
        decide(policy, failure, attempted, &mut self.rng)
    }

    fn wait(&mut self, attempt: u32, delay_ms: u64, failure: Failure, next: Next) {
        let at = self.now.after(delay_ms);
        let wall = self.wall.map(|(seen, wall)| wall.after(at.since(seen)));
        let notice = RetryNotice { attempt, delay_ms, at, wall, failure };
        self.outputs.push_back(Output::Event(Event::Retry(Box::new(notice))));
        if delay_ms == 0 {
            self.start_attempt(0, next);
        } else {
            self.state = State::Waiting(Waiting { until: at, since: self.now, next });
        }
    }
}
