//! Errors in the wire's own form.

use alloc::string::{String, ToString as _};

use crate::failure::{Failure, FailureKind, Retryable, kind_of_code};
use crate::http::Headers;
use crate::json::Writer;
use crate::protocol::{BadRequest, ErrorAnswer};

/// Codes that OpenAI documents and that say more than the usual one of their kind.
const OWN_CODES: [&str; 5] = [
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "project_spend_limit_exceeded",
    "slow_down",
];

/// How OpenAI says a kind of failure.
struct Words {
    status: u16,
    error_type: &'static str,
    code: Option<&'static str>,
}

const fn words(kind: FailureKind) -> Words {
    let (status, error_type, code) = match kind {
        FailureKind::Authentication => (401, "invalid_request_error", Some("invalid_api_key")),
        FailureKind::Cancelled => (499, "invalid_request_error", Some("cancelled")),
        FailureKind::Configuration => (500, "server_error", Some("configuration_error")),
        FailureKind::Conflict => (409, "invalid_request_error", Some("conflict")),
        FailureKind::Connection => (502, "server_error", Some("connection")),
        FailureKind::ContextWindowExceeded => (400, "invalid_request_error", Some("context_length_exceeded")),
        FailureKind::Forbidden => (403, "invalid_request_error", Some("permission_denied")),
        FailureKind::Incomplete => (502, "server_error", Some("incomplete")),
        FailureKind::InvalidRequest => (400, "invalid_request_error", None),
        FailureKind::MalformedResponse => (502, "server_error", Some("malformed_response")),
        FailureKind::NotFound => (404, "invalid_request_error", None),
        FailureKind::Overloaded => (503, "service_unavailable_error", Some("server_is_overloaded")),
        FailureKind::QuotaExceeded | FailureKind::SpendingLimit => {
            (429, "insufficient_quota", Some("insufficient_quota"))
        }
        FailureKind::RateLimit => (429, "rate_limit_error", Some("rate_limit_exceeded")),
        FailureKind::Resume => (502, "server_error", Some("resume")),
        FailureKind::ServerError | FailureKind::Unknown => (500, "server_error", None),
        FailureKind::Timeout => (504, "server_error", Some("timeout")),
        FailureKind::TooLarge => (502, "server_error", Some("too_large")),
        FailureKind::Unsupported => (501, "invalid_request_error", Some("unsupported")),
    };
    Words { status, error_type, code }
}

/// The error response for a failed call.
///
/// The status is the provider's own where it names the same kind of failure, else the one that OpenAI
/// uses for the kind. `x-should-retry: false` keeps the SDKs from trying again what fails again.
pub(in crate::protocol) fn write(failure: &Failure) -> ErrorAnswer {
    let own = failure.status.filter(|s| (400..600).contains(s));
    let own = own.filter(|s| kind_of_code(&s.to_string()) == Some(failure.kind));
    let status = own.unwrap_or_else(|| words(failure.kind).status);
    let mut headers = Headers::new();
    if let Some(wait_ms) = failure.retry_after_ms {
        headers.push("retry-after", wait_ms.div_ceil(1000).to_string());
        headers.push("retry-after-ms", wait_ms.to_string());
    }
    let sdks_retry = matches!(status, 408 | 409 | 429 | 500..);
    if sdks_retry && failure.retryable == Retryable::No {
        headers.push("x-should-retry", "false");
    }
    let mut w = Writer::new();
    w.object(|w| write_object(failure, w));
    ErrorAnswer { status, headers, body: w.finish() }
}

/// The error response for a request that was not understood.
pub(in crate::protocol) fn write_bad(bad: &BadRequest) -> ErrorAnswer {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("error").object(|w| {
            w.key("message").string(&bad.why);
            w.key("type").string("invalid_request_error");
            match &*bad.path {
                "" => w.key("param").null(),
                path => w.key("param").string(path),
            }
            w.key("code").null();
        });
    });
    ErrorAnswer { status: 400, headers: Headers::new(), body: w.finish() }
}

/// Writes the field `error`, which is the same in a body and in a stream.
pub(super) fn write_object(failure: &Failure, w: &mut Writer) {
    let words = words(failure.kind);
    w.key("error").object(|w| {
        match &*failure.message {
            "" => w.key("message").string(failure.kind.name()),
            message => w.key("message").string(message),
        }
        w.key("type").string(words.error_type);
        w.key("param").null();
        match code(failure, &words) {
            Some(code) => w.key("code").string(code),
            None => w.key("code").null(),
        }
    });
}

