//! The knobs.

use alloc::sync::Arc;

use super::RetryBudget;

/// How random the wait is. Jitter never takes a wait below the server's hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Jitter {
    /// Adds 0 to `percent` % of the wait, or of the server's hint where that is longer.
    Additive {
        /// The most that is added, in percent.
        percent: u8,
    },
    /// Half of the wait, plus a draw from the other half.
    Equal,
    /// A draw from 0 to the wait.
    Full,
    /// The wait itself.
    None,
}

/// How the wait grows: `base_ms * factor^(k-1)` before retry `k`, at most `cap_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait before the first retry, in milliseconds.
    pub base_ms: u64,
    /// By what each next one grows.
    pub factor: u32,
    /// The longest computed wait, in milliseconds. A server's hint may be longer.
    pub cap_ms: u64,
    /// How random it is.
    pub jitter: Jitter,
}

/// From when on another attempt would show the caller something twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CommitPoint {
    /// From the first byte of a body.
    AtFirstByte,
    /// From the first event that shows part of the answer; what comes before is held back.
    #[default]
    AtFirstVisible,
    /// From a response head with status 2xx.
    AtOpen,
    /// Never: the caller can discard, and is told to.
    Never,
}

/// What to do when a stream breaks after the commit point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterCommit {
    /// Tell the caller to discard everything, and try again.
    DiscardAndRetry,
    /// Go on where it broke, on wires that can (Responses in background, Gemini with a continuation
    /// token); stop where they can't.
    Resume,
    /// End with the partial response.
    #[default]
    Stop,
}

/// When to try again.
///
/// ```
/// use tokenwire_core::retry::RetryPolicy;
/// let policy = RetryPolicy { max_attempts: Some(5), ..RetryPolicy::bounded() };
/// ```
#[derive(Clone, Debug)]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; `None` has no bound, and then no wait is shorter than
    /// [`RetryPolicy::MIN_UNBOUNDED_MS`]. `Some(0)` counts as `Some(1)`.
    pub max_attempts: Option<u32>,
    /// How the wait grows.
    pub backoff: Backoff,
    /// The longest server hint that is obeyed, in milliseconds; a longer one ends the call at once.
    /// `None` obeys any.
    pub max_hint_ms: Option<u64>,
    /// No retry starts later than this many milliseconds after the call began.
    pub total_ms: Option<u64>,
    /// From when on a retry would repeat.
    pub commit: CommitPoint,
    /// What to do after that.
    pub after_commit: AfterCommit,
    /// A budget shared between calls, so that retries do not multiply under load.
    pub budget: Option<Arc<RetryBudget>>,
}

impl RetryPolicy {
    /// The shortest wait of a policy without a bound on attempts, in milliseconds: an endless loop
    /// must not spin.
    pub const MIN_UNBOUNDED_MS: u64 = 100;

    /// The default: 3 attempts in all, 1 s doubling to 30 s, 0 to 10 % added, hints up to 2 minutes.
    pub const fn bounded() -> Self {
        Self {
            max_attempts: Some(3),
            backoff: Backoff {
                base_ms: 1_000,
                factor: 2,
                cap_ms: 30_000,
                jitter: Jitter::Additive { percent: 10 },
            },
            max_hint_ms: Some(120_000),
            total_ms: None,
            commit: CommitPoint::AtFirstVisible,
            after_commit: AfterCommit::Stop,
            budget: None,
        }
    }

    /// No end but a deadline or a cancel: 1 s doubling to 60 s, no jitter, any hint obeyed.
    pub fn patient() -> Self {
        Self {
            max_attempts: None,
            backoff: Backoff { base_ms: 1_000, factor: 2, cap_ms: 60_000, jitter: Jitter::None },
            max_hint_ms: None,
            ..Self::bounded()
        }
    }

    /// One attempt, no retry.
    pub fn none() -> Self {
        Self { max_attempts: Some(1), ..Self::bounded() }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self::bounded()
    }
}
