//! Words of an error message, told apart at token boundaries: `rate` is not in `generate`.

use alloc::string::String;

use super::FailureKind;

/// The start of `text`, at most `bytes` long.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A text in small letters, every run of other characters one space, a space at each end.
///
/// So `rate_limit`, `rate-limit` and `Rate limit` are one phrase, and a phrase is found only where
/// words begin and end.
#[derive(Clone, Debug)]
pub(super) struct Words(String);

/// How much of a text is searched. Error bodies are short; what is longer is a page or an echo.
const SEARCHED_BYTES: usize = 32 << 10;

impl Words {
    pub(super) fn of(texts: &[&str]) -> Self {
        let mut words = String::from(" ");
        for text in texts {
            for c in head(text, SEARCHED_BYTES).chars() {
                if c.is_alphanumeric() {
                    words.push(c.to_ascii_lowercase());
                } else if !words.ends_with(' ') {
                    words.push(' ');
                }
            }
            if !words.ends_with(' ') {
                words.push(' ');
            }
        }
        Self(words)
    }

    pub(super) fn has(&self, phrase: &str) -> bool {
        let bytes = self.0.as_bytes();
        self.0
            .match_indices(phrase)
            .any(|(at, _)| at > 0 && bytes[at - 1] == b' ' && bytes.get(at + phrase.len()) == Some(&b' '))
    }

    pub(super) fn any(&self, phrases: &[&str]) -> bool {
        phrases.iter().any(|phrase| self.has(phrase))
    }

    /// Whether a piece stands anywhere, also inside a longer identifier (`…PerDayPerProject`).
    pub(super) fn has_piece(&self, piece: &str) -> bool {
        self.0.contains(piece)
    }

    /// The conversation is longer than the model can read.
    ///
    /// Not `max_tokens` alone, which every message about that parameter holds; not `too long` alone,
    /// which is said of any string; not `too many tokens`, which is also a rate limit.
    pub(super) fn name_context(&self) -> bool {
        self.any(&[
            "context length",
            "context limit",
            "context size",
            "context window",
            "context exceeded",
            "exceed context limit",
            "exceeds the maximum number of tokens",
            "input is too long for requested model",
            "input tokens exceeded",
            "max context length",
            "maximum context",
            "number of input tokens exceeds maximum length",
            "prompt is too long",
            "prompt too long",
            "total length of all messages is too long",
        ])
    }

    /// The same, in words that mean it only where a rate limit is ruled out.
    pub(super) fn name_context_loosely(&self) -> bool {
        self.name_context() || self.any(&["token limit", "too many tokens", "too many input tokens"])
    }

    /// The model does not exist.
    pub(super) fn name_missing_model(&self) -> bool {
        self.any(&[
            "deployment not found",
            "model does not exist",
            "model identifier is invalid",
            "model not found",
            "no such model",
            "not a valid model id",
            "unknown model",
        ])
    }

    /// The configuration is wrong about the model.
    fn name_wrong_model(&self) -> bool {
        self.any(&["invalid model", "malformed config", "unsupported model"])
    }

    /// What is wrong with the configuration, if anything is.
    pub(super) fn config(&self) -> Option<FailureKind> {
        if self.name_context() {
            Some(FailureKind::ContextWindowExceeded)
        } else if self.name_missing_model() || self.name_wrong_model() {
            Some(FailureKind::Configuration)
        } else {
            None
        }
    }

    /// The credential is wrong, in words that some providers put behind a 400.
    pub(super) fn name_bad_key(&self) -> bool {
        self.any(&[
            "api key expired",
            "api key invalid",
            "api key is invalid",
            "api key not valid",
            "incorrect api key",
            "invalid api key",
            "invalid x api key",
        ])
    }

    /// An account without money, in words that Anthropic puts behind a 400.
    pub(super) fn name_spent_account(&self) -> bool {
        self.any(&["credit balance is too low", "reached your specified api usage limits"])
    }

    pub(super) fn name_broken_chain(&self) -> bool {
        self.has("previous response not found")
            || (self.has("previous response with id") && self.has("not found"))
    }

