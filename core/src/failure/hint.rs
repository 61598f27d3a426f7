//! Every form in which a provider says when to come back.

use super::ErrorBody;
use super::date::{parse_http_date, parse_rfc3339};
use super::duration::{Decimal, NANOS_A_SECOND, parse_duration, parse_number, to_millis};
use crate::http::Headers;
use crate::time::UnixTime;

/// How long to wait in milliseconds, from the strongest hint that is there; rounded up, never 0.
///
/// Strongest first, by how surely the value was computed for this very refusal:
/// 1. what the body states as data (Gemini's `RetryInfo`; Gemini sends no such header, and a proxy's
///    header in front of it is a guess);
/// 2. `retry-after-ms`, then `retry-after` in seconds or as a date: the standard says that this is the
///    wait, and the first is the second without its rounding;
/// 3. `x-ratelimit-reset`, then `x-ratelimit-reset-*` and `anthropic-ratelimit-*-reset`: ends of
///    windows. Those count only where the matching `remaining` is 0, the latest of them if several
///    are;
/// 4. prose in the message, then in the rest of the body.
///
/// Dates are measured against the response's own `date` header where it has one, so that a wrong clock
/// does no harm, else against `now`. A hint that is not positive, in the past or not readable is passed
/// over for the next one.
pub fn retry_after(headers: &Headers, body: &ErrorBody, text: &str, now: Option<UnixTime>) -> Option<u64> {
    let now = headers.get("date").and_then(parse_http_date).or(now);
    let positive = |ms: &u64| *ms > 0;
    body.retry_after_ms
        .filter(positive)
        .or_else(|| parse_number(headers.get("retry-after-ms")?, 1_000_000).filter(positive))
        .or_else(|| seconds_or_date(headers.get("retry-after")?, now).filter(positive))
        .or_else(|| window_end(headers, now).filter(positive))
        .or_else(|| exhausted_windows(headers, now).filter(positive))
        .or_else(|| in_prose(body.message.as_deref()?, now))
        .or_else(|| in_prose(text, now))
}

fn seconds_or_date(value: &str, now: Option<UnixTime>) -> Option<u64> {
    parse_number(value, NANOS_A_SECOND).or_else(|| Some(parse_http_date(value)?.since(now?)))
}

/// `x-ratelimit-reset`, which stands for the whole limit.
fn window_end(headers: &Headers, now: Option<UnixTime>) -> Option<u64> {
    let is_open = headers.get("x-ratelimit-remaining").is_some_and(|left| !is_zero(left));
    if is_open {
        return None;
    }
    reset(headers.get("x-ratelimit-reset")?, now)
}

/// The latest end of a window in which nothing remains.
fn exhausted_windows(headers: &Headers, now: Option<UnixTime>) -> Option<u64> {
    headers.iter().filter_map(|(name, value)| window(headers, name, value, now)).max()
}

fn window(headers: &Headers, name: &str, value: &str, now: Option<UnixTime>) -> Option<u64> {
    let limit = name.strip_prefix("x-ratelimit-reset-").map(|limit| (limit, Order::RemainingFirst));
    let (limit, order) = limit.or_else(|| {
        let limit = name.strip_prefix("anthropic-ratelimit-")?.strip_suffix("-reset")?;
        Some((limit, Order::LimitFirst))
    })?;
    let mut remaining = headers.iter().filter(|(name, _)| order.is_remaining(name, limit));
    remaining.any(|(_, left)| is_zero(left)).then(|| reset(value, now)).flatten()
}

/// Where the name of a limit stands in the name of its header.
#[derive(Clone, Copy)]
enum Order {
    /// `anthropic-ratelimit-tokens-remaining`
    LimitFirst,
    /// `x-ratelimit-remaining-tokens`
    RemainingFirst,
}

impl Order {
    fn is_remaining(self, name: &str, limit: &str) -> bool {
        match self {
            Self::LimitFirst => {
                name.strip_prefix("anthropic-ratelimit-").and_then(|n| n.strip_suffix("-remaining"))
            }
            Self::RemainingFirst => name.strip_prefix("x-ratelimit-remaining-"),
        }
        .is_some_and(|name| name == limit)
    }
}

fn is_zero(value: &str) -> bool {
    parse_number(value, NANOS_A_SECOND) == Some(0)
}

/// The end of a window: a duration, an RFC 3339 date, or a number.
fn reset(value: &str, now: Option<UnixTime>) -> Option<u64> {
    let value = value.trim();
    if let Some((number, "")) = Decimal::read(value) {
        return reset_number(number, now);
    }
    parse_duration(value).or_else(|| Some(parse_rfc3339(value)?.since(now?)))
}

