//! When to try again and why to stop: policy, backoff arithmetic and the budget calls share.
//!
//! [`decide`] is one pure function; integers only.

mod backoff;
mod budget;
mod decide;
mod policy;

pub use budget::RetryBudget;
pub use decide::{Attempted, Decision, StopReason, decide};
pub use policy::{AfterCommit, Backoff, CommitPoint, Jitter, RetryPolicy};