    pub(super) fn name_disabled_provider(&self) -> bool {
        self.any(&["provider disabled", "provider is disabled"])
    }

    pub(super) fn name_model_capacity(&self) -> bool {
        self.any(&[
            "capacity exhausted",
            "model capacity",
            "model is at capacity",
            "model is currently overloaded",
            "model is overloaded",
        ])
    }

    pub(super) fn name_overload(&self) -> bool {
        self.any(&["overloaded", "slow down"])
    }

    pub(super) fn name_rate_limit(&self) -> bool {
        self.any(&["rate limit", "rate limited", "rate limits", "too many requests"])
    }

    pub(super) fn name_quota(&self) -> bool {
        self.any(&["billing", "insufficient quota", "payment required", "quota", "resource exhausted"])
    }

    /// Google's word for a spent window, be it a minute or a day.
    pub(super) fn name_google_quota(&self) -> bool {
        self.any(&["quotafailure", "resource exhausted"])
    }

    /// The limit is one of a day or more.
    pub(super) fn name_long_window(&self) -> bool {
        ["perday", "per day", "permonth", "per month", "perweek", "per week"]
            .iter()
            .any(|w| self.has_piece(w))
            || self.any(&["daily", "monthly", "weekly"])
    }

    /// The limit is one of seconds or minutes.
    pub(super) fn name_short_window(&self) -> bool {
        ["perminute", "per minute", "persecond", "per second"].iter().any(|w| self.has_piece(w))
    }
}

/// The kind that a message alone tells, without a status and without a code.
///
/// The first that matches wins, and the order matters: the strong words for a wrong credential come
/// before what is wrong with the model, and that before rate limits and timeouts, since it is no use
/// to wait for it.
pub(super) fn kind_of_text(text: &str) -> Option<FailureKind> {
    use FailureKind as Kind;
    let words = Words::of(&[text]);
    let status = status_in_text(text);
    let is = |statuses: &[u16]| status.is_some_and(|s| statuses.contains(&s));
    if words.name_broken_chain() {
        Some(Kind::NotFound)
    } else if words.any(CONTINUITY) {
        Some(Kind::InvalidRequest)
    } else if words.any(CUT_STREAM) {
        Some(Kind::Incomplete)
    } else if is(&[529]) || words.name_overload() || words.name_model_capacity() {
        Some(Kind::Overloaded)
    } else if words.has("insufficient quota") || (!is(&[429]) && words.name_quota()) {
        Some(Kind::QuotaExceeded)
    } else if is(&[401]) || words.any(AUTHENTICATION) || words.name_bad_key() {
        Some(Kind::Authentication)
    } else if let Some(kind) = words.config() {
        Some(kind)
    } else if is(&[403]) || words.any(&["access denied", "forbidden", "permission denied"]) {
        Some(Kind::Forbidden)
    } else if is(&[429]) || words.name_rate_limit() {
        Some(Kind::RateLimit)
    } else if words.name_disabled_provider() {
        Some(Kind::Configuration)
    } else if is(&[500, 502, 503, 504]) {
        Some(Kind::ServerError)
    } else if words.has("deadline exceeded") {
        Some(Kind::Timeout)
    } else if is(&[408]) || words.any(CONNECTION) {
        Some(Kind::Connection)
    } else if words.any(SERVER) {
        Some(Kind::ServerError)
    } else if words.any(&["context canceled", "context cancelled"]) {
        Some(Kind::Cancelled)
    } else {
        None
    }
}

const CONTINUITY: &[&str] =
    &["no tool output found for function call", "was provided without its required reasoning item"];

const CUT_STREAM: &[&str] = &["stream closed before message stop", "stream closed before terminal event"];

const AUTHENTICATION: &[&str] = &["authentication", "unauthenticated", "unauthorized"];

const CONNECTION: &[&str] = &[
    "broken pipe",
    "cancel received from peer",
    "client conn",
    "connection refused",
    "connection reset",
    "enhance your calm received from peer",
    "eof",
    "goaway",
    "http2 stream closed",
    "internal error received from peer",
    "no error received from peer",
    "refused stream received from peer",
    "timed out",
    "timeout",
    "use of closed network connection",
];

