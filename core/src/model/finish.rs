//! Why a response ended.

use alloc::string::String;
use core::fmt;

/// The canonical reason; the provider's own word stands beside it in [`Finish::raw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FinishReason {
    /// Cancelled, by the caller or at the provider.
    Cancelled,
    /// A filter cut or withheld the answer.
    ContentFilter,
    /// The call failed, or the model produced something malformed.
    Error,
    /// A token limit or the context window was reached.
    Length,
    /// A reason that this version does not know; see [`Finish::raw`].
    Other,
    /// The provider paused; sending the content back continues (`pause_turn`, `CONTINUATION`).
    Pause,
    /// The model declined.
    Refusal,
    /// A natural end.
    Stop,
    /// One of the request's stop strings matched.
    StopSequence,
    /// The model wants tools called.
    ToolCalls,
}

impl FinishReason {
    /// The stable name: `stop`, `stop_sequence`, `tool_calls`, `length`, `content_filter`,
    /// `refusal`, `pause`, `error`, `cancelled`, `other`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::ContentFilter => "content_filter",
            Self::Error => "error",
            Self::Length => "length",
            Self::Other => "other",
            Self::Pause => "pause",
            Self::Refusal => "refusal",
            Self::Stop => "stop",
            Self::StopSequence => "stop_sequence",
            Self::ToolCalls => "tool_calls",
        }
    }
}

impl fmt::Display for FinishReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a candidate ended, in both vocabularies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// The canonical reason.
    pub reason: FinishReason,
    /// The provider's word: `end_turn`, `STOP`, `completed`. A numeric reason is kept as digits.
    pub raw: Option<String>,
    /// What the provider adds: the stop string that matched, Responses' incomplete reason, a
    /// refusal's explanation, Gemini's `finishMessage`.
    pub detail: Option<String>,
}

impl Finish {
    /// A finish with the provider's word and no detail.
    pub fn new(reason: FinishReason, raw: impl Into<String>) -> Self {
        Self { reason, raw: Some(raw.into()), detail: None }
    }
}
