//! The words that providers use as error codes, types and statuses.

use super::FailureKind;

/// The kind that a provider's error code, type or status names, in any spelling and case.
///
/// Case and separators do not count: `RateLimitReached`, `rate_limit_reached` and
/// `rate-limit-reached` are one. Numbers are HTTP statuses (400 to 599) or Google RPC codes (1 to
/// 16). `RESOURCE_EXHAUSTED` is Google's word for a spent window of any length; as a code alone it
/// is a quota, and [`classify_response`](super::classify_response) looks closer.
pub fn kind_of_code(code: &str) -> Option<FailureKind> {
    match code.trim().parse::<u16>() {
        Ok(number) => kind_of_number(number),
        Err(_) => lookup(code).map(|(kind, _)| kind),
    }
}

/// How much a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// No more than a status of 400 or 500 does; a telling status and telling words go before it.
    Generic,
    /// What happened.
    Telling,
    /// That a window is spent; how long it is, the rest of the body tells.
    Window,
}

/// The kind and weight of a word.
pub(super) fn lookup(word: &str) -> Option<(FailureKind, Weight)> {
    WORDS
        .iter()
        .find(|(_, _, words)| words.iter().any(|known| letters(known).eq(letters(word))))
        .map(|(kind, weight, _)| (*kind, *weight))
}

fn letters(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase())
}

/// The kind that an HTTP status or a Google RPC code names.
pub(super) const fn kind_of_number(number: u16) -> Option<FailureKind> {
    Some(match number {
        1 => FailureKind::Cancelled,
        3 | 9 | 11 => FailureKind::InvalidRequest,
        4 => FailureKind::Connection,
        5 => FailureKind::NotFound,
        6 | 10 => FailureKind::Conflict,
        7 => FailureKind::Forbidden,
        8 => FailureKind::QuotaExceeded,
        12 => FailureKind::Unsupported,
        2 | 13 | 14 | 15 => FailureKind::ServerError,
        16 => FailureKind::Authentication,
        401 => FailureKind::Authentication,
        402 => FailureKind::QuotaExceeded,
        403 => FailureKind::Forbidden,
        404 => FailureKind::NotFound,
        408 | 425 => FailureKind::Connection,
        409 => FailureKind::Conflict,
        429 => FailureKind::RateLimit,
        499 => FailureKind::Cancelled,
        400..=498 => FailureKind::InvalidRequest,
        501 | 505 => FailureKind::Unsupported,
        529 => FailureKind::Overloaded,
        500..=599 => FailureKind::ServerError,
        _ => return None,
    })
}

