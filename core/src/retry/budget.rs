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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_bucket_refuses_and_loses_nothing() {
        let budget = RetryBudget::new(RetryBudget::RETRY_COST + 1);
        assert!(budget.take());
        assert!(!budget.take());
        assert_eq!(budget.left(), 1);
    }

    #[test]
    fn successes_refill_up_to_the_capacity() {
        let budget = RetryBudget::new(10);
        assert!(budget.take());
        budget.refund(false);
        assert_eq!(budget.left(), 6);
        budget.refund(true);
        assert_eq!(budget.left(), 10);
        assert_eq!(RetryBudget::default().left(), 500);
    }

    #[test]
    fn steady_failures_settle_at_one_retry_in_five() {
        let budget = RetryBudget::new(100);
        let mut retries = 0;
        for call in 0..1_000 {
            if call % 2 == 0 {
                budget.refund(false);
            } else if budget.take() {
                retries += 1;
            }
        }
        assert!((100..=120).contains(&retries), "{retries} retries for 500 failures");
    }
}
