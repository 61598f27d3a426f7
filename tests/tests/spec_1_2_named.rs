//! The tests that the issue asks for by name.
//!
//! `test_pricing_table_freshness_ci_job` is not here: the price tables come with the next issue.

mod spec_calls;

use spec_calls::{
    body, call, cut_short, exact, failure, gaps, good, opened, options, refused, run, sse, within,
};
use tokenwire_core::call::{Deadlines, OutcomeStatus};
use tokenwire_core::failure::{FailureKind, TimeoutKind};
use tokenwire_core::model::{Event, FinishReason, Wire};
use tokenwire_core::retry::{RetryPolicy, StopReason};
use tokenwire_core::testing::{SimHost, SimRun, errors};
use tokenwire_core::usage::{Bucket, Completeness};

#[test]
fn test_retry_bounded_by_max_attempts() {
    for wire in Wire::ALL {
        for max in [1, 2, 3, 7] {
            let run = run(wire, exact(max), vec![errors::server_error(wire).into_reply(); 20]);
            assert_eq!(run.requests.len(), max as usize, "{wire}, {max}");
            assert_eq!(run.outcome.attempts.len(), max as usize, "{wire}, {max}");
            assert_eq!(run.outcome.status(), OutcomeStatus::Error, "{wire}, {max}");
            assert_eq!(run.outcome.finish.reason, FinishReason::Error, "{wire}, {max}");
            assert_eq!(failure(&run).kind, FailureKind::ServerError, "{wire}, {max}");
            assert_eq!(run.outcome.stop, Some(StopReason::AttemptsSpent), "{wire}, {max}");
        }
    }
}

#[test]
fn test_retry_honours_retry_after_header() {
    for wire in Wire::ALL {
        let limited = refused(wire, 429, "{}").with_header("retry-after", "9");
        let waited = run(wire, exact(3), [limited.clone().into_reply(), good(wire)]);
        assert_eq!(gaps(&waited), [9_000], "{wire}: not the 1,000 ms of the backoff");
        assert!(waited.outcome.is_complete(), "{wire}");
        let own_form = run(wire, exact(3), [errors::rate_limit(wire).into_reply(), good(wire)]);
        assert_eq!(gaps(&own_form), [7_000], "{wire}: the form in which its own provider says it");
        let without = run(wire, exact(3), [refused(wire, 429, "{}").into_reply(), good(wire)]);
        assert_eq!(gaps(&without), [1_000], "{wire}: without a header the backoff");
        let jittered = run(wire, RetryPolicy::bounded(), [limited.into_reply(), good(wire)]);
        assert!((9_000..=9_900).contains(&gaps(&jittered)[0]), "{wire}: jitter only adds");
    }
}

/// 408, 409 (once), 425 and 429 are retried (spec/08, decision 13); all other 4xx are not.
#[test]
fn test_retry_stops_on_4xx_non_429() {
    for wire in Wire::ALL {
        for status in (400..500).filter(|status| ![408, 409, 425, 429].contains(status)) {
            let run =
                run(wire, RetryPolicy::patient(), [refused(wire, status, "{}").into_reply(), good(wire)]);
            assert_eq!(run.requests.len(), 1, "{wire}, {status}");
            // 499 is how a server says that the request was cancelled.
            let reason = if status == 499 { FinishReason::Cancelled } else { FinishReason::Error };
            assert_eq!(run.outcome.finish.reason, reason, "{wire}, {status}");
            assert_eq!(run.outcome.stop, Some(StopReason::NotRetryable), "{wire}, {status}");
            assert_eq!(failure(&run).status, Some(status), "{wire}, {status}");
        }
        for status in [408, 409, 425, 429] {
            let run = run(wire, exact(3), [refused(wire, status, "{}").into_reply(), good(wire)]);
            assert_eq!(run.requests.len(), 2, "{wire}, {status}");
        }
    }
}

#[test]
fn test_retry_exponential_backoff_with_jitter() {
    let policy = RetryPolicy { max_attempts: Some(8), ..RetryPolicy::bounded() };
    let least = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000];
    for wire in Wire::ALL {
        let mut drawn = Vec::new();
        for seed in 0..30 {
            let host = SimHost::new(vec![errors::server_error(wire).into_reply(); 8]);
            let run = host.run_to_end(call(wire, options(policy.clone()), seed));
            let gaps = gaps(&run);
            assert_eq!(gaps.len(), 7, "{wire}, {seed}");
            for (gap, least) in gaps.iter().zip(least) {
                assert!((least..=least + least / 10).contains(gap), "{wire}, {seed}: {gap} for {least}");
            }
            drawn.push(gaps);
        }
        drawn.sort();
        drawn.dedup();
        assert!(drawn.len() > 20, "{wire}: jitter follows the seed");
    }
}

/// The usage of a good stream: every count, once, in the one response.
fn usage_of(wire: Wire, stream: String) -> (SimRun, Vec<(Bucket, u64)>) {
    let run = run(wire, exact(1), [body(stream)]);
    assert!(run.outcome.is_complete(), "{wire}: {:?}", run.outcome.failure);
    assert_eq!(run.outcome.usage.completeness, Completeness::Complete, "{wire}");
    assert_eq!(run.outcome.response.text(), "Hi", "{wire}");
    let last = run.events.iter().rev().find_map(|(_, event)| match event {
        Event::Usage(usage) => Some(usage.counts),
        _ => None,
    });
    assert_eq!(last, Some(run.outcome.usage.counts), "{wire}: the caller is told the same");
    let counts = run.outcome.usage.counts.iter().collect();
    (run, counts)
}

