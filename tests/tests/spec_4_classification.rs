//! Section 4 of the specification: a chat's stream retry. Delays and scenarios, classification by
//! text and by status, error builders, the retry manager's facts.

mod spec_calls;

use spec_calls::{
    TEXT, body, call, caller_text, exact, failure, gaps, good, notices, opened, options, refused, run,
    run_with, said, sse, within,
};
use tokenwire_core::call::{Call, Deadlines, Input, OutcomeStatus, Output, WaitReason};
use tokenwire_core::failure::FailureKind as Kind;
use tokenwire_core::http::{Head, Headers, TransportError, TransportKind};
use tokenwire_core::model::{Event, FinishReason, Wire};
use tokenwire_core::retry::{Backoff, CommitPoint, Jitter, RetryPolicy, StopReason};
use tokenwire_core::testing::{Reply, SimHost, What, errors};
use tokenwire_core::time::{Instant, UnixTime};

const SECOND: u64 = 1_000;

// 4.1: delays and scenarios

/// No end, no jitter: 1, 2, 4, … 60, 60 seconds.
#[test]
fn delays_of_the_patient_policy() {
    for wire in Wire::ALL {
        let mut replies = vec![errors::server_error(wire).into_reply(); 40];
        replies.push(good(wire));
        let run = run(wire, RetryPolicy::patient(), replies);
        let gaps = gaps(&run);
        assert_eq!(gaps[..9], [1, 2, 4, 8, 16, 32, 60, 60, 60].map(|s| s * SECOND), "{wire}");
        assert!(gaps[9..].iter().all(|gap| *gap == 60 * SECOND), "{wire}");
        assert_eq!(gaps.len(), 40, "{wire}");
        assert!(run.outcome.is_complete(), "{wire}");
    }
}

/// The first version ignored the server's hint, the later one takes the longer of both (spec/08,
/// decision 4).
#[test]
fn hint_is_a_floor_for_the_patient_policy() {
    for (hint, waits) in [("3", [3, 3, 4]), ("0.5", [1, 2, 4]), ("600", [600, 600, 600])] {
        for wire in Wire::ALL {
            let limited = refused(wire, 429, "{}").with_header("retry-after", hint).into_reply();
            let run =
                run(wire, RetryPolicy::patient(), [limited.clone(), limited.clone(), limited, good(wire)]);
            assert_eq!(gaps(&run), waits.map(|s| s * SECOND), "{wire}, {hint}");
        }
    }
}

/// A hint beyond the policy's bound ends the call at once, and the outcome says so (spec/08, decision 4).
#[test]
fn hint_beyond_the_bound_gives_up() {
    for wire in Wire::ALL {
        for (hint, calls) in [("120", 2), ("121", 1)] {
            let limited = refused(wire, 429, "{}").with_header("retry-after", hint).into_reply();
            let run = run(wire, exact(3), [limited, good(wire)]);
            assert_eq!(run.requests.len(), calls, "{wire}, {hint}");
            assert_eq!(run.outcome.stop, (calls == 1).then_some(StopReason::HintTooLong), "{wire}, {hint}");
        }
    }
}

#[test]
fn scenarios_by_number_of_calls() {
    for wire in Wire::ALL {
        let transient = || errors::overload(wire).into_reply();
        for (name, replies, calls) in [
            ("success at the first try", vec![good(wire)], 1),
            ("one transient", vec![transient(), good(wire)], 2),
            ("three transient", vec![transient(), transient(), transient(), good(wire)], 4),
        ] {
            let run = run(wire, RetryPolicy::patient(), replies);
            assert_eq!(run.requests.len(), calls, "{wire}, {name}");
            assert_eq!(notices(&run).len(), calls - 1, "{wire}, {name}");
            assert!(run.outcome.is_complete(), "{wire}, {name}");
            assert_eq!(caller_text(&run), TEXT, "{wire}, {name}");
        }
        let run = run(wire, RetryPolicy::patient(), [errors::not_found(wire).into_reply(), good(wire)]);
        assert_eq!(run.requests.len(), 1, "{wire}");
        let said = errors::not_found(wire).failure(wire, None).message;
        assert_eq!(failure(&run).message, said, "{wire}: the error as it is");
        assert!(said.contains("no-such-model"), "{wire}");
    }
}

