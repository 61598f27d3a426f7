//! Error responses with the status, headers and body that each provider sends.
//!
//! ```
//! use tokenwire_core::failure::FailureKind;
//! use tokenwire_core::model::Wire;
//! use tokenwire_core::testing::errors;
//!
//! let failure = errors::rate_limit(Wire::Anthropic).failure(Wire::Anthropic, None);
//! assert_eq!(failure.kind, FailureKind::RateLimit);
//! assert_eq!(failure.retry_after_ms, Some(7_000));
//! ```

use alloc::string::{String, ToString};

use super::Reply;
use crate::failure::{Failure, FailureKind, classify_response};
use crate::http::Headers;
use crate::json::Writer;
use crate::model::Wire;
use crate::protocol::read_error;
use crate::time::UnixTime;

/// An error response as plain values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorResponse {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Headers,
    /// The body.
    pub body: String,
}

impl ErrorResponse {
    /// A response with the headers that `wire`'s own provider sends with JSON errors.
    pub fn json(wire: Wire, status: u16, body: impl Into<String>) -> Self {
        let mut headers = Headers::new();
        match wire {
            Wire::Anthropic => {
                headers.push("content-type", "application/json");
                headers.push("request-id", "req_test");
            }
            Wire::Gemini => {
                headers.push("content-type", "application/json; charset=UTF-8");
                headers.push("server", "scaffolding on HTTPServer2");
            }
            Wire::OpenaiChat | Wire::OpenaiResponses => {
                headers.push("content-type", "application/json");
                headers.push("x-request-id", "req_test");
                headers.push("openai-version", "2020-10-01");
            }
        }
        Self { status, headers, body: body.into() }
    }

    /// The same with one more header, in place of any earlier one of that name.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.set(name, value);
        self
    }

    /// What a call on `wire` makes of it: the wire reads the body, and the failure is classified.
    pub fn failure(&self, wire: Wire, now: Option<UnixTime>) -> Failure {
        let body = read_error(wire, &self.body).unwrap_or_default();
        classify_response(self.status, &self.headers, &body, &self.body, now)
    }

    /// The reply of a [`SimHost`](super::SimHost) that sends it at once.
    pub fn into_reply(self) -> Reply {
        Reply::whole(self.status, self.headers, self.body.into_bytes())
    }
}

/// The words of one error on each wire.
struct Spelling {
    openai_type: &'static str,
    openai_code: Option<&'static str>,
    anthropic: &'static str,
    gemini: &'static str,
}

fn spell(wire: Wire, status: u16, words: &Spelling, message: &str) -> ErrorResponse {
    let body = match wire {
        Wire::Anthropic => anthropic_body(words.anthropic, message),
        Wire::Gemini => gemini_body(status, words.gemini, message, None),
        Wire::OpenaiChat | Wire::OpenaiResponses => openai_body(words, message),
    };
    ErrorResponse::json(wire, status, body)
}

fn anthropic_body(error_type: &str, message: &str) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("error");
        w.key("error").object(|w| {
            w.key("type").string(error_type);
            w.key("message").string(message);
        });
        w.key("request_id").string("req_test");
    });
    w.finish()
}

fn openai_body(words: &Spelling, message: &str) -> String {
    let mut w = Writer::new();
    w.object(|w| w.key("error").object(|w| openai_fields(w, words, message)));
    w.finish()
}

fn openai_fields(w: &mut Writer, words: &Spelling, message: &str) {
    w.key("message").string(message);
    w.key("type").string(words.openai_type);
    w.key("param").null();
    w.key("code");
    match words.openai_code {
        Some(code) => w.string(code),
        None => w.null(),
    }
}

fn gemini_body(status: u16, name: &str, message: &str, details: Option<&str>) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("error").object(|w| {
            w.key("code").u64(u64::from(status));
            w.key("message").string(message);
            w.key("status").string(name);
            w.opt_raw("details", details);
        });
    });
    w.finish()
}

/// A wrong key: 401, and 400 with a reason on Gemini.
pub fn authentication(wire: Wire) -> ErrorResponse {
    if wire == Wire::Gemini {
        let details = r#"[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID","domain":"googleapis.com","metadata":{"service":"generativelanguage.googleapis.com"}}]"#;
        let message = "API key not valid. Please pass a valid API key.";
        let body = gemini_body(400, "INVALID_ARGUMENT", message, Some(details));
        return ErrorResponse::json(wire, 400, body);
    }
    let words = Spelling {
        openai_type: "invalid_request_error",
        openai_code: Some("invalid_api_key"),
        anthropic: "authentication_error",
        gemini: "UNAUTHENTICATED",
    };
    should_not_retry(wire, spell(wire, 401, &words, "The key is wrong."))
}

