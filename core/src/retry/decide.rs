//! The decision: retry when, or stop why.

use core::fmt;

use super::RetryPolicy;
use crate::failure::{Failure, Retryable};
use crate::rng::Rng;

/// What is known when an attempt has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempted {
    /// How many attempts were made, the failed one included.
    pub attempts: u32,
    /// Milliseconds since the call began.
    pub elapsed_ms: u64,
    /// Milliseconds until the call's deadline, if it has one.
    pub remaining_ms: Option<u64>,
    /// Whether another attempt would show the caller something twice, and may not.
    pub committed: bool,
    /// How many earlier attempts failed with [`Retryable::Once`].
    pub once_used: u32,
}

/// What to do after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Try again.
    Retry {
        /// The wait in milliseconds; at least the server's hint.
        delay_ms: u64,
    },
    /// Stop.
    Stop(StopReason),
}

/// Why no further attempt is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// As many attempts as the policy allows were made.
    AttemptsSpent,
    /// The shared budget is empty.
    BudgetSpent,
    /// The caller has part of the answer.
    Committed,
    /// The wait would pass the call's deadline.
    DeadlineTooNear,
    /// The server asks for a longer wait than the policy obeys.
    HintTooLong,
    /// The same request would fail again.
    NotRetryable,
    /// The policy's total time would be passed.
    TotalTimeSpent,
}

impl StopReason {
    /// The stable name, in snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AttemptsSpent => "attempts_spent",
            Self::BudgetSpent => "budget_spent",
            Self::Committed => "committed",
            Self::DeadlineTooNear => "deadline_too_near",
            Self::HintTooLong => "hint_too_long",
            Self::NotRetryable => "not_retryable",
            Self::TotalTimeSpent => "total_time_spent",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Decides what follows a failed attempt.
///
/// The order in which reasons to stop are tested is the order of the variants' weight: what the
/// request is, what the caller has, what the policy counts, what the server asks, what time is left;
/// the shared budget last, so that nothing is taken from it for a retry that does not happen.
pub fn decide(policy: &RetryPolicy, failure: &Failure, at: Attempted, rng: &mut Rng) -> Decision {
    let retryable = match failure.retryable {
        Retryable::No => false,
        Retryable::Once => at.once_used == 0,
        Retryable::Yes => true,
    };
    if !retryable {
        return Decision::Stop(StopReason::NotRetryable);
    }
    if at.committed {
        return Decision::Stop(StopReason::Committed);
    }
    if policy.max_attempts.is_some_and(|max| at.attempts >= max.max(1)) {
        return Decision::Stop(StopReason::AttemptsSpent);
    }
    let hint_ms = failure.retry_after_ms.unwrap_or(0);
    if policy.max_hint_ms.is_some_and(|max| hint_ms > max) {
        return Decision::Stop(StopReason::HintTooLong);
    }
    let delay_ms = policy.backoff.jittered_ms(at.attempts, rng).max(hint_ms);
    if policy.total_ms.is_some_and(|total| at.elapsed_ms.saturating_add(delay_ms) > total) {
        return Decision::Stop(StopReason::TotalTimeSpent);
    }
    if at.remaining_ms.is_some_and(|left| delay_ms >= left) {
        return Decision::Stop(StopReason::DeadlineTooNear);
    }
    if policy.budget.as_ref().is_some_and(|budget| !budget.take()) {
        return Decision::Stop(StopReason::BudgetSpent);
    }
    Decision::Retry { delay_ms }
}
