//! Section 3 of the specification: the retry decorator, the adapters' error kinds, malformed
//! arguments, scripted errors.

mod spec_calls;

use spec_calls::{
    TEXT, body, broken, call, caller_text, exact, failure, gaps, good, notices, opened, options, refused,
    run, run_with, script, sse,
};
use tokenwire_core::call::{Input, Options, OutcomeStatus, Output};
use tokenwire_core::failure::FailureKind as Kind;
use tokenwire_core::http::{Head, Headers, TransportKind};
use tokenwire_core::model::{Event, FinishReason, Response, Wire};
use tokenwire_core::retry::{Backoff, CommitPoint, Jitter, RetryPolicy, StopReason};
use tokenwire_core::testing::provider::{Delivery, Plan, Rendering, react};
use tokenwire_core::testing::{Reply, What, errors};
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::usage::Bucket;

// 3.1: the decorator

#[test]
fn retries_until_success() {
    for wire in Wire::ALL {
        let run = run(wire, exact(3), [errors::overload(wire).into_reply(), good(wire)]);
        assert_eq!(run.requests.len(), 2, "{wire}");
        assert!(run.outcome.is_complete(), "{wire}");
        assert_eq!(run.outcome.response.text(), TEXT, "{wire}");
        assert_eq!(caller_text(&run), TEXT, "{wire}");
    }
}

#[test]
fn gives_up_after_max_attempts() {
    for wire in Wire::ALL {
        let run = run(wire, exact(3), vec![errors::overload(wire).into_reply(); 4]);
        assert_eq!(run.requests.len(), 3, "{wire}");
        assert_eq!(failure(&run).kind, Kind::Overloaded, "{wire}");
        assert_eq!(run.outcome.stop, Some(StopReason::AttemptsSpent), "{wire}");
    }
}

/// 1 disables, 0 counts as 1; the default is three calls in all (spec/08, decision 1).
#[test]
fn attempts_count_the_first_call() {
    let default = RetryPolicy::default().max_attempts;
    for (max, calls) in [(Some(0), 1), (Some(1), 1), (Some(2), 2), (default, 3)] {
        let policy = RetryPolicy { max_attempts: max, ..RetryPolicy::default() };
        for wire in Wire::ALL {
            let run = run(wire, policy.clone(), vec![errors::server_error(wire).into_reply(); 9]);
            assert_eq!(run.requests.len(), calls, "{wire}, {max:?}");
        }
    }
    let backoff =
        Backoff { base_ms: 1_000, factor: 2, cap_ms: 30_000, jitter: Jitter::Additive { percent: 10 } };
    assert_eq!(RetryPolicy::default().backoff, backoff);
}

/// A hint is a floor, and the cap of the backoff does not bound it.
#[test]
fn respects_retry_after() {
    for wire in Wire::ALL {
        for jitter in [Jitter::None, Jitter::Full, Jitter::Equal, Jitter::Additive { percent: 10 }] {
            let backoff = Backoff { base_ms: 1, factor: 2, cap_ms: 5, jitter };
            let limited = refused(wire, 503, "{}").with_header("retry-after-ms", "50");
            let run = run(wire, RetryPolicy { backoff, ..exact(3) }, [limited.into_reply(), good(wire)]);
            assert!((50..=55).contains(&gaps(&run)[0]), "{wire}, {jitter:?}: {:?}", gaps(&run));
            assert_eq!(failure_of(&run, 0).1, Some(50), "{wire}");
        }
    }
}

#[test]
fn permanent_errors_are_not_retried() {
    let mut permanent = 0;
    for wire in Wire::ALL {
        for (name, build, kind) in errors::ALL {
            let is_transient = matches!(kind, Kind::Overloaded | Kind::RateLimit | Kind::ServerError);
            if is_transient {
                continue;
            }
            permanent += 1;
            let run = run(wire, RetryPolicy::patient(), [build(wire).into_reply(), good(wire)]);
            assert_eq!(run.requests.len(), 1, "{name} on {wire}");
            assert_eq!(failure(&run).kind, kind, "{name} on {wire}");
            assert_eq!(run.outcome.stop, Some(StopReason::NotRetryable), "{name} on {wire}");
        }
    }
    assert_eq!(permanent, 24);
}

