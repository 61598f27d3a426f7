//! Errors: `{error: {code, message, status, details}}`.

use alloc::format;
use alloc::string::{String, ToString};

use crate::failure::{Failure, FailureKind};
use crate::http::Headers;
use crate::json::Writer;
use crate::protocol::{BadRequest, ErrorAnswer};

/// Status codes and their names (`google.rpc.Code` in its mapping to HTTP).
const NAMES: [(u16, &str); 12] = [
    (400, "INVALID_ARGUMENT"),
    (401, "UNAUTHENTICATED"),
    (403, "PERMISSION_DENIED"),
    (404, "NOT_FOUND"),
    (408, "DEADLINE_EXCEEDED"),
    (409, "ABORTED"),
    (429, "RESOURCE_EXHAUSTED"),
    (499, "CANCELLED"),
    (500, "INTERNAL"),
    (501, "UNIMPLEMENTED"),
    (503, "UNAVAILABLE"),
    (504, "DEADLINE_EXCEEDED"),
];

/// The error response for a failed call.
pub(in crate::protocol) fn write(failure: &Failure) -> ErrorAnswer {
    let status = status(failure);
    let mut w = Writer::new();
    write_body(&mut w, failure);
    let mut headers = Headers::new();
    if let Some(wait) = failure.retry_after_ms {
        headers.push("retry-after", wait.div_ceil(1000).to_string());
    }
    ErrorAnswer { status, headers, body: w.finish() }
}

/// The body alone, as it also ends a stream.
pub(super) fn write_body(w: &mut Writer, failure: &Failure) {
    let status = status(failure);
    let message = if failure.message.is_empty() { failure.kind.name() } else { &failure.message };
    write_error(w, status, message, name(failure, status), |w| {
        if let Some(wait) = failure.retry_after_ms {
            detail(w, "RetryInfo", |w| w.key("retryDelay").string(&duration(wait)));
        }
        if let Some(id) = &failure.request_id {
            detail(w, "RequestInfo", |w| w.key("requestId").string(id));
        }
    });
}

/// The error response for a request that cannot be understood.
pub(in crate::protocol) fn write_bad(bad: &BadRequest) -> ErrorAnswer {
    let mut w = Writer::new();
    write_error(&mut w, 400, &bad.to_string(), "INVALID_ARGUMENT", |w| {
        if !bad.path.is_empty() {
            detail(w, "BadRequest", |w| {
                w.key("fieldViolations").array(|w| {
                    w.object(|w| {
                        w.key("field").string(&bad.path);
                        w.key("description").string(&bad.why);
                    });
                });
            });
        }
    });
    ErrorAnswer { status: 400, headers: Headers::new(), body: w.finish() }
}

fn write_error(w: &mut Writer, code: u16, message: &str, status: &str, details: impl FnOnce(&mut Writer)) {
    w.object(|w| {
        w.key("error").object(|w| {
            w.key("code").u64(u64::from(code));
            w.key("message").string(message);
            w.key("status").string(status);
            let mut list = Writer::new();
            list.array(details);
            let list = list.finish();
            w.opt_raw("details", Some(&*list).filter(|list| *list != "[]"));
        });
    });
}

fn detail(w: &mut Writer, kind: &str, fields: impl FnOnce(&mut Writer)) {
    w.object(|w| {
        w.key("@type").string(&format!("type.googleapis.com/google.rpc.{kind}"));
        fields(w);
    });
}

/// A duration as proto JSON writes it: `12s`, `0.250s`.
fn duration(ms: u64) -> String {
    match ms % 1000 {
        0 => format!("{}s", ms / 1000),
        rest => format!("{}.{rest:03}s", ms / 1000),
    }
}

/// The provider's own status where it says what the kind says, else the kind's.
fn status(failure: &Failure) -> u16 {
    let usual = usual_status(failure.kind);
    let fits = |status: u16| match failure.kind {
        FailureKind::InvalidRequest => {
            (400..500).contains(&status) && !matches!(status, 401 | 403 | 404 | 408 | 409 | 429 | 499)
        }
        FailureKind::ServerError | FailureKind::MalformedResponse => {
            (500..600).contains(&status) && status != 529
        }
        FailureKind::Unknown => (400..600).contains(&status),
        _ => false,
    };
    failure.status.filter(|status| fits(*status)).unwrap_or(usual)
}

