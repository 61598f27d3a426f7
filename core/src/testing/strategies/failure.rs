//! Failures, error bodies and retry policies.

use alloc::sync::Arc;

use proptest::option::of;
use proptest::prelude::*;

use super::{name, text};
use crate::failure::{ErrorBody, Failure, FailureKind, FailureScope, Retryable, TimeoutKind};
use crate::retry::{AfterCommit, Backoff, CommitPoint, Jitter, RetryBudget, RetryPolicy};

/// Any kind.
pub fn failure_kind() -> impl Strategy<Value = FailureKind> {
    prop::sample::select(&FailureKind::ALL[..])
}

/// Any failure, also ones that classification never makes.
pub fn failure() -> impl Strategy<Value = Failure> {
    let judged = (failure_kind(), retryable(), scope(), of(timeout()));
    let stated = (of(any::<u16>()), of(name()), of(name()), text(), of(wait_ms()), of(name()));
    (judged, stated).prop_map(
        |(
            (kind, retryable, scope, timeout),
            (status, code, error_type, message, retry_after_ms, request_id),
        )| {
            Failure {
                kind,
                retryable,
                scope,
                status,
                code,
                error_type,
                message,
                retry_after_ms,
                timeout,
                request_id,
            }
        },
    )
}

fn retryable() -> impl Strategy<Value = Retryable> {
    prop_oneof![Just(Retryable::No), Just(Retryable::Once), Just(Retryable::Yes)]
}

fn scope() -> impl Strategy<Value = FailureScope> {
    prop_oneof![
        Just(FailureScope::Credential),
        Just(FailureScope::Model),
        Just(FailureScope::Provider),
        Just(FailureScope::Request),
    ]
}

fn timeout() -> impl Strategy<Value = TimeoutKind> {
    prop_oneof![
        Just(TimeoutKind::Attempt),
        Just(TimeoutKind::Call),
        Just(TimeoutKind::FirstEvent),
        Just(TimeoutKind::Head),
        Just(TimeoutKind::Stall),
    ]
}

/// Milliseconds: seconds to minutes mostly, at times as large as they get.
fn wait_ms() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 1u64..300_000, 1 => any::<u64>(), 1 => Just(u64::MAX)]
}

/// Any error body, with the codes of the wires and with nonsense.
pub fn any_error_body() -> impl Strategy<Value = ErrorBody> {
    let word = || prop_oneof![prop::sample::select(CODES).prop_map(Into::into), name(), text()];
    (of(word()), of(word()), of(text()), of(name()), of(any::<u64>()), of(name()), of(name())).prop_map(
        |(code, error_type, message, param, retry_after_ms, quota_id, request_id)| ErrorBody {
            code,
            error_type,
            message,
            param,
            retry_after_ms,
            quota_id,
            request_id,
        },
    )
}

const CODES: &[&str] = &[
    "400",
    "429",
    "503",
    "8",
    "INVALID_ARGUMENT",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
    "api_error",
    "authentication_error",
    "context_length_exceeded",
    "insufficient_quota",
    "invalid_request_error",
    "model_not_found",
    "overloaded_error",
    "rate_limit_exceeded",
    "server_error",
];

/// Any policy; at times with a budget of its own, shared by the clones of the policy.
pub fn retry_policy() -> impl Strategy<Value = RetryPolicy> {
    let commit = prop_oneof![
        Just(CommitPoint::AtFirstByte),
        Just(CommitPoint::AtFirstVisible),
        Just(CommitPoint::AtOpen),
        Just(CommitPoint::Never),
    ];
    let after_commit =
        prop_oneof![Just(AfterCommit::DiscardAndRetry), Just(AfterCommit::Resume), Just(AfterCommit::Stop)];
    let bounds = (of(0u32..8), of(wait_ms()), of(wait_ms()), of(0u32..100));
    (bounds, backoff(), commit, after_commit).prop_map(
        |((max_attempts, max_hint_ms, total_ms, budget), backoff, commit, after_commit)| RetryPolicy {
            max_attempts,
            backoff,
            max_hint_ms,
            total_ms,
            commit,
            after_commit,
            budget: budget.map(|capacity| Arc::new(RetryBudget::new(capacity))),
        },
    )
}

fn backoff() -> impl Strategy<Value = Backoff> {
    let jitter = prop_oneof![
        any::<u8>().prop_map(|percent| Jitter::Additive { percent }),
        Just(Jitter::Equal),
        Just(Jitter::Full),
        Just(Jitter::None),
    ];
    (prop_oneof![Just(0), wait_ms()], 0u32..5, wait_ms(), jitter)
        .prop_map(|(base_ms, factor, cap_ms, jitter)| Backoff { base_ms, factor, cap_ms, jitter })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::classify_response;
    use crate::retry::{Attempted, Decision, decide};
    use crate::rng::Rng;
    use crate::testing::strategies::{headers, unix_time};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn whatever_comes_is_judged_and_decided(
            status in prop_oneof![100u16..600, any::<u16>()],
            headers in headers(),
            body in any_error_body(),
            body_text in text(),
            now in of(unix_time()),
            policy in retry_policy(),
            attempts in 1u32..10,
            seed in any::<u64>(),
        ) {
            let failure = classify_response(status, &headers, &body, &body_text, now);
            prop_assert!(failure.retry_after_ms != Some(0));
            let at = Attempted { attempts, elapsed_ms: 0, remaining_ms: None, committed: false, once_used: 0 };
            if let Decision::Retry { delay_ms } = decide(&policy, &failure, at, &mut Rng::new(seed)) {
                prop_assert!(failure.is_retryable());
                prop_assert!(delay_ms >= failure.retry_after_ms.unwrap_or(0));
                prop_assert!(policy.max_attempts.is_none_or(|max| attempts < max));
            }
        }

        #[test]
        fn every_failure_can_be_shown(failure in failure()) {
            prop_assert!(alloc::string::ToString::to_string(&failure).starts_with(failure.kind.name()));
        }
    }
}
