//! Errors as OpenAI writes them; both OpenAI wires answer their applications with these.

use alloc::string::ToString;

use super::{BadRequest, ErrorAnswer};
use crate::failure::{Failure, FailureKind, Retryable, kind_of_code};
use crate::http::Headers;
use crate::json::Writer;

/// OpenAI's words for a kind of failure.
struct Words {
    status: u16,
    error_type: &'static str,
    code: Option<&'static str>,
}

const fn words(kind: FailureKind) -> Words {
    use FailureKind as Kind;
    let (status, error_type, code) = match kind {
        Kind::Authentication => (401, "invalid_request_error", Some("invalid_api_key")),
        Kind::Cancelled => (499, "invalid_request_error", Some("cancelled")),
        Kind::Configuration => (500, "server_error", Some("configuration_error")),
        Kind::Conflict => (409, "invalid_request_error", Some("conflict")),
        Kind::Connection => (502, "server_error", Some("connection_error")),
        Kind::ContextWindowExceeded => (400, "invalid_request_error", Some("context_length_exceeded")),
        Kind::Forbidden => (403, "invalid_request_error", Some("permission_denied")),
        Kind::Incomplete => (502, "server_error", Some("incomplete_response")),
        Kind::InvalidRequest => (400, "invalid_request_error", None),
        Kind::MalformedResponse => (502, "server_error", Some("malformed_response")),
        Kind::NotFound => (404, "invalid_request_error", None),
        Kind::Overloaded => (503, "service_unavailable_error", Some("server_is_overloaded")),
        Kind::QuotaExceeded | Kind::SpendingLimit => (429, "insufficient_quota", Some("insufficient_quota")),
        Kind::RateLimit => (429, "rate_limit_error", Some("rate_limit_exceeded")),
        Kind::Resume => (502, "server_error", Some("resume_failed")),
        Kind::ServerError | Kind::Unknown => (500, "server_error", Some("server_error")),
        Kind::Timeout => (504, "server_error", Some("timeout")),
        Kind::TooLarge => (502, "server_error", Some("response_too_large")),
        Kind::Unsupported => (501, "invalid_request_error", Some("unsupported")),
    };
    Words { status, error_type, code }
}

/// The answer to a call that failed.
///
/// The status is the provider's own where it names this kind of failure, else OpenAI's for the kind.
/// `retry-after` is in whole seconds, rounded up; the SDKs prefer `retry-after-ms`. They try a status
/// of 408, 409, 429 or 500 and above again unless `x-should-retry` forbids it, so it forbids what is of
/// no use.
pub(in crate::protocol) fn write(failure: &Failure) -> ErrorAnswer {
    let is_own =
        |status: &u16| (400..600).contains(status) && kind_of_code(&status.to_string()) == Some(failure.kind);
    let status = failure.status.filter(is_own).unwrap_or_else(|| words(failure.kind).status);
    let mut headers = Headers::new();
    if let Some(wait_ms) = failure.retry_after_ms {
        headers.push("retry-after", wait_ms.div_ceil(1000).to_string());
        headers.push("retry-after-ms", wait_ms.to_string());
    }
    if failure.retryable == Retryable::No && matches!(status, 408 | 409 | 429 | 500..) {
        headers.push("x-should-retry", "false");
    }
    let mut w = Writer::new();
    write_body(failure, &mut w);
    ErrorAnswer { status, headers, body: w.finish() }
}

/// Writes the body, which also ends a stream of Chat.
pub(super) fn write_body(failure: &Failure, w: &mut Writer) {
    w.object(|w| w.key("error").object(|w| fields(failure, w)));
}

/// The answer to a request that was not understood.
pub(in crate::protocol) fn write_bad(bad: &BadRequest) -> ErrorAnswer {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("error").object(|w| {
            w.key("message").string(&bad.to_string());
            w.key("type").string("invalid_request_error");
            opt_string("param", Some(&*bad.path).filter(|path| !path.is_empty()), w);
            w.key("code").null();
        });
    });
    ErrorAnswer { status: 400, headers: Headers::new(), body: w.finish() }
}

/// Writes the fields of the error object.
pub(super) fn fields(failure: &Failure, w: &mut Writer) {
    w.key("message").string(message(failure));
    w.key("type").string(words(failure.kind).error_type);
    w.key("param").null();
    opt_string("code", code(failure), w);
}

/// What to tell a person; never empty.
pub(super) fn message(failure: &Failure) -> &str {
    if failure.message.is_empty() { failure.kind.name() } else { &failure.message }
}