/// Cancelled although the last error was a retryable one.
#[test]
fn cancelled_during_the_wait() {
    for wire in Wire::ALL {
        let host = SimHost::new([errors::overload(wire).into_reply(), good(wire)]);
        let run = host.run(call(wire, options(RetryPolicy::patient()), 1), |_, last| {
            matches!(last, Some(Event::Retry(_)))
        });
        assert_eq!(run.requests.len(), 1, "{wire}");
        assert_eq!(failure(&run).kind, Kind::Cancelled, "{wire}");
        assert_eq!(run.outcome.finish.reason, FinishReason::Cancelled, "{wire}");
        assert_eq!(run.ended, Instant::default(), "{wire}: at once, not after the wait");
        assert_eq!(run.outcome.stop, None, "{wire}");
    }
}

#[test]
fn cancelled_during_an_attempt() {
    for wire in Wire::ALL {
        for (name, reply) in [
            ("before the head", Reply::silent()),
            ("before the body", opened()),
            ("within the body", opened().chunk(0, spec_calls::cut_short(wire))),
            ("within an error body", Reply::head(503, Headers::new())),
        ] {
            let host = SimHost::new([reply, good(wire)]);
            let machine = call(wire, options(RetryPolicy::patient()), 1);
            let run = host.run(machine, |host, last| {
                let is_text_out = matches!(last, Some(Event::TextDelta { text, .. }) if text == ".");
                host.requests().len() == 1 && (name != "within the body" || is_text_out)
            });
            assert_eq!(run.requests.len(), 1, "{wire}, {name}");
            assert_eq!(failure(&run).kind, Kind::Cancelled, "{wire}, {name}");
            assert_eq!(run.dropped, [0], "{wire}, {name}: the upstream is closed");
            let text = if name == "within the body" { TEXT } else { "" };
            assert_eq!(run.outcome.response.text(), text, "{wire}, {name}: what came stays");
        }
    }
}

/// Attempt from 1, delay, reason and the time of the next try, before the wait.
#[test]
fn every_retry_is_announced() {
    for wire in Wire::ALL {
        let failing = || errors::overload(wire).into_reply();
        let run = run(wire, RetryPolicy::patient(), [failing(), failing(), good(wire)]);
        let told: Vec<_> = notices(&run)
            .into_iter()
            .map(|n| (n.attempt, n.delay_ms, n.at, n.wall, n.failure.kind))
            .collect();
        let wall = |ms: u64| Some(UnixTime::from_millis(1_795_000_000_000 + ms));
        let at = Instant::from_millis;
        assert_eq!(
            told,
            [
                (1, 1_000, at(1_000), wall(1_000), Kind::Overloaded),
                (2, 2_000, at(3_000), wall(3_000), Kind::Overloaded),
            ],
            "{wire}"
        );
        let announced: Vec<_> = run
            .events
            .iter()
            .filter_map(|(at, event)| matches!(event, Event::Retry(_)).then_some(*at))
            .collect();
        assert_eq!(announced, [at(0), at(1_000)], "{wire}: before the wait, not after it");
    }
}

/// A caller that looks at no event, as the titles are made: best effort, silently.
#[test]
fn nobody_needs_to_listen() {
    let wire = Wire::OpenaiChat;
    let mut machine = call(wire, options(RetryPolicy::patient()), 1);
    assert_eq!(drain(&mut machine), (Some(1), None));
    let reset = TransportError::new(TransportKind::Reset, "reset");
    machine.handle_input(Instant::default(), Input::TransportFailed { attempt: 1, error: reset });
    assert_eq!(drain(&mut machine), (None, Some((Instant::from_millis(1_000), WaitReason::Backoff))));
    machine.handle_input(Instant::from_millis(1_000), Input::Timeout);
    assert_eq!(drain(&mut machine), (Some(2), None));
}

