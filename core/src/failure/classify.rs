//! Status, headers and body to a kind: codes before words, words only at token boundaries.

use alloc::string::String;

use super::code::{Weight, kind_of_number, lookup};
use super::message::{clip, is_html, readable};
use super::words::{Words, kind_of_text};
use super::{ErrorBody, Failure, FailureKind, FailureScope, Retryable, hint};
use crate::http::{Headers, TransportError, TransportKind};
use crate::time::UnixTime;

/// Classifies an error response, or an error inside a 2xx stream.
///
/// `body` is what the wire's error reader found; `text` is the raw body, and may be empty. `now` is
/// wall-clock time for date hints.
///
/// What decides, strongest first: a broken chain or a model without capacity, whatever the status; a
/// telling code or type of the body; a telling status; words of the message, where neither tells more
/// than that something failed; a generic code; a generic status. An error in a 2xx response is judged
/// by its body alone, with the number in its code as the status. The header `x-should-retry` overrides
/// whether the failure is retryable, not what it is.
pub fn classify_response(
    status: u16,
    headers: &Headers,
    body: &ErrorBody,
    text: &str,
    now: Option<UnixTime>,
) -> Failure {
    let no_headers = Headers::new();
    let is_in_band = (200..300).contains(&status);
    let judged_headers = if is_in_band { &no_headers } else { headers };
    let hint = hint::retry_after(judged_headers, body, text, now);
    let signals = Signals::new(status, body, text, hint);
    let verdict = signals.verdict();
    let retryable = match judged_headers.get("x-should-retry") {
        Some(value) if value.eq_ignore_ascii_case("true") => Retryable::Yes,
        Some(value) if value.eq_ignore_ascii_case("false") => Retryable::No,
        _ => verdict.retryable,
    };
    let is_limit = matches!(verdict.kind, FailureKind::QuotaExceeded | FailureKind::RateLimit);
    Failure {
        kind: verdict.kind,
        retryable,
        scope: signals.scope(verdict.kind),
        status: Some(status),
        code: short(body.code.as_deref()),
        error_type: short(body.error_type.as_deref()),
        message: match readable(body.message.as_deref(), text) {
            empty if empty.is_empty() => String::from("the provider sent no message"),
            message => message,
        },
        retry_after_ms: hint.filter(|_| is_limit || retryable != Retryable::No),
        timeout: None,
        request_id: short(body.request_id.as_deref().or_else(|| request_id(headers))),
    }
}

/// Codes and ids are short; what is longer is none.
fn short(text: Option<&str>) -> Option<String> {
    const MAX_CODE: usize = 200;
    text.filter(|t| !t.is_empty()).map(|t| clip(t, MAX_CODE))
}

fn request_id(headers: &Headers) -> Option<&str> {
    ["x-request-id", "request-id", "apim-request-id", "x-amzn-requestid", "x-ms-request-id", "cf-ray"]
        .iter()
        .find_map(|name| headers.get(name))
}

/// Classifies a failure below HTTP.
///
/// All of them are worth another try but a request that cannot be sent. A limit of the host's own
/// ([`TransportKind::Timeout`]) is a failed connection too: [`FailureKind::Timeout`] is kept for the
/// deadlines of the call, which know their [`TimeoutKind`](super::TimeoutKind).
pub fn classify_transport(error: &TransportError) -> Failure {
    let (kind, retryable, scope) = match error.kind {
        TransportKind::InvalidRequest => (FailureKind::InvalidRequest, Retryable::No, FailureScope::Request),
        TransportKind::Body
        | TransportKind::Connect
        | TransportKind::Dns
        | TransportKind::Other
        | TransportKind::Reset
        | TransportKind::Timeout
        | TransportKind::Tls => (FailureKind::Connection, Retryable::Yes, FailureScope::Provider),
    };
    let message = readable(Some(&error.message), "");
    Failure { retryable, scope, ..Failure::new(kind, message) }
}

/// A kind and whether it is worth another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Verdict {
    kind: FailureKind,
    retryable: Retryable,
}

impl From<FailureKind> for Verdict {
    fn from(kind: FailureKind) -> Self {
        let retryable = match kind {
            FailureKind::Connection
            | FailureKind::Incomplete
            | FailureKind::Overloaded
            | FailureKind::RateLimit
            | FailureKind::ServerError => Retryable::Yes,
            FailureKind::Conflict => Retryable::Once,
            _ => Retryable::No,
        };
        Self { kind, retryable }
    }
}