/// OpenAI's code: the provider's own where it names this kind of failure in OpenAI's way, else the one
/// of the kind.
pub(super) fn code(failure: &Failure) -> Option<&str> {
    let is_ours = |code: &&str| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !code.is_empty();
    let own = failure.code.as_deref().filter(is_ours);
    let fits = own.filter(|code| kind_of_code(code) == Some(failure.kind));
    fits.or_else(|| words(failure.kind).code).or(own)
}

fn opt_string(key: &str, value: Option<&str>, w: &mut Writer) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::classify_response;
    use crate::protocol::openai_error;
    use alloc::string::String;

    #[test]
    fn a_wait_is_told_in_both_headers() {
        let mut failure = Failure::new(FailureKind::RateLimit, "slow \"down\"");
        failure.retryable = Retryable::Yes;
        failure.retry_after_ms = Some(1_001);
        let answer = write(&failure);
        assert_eq!(answer.status, 429);
        let headers: alloc::vec::Vec<_> = answer.headers.iter().collect();
        assert_eq!(headers, [("retry-after", "2"), ("retry-after-ms", "1001")]);
        let expected = concat!(
            r#"{"error":{"message":"slow \"down\"","type":"rate_limit_error","param":null,"#,
            r#""code":"rate_limit_exceeded"}}"#
        );
        assert_eq!(answer.body, expected);
    }

    #[test]
    fn a_client_reads_the_same_class_of_failure() {
        for kind in FailureKind::ALL.into_iter().filter(|kind| *kind != FailureKind::SpendingLimit) {
            let answer = write(&Failure::new(kind, ""));
            let body = openai_error::read(&answer.body).expect("an error");
            let read = classify_response(answer.status, &answer.headers, &body, &answer.body, None);
            assert!(!read.is_retryable(), "{kind}");
            let blames_the_provider = |kind| {
                matches!(
                    kind,
                    FailureKind::Configuration
                        | FailureKind::Connection
                        | FailureKind::Incomplete
                        | FailureKind::MalformedResponse
                        | FailureKind::Resume
                        | FailureKind::ServerError
                        | FailureKind::Timeout
                        | FailureKind::TooLarge
                        | FailureKind::Unknown
                )
            };
            if blames_the_provider(kind) {
                assert!(blames_the_provider(read.kind), "{kind} became {}", read.kind);
            } else {
                assert_eq!(read.kind, kind, "{}", answer.body);
            }
        }
    }

    #[test]
    fn the_providers_status_and_code_stand_where_they_fit() {
        let told = |kind, status, code: &str| {
            let mut failure = Failure::new(kind, "m");
            (failure.status, failure.code) = (Some(status), Some(code.into()));
            let answer = write(&failure);
            let code = openai_error::read(&answer.body).expect("an error").code;
            (answer.status, code.unwrap_or_default())
        };
        let expect = |status, code: &str| (status, String::from(code));
        assert_eq!(
            told(FailureKind::InvalidRequest, 422, "unsupported_value"),
            expect(422, "unsupported_value")
        );
        assert_eq!(told(FailureKind::Overloaded, 200, "UNAVAILABLE"), expect(503, "server_is_overloaded"));
        assert_eq!(told(FailureKind::RateLimit, 429, "8"), expect(429, "rate_limit_exceeded"));
        assert_eq!(
            told(FailureKind::ContextWindowExceeded, 413, "x"),
            expect(400, "context_length_exceeded")
        );
        assert_eq!(told(FailureKind::RateLimit, 403, "slow_down"), expect(429, "slow_down"));
        assert_eq!(told(FailureKind::QuotaExceeded, 402, "x"), expect(402, "insufficient_quota"));
        for code in ["credit_balance_exhausted", "project_spend_limit_exceeded"] {
            let kind = kind_of_code(code).expect("a word of OpenAI");
            assert_eq!(told(kind, 429, code), expect(429, code));
        }
        assert_eq!(told(FailureKind::InvalidRequest, 400, "400"), expect(400, ""));
    }

    #[test]
    fn a_bad_request_names_its_place() {
        let answer = write_bad(&BadRequest::new("input[0].role", "expected a string, found nothing"));
        let expected = concat!(
            r#"{"error":{"message":"invalid request at input[0].role: expected a string, found nothing","#,
            r#""type":"invalid_request_error","param":"input[0].role","code":null}}"#
        );
        assert_eq!((answer.status, &*answer.body), (400, expected));
    }
}
