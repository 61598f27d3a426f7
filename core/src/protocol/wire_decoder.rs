//! What the decoder of one wire must be able to do.

use alloc::boxed::Box;
use alloc::string::String;

use crate::failure::{ErrorBody, Failure, FailureKind, FailureScope, Retryable, classify_response};
use crate::http::Head;
use crate::json;
use crate::model::Sink;
use crate::usage::Usage;

/// How far a response has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The protocol's terminal event was seen; nothing that follows is read.
    Complete,
    /// A finish reason was seen: the end of the body is a good end, but more may follow (usage).
    Finished,
    /// More must come.
    Open,
}

/// Why a response cannot be decoded further. What was decoded before stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The body ended before the protocol's terminal event.
    #[error("the response ended before {expected}")]
    Incomplete {
        /// The terminal event that was expected.
        expected: &'static str,
    },
    /// The peer sent what its protocol does not allow.
    #[error("{message}")]
    Malformed {
        /// What was expected and what came.
        message: String,
    },
    /// The provider reported an error inside the response.
    #[error("the provider reported an error: {}", .0.message.as_deref().unwrap_or("no message"))]
    Provider(Box<ErrorBody>),
    /// A line, event or body is larger than the cap.
    #[error("{what} is larger than the cap of {cap} bytes")]
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// The cap.
        cap: usize,
    },
}

impl DecodeError {
    /// Malformed JSON in `what`, with the beginning of the text for a person to recognise it by.
    #[cold]
    pub(crate) fn json(what: &str, error: json::Error, text: &str) -> Self {
        Self::Malformed { message: alloc::format!("{what}: {error}, in {:?}", excerpt(text, error.at())) }
    }

    /// The failure of an attempt whose response began with `head` and broke so.
    ///
    /// An error that the provider reported is classified as its error responses are. What broke otherwise is
    /// the provider's fault and worth another attempt, but for what is larger than a cap.
    pub fn failure(&self, head: &Head) -> Failure {
        let (kind, retryable) = match self {
            Self::Provider(body) => {
                return classify_response(head.status, &head.headers, body, "", head.wall);
            }
            Self::Incomplete { .. } => (FailureKind::Incomplete, Retryable::Yes),
            Self::Malformed { .. } => (FailureKind::MalformedResponse, Retryable::Yes),
            Self::TooLarge { .. } => (FailureKind::TooLarge, Retryable::No),
        };
        let (scope, status) = (FailureScope::Provider, Some(head.status));
        Failure { retryable, scope, status, ..Failure::new(kind, alloc::format!("{self}")) }
    }
}

/// Whether `data` is one JSON value that is no object.
#[cold]
pub(super) fn is_other_json(data: &str) -> bool {
    let mut r = json::Reader::new(data);
    r.kind().is_ok_and(|kind| kind != json::Kind::Object) && r.skip().and_then(|()| r.end()).is_ok()
}

/// At most 80 characters of `text` around byte `at`.
fn excerpt(text: &str, at: usize) -> &str {
    let mut start = at.saturating_sub(40).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = (start + 80).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[start..end]
}

/// The decoder of one wire, fed with whole JSON values.
pub(super) trait WireDecoder {
    /// Takes one event of a stream: its SSE name (empty if none) and its data.
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError>;

    /// Takes one JSON value that came without SSE framing: a whole response, an error object, or one
    /// event of an NDJSON or JSON-array stream; the value itself tells which.
    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError>;

    /// Takes one element of a JSON array that is a stream. Unlike a lone value, it does not say by
    /// coming that the response is whole.
    fn element(&mut self, value: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.whole(value, sink)
    }

    /// The body ended: closes what is open (part ends, usage, finish) if the end is good.
    ///
    /// # Errors
    /// [`DecodeError::Incomplete`] where the terminal event is missing; an in-band error that was
    /// held back until now.
    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError>;

    /// How far the response has come.
    fn progress(&self) -> Progress;

    /// Bytes of decoded content that the state holds back.
    fn held_bytes(&self) -> usize;

    /// The usage stated so far; its completeness is right at every moment.
    fn usage(&self) -> &Usage;
}