/// What came and the error are both given, and nothing is repeated.
#[test]
fn mid_stream_errors_are_not_retried() {
    for wire in Wire::ALL {
        let run = run(wire, RetryPolicy::patient(), [errors::in_stream(wire).into_reply(), good(wire)]);
        assert_eq!(run.requests.len(), 1, "{wire}");
        assert_eq!(caller_text(&run), "Hel", "{wire}");
        assert_eq!(run.outcome.response.text(), "Hel", "{wire}");
        assert_eq!(run.outcome.status(), OutcomeStatus::Partial, "{wire}");
        assert_eq!(failure(&run).kind, Kind::Overloaded, "{wire}");
        assert_eq!(run.outcome.stop, Some(StopReason::Committed), "{wire}");
    }
}

/// The decorator retries only the opening of a stream; that is the commit point `AtOpen` (spec/08,
/// decision 6). The default holds the envelope back and may retry until something visible came.
#[test]
fn only_opening_is_retried_when_the_policy_says_so() {
    for wire in Wire::ALL {
        for (commit, calls) in
            [(CommitPoint::AtOpen, 1), (CommitPoint::AtFirstByte, 1), (CommitPoint::AtFirstVisible, 2)]
        {
            let policy = RetryPolicy { commit, ..exact(3) };
            let run = run(wire, policy, [broken(": connected\n\n"), good(wire)]);
            assert_eq!(run.requests.len(), calls, "{wire}, {commit:?}");
        }
        let policy = RetryPolicy { commit: CommitPoint::AtFirstByte, ..exact(3) };
        let unread = opened().then(0, What::Fail(TransportKind::Body));
        assert_eq!(run(wire, policy, [unread, good(wire)]).requests.len(), 2, "{wire}: no byte came");
    }
}

#[test]
fn exponential_backoff_grows_then_caps() {
    let backoff = Backoff { base_ms: 10, factor: 2, cap_ms: 40, jitter: Jitter::None };
    let policy = RetryPolicy { backoff, ..exact(5) };
    for wire in Wire::ALL {
        let run = run(wire, policy.clone(), vec![errors::server_error(wire).into_reply(); 5]);
        assert_eq!(gaps(&run), [10, 20, 40, 40], "{wire}");
        assert_eq!(run.ended.as_millis(), 110, "{wire}");
    }
}

/// The source limits the shift to 20; here the product saturates.
#[test]
fn many_attempts_overflow_nothing() {
    let backoff = Backoff { base_ms: 1_000, factor: 2, cap_ms: u64::MAX, jitter: Jitter::None };
    assert_eq!(backoff.delay_ms(21), 1_000 << 20);
    assert_eq!(backoff.delay_ms(200), u64::MAX);
    let backoff = Backoff { cap_ms: 1, ..backoff };
    let policy = RetryPolicy { max_attempts: Some(200), backoff, ..exact(1) };
    let run = run(Wire::OpenaiChat, policy, vec![errors::server_error(Wire::OpenaiChat).into_reply(); 200]);
    assert_eq!(run.ended.as_millis(), 199);
}

#[test]
fn a_wait_of_zero_stays_zero() {
    let backoff = Backoff { base_ms: 0, ..RetryPolicy::default().backoff };
    for wire in Wire::ALL {
        let policy = RetryPolicy { backoff, ..exact(3) };
        let run = run(wire, policy, vec![errors::server_error(wire).into_reply(); 3]);
        assert_eq!((run.requests.len(), run.ended.as_millis()), (3, 0), "{wire}");
    }
}

#[test]
fn every_try_sends_the_same_request() {
    for wire in Wire::ALL {
        let run = run(wire, exact(3), vec![errors::server_error(wire).into_reply(); 3]);
        assert_eq!(run.requests.len(), 3, "{wire}");
        for (_, request) in &run.requests {
            assert_eq!(request, &run.requests[0].1, "{wire}");
        }
    }
}

// 3.2: error kinds

fn failure_of(run: &tokenwire_core::testing::SimRun, attempt: usize) -> (Kind, Option<u64>) {
    let failure = run.outcome.attempts[attempt].failure.as_ref().expect("the attempt failed");
    (failure.kind, failure.retry_after_ms)
}

/// A call that meets `reply` and then a good one: the kind of the first failure, and whether it was
/// retried.
fn meets(wire: Wire, reply: Reply) -> (Kind, bool) {
    let run = run(wire, exact(2), [reply, good(wire)]);
    (failure_of(&run, 0).0, run.requests.len() == 2)
}