/// Anthropic says with every 4xx that another try is no use.
fn should_not_retry(wire: Wire, response: ErrorResponse) -> ErrorResponse {
    if wire == Wire::Anthropic { response.with_header("x-should-retry", "false") } else { response }
}

/// A conversation that the model cannot read to its end: 400, in each provider's own words.
pub fn context_length(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "invalid_request_error",
        openai_code: Some("context_length_exceeded"),
        anthropic: "invalid_request_error",
        gemini: "INVALID_ARGUMENT",
    };
    let message = match wire {
        Wire::Anthropic => "prompt is too long: 210000 tokens > 200000 maximum",
        Wire::Gemini => {
            "The input token count (210000) exceeds the maximum number of tokens allowed (200000)."
        }
        Wire::OpenaiChat => "This model's maximum context length is 200000 tokens. You asked for 210000.",
        Wire::OpenaiResponses => "Your input exceeds the context window of this model.",
    };
    should_not_retry(wire, spell(wire, 400, &words, message))
}

/// A key that may not do this: 403.
pub fn forbidden(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "invalid_request_error",
        openai_code: None,
        anthropic: "permission_error",
        gemini: "PERMISSION_DENIED",
    };
    should_not_retry(wire, spell(wire, 403, &words, "This key may not do this."))
}

/// A request that is wrong in itself: 400, with the parameter's name in the message.
pub fn invalid_request(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "invalid_request_error",
        openai_code: Some("integer_below_min_value"),
        anthropic: "invalid_request_error",
        gemini: "INVALID_ARGUMENT",
    };
    should_not_retry(wire, spell(wire, 400, &words, "Invalid 'max_tokens': expected a value >= 1, got -1."))
}

/// A model that does not exist: 404.
pub fn not_found(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "invalid_request_error",
        openai_code: Some("model_not_found"),
        anthropic: "not_found_error",
        gemini: "NOT_FOUND",
    };
    let message = match wire {
        Wire::Anthropic => "model: no-such-model",
        Wire::Gemini => {
            "models/no-such-model is not found for API version v1, or is not supported for generateContent."
        }
        Wire::OpenaiChat | Wire::OpenaiResponses => {
            "The model `no-such-model` does not exist or you do not have access to it."
        }
    };
    should_not_retry(wire, spell(wire, 404, &words, message))
}

/// A provider over its capacity: 529 at Anthropic, 503 elsewhere; no hint.
pub fn overload(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "service_unavailable_error",
        openai_code: Some("server_is_overloaded"),
        anthropic: "overloaded_error",
        gemini: "UNAVAILABLE",
    };
    let (status, message) = match wire {
        Wire::Anthropic => (529, "Overloaded"),
        Wire::Gemini => (503, "The service is overloaded. Please try again later."),
        Wire::OpenaiChat | Wire::OpenaiResponses => (503, "Our servers are currently overloaded."),
    };
    spell(wire, status, &words, message)
}

/// A quota that will not be free again in this call: no money at OpenAI (429) and Anthropic (402), a
/// spent day at Gemini (429, with a `RetryInfo` that is too short, as Gemini sends it).
pub fn quota(wire: Wire) -> ErrorResponse {
    if wire == Wire::Gemini {
        return gemini_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "31s");
    }
    let words = Spelling {
        openai_type: "insufficient_quota",
        openai_code: Some("credit_balance_exhausted"),
        anthropic: "billing_error",
        gemini: "RESOURCE_EXHAUSTED",
    };
    let status = if wire == Wire::Anthropic { 402 } else { 429 };
    should_not_retry(wire, spell(wire, status, &words, "There is no credit left on this account."))
}