/// The code of the kind; the provider's own where the kind has none, or where it is OpenAI's.
fn code<'f>(failure: &'f Failure, words: &Words) -> Option<&'f str> {
    let own = failure.code.as_deref();
    let is_word = |code: &&str| code.parse::<u32>().is_err();
    match own {
        Some(code) if OWN_CODES.contains(&code) => own,
        _ => words.code.or_else(|| own.filter(is_word)),
    }
}

/// The error as one event of a stream.
pub(super) fn write_event(failure: &Failure, out: &mut String) {
    let mut w = Writer::onto(core::mem::take(out));
    w.object(|w| write_object(failure, w));
    *out = w.finish();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::classify_response;
    use crate::protocol::openai_error;

    /// The kind that a client of this wire makes of the answer.
    fn read_back(answer: &ErrorAnswer) -> Failure {
        let body = openai_error::read(&answer.body).expect("an error");
        classify_response(answer.status, &answer.headers, &body, &answer.body, None)
    }

    #[test]
    fn a_rate_limit_says_when_to_come_back() {
        let mut failure = Failure::new(FailureKind::RateLimit, "slow \"down\"");
        failure.retryable = Retryable::Yes;
        failure.retry_after_ms = Some(1_200);
        failure.status = Some(429);
        let answer = write(&failure);
        assert_eq!(answer.status, 429);
        assert_eq!(answer.headers.get("retry-after"), Some("2"));
        assert_eq!(answer.headers.get("retry-after-ms"), Some("1200"));
        assert_eq!(answer.headers.get("x-should-retry"), None);
        assert_eq!(
            answer.body,
            concat!(
                r#"{"error":{"message":"slow \"down\"","type":"rate_limit_error","param":null,"#,
                r#""code":"rate_limit_exceeded"}}"#
            )
        );
    }

    #[test]
    fn every_kind_is_an_error_that_reads_back_as_one_of_its_class() {
        for kind in FailureKind::ALL.into_iter().filter(|kind| *kind != FailureKind::SpendingLimit) {
            let answer = write(&Failure::new(kind, "m"));
            let read = read_back(&answer);
            let expected = match kind {
                FailureKind::Connection
                | FailureKind::Incomplete
                | FailureKind::MalformedResponse
                | FailureKind::Resume
                | FailureKind::Timeout
                | FailureKind::TooLarge
                | FailureKind::Unknown => FailureKind::ServerError,
                kind => kind,
            };
            assert_eq!(read.kind, expected, "{}", answer.body);
            assert!(!read.is_retryable(), "{kind}");
        }
    }

    #[test]
    fn the_providers_status_stands_where_it_fits() {
        let status = |kind, status| {
            let mut failure = Failure::new(kind, "m");
            failure.status = Some(status);
            write(&failure).status
        };
        assert_eq!(status(FailureKind::InvalidRequest, 422), 422);
        assert_eq!(status(FailureKind::ServerError, 503), 503);
        assert_eq!(status(FailureKind::QuotaExceeded, 402), 402);
        assert_eq!(status(FailureKind::Overloaded, 200), 503);
        assert_eq!(status(FailureKind::ContextWindowExceeded, 413), 400);
        assert_eq!(status(FailureKind::RateLimit, 403), 429);
    }

    #[test]
    fn openais_finer_codes_are_kept_and_foreign_ones_translated() {
        let code = |kind, own: &str| {
            let mut failure = Failure::new(kind, "m");
            failure.code = Some(own.into());
            openai_error::read(&write(&failure).body).expect("an error").code
        };
        let expect = |text: &str| Some(String::from(text));
        assert_eq!(code(FailureKind::RateLimit, "slow_down"), expect("slow_down"));
        assert_eq!(code(FailureKind::RateLimit, "429"), expect("rate_limit_exceeded"));
        assert_eq!(code(FailureKind::InvalidRequest, "unsupported_value"), expect("unsupported_value"));
        assert_eq!(code(FailureKind::InvalidRequest, "400"), None);
    }

    #[test]
    fn a_bad_request_names_its_parameter() {
        let answer = write_bad(&BadRequest::new("messages[0].role", "expected a string, found nothing"));
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.body,
            concat!(
                r#"{"error":{"message":"expected a string, found nothing","type":"invalid_request_error","#,
                r#""param":"messages[0].role","code":null}}"#
            )
        );
    }
}
