//! Error bodies and error events as each wire spells them.

use alloc::string::String;

use super::fault::{Hint, Page, StatusFault};
use super::frames::Stream;
use crate::json::Writer;
use crate::model::Wire;

/// An error in every wire's words.
struct Words<'a> {
    message: &'a str,
    openai_type: &'static str,
    openai_code: Option<&'static str>,
    anthropic: &'static str,
    gemini: &'static str,
}

const fn words<'a>(status: u16, page: &Page) -> Words<'a> {
    let (message, openai_type, openai_code, anthropic, gemini) = match (page, status) {
        (Page::Quota, _) => (
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            Some("insufficient_quota"),
            "billing_error",
            "RESOURCE_EXHAUSTED",
        ),
        (Page::ContextWindow, _) => (
            "prompt is too long: 210000 tokens > 200000 maximum",
            "invalid_request_error",
            Some("context_length_exceeded"),
            "invalid_request_error",
            "INVALID_ARGUMENT",
        ),
        (_, 401) => (
            "Incorrect API key provided.",
            "invalid_request_error",
            Some("invalid_api_key"),
            "authentication_error",
            "UNAUTHENTICATED",
        ),
        (_, 403) => (
            "You are not allowed to use this model.",
            "invalid_request_error",
            None,
            "permission_error",
            "PERMISSION_DENIED",
        ),
        (_, 404) => (
            "The model does not exist.",
            "invalid_request_error",
            Some("model_not_found"),
            "not_found_error",
            "NOT_FOUND",
        ),
        (_, 409) => ("Conflict.", "conflict_error", None, "conflict_error", "ABORTED"),
        (_, 413) => {
            ("Request too large.", "invalid_request_error", None, "request_too_large", "OUT_OF_RANGE")
        }
        (_, 429) => (
            "Rate limit reached for requests.",
            "rate_limit_error",
            Some("rate_limit_exceeded"),
            "rate_limit_error",
            "RESOURCE_EXHAUSTED",
        ),
        (_, 503 | 529) => (
            "Overloaded.",
            "service_unavailable_error",
            Some("server_is_overloaded"),
            "overloaded_error",
            "UNAVAILABLE",
        ),
        (_, 504) => ("Deadline exceeded.", "server_error", None, "timeout_error", "DEADLINE_EXCEEDED"),
        (_, 500..) => {
            ("The server had an error.", "server_error", Some("server_error"), "api_error", "INTERNAL")
        }
        _ => (
            "Invalid request.",
            "invalid_request_error",
            Some("invalid_request"),
            "invalid_request_error",
            "INVALID_ARGUMENT",
        ),
    };
    Words { message, openai_type, openai_code, anthropic, gemini }
}

const HTML: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n\
<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The body of an error response and its content type; `message` in place of the usual one.
pub(super) fn page(wire: Wire, fault: &StatusFault, message: Option<&str>) -> (String, &'static str) {
    match fault.page {
        Page::Html => (HTML.into(), "text/html"),
        Page::Empty => (String::new(), "text/plain"),
        Page::ContextWindow | Page::Quota | Page::Usual => {
            let delay = if let Hint::RetryInfo(delay) = &fault.hint { Some(delay.as_str()) } else { None };
            let mut words = words(fault.status, &fault.page);
            words.message = message.unwrap_or(words.message);
            (error(wire, fault.status, &words, delay), "application/json")
        }
    }
}

fn error(wire: Wire, status: u16, words: &Words<'_>, delay: Option<&str>) -> String {
    let mut w = Writer::new();
    w.object(|w| match wire {
        Wire::Anthropic => {
            w.key("type").string("error");
            w.key("error").object(|w| {
                w.key("type").string(words.anthropic);
                w.key("message").string(words.message);
                details(w, delay);
            });
            w.key("request_id").string("req_sim");
        }
        Wire::Gemini => w.key("error").object(|w| {
            w.key("code").u64(u64::from(status));
            w.key("message").string(words.message);
            w.key("status").string(words.gemini);
            details(w, delay);
        }),
        Wire::OpenaiChat | Wire::OpenaiResponses => w.key("error").object(|w| {
            w.key("message").string(words.message);
            w.key("type").string(words.openai_type);
            w.key("param").null();
            openai_code(w, words);
            details(w, delay);
        }),
    });
    w.finish()
}

fn openai_code(w: &mut Writer, words: &Words<'_>) {
    w.key("code");
    match words.openai_code {
        Some(code) => w.string(code),
        None => w.null(),
    }
}

fn details(w: &mut Writer, delay: Option<&str>) {
    let Some(delay) = delay else { return };
    w.key("details").array(|w| {
        w.object(|w| {
            w.key("@type").string("type.googleapis.com/google.rpc.RetryInfo");
            w.key("retryDelay").string(delay);
        });
    });
}

/// The body of an error that comes with status 200.
pub(super) fn in_band(wire: Wire) -> String {
    error(wire, 503, &words(503, &Page::Usual), None)
}

/// The error as an event of `stream`; `number` is the event's place.
pub(super) fn event(wire: Wire, stream: &Stream, number: usize) -> alloc::vec::Vec<u8> {
    let words = words(503, &Page::Usual);
    match wire {
        Wire::Anthropic => stream.frame(number, "error", &in_band(wire)),
        Wire::Gemini | Wire::OpenaiChat => stream.frame(number, "", &in_band(wire)),
        Wire::OpenaiResponses => {
            let mut w = Writer::new();
            w.object(|w| {
                w.key("type").string("error");
                w.key("sequence_number").u64(number as u64);
                openai_code(w, &words);
                w.key("message").string(words.message);
                w.key("param").null();
            });
            stream.frame(number, "error", &w.finish())
        }
    }
}
