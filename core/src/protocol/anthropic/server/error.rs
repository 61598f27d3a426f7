//! Errors: `{type: error, error: {type, message, details: {error_code}}, request_id}`.

use alloc::borrow::Cow;
use alloc::string::ToString;

use super::stop::opt_string;
use crate::failure::{Failure, FailureKind};
use crate::http::Headers;
use crate::json::Writer;
use crate::protocol::answer::{BadRequest, ErrorAnswer};

/// What the vendor's own applications look for in the message when a conversation is too long: the
/// wire has no code for it.
const TOO_LONG: &str = "prompt is too long";

/// The error response for a failed call.
///
/// The status is the provider's own where it says the same as the type, else the type's. The wait
/// goes as `retry-after`, whole seconds, and as `retry-after-ms`, which the SDKs prefer.
pub(in crate::protocol) fn write(failure: &Failure) -> ErrorAnswer {
    let (usual, _) = kind(failure);
    let status = failure.status.filter(|status| fits(usual, *status)).unwrap_or(usual);
    let mut headers = Headers::new();
    if let Some(wait) = failure.retry_after_ms {
        headers.push("retry-after", wait.div_ceil(1_000).to_string());
        headers.push("retry-after-ms", wait.to_string());
    }
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("error");
        fields(w, failure);
    });
    ErrorAnswer { status, headers, body: w.finish() }
}

/// The error response for a request that is not understood.
pub(in crate::protocol) fn write_bad(bad: &BadRequest) -> ErrorAnswer {
    let message = match bad.path.as_str() {
        "" => bad.why.clone(),
        path => alloc::format!("{path}: {}", bad.why),
    };
    write(&Failure::new(FailureKind::InvalidRequest, message))
}

/// Writes what an error says beside `type`, in a body and in a stream.
pub(super) fn fields(w: &mut Writer, failure: &Failure) {
    let (_, error_type) = kind(failure);
    w.key("error").object(|w| {
        w.key("type").string(error_type);
        w.key("message").string(&message(failure));
        if let Some(code) = &failure.code {
            w.key("details").object(|w| w.key("error_code").string(code));
        }
    });
    opt_string(w, "request_id", failure.request_id.as_deref());
}

fn message(failure: &Failure) -> Cow<'_, str> {
    let message = failure.message.as_str();
    if failure.kind == FailureKind::ContextWindowExceeded && !message.contains(TOO_LONG) {
        return Cow::Owned(alloc::format!("{TOO_LONG}: {message}"));
    }
    if message.is_empty() { Cow::Borrowed(failure.kind.name()) } else { Cow::Borrowed(message) }
}

/// The usual status of a failure, and its type.
fn kind(failure: &Failure) -> (u16, &'static str) {
    match failure.kind {
        FailureKind::InvalidRequest if failure.status == Some(413) => (413, "request_too_large"),
        FailureKind::Authentication => (401, "authentication_error"),
        FailureKind::QuotaExceeded | FailureKind::SpendingLimit => (402, "billing_error"),
        FailureKind::Forbidden => (403, "permission_error"),
        FailureKind::NotFound => (404, "not_found_error"),
        FailureKind::Conflict => (409, "conflict_error"),
        FailureKind::RateLimit => (429, "rate_limit_error"),
        FailureKind::Overloaded => (529, "overloaded_error"),
        FailureKind::Timeout => (504, "timeout_error"),
        FailureKind::ContextWindowExceeded | FailureKind::InvalidRequest | FailureKind::Unsupported => {
            (400, "invalid_request_error")
        }
        FailureKind::Connection
        | FailureKind::Incomplete
        | FailureKind::MalformedResponse
        | FailureKind::Resume
        | FailureKind::TooLarge => (502, "api_error"),
        FailureKind::Cancelled
        | FailureKind::Configuration
        | FailureKind::ServerError
        | FailureKind::Unknown => (500, "api_error"),
    }
}

/// Whether `status` says the same as the usual one. SDKs tell errors apart by these statuses.
fn fits(usual: u16, status: u16) -> bool {
    match usual {
        400 => (400..500).contains(&status) && !matches!(status, 401..=404 | 408 | 409 | 429),
        500.. => (500..600).contains(&status),
        _ => usual == status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Wire;
    use crate::protocol::read_error;

    fn failed(kind: FailureKind, status: Option<u16>) -> ErrorAnswer {
        write(&Failure { status, ..Failure::new(kind, "m") })
    }

    #[test]
    fn every_field_of_a_failure_is_told() {
        let mut failure = Failure::new(FailureKind::RateLimit, "slow \"down\"");
        failure.code = Some("rate_limit_exceeded".into());
        failure.request_id = Some("req_1".into());
        failure.retry_after_ms = Some(1_001);
        let answer = write(&failure);
        assert_eq!(
            answer.body,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow \"down\"","details":{"error_code":"rate_limit_exceeded"}},"request_id":"req_1"}"#
        );
        assert_eq!(answer.status, 429);
        assert_eq!(answer.headers.get("retry-after"), Some("2"));
        assert_eq!(answer.headers.get("retry-after-ms"), Some("1001"));
    }

    #[test]
    fn the_providers_status_stays_where_it_fits() {
        use FailureKind::*;
        for (kind, status, expected) in [
            (InvalidRequest, Some(422), 422),
            (InvalidRequest, Some(413), 413),
            (InvalidRequest, Some(200), 400),
            (ContextWindowExceeded, Some(400), 400),
            (Authentication, Some(403), 401),
            (RateLimit, Some(503), 429),
            (QuotaExceeded, Some(429), 402),
            (Overloaded, Some(503), 503),
            (Overloaded, None, 529),
            (ServerError, Some(524), 524),
            (Incomplete, Some(200), 502),
            (Timeout, None, 504),
            (Cancelled, None, 500),
        ] {
            assert_eq!(failed(kind, status).status, expected, "{kind} {status:?}");
        }
    }

    #[test]
    fn every_kind_is_an_error_that_reads_back() {
        for kind in FailureKind::ALL {
            let answer = failed(kind, None);
            let read = read_error(Wire::Anthropic, &answer.body).expect("an error body");
            assert!(read.error_type.is_some() && read.message.is_some_and(|m| m.ends_with('m')), "{kind}");
            assert!((400..600).contains(&answer.status));
        }
    }

    #[test]
    fn a_conversation_that_is_too_long_is_named_in_the_vendors_words() {
        let answer = failed(FailureKind::ContextWindowExceeded, Some(400));
        assert!(answer.body.contains(r#""message":"prompt is too long: m""#), "{}", answer.body);
    }

    #[test]
    fn a_bad_request_names_its_place() {
        let answer = write_bad(&BadRequest::new("messages[2].role", "expected a string, found nothing"));
        assert_eq!(answer.status, 400);
        let expected = r#"{"type":"error","error":{"type":"invalid_request_error","message":"messages[2].role: expected a string, found nothing"},"request_id":null}"#;
        assert_eq!(answer.body, expected);
    }
}