fn anthropic_error(kind: &str, message: &str) -> String {
    format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}}}}"#)
}

/// The source retries any type that it does not know; here the status tells (spec/08, decision 5).
#[test]
fn anthropic_errors_by_type() {
    for (status, error_type, message, kind, retried) in [
        (529, "overloaded_error", "Overloaded", Kind::Overloaded, true),
        (429, "rate_limit_error", "Rate limited", Kind::RateLimit, true),
        (500, "api_error", "Internal server error", Kind::ServerError, true),
        (504, "timeout_error", "Timed out", Kind::ServerError, true),
        (500, "brand_new_error", "what", Kind::ServerError, true),
        (400, "brand_new_error", "what", Kind::InvalidRequest, false),
        (400, "invalid_request_error", "messages: required", Kind::InvalidRequest, false),
        (401, "authentication_error", "invalid x-api-key", Kind::Authentication, false),
        (402, "billing_error", "pay", Kind::QuotaExceeded, false),
        (403, "permission_error", "no", Kind::Forbidden, false),
        (404, "not_found_error", "model: x", Kind::NotFound, false),
        (413, "request_too_large", "Request exceeds the maximum size", Kind::InvalidRequest, false),
        (400, "invalid_request_error", "prompt is too long: 9 > 8", Kind::ContextWindowExceeded, false),
        (400, "invalid_request_error", "Prompt Is Too Long", Kind::ContextWindowExceeded, false),
        (500, "api_error", "prompt is too long: 9 > 8", Kind::ServerError, true),
        (529, "overloaded_error", "prompt is too long: 9 > 8", Kind::Overloaded, true),
        (403, "permission_error", "prompt is too long: 9 > 8", Kind::Forbidden, false),
    ] {
        let reply = refused(Wire::Anthropic, status, &anthropic_error(error_type, message)).into_reply();
        assert_eq!(meets(Wire::Anthropic, reply), (kind, retried), "{status} {error_type} {message}");
    }
}

/// The same types as an event, before anything was shown: there is no status to tell, so a type that
/// is not known is not retried (spec/08, decision 5).
#[test]
fn anthropic_errors_in_a_stream_by_type() {
    for (error_type, message, kind, retried) in [
        ("overloaded_error", "Overloaded", Kind::Overloaded, true),
        ("rate_limit_error", "Rate limited", Kind::RateLimit, true),
        ("api_error", "Internal server error", Kind::ServerError, true),
        ("timeout_error", "Timed out", Kind::Connection, true),
        ("invalid_request_error", "no", Kind::InvalidRequest, false),
        ("invalid_request_error", "prompt is too long: 9 > 8", Kind::ContextWindowExceeded, false),
        ("authentication_error", "no", Kind::Authentication, false),
        ("permission_error", "no", Kind::Forbidden, false),
        ("not_found_error", "no", Kind::NotFound, false),
        ("request_too_large", "no", Kind::InvalidRequest, false),
        ("brand_new_error", "what", Kind::Unknown, false),
    ] {
        let reply = body(format!("event: error\ndata: {}\n\n", anthropic_error(error_type, message)));
        assert_eq!(meets(Wire::Anthropic, reply), (kind, retried), "{error_type} {message}");
    }
}

/// The source reads whole seconds only; here every form of section 7.2 is read.
#[test]
fn hints_of_every_form_are_waited_for() {
    for (name, value, ms) in [
        ("retry-after", "7", 7_000),
        ("retry-after", "2.5", 2_500),
        ("retry-after-ms", "1500", 1_500),
        ("retry-after-ms", "1200.4", 1_201),
        ("retry-after", "0", 1_000),
        ("retry-after", "-3", 1_000),
        ("retry-after", "soon", 1_000),
    ] {
        for wire in Wire::ALL {
            let limited = refused(wire, 429, "{}").with_header(name, value).into_reply();
            assert_eq!(gaps(&run(wire, exact(2), [limited, good(wire)])), [ms], "{wire}, {name}: {value}");
        }
    }
}

#[test]
fn milliseconds_are_preferred_over_seconds() {
    for wire in Wire::ALL {
        let limited = refused(wire, 429, "{}").with_header("retry-after", "60");
        let limited = limited.with_header("retry-after-ms", "1500").into_reply();
        assert_eq!(gaps(&run(wire, exact(2), [limited, good(wire)])), [1_500], "{wire}");
    }
}