/// Too many requests for now: 429, to come back in 7 seconds.
///
/// OpenAI says so in `retry-after-ms`, `retry-after` and its reset headers, Anthropic in `retry-after`
/// and its own, Gemini in the body.
pub fn rate_limit(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "rate_limit_error",
        openai_code: Some("rate_limit_exceeded"),
        anthropic: "rate_limit_error",
        gemini: "RESOURCE_EXHAUSTED",
    };
    let response = spell(wire, 429, &words, "Rate limit reached for requests.");
    match wire {
        Wire::Anthropic => response
            .with_header("retry-after", "7")
            .with_header("x-should-retry", "true")
            .with_header("anthropic-ratelimit-requests-limit", "50")
            .with_header("anthropic-ratelimit-requests-remaining", "0")
            .with_header("anthropic-ratelimit-requests-reset", "2026-11-16T12:00:07Z"),
        Wire::Gemini => gemini_quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "7s"),
        Wire::OpenaiChat | Wire::OpenaiResponses => response
            .with_header("retry-after", "7")
            .with_header("retry-after-ms", "7000")
            .with_header("x-ratelimit-limit-requests", "60")
            .with_header("x-ratelimit-remaining-requests", "0")
            .with_header("x-ratelimit-reset-requests", "7s"),
    }
}

/// Gemini's 429 for the quota of that id, with a `RetryInfo` of that delay (`34.4s`).
pub fn gemini_quota(quota_id: &str, retry_delay: &str) -> ErrorResponse {
    let mut w = Writer::new();
    w.array(|w| {
        w.object(|w| {
            w.key("@type").string("type.googleapis.com/google.rpc.QuotaFailure");
            w.key("violations").array(|w| {
                w.object(|w| {
                    w.key("quotaId").string(quota_id);
                    w.key("quotaValue").string("10");
                });
            });
        });
        w.object(|w| {
            w.key("@type").string("type.googleapis.com/google.rpc.RetryInfo");
            w.key("retryDelay").string(retry_delay);
        });
    });
    let message = "You exceeded your current quota, please check your plan and billing details.";
    let body = gemini_body(429, "RESOURCE_EXHAUSTED", message, Some(&w.finish()));
    ErrorResponse::json(Wire::Gemini, 429, body)
}

/// A failure inside the provider: 500.
pub fn server_error(wire: Wire) -> ErrorResponse {
    let words = Spelling {
        openai_type: "server_error",
        openai_code: None,
        anthropic: "api_error",
        gemini: "INTERNAL",
    };
    spell(wire, 500, &words, "The server had an error.")
}

/// A proxy's own page: 502 with HTML, the same on every wire.
pub fn html_page(_: Wire) -> ErrorResponse {
    let headers = [("content-type", "text/html"), ("server", "proxy")].into_iter().collect();
    let body = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n";
    ErrorResponse { status: 502, headers, body: body.into() }
}

/// A stream that begins well, shows the text `Hel` and then reports that the provider is overloaded:
/// status 200, the error in the body.
pub fn in_stream(wire: Wire) -> ErrorResponse {
    let headers = [("content-type", "text/event-stream")].into_iter().collect();
    let body = match wire {
        Wire::Anthropic => concat!(
            "event: message_start\n",
            r#"data: {"type":"message_start","message":{"id":"msg_test","type":"message","role":"assistant","model":"test","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":3,"output_tokens":1}}}"#,
            "\n\nevent: content_block_start\n",
            r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            "\n\nevent: content_block_delta\n",
            r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#,
            "\n\nevent: error\n",
            r#"data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            "\n\n",
        ),
        Wire::Gemini => concat!(
            r#"data: {"candidates":[{"content":{"role":"model","parts":[{"text":"Hel"}]},"index":0}],"modelVersion":"test","responseId":"test"}"#,
            "\r\n\r\n",
            r#"data: {"error":{"code":503,"message":"The service is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#,
            "\r\n\r\n",
        ),
        Wire::OpenaiChat => concat!(
            r#"data: {"id":"chatcmpl-test","object":"chat.completion.chunk","created":1,"model":"test","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"finish_reason":null}]}"#,
            "\n\n",
            r#"data: {"error":{"message":"Our servers are currently overloaded.","type":"service_unavailable_error","param":null,"code":"server_is_overloaded"}}"#,
            "\n\ndata: [DONE]\n\n",
        ),
        Wire::OpenaiResponses => concat!(
            "event: response.created\n",
            r#"data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_test","object":"response","created_at":1,"status":"in_progress","model":"test","output":[]}}"#,
            "\n\nevent: response.output_item.added\n",
            r#"data: {"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"msg_test","type":"message","status":"in_progress","role":"assistant","content":[]}}"#,
            "\n\nevent: response.content_part.added\n",
            r#"data: {"type":"response.content_part.added","sequence_number":2,"item_id":"msg_test","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
            "\n\nevent: response.output_text.delta\n",
            r#"data: {"type":"response.output_text.delta","sequence_number":3,"item_id":"msg_test","output_index":0,"content_index":0,"delta":"Hel"}"#,
            "\n\nevent: error\n",
            r#"data: {"type":"error","sequence_number":4,"code":"server_is_overloaded","message":"Our servers are currently overloaded.","param":null}"#,
            "\n\n",
        ),
    };
    ErrorResponse { status: 200, headers, body: body.to_string() }
}

