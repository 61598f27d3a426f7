//! Heads of answers to applications.

use alloc::string::{String, ToString};

use crate::failure::Failure;
use crate::http::{Head, Headers};
use crate::model::Wire;
use crate::protocol::{ErrorAnswer, StreamFraming};

/// What of a provider's head concerns an application: what the body is, when to ask again, how much is left,
/// how long it took. The rest is between the provider and its client: connections, cookies, accounts, other
/// origins.
const PASSED: [&str; 9] = [
    "cache-control",
    "content-type",
    "openai-processing-ms",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "server-timing",
    "x-request-id",
    "x-should-retry",
];

/// Families of headers that say how much is left.
const PASSED_FAMILIES: [&str; 3] = ["anthropic-ratelimit-", "ratelimit", "x-ratelimit-"];

fn is_passed(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    PASSED.contains(&name.as_str()) || PASSED_FAMILIES.iter().any(|family| name.starts_with(family))
}

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

/// What of the provider's head concerns the application.
pub(super) fn passed_head(head: &Head) -> Head {
    let headers = head
        .headers
        .iter()
        .filter(|(name, _)| is_passed(name))
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    Head { status: head.status, headers, wall: head.wall }
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