/// A body that is not JSON leaves the status to tell.
#[test]
fn bodies_that_are_no_json() {
    for (status, kind, retried) in [
        (400, Kind::InvalidRequest, false),
        (401, Kind::Authentication, false),
        (403, Kind::Forbidden, false),
        (404, Kind::NotFound, false),
        (429, Kind::RateLimit, true),
        (500, Kind::ServerError, true),
        (502, Kind::ServerError, true),
        (503, Kind::ServerError, true),
        (504, Kind::ServerError, true),
    ] {
        for wire in Wire::ALL {
            for text in ["<html><title>Whoops</title></html>", "upstream connect error", ""] {
                let reply = refused(wire, status, text).into_reply();
                assert_eq!(meets(wire, reply), (kind, retried), "{wire}, {status}: {text}");
            }
        }
    }
}

#[test]
fn transport_errors_are_transient() {
    for (kind, class, retried) in [
        (TransportKind::Body, Kind::Connection, true),
        (TransportKind::Connect, Kind::Connection, true),
        (TransportKind::Dns, Kind::Connection, true),
        (TransportKind::Other, Kind::Connection, true),
        (TransportKind::Reset, Kind::Connection, true),
        (TransportKind::Timeout, Kind::Connection, true),
        (TransportKind::Tls, Kind::Connection, true),
        (TransportKind::InvalidRequest, Kind::InvalidRequest, false),
    ] {
        for wire in Wire::ALL {
            assert_eq!(meets(wire, Reply::fails(kind)), (class, retried), "{wire}, {kind:?}");
        }
    }
}