/// The attempt that is to be sent and the deadline that is waited for.
fn drain(machine: &mut Call) -> (Option<u32>, Option<(Instant, WaitReason)>) {
    let mut sent = None;
    loop {
        match machine.poll_output() {
            Output::Transmit(transmit) => sent = Some(transmit.attempt),
            Output::Wait { deadline, reason } => return (sent, deadline.map(|at| (at, reason))),
            Output::Done(_) => return (sent, None),
            Output::Abort { .. } | Output::Event(_) | Output::Forward(_) | Output::ForwardHead(_) => {}
        }
    }
}

// 4.2 and 4.3: by text

/// An error of which nothing but its text is known: in a stream, as a message without a code, before
/// anything visible. What a host knows about its own transport comes typed and is not read from text.
#[test]
fn classification_by_text() {
    let rows = [
        // 4.2, the lists of the first version
        ("context canceled", Kind::Cancelled, false),
        ("context deadline exceeded", Kind::Timeout, false),
        ("authentication failed", Kind::Authentication, false),
        ("unauthorized", Kind::Authentication, false),
        ("forbidden", Kind::Forbidden, false),
        ("invalid api key", Kind::Authentication, false),
        ("invalid_api_key", Kind::Authentication, false),
        ("invalid model", Kind::Configuration, false),
        ("model not found", Kind::Configuration, false),
        ("model_not_found", Kind::Configuration, false),
        ("context length exceeded", Kind::ContextWindowExceeded, false),
        ("context_exceeded", Kind::ContextWindowExceeded, false),
        ("maximum context length", Kind::ContextWindowExceeded, false),
        ("quota exceeded", Kind::QuotaExceeded, false),
        ("billing issue: payment required", Kind::QuotaExceeded, false),
        ("overloaded", Kind::Overloaded, true),
        ("rate limit", Kind::RateLimit, true),
        ("rate_limit", Kind::RateLimit, true),
        ("too many requests", Kind::RateLimit, true),
        ("server error", Kind::ServerError, true),
        ("status 500", Kind::ServerError, true),
        ("status 502: bad gateway", Kind::ServerError, true),
        ("status 503", Kind::ServerError, true),
        ("received status 529 from upstream", Kind::Overloaded, true),
        ("connection reset", Kind::Connection, true),
        ("connection refused", Kind::Connection, true),
        ("unexpected EOF", Kind::Connection, true),
        ("broken pipe", Kind::Connection, true),
        ("i/o timeout", Kind::Connection, true),
        ("unavailable", Kind::ServerError, true),
        ("service unavailable", Kind::ServerError, true),
        // False in the first version, which knew 429 only with words; true in the later one.
        ("received status 429 from upstream", Kind::RateLimit, true),
        // wrapped errors keep their class
        ("stream: chat: request failed: status 502: bad gateway", Kind::ServerError, true),
        ("stream: chat: invalid api key: key_1", Kind::Authentication, false),
        // 4.3, rule order
        ("interrupted", Kind::Unknown, false),
        ("No tool output found for function call call_1.", Kind::InvalidRequest, false),
        ("Item 'm' was provided without its required 'reasoning' item: 'rs_1'.", Kind::InvalidRequest, false),
        ("anthropic stream closed before message_stop", Kind::Incomplete, true),
        ("openai responses stream closed before terminal event", Kind::Incomplete, true),
        // Retryable in the source once previous_response_id is dropped: that is another request, and
        // the same one fails again. The kind and the scope tell whoever owns the history.
        ("Previous response with id 'r' not found.", Kind::NotFound, false),
        ("insufficient_quota", Kind::QuotaExceeded, false),
        ("status 429: insufficient_quota", Kind::QuotaExceeded, false),
        // The later version lets the plain word not win at 429; codes first, the plain word only
        // without one (spec/08, decision 11), and here there is none.
        ("status 429: quota", Kind::QuotaExceeded, false),
        ("status 429: invalid model quota", Kind::Configuration, false),
        ("authentication failed: invalid model", Kind::Authentication, false),
        ("status 401", Kind::Authentication, false),
        ("status 403", Kind::Forbidden, false),
        // Configuration in the source; here the part of it that a compaction can mend has its own kind.
        ("forbidden: context length exceeded", Kind::ContextWindowExceeded, false),
        ("status 429: invalid model", Kind::Configuration, false),
        ("status 503: invalid model", Kind::Configuration, false),
        ("connection refused: unsupported model", Kind::Configuration, false),
        ("malformed config", Kind::Configuration, false),
        ("status 503: provider_disabled", Kind::Configuration, false),
        ("status 408", Kind::Connection, true),
        ("status 504", Kind::ServerError, true),
        ("status 500: context canceled", Kind::ServerError, true),
        // 4.3, timeouts and HTTP/2
        ("timed out", Kind::Connection, true),
        ("bad gateway", Kind::ServerError, true),
        ("gateway timeout", Kind::Connection, true),
        ("http2: client conn not usable", Kind::Connection, true),
        ("http2: server sent GOAWAY and closed the connection", Kind::Connection, true),
        ("http2: stream closed", Kind::Connection, true),
        ("use of closed network connection", Kind::Connection, true),
        ("stream ID 7; INTERNAL_ERROR; received from peer", Kind::Connection, true),
        ("stream ID 7; REFUSED_STREAM; received from peer", Kind::Connection, true),
        ("stream ID 7; CANCEL; received from peer", Kind::Connection, true),
        ("stream ID 7; ENHANCE_YOUR_CALM; received from peer", Kind::Connection, true),
        ("stream ID 7; NO_ERROR; received from peer", Kind::Connection, true),
        ("stream ID 7; PROTOCOL_ERROR; received from peer", Kind::Unknown, false),
        ("stream ID 7; CANCEL", Kind::Unknown, false),
        // 4.3, a status in the text
        ("status code: 502", Kind::ServerError, true),
        ("status=503", Kind::ServerError, true),
        ("HTTP 529", Kind::Overloaded, true),
        ("got 503 from the provider", Kind::ServerError, true),
        ("dial tcp 127.0.0.1:503", Kind::Unknown, false),
        ("stream id 503", Kind::Unknown, false),
        ("1500 tokens", Kind::Unknown, false),
        // words inside words tell nothing
        ("generate", Kind::Unknown, false),
        ("the author of the observer", Kind::Unknown, false),
        ("geoff", Kind::Unknown, false),
        ("Invalid 'max_tokens'", Kind::Unknown, false),
        ("string too long", Kind::Unknown, false),
        ("something else", Kind::Unknown, false),
    ];
    for (text, kind, retried) in rows {
        for wire in Wire::ALL {
            let run = run(wire, exact(2), [body(said(wire, text)), good(wire)]);
            let first = run.outcome.attempts[0].failure.as_ref().expect("the first attempt failed");
            assert_eq!((first.kind, run.requests.len() == 2), (kind, retried), "{wire}: {text}");
            assert_eq!(first.message, text, "{wire}: the text as it is");
            assert_eq!(run.outcome.is_complete(), retried, "{wire}: {text}");
        }
    }
}