/// What a response says about its failure.
struct Signals<'a> {
    /// The HTTP status, or the number in the code where it says more; `None` for an error in a 2xx
    /// response that states no number.
    status: Option<u16>,
    /// The code, then the type.
    names: [Option<&'a str>; 2],
    quota_id: &'a str,
    hint: Option<u64>,
    /// The message, or what stands in its place.
    said: &'a str,
    words: Words,
    /// The message and the whole body: an error that a proxy wraps is in there somewhere.
    all: Words,
}

const HOUR_MS: u64 = 3_600_000;

impl<'a> Signals<'a> {
    fn new(status: u16, body: &'a ErrorBody, text: &'a str, hint: Option<u64>) -> Self {
        let names = [body.code.as_deref(), body.error_type.as_deref()];
        let message = body.message.as_deref().unwrap_or_default();
        let text = if is_html(text) { "" } else { text };
        let said = if message.trim().is_empty() { text } else { message };
        let all = Words::of(&[message, text]);
        let inner = inner_status(names, &all);
        let status = match status {
            200..300 => inner,
            400 | 500.. if inner == Some(429) => inner,
            _ => Some(status),
        };
        let quota_id = body.quota_id.as_deref().unwrap_or_default();
        Self { status, names, quota_id, hint, said, words: Words::of(&[said]), all }
    }

    fn verdict(&self) -> Verdict {
        if self.is_broken_chain() {
            return FailureKind::NotFound.into();
        }
        if self.all.name_model_capacity() {
            return FailureKind::Overloaded.into();
        }
        if let Some(kind) = self.named(Weight::Telling) {
            return self.told_by_status_too(kind).into();
        }
        let is_failed = self.status.is_none_or(|s| s == 400 || s == 429 || s >= 500);
        if self.named(Weight::Window).is_some() || (is_failed && self.all.name_google_quota()) {
            return self.spent_window();
        }
        match self.status {
            Some(status) => self.by_status(status),
            None => self.in_band(),
        }
    }

    /// The kind that the code or the type names with that weight.
    fn named(&self, weight: Weight) -> Option<FailureKind> {
        let known = |name: &&str| lookup(name).filter(|(_, w)| *w == weight).map(|(kind, _)| kind);
        self.names.iter().flatten().find_map(known)
    }

    /// The generic kind that the body names, by a word or a number.
    fn named_generically(&self) -> Option<FailureKind> {
        let numbered = |name: &&str| name.trim().parse().ok().and_then(kind_of_number);
        self.named(Weight::Generic).or_else(|| self.names.iter().flatten().find_map(numbered))
    }

    /// OpenAI says `slow_down` for a rate limit with 429 and for its own overload with 503.
    fn told_by_status_too(&self, kind: FailureKind) -> FailureKind {
        match (kind, self.status) {
            (FailureKind::RateLimit, Some(503)) if self.is_called("slow_down") => FailureKind::Overloaded,
            _ => kind,
        }
    }

    fn is_called(&self, word: &str) -> bool {
        self.names.iter().flatten().any(|name| name.eq_ignore_ascii_case(word))
    }

    fn is_broken_chain(&self) -> bool {
        self.is_called("previous_response_not_found") || self.words.name_broken_chain()
    }

    /// Whether the body says in words, and not only in numbers, what is wrong.
    fn has_word_code(&self) -> bool {
        self.names.iter().flatten().any(|name| name.contains(|c: char| c.is_ascii_alphabetic()))
    }

    /// Google has one word for a spent minute and a spent day. A day is a quota; a window of seconds
    /// or minutes is a rate limit. Where neither the quota's id nor a stated wait tells, a message about
    /// money means it, and otherwise it is a quota that may be free again soon: Vertex AI shares those
    /// between its customers.
    fn spent_window(&self) -> Verdict {
        let id = Words::of(&[self.quota_id]);
        let is_long =
            self.hint.is_some_and(|ms| ms >= HOUR_MS) || id.name_long_window() || self.all.name_long_window();
        let is_short = self.hint.is_some()
            || id.name_short_window()
            || self.all.name_short_window()
            || self.words.name_rate_limit();
        if is_long || (!is_short && self.words.any(&["billing", "current quota"])) {
            FailureKind::QuotaExceeded.into()
        } else if is_short {
            FailureKind::RateLimit.into()
        } else {
            Verdict { kind: FailureKind::QuotaExceeded, retryable: Retryable::Yes }
        }
    }