/// By code; a 400 without one is not retried although the source does so (spec/08, decision 21).
#[test]
fn openai_errors_by_code() {
    for (status, code, kind, retried) in [
        (429, r#""rate_limit_exceeded""#, Kind::RateLimit, true),
        (429, r#""429""#, Kind::RateLimit, true),
        (429, "429", Kind::RateLimit, true),
        (429, r#""insufficient_quota""#, Kind::QuotaExceeded, false),
        (429, r#""credit_balance_exhausted""#, Kind::QuotaExceeded, false),
        (429, r#""organization_spend_limit_exceeded""#, Kind::QuotaExceeded, false),
        (429, r#""project_spend_limit_exceeded""#, Kind::QuotaExceeded, false),
        (429, r#""organization_usage_limit_exceeded""#, Kind::QuotaExceeded, false),
        (429, r#""enforced_spend_limit_reached""#, Kind::QuotaExceeded, false),
        (400, r#""invalid_request_error""#, Kind::InvalidRequest, false),
        (400, r#""BadRequest""#, Kind::InvalidRequest, false),
        (400, r#""context_length_exceeded""#, Kind::ContextWindowExceeded, false),
        (400, r#""content_filter""#, Kind::InvalidRequest, false),
        (401, r#""invalid_api_key""#, Kind::Authentication, false),
        (401, r#""Unauthorized""#, Kind::Authentication, false),
        (403, r#""PermissionDenied""#, Kind::Forbidden, false),
        (404, r#""NotFound""#, Kind::NotFound, false),
        (404, r#""DeploymentNotFound""#, Kind::NotFound, false),
        (500, r#""server_error""#, Kind::ServerError, true),
        (500, r#""InternalServerError""#, Kind::ServerError, true),
        (503, r#""brand_new""#, Kind::ServerError, true),
        (400, r#""brand_new""#, Kind::InvalidRequest, false),
        (400, "null", Kind::InvalidRequest, false),
    ] {
        for wire in [Wire::OpenaiChat, Wire::OpenaiResponses] {
            let json = format!(r#"{{"error":{{"message":"m","type":null,"param":null,"code":{code}}}}}"#);
            let reply = refused(wire, status, &json).into_reply();
            assert_eq!(meets(wire, reply), (kind, retried), "{wire}, {status} {code}");
        }
    }
}

/// Permanent for the retry, but told apart from every other wrong request, so that whoever compacts
/// the history can act on it.
#[test]
fn context_overflow_is_told_apart() {
    for wire in Wire::ALL {
        for (name, build, kind) in errors::ALL {
            let run = run(wire, exact(1), [build(wire).into_reply()]);
            let is_overflow = failure(&run).kind == Kind::ContextWindowExceeded;
            assert_eq!(is_overflow, name == "context_length", "{name} on {wire}");
            assert_eq!(is_overflow, kind == Kind::ContextWindowExceeded, "{name} on {wire}");
        }
        let run = run(wire, RetryPolicy::patient(), [errors::context_length(wire).into_reply(), good(wire)]);
        assert_eq!(run.requests.len(), 1, "{wire}");
        assert!(!failure(&run).is_retryable(), "{wire}");
    }
}

// 3.3: the stream's vocabulary

/// A stream with two tool calls, the first with those arguments, the second with good ones.
fn two_calls(wire: Wire, arguments: &str, finish: &str) -> String {
    let quoted = serde_json::to_string(arguments).expect("a string is JSON");
    match wire {
        Wire::Anthropic => sse(&[
            r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"a","name":"first","input":{}}}"#,
            &format!(
                r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"input_json_delta","partial_json":{quoted}}}}}"#
            ),
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"b","name":"second","input":{}}}"#,
            r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"n\":1}"}}"#,
            r#"{"type":"content_block_stop","index":1}"#,
            &format!(
                r#"{{"type":"message_delta","delta":{{"stop_reason":"{finish}"}},"usage":{{"output_tokens":2}}}}"#
            ),
            r#"{"type":"message_stop"}"#,
        ]),
        Wire::OpenaiResponses => sse(&[
            r#"{"type":"response.created","response":{"id":"r","status":"in_progress","model":"m","output":[]}}"#,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"i","type":"function_call","call_id":"a","name":"first","arguments":""}}"#,
            &format!(
                r#"{{"type":"response.function_call_arguments.delta","output_index":0,"item_id":"i","delta":{quoted}}}"#
            ),
            &format!(
                r#"{{"type":"response.output_item.done","output_index":0,"item":{{"id":"i","type":"function_call","call_id":"a","name":"first","arguments":{quoted}}}}}"#
            ),
            r#"{"type":"response.output_item.added","output_index":1,"item":{"id":"j","type":"function_call","call_id":"b","name":"second","arguments":""}}"#,
            r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"j","type":"function_call","call_id":"b","name":"second","arguments":"{\"n\":1}"}}"#,
            &format!(
                r#"{{"type":"response.{}","response":{{"id":"r","status":"{}","model":"m","incomplete_details":{},"output":[{{"id":"i","type":"function_call","call_id":"a","name":"first","arguments":{quoted}}},{{"id":"j","type":"function_call","call_id":"b","name":"second","arguments":"{{\"n\":1}}"}}],"usage":{{"input_tokens":1,"output_tokens":2}}}}}}"#,
                if finish == "max_tokens" { "incomplete" } else { "completed" },
                if finish == "max_tokens" { "incomplete" } else { "completed" },
                if finish == "max_tokens" { r#"{"reason":"max_output_tokens"}"# } else { "null" },
            ),
        ]),
        // Gemini's arguments are JSON already.
        Wire::Gemini | Wire::OpenaiChat => sse(&[
            &format!(
                r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{"tool_calls":[{{"index":0,"id":"a","type":"function","function":{{"name":"first","arguments":{quoted}}}}}]}}}}]}}"#
            ),
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","type":"function","function":{"name":"second","arguments":"{\"n\":1}"}}]}}]}"#,
            &format!(
                r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{}},"finish_reason":"{}"}}]}}"#,
                if finish == "max_tokens" { "length" } else { "tool_calls" },
            ),
            "[DONE]",
        ]),
    }
}

const CALLING: [Wire; 3] = [Wire::Anthropic, Wire::OpenaiChat, Wire::OpenaiResponses];

fn calls(response: &Response) -> Vec<(String, String, Option<String>)> {
    let object = |c: &tokenwire_core::model::ToolCall| c.object().ok().map(|o| o.into_owned());
    response.tool_calls().map(|c| (c.name.clone(), c.arguments.clone(), object(c))).collect()
}