/// Vendors send seconds from now, Unix seconds and Unix milliseconds under one name. The numbers do
/// not overlap: 10^9 seconds from now are 31 years, and 10^12 Unix seconds are the year 33658.
fn reset_number(number: Decimal, now: Option<UnixTime>) -> Option<u64> {
    const FIRST_UNIX_SECONDS: u64 = 1_000_000_000;
    const LAST_UNIX_SECONDS: u64 = 1_000_000_000_000;
    let unix_ms = match number.whole() {
        0..FIRST_UNIX_SECONDS => return Some(to_millis(number.times(NANOS_A_SECOND))),
        FIRST_UNIX_SECONDS..=LAST_UNIX_SECONDS => to_millis(number.times(NANOS_A_SECOND)),
        _ => to_millis(number.times(1_000_000)),
    };
    Some(UnixTime::from_millis(unix_ms).since(now?))
}

/// What may follow a phrase.
#[derive(Clone, Copy)]
enum Follows {
    /// A bare number of milliseconds.
    Milliseconds,
    /// A number with a unit, or a bare number of seconds.
    Seconds,
    /// The end of a window.
    Reset,
    /// A number with a unit.
    WithUnit,
}

const PHRASES: &[(&str, Follows)] = &[
    ("retrydelay", Follows::Seconds),
    ("quotaresetdelay", Follows::Seconds),
    ("retry-after-ms", Follows::Milliseconds),
    ("retry-after", Follows::Seconds),
    ("retry_after", Follows::Seconds),
    ("retry after", Follows::Seconds),
    ("retry in", Follows::WithUnit),
    ("try again in", Follows::WithUnit),
    ("try again after", Follows::WithUnit),
    ("wait for", Follows::WithUnit),
    ("wait", Follows::WithUnit),
    ("reset after", Follows::WithUnit),
    ("resets in", Follows::WithUnit),
    ("reset in", Follows::WithUnit),
    ("x-ratelimit-reset", Follows::Reset),
];

/// How much of a text is searched; prose with a hint is short.
const SEARCHED_BYTES: usize = 16 << 10;

/// The first wait that the text states in words.
fn in_prose(text: &str, now: Option<UnixTime>) -> Option<u64> {
    let lower = super::words::head(text, SEARCHED_BYTES).to_ascii_lowercase();
    PHRASES.iter().find_map(|(phrase, follows)| {
        let starts = lower.match_indices(phrase).map(|(at, _)| at).filter(|at| is_word_start(&lower, *at));
        starts.filter_map(|at| wait_after(&lower[at + phrase.len()..], *follows, now)).find(|ms| *ms > 0)
    })
}

fn is_word_start(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_alphanumeric())
}

fn wait_after(text: &str, follows: Follows, now: Option<UnixTime>) -> Option<u64> {
    let text =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | ':' | '=' | '\''));
    let text = text.strip_prefix("about ").unwrap_or(text);
    let (number, rest) = Decimal::read(text)?;
    match follows {
        Follows::Milliseconds => ends_number(rest).then(|| to_millis(number.times(1_000_000))),
        Follows::Reset => ends_number(rest).then(|| reset_number(number, now)).flatten(),
        Follows::Seconds => spoken_duration(text)
            .or_else(|| ends_number(rest).then(|| to_millis(number.times(NANOS_A_SECOND)))),
        Follows::WithUnit => spoken_duration(text),
    }
}

/// Whether a bare number is over: a hyphen would make it a date, a letter some other unit.
fn ends_number(rest: &str) -> bool {
    let rest = rest.trim_start_matches('.');
    !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '/' | ':' | '%'))
        && !rest.trim_start().starts_with(char::is_alphabetic)
}

/// A duration as people write it: `4.5s`, `1m30.5s`, `35 seconds`, `1 minute 30 seconds`.
fn spoken_duration(text: &str) -> Option<u64> {
    let mut nanos = 0u128;
    let mut rest = text;
    let mut is_any = false;
    while let Some((number, after)) = Decimal::read(rest) {
        let word = after.trim_start();
        let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
        let Some(unit) = spoken_unit(&word[..end]) else { break };
        nanos = nanos.saturating_add(number.times(unit));
        is_any = true;
        rest = word[end..].trim_start_matches([' ', ',']);
        rest = rest.strip_prefix("and ").unwrap_or(rest);
    }
    is_any.then(|| to_millis(nanos))
}