    fn by_status(&self, status: u16) -> Verdict {
        match status {
            300..=399 => FailureKind::InvalidRequest.into(),
            400 | 413 | 422 => self.bad_request(),
            403 => self.misconfigured().unwrap_or(FailureKind::Forbidden).into(),
            429 => self.too_many(),
            501 | 505 | 529 => kind_of_number(status).unwrap_or(FailureKind::Unknown).into(),
            500..=599 => self.server_failure(status).into(),
            400..=499 => kind_of_number(status).unwrap_or(FailureKind::InvalidRequest).into(),
            _ => FailureKind::Unknown.into(),
        }
    }

    fn bad_request(&self) -> Verdict {
        let generic = self.named_generically().unwrap_or(FailureKind::InvalidRequest);
        if generic != FailureKind::InvalidRequest {
            return generic.into();
        }
        if self.words.name_context_loosely() {
            FailureKind::ContextWindowExceeded.into()
        } else if self.words.name_spent_account() {
            FailureKind::QuotaExceeded.into()
        } else if self.all.name_bad_key() {
            FailureKind::Authentication.into()
        } else if self.words.name_missing_model() {
            FailureKind::NotFound.into()
        } else {
            generic.into()
        }
    }

    /// What the message says about the configuration, where no code says anything.
    fn misconfigured(&self) -> Option<FailureKind> {
        if self.has_word_code() { None } else { self.words.config() }
    }

    fn too_many(&self) -> Verdict {
        if let Some(kind) = self.misconfigured() {
            return kind.into();
        }
        let is_quota = !self.has_word_code() && self.words.name_quota();
        match self.hint {
            Some(ms) if is_quota && ms < HOUR_MS => FailureKind::RateLimit.into(),
            _ if is_quota => FailureKind::QuotaExceeded.into(),
            _ => FailureKind::RateLimit.into(),
        }
    }

    fn server_failure(&self, status: u16) -> FailureKind {
        if self.words.name_disabled_provider() {
            FailureKind::Configuration
        } else if let Some(kind) = self.misconfigured() {
            kind
        } else if self.words.name_overload() {
            FailureKind::Overloaded
        } else if status == 500 {
            self.named_generically().unwrap_or(FailureKind::ServerError)
        } else {
            FailureKind::ServerError
        }
    }

    /// An error in a 2xx response that states no number.
    fn in_band(&self) -> Verdict {
        match self.named(Weight::Generic) {
            Some(FailureKind::InvalidRequest) => self.bad_request(),
            Some(FailureKind::ServerError) if self.words.name_overload() => FailureKind::Overloaded.into(),
            Some(kind) => kind.into(),
            None => kind_of_text(self.said).unwrap_or(FailureKind::Unknown).into(),
        }
    }

    fn scope(&self, kind: FailureKind) -> FailureScope {
        match kind {
            FailureKind::Authentication
            | FailureKind::Forbidden
            | FailureKind::QuotaExceeded
            | FailureKind::RateLimit => FailureScope::Credential,
            FailureKind::Configuration if self.words.name_disabled_provider() => FailureScope::Provider,
            FailureKind::Configuration | FailureKind::NotFound if self.is_about_a_model() => {
                FailureScope::Model
            }
            FailureKind::Overloaded if self.is_about_capacity() => FailureScope::Model,
            FailureKind::NotFound if self.is_about_state() => FailureScope::Request,
            FailureKind::Configuration
            | FailureKind::Conflict
            | FailureKind::Connection
            | FailureKind::Incomplete
            | FailureKind::NotFound
            | FailureKind::Overloaded
            | FailureKind::ServerError
            | FailureKind::Unsupported => FailureScope::Provider,
            _ => FailureScope::Request,
        }
    }

    fn is_about_capacity(&self) -> bool {
        self.is_called("model_capacity_exhausted") || self.all.name_model_capacity()
    }