/// Nothing is repaired: what is no object is told as such, with its raw text (spec/08, decision 22).
/// A good call in the same turn is untouched and keeps its place.
#[test]
fn malformed_arguments_are_explicit() {
    for (arguments, object) in [
        (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
        (r#" {"a": 1.0}"#, Some(r#"{"a": 1.0}"#)),
        ("", Some("{}")),
        (" \n", Some("{}")),
        (r#"{"a":"#, None),
        (r#"{"a":1}}"#, None),
        ("[1]", None),
        ("3", None),
        ("\"x\"", None),
        ("null", None),
        ("oops", None),
    ] {
        for wire in CALLING {
            for (finish, reason) in
                [("tool_use", FinishReason::ToolCalls), ("max_tokens", FinishReason::Length)]
            {
                let run = run(wire, exact(1), [body(two_calls(wire, arguments, finish))]);
                assert!(run.outcome.is_complete(), "{wire}, {arguments:?}: {:?}", run.outcome.failure);
                assert_eq!(run.outcome.finish.reason, reason, "{wire}, {arguments:?}");
                // Anthropic says `{}` in the block's start, and that stands if nothing follows.
                let raw = if wire == Wire::Anthropic && arguments.is_empty() { "{}" } else { arguments };
                let first = ("first".into(), raw.into(), object.map(String::from));
                let second = ("second".into(), r#"{"n":1}"#.into(), Some(r#"{"n":1}"#.into()));
                assert_eq!(calls(&run.outcome.response), [first, second], "{wire}, {arguments:?}");
            }
        }
    }
}

/// The split wins where it states more than the total; a total above its split stands, since a
/// stale split was seen on the wire.
#[test]
fn split_of_cache_writes_wins_over_the_total() {
    let usage = r#"{"input_tokens":10,"cache_creation_input_tokens":5,"cache_read_input_tokens":1,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":2},"output_tokens":1}"#;
    let stream = sse(&[
        &format!(
            r#"{{"type":"message_start","message":{{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{usage}}}}}"#
        ),
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}"#,
        r#"{"type":"message_stop"}"#,
    ]);
    let run = run(Wire::Anthropic, exact(1), [body(stream)]);
    let counts = run.outcome.usage.counts;
    assert_eq!(counts.get(Bucket::CacheWrite5m), Some(4));
    assert_eq!(counts.get(Bucket::CacheWrite1h), Some(2));
    assert_eq!(counts.get(Bucket::CacheWrite), Some(6));
    assert_eq!(counts.get(Bucket::Output), Some(3));
}

/// What stands in a block's start is surfaced, what is unknown does no harm, and the end of the body
/// without `message_stop` is no end, whatever the source does (spec/08, decision 9).
#[test]
fn anthropic_stream_machine() {
    let start = r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":1,"output_tokens":1}}}"#;
    let events = [
        start,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"He"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"llo"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"shimmer_delta","shimmer":1}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"shimmer","x":1}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"weather","is":"fine"}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}"#,
    ];
    let cut = run(Wire::Anthropic, exact(1), [body(sse(&events))]);
    assert_eq!(failure(&cut).kind, Kind::Incomplete);
    assert_eq!(cut.outcome.response.text(), "Hello");
    let whole = sse(&[&events[..], &[r#"{"type":"message_stop"}"#]].concat());
    let whole = run(Wire::Anthropic, exact(1), [body(whole)]);
    assert!(whole.outcome.is_complete());
    assert_eq!(whole.outcome.response.text(), "Hello");
    assert_eq!(whole.outcome.finish.reason, FinishReason::Stop);
}

#[test]
fn openai_stream_machine() {
    for (finish, reason) in [
        ("stop", FinishReason::Stop),
        ("length", FinishReason::Length),
        ("content_filter", FinishReason::ContentFilter),
        ("function_call", FinishReason::ToolCalls),
        ("tool_calls", FinishReason::ToolCalls),
        ("sunset", FinishReason::Other),
    ] {
        let stream = sse(&[
            "",
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}"#,
            &format!(
                r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{}},"finish_reason":"{finish}"}}]}}"#
            ),
            r#"{"id":"c","model":"m","choices":[]}"#,
            r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}"#,
            "[DONE]",
        ]);
        let run = run(Wire::OpenaiChat, exact(1), [body(stream)]);
        assert_eq!(run.outcome.finish.reason, reason, "{finish}");
        assert_eq!(run.outcome.finish.raw.as_deref(), Some(finish), "the provider's word is kept");
        assert_eq!(run.outcome.usage.counts.get(Bucket::Output), Some(4), "{finish}");
    }
    let tools = sse(&[
        r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"b\""}}]}}]}"#,
        r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"a\""}}]}}]}"#,
        r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":":1}"}},{"index":0,"function":{"arguments":":2}"}}]}}]}"#,
        r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
        "[DONE]",
    ]);
    let run = run(Wire::OpenaiChat, exact(1), [body(tools)]);
    let mut pairs: Vec<_> =
        run.outcome.response.tool_calls().map(|c| (c.name.clone(), c.arguments.clone())).collect();
    pairs.sort();
    assert_eq!(pairs, [("f".into(), r#"{"a":2}"#.into()), ("g".into(), r#"{"b":1}"#.into())]);
}

// 3.4: run timeout and cancel

/// Both are due at once: the cancel wins, whatever state the call is in.
#[test]
fn cancel_beats_timeout() {
    for wire in Wire::ALL {
        let deadlines = tokenwire_core::call::Deadlines {
            head_ms: Some(10),
            call_ms: Some(20),
            ..tokenwire_core::call::Deadlines::default()
        };
        for late in [5, 10, 20, 1_000] {
            let options = Options { deadlines, ..options(exact(3)) };
            let mut machine = call(wire, options, 1);
            while !matches!(machine.poll_output(), Output::Wait { .. }) {}
            machine.handle_input(Instant::from_millis(late), Input::Cancel);
            let outcome = machine.outcome().expect("a cancel ends the call at once").clone();
            let failure = outcome.failure.as_ref().expect("a cancelled call failed");
            assert_eq!(failure.kind, Kind::Cancelled, "{wire}, {late}");
            assert_eq!(failure.message, "cancelled by the caller", "{wire}, {late}");
            assert_eq!(outcome.finish.reason, FinishReason::Cancelled, "{wire}, {late}");
            assert_eq!(outcome.attempts.len(), 1, "{wire}, {late}");
            let head = Head { status: 200, headers: Headers::new(), wall: None };
            machine.handle_input(Instant::from_millis(late), Input::Head { attempt: 1, head });
            machine.handle_input(Instant::from_millis(late + 50), Input::Timeout);
            assert_eq!(machine.outcome(), Some(&outcome), "{wire}, {late}: exactly one end");
        }
    }
}

#[test]
fn a_timeout_says_what_it_waited_for() {
    let deadlines = tokenwire_core::call::Deadlines {
        call_ms: Some(2_000),
        ..tokenwire_core::call::Deadlines::default()
    };
    for wire in Wire::ALL {
        let run = run_with(wire, Options { deadlines, ..options(exact(3)) }, [Reply::silent()]);
        assert_eq!(failure(&run).message, "waited 2000 ms for the call to end", "{wire}");
        assert_eq!(run.outcome.finish.reason, FinishReason::Error, "{wire}");
    }
}

// 3.5: the scripted model

/// The scripted error strings of the source and what says the same here. An exhausted script refuses
/// the connection rather than answering with an empty stream, which would be no success either.
#[test]
fn scripted_errors() {
    for (seed, plan, kind, waited) in [
        ("permanent", "400", Some(Kind::InvalidRequest), None),
        ("transient:1050", "500 retry-after-ms=1050", Some(Kind::ServerError), Some(1_050)),
        ("transient", "500", Some(Kind::ServerError), Some(1_000)),
        ("anything else", "403", Some(Kind::Forbidden), None),
        ("context_overflow", "context", Some(Kind::ContextWindowExceeded), None),
        ("", "ok", None, None),
    ] {
        for wire in Wire::ALL {
            let plan = Plan::parse(plan).expect("the plan is well formed");
            let now = UnixTime::from_millis(1_795_000_000_000);
            let delivery = Delivery { wire, streamed: Some(Rendering::default()), pace_ms: 0, skip: 0, now };
            let replies = (0..2).map(|n| Reply::from(react(&script(), &delivery, plan.fault(n))));
            let run = run(wire, exact(2), replies);
            let first = run.outcome.attempts[0].failure.as_ref().map(|f| f.kind);
            assert_eq!(first, kind, "{wire}, {seed}");
            assert_eq!(gaps(&run).first().copied(), waited, "{wire}, {seed}");
            assert_eq!(notices(&run).len(), usize::from(waited.is_some()), "{wire}, {seed}");
        }
    }
    let exhausted = run(Wire::Gemini, exact(1), []);
    assert_eq!(failure(&exhausted).kind, Kind::Connection);
    assert!(exhausted.events.iter().all(|(_, e)| !matches!(e, Event::TextDelta { .. })));
}
