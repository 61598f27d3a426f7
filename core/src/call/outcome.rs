//! How a call ended.

use alloc::vec::Vec;

use crate::failure::Failure;
use crate::model::{Finish, Loss, Response};
use crate::pricing::Cost;
use crate::retry::StopReason;
use crate::usage::{Account, Entry, Usage};

/// How a call ended: always a value, whatever happened, with everything that was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The response, whole or as far as it came.
    pub response: Response,
    /// Why it ended, with the provider's own word beside it; reason `error` or `cancelled` where
    /// `failure` is set.
    pub finish: Finish,
    /// What went wrong; `None` for a complete response.
    pub failure: Option<Failure>,
    /// Why no further attempt was made; `None` for a complete response, a cancel or the call's
    /// deadline.
    pub stop: Option<StopReason>,
    /// What all attempts used together.
    pub usage: Usage,
    /// What all attempts cost together, as far as it is known.
    pub cost: Cost,
    /// What of it the attempts cost that failed.
    pub failed_cost: Cost,
    /// Whom the call is put down to in a [`Ledger`](crate::usage::Ledger): provider, model, and the labels
    /// in [`Accounting`](super::Accounting).
    pub account: Account,
    /// One record an attempt, oldest first; of more than 256 the first and the last 128.
    pub attempts: Vec<AttemptRecord>,
    /// How many records were left out in the middle. Their usage is in the total.
    pub omitted_attempts: u32,
    /// What the wire had no place for in the request.
    pub losses: Vec<Loss>,
    /// Milliseconds from the call's start to its end.
    pub elapsed_ms: u64,
}

/// Whether there is a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeStatus {
    /// All of it.
    Complete,
    /// None of it.
    Error,
    /// A part of it, and a failure.
    Partial,
}

impl OutcomeStatus {
    /// The stable name: `complete`, `partial`, `error`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Error => "error",
            Self::Partial => "partial",
        }
    }
}

impl Outcome {
    /// Whether there is a response, a part of one, or none.
    pub fn status(&self) -> OutcomeStatus {
        if self.failure.is_none() {
            OutcomeStatus::Complete
        } else if self.response.candidates.iter().any(|c| !c.parts.is_empty()) {
            OutcomeStatus::Partial
        } else {
            OutcomeStatus::Error
        }
    }

    /// The call as it enters a [`Ledger`](crate::usage::Ledger).
    pub fn entry(&self) -> Entry {
        Entry {
            counts: self.usage.counts,
            completeness: self.usage.completeness,
            attempts: u32::try_from(self.attempts.len()).unwrap_or(u32::MAX) + self.omitted_attempts,
            has_failed: self.failure.is_some(),
            cost: self.cost.amount,
            cost_completeness: self.cost.completeness,
        }
    }

    /// Whether the response is complete.
    pub const fn is_complete(&self) -> bool {
        self.failure.is_none()
    }
}

/// What became of one attempt. Times are milliseconds from the attempt's start.
#[derive(Clone, Debug, PartialEq)]
pub struct AttemptRecord {
    /// Its number, from 1.
    pub attempt: u32,
    /// Whether it went on where an earlier one broke off or paused.
    pub resumed: bool,
    /// The wait before it.
    pub waited_ms: u64,
    /// The HTTP status, if a head came.
    pub status: Option<u16>,
    /// How it failed, or how the call ended while it was under way; `None` for one that completed.
    pub failure: Option<Failure>,
    /// Body bytes received.
    pub bytes: u64,
    /// When the head came.
    pub head_ms: Option<u64>,
    /// When the first body byte came.
    pub first_byte_ms: Option<u64>,
    /// When the first event came.
    pub first_event_ms: Option<u64>,
    /// How long it took in all.
    pub total_ms: u64,
    /// What it used, as far as that is known.
    pub usage: Usage,
    /// What it cost, as far as that is known.
    pub cost: Cost,
}
