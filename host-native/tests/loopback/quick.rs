//! Calls that wait for nothing.

use std::time::Duration;

use tokenwire::core::retry::{Backoff, Jitter};
use tokenwire::{Options, RetryPolicy};

/// Far longer than anything here takes; it only turns a hang into a failure.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// Retries at once, and no hang.
pub(crate) fn quick() -> Options {
    let backoff = Backoff { base_ms: 1, factor: 1, cap_ms: 1, jitter: Jitter::None };
    let mut options = tokenwire::default_options();
    options.retry = RetryPolicy { backoff, ..RetryPolicy::bounded() };
    options.deadlines.call_ms = Some(LIMIT.as_millis() as u64);
    options
}