const fn usual_status(kind: FailureKind) -> u16 {
    match kind {
        FailureKind::Authentication => 401,
        FailureKind::Cancelled => 499,
        FailureKind::Conflict => 409,
        FailureKind::Connection | FailureKind::Incomplete | FailureKind::Overloaded => 503,
        FailureKind::ContextWindowExceeded | FailureKind::InvalidRequest => 400,
        FailureKind::Forbidden => 403,
        FailureKind::NotFound => 404,
        FailureKind::QuotaExceeded | FailureKind::RateLimit | FailureKind::SpendingLimit => 429,
        FailureKind::Timeout => 504,
        FailureKind::Unsupported => 501,
        FailureKind::Configuration
        | FailureKind::MalformedResponse
        | FailureKind::Resume
        | FailureKind::ServerError
        | FailureKind::TooLarge
        | FailureKind::Unknown => 500,
    }
}

/// The provider's own name where it is one of Google's and goes with the code, else the code's.
fn name(failure: &Failure, status: u16) -> &str {
    let own = failure.error_type.as_deref().filter(|own| code_of(own) == Some(status));
    own.unwrap_or_else(|| {
        let known = NAMES.iter().find(|(code, _)| *code == status).map(|(_, name)| *name);
        known.unwrap_or(if status < 500 { "INVALID_ARGUMENT" } else { "INTERNAL" })
    })
}

/// The code of a name, for names that share one with another.
fn code_of(name: &str) -> Option<u16> {
    Some(match name {
        "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "ALREADY_EXISTS" => 409,
        "DATA_LOSS" | "UNKNOWN" => 500,
        _ => return NAMES.iter().rev().find(|(_, known)| *known == name).map(|(code, _)| *code),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::gemini::client::error::read;

    #[test]
    fn a_wait_is_told_in_the_body_and_in_the_header() {
        let failure = Failure {
            status: Some(429),
            retry_after_ms: Some(1_250),
            request_id: Some("r".into()),
            ..Failure::new(FailureKind::RateLimit, "slow \"down\"")
        };
        let answer = write(&failure);
        assert_eq!(
            answer.body,
            concat!(
                r#"{"error":{"code":429,"message":"slow \"down\"","status":"RESOURCE_EXHAUSTED","details":["#,
                r#"{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.250s"},"#,
                r#"{"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"r"}]}}"#
            )
        );
        assert_eq!((answer.status, answer.headers.get("retry-after")), (429, Some("2")));
        let body = read(&answer.body).expect("an error");
        assert_eq!((body.retry_after_ms, body.request_id.as_deref()), (Some(1_250), Some("r")));
    }

    #[test]
    fn statuses_fit_the_kind() {
        for (kind, status, expected) in [
            (FailureKind::Overloaded, Some(529), (503, "UNAVAILABLE")),
            (FailureKind::RateLimit, Some(403), (429, "RESOURCE_EXHAUSTED")),
            (FailureKind::InvalidRequest, Some(422), (422, "INVALID_ARGUMENT")),
            (FailureKind::InvalidRequest, Some(200), (400, "INVALID_ARGUMENT")),
            (FailureKind::ServerError, Some(502), (502, "INTERNAL")),
            (FailureKind::ServerError, Some(200), (500, "INTERNAL")),
            (FailureKind::Timeout, None, (504, "DEADLINE_EXCEEDED")),
            (FailureKind::Cancelled, None, (499, "CANCELLED")),
        ] {
            let failure = Failure { status, ..Failure::new(kind, "") };
            let answer = write(&failure);
            let body = read(&answer.body).expect("an error");
            assert_eq!((answer.status, body.error_type.as_deref()), (expected.0, Some(expected.1)));
            assert_eq!(body.code.as_deref(), Some(&*expected.0.to_string()));
            assert_eq!(body.message.as_deref(), Some(kind.name()));
        }
    }

    #[test]
    fn every_kind_is_an_error_to_the_sdk() {
        for kind in FailureKind::ALL {
            assert!((400..600).contains(&write(&Failure::new(kind, "x")).status), "{kind}");
        }
    }

    #[test]
    fn names_of_google_stay() {
        let named = |error_type: &str, status| {
            let error_type = Some(error_type.into());
            write(&Failure {
                error_type,
                status: Some(status),
                ..Failure::new(FailureKind::InvalidRequest, "x")
            })
            .body
        };
        assert!(named("FAILED_PRECONDITION", 400).contains("\"FAILED_PRECONDITION\""));
        assert!(named("invalid_request_error", 400).contains("\"INVALID_ARGUMENT\""));
    }

    #[test]
    fn a_bad_request_names_its_field() {
        let answer = write_bad(&BadRequest::new("contents[0].role", "expected x"));
        assert_eq!(
            answer.body,
            concat!(
                r#"{"error":{"code":400,"message":"invalid request at contents[0].role: expected x","#,
                r#""status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.BadRequest","#,
                r#""fieldViolations":[{"field":"contents[0].role","description":"expected x"}]}]}}"#
            )
        );
        assert!(!write_bad(&BadRequest::new("", "x")).body.contains("details"));
    }
}
