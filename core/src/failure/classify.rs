//! Status, headers and body to a kind: codes before words, words only at token boundaries.

use super::{ErrorBody, Failure, FailureKind};
use crate::http::{Headers, TransportError};
use crate::time::UnixTime;

/// Classifies an error response, or an error inside a 2xx stream.
///
/// `body` is what the wire's error reader found; `text` is the raw body for when it found nothing
/// (an HTML page). `now` is wall-clock time for date hints.
pub fn classify_response(
    status: u16,
    headers: &Headers,
    body: &ErrorBody,
    text: &str,
    now: Option<UnixTime>,
) -> Failure {
    let _ = (headers, text, now);
    let mut failure = Failure::new(FailureKind::Unknown, body.message.clone().unwrap_or_default());
    failure.status = Some(status);
    failure
}

/// Classifies a failure below HTTP.
pub fn classify_transport(error: &TransportError) -> Failure {
    Failure::new(FailureKind::Connection, error.message.clone())
}

/// The kind that a provider's error code, type or status names, in any spelling and case.
pub fn kind_of_code(code: &str) -> Option<FailureKind> {
    let _ = code;
    None
}