fn spoken_unit(word: &str) -> Option<u64> {
    Some(match word {
        "ns" => 1,
        "us" => 1_000,
        "ms" | "millisecond" | "milliseconds" => 1_000_000,
        "s" | "sec" | "secs" | "second" | "seconds" => NANOS_A_SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => 60 * NANOS_A_SECOND,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600 * NANOS_A_SECOND,
        "d" | "day" | "days" => 86_400 * NANOS_A_SECOND,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// Wed, 21 Oct 2026 07:28:00 GMT
    const NOW: UnixTime = UnixTime::from_millis(1_792_567_680_000);

    fn of_headers(headers: &[(&'static str, &str)]) -> Option<u64> {
        retry_after(&headers.iter().copied().collect(), &ErrorBody::default(), "", Some(NOW))
    }

    fn of_message(message: &str) -> Option<u64> {
        let body = ErrorBody { message: Some(message.into()), ..ErrorBody::default() };
        retry_after(&Headers::new(), &body, "", Some(NOW))
    }

    #[test]
    fn retry_after_headers_in_every_form() {
        for (name, value, ms) in [
            ("retry-after-ms", "1500", Some(1_500)),
            ("retry-after-ms", "1500.2", Some(1_501)),
            ("retry-after-ms", "0", None),
            ("retry-after-ms", "-5", None),
            ("retry-after-ms", "soon", None),
            ("retry-after", "2", Some(2_000)),
            ("retry-after", "2.5", Some(2_500)),
            ("retry-after", " 2 ", Some(2_000)),
            ("retry-after", "0.0001", Some(1)),
            ("retry-after", "0", None),
            ("retry-after", "-1", None),
            ("retry-after", "inf", None),
            ("retry-after", "NaN", None),
            ("retry-after", "99999999999999999999999999", Some(u64::MAX)),
            ("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT", Some(30_000)),
            ("retry-after", "Wednesday, 21-Oct-26 07:28:30 GMT", Some(30_000)),
            ("retry-after", "Wed Oct 21 07:28:30 2026", Some(30_000)),
            ("retry-after", "Wed, 21 Oct 2026 07:27:30 GMT", None),
            ("retry-after", "", None),
        ] {
            assert_eq!(of_headers(&[(name, value)]), ms, "{name}: {value}");
        }
    }

    #[test]
    fn milliseconds_beat_seconds_unless_zero() {
        assert_eq!(of_headers(&[("retry-after", "1"), ("retry-after-ms", "300")]), Some(300));
        assert_eq!(of_headers(&[("retry-after", "1"), ("retry-after-ms", "0")]), Some(1_000));
        assert_eq!(of_headers(&[("retry-after", "1"), ("retry-after-ms", "x")]), Some(1_000));
    }

    #[test]
    fn dates_are_measured_against_the_response_date() {
        let skewed =
            [("date", "Wed, 21 Oct 2026 09:00:00 GMT"), ("retry-after", "Wed, 21 Oct 2026 09:00:07 GMT")];
        assert_eq!(of_headers(&skewed), Some(7_000));
        let headers: Headers = skewed.into_iter().collect();
        assert_eq!(retry_after(&headers, &ErrorBody::default(), "", None), Some(7_000));
        let undated: Headers = [skewed[1]].into_iter().collect();
        assert_eq!(retry_after(&undated, &ErrorBody::default(), "", None), None);
    }

    #[test]
    fn reset_is_seconds_or_unix_time() {
        for (value, ms) in [
            ("1792567690", Some(10_000)),
            ("1792567690000", Some(10_000)),
            ("1792567680", None),
            ("1767225600", None),
            ("30", Some(30_000)),
            ("0.5", Some(500)),
            ("6m0s", Some(360_000)),
            ("2026-10-21T07:28:05Z", Some(5_000)),
            ("later", None),
        ] {
            assert_eq!(of_headers(&[("x-ratelimit-reset", value)]), ms, "{value}");
        }
        let open = [("x-ratelimit-reset", "30"), ("x-ratelimit-remaining", "5")];
        assert_eq!(of_headers(&open), None);
        let spent = [("x-ratelimit-reset", "30"), ("x-ratelimit-remaining", "0")];
        assert_eq!(of_headers(&spent), Some(30_000));
    }

    #[test]
    fn exhausted_window_is_the_one_to_wait_for() {
        let tokens_spent = [
            ("x-ratelimit-remaining-requests", "3499"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-requests", "23h18m29.144s"),
            ("x-ratelimit-reset-tokens", "20ms"),
        ];
        assert_eq!(of_headers(&tokens_spent), Some(20));
        let both_spent = [
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-requests", "1s"),
            ("x-ratelimit-reset-tokens", "6m0s"),
        ];
        assert_eq!(of_headers(&both_spent), Some(360_000));
        assert_eq!(of_headers(&[("x-ratelimit-reset-tokens", "20ms")]), None);
    }

    #[test]
    fn anthropic_window_is_a_date() {
        let headers = [
            ("anthropic-ratelimit-requests-remaining", "10"),
            ("anthropic-ratelimit-requests-reset", "2026-10-21T09:00:00Z"),
            ("anthropic-ratelimit-input-tokens-remaining", "0"),
            ("anthropic-ratelimit-input-tokens-reset", "2026-10-21T07:29:00Z"),
        ];
        assert_eq!(of_headers(&headers), Some(60_000));
    }

    #[test]
    fn stronger_hints_come_first() {
        let headers: Headers = [
            ("retry-after-ms", "2000"),
            ("retry-after", "3"),
            ("x-ratelimit-reset", "4"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "5s"),
        ]
        .into_iter()
        .collect();
        let body = ErrorBody {
            retry_after_ms: Some(1_000),
            message: Some("Please try again in 6s.".into()),
            ..ErrorBody::default()
        };
        let mut left: Vec<(String, String)> = headers.iter().map(|(n, v)| (n.into(), v.into())).collect();
        assert_eq!(retry_after(&headers, &body, "", None), Some(1_000));
        let mut body = ErrorBody { retry_after_ms: None, ..body };
        for expected in [2_000, 3_000, 4_000, 5_000] {
            let headers: Headers = left.iter().cloned().collect();
            assert_eq!(retry_after(&headers, &body, "", None), Some(expected));
            left.remove(0);
        }
        assert_eq!(retry_after(&Headers::new(), &body, "retry after 7", None), Some(6_000));
        body.message = None;
        assert_eq!(retry_after(&Headers::new(), &body, "retry after 7", None), Some(7_000));
    }

    #[test]
    fn prose_of_every_provider() {
        for (text, ms) in [
            ("Please retry in 4.5s.", Some(4_500)),
            ("\nPlease retry in 48.939935699s.", Some(48_940)),
            ("Please try again in 2.3s. Visit the dashboard", Some(2_300)),
            ("Please try again in 6ms.", Some(6)),
            ("Please try again in 1m30.5s.", Some(90_500)),
            ("Try again in 35 seconds.", Some(35_000)),
            ("please retry after 5 seconds", Some(5_000)),
            ("Please wait for 20 seconds", Some(20_000)),
            ("wait 1 minute and 30 seconds", Some(90_000)),
            ("Your quota will reset after 1h2m3s.", Some(3_723_000)),
            ("retry-after: 12", Some(12_000)),
            ("Retry_After=12", Some(12_000)),
            ("\"retry-after-ms\": 250", Some(250)),
            ("{\"retryDelay\": \"18.4s\"}", Some(18_400)),
            ("{\"retryDelay\": \"18\"}", Some(18_000)),
            ("{\\\"retryDelay\\\": \\\"18s\\\"}", Some(18_000)),
            ("{\"quotaResetDelay\": \"156h14m36.752463453s\"}", Some(562_476_753)),
            ("{\"X-RateLimit-Reset\":\"1792567690000\"}", Some(10_000)),
            ("x-ratelimit-reset: 1792567690", Some(10_000)),
            ("try again in 3 attempts", None),
            ("try again in a moment", None),
            ("retry after 2026-10-21", None),
            ("retry after 5 attempts", None),
            ("retry in 0s", None),
            ("the country in 5s", None),
            ("try again in", None),
            ("", None),
        ] {
            assert_eq!(of_message(text), ms, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_header_is_read_without_panic(
            name in "(retry-after(-ms)?|x-ratelimit-(reset|remaining)(-a)?|anthropic-ratelimit-a-(reset|remaining)|date)",
            value in any::<String>(),
            text in any::<String>(),
        ) {
            let headers: Headers = [(name, value)].into_iter().collect();
            let hint = retry_after(&headers, &ErrorBody::default(), &text, Some(NOW));
            prop_assert!(hint != Some(0));
        }

        #[test]
        fn any_prose_is_read_without_panic(
            text in "([Rr]etry (in|after)|wait( for)?|x-ratelimit-reset:?|retryDelay\": \"|é|) ?[0-9]{0,25}[.é]?[0-9]{0,25} ?[a-zé]{0,8}",
        ) {
            prop_assert!(of_message(&text) != Some(0));
        }

        #[test]
        fn integer_seconds_are_exact(seconds in 1u64..=u64::MAX / 1_000) {
            prop_assert_eq!(of_headers(&[("retry-after", &alloc::format!("{seconds}"))]), Some(seconds * 1_000));
        }
    }
}
