//! How a call is to be made.

use super::Accounting;
use crate::protocol::Caps;
use crate::retry::RetryPolicy;

/// Limits in milliseconds; `None` and `Some(0)` are off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// From an attempt's start to its response head.
    pub head_ms: Option<u64>,
    /// From an attempt's start to its first event. Comments and pings are no events.
    pub first_event_ms: Option<u64>,
    /// Between two events.
    pub stall_ms: Option<u64>,
    /// A whole attempt.
    pub attempt_ms: Option<u64>,
    /// The whole call, waits included. When it passes nothing is retried.
    pub call_ms: Option<u64>,
}

/// How a call is to be made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether to ask for a stream.
    pub stream: bool,
    /// When to try again.
    pub retry: RetryPolicy,
    /// How long things may take.
    pub deadlines: Deadlines,
    /// How much is held.
    pub caps: Caps,
    /// How it is priced, and how much it may cost.
    pub accounting: Accounting,
}

impl Default for Options {
    /// A stream, the bounded policy, no deadlines, the default caps, no prices.
    fn default() -> Self {
        Self {
            stream: true,
            retry: RetryPolicy::default(),
            deadlines: Deadlines::default(),
            caps: Caps::default(),
            accounting: Accounting::default(),
        }
    }
}
