//! A token bucket that calls share.

use core::sync::atomic::{AtomicU32, Ordering};

/// A bucket that retries draw from and successes refill, so that under load at most a fraction of
/// the calls is retried. Shared between calls behind an `Arc`.
///
/// The amounts are those of the AWS SDKs: 500 in the bucket, 5 a retry, 1 back for a first-try
/// success, a retry's own cost back when it succeeds.
#[derive(Debug)]
pub struct RetryBudget {
    capacity: u32,
    left: AtomicU32,
}

impl RetryBudget {
    /// What a retry costs.
    pub const RETRY_COST: u32 = 5;
    /// What a success on the first try gives back.
    pub const SUCCESS_REFUND: u32 = 1;

    /// A full bucket of `capacity`.
    pub const fn new(capacity: u32) -> Self {
        Self { capacity, left: AtomicU32::new(capacity) }
    }

    /// Takes the cost of a retry; `false`, and nothing taken, if too little is left.
    pub fn take(&self) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(Self::RETRY_COST))
            .is_ok()
    }

    /// Gives back after a success.
    pub fn refund(&self, was_retry: bool) {
        let amount = if was_retry { Self::RETRY_COST } else { Self::SUCCESS_REFUND };
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_add(amount).min(self.capacity))
        });
    }

    /// What is left.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(500)
    }
}
