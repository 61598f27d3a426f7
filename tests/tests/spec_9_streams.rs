//! Section 9 of the specification (streams), with 7.4 (what a call reports) and 16 (what the machine
//! and its host promise each other), as far as they speak of one call.
//!
//! Not here: 9.5-4 and 9.5-5 and the frames that a client gets (16-4): they belong to the role towards
//! an application.

mod spec_calls;

use spec_calls::{
    KEY, TEXT, body, broken, call, caller_text, cut_short, exact, failure, gaps, good, good_stream, notices,
    opened, options, refused, run, run_with, said, sse, within,
};
use tokenwire_core::call::{Deadlines, Input, Options, OutcomeStatus, Output};
use tokenwire_core::failure::{FailureKind as Kind, TimeoutKind};
use tokenwire_core::http::{Head, Headers, TransportKind};
use tokenwire_core::model::{Event, FinishReason, Wire};
use tokenwire_core::protocol::Caps;
use tokenwire_core::retry::{CommitPoint, RetryPolicy, StopReason};
use tokenwire_core::testing::provider::{Rendering, stream};
use tokenwire_core::testing::{Reply, SimHost, SimRun, What, errors};
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::usage::{Bucket, Completeness};

const HEARTBEAT: &str = ": heartbeat\n\n";

/// What a stream begins with before it says anything.
fn lifecycle(wire: Wire) -> String {
    match wire {
        Wire::Anthropic => sse(&[
            r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}"#,
            r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
            r#"{"type":"ping"}"#,
        ]),
        Wire::Gemini => {
            sse(&[r#"{"usageMetadata":{"promptTokenCount":3},"modelVersion":"m","responseId":"r"}"#])
        }
        Wire::OpenaiChat => sse(&[
            r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
        ]),
        Wire::OpenaiResponses => sse(&[
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","status":"in_progress","model":"m","output":[]}}"#,
            r#"{"type":"response.in_progress","sequence_number":1,"response":{"id":"r","status":"in_progress","model":"m","output":[]}}"#,
            r#"{"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"i","type":"message","role":"assistant","content":[]}}"#,
        ]),
    }
}

// 9.1 and 9.2: visible output, and what may be retried

/// After each of these the connection breaks: what was visible is not repeated.
///
/// Where the rows differ from section 9.1: whitespace counts, since the caller has it (spec/08,
/// decision 8, and the observation at the end of 9.1), and thinking counts on every wire (decision 7).
#[test]
fn visible_output_of_each_wire() {
    use Wire::{Anthropic, Gemini, OpenaiChat as Chat, OpenaiResponses as Responses};
    let chat = |delta: &str| format!(r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{delta}}}]}}"#);
    let block =
        |block: &str| format!(r#"{{"type":"content_block_start","index":1,"content_block":{block}}}"#);
    let delta = |delta: &str| format!(r#"{{"type":"content_block_delta","index":0,"delta":{delta}}}"#);
    let part = |part: &str| {
        format!(r#"{{"candidates":[{{"content":{{"parts":[{part}],"role":"model"}},"index":0}}]}}"#)
    };
    let item =
        |item: &str| format!(r#"{{"type":"response.output_item.added","output_index":1,"item":{item}}}"#);
    let piece = |kind: &str, text: &str| {
        format!(
            r#"{{"type":"response.{kind}.delta","item_id":"i","output_index":0,"content_index":0,"summary_index":0,"delta":"{text}"}}"#
        )
    };
    let rows = [
        (Chat, "text", chat(r#"{"content":"Hi"}"#), true),
        (Chat, "whitespace", chat(r#"{"content":" "}"#), true),
        (Chat, "empty text", chat(r#"{"content":""}"#), false),
        (Chat, "text parts", chat(r#"{"content":[{"type":"text","text":"Hi"}]}"#), true),
        (Chat, "role only", chat(r#"{"role":"assistant"}"#), false),
        (
            Chat,
            "tool call",
            chat(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}"#),
            true,
        ),
        (Chat, "function call", chat(r#"{"function_call":{"name":"f","arguments":"{}"}}"#), true),
        (Chat, "thinking", chat(r#"{"reasoning_content":"Hm"}"#), true),
        (Chat, "thinking by its other name", chat(r#"{"reasoning":"Hm"}"#), true),
        (Chat, "refusal", chat(r#"{"refusal":"No"}"#), true),
        (
            Chat,
            "usage",
            r#"{"id":"c","model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":0}}"#.into(),
            false,
        ),
        (Responses, "text", piece("output_text", "Hi"), true),
        (Responses, "whitespace", piece("output_text", " "), true),
        (Responses, "empty text", piece("output_text", ""), false),
        (Responses, "thinking", piece("reasoning_text", "Hm"), true),
        (Responses, "summary of thinking", piece("reasoning_summary_text", "Hm"), true),
        (Responses, "refusal", piece("refusal", "No"), true),
        (
            Responses,
            "function call",
            item(r#"{"id":"j","type":"function_call","call_id":"a","name":"f","arguments":""}"#),
            true,
        ),
        (
            Responses,
            "custom tool call",
            item(r#"{"id":"j","type":"custom_tool_call","call_id":"a","name":"f","input":""}"#),
            true,
        ),
        (
            Responses,
            "message item",
            item(r#"{"id":"j","type":"message","role":"assistant","content":[]}"#),
            false,
        ),
        (Responses, "reasoning item", item(r#"{"id":"j","type":"reasoning","summary":[]}"#), false),
        (
            Responses,
            "in progress",
            r#"{"type":"response.in_progress","response":{"id":"r","status":"in_progress","output":[]}}"#
                .into(),
            false,
        ),
        (Anthropic, "text", delta(r#"{"type":"text_delta","text":"Hi"}"#), true),
        (Anthropic, "whitespace", delta(r#"{"type":"text_delta","text":" "}"#), true),
        (Anthropic, "empty text", delta(r#"{"type":"text_delta","text":""}"#), false),
        (Anthropic, "text in its start", block(r#"{"type":"text","text":"Hi"}"#), true),
        (
            Anthropic,
            "thinking in its start",
            block(r#"{"type":"thinking","thinking":"Hm","signature":""}"#),
            true,
        ),
        (Anthropic, "empty thinking", block(r#"{"type":"thinking","thinking":"","signature":""}"#), false),
        (Anthropic, "tool call", block(r#"{"type":"tool_use","id":"a","name":"f","input":{}}"#), true),
        (Anthropic, "ping", r#"{"type":"ping"}"#.into(), false),
        (Gemini, "text", part(r#"{"text":"Hi"}"#), true),
        (Gemini, "whitespace", part(r#"{"text":" "}"#), true),
        (Gemini, "empty text", part(r#"{"text":""}"#), false),
        (Gemini, "thinking", part(r#"{"text":"Hm","thought":true}"#), true),
        (Gemini, "function call", part(r#"{"functionCall":{"name":"f","args":{}}}"#), true),
        (Gemini, "usage", r#"{"usageMetadata":{"promptTokenCount":1}}"#.into(), false),
    ];
    for (wire, name, event, is_visible) in rows {
        let bytes = lifecycle(wire) + &sse(&[&event]);
        breaks(wire, name, &bytes, is_visible);
        // One visible event is enough, whatever comes after it: the mark is sticky.
        let bytes = bytes + HEARTBEAT + &lifecycle(wire);
        breaks(wire, name, &bytes, is_visible);
    }
}

/// A stream that breaks after `bytes`, then a good one: either a part and an error, or the whole, once.
fn breaks(wire: Wire, name: &str, bytes: &str, is_visible: bool) {
    let run = run(wire, exact(2), [broken(bytes), good(wire)]);
    let calls = if is_visible { 1 } else { 2 };
    assert_eq!(run.requests.len(), calls, "{wire}, {name}");
    if is_visible {
        assert_eq!(failure(&run).kind, Kind::Connection, "{wire}, {name}");
        assert_eq!(run.outcome.stop, Some(StopReason::Committed), "{wire}, {name}");
        assert_eq!(run.outcome.status(), OutcomeStatus::Partial, "{wire}, {name}");
    } else {
        assert!(run.outcome.is_complete(), "{wire}, {name}");
        assert_eq!(run.outcome.response.text(), TEXT, "{wire}, {name}");
    }
    assert_eq!(caller_text(&run), run.outcome.response.text(), "{wire}, {name}");
    assert!(!run.events.iter().any(|(_, e)| matches!(e, Event::Discard { .. })), "{wire}, {name}");
}

/// What came last before the stream broke, in the order of section 9.2.
///
/// Malformed text fails closed in the source, since its client has it. Here nothing of it reaches the
/// caller, so there is nothing to repeat.
#[test]
fn what_may_be_retried_by_the_last_frame() {
    for wire in Wire::ALL {
        for (name, bytes) in [
            ("nothing", String::new()),
            ("comment", HEARTBEAT.into()),
            ("cost event", "event: cost\ndata: {\"cost\":0.1}\n\n".into()),
            ("scalar cost event", "event: cost\ndata: 0.1\n\n".into()),
            ("blank", "\n\n\n".into()),
            ("empty data", "data:\n\n".into()),
            ("lifecycle", lifecycle(wire)),
            ("error frame", said(wire, "overloaded")),
            ("lifecycle and error frame", lifecycle(wire) + &said(wire, "overloaded")),
            ("malformed", "data: {oops\n\n".into()),
            ("not an event stream", "upstream busy, sorry\n".into()),
            ("half an event", lifecycle(wire) + "data: {\"type\""),
        ] {
            breaks(wire, name, &bytes, false);
        }
    }
}

/// `AtFirstByteToClient` of spec/08, decision 6: any byte commits, a comment too.
#[test]
fn any_byte_commits_where_the_policy_says_so() {
    let policy = RetryPolicy { commit: CommitPoint::AtFirstByte, ..exact(2) };
    for wire in Wire::ALL {
        for bytes in [HEARTBEAT, "data: {oops\n\n"] {
            let run = run(wire, policy.clone(), [broken(bytes), good(wire)]);
            assert_eq!(run.requests.len(), 1, "{wire}, {bytes:?}");
            assert_eq!(run.outcome.stop, Some(StopReason::Committed), "{wire}, {bytes:?}");
        }
    }
}

// 9.3: timers

fn timed(deadlines: Deadlines) -> Options {
    within(exact(2), deadlines)
}

const TTFB: Deadlines =
    Deadlines { head_ms: None, first_event_ms: Some(1_000), stall_ms: None, attempt_ms: None, call_ms: None };
const STALL: Deadlines =
    Deadlines { head_ms: None, first_event_ms: None, stall_ms: Some(1_000), attempt_ms: None, call_ms: None };

fn heartbeats(reply: Reply) -> Reply {
    (0..20).fold(reply, |reply, _| reply.chunk(300, HEARTBEAT))
}

/// One deadline from the request's start over the head and the first event; heartbeats do not move it.
#[test]
fn first_event_must_come_in_time() {
    for wire in Wire::ALL {
        let late_head = Reply::default().then(600, What::Head { status: 200, headers: Headers::new() });
        for (name, reply) in [
            ("no head", Reply::silent()),
            ("no body", opened()),
            ("late head, no body", late_head.clone()),
            ("heartbeats only", heartbeats(opened())),
            ("late head, heartbeats only", heartbeats(late_head)),
        ] {
            let run = run_with(wire, timed(TTFB), [reply, good(wire)]);
            let first = run.outcome.attempts[0].failure.as_ref().expect("the first attempt timed out");
            assert_eq!(
                (first.kind, first.timeout),
                (Kind::Timeout, Some(TimeoutKind::FirstEvent)),
                "{wire}, {name}"
            );
            assert_eq!(first.message, "waited 1000 ms for the first event", "{wire}, {name}");
            assert_eq!(run.outcome.attempts[0].total_ms, 1_000, "{wire}, {name}");
            assert_eq!(run.dropped.first(), Some(&0), "{wire}, {name}: a timeout closes the upstream");
            assert_eq!(gaps(&run), [2_000], "{wire}, {name}: a timeout and a backoff");
            assert!(run.outcome.is_complete(), "{wire}, {name}");
        }
    }
}

/// Since the last event; heartbeats (and Anthropic's pings) are none.
#[test]
fn silence_within_a_stream() {
    for wire in Wire::ALL {
        let started = opened().chunk(100, cut_short(wire));
        let mut rows = vec![("silence", started.clone()), ("heartbeats", heartbeats(started.clone()))];
        if wire == Wire::Anthropic {
            let ping = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
            rows.push(("pings", (0..20).fold(started, |reply, _| reply.chunk(300, ping))));
        }
        for (name, reply) in rows {
            let run = run_with(wire, timed(STALL), [reply, good(wire)]);
            assert_eq!(failure(&run).timeout, Some(TimeoutKind::Stall), "{wire}, {name}");
            assert_eq!(failure(&run).message, "waited 1000 ms for the next event", "{wire}, {name}");
            assert_eq!(run.ended.as_millis(), 1_100, "{wire}, {name}");
            assert_eq!(run.dropped, [0], "{wire}, {name}");
            assert_eq!(run.outcome.response.text(), TEXT, "{wire}, {name}");
            assert_eq!(run.outcome.stop, Some(StopReason::Committed), "{wire}, {name}");
        }
    }
}

/// Every event sets the stall back, however long the whole takes. A few frames in
/// between may tell nothing.
#[test]
fn slow_but_steady_is_no_stall() {
    for wire in Wire::ALL {
        let frames = good_stream(wire).into_frames();
        let reply = frames.iter().fold(opened(), |reply, frame| reply.chunk(199, frame.clone())).end();
        let run = run_with(wire, timed(STALL), [reply]);
        assert_eq!(run.outcome.failure, None, "{wire}");
        assert_eq!(run.ended.as_millis(), 199 * frames.len() as u64, "{wire}");
    }
}

#[test]
fn head_must_come_in_time() {
    let deadlines = Deadlines { head_ms: Some(400), ..Deadlines::default() };
    for wire in Wire::ALL {
        let run = run_with(wire, timed(deadlines), [Reply::silent(), good(wire)]);
        let first = run.outcome.attempts[0].failure.as_ref().expect("the first attempt timed out");
        assert_eq!(first.timeout, Some(TimeoutKind::Head), "{wire}");
        assert_eq!(gaps(&run), [1_400], "{wire}");
        assert!(run.outcome.is_complete(), "{wire}: and a slow body is no slow head");
    }
}

/// Off unless set, and off at 0.
#[test]
fn timers_are_off_by_default() {
    let zeros = Deadlines {
        head_ms: Some(0),
        first_event_ms: Some(0),
        stall_ms: Some(0),
        attempt_ms: Some(0),
        call_ms: Some(0),
    };
    const HOUR: u64 = 3_600_000;
    for wire in Wire::ALL {
        for deadlines in [Deadlines::default(), zeros] {
            let frames = good_stream(wire).into_frames();
            let head = Reply::default().then(HOUR, What::Head { status: 200, headers: Headers::new() });
            let reply = frames.iter().fold(head, |reply, frame| reply.chunk(HOUR, frame.clone())).end();
            let run = run_with(wire, timed(deadlines), [reply]);
            assert!(run.outcome.is_complete(), "{wire}");
            assert_eq!(run.ended.as_millis(), HOUR * (1 + frames.len() as u64), "{wire}");
        }
    }
}

/// A heartbeat between any two frames, and inside of none, changes nothing.
#[test]
fn heartbeats_drop_nothing() {
    for wire in Wire::ALL {
        let plain = run(wire, exact(1), [good(wire)]);
        let reply = good_stream(wire)
            .frames()
            .iter()
            .fold(opened(), |reply, frame| reply.chunk(10, HEARTBEAT).chunk(10, frame.clone()))
            .end();
        let with = run(wire, exact(1), [reply]);
        assert_eq!(with.outcome.response, plain.outcome.response, "{wire}");
        assert_eq!(with.outcome.usage, plain.outcome.usage, "{wire}");
        assert!(with.outcome.is_complete(), "{wire}");
    }
}

#[test]
fn client_that_goes_away_closes_the_upstream() {
    for wire in Wire::ALL {
        let host = SimHost::new([opened().chunk(5, cut_short(wire))]);
        let run = host
            .run(call(wire, options(exact(3)), 1), |_, last| matches!(last, Some(Event::TextDelta { .. })));
        assert_eq!(run.dropped, [0], "{wire}");
        assert_eq!(failure(&run).kind, Kind::Cancelled, "{wire}");
        assert_eq!(run.outcome.attempts[0].failure.as_ref().map(|f| f.kind), Some(Kind::Cancelled), "{wire}");
    }
}

/// The times of the source's test: first byte at 0.5 s, first event at 1.2 s, the end at 1.5 s.
#[test]
fn times_of_an_attempt() {
    for wire in Wire::ALL {
        let bytes = good_stream(wire).frames().concat();
        let reply = Reply::default()
            .then(300, What::Head { status: 200, headers: Headers::new() })
            .chunk(200, HEARTBEAT)
            .chunk(700, cut_short(wire))
            .chunk(300, &bytes[cut_short(wire).len()..])
            .end();
        let run = run(wire, exact(1), [reply]);
        let record = &run.outcome.attempts[0];
        assert_eq!(
            (record.head_ms, record.first_byte_ms, record.first_event_ms, record.total_ms),
            (Some(300), Some(500), Some(1_200), 1_500),
            "{wire}"
        );
        assert_eq!(record.bytes, (bytes.len() + HEARTBEAT.len()) as u64, "{wire}");
        assert_eq!(run.outcome.elapsed_ms, 1_500, "{wire}");
        let visible = run.events.iter().find(|(_, event)| event.is_visible()).map(|(at, _)| at.as_millis());
        assert_eq!(visible, Some(1_200), "{wire}");
    }
}

// 9.4: framing

/// Line ends of every kind, a byte order mark, comments, fields that nobody needs, a missing space.
#[test]
fn event_streams_in_every_spelling() {
    for wire in Wire::ALL {
        let plain = String::from_utf8(good_stream(wire).frames().concat()).expect("UTF-8");
        let plain = plain.replace("\r\n", "\n");
        for (name, bytes) in [
            ("LF", plain.clone()),
            ("CRLF", plain.replace('\n', "\r\n")),
            ("CR", plain.replace('\n', "\r")),
            ("byte order mark", format!("\u{feff}{plain}")),
            ("comments", plain.replace("\n\n", "\n\n: comment\n\n")),
            ("comments in events", plain.replace("data: ", ": comment\ndata: ")),
            ("id and retry", plain.replace("data: ", "id: 1\nretry: 10\ndata: ")),
            ("no space", plain.replace("data: ", "data:")),
            ("several data lines", plain.replace("data: {", "data: {\ndata: ")),
            ("no last blank line", plain.trim_end().to_owned() + "\n"),
        ] {
            let pieces =
                bytes.as_bytes().chunks(7).fold(opened(), |reply, piece| reply.chunk(1, piece)).end();
            for reply in [body(bytes.as_bytes()), pieces] {
                let run = run(wire, exact(1), [reply]);
                assert_eq!(run.outcome.failure, None, "{wire}, {name}");
                assert_eq!(run.outcome.response.text(), TEXT, "{wire}, {name}");
            }
        }
    }
}

/// A name stands in for a type that the JSON does not have.
#[test]
fn event_name_supplies_the_type() {
    for wire in [Wire::Anthropic, Wire::OpenaiResponses] {
        let mut bytes = String::new();
        for frame in good_stream(wire).frames() {
            let frame = String::from_utf8(frame.clone()).expect("UTF-8");
            let name = frame.strip_prefix("event: ").and_then(|f| f.split('\n').next()).expect("a name");
            bytes += &frame.replacen(&format!("\"type\":\"{name}\","), "", 1);
        }
        let run = run(wire, exact(1), [body(bytes)]);
        assert_eq!(run.outcome.failure, None, "{wire}");
        assert_eq!(run.outcome.response.text(), TEXT, "{wire}");
    }
}

/// Without event framing: one JSON value a line, and Gemini's array.
#[test]
fn json_without_events() {
    for wire in Wire::ALL {
        let frames = good_stream(wire).into_frames();
        let lines: String = frames
            .iter()
            .filter_map(|frame| {
                let frame = String::from_utf8_lossy(frame).replace("\r\n", "\n");
                let data = frame.lines().find_map(|line| line.strip_prefix("data: "))?;
                data.starts_with('{').then(|| format!("{data}\n"))
            })
            .collect();
        let run = run(wire, exact(1), [body(lines)]);
        assert_eq!(run.outcome.failure, None, "{wire}");
        assert_eq!(run.outcome.response.text(), TEXT, "{wire}");
    }
    let rendering = Rendering { json_array: true, ..Rendering::default() };
    let array = stream(Wire::Gemini, &spec_calls::script(), &rendering).frames().concat();
    for size in [1, 5, 1_000] {
        let reply = array.chunks(size).fold(opened(), |reply, piece| reply.chunk(1, piece)).end();
        let run = run(Wire::Gemini, exact(1), [reply]);
        assert_eq!(run.outcome.failure, None, "{size}");
        assert_eq!(run.outcome.response.text(), TEXT, "{size}");
    }
}

// 9.5: errors in the body, and what is a good end

/// Each is an error of the stream at status 200, so that it is retried before output and not after.
#[test]
fn errors_in_the_body() {
    use Wire::{Anthropic, Gemini, OpenaiChat as Chat, OpenaiResponses as Responses};
    let failed = r#"{"type":"response.failed","response":{"id":"r","status":"failed","error":{"code":"server_error","message":"m"},"output":[]}}"#;
    let rows = [
        (Chat, "object", sse(&[r#"{"error":{"message":"m","type":"server_error"}}"#]), Kind::ServerError),
        (Chat, "text", sse(&[r#"{"error":"server error"}"#]), Kind::ServerError),
        (
            Chat,
            "named event",
            "event: error\ndata: {\"message\":\"server error\"}\n\n".into(),
            Kind::ServerError,
        ),
        (
            Chat,
            "OpenRouter's 502",
            sse(&[
                r#"{"id":"c","error":{"code":502,"message":"m"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
            ]),
            Kind::ServerError,
        ),
        (Chat, "whole body", r#"{"error":{"message":"m","type":"server_error"}}"#.into(), Kind::ServerError),
        (
            Responses,
            "error event",
            format!("event: error\ndata: {}\n\n", r#"{"type":"error","code":"server_error","message":"m"}"#),
            Kind::ServerError,
        ),
        (Responses, "failed", sse(&[failed]), Kind::ServerError),
        (
            Responses,
            "object",
            sse(&[r#"{"error":{"message":"m","type":"server_error"}}"#]),
            Kind::ServerError,
        ),
        (
            Anthropic,
            "error",
            sse(&[r#"{"type":"error","error":{"type":"api_error","message":"m"}}"#]),
            Kind::ServerError,
        ),
        (
            Anthropic,
            "overloaded",
            sse(&[r#"{"type":"error","error":{"type":"overloaded_error","message":"m"}}"#]),
            Kind::Overloaded,
        ),
        (
            Anthropic,
            "whole body",
            r#"{"type":"error","error":{"type":"api_error","message":"m"}}"#.into(),
            Kind::ServerError,
        ),
        (
            Gemini,
            "error",
            sse(&[r#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#]),
            Kind::ServerError,
        ),
        (
            Gemini,
            "error in an array",
            r#"[{"error":{"code":500,"message":"m","status":"INTERNAL"}}]"#.into(),
            Kind::ServerError,
        ),
    ];
    for (wire, name, bytes, kind) in rows {
        let before = run(wire, exact(2), [body(bytes.clone()), good(wire)]);
        let first = before.outcome.attempts[0].failure.as_ref().expect("the first attempt failed");
        assert_eq!((first.kind, first.status), (kind, Some(200)), "{wire}, {name}");
        assert_eq!(before.requests.len(), 2, "{wire}, {name}: retried before output");
        assert_eq!(caller_text(&before), TEXT, "{wire}, {name}");
        if bytes.starts_with(['{', '[']) {
            continue;
        }
        let after = run(wire, exact(2), [body([cut_short(wire), bytes.into_bytes()].concat()), good(wire)]);
        assert_eq!(after.requests.len(), 1, "{wire}, {name}: not after it");
        assert_eq!(
            (failure(&after).kind, after.outcome.stop),
            (kind, Some(StopReason::Committed)),
            "{wire}, {name}"
        );
        assert_eq!(after.outcome.response.text(), TEXT, "{wire}, {name}");
    }
}

/// Completed, incomplete, failed, an error outside of the response (its message may be empty), and the
/// end of the body without any of them.
#[test]
fn five_outcomes_of_a_responses_stream() {
    let opening =
        r#"{"type":"response.created","response":{"id":"r","status":"in_progress","model":"m","output":[]}}"#;
    let text = r#"{"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":"Hi"}"#;
    let end = |kind: &str, more: &str| {
        format!(
            r#"{{"type":"response.{kind}","response":{{"id":"r","status":"{kind}","model":"m",{more}"output":[{{"id":"i","type":"message","role":"assistant","content":[{{"type":"output_text","text":"Hi"}}]}}],"usage":{{"input_tokens":1,"output_tokens":2}}}}}}"#
        )
    };
    for (name, last, reason, kind) in [
        ("completed", end("completed", ""), FinishReason::Stop, None),
        (
            "incomplete",
            end("incomplete", r#""incomplete_details":{"reason":"max_output_tokens"},"#),
            FinishReason::Length,
            None,
        ),
        (
            "failed",
            end("failed", r#""error":{"code":"server_error","message":"m"},"#),
            FinishReason::Error,
            Some(Kind::ServerError),
        ),
        (
            "error event",
            r#"{"type":"error","code":"context_length_exceeded","message":""}"#.into(),
            FinishReason::Error,
            Some(Kind::ContextWindowExceeded),
        ),
        ("end of body", String::new(), FinishReason::Error, Some(Kind::Incomplete)),
    ] {
        let events: Vec<&str> = [opening, text, &last].into_iter().filter(|e| !e.is_empty()).collect();
        let run = run(Wire::OpenaiResponses, exact(1), [body(sse(&events))]);
        assert_eq!(run.outcome.failure.as_ref().map(|f| f.kind), kind, "{name}");
        assert_eq!(run.outcome.finish.reason, reason, "{name}");
        assert_eq!(run.outcome.response.text(), "Hi", "{name}");
    }
}

/// What makes an end good on each wire; everything else is incomplete, retried before output and
/// partial after it (spec/08, decision 9).
#[test]
fn evidence_of_completion() {
    use Wire::{Anthropic, Gemini, OpenaiChat as Chat};
    let chat_text = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}"#;
    let chat_end = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let start = r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"m","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}"#;
    let block = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"Hi"}}"#;
    let stop = r#"{"type":"content_block_stop","index":0}"#;
    let delta = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#;
    let part = r#"{"candidates":[{"content":{"parts":[{"text":"Hi"}],"role":"model"},"index":0}]}"#;
    let last = r#"{"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP","index":0}]}"#;
    let rows: [(Wire, &str, &[&str], bool); 8] = [
        (Chat, "finish_reason and [DONE]", &[chat_text, chat_end, "[DONE]"], true),
        (Chat, "finish_reason", &[chat_text, chat_end], true),
        (Chat, "text", &[chat_text], false),
        (Anthropic, "message_stop", &[start, block, stop, delta, r#"{"type":"message_stop"}"#], true),
        (Anthropic, "stop_reason", &[start, block, stop, delta], false),
        (Anthropic, "content_block_stop", &[start, block, stop], false),
        (Gemini, "finishReason", &[part, last], true),
        (Gemini, "text", &[part], false),
    ];
    for (wire, name, events, is_complete) in rows {
        let run = run(wire, exact(2), [body(sse(events)), good(wire)]);
        assert_eq!(run.outcome.is_complete(), is_complete, "{wire}, {name}");
        assert_eq!(run.requests.len(), 1, "{wire}, {name}");
        assert_eq!(run.outcome.response.text(), "Hi", "{wire}, {name}");
        let kind = run.outcome.failure.as_ref().map(|f| f.kind);
        assert_eq!(kind, (!is_complete).then_some(Kind::Incomplete), "{wire}, {name}");
    }
    for wire in Wire::ALL {
        let before = run(wire, exact(2), [body(lifecycle(wire)), good(wire)]);
        let first = before.outcome.attempts[0].failure.as_ref().map(|f| f.kind);
        assert_eq!((first, before.requests.len()), (Some(Kind::Incomplete), 2), "{wire}");
        let empty = run(wire, exact(2), [body(""), good(wire)]);
        assert_eq!(empty.requests.len(), 2, "{wire}: an empty body is no answer");
    }
}

/// A prompt that was refused is an answer, not an error.
#[test]
fn blocked_prompt_is_complete() {
    let blocked =
        sse(&[r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":3}}"#]);
    let run = run(Wire::Gemini, exact(2), [body(blocked), good(Wire::Gemini)]);
    assert_eq!(run.requests.len(), 1);
    assert!(run.outcome.is_complete());
    assert_eq!(run.outcome.finish.reason, FinishReason::ContentFilter);
}

// 7.4: what a bounded call reports

/// Number, delay, reason, the next try's time on the wall, whether to discard; at the end a value with
/// every attempt and what each one used.
#[test]
fn everything_is_reported() {
    let policy = RetryPolicy { commit: CommitPoint::Never, ..exact(3) };
    for wire in Wire::ALL {
        let replies = [
            errors::rate_limit(wire).into_reply(),
            broken(cut_short(wire)),
            errors::authentication(wire).into_reply(),
        ];
        let run = run(wire, policy.clone(), replies);
        let told: Vec<_> = notices(&run).iter().map(|n| (n.attempt, n.delay_ms, n.failure.kind)).collect();
        assert_eq!(told, [(1, 7_000, Kind::RateLimit), (2, 2_000, Kind::Connection)], "{wire}");
        let walls: Vec<_> = notices(&run).iter().filter_map(|n| n.wall).map(UnixTime::as_millis).collect();
        assert_eq!(walls, [1_795_000_007_000, 1_795_000_009_000], "{wire}");
        let outcome = &run.outcome;
        assert_eq!(outcome.attempts.len(), 3, "{wire}");
        let statuses: Vec<_> = outcome.attempts.iter().map(|a| a.status).collect();
        let refused = errors::authentication(wire).status;
        assert_eq!(statuses, [Some(429), Some(200), Some(refused)], "{wire}");
        let waits: Vec<_> = outcome.attempts.iter().map(|a| a.waited_ms).collect();
        assert_eq!(waits, [0, 7_000, 2_000], "{wire}");
        assert_eq!(outcome.finish.reason, FinishReason::Error, "{wire}");
        assert_eq!(outcome.stop, Some(StopReason::NotRetryable), "{wire}");
        // What the second attempt said was billed; what was refused was not.
        assert_eq!(outcome.attempts[0].usage.completeness, Completeness::Complete, "{wire}");
        assert_ne!(outcome.attempts[1].usage.completeness, Completeness::Complete, "{wire}");
        assert_ne!(outcome.usage.completeness, Completeness::Complete, "{wire}: marked, never zero");
        let stated = matches!(wire, Wire::Anthropic | Wire::Gemini).then_some(9);
        assert_eq!(outcome.usage.counts.get(Bucket::Input), stated, "{wire}");
        // Nothing of the third attempt took the second one's place: what came is kept.
        assert_eq!(outcome.response.text(), TEXT, "{wire}");
        assert_eq!(caller_text(&run), TEXT, "{wire}");
    }
}

/// What two attempts used is billed twice and stated as a sum.
#[test]
fn usage_of_failed_attempts_is_in_the_total() {
    let policy = RetryPolicy { commit: CommitPoint::Never, ..exact(2) };
    for wire in [Wire::Anthropic, Wire::Gemini] {
        let run = run(wire, policy.clone(), [broken(cut_short(wire)), good(wire)]);
        assert!(run.outcome.is_complete(), "{wire}");
        assert_eq!(run.outcome.usage.counts.get(Bucket::Input), Some(18), "{wire}");
        assert_eq!(run.outcome.usage.completeness, Completeness::Partial, "{wire}");
    }
}

// 16: the machine and its host

/// The caller gets nothing of an attempt before it says something: an attempt that opens and breaks
/// leaves no trace but the announcement.
#[test]
fn envelope_is_held_back_until_something_is_said() {
    for wire in Wire::ALL {
        let run = run(wire, exact(2), [broken(lifecycle(wire)), good(wire)]);
        let alone = spec_calls::run(wire, exact(1), [good(wire)]);
        let given = |run: &SimRun| -> Vec<Event<'static>> {
            run.events.iter().map(|(_, e)| e.clone()).filter(|e| !matches!(e, Event::Retry(_))).collect()
        };
        assert_eq!(given(&run), given(&alone), "{wire}");
        assert!(matches!(run.events[0].1, Event::Retry(_)), "{wire}: the first that the caller hears");
    }
}

/// Bytes may be cut anywhere, also inside a character.
#[test]
fn bytes_are_cut_anywhere() {
    for wire in Wire::ALL {
        let whole = run(wire, exact(1), [good(wire)]);
        let bytes = good_stream(wire).frames().concat();
        for at in 0..=bytes.len() {
            let reply = opened().chunk(0, &bytes[..at]).chunk(0, &bytes[at..]).end();
            let cut = run(wire, exact(1), [reply]);
            assert_eq!(cut.outcome.response, whole.outcome.response, "{wire}, {at}");
            assert_eq!(cut.events, whole.events, "{wire}, {at}");
        }
        let bytewise = bytes.chunks(1).fold(opened(), |reply, byte| reply.chunk(0, byte)).end();
        assert_eq!(run(wire, exact(1), [bytewise]).events, whole.events, "{wire}");
    }
}

/// In a browser a failed request has neither status nor cause, and CORS may hide the hint: it is a
/// connection that failed, and the backoff is waited for.
#[test]
fn browser_failures_tell_nothing() {
    for wire in Wire::ALL {
        let failed = run(wire, exact(2), [Reply::fails(TransportKind::Other), good(wire)]);
        let first = failed.outcome.attempts[0].failure.as_ref().expect("it failed");
        assert_eq!(
            (first.kind, first.status, first.retry_after_ms),
            (Kind::Connection, None, None),
            "{wire}"
        );
        assert_eq!(gaps(&failed), [1_000], "{wire}");
        let hidden = Reply::whole(429, Headers::new(), "");
        assert_eq!(gaps(&run(wire, exact(2), [hidden, good(wire)])), [1_000], "{wire}");
    }
}

/// A wait may be longer than a browser's timer can count (about 24.8 days); early timers do nothing
/// and late ones count once.
#[test]
fn time_is_told_by_now_and_not_by_ticks() {
    const MONTH: u64 = 30 * 24 * 3_600 * 1_000;
    for wire in Wire::ALL {
        let mut machine = call(wire, options(RetryPolicy::patient()), 1);
        while !matches!(machine.poll_output(), Output::Wait { .. }) {}
        let headers: Headers = [("retry-after", "2592000")].into_iter().collect();
        let head = Head { status: 429, headers, wall: None };
        machine.handle_input(Instant::default(), Input::Head { attempt: 1, head });
        machine.handle_input(Instant::default(), Input::End { attempt: 1 });
        let deadline = loop {
            if let Output::Wait { deadline, .. } = machine.poll_output() {
                break deadline;
            }
        };
        assert_eq!(deadline, Some(Instant::from_millis(MONTH)), "{wire}");
        for early in [0, 1, 1 << 31, MONTH - 1] {
            machine.handle_input(Instant::from_millis(early), Input::Timeout);
            let Output::Wait { deadline, .. } = machine.poll_output() else { panic!("{wire}, {early}") };
            assert_eq!(deadline, Some(Instant::from_millis(MONTH)), "{wire}, {early}");
        }
        machine.handle_input(Instant::from_millis(MONTH + 12_345), Input::Timeout);
        let Output::Transmit(transmit) = machine.poll_output() else { panic!("{wire}: due") };
        assert_eq!(transmit.attempt, 2, "{wire}");
        assert!(matches!(machine.poll_output(), Output::Wait { .. }), "{wire}: one attempt, however late");
    }
}

/// A date needs the wall clock; without one it tells nothing.
#[test]
fn date_hints_need_a_wall_clock() {
    let date = "Wed, 18 Nov 2026 11:06:55 GMT";
    for (wall, delay) in [(Some(UnixTime::from_millis(1_795_000_000_000)), 15_000), (None, 1_000)] {
        for wire in Wire::ALL {
            let mut machine = call(wire, options(exact(2)), 1);
            while !matches!(machine.poll_output(), Output::Wait { .. }) {}
            let headers: Headers = [("retry-after", date)].into_iter().collect();
            let head = Head { status: 429, headers, wall };
            machine.handle_input(Instant::default(), Input::Head { attempt: 1, head });
            machine.handle_input(Instant::default(), Input::End { attempt: 1 });
            let Output::Event(Event::Retry(notice)) = machine.poll_output() else { panic!("{wire}") };
            assert_eq!(notice.delay_ms, delay, "{wire}, {wall:?}");
        }
    }
}

/// No secret in anything that leaves the machine but the request itself.
#[test]
fn secrets_do_not_leave() {
    for wire in Wire::ALL {
        let echo = format!("Incorrect API key provided: {KEY}. Authorization: Bearer {KEY}");
        let json = format!(r#"{{"error":{{"message":"{echo}","type":"authentication_error"}}}}"#);
        for reply in [
            refused(wire, 401, &json).into_reply(),
            refused(wire, 500, &echo).into_reply(),
            body(said(wire, &echo)),
        ] {
            let run = run(wire, exact(2), [reply, good(wire)]);
            let shown = format!("{:?} {:?} {:?}", run.outcome, run.events, run.requests);
            assert!(!shown.contains("51d0c7"), "{wire}: {shown}");
        }
    }
}

/// Every buffer has a cap: a line or event, a body, an error body, the response.
#[test]
fn buffers_are_bounded() {
    let caps = Caps {
        event_bytes: 512,
        body_bytes: 1_024,
        error_bytes: 256,
        response_bytes: 2_048,
        ..Caps::default()
    };
    let bounded = || Options { caps, ..options(exact(1)) };
    for wire in Wire::ALL {
        let endless = |first: &str| (0..100).fold(opened().chunk(0, first), |r, _| r.chunk(1, [b'x'; 100]));
        for (name, reply, most) in
            [("a line", endless("data: "), 512 + 200), ("a JSON body", endless("{\"a\":\""), 1_024 + 200)]
        {
            let run = run_with(wire, bounded(), [reply]);
            assert_eq!(failure(&run).kind, Kind::TooLarge, "{wire}, {name}");
            assert_eq!(run.outcome.stop, Some(StopReason::NotRetryable), "{wire}, {name}");
            assert!(
                run.outcome.attempts[0].bytes < most,
                "{wire}, {name}: {}",
                run.outcome.attempts[0].bytes
            );
            assert_eq!(run.dropped, [0], "{wire}, {name}");
        }
        let page = Reply::head(503, Headers::new());
        let page = (0..100).fold(page, |reply, _| reply.chunk(1, [b'x'; 100]));
        let run = run_with(wire, bounded(), [page]);
        assert_eq!(failure(&run).kind, Kind::ServerError, "{wire}");
        assert_eq!(run.outcome.attempts[0].bytes, 300, "{wire}: judged by what fits");
        assert_eq!(run.dropped, [0], "{wire}");
    }
}

#[test]
fn responses_are_bounded() {
    let caps = Caps { response_bytes: 2_048, ..Caps::default() };
    for wire in Wire::ALL {
        let mut script = spec_calls::script();
        script.text = vec!["0123456789".repeat(10); 100];
        let frames = stream(wire, &script, &Rendering::default()).into_frames();
        let reply = frames.into_iter().fold(opened(), |reply, frame| reply.chunk(1, frame));
        let run = run_with(wire, Options { caps, ..options(exact(3)) }, [reply]);
        assert_eq!(failure(&run).kind, Kind::TooLarge, "{wire}");
        let kept = run.outcome.response.text().len();
        assert!((1_500..2_200).contains(&kept), "{wire}: what fits is kept, here {kept} bytes");
        assert_eq!(run.requests.len(), 1, "{wire}");
        assert_eq!(run.dropped, [0], "{wire}");
    }
}

/// What is held back has a cap of its own: beyond 1,024 events the caller gets them, and the call is
/// committed.
#[test]
fn events_held_back_are_bounded() {
    let wire = Wire::Anthropic;
    let odd = |count| lifecycle(wire) + &sse(&vec![r#"{"type":"weather","is":"fine"}"#; count]);
    for (count, calls) in [(900, 2), (1_100, 1)] {
        let run = run(wire, exact(2), [broken(odd(count)), good(wire)]);
        assert_eq!(run.requests.len(), calls, "{count}");
        let given = run.events.iter().filter(|(_, e)| matches!(e, Event::Unknown { .. })).count();
        assert_eq!(given, if calls == 1 { count } else { 0 }, "{count}");
    }
}