    fn is_about_a_model(&self) -> bool {
        let is_named = |name: &&str| {
            let words = Words::of(&[name]);
            words.has_piece("model") || words.has_piece("deployment")
        };
        !self.is_about_state()
            && (self.names.iter().flatten().any(is_named)
                || self.words.any(&["deployment", "model", "models"]))
    }

    /// Server-held state that no other target has either.
    fn is_about_state(&self) -> bool {
        self.is_broken_chain() || self.is_called("response_not_found") || self.is_called("thread_not_found")
    }
}

/// The status that the body states: a number as code or type, or a wrapped 429 anywhere.
fn inner_status(names: [Option<&str>; 2], all: &Words) -> Option<u16> {
    let is_status = |number: &u16| (400..600).contains(number);
    let stated = names.iter().flatten().find_map(|name| name.trim().parse().ok().filter(is_status));
    let is_wrapped = || all.any(&["code 429", "status 429", "status code 429"]);
    stated.filter(|s| *s < 500 && *s != 400).or_else(|| is_wrapped().then_some(429)).or(stated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind as Kind;
    use Retryable::{No, Once, Yes};
    use alloc::format;
    use proptest::prelude::*;

    fn body(code: &str, error_type: &str, message: &str) -> ErrorBody {
        let field = |text: &str| (!text.is_empty()).then(|| text.into());
        ErrorBody {
            code: field(code),
            error_type: field(error_type),
            message: field(message),
            ..ErrorBody::default()
        }
    }

    fn classify(status: u16, body: &ErrorBody) -> Failure {
        classify_response(status, &Headers::new(), body, "", None)
    }

    /// Status, code, type, message; kind, retryable.
    type Row = (u16, &'static str, &'static str, &'static str, FailureKind, Retryable);

    fn check(rows: &[Row]) {
        for (status, code, error_type, message, kind, retryable) in rows {
            let failure = classify(*status, &body(code, error_type, message));
            assert_eq!(
                (failure.kind, failure.retryable),
                (*kind, *retryable),
                "{status} code {code:?} type {error_type:?}: {message}"
            );
        }
    }

    #[test]
    fn statuses_without_a_body() {
        for (status, kind, retryable) in [
            (100, Kind::Unknown, No),
            (200, Kind::Unknown, No),
            (301, Kind::InvalidRequest, No),
            (307, Kind::InvalidRequest, No),
            (400, Kind::InvalidRequest, No),
            (401, Kind::Authentication, No),
            (402, Kind::QuotaExceeded, No),
            (403, Kind::Forbidden, No),
            (404, Kind::NotFound, No),
            (405, Kind::InvalidRequest, No),
            (408, Kind::Connection, Yes),
            (409, Kind::Conflict, Once),
            (410, Kind::InvalidRequest, No),
            (413, Kind::InvalidRequest, No),
            (418, Kind::InvalidRequest, No),
            (422, Kind::InvalidRequest, No),
            (425, Kind::Connection, Yes),
            (429, Kind::RateLimit, Yes),
            (451, Kind::InvalidRequest, No),
            (499, Kind::Cancelled, No),
            (500, Kind::ServerError, Yes),
            (501, Kind::Unsupported, No),
            (502, Kind::ServerError, Yes),
            (503, Kind::ServerError, Yes),
            (504, Kind::ServerError, Yes),
            (505, Kind::Unsupported, No),
            (508, Kind::ServerError, Yes),
            (524, Kind::ServerError, Yes),
            (529, Kind::Overloaded, Yes),
            (600, Kind::Unknown, No),
            (u16::MAX, Kind::Unknown, No),
        ] {
            let failure = classify(status, &ErrorBody::default());
            assert_eq!((failure.kind, failure.retryable), (kind, retryable), "{status}");
            assert_eq!(failure.status, Some(status));
        }
    }

    #[test]
    fn context_window_in_every_wording() {
        check(&[
            (400, "context_length_exceeded", "invalid_request_error", "", Kind::ContextWindowExceeded, No),
            (
                400,
                "",
                "invalid_request_error",
                "prompt is too long: 9 tokens > 5 maximum",
                Kind::ContextWindowExceeded,
                No,
            ),
            (413, "", "", "Prompt is too long", Kind::ContextWindowExceeded, No),
            (
                400,
                "",
                "invalid_request_error",
                "input length and `max_tokens` exceed context limit: 9 + 1 > 5",
                Kind::ContextWindowExceeded,
                No,
            ),
            (
                400,
                "400",
                "INVALID_ARGUMENT",
                "The input token count (9) exceeds the maximum number of tokens allowed (5).",
                Kind::ContextWindowExceeded,
                No,
            ),
            (
                400,
                "400",
                "exceed_context_size_error",
                "request (9 tokens) exceeds the available context size",
                Kind::ContextWindowExceeded,
                No,
            ),
            (
                400,
                "400",
                "too_many_prompt_tokens",
                "The total length of all messages is too long.",
                Kind::ContextWindowExceeded,
                No,
            ),
            (
                400,
                "",
                "TOO_MANY_TOKENS",
                "too many tokens: size limit exceeded by 9 tokens",
                Kind::ContextWindowExceeded,
                No,
            ),
            (
                400,
                "",
                "",
                "This model's maximum context length is 5 tokens.",
                Kind::ContextWindowExceeded,
                No,
            ),
            (400, "", "", "too many tokens", Kind::ContextWindowExceeded, No),
            (429, "", "", "Too many tokens, please wait before trying again.", Kind::RateLimit, Yes),
            (400, "", "api_error", "prompt is too long", Kind::ServerError, Yes),
            (
                400,
                "unsupported_parameter",
                "invalid_request_error",
                "Unsupported parameter: 'max_tokens'",
                Kind::InvalidRequest,
                No,
            ),
            (
                400,
                "string_above_max_length",
                "invalid_request_error",
                "Invalid 'user': string too long.",
                Kind::InvalidRequest,
                No,
            ),
        ]);
    }

    #[test]
    fn quota_by_code_then_by_word() {
        check(&[
            (
                429,
                "insufficient_quota",
                "insufficient_quota",
                "You exceeded your current quota",
                Kind::QuotaExceeded,
                No,
            ),
            (429, "credit_balance_exhausted", "insufficient_quota", "", Kind::QuotaExceeded, No),
            (429, "organization_spend_limit_exceeded", "", "", Kind::QuotaExceeded, No),
            (429, "project_spend_limit_exceeded", "", "", Kind::QuotaExceeded, No),
            (429, "organization_usage_limit_exceeded", "", "", Kind::QuotaExceeded, No),
            (429, "enforced_spend_limit_reached", "rate_limit_error", "", Kind::QuotaExceeded, No),
            (429, "", "", "Quota exceeded for this key", Kind::QuotaExceeded, No),
            (429, "429", "", "Quota exceeded for this key", Kind::QuotaExceeded, No),
            (429, "", "", "Quota exceeded, try again in 20s", Kind::RateLimit, Yes),
            (429, "", "", "Quota exceeded, try again in 20h", Kind::QuotaExceeded, No),
            (429, "rate_limit_exceeded", "requests", "Your quota is 3 a minute", Kind::RateLimit, Yes),
            (429, "", "tokens", "Your token quota is spent", Kind::RateLimit, Yes),
            (
                400,
                "",
                "invalid_request_error",
                "You have reached your specified API usage limits.",
                Kind::QuotaExceeded,
                No,
            ),
            (400, "", "invalid_request_error", "Your credit balance is too low", Kind::QuotaExceeded, No),
            (402, "", "billing_error", "", Kind::QuotaExceeded, No),
            (402, "402", "", "Insufficient credits", Kind::QuotaExceeded, No),
            (403, "insufficient_quota", "", "", Kind::QuotaExceeded, No),
        ]);
    }

    #[test]
    fn google_window_tells_quota_from_rate_limit() {
        let exhausted = body("429", "RESOURCE_EXHAUSTED", "You exceeded your current quota.");
        let saying = |message: &str| ErrorBody { message: Some(message.into()), ..exhausted.clone() };
        let quota = |id: &str, hint_ms| ErrorBody {
            quota_id: Some(id.into()),
            retry_after_ms: hint_ms,
            ..exhausted.clone()
        };
        for (body, kind, retryable) in [
            (
                quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", Some(34_400)),
                Kind::RateLimit,
                Yes,
            ),
            (quota("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", None), Kind::RateLimit, Yes),
            (
                quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", Some(34_400)),
                Kind::QuotaExceeded,
                No,
            ),
            (quota("", Some(34_400)), Kind::RateLimit, Yes),
            (quota("", Some(3_600_000)), Kind::QuotaExceeded, No),
            (exhausted.clone(), Kind::QuotaExceeded, No),
            (saying("Resource has been exhausted (e.g. check quota)."), Kind::QuotaExceeded, Yes),
            (saying("Rate limit reached for requests."), Kind::RateLimit, Yes),
            (saying("Quota exceeded for 'Generate Content API requests per minute'"), Kind::RateLimit, Yes),
        ] {
            for status in [429, 200] {
                let failure = classify(status, &body);
                assert_eq!((failure.kind, failure.retryable), (kind, retryable), "{status} {body:?}");
                assert_eq!(failure.retry_after_ms, body.retry_after_ms);
            }
        }
    }

    #[test]
    fn wrapped_exhaustion_is_seen_behind_any_status() {
        let wrapped = "upstream said {\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\"}}";
        for status in [400, 429, 500, 503] {
            assert_eq!(classify(status, &body("", "", wrapped)).kind, Kind::QuotaExceeded, "{status}");
            let raw = classify_response(status, &Headers::new(), &ErrorBody::default(), wrapped, None);
            assert_eq!(raw.kind, Kind::QuotaExceeded, "{status}");
        }
        let retry_info = "RESOURCE_EXHAUSTED \"retryDelay\": \"7s\"";
        let failure = classify(500, &body("", "server_error", retry_info));
        assert_eq!((failure.kind, failure.retry_after_ms), (Kind::RateLimit, Some(7_000)));
        check(&[
            (500, "500", "api_error", "litellm: {\"error\":{\"code\":429}}", Kind::RateLimit, Yes),
            (502, "429", "", "Provider returned error", Kind::RateLimit, Yes),
            (400, "", "", "status code: 429", Kind::RateLimit, Yes),
            (404, "", "", "status code: 429", Kind::NotFound, No),
        ]);
    }

    #[test]
    fn codes_beat_statuses_and_words() {
        check(&[
            (400, "rate_limit_exceeded", "", "prompt is too long", Kind::RateLimit, Yes),
            (400, "model_not_found", "invalid_request_error", "", Kind::NotFound, No),
            (400, "content_filter", "", "", Kind::InvalidRequest, No),
            (403, "", "content_policy_violation", "", Kind::InvalidRequest, No),
            (429, "", "overloaded_error", "", Kind::Overloaded, Yes),
            (429, "slow_down", "rate_limit_error", "", Kind::RateLimit, Yes),
            (503, "slow_down", "", "", Kind::Overloaded, Yes),
            (503, "server_is_overloaded", "service_unavailable_error", "", Kind::Overloaded, Yes),
            (500, "RateLimitReached", "", "", Kind::RateLimit, Yes),
            (500, "", "invalid_request_error", "bad", Kind::InvalidRequest, No),
            (500, "", "server_error", "tools param requires --jinja flag", Kind::ServerError, Yes),
            (401, "", "api_error", "Unauthorized", Kind::Authentication, No),
            (401, "invalid_request_error", "authentication_error", "", Kind::Authentication, No),
            (404, "404", "", "Resource not found", Kind::NotFound, No),
            (413, "", "request_too_large", "", Kind::InvalidRequest, No),
            (409, "", "conflict_error", "", Kind::Conflict, Once),
            (504, "", "timeout_error", "", Kind::ServerError, Yes),
            (504, "504", "DEADLINE_EXCEEDED", "", Kind::ServerError, Yes),
            (501, "501", "UNIMPLEMENTED", "", Kind::Unsupported, No),
            (529, "compaction_unavailable", "overloaded_error", "", Kind::Overloaded, Yes),
        ]);
    }

    #[test]
    fn wrong_keys_behind_a_bad_request() {
        check(&[
            (
                400,
                "400",
                "INVALID_ARGUMENT",
                "API key not valid. Please pass a valid API key.",
                Kind::Authentication,
                No,
            ),
            (400, "invalid-argument", "", "Incorrect API key provided.", Kind::Authentication, No),
            (
                400,
                "400",
                "INVALID_ARGUMENT",
                "Request contains an invalid argument.",
                Kind::InvalidRequest,
                No,
            ),
        ]);
    }

    #[test]
    fn configuration_words_end_a_call_at_any_status() {
        check(&[
            (403, "", "", "context length exceeded", Kind::ContextWindowExceeded, No),
            (403, "", "", "unsupported model", Kind::Configuration, No),
            (429, "", "", "invalid model", Kind::Configuration, No),
            (503, "", "", "invalid model", Kind::Configuration, No),
            (503, "", "", "provider_disabled", Kind::Configuration, No),
            (503, "provider_disabled", "", "", Kind::Configuration, No),
            (403, "403", "PERMISSION_DENIED", "unsupported model", Kind::Forbidden, No),
            (400, "", "", "x is not a valid model ID", Kind::NotFound, No),
        ]);
    }

    #[test]
    fn broken_chain_is_not_found() {
        let message = "Previous response with id 'resp_1' not found.";
        for status in [200, 400, 404] {
            for code in ["", "previous_response_not_found"] {
                let failure = classify(status, &body(code, "invalid_request_error", message));
                assert_eq!(
                    (failure.kind, failure.retryable, failure.scope),
                    (Kind::NotFound, No, FailureScope::Request)
                );
            }
        }
    }

    #[test]
    fn errors_in_a_stream_are_judged_by_the_body() {
        check(&[
            (200, "", "overloaded_error", "Overloaded", Kind::Overloaded, Yes),
            (200, "", "api_error", "Internal server error", Kind::ServerError, Yes),
            (200, "", "rate_limit_error", "", Kind::RateLimit, Yes),
            (200, "", "invalid_request_error", "prompt is too long", Kind::ContextWindowExceeded, No),
            (200, "server_error", "", "", Kind::ServerError, Yes),
            (200, "rate_limit_exceeded", "", "", Kind::RateLimit, Yes),
            (200, "invalid_prompt", "", "", Kind::InvalidRequest, No),
            (200, "502", "", "Provider returned error", Kind::ServerError, Yes),
            (200, "429", "", "", Kind::RateLimit, Yes),
            (200, "502", "provider_overloaded", "", Kind::Overloaded, Yes),
            (200, "408", "timeout", "", Kind::Connection, Yes),
            (200, "499", "CANCELLED", "The operation was cancelled.", Kind::Cancelled, No),
            (
                200,
                "503",
                "UNAVAILABLE",
                "The model is overloaded. Please try again later.",
                Kind::Overloaded,
                Yes,
            ),
            (200, "400", "INVALID_ARGUMENT", "", Kind::InvalidRequest, No),
            (200, "", "", "connection reset by peer", Kind::Connection, Yes),
            (200, "", "", "status 529", Kind::Overloaded, Yes),
            (200, "", "", "Provider returned error", Kind::Unknown, No),
            (200, "3051", "", "Logprobs are not enabled", Kind::Unknown, No),
        ]);
        let mut headers = Headers::new();
        headers.push("retry-after", "9");
        headers.push("x-should-retry", "false");
        let failure = classify_response(200, &headers, &body("", "overloaded_error", ""), "", None);
        assert_eq!((failure.retryable, failure.retry_after_ms), (Yes, None));
    }

    #[test]
    fn vendor_header_overrides_retryable() {
        for (status, value, retryable) in [
            (400, "true", Yes),
            (409, "true", Yes),
            (429, "false", No),
            (500, "False", No),
            (500, "maybe", Yes),
        ] {
            let headers: Headers = [("x-should-retry", value)].into_iter().collect();
            let failure = classify_response(status, &headers, &ErrorBody::default(), "", None);
            assert_eq!(failure.retryable, retryable, "{status} {value}");
        }
    }

    #[test]
    fn scopes_tell_where_to_go_on() {
        for (status, code, message, scope) in [
            (401, "", "", FailureScope::Credential),
            (402, "", "", FailureScope::Credential),
            (403, "", "", FailureScope::Credential),
            (429, "", "", FailureScope::Credential),
            (404, "model_not_found", "", FailureScope::Model),
            (404, "", "model: claude-9", FailureScope::Model),
            (404, "", "models/none is not found for API version v1beta", FailureScope::Model),
            (404, "", "Resource not found", FailureScope::Provider),
            (404, "thread_not_found", "", FailureScope::Request),
            (503, "", "MODEL_CAPACITY_EXHAUSTED", FailureScope::Model),
            (429, "MODEL_CAPACITY_EXHAUSTED", "", FailureScope::Model),
            (503, "", "No capacity: model capacity reached", FailureScope::Model),
            (503, "", "invalid model", FailureScope::Model),
            (503, "", "provider_disabled", FailureScope::Provider),
            (529, "", "Overloaded", FailureScope::Provider),
            (500, "", "", FailureScope::Provider),
            (501, "", "", FailureScope::Provider),
            (400, "", "", FailureScope::Request),
            (400, "context_length_exceeded", "", FailureScope::Request),
            (499, "", "", FailureScope::Request),
        ] {
            let failure = classify(status, &body(code, "", message));
            assert_eq!(failure.scope, scope, "{status} {code} {message}");
        }
    }

    #[test]
    fn hints_come_with_every_failure_that_waits() {
        let headers: Headers = [("retry-after", "7")].into_iter().collect();
        for (status, hint) in [
            (429, Some(7_000)),
            (503, Some(7_000)),
            (529, Some(7_000)),
            (402, Some(7_000)),
            (400, None),
            (401, None),
        ] {
            let failure = classify_response(status, &headers, &ErrorBody::default(), "", None);
            assert_eq!(failure.retry_after_ms, hint, "{status}");
        }
    }

    #[test]
    fn proxy_page_shows_its_title() {
        let page = "<html><head><title>502 Bad Gateway</title></head><body>quota billing</body></html>";
        let failure = classify_response(502, &Headers::new(), &ErrorBody::default(), page, None);
        assert_eq!((failure.kind, failure.message.as_str()), (Kind::ServerError, "502 Bad Gateway"));
        let failure = classify_response(429, &Headers::new(), &ErrorBody::default(), page, None);
        assert_eq!(failure.kind, Kind::RateLimit);
        assert_eq!(classify(500, &ErrorBody::default()).message, "the provider sent no message");
    }

    #[test]
    fn request_id_from_body_or_headers() {
        let headers: Headers = [("request-id", "req_2"), ("x-request-id", "req_1")].into_iter().collect();
        let of = |body: &ErrorBody| classify_response(500, &headers, body, "", None).request_id;
        assert_eq!(of(&ErrorBody::default()).as_deref(), Some("req_1"));
        let stated = ErrorBody { request_id: Some("req_0".into()), ..ErrorBody::default() };
        assert_eq!(of(&stated).as_deref(), Some("req_0"));
    }

    #[test]
    fn transport_failures_are_retried() {
        for kind in [
            TransportKind::Body,
            TransportKind::Connect,
            TransportKind::Dns,
            TransportKind::Other,
            TransportKind::Reset,
            TransportKind::Timeout,
            TransportKind::Tls,
        ] {
            let failure = classify_transport(&TransportError::new(kind, "no luck"));
            assert_eq!((failure.kind, failure.retryable), (Kind::Connection, Yes), "{kind:?}");
            assert_eq!((failure.status, failure.message.as_str()), (None, "no luck"));
        }
        let failure = classify_transport(&TransportError::new(TransportKind::InvalidRequest, "bad url"));
        assert_eq!((failure.kind, failure.retryable), (Kind::InvalidRequest, No));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_response_is_classified_without_panic(
            status in any::<u16>(),
            code in "([0-9]{1,6}|[A-Za-z_ é-]{0,20})",
            error_type in "(RESOURCE_EXHAUSTED|invalid_request_error|[a-z_]{0,12})",
            message in any::<String>(),
            text in any::<String>(),
        ) {
            let body = body(&code, &error_type, &message);
            let failure = classify_response(status, &Headers::new(), &body, &text, None);
            prop_assert_eq!(failure.status, Some(status));
            prop_assert!(!failure.message.is_empty());
            prop_assert!(failure.message.chars().count() <= 2_000);
            prop_assert!(failure.retry_after_ms != Some(0));
            let shown = format!("{failure}");
            prop_assert!(shown.starts_with(failure.kind.name()));
        }

        #[test]
        fn success_statuses_are_never_judged_by_number(status in 200u16..300) {
            let failure = classify(status, &body("", "overloaded_error", ""));
            prop_assert_eq!(failure.kind, Kind::Overloaded);
        }
    }
}
