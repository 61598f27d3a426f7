//! What went wrong: classification of a status, headers, a body or a transport error into a
//! [`Failure`], and every form in which a provider says when to come back.
//!
//! Everything here is a pure function. Whether a retry follows is decided in [`crate::retry`].

mod classify;
mod code;
mod date;
mod duration;
mod hint;
mod message;
mod words;

use alloc::string::String;
use core::fmt;

pub use classify::{classify_response, classify_transport};
pub use code::kind_of_code;
pub use date::{parse_http_date, parse_rfc3339};
pub use duration::parse_duration;
pub use hint::retry_after;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The credential is missing, wrong or expired (401).
    Authentication,
    /// The caller cancelled, or the provider says that someone did.
    Cancelled,
    /// The configuration names something that does not exist.
    Configuration,
    /// The state changed underneath (409).
    Conflict,
    /// No connection, a reset, a broken body, or a request that did not arrive in time (408, 425).
    Connection,
    /// The conversation is longer than the model can read.
    ContextWindowExceeded,
    /// The credential may not do this (403).
    Forbidden,
    /// The stream ended before its terminal event.
    Incomplete,
    /// The request is wrong; the same request fails again.
    InvalidRequest,
    /// The peer broke its own protocol: malformed JSON, not a response at all.
    MalformedResponse,
    /// The model, endpoint or object does not exist (404).
    NotFound,
    /// The provider is over capacity (529, `overloaded_error`).
    Overloaded,
    /// Money or a quota ran out; waiting seconds does not help, unless [`Failure::retryable`] says so.
    QuotaExceeded,
    /// Too many requests or tokens for now.
    RateLimit,
    /// A resumed stream does not continue the one that broke.
    Resume,
    /// The provider failed (5xx).
    ServerError,
    /// The call would cost more, or already did, than its own limit allows.
    SpendingLimit,
    /// A deadline of ours passed; [`Failure::timeout`] says which.
    Timeout,
    /// The response is larger than the caps allow.
    TooLarge,
    /// Nothing known.
    Unknown,
    /// The provider does not offer this operation (501, 505).
    Unsupported,
}

impl FailureKind {
    /// Every kind, in alphabetical order.
    pub const ALL: [Self; 21] = [
        Self::Authentication,
        Self::Cancelled,
        Self::Configuration,
        Self::Conflict,
        Self::Connection,
        Self::ContextWindowExceeded,
        Self::Forbidden,
        Self::Incomplete,
        Self::InvalidRequest,
        Self::MalformedResponse,
        Self::NotFound,
        Self::Overloaded,
        Self::QuotaExceeded,
        Self::RateLimit,
        Self::Resume,
        Self::ServerError,
        Self::SpendingLimit,
        Self::Timeout,
        Self::TooLarge,
        Self::Unknown,
        Self::Unsupported,
    ];

    /// The stable name, in snake case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Cancelled => "cancelled",
            Self::Configuration => "configuration",
            Self::Conflict => "conflict",
            Self::Connection => "connection",
            Self::ContextWindowExceeded => "context_window_exceeded",
            Self::Forbidden => "forbidden",
            Self::Incomplete => "incomplete",
            Self::InvalidRequest => "invalid_request",
            Self::MalformedResponse => "malformed_response",
            Self::NotFound => "not_found",
            Self::Overloaded => "overloaded",
            Self::QuotaExceeded => "quota_exceeded",
            Self::RateLimit => "rate_limit",
            Self::Resume => "resume",
            Self::ServerError => "server_error",
            Self::SpendingLimit => "spending_limit",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::Unknown => "unknown",
            Self::Unsupported => "unsupported",
        }
    }
}

impl FailureKind {
    /// The kind of that [`name`](Self::name).
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether the same request may succeed when it is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Retryable {
    /// It will fail again.
    No,
    /// It may, but one more try tells (409).
    Once,
    /// It may.
    Yes,
}

/// What else the failure applies to, for whoever routes between targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailureScope {
    /// The credential: another one may work.
    Credential,
    /// The model: another one at the same provider may work.
    Model,
    /// The provider: only another one may work.
    Provider,
    /// The request: no other target helps.
    Request,
}

/// Which of our deadlines passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeoutKind {
    /// The whole attempt.
    Attempt,
    /// The whole call.
    Call,
    /// The time to the first event.
    FirstEvent,
    /// The time to the response head.
    Head,
    /// The silence between two events.
    Stall,
}

impl TimeoutKind {
    /// The stable name: `attempt`, `call`, `first_event`, `head`, `stall`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attempt => "attempt",
            Self::Call => "call",
            Self::FirstEvent => "first_event",
            Self::Head => "head",
            Self::Stall => "stall",
        }
    }
}

/// A failure, classified. Holds no secret: credentials never enter it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What happened.
    pub kind: FailureKind,
    /// Whether the same request may succeed later.
    pub retryable: Retryable,
    /// What else it applies to.
    pub scope: FailureScope,
    /// The HTTP status, if there was one (200 for an error inside a stream).
    pub status: Option<u16>,
    /// The provider's error code, if any (`rate_limit_exceeded`).
    pub code: Option<String>,
    /// The provider's error type or status, if any (`overloaded_error`, `RESOURCE_EXHAUSTED`).
    pub error_type: Option<String>,
    /// What to tell a person: the provider's message, or what was expected and what came. At most
    /// 2,000 characters.
    pub message: String,
    /// How long the provider asks to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// Which deadline passed, for [`FailureKind::Timeout`].
    pub timeout: Option<TimeoutKind>,
    /// The provider's id of the request, for its support.
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure that names only its kind; not retryable, scope request.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            retryable: Retryable::No,
            scope: FailureScope::Request,
            status: None,
            code: None,
            error_type: None,
            message: message.into(),
            retry_after_ms: None,
            timeout: None,
            request_id: None,
        }
    }

    /// Whether the same request may succeed when it is sent again, if only once.
    pub const fn is_retryable(&self) -> bool {
        !matches!(self.retryable, Retryable::No)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if let Some(status) = self.status {
            write!(f, " ({status})")?;
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        Ok(())
    }
}

impl core::error::Error for Failure {}

/// An error body, as its wire spells it; read by `protocol`, judged by [`classify_response`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorBody {
    /// OpenAI's `code`, Anthropic's `details.error_code`, Gemini's numeric `code` as digits.
    pub code: Option<String>,
    /// OpenAI's and Anthropic's `type`, Gemini's `status`.
    pub error_type: Option<String>,
    /// The message.
    pub message: Option<String>,
    /// The request parameter to blame.
    pub param: Option<String>,
    /// A wait that the body itself states (RetryInfo, quotaResetDelay), in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// The quota that was exceeded, by the vendor's id (Gemini `quotaId`).
    pub quota_id: Option<String>,
    /// The provider's id of the request, where the body states it.
    pub request_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_unique_names_that_parse() {
        for kind in FailureKind::ALL {
            assert_eq!(FailureKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(FailureKind::parse("rate-limit"), None);
    }
}
