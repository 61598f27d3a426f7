//! How attempts and the call end: what they cost, and what comes out.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

use super::{Call, State};
use crate::call::accounting::Running;
use crate::call::attempt::{Attempt, Phase, timeout_failure};
use crate::call::{Outcome, Output, WaitReason};
use crate::failure::{Failure, FailureKind};
use crate::model::{Finish, FinishReason};
use crate::pricing::Cost;
use crate::protocol::Resume;
use crate::retry::StopReason;
use crate::time::{Instant, UnixTime};
use crate::usage::Usage;

impl Call {
    /// Why the attempt spends more than the call may.
    pub(super) fn passed_limit(&self, attempt: &Attempt) -> Option<String> {
        let usage = attempt.decoder.usage();
        self.records.stops(self.running(attempt, usage), self.wall_at(attempt.started))
    }

    /// Ends an attempt that spends too much, with what came.
    pub(super) fn cut_off(&mut self, attempt: Box<Attempt>, why: String) {
        let failure =
            Failure { status: attempt.record.status, ..Failure::new(FailureKind::SpendingLimit, why) };
        self.outputs.push_back(Output::Abort { attempt: attempt.record.attempt });
        let usage = attempt.decoder.usage().clone();
        self.close(attempt, Some(failure.clone()), &usage);
        self.finish(Some(failure), Some(StopReason::SpendingLimit));
    }

    fn running<'a>(&'a self, attempt: &Attempt, usage: &'a Usage) -> Running<'a> {
        let bytes = self.delivery.attempt_bytes().saturating_sub(attempt.bytes_before);
        let is_resumed = matches!(attempt.resume, Some(Resume::Responses { .. }));
        Running { usage, bytes, model: self.delivery.model(), is_resumed }
    }

    /// The wall-clock time at `at`, as well as it is known.
    pub(super) fn wall_at(&self, at: Instant) -> UnixTime {
        self.records.meter().wall(self.started, at, self.wall)
    }

    /// Prices an attempt that is over and keeps its record.
    pub(super) fn close(&mut self, attempt: Box<Attempt>, failure: Option<Failure>, usage: &Usage) {
        let wall = self.wall_at(attempt.started);
        let meter = self.records.meter();
        let running = self.running(&attempt, usage);
        let usage = meter.settle(running, attempt.record.head_ms.is_some());
        let cost = meter.cost(&usage, running.model, wall);
        let spent = meter.spent(running, wall);
        self.records.push((*attempt).close(self.now, failure, (usage, cost)), spent);
    }

    /// Cancel, or the call's deadline: ends at once, with what is there.
    pub(super) fn stop_now(&mut self, kind: FailureKind, reason: Option<WaitReason>, message: String) {
        let mut failure = Failure::new(kind, message);
        failure.timeout = reason.map(|r| timeout_failure(r, 0).0);
        if let Some(attempt) = self.take_active().filter(|a| !self.unsend(a.record.attempt)) {
            self.outputs.push_back(Output::Abort { attempt: attempt.record.attempt });
            failure.status = attempt.record.status;
            let usage = match attempt.phase {
                Phase::Refused { .. } => Usage::nothing_billed(),
                Phase::Opening | Phase::Streaming { .. } => attempt.decoder.usage().clone(),
            };
            self.close(attempt, Some(failure.clone()), &usage);
        }
        self.finish(Some(failure), None);
    }

    /// Takes a request back that the host has not seen yet.
    fn unsend(&mut self, attempt: u32) -> bool {
        let before = self.outputs.len();
        self.outputs.retain(|o| !matches!(o, Output::Transmit(t) if t.attempt == attempt));
        self.outputs.len() < before
    }

    pub(super) fn finish(&mut self, failure: Option<Failure>, stop: Option<StopReason>) {
        let (attempts, omitted_attempts, sum) = self.records.finish();
        // A refusal is an answer too; of what broke before the commit point there is nothing to pass on.
        let is_refused = attempts.last().and_then(|a| a.status).is_some_and(|s| !(200..300).contains(&s));
        if let Some(forwarded) = self.forwarded.as_mut().filter(|_| is_refused) {
            forwarded.mask(&self.secrets);
            forwarded.give(&mut self.outputs);
        }
        let response = self.delivery.take_response();
        let account = self.records.meter().account(&self.target.dialect.name, response.model.as_deref());
        let known = response.finish().cloned();
        let finish = match &failure {
            None => known.unwrap_or(Finish { reason: FinishReason::Other, raw: None, detail: None }),
            Some(failure) => Finish {
                reason: match failure.kind {
                    FailureKind::Cancelled => FinishReason::Cancelled,
                    _ => FinishReason::Error,
                },
                ..known.unwrap_or(Finish { reason: FinishReason::Error, raw: None, detail: None })
            },
        };
        self.state = State::Done(Arc::new(Outcome {
            response,
            finish,
            failure,
            stop,
            usage: sum.usage.unwrap_or_else(Usage::nothing_billed),
            cost: sum.cost.unwrap_or_else(Cost::nothing),
            failed_cost: sum.failed_cost.unwrap_or_else(Cost::nothing),
            account,
            attempts,
            omitted_attempts,
            losses: self.losses.clone(),
            elapsed_ms: self.now.since(self.started),
        }));
    }
}