/// An error response of one kind, on any wire.
pub type Builder = fn(Wire) -> ErrorResponse;

/// Every builder whose response ends the attempt at its head, with its name and the kind of failure
/// that it makes. [`in_stream`] is not among them: its error comes in the body.
pub const ALL: [(&str, Builder, FailureKind); 10] = [
    ("authentication", authentication, FailureKind::Authentication),
    ("context_length", context_length, FailureKind::ContextWindowExceeded),
    ("forbidden", forbidden, FailureKind::Forbidden),
    ("html_page", html_page, FailureKind::ServerError),
    ("invalid_request", invalid_request, FailureKind::InvalidRequest),
    ("not_found", not_found, FailureKind::NotFound),
    ("overload", overload, FailureKind::Overloaded),
    ("quota", quota, FailureKind::QuotaExceeded),
    ("rate_limit", rate_limit, FailureKind::RateLimit),
    ("server_error", server_error, FailureKind::ServerError),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{FailureScope, Retryable};
    use crate::json::RawJson;
    use crate::model::Accumulator;
    use crate::protocol::{Caps, DecodeError, Decoder, Dialect};

    #[test]
    fn every_error_is_read_and_classified() {
        for wire in Wire::ALL {
            for (name, build, kind) in ALL {
                let response = build(wire);
                let failure = response.failure(wire, None);
                assert_eq!(failure.kind, kind, "{name} on {wire}");
                let is_page = name == "html_page";
                assert_eq!(read_error(wire, &response.body).is_none(), is_page, "{name} on {wire}");
                assert_eq!(RawJson::parse(&response.body).is_err(), is_page, "{name} on {wire}");
                let is_retried = matches!(name, "html_page" | "overload" | "rate_limit" | "server_error");
                assert_eq!(failure.is_retryable(), is_retried, "{name} on {wire}");
            }
        }
    }

    #[test]
    fn rate_limits_say_when_to_come_back() {
        for wire in Wire::ALL {
            assert_eq!(rate_limit(wire).failure(wire, None).retry_after_ms, Some(7_000), "{wire}");
        }
        let failure = gemini_quota("PerMinute", "34.4s").failure(Wire::Gemini, None);
        assert_eq!((failure.kind, failure.retry_after_ms), (FailureKind::RateLimit, Some(34_400)));
    }

    #[test]
    fn details_of_real_errors_survive() {
        let failure = html_page(Wire::Gemini).failure(Wire::Gemini, None);
        assert_eq!(failure.message, "502 Bad Gateway");
        for wire in [Wire::Anthropic, Wire::OpenaiChat, Wire::OpenaiResponses] {
            assert_eq!(server_error(wire).failure(wire, None).request_id.as_deref(), Some("req_test"));
        }
        for wire in Wire::ALL {
            let failure = not_found(wire).failure(wire, None);
            assert_eq!(failure.scope, FailureScope::Model, "{wire}");
        }
    }

    #[test]
    fn headers_are_replaced_not_repeated() {
        let response = rate_limit(Wire::Anthropic).with_header("retry-after", "9");
        assert_eq!(response.failure(Wire::Anthropic, None).retry_after_ms, Some(9_000));
        assert_eq!(response.headers.iter().filter(|(name, _)| *name == "retry-after").count(), 1);
    }

    #[test]
    fn errors_in_a_stream_come_after_its_text() {
        for wire in Wire::ALL {
            let response = in_stream(wire);
            let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
            let mut seen = Accumulator::new("test");
            let pushed = decoder.push(response.body.as_bytes(), &mut seen).map(|_| ());
            let Err(DecodeError::Provider(body)) = pushed.and_then(|()| decoder.end(&mut seen)) else {
                panic!("{wire}: no error");
            };
            assert_eq!(seen.response().text(), "Hel", "{wire}");
            let failure = classify_response(200, &response.headers, &body, "", None);
            assert_eq!(
                (failure.kind, failure.retryable),
                (FailureKind::Overloaded, Retryable::Yes),
                "{wire}"
            );
        }
    }
}