// 4.2: by status

/// The rows of the first version, with 408 and 504 as later added; 409, 425 and the other 5xx as in
/// spec/08, decision 13.
#[test]
fn classification_by_status() {
    for (status, kind, retried) in [
        (429, Kind::RateLimit, true),
        (500, Kind::ServerError, true),
        (502, Kind::ServerError, true),
        (503, Kind::ServerError, true),
        (529, Kind::Overloaded, true),
        (408, Kind::Connection, true),
        (504, Kind::ServerError, true),
        (400, Kind::InvalidRequest, false),
        (401, Kind::Authentication, false),
        (402, Kind::QuotaExceeded, false),
        (403, Kind::Forbidden, false),
        (404, Kind::NotFound, false),
        (409, Kind::Conflict, true),
        (413, Kind::InvalidRequest, false),
        (422, Kind::InvalidRequest, false),
        (425, Kind::Connection, true),
        (499, Kind::Cancelled, false),
        (501, Kind::Unsupported, false),
        (505, Kind::Unsupported, false),
        (520, Kind::ServerError, true),
        (524, Kind::ServerError, true),
        (301, Kind::InvalidRequest, false),
    ] {
        for wire in Wire::ALL {
            let run = run(wire, exact(2), [refused(wire, status, "").into_reply(), good(wire)]);
            let first = run.outcome.attempts[0].failure.as_ref().expect("the first attempt failed");
            assert_eq!((first.kind, run.requests.len() == 2), (kind, retried), "{wire}, {status}");
            assert_eq!(first.status, Some(status), "{wire}");
        }
    }
}