/// The inner vocabularies of gateways, then what is on the wires of OpenAI, Azure, Anthropic, Google,
/// Bedrock, OpenRouter, Mistral, Perplexity, llama.cpp and Cohere.
const WORDS: &[(FailureKind, Weight, &[&str])] = &[
    (
        FailureKind::Authentication,
        Weight::Telling,
        &[
            "api_key_invalid",
            "auth",
            "authentication",
            "authentication_error",
            "credential_reauth_needed",
            "expired_token_exception",
            "invalid_api_key",
            "invalid_authentication",
            "invalid_key",
            "missing_key",
            "unauthenticated",
            "unauthorized",
            "unrecognized_client_exception",
        ],
    ),
    (FailureKind::Cancelled, Weight::Telling, &["cancelled", "canceled"]),
    (
        FailureKind::Configuration,
        Weight::Telling,
        &[
            "config",
            "configuration",
            "configuration_error",
            "pre_request_callback",
            "pre_request_callback_error",
            "provider_disabled",
        ],
    ),
    (FailureKind::Conflict, Weight::Telling, &["aborted", "already_exists", "conflict", "conflict_error"]),
    (
        FailureKind::Connection,
        Weight::Generic,
        &[
            "api_connection",
            "connection",
            "deadline_exceeded",
            "network",
            "request_timeout",
            "timeout",
            "timeout_error",
        ],
    ),
    (
        FailureKind::ContextWindowExceeded,
        Weight::Telling,
        &[
            "context_length",
            "context_length_exceeded",
            "context_window",
            "context_window_exceeded",
            "exceed_context_size_error",
            "max_tokens_exceeded",
            "model_context_window_exceeded",
            "token_limit_exceeded",
            "too_many_prompt_tokens",
            "too_many_tokens",
        ],
    ),
    (
        FailureKind::Forbidden,
        Weight::Telling,
        &[
            "access_denied",
            "access_denied_exception",
            "forbidden",
            "permission",
            "permission_denied",
            "permission_error",
            "policy_denied",
        ],
    ),
    (
        FailureKind::InvalidRequest,
        Weight::Generic,
        &[
            "bad_argument",
            "bad_request",
            "failed_precondition",
            "invalid_argument",
            "invalid_request",
            "invalid_request_error",
            "out_of_range",
            "permanent",
            "unprocessable_entity",
            "validation",
            "validation_error",
            "validation_exception",
        ],
    ),
    (
        FailureKind::InvalidRequest,
        Weight::Telling,
        &[
            "bio_policy",
            "content_filter",
            "content_policy_violation",
            "cyber_policy",
            "data_residency_mismatch",
            "empty_image_file",
            "failed_to_download_image",
            "image_content_policy_violation",
            "image_file_not_found",
            "image_file_too_large",
            "image_parse_error",
            "image_too_large",
            "image_too_small",
            "invalid_base64_image",
            "invalid_image",
            "invalid_image_format",
            "invalid_image_mode",
            "invalid_image_url",
            "invalid_prompt",
            "misalignment_policy_violation",
            "refusal",
            "request_too_large",
            "unsupported_image_media_type",
        ],
    ),
    (
        FailureKind::NotFound,
        Weight::Telling,
        &[
            "deployment_not_found",
            "invalid_model",
            "model_not_available",
            "model_not_found",
            "not_found",
            "not_found_error",
            "previous_response_not_found",
            "resource_not_found_exception",
            "response_not_found",
            "thread_not_found",
            "unsupported_model",
        ],
    ),
    (
        FailureKind::Overloaded,
        Weight::Telling,
        &[
            "engine_overloaded",
            "engine_overloaded_error",
            "model_capacity_exhausted",
            "overloaded",
            "overloaded_error",
            "provider_overloaded",
            "server_is_overloaded",
            "service_unavailable_error",
        ],
    ),
    (
        FailureKind::QuotaExceeded,
        Weight::Telling,
        &[
            "billing_error",
            "billing_hard_limit_reached",
            "billing_not_active",
            "contract/enforced_spend_limit_reached",
            "contract_spend_limit_reached",
            "credit_balance_exhausted",
            "enforced_spend_limit_reached",
            "exceeded_current_quota_error",
            "insufficient_balance",
            "insufficient_quota",
            "organization_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "payment_required",
            "project_spend_limit_exceeded",
            "quota",
            "quota_exceeded",
            "service_quota_exceeded_exception",
            "usage_limit",
            "usage_limit_reached",
            "usage_not_included",
        ],
    ),
    (FailureKind::QuotaExceeded, Weight::Window, &["resource_exhausted"]),
    (
        FailureKind::RateLimit,
        Weight::Telling,
        &[
            "capacity",
            "ramp_limit_exceeded",
            "rate_limit",
            "rate_limit_error",
            "rate_limit_exceeded",
            "rate_limit_reached",
            "rate_limited",
            "slow_down",
            "throttled",
            "throttling_exception",
            "too_many_requests",
        ],
    ),
    (
        FailureKind::ServerError,
        Weight::Generic,
        &[
            "api_error",
            "data_loss",
            "internal",
            "internal_error",
            "internal_server_error",
            "internal_server_exception",
            "model_error_exception",
            "model_not_ready_exception",
            "model_timeout_exception",
            "provider_unavailable",
            "server",
            "server_error",
            "service_unavailable",
            "service_unavailable_exception",
            "transient",
            "unavailable",
            "unknown_error",
            "vector_store_timeout",
        ],
    ),
    (
        FailureKind::Unsupported,
        Weight::Telling,
        &["operation_not_supported", "unimplemented", "unsupported_operation"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use FailureKind as Kind;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_code_are_alike() {
        for code in ["rate_limit_reached", "RateLimitReached", "rate-limit reached", " RATE LIMIT REACHED "] {
            assert_eq!(kind_of_code(code), Some(Kind::RateLimit), "{code}");
        }
        for code in ["", "generate", "author", "observer", "rate", "tokens", "3051", "1500", "0", "17", "600"]
        {
            assert_eq!(kind_of_code(code), None, "{code}");
        }
    }

    #[test]
    fn structured_vocabulary_of_gateways() {
        for (kind, codes) in [
            (Kind::Authentication, &["authentication", "auth", "unauthorized", "invalid_api_key"][..]),
            (Kind::Authentication, &["invalid_key", "credential_reauth_needed"]),
            (Kind::Forbidden, &["forbidden", "permission_denied", "access_denied", "permission"]),
            (Kind::ContextWindowExceeded, &["context_window_exceeded", "context_length", "too_many_tokens"]),
            (
                Kind::ContextWindowExceeded,
                &["context_length_exceeded", "context_window", "max_tokens_exceeded", "token_limit_exceeded"],
            ),
            (Kind::InvalidRequest, &["invalid_request", "bad_request", "validation", "invalid_argument"]),
            (Kind::InvalidRequest, &["bad_argument", "permanent"]),
            (
                Kind::Configuration,
                &["configuration_error", "config", "configuration", "pre_request_callback"],
            ),
            (Kind::RateLimit, &["rate_limit", "rate_limited", "too_many_requests", "capacity"]),
            (Kind::QuotaExceeded, &["quota_exceeded", "resource_exhausted", "quota"]),
            (Kind::ServerError, &["server_error", "internal", "unavailable", "transient"]),
            (Kind::Connection, &["api_connection", "network", "connection", "deadline_exceeded", "timeout"]),
        ] {
            for code in codes {
                assert_eq!(kind_of_code(code), Some(kind), "{code}");
            }
        }
    }

    #[test]
    fn words_on_the_wires() {
        for (code, kind) in [
            ("authentication_error", Kind::Authentication),
            ("invalid_request_error", Kind::InvalidRequest),
            ("rate_limit_error", Kind::RateLimit),
            ("rate_limit_exceeded", Kind::RateLimit),
            ("overloaded_error", Kind::Overloaded),
            ("api_error", Kind::ServerError),
            ("permission_error", Kind::Forbidden),
            ("not_found_error", Kind::NotFound),
            ("billing_error", Kind::QuotaExceeded),
            ("conflict_error", Kind::Conflict),
            ("timeout_error", Kind::Connection),
            ("request_too_large", Kind::InvalidRequest),
            ("insufficient_quota", Kind::QuotaExceeded),
            ("server_is_overloaded", Kind::Overloaded),
            ("slow_down", Kind::RateLimit),
            ("model_not_found", Kind::NotFound),
            ("DeploymentNotFound", Kind::NotFound),
            ("PermissionDenied", Kind::Forbidden),
            ("ThrottlingException", Kind::RateLimit),
            ("exceed_context_size_error", Kind::ContextWindowExceeded),
            ("provider_unavailable", Kind::ServerError),
            ("bio_policy", Kind::InvalidRequest),
            ("vector_store_timeout", Kind::ServerError),
        ] {
            assert_eq!(kind_of_code(code), Some(kind), "{code}");
        }
    }

    #[test]
    fn google_rpc_codes_as_words_and_numbers() {
        for (number, word, kind) in [
            ("1", "CANCELLED", Kind::Cancelled),
            ("3", "INVALID_ARGUMENT", Kind::InvalidRequest),
            ("4", "DEADLINE_EXCEEDED", Kind::Connection),
            ("5", "NOT_FOUND", Kind::NotFound),
            ("6", "ALREADY_EXISTS", Kind::Conflict),
            ("7", "PERMISSION_DENIED", Kind::Forbidden),
            ("8", "RESOURCE_EXHAUSTED", Kind::QuotaExceeded),
            ("9", "FAILED_PRECONDITION", Kind::InvalidRequest),
            ("10", "ABORTED", Kind::Conflict),
            ("11", "OUT_OF_RANGE", Kind::InvalidRequest),
            ("12", "UNIMPLEMENTED", Kind::Unsupported),
            ("13", "INTERNAL", Kind::ServerError),
            ("14", "UNAVAILABLE", Kind::ServerError),
            ("15", "DATA_LOSS", Kind::ServerError),
            ("16", "UNAUTHENTICATED", Kind::Authentication),
        ] {
            assert_eq!(kind_of_code(number), Some(kind), "{number}");
            assert_eq!(kind_of_code(word), Some(kind), "{word}");
        }
    }

    #[test]
    fn statuses_as_codes() {
        for (code, kind) in [
            ("400", Kind::InvalidRequest),
            ("401", Kind::Authentication),
            ("403", Kind::Forbidden),
            ("429", Kind::RateLimit),
            ("500", Kind::ServerError),
            ("502", Kind::ServerError),
            ("503", Kind::ServerError),
            ("504", Kind::ServerError),
            ("529", Kind::Overloaded),
        ] {
            assert_eq!(kind_of_code(code), Some(kind), "{code}");
        }
    }

    #[test]
    fn no_word_stands_twice() {
        let mut all: Vec<String> =
            WORDS.iter().flat_map(|(_, _, words)| *words).map(|w| letters(w).collect()).collect();
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_code_is_looked_up_without_panic(code in any::<String>()) {
            kind_of_code(&code);
        }
    }
}
