//! How an attempt failed, and what is known about it.

use alloc::string::String;

use super::WaitReason;
use super::attempt::{Attempt, Phase, timeout_failure};
use super::secrets::Secrets;
use crate::failure::{Failure, FailureKind, FailureScope, Retryable, classify_response, classify_transport};
use crate::http::{Head, TransportError, TransportKind};
use crate::model::Wire;
use crate::protocol::{DecodeError, read_error};
use crate::time::Instant;
use crate::usage::Usage;

/// A failed attempt.
pub(super) struct Broken {
    pub(super) failure: Failure,
    /// Whether the upstream may still be sending.
    pub(super) open: bool,
    pub(super) usage: Usage,
}

impl Broken {
    /// What the attempt stated is its usage.
    fn new(attempt: &Attempt, failure: Failure, open: bool) -> Self {
        Self { failure, open, usage: attempt.decoder.usage().clone() }
    }

    /// The provider's fault, in an answer that had begun or was to begin.
    fn by_provider(attempt: &Attempt, failure: Failure, open: bool) -> Self {
        let (scope, status) = (FailureScope::Provider, attempt.record.status);
        Self::new(attempt, Failure { scope, status, ..failure }, open)
    }

    /// The connection failed.
    pub(super) fn transport(attempt: &Attempt, error: &TransportError) -> Self {
        let failure = Failure { status: attempt.record.status, ..classify_transport(error) };
        let is_unconnected = matches!(
            error.kind,
            TransportKind::Connect | TransportKind::Dns | TransportKind::InvalidRequest | TransportKind::Tls
        );
        let broken = Self::new(attempt, failure, false);
        match attempt.phase {
            // No connection: nobody read the request.
            Phase::Opening if is_unconnected => Self { usage: Usage::nothing_billed(), ..broken },
            Phase::Opening | Phase::Refused { .. } | Phase::Streaming { .. } => broken,
        }
    }

    /// A deadline of the attempt passed.
    pub(super) fn timeout(attempt: &Attempt, reason: WaitReason, now: Instant) -> Self {
        let since = match reason {
            WaitReason::Stall => attempt.last_activity.unwrap_or(attempt.started),
            _ => attempt.started,
        };
        let (kind, message) = timeout_failure(reason, now.since(since));
        let failure = Failure {
            retryable: Retryable::Yes,
            timeout: Some(kind),
            ..Failure::new(FailureKind::Timeout, message)
        };
        Self::by_provider(attempt, failure, true)
    }

    /// The response passed a cap, in bytes.
    pub(super) fn too_large(attempt: &Attempt, cap: u64) -> Self {
        let message = alloc::format!("the response is larger than the cap of {cap} bytes");
        Self::new(attempt, Failure::new(FailureKind::TooLarge, message), true)
    }

    /// The response ended well, with nothing in it.
    pub(super) fn empty(attempt: &Attempt) -> Self {
        let message = "expected an answer or a finish reason, found an empty response";
        Self::by_provider(attempt, Failure::new(FailureKind::ServerError, message), false)
    }

    /// The response could not be decoded.
    pub(super) fn decode(attempt: &Attempt, mut error: DecodeError, secrets: &Secrets, open: bool) -> Self {
        if let DecodeError::Provider(body) = &mut error {
            secrets.mask_body(body);
        }
        let empty = Head::default();
        let head = attempt.phase.head().unwrap_or(&empty);
        Self::new(attempt, error.failure(head), open)
    }

    /// The provider refused: an error response, as whole as it got.
    pub(super) fn refusal(head: &Head, body: &[u8], wire: Wire, secrets: &Secrets, open: bool) -> Self {
        let text = secrets.mask(String::from_utf8_lossy(body));
        let mut error = read_error(wire, &text).unwrap_or_default();
        secrets.mask_body(&mut error);
        let failure = classify_response(head.status, &head.headers, &error, &text, head.wall);
        Self { failure, open, usage: Usage::nothing_billed() }
    }
}