const SERVER: &[&str] = &["bad gateway", "internal error", "server error", "unavailable"];

/// The HTTP status that a message names: `status 502`, `status code: 502`, `HTTP 502`, else one of the
/// telling ones that stands alone; not a port (`:502`), not a stream id.
fn status_in_text(text: &str) -> Option<u16> {
    const ALONE: [u16; 9] = [401, 403, 408, 429, 500, 502, 503, 504, 529];
    let lower = head(text, SEARCHED_BYTES).to_ascii_lowercase();
    let mut alone = None;
    for (at, number) in three_digit_numbers(&lower) {
        let before = lower[..at].trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '='));
        let is_named = ["status", "status code", "http"].iter().any(|word| ends_with_word(before, word));
        if is_named && (400..600).contains(&number) {
            return Some(number);
        }
        let is_alone =
            ALONE.contains(&number) && !lower[..at].ends_with(':') && !ends_with_word(before, "stream id");
        if is_alone && alone.is_none() {
            alone = Some(number);
        }
    }
    alone
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| !before.ends_with(char::is_alphanumeric))
}

fn three_digit_numbers(text: &str) -> impl Iterator<Item = (usize, u16)> {
    let bytes = text.as_bytes();
    let is_outside =
        |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_none_or(|b| !b.is_ascii_alphanumeric());
    bytes.windows(3).enumerate().filter_map(move |(at, three)| {
        let is_number =
            three.iter().all(u8::is_ascii_digit) && is_outside(at.checked_sub(1)) && is_outside(Some(at + 3));
        is_number.then(|| (at, three.iter().fold(0, |n, d| n * 10 + u16::from(d - b'0'))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind as Kind;
    use alloc::string::String;
    use proptest::prelude::*;

    #[test]
    fn phrases_match_at_token_boundaries() {
        for (text, phrase, found) in [
            ("Rate limit reached", "rate limit", true),
            ("rate_limit_error", "rate limit", true),
            ("rate-limited", "rate limited", true),
            ("could not generate limits", "rate limit", false),
            ("operate limit", "rate limit", false),
            ("the author", "auth", false),
            ("an observer error", "server error", false),
            ("unexpected EOF", "eof", true),
            ("geofence", "eof", false),
            ("server error", "server error", true),
        ] {
            assert_eq!(Words::of(&[text]).has(phrase), found, "{text}");
        }
    }

    #[test]
    fn context_words_do_not_match_parameters() {
        for (text, found) in [
            ("prompt is too long: 3333404 tokens > 200000 maximum", true),
            ("input length and `max_tokens` exceed context limit: 1 + 2 > 3", true),
            ("This model's maximum context length is 1048565 tokens.", true),
            ("Your input exceeds the context window of this model.", true),
            ("The input token count (1250074) exceeds the maximum number of tokens allowed (1048576).", true),
            ("request (2009 tokens) exceeds the available context size (512 tokens)", true),
            ("Input Tokens Exceeded: Number of input tokens exceeds maximum length.", true),
            ("prompt too long; exceeded max context length by 1119046 tokens", true),
            ("Invalid 'max_tokens': integer below minimum value.", false),
            ("max_tokens is too large: 5000. This model supports at most 4096 completion tokens", false),
            ("Invalid 'user': string too long.", false),
            ("messages.0.name: String should have at most 64 characters, is too long", false),
            ("the context of your question", false),
        ] {
            assert_eq!(Words::of(&[text]).name_context_loosely(), found, "{text}");
        }
    }

    #[test]
    fn statuses_named_in_text() {
        for (text, status) in [
            ("received status 429 from upstream", Some(429)),
            ("status code: 502", Some(502)),
            ("status=418", Some(418)),
            ("HTTP 503", Some(503)),
            ("http/1.1 503 Service Unavailable", Some(503)),
            ("got 529 from the provider", Some(529)),
            ("dial tcp 127.0.0.1:503: refused", None),
            ("stream id 429 was reset", None),
            ("read 418 bytes", None),
            ("model-500b", None),
            ("1500 tokens", None),
            ("5000", None),
            ("first 500, then status 404", Some(404)),
            ("", None),
        ] {
            assert_eq!(status_in_text(text), status, "{text}");
        }
    }

    /// The test rows of seed 003, by text alone; its retryable rows have a kind that is retried.
    #[test]
    fn rows_of_the_chat_retry_classifier() {
        for (text, kind) in [
            ("context canceled", Some(Kind::Cancelled)),
            ("context deadline exceeded", Some(Kind::Timeout)),
            ("authentication failed", Some(Kind::Authentication)),
            ("unauthorized", Some(Kind::Authentication)),
            ("forbidden", Some(Kind::Forbidden)),
            ("invalid api key provided", Some(Kind::Authentication)),
            ("invalid_api_key", Some(Kind::Authentication)),
            ("invalid model: gpt-9", Some(Kind::Configuration)),
            ("model not found", Some(Kind::Configuration)),
            ("model_not_found", Some(Kind::Configuration)),
            ("context length exceeded", Some(Kind::ContextWindowExceeded)),
            ("context_exceeded", Some(Kind::ContextWindowExceeded)),
            ("maximum context length is 4096", Some(Kind::ContextWindowExceeded)),
            ("quota exceeded", Some(Kind::QuotaExceeded)),
            ("billing issue: payment required", Some(Kind::QuotaExceeded)),
            ("the model is overloaded", Some(Kind::Overloaded)),
            ("overloaded_error", Some(Kind::Overloaded)),
            ("rate limit exceeded", Some(Kind::RateLimit)),
            ("rate_limit", Some(Kind::RateLimit)),
            ("too many requests", Some(Kind::RateLimit)),
            ("internal server error", Some(Kind::ServerError)),
            ("received status 429 from upstream", Some(Kind::RateLimit)),
            ("received status 529 from upstream", Some(Kind::Overloaded)),
            ("status 500", Some(Kind::ServerError)),
            ("status 502: bad gateway", Some(Kind::ServerError)),
            ("status 503", Some(Kind::ServerError)),
            ("status 500: context canceled", Some(Kind::ServerError)),
            ("read tcp: connection reset by peer", Some(Kind::Connection)),
            ("dial tcp: connection refused", Some(Kind::Connection)),
            ("unexpected EOF", Some(Kind::Connection)),
            ("write: broken pipe", Some(Kind::Connection)),
            ("i/o timeout", Some(Kind::Connection)),
            ("service unavailable", Some(Kind::ServerError)),
            ("http2: server sent GOAWAY and closed the connection", Some(Kind::Connection)),
            ("stream error: stream ID 7; INTERNAL_ERROR; received from peer", Some(Kind::Connection)),
            ("authentication failed: invalid model", Some(Kind::Authentication)),
            ("forbidden: context length exceeded", Some(Kind::ContextWindowExceeded)),
            ("status 429: invalid model", Some(Kind::Configuration)),
            ("status 429: invalid model quota", Some(Kind::Configuration)),
            ("status 429: insufficient_quota", Some(Kind::QuotaExceeded)),
            ("status 503: invalid model", Some(Kind::Configuration)),
            ("status 503: provider_disabled", Some(Kind::Configuration)),
            ("connection refused: unsupported model", Some(Kind::Configuration)),
            ("anthropic stream closed before message_stop", Some(Kind::Incomplete)),
            ("openai responses stream closed before terminal event", Some(Kind::Incomplete)),
            ("Previous response with id 'resp_1' not found.", Some(Kind::NotFound)),
            ("No tool output found for function call call_1.", Some(Kind::InvalidRequest)),
            (
                "Item 'msg_1' of type 'message' was provided without its required 'reasoning' item: 'rs_1'.",
                Some(Kind::InvalidRequest),
            ),
            ("interrupted", None),
            ("something else", None),
            ("", None),
        ] {
            assert_eq!(kind_of_text(text), kind, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_searched_without_panic(text in any::<String>()) {
            kind_of_text(&text);
            status_in_text(&text);
        }
    }
}
