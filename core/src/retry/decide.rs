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
    /// Another attempt would cost more than the call's own limit allows.
    SpendingLimit,
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
            Self::SpendingLimit => "spending_limit",
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
/// Reasons to stop are tested in this order: what the request is, what the caller has, what the policy
/// counts, what the server asks, what time is left; the shared budget last, so that nothing is taken
/// from it for a retry that does not happen. Nothing is drawn from `rng` unless all but the time
/// allows a retry.
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
    let delay_ms = policy.backoff.jittered_ms(at.attempts, hint_ms, rng);
    let least_ms = if policy.max_attempts.is_none() { RetryPolicy::MIN_UNBOUNDED_MS } else { 0 };
    let delay_ms = delay_ms.max(least_ms);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{ErrorBody, FailureKind, classify_response};
    use crate::http::Headers;
    use crate::retry::{Backoff, Jitter, RetryBudget};
    use crate::rng::Rng;
    use alloc::sync::Arc;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const FIRST: Attempted =
        Attempted { attempts: 1, elapsed_ms: 0, remaining_ms: None, committed: false, once_used: 0 };

    fn failure(retryable: Retryable, hint_ms: Option<u64>) -> Failure {
        Failure { retryable, retry_after_ms: hint_ms, ..Failure::new(FailureKind::ServerError, "") }
    }

    fn exact(policy: RetryPolicy) -> RetryPolicy {
        RetryPolicy { backoff: Backoff { jitter: Jitter::None, ..policy.backoff }, ..policy }
    }

    fn decide_once(policy: &RetryPolicy, failure: &Failure, at: Attempted) -> Decision {
        decide(policy, failure, at, &mut Rng::new(1))
    }

    /// The delays of a call whose every attempt fails with `failure`.
    fn run(policy: &RetryPolicy, failure: &Failure, most: u32) -> (Vec<u64>, Option<StopReason>) {
        let mut delays = Vec::new();
        let mut rng = Rng::new(7);
        for attempts in 1..=most {
            let once_used = if failure.retryable == Retryable::Once { attempts - 1 } else { 0 };
            match decide(policy, failure, Attempted { attempts, once_used, ..FIRST }, &mut rng) {
                Decision::Retry { delay_ms } => delays.push(delay_ms),
                Decision::Stop(reason) => return (delays, Some(reason)),
            }
        }
        (delays, None)
    }

    #[test]
    fn retry_bounded_by_max_attempts() {
        let policy = exact(RetryPolicy::bounded());
        let failure = failure(Retryable::Yes, None);
        assert_eq!(run(&policy, &failure, 10), (alloc::vec![1_000, 2_000], Some(StopReason::AttemptsSpent)));
        for max in [0, 1] {
            let policy = RetryPolicy { max_attempts: Some(max), ..policy.clone() };
            assert_eq!(run(&policy, &failure, 10), (Vec::new(), Some(StopReason::AttemptsSpent)), "{max}");
        }
        assert_eq!(run(&RetryPolicy::none(), &failure, 10).0, []);
    }

    #[test]
    fn patient_policy_has_no_end() {
        let (delays, stop) = run(&RetryPolicy::patient(), &failure(Retryable::Yes, None), 1_000);
        assert_eq!(delays[..8], [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!((delays.len(), stop), (1_000, None));
    }

    #[test]
    fn retry_honours_retry_after_header() {
        let headers: Headers = [("retry-after", "7")].into_iter().collect();
        let failure = classify_response(429, &headers, &ErrorBody::default(), "", None);
        let policy = exact(RetryPolicy::bounded());
        assert_eq!(decide_once(&policy, &failure, FIRST), Decision::Retry { delay_ms: 7_000 });
        let capped = RetryPolicy { backoff: Backoff { base_ms: 1, cap_ms: 5, ..policy.backoff }, ..policy };
        assert_eq!(decide_once(&capped, &failure, FIRST), Decision::Retry { delay_ms: 7_000 });
    }

    #[test]
    fn retry_stops_on_4xx_non_429() {
        for status in [400, 401, 402, 403, 404, 405, 410, 413, 415, 418, 422, 451, 499] {
            let failure = classify_response(status, &Headers::new(), &ErrorBody::default(), "", None);
            let decision = decide_once(&RetryPolicy::patient(), &failure, FIRST);
            assert_eq!(decision, Decision::Stop(StopReason::NotRetryable), "{status}");
        }
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 524, 529] {
            let failure = classify_response(status, &Headers::new(), &ErrorBody::default(), "", None);
            let decision = decide_once(&RetryPolicy::patient(), &failure, FIRST);
            assert!(matches!(decision, Decision::Retry { .. }), "{status}");
        }
    }

    #[test]
    fn conflict_is_retried_once() {
        let (delays, stop) = run(&RetryPolicy::patient(), &failure(Retryable::Once, None), 10);
        assert_eq!((delays.len(), stop), (1, Some(StopReason::NotRetryable)));
    }

    #[test]
    fn every_reason_to_stop_in_its_order() {
        let empty = Arc::new(RetryBudget::new(0));
        let policy = RetryPolicy {
            max_attempts: Some(3),
            max_hint_ms: Some(10),
            total_ms: Some(500),
            budget: Some(empty),
            ..exact(RetryPolicy::bounded())
        };
        let everything =
            Attempted { attempts: 3, elapsed_ms: 1, remaining_ms: Some(0), committed: true, once_used: 0 };
        let mut failure = failure(Retryable::No, Some(11));
        let mut at = everything;
        let mut policy = policy;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::NotRetryable));
        failure.retryable = Retryable::Yes;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::Committed));
        at.committed = false;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::AttemptsSpent));
        at.attempts = 2;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::HintTooLong));
        failure.retry_after_ms = Some(10);
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::TotalTimeSpent));
        policy.total_ms = None;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::DeadlineTooNear));
        at.remaining_ms = Some(2_001);
        assert_eq!(decide_once(&policy, &failure, at), Decision::Stop(StopReason::BudgetSpent));
        policy.budget = None;
        assert_eq!(decide_once(&policy, &failure, at), Decision::Retry { delay_ms: 2_000 });
    }

    #[test]
    fn wait_must_end_before_the_deadline() {
        let policy = exact(RetryPolicy::bounded());
        let failure = failure(Retryable::Yes, None);
        for (left, fits) in [(0, false), (999, false), (1_000, false), (1_001, true)] {
            let decision = decide_once(&policy, &failure, Attempted { remaining_ms: Some(left), ..FIRST });
            assert_eq!(matches!(decision, Decision::Retry { .. }), fits, "{left}");
        }
        let policy = RetryPolicy { total_ms: Some(5_000), ..policy };
        for (elapsed_ms, fits) in [(4_000, true), (4_001, false), (u64::MAX, false)] {
            let decision = decide_once(&policy, &failure, Attempted { elapsed_ms, ..FIRST });
            assert_eq!(matches!(decision, Decision::Retry { .. }), fits, "{elapsed_ms}");
        }
    }

    #[test]
    fn nothing_is_taken_for_a_retry_that_does_not_happen() {
        let budget = Arc::new(RetryBudget::new(10));
        let policy = RetryPolicy { budget: Some(budget.clone()), ..exact(RetryPolicy::bounded()) };
        let failure = failure(Retryable::Yes, None);
        decide_once(&policy, &failure, Attempted { remaining_ms: Some(1), ..FIRST });
        assert_eq!(budget.left(), 10);
        decide_once(&policy, &failure, FIRST);
        assert_eq!(budget.left(), 5);
    }

    fn any_policy() -> impl Strategy<Value = RetryPolicy> {
        let jitter = prop_oneof![
            any::<u8>().prop_map(|percent| Jitter::Additive { percent }),
            Just(Jitter::Equal),
            Just(Jitter::Full),
            Just(Jitter::None),
        ];
        let backoff = (0u64..100_000, 0u32..5, any::<u64>(), jitter);
        let maybe = || prop_oneof![Just(None), (0u64..200_000).prop_map(Some)];
        let attempts = prop_oneof![Just(None), (0u32..6).prop_map(Some)];
        let budget = prop_oneof![Just(None), (0u32..12).prop_map(Some)];
        (attempts, backoff, maybe(), maybe(), budget).prop_map(
            |(max_attempts, (base_ms, factor, cap_ms, jitter), max_hint_ms, total_ms, budget)| RetryPolicy {
                max_attempts,
                backoff: Backoff { base_ms, factor, cap_ms, jitter },
                max_hint_ms,
                total_ms,
                budget: budget.map(|capacity| Arc::new(RetryBudget::new(capacity))),
                ..RetryPolicy::bounded()
            },
        )
    }

    prop_compose! {
        fn any_attempted()(
            attempts in prop_oneof![1u32..8, any::<u32>()],
            elapsed_ms in prop_oneof![0u64..200_000, any::<u64>()],
            remaining_ms in prop_oneof![Just(None), (0u64..200_000).prop_map(Some), any::<u64>().prop_map(Some)],
            committed in any::<bool>(),
            once_used in 0u32..3,
        ) -> Attempted {
            Attempted { attempts, elapsed_ms, remaining_ms, committed, once_used }
        }
    }

    fn any_failure() -> impl Strategy<Value = Failure> {
        let retryable = prop_oneof![Just(Retryable::No), Just(Retryable::Once), Just(Retryable::Yes)];
        let hint = prop_oneof![Just(None), (0u64..200_000).prop_map(Some), any::<u64>().prop_map(Some)];
        (retryable, hint).prop_map(|(retryable, hint)| failure(retryable, hint))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn every_decision_keeps_the_rules(
            policy in any_policy(),
            failure in any_failure(),
            at in any_attempted(),
            seed in any::<u64>(),
        ) {
            let before = policy.budget.as_ref().map(|b| b.left());
            let decision = decide(&policy, &failure, at, &mut Rng::new(seed));
            let after = policy.budget.as_ref().map(|b| b.left());
            match decision {
                Decision::Retry { delay_ms } => {
                    prop_assert!(!at.committed);
                    prop_assert!(failure.is_retryable());
                    prop_assert!(failure.retryable != Retryable::Once || at.once_used == 0);
                    prop_assert!(policy.max_attempts.is_none_or(|max| at.attempts < max));
                    prop_assert!(delay_ms >= failure.retry_after_ms.unwrap_or(0));
                    prop_assert!(at.remaining_ms.is_none_or(|left| delay_ms < left));
                    prop_assert!(policy.max_hint_ms.is_none_or(|max| failure.retry_after_ms.unwrap_or(0) <= max));
                    prop_assert!(policy.total_ms.is_none_or(|total| at.elapsed_ms.saturating_add(delay_ms) <= total));
                    prop_assert_eq!(after, before.map(|left| left - RetryBudget::RETRY_COST));
                }
                Decision::Stop(_) => prop_assert_eq!(after, before),
            }
        }

        #[test]
        fn same_seed_gives_same_decision(
            policy in any_policy(),
            failure in any_failure(),
            at in any_attempted(),
            seed in any::<u64>(),
        ) {
            let policy = RetryPolicy { budget: None, ..policy };
            let first = decide(&policy, &failure, at, &mut Rng::new(seed));
            prop_assert_eq!(first, decide(&policy, &failure, at, &mut Rng::new(seed)));
        }

        #[test]
        fn only_a_reason_stops_a_call(failure in any_failure(), seed in any::<u64>()) {
            let decision = decide(&RetryPolicy::patient(), &failure, FIRST, &mut Rng::new(seed));
            prop_assert_eq!(matches!(decision, Decision::Retry { .. }), failure.is_retryable());
        }
    }
}