#[test]
fn conflict_is_retried_once() {
    for wire in Wire::ALL {
        let run = run(wire, RetryPolicy::patient(), vec![refused(wire, 409, "").into_reply(); 5]);
        assert_eq!(run.requests.len(), 2, "{wire}");
        assert_eq!(run.outcome.stop, Some(StopReason::NotRetryable), "{wire}");
    }
}

/// Status and text together: words of a body without a code.
#[test]
fn classification_by_status_and_text() {
    for (status, text, kind, retried) in [
        (503, "provider_disabled", Kind::Configuration, false),
        (503, "invalid model", Kind::Configuration, false),
        (429, "invalid model", Kind::Configuration, false),
        (429, "context length exceeded", Kind::ContextWindowExceeded, false),
        (403, "context length exceeded", Kind::ContextWindowExceeded, false),
        (403, "unsupported model", Kind::Configuration, false),
        (401, "invalid model", Kind::Authentication, false),
        (500, "context canceled", Kind::ServerError, true),
        (503, "The model is overloaded", Kind::Overloaded, true),
        (429, "Rate limited", Kind::RateLimit, true),
        // A body without a code that speaks of a quota (section 6.2, 429): it is not free again soon.
        (429, "quota exceeded", Kind::QuotaExceeded, false),
        (400, "prompt is too long: 210000 tokens > 200000 maximum", Kind::ContextWindowExceeded, false),
        (400, "Your credit balance is too low", Kind::QuotaExceeded, false),
        (400, "Invalid 'max_tokens': too long", Kind::InvalidRequest, false),
    ] {
        for wire in [Wire::Anthropic, Wire::OpenaiChat, Wire::OpenaiResponses] {
            let json = format!(r#"{{"error":{{"message":"{text}"}}}}"#);
            let run = run(wire, exact(2), [refused(wire, status, &json).into_reply(), good(wire)]);
            let first = run.outcome.attempts[0].failure.as_ref().expect("the first attempt failed");
            assert_eq!((first.kind, run.requests.len() == 2), (kind, retried), "{wire}, {status}: {text}");
        }
    }
}

// 4.3: the rest

/// The later version stops after 25 calls and waits for the longer of backoff and hint.
#[test]
fn twenty_five_attempts() {
    let policy = RetryPolicy { max_attempts: Some(25), ..RetryPolicy::patient() };
    for wire in Wire::ALL {
        let run = run(wire, policy.clone(), vec![errors::server_error(wire).into_reply(); 30]);
        assert_eq!(run.requests.len(), 25, "{wire}");
        assert_eq!(run.outcome.stop, Some(StopReason::AttemptsSpent), "{wire}");
    }
}

/// A reset that the caller did not ask for is no cancel: it is retried.
#[test]
fn transport_reset_is_no_cancel() {
    for wire in Wire::ALL {
        for reply in [Reply::fails(TransportKind::Reset), opened().then(5, What::Fail(TransportKind::Reset))]
        {
            let run = run(wire, exact(2), [reply, good(wire)]);
            assert_eq!(run.requests.len(), 2, "{wire}");
            let first = run.outcome.attempts[0].failure.as_ref().map(|f| f.kind);
            assert_eq!(first, Some(Kind::Connection), "{wire}");
        }
    }
}

/// The caller's own deadline is a timeout that is not retried, and no wait passes it.
#[test]
fn callers_deadline_is_not_retried() {
    let deadlines = Deadlines { call_ms: Some(2_500), ..Deadlines::default() };
    for wire in Wire::ALL {
        let silent = run_with(wire, within(RetryPolicy::patient(), deadlines), [Reply::silent(), good(wire)]);
        assert_eq!((failure(&silent).kind, silent.requests.len()), (Kind::Timeout, 1), "{wire}");
        assert_eq!(silent.ended.as_millis(), 2_500, "{wire}");
        let failing = vec![errors::server_error(wire).into_reply(); 5];
        let run = run_with(wire, within(RetryPolicy::patient(), deadlines), failing);
        assert_eq!(run.requests.len(), 2, "{wire}: 1 s fits, 2 s more do not");
        assert_eq!(run.ended.as_millis(), 1_000, "{wire}: what cannot be in time is not waited for");
        assert_eq!(run.outcome.stop, Some(StopReason::DeadlineTooNear), "{wire}");
        assert_eq!(failure(&run).kind, Kind::ServerError, "{wire}");
    }
}

/// At most so many characters and an ellipsis: 500 in the source, 2,000 here.
#[test]
fn detail_text_is_bounded() {
    for wire in Wire::ALL {
        let long = "ü".repeat(5_000);
        let run = run(wire, exact(1), [body(said(wire, &long))]);
        let message = &failure(&run).message;
        assert_eq!(message.chars().count(), 2_000, "{wire}");
        assert!(message.ends_with('…'), "{wire}");
    }
}

#[test]
fn retry_headers() {
    // By the wall clock of the simulated host it is 11:06:40 on 18 November 2026.
    for (name, value, waited) in [
        ("retry-after-ms", "250.5", 1_000),
        ("retry-after-ms", "2500.5", 2_501),
        ("retry-after", "2.25", 2_250),
        ("retry-after", "0", 1_000),
        ("retry-after", "-1", 1_000),
        ("retry-after-ms", "-5", 1_000),
        ("retry-after", "Wed, 18 Nov 2026 11:06:55 GMT", 15_000),
        ("retry-after", "Wednesday, 18-Nov-26 11:06:55 GMT", 15_000),
        ("retry-after", "Wed Nov 18 11:06:55 2026", 15_000),
        ("retry-after", "Wed, 21 Oct 2015 07:28:00 GMT", 1_000),
    ] {
        for wire in Wire::ALL {
            let limited = refused(wire, 503, "{}").with_header(name, value).into_reply();
            let run = run(wire, exact(2), [limited, good(wire)]);
            assert_eq!(gaps(&run), [waited], "{wire}, {name}: {value}");
        }
    }
}

/// Per attempt, set back by every part; what the failed attempt brought is discarded (commit point
/// `Never`: the whole step).
#[test]
fn silence_guard_of_each_attempt() {
    let policy = RetryPolicy { commit: CommitPoint::Never, ..exact(3) };
    let deadlines = Deadlines { first_event_ms: Some(500), stall_ms: Some(1_000), ..Deadlines::default() };
    for wire in Wire::ALL {
        let stream = spec_calls::good_stream(wire);
        let slow = stream.frames()[..stream.end()].iter().fold(opened(), |reply, frame| {
            reply.chunk(if frame == &stream.frames()[0] { 0 } else { 900 }, frame.clone())
        });
        let run = run_with(wire, within(policy.clone(), deadlines), [slow, Reply::silent(), good(wire)]);
        let timeouts: Vec<_> = run
            .outcome
            .attempts
            .iter()
            .filter_map(|a| a.failure.as_ref()?.timeout)
            .map(|t| t.name())
            .collect();
        assert_eq!(timeouts, ["stall", "first_event"], "{wire}");
        assert!(run.outcome.is_complete(), "{wire}");
        assert_eq!(caller_text(&run), TEXT, "{wire}: once");
        let discards = run.events.iter().filter(|(_, e)| matches!(e, Event::Discard { .. })).count();
        assert_eq!(discards, 1, "{wire}: the caller is told");
    }
}

// 4.4: error builders

#[test]
fn builders_of_provider_errors() {
    use errors::{overload, rate_limit, server_error};
    let (claude, chat, responses) = (Wire::Anthropic, Wire::OpenaiChat, Wire::OpenaiResponses);
    for (response, status, words) in [
        (
            overload(claude),
            529,
            &[r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}"#][..],
        ),
        (rate_limit(claude), 429, &[r#"{"type":"error","error":{"type":"rate_limit_error""#]),
        (rate_limit(chat), 429, &[r#""code":"rate_limit_exceeded""#, r#"{"error":{"message":"#]),
        (rate_limit(responses), 429, &[r#""code":"rate_limit_exceeded""#]),
        (server_error(chat), 500, &[r#""type":"server_error""#]),
        (server_error(responses), 500, &[r#""type":"server_error""#]),
    ] {
        assert_eq!(response.status, status, "{}", response.body);
        for word in words {
            assert!(response.body.contains(word), "{word} in {}", response.body);
        }
    }
}

/// Errors are injected per request: each attempt takes the next reply.
#[test]
fn errors_are_injected_by_request() {
    for wire in Wire::ALL {
        let replies = [
            errors::rate_limit(wire).into_reply(),
            errors::overload(wire).into_reply(),
            errors::html_page(wire).into_reply(),
            good(wire),
        ];
        let run = run(wire, exact(4), replies);
        let kinds: Vec<_> = run.outcome.attempts.iter().map(|a| a.failure.as_ref().map(|f| f.kind)).collect();
        let expected = [Some(Kind::RateLimit), Some(Kind::Overloaded), Some(Kind::ServerError), None];
        assert_eq!(kinds, expected, "{wire}");
        assert_eq!(gaps(&run), [7_000, 2_000, 4_000], "{wire}");
    }
}

// 4.6: the retry manager

/// The manager counts before it computes and so waits 2 s first; here the first wait is the base
/// (spec/08, decision 2).
#[test]
fn first_wait_is_the_base() {
    let backoff = Backoff { base_ms: 1_000, factor: 2, cap_ms: 60_000, jitter: Jitter::None };
    for wire in Wire::ALL {
        let policy = RetryPolicy { backoff, ..exact(2) };
        let run = run(wire, policy, vec![errors::server_error(wire).into_reply(); 2]);
        assert_eq!(gaps(&run), [1_000], "{wire}");
    }
}

/// The manager's word for each error and what is not retried here. What it does not know it retries;
/// here an HTTP status tells, and without one only a failed transport is retried (spec/08, decision 5).
#[test]
fn errors_of_the_manager() {
    for (word, retried) in [
        ("authentication", false),
        ("quota", false),
        ("model_not_found", false),
        ("context_exceeded", false),
        ("aborted", true),
        ("model_refusal", false),
        ("model_not_available", false),
        ("provider_disabled", false),
        ("policy_denied", false),
        ("never_heard_of", false),
    ] {
        for wire in Wire::ALL {
            let frame = match wire {
                Wire::Anthropic => format!(r#"{{"type":"error","error":{{"type":"{word}","message":"m"}}}}"#),
                Wire::Gemini => format!(r#"{{"error":{{"status":"{word}","message":"m"}}}}"#),
                Wire::OpenaiChat => format!(r#"{{"error":{{"code":"{word}","message":"m"}}}}"#),
                Wire::OpenaiResponses => format!(r#"{{"type":"error","code":"{word}","message":"m"}}"#),
            };
            let run = run(wire, exact(2), [body(sse(&[&frame])), good(wire)]);
            assert_eq!(run.requests.len() == 2, retried, "{wire}: {word}");
        }
    }
    let unknown = run(Wire::Gemini, exact(2), [Reply::fails(TransportKind::Other), good(Wire::Gemini)]);
    assert_eq!(unknown.requests.len(), 2);
}

/// Scheduled, starting, abandoned: the notice, the request at exactly that time, the reason to stop.
#[test]
fn a_retry_is_scheduled_started_or_abandoned() {
    for wire in Wire::ALL {
        let replies = [errors::overload(wire).into_reply(), errors::authentication(wire).into_reply()];
        let run = run(wire, RetryPolicy::patient(), replies);
        let notices = notices(&run);
        assert_eq!(notices.len(), 1, "{wire}");
        assert_eq!(run.requests[1].0, notices[0].at, "{wire}");
        assert_eq!(run.outcome.attempts[1].waited_ms, notices[0].delay_ms, "{wire}");
        assert_eq!(run.outcome.stop, Some(StopReason::NotRetryable), "{wire}");
        assert_eq!(run.outcome.status(), OutcomeStatus::Error, "{wire}");
    }
}

/// What the generation counter is for: timers and inputs of an attempt that is over do nothing.
#[test]
fn stale_inputs_do_nothing() {
    for wire in Wire::ALL {
        let at = Instant::from_millis;
        let mut machine = call(wire, options(exact(3)), 1);
        drain(&mut machine);
        let reset = || TransportError::new(TransportKind::Reset, "reset");
        machine.handle_input(at(0), Input::TransportFailed { attempt: 1, error: reset() });
        let pending = (None, Some((at(1_000), WaitReason::Backoff)));
        assert_eq!(drain(&mut machine), pending, "{wire}");
        let head = |attempt| Input::Head {
            attempt,
            head: Head { status: 200, headers: Headers::new(), wall: None },
        };
        let stream = spec_calls::good_stream(wire).frames().concat();
        machine.handle_input(at(10), Input::Timeout);
        machine.handle_input(at(20), head(1));
        machine.handle_input(at(30), Input::Chunk { attempt: 1, bytes: &stream });
        machine.handle_input(at(40), Input::TransportFailed { attempt: 1, error: reset() });
        machine.handle_input(at(50), head(2));
        assert_eq!(drain(&mut machine), pending, "{wire}: the schedule stands, nothing is sent twice");
        machine.handle_input(at(1_000), Input::Timeout);
        assert_eq!(drain(&mut machine).0, Some(2), "{wire}");
        for input in [
            head(1),
            Input::Chunk { attempt: 1, bytes: &stream },
            Input::End { attempt: 1 },
            Input::TransportFailed { attempt: 1, error: reset() },
            Input::Timeout,
        ] {
            machine.handle_input(at(1_100), input);
            assert_eq!(drain(&mut machine), (None, None), "{wire}");
            assert!(machine.outcome().is_none(), "{wire}");
        }
        machine.handle_input(at(1_200), head(2));
        machine.handle_input(at(1_200), Input::Chunk { attempt: 2, bytes: &stream });
        machine.handle_input(at(1_200), Input::End { attempt: 2 });
        let outcome = machine.outcome().expect("the second attempt is whole");
        assert_eq!((outcome.response.text(), outcome.attempts.len()), (TEXT.into(), 2), "{wire}");
    }
}
