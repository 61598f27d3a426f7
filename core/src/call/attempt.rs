//! One try, from its request to its end.

use alloc::string::String;
use alloc::vec::Vec;

use super::outcome::AttemptRecord;
use super::{Deadlines, WaitReason};
use crate::failure::{Failure, TimeoutKind};
use crate::http::Head;
use crate::pricing::Cost;
use crate::protocol::{Decoder, Resume};
use crate::time::Instant;
use crate::usage::Usage;

/// An error body that stalls is judged by what came of it after this long.
const ERROR_BODY_MS: u64 = 10_000;

/// An attempt under way.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) started: Instant,
    pub(super) record: AttemptRecord,
    /// When data last came; comments and pings are none.
    pub(super) last_activity: Option<Instant>,
    /// What it resumes, if it does.
    pub(super) resume: Option<Resume>,
    pub(super) phase: Phase,
    /// Bytes of content that came from earlier attempts, which it continues.
    pub(super) bytes_before: u64,
    /// Decodes the response; made before the head comes, so that a resumed one can be handed in.
    pub(super) decoder: Decoder,
}

/// How far an attempt has come.
#[derive(Debug)]
pub(super) enum Phase {
    /// Sent; no head yet.
    Opening,
    /// A head with an error status: its body is collected.
    Refused { head: Head, since: Instant, body: Vec<u8> },
    /// A head with status 2xx.
    Streaming { head: Head, since: Instant },
}

impl Phase {
    /// The response's head, once it came.
    pub(super) const fn head(&self) -> Option<&Head> {
        match self {
            Self::Opening => None,
            Self::Refused { head, .. } | Self::Streaming { head, .. } => Some(head),
        }
    }
}

impl Attempt {
    pub(super) fn new(
        number: u32,
        started: Instant,
        waited_ms: u64,
        resume: Option<Resume>,
        decoder: Decoder,
    ) -> Self {
        let record = AttemptRecord {
            attempt: number,
            resumed: resume.is_some(),
            waited_ms,
            status: None,
            failure: None,
            bytes: 0,
            head_ms: None,
            first_byte_ms: None,
            first_event_ms: None,
            total_ms: 0,
            usage: Usage::default(),
            cost: Cost::default(),
        };
        Self { started, record, last_activity: None, resume, phase: Phase::Opening, bytes_before: 0, decoder }
    }

    /// The deadlines of this attempt, each with what it ends.
    pub(super) fn deadlines(&self, limits: &Deadlines) -> impl Iterator<Item = (Instant, WaitReason)> {
        let from = |start: Instant, limit: Option<u64>, reason| {
            limit.filter(|ms| *ms > 0).map(|ms| (start.after(ms), reason))
        };
        let is_refused = matches!(self.phase, Phase::Refused { .. });
        let first_event = (!is_refused && self.record.first_event_ms.is_none())
            .then(|| from(self.started, limits.first_event_ms, WaitReason::FirstEvent))
            .flatten();
        let phase = match &self.phase {
            Phase::Refused { since, .. } => Some((since.after(ERROR_BODY_MS), WaitReason::ErrorBody)),
            // Before the first data its own limit holds, where there is one.
            Phase::Streaming { .. } if self.last_activity.is_none() && first_event.is_some() => None,
            Phase::Streaming { since, .. } => {
                from(self.last_activity.unwrap_or(*since), limits.stall_ms, WaitReason::Stall)
            }
            Phase::Opening => from(self.started, limits.head_ms, WaitReason::Head),
        };
        let attempt = from(self.started, limits.attempt_ms, WaitReason::Attempt);
        [attempt, phase, first_event].into_iter().flatten()
    }

    /// The record, closed at `now`.
    pub(super) fn close(
        mut self,
        now: Instant,
        failure: Option<Failure>,
        (usage, cost): (Usage, Cost),
    ) -> AttemptRecord {
        self.record.total_ms = now.since(self.started);
        self.record.failure = failure;
        self.record.usage = usage;
        self.record.cost = cost;
        self.record
    }
}

/// What a passed deadline is called in a failure, and how it reads.
pub(super) fn timeout_failure(reason: WaitReason, waited_ms: u64) -> (TimeoutKind, String) {
    let (kind, what) = match reason {
        WaitReason::Attempt => (TimeoutKind::Attempt, "the attempt to end"),
        WaitReason::Head => (TimeoutKind::Head, "the response head"),
        WaitReason::FirstEvent => (TimeoutKind::FirstEvent, "the first event"),
        WaitReason::Stall => (TimeoutKind::Stall, "the next event"),
        WaitReason::Call | WaitReason::Backoff | WaitReason::ErrorBody | WaitReason::Response => {
            (TimeoutKind::Call, "the call to end")
        }
    };
    (kind, alloc::format!("waited {waited_ms} ms for {what}"))
}