#[test]
fn test_streaming_openai_usage_in_final_chunk() {
    let (run, counts) = usage_of(
        Wire::OpenaiChat,
        sse(&[
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}],"usage":null}"#,
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
            r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}"#,
            "[DONE]",
        ]),
    );
    assert_eq!(counts, [(Bucket::Input, 9), (Bucket::Output, 4)]);
    assert_eq!(run.outcome.finish.reason, FinishReason::Stop);
    let sent = String::from_utf8_lossy(&run.requests[0].1.body);
    assert!(sent.contains(r#""stream_options":{"include_usage":true}"#), "{sent}");

    let (_, counts) = usage_of(
        Wire::OpenaiResponses,
        sse(&[
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","status":"in_progress","model":"m","output":[],"usage":null}}"#,
            r#"{"type":"response.output_item.added","sequence_number":1,"output_index":0,"item":{"id":"i","type":"message","role":"assistant","content":[]}}"#,
            r#"{"type":"response.output_text.delta","sequence_number":2,"item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}"#,
            r#"{"type":"response.completed","sequence_number":3,"response":{"id":"r","status":"completed","model":"m","output":[{"id":"i","type":"message","role":"assistant","content":[{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":9,"output_tokens":4,"total_tokens":13}}}"#,
        ]),
    );
    assert_eq!(counts, [(Bucket::Input, 9), (Bucket::Output, 4)]);
}

/// `message_start` states the input, `message_delta` the final output; neither is added to the other.
/// `input_tokens` leaves cached tokens out (spec/08, decision 15).
#[test]
fn test_streaming_anthropic_usage_in_message_stop() {
    let (_, counts) = usage_of(
        Wire::Anthropic,
        sse(&[
            r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":20,"cache_read_input_tokens":5,"cache_creation_input_tokens":0,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}"#,
            r#"{"type":"content_block_stop","index":0}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}"#,
            r#"{"type":"message_stop"}"#,
        ]),
    );
    let count = |bucket| counts.iter().find(|(b, _)| *b == bucket).map(|(_, n)| *n);
    assert_eq!(count(Bucket::Input), Some(25));
    assert_eq!(count(Bucket::CacheRead), Some(5));
    assert_eq!(count(Bucket::Output), Some(15));
}

/// `usageMetadata` repeats with running counts; the last one is the usage. Thoughts are not in
/// `candidatesTokenCount` (spec/08, decision 14).
#[test]
fn test_streaming_google_usage_in_final_response() {
    let (_, counts) = usage_of(
        Wire::Gemini,
        sse(&[
            r#"{"candidates":[{"content":{"parts":[{"text":"H"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"totalTokenCount":10},"modelVersion":"m"}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"i"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13},"modelVersion":"m"}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":7,"thoughtsTokenCount":3,"totalTokenCount":19},"modelVersion":"m"}"#,
        ]),
    );
    let count = |bucket| counts.iter().find(|(b, _)| *b == bucket).map(|(_, n)| *n);
    assert_eq!(count(Bucket::Input), Some(9));
    assert_eq!(count(Bucket::Output), Some(10));
    assert_eq!(count(Bucket::OutputReasoning), Some(3));
}

/// A timeout in the middle of a stream is a value: the upstream is dropped, text and usage stay.
#[test]
fn test_streaming_timeout_cancels_gracefully() {
    let rows = [
        ("stall", Deadlines { stall_ms: Some(500), ..Deadlines::default() }, TimeoutKind::Stall, 700),
        ("attempt", Deadlines { attempt_ms: Some(900), ..Deadlines::default() }, TimeoutKind::Attempt, 900),
        ("call", Deadlines { call_ms: Some(800), ..Deadlines::default() }, TimeoutKind::Call, 800),
    ];
    for wire in Wire::ALL {
        for (name, deadlines, timeout, ended) in rows {
            let stalled = opened().chunk(200, cut_short(wire));
            let host = SimHost::new([stalled, good(wire)]);
            let run = host.run_to_end(call(wire, within(exact(3), deadlines), 1));
            assert_eq!(run.dropped, [0], "{wire}, {name}: the upstream is cancelled");
            assert_eq!(run.requests.len(), 1, "{wire}, {name}: what was shown is not repeated");
            assert_eq!(run.ended.as_millis(), ended, "{wire}, {name}");
            assert_eq!(run.outcome.status(), OutcomeStatus::Partial, "{wire}, {name}");
            assert_eq!(run.outcome.response.text(), spec_calls::TEXT, "{wire}, {name}");
            assert_eq!(run.outcome.finish.reason, FinishReason::Error, "{wire}, {name}");
            assert_eq!(failure(&run).kind, FailureKind::Timeout, "{wire}, {name}");
            assert_eq!(failure(&run).timeout, Some(timeout), "{wire}, {name}");
            let usage = &run.outcome.usage;
            assert_ne!(usage.completeness, Completeness::Complete, "{wire}, {name}");
            // Anthropic states the input first, Gemini with every chunk; OpenAI only at the end.
            let stated = matches!(wire, Wire::Anthropic | Wire::Gemini).then_some(9);
            assert_eq!(usage.counts.get(Bucket::Input), stated, "{wire}, {name}");
        }
    }
}
