//! Heads of answers to applications.

use alloc::string::{String, ToString};

use crate::failure::Failure;
use crate::http::{Head, Headers};
use crate::model::Wire;
use crate::protocol::{ErrorAnswer, StreamFraming};

/// Headers that are about one connection, about how its bytes were packed, or about a provider's own session
/// with its client (RFC 9110 section 7.6.1, RFC 6265).
const NOT_PASSED: [&str; 13] = [
    "alt-svc",
    "connection",
    "content-encoding",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "set-cookie",
    "strict-transport-security",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The header in which a wire's providers name a request; SDKs show it.
const fn request_id_header(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "request-id",
        Wire::Gemini | Wire::OpenaiChat | Wire::OpenaiResponses => "x-request-id",
    }
}

/// The provider's id of the request.
pub(super) fn request_id(head: &Head) -> Option<String> {
    ["x-request-id", "request-id"]
        .into_iter()
        .find_map(|name| head.headers.get(name))
        .map(ToString::to_string)
}

/// The provider's head, without what is between it and its client alone.
pub(super) fn passed_head(head: Head) -> Head {
    let is_passed = |name: &str| !NOT_PASSED.iter().any(|not| name.eq_ignore_ascii_case(not));
    let headers = head
        .headers
        .iter()
        .filter(|(name, _)| is_passed(name))
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Head { headers, ..head }
}

/// The head of a good answer on `wire`: a stream framed so, or a whole one.
pub(super) fn answer_head(wire: Wire, framing: Option<StreamFraming>, request_id: Option<&str>) -> Head {
    let mut headers = Headers::new();
    match framing {
        Some(StreamFraming::Sse) => {
            headers.push("content-type", "text/event-stream; charset=utf-8");
            headers.push("cache-control", "no-cache");
        }
        Some(StreamFraming::JsonArray) | None => headers.push("content-type", "application/json"),
    }
    if let Some(id) = request_id {
        headers.push(request_id_header(wire), id);
    }
    Head { status: 200, headers, wall: None }
}

/// The head of an error response.
pub(super) fn error_head(answer: &ErrorAnswer, failure: &Failure, wire: Wire) -> Head {
    let mut headers = answer.headers.clone();
    headers.set("content-type", "application/json");
    if let Some(id) = &failure.request_id {
        headers.set(request_id_header(wire), id.as_str());
    }
    Head { status: answer.status, headers, wall: None }
}
