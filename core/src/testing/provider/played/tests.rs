use alloc::format;
use alloc::vec::Vec;

use super::*;
use crate::http::{Headers, Method};
use crate::model::{Accumulator, FinishReason, Response};
use crate::protocol::{Caps, DecodeError, Decoder, Dialect};
use crate::testing::provider::{BodyStep, stream, whole};
use crate::usage::{Bucket, Completeness, Usage};

const NOW: UnixTime = UnixTime::from_millis(784_111_777_000);

fn dialect(wire: Wire) -> Dialect {
    match wire {
        Wire::Anthropic => Dialect::ANTHROPIC,
        Wire::Gemini => Dialect::GEMINI,
        Wire::OpenaiChat => Dialect::OPENAI,
        Wire::OpenaiResponses => Dialect::OPENAI_RESPONSES,
    }
}

fn decode(wire: Wire, bytes: &[u8]) -> Result<(Response, Usage), DecodeError> {
    let mut decoder = Decoder::new(&dialect(wire), Caps::default());
    let mut sum = Accumulator::new("sim");
    decoder.push(bytes, &mut sum)?;
    decoder.end(&mut sum)?;
    let usage = sum.usage().cloned().unwrap_or_default();
    Ok((sum.into_response(), usage))
}

fn scripts() -> Vec<Script> {
    let said = Script::seeded(1, "m", "Wie geht’s?");
    let mut long = said.clone();
    long.finish = FinishReason::Length;
    let mut cached = said.clone();
    cached.tokens.cache_write = 1;
    let thought = said.clone().with_reasoning("Überlegen…", 2);
    let called = thought.clone().with_tool_call("look", r#"{"q":"ü","n":[1,2.50]}"#, 3);
    let mut only_calls =
        Script::new("m").with_tool_call("a", "{}", 4).with_tool_call("b", r#"{"x":null}"#, 5);
    only_calls.tokens.input = 9;
    [said, long, cached, thought, called, only_calls].into()
}

fn check(wire: Wire, script: &Script, bytes: &[u8]) {
    let context = || format!("{wire}: {}", String::from_utf8_lossy(bytes));
    let (response, usage) = decode(wire, bytes).unwrap_or_else(|e| panic!("{e}\n{}", context()));
    assert_eq!(response.text(), script.full_text(), "{}", context());
    assert_eq!(response.reasoning(), script.full_reasoning(), "{}", context());
    assert_eq!(response.model.as_deref(), Some(script.model.as_str()), "{}", context());
    assert_eq!(response.id, Some(script.response_id(wire)), "{}", context());
    let calls: Vec<_> =
        response.tool_calls().map(|c| (c.id.clone(), c.name.clone(), c.arguments.clone())).collect();
    let expected: Vec<_> = script
        .tool_calls
        .iter()
        .map(|c| (Some(script.call_id(wire, c)), c.name.clone(), c.arguments()))
        .collect();
    assert_eq!(calls, expected, "{}", context());
    assert_eq!(response.finish().map(|f| f.reason), Some(script.finish), "{}", context());
    assert_eq!(usage.completeness, Completeness::Complete, "{}", context());
    assert_eq!(usage.counts.get(Bucket::Input), Some(script.tokens.input), "{}", context());
    assert_eq!(usage.counts.get(Bucket::Output), Some(script.tokens.output), "{}", context());
    assert_eq!(usage.counts.get(Bucket::CacheRead).unwrap_or(0), script.tokens.cache_read, "{}", context());
    assert_eq!(
        usage.counts.get(Bucket::OutputReasoning).unwrap_or(0),
        script.tokens.reasoning,
        "{}",
        context()
    );
}

#[test]
fn every_wire_says_the_script() {
    for wire in Wire::ALL {
        for script in scripts() {
            check(wire, &script, whole(wire, &script).as_bytes());
            for json_array in [false, true] {
                let rendering = Rendering { include_usage: true, json_array };
                check(wire, &script, &stream(wire, &script, &rendering).into_frames().concat());
            }
        }
    }
}

#[test]
fn a_stream_without_its_end_is_incomplete() {
    for wire in Wire::ALL {
        for script in scripts() {
            let stream = stream(wire, &script, &Rendering::default());
            let bytes = stream.frames()[..stream.end()].concat();
            let error = decode(wire, &bytes).expect_err("the terminal event is missing");
            assert!(matches!(error, DecodeError::Incomplete { .. }), "{wire}: {error}");
        }
    }
}

fn request(wire: Wire, model: &str, streams: bool) -> HttpRequest {
    let (url, body) = match wire {
        Wire::Anthropic => (
            "http://h/v1/messages".to_string(),
            format!(
                r#"{{"model":"{model}","stream":{streams},"messages":[{{"role":"user","content":"hi"}}]}}"#
            ),
        ),
        Wire::Gemini => {
            let action = if streams { "streamGenerateContent?alt=sse" } else { "generateContent" };
            (
                format!("http://h/v1beta/models/{model}:{action}"),
                r#"{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#.to_string(),
            )
        }
        Wire::OpenaiChat => (
            "http://h/v1/chat/completions".to_string(),
            format!(
                r#"{{"model":"{model}","stream":{streams},"stream_options":{{"include_usage":true}},"messages":[{{"role":"user","content":"hi"}}]}}"#
            ),
        ),
        Wire::OpenaiResponses => (
            "http://h/v1/responses".to_string(),
            format!(r#"{{"model":"{model}","stream":{streams},"background":true,"input":"hi"}}"#),
        ),
    };
    HttpRequest { method: Method::Post, url, headers: Headers::new(), body: body.into() }
}

fn answer(reaction: Reaction) -> Answer {
    match reaction {
        Reaction::Answer(answer) => answer,
        other => panic!("expected an answer, found {other:?}"),
    }
}

#[test]
fn a_plan_is_walked_through_by_attempts() {
    for wire in Wire::ALL {
        for streams in [false, true] {
            let mut provider = Provider::new(7, 0);
            let request = request(wire, "sim-429+retry-after=1,503,cut@40,reset", streams);
            let first = answer(provider.answer(&request, NOW));
            assert_eq!((first.status, first.headers.get("retry-after")), (429, Some("1")));
            assert_eq!(answer(provider.answer(&request, NOW)).status, 503);
            let cut: Vec<_> = answer(provider.answer(&request, NOW)).body.collect();
            assert_eq!(cut.last(), Some(&BodyStep::Reset));
            let bytes: usize = cut.iter().map(|s| if let BodyStep::Bytes(b) = s { b.len() } else { 0 }).sum();
            assert_eq!(bytes, 40);
            assert_eq!(provider.answer(&request, NOW), Reaction::ResetBeforeHead);
            for _ in 0..2 {
                let good = answer(provider.answer(&request, NOW));
                let (response, _) = decode(wire, &good.body.collect_bytes()).expect("a good answer");
                assert!(response.text().starts_with("You said “hi”."), "{wire}");
            }
        }
    }
}

#[test]
fn a_schema_is_answered_with_an_object_of_it() {
    let schema = r#"{"type":"object","properties":{"said":{"type":"string"},"n":{"type":"integer"}}}"#;
    for wire in Wire::ALL {
        let format = match wire {
            Wire::Anthropic => format!(r#""output_config":{{"format":{{"schema":{schema}}}}}"#),
            Wire::Gemini => format!(r#""generationConfig":{{"responseJsonSchema":{schema}}}"#),
            Wire::OpenaiChat => format!(r#""response_format":{{"json_schema":{{"schema":{schema}}}}}"#),
            Wire::OpenaiResponses => format!(r#""text":{{"format":{{"schema":{schema}}}}}"#),
        };
        for streams in [false, true] {
            let mut request = request(wire, "sim-think", streams);
            request.body.pop();
            request.body.extend_from_slice(format!(",{format}}}").as_bytes());
            let good = answer(Provider::new(7, 0).answer(&request, NOW));
            let (response, _) = decode(wire, &good.body.collect_bytes()).expect("a good answer");
            assert_eq!(response.text(), r#"{"said":"hi","n":42}"#, "{wire}");
            assert!(!response.reasoning().is_empty(), "{wire}");
        }
    }
}

#[test]
fn another_conversation_begins_anew() {
    let mut provider = Provider::new(7, 0);
    let mut request = request(Wire::Anthropic, "sim-429", false);
    assert_eq!(answer(provider.answer(&request, NOW)).status, 429);
    assert_eq!(answer(provider.answer(&request, NOW)).status, 200);
    request.headers.push("x-sim-key", "other");
    assert_eq!(answer(provider.answer(&request, NOW)).status, 429);
}

#[test]
fn counters_are_bounded() {
    let mut provider = Provider::new(7, 0);
    for key in 0..2 * MAX_CONVERSATIONS {
        let mut request = request(Wire::OpenaiResponses, "sim-ok", false);
        request.headers.push("x-sim-key", key.to_string());
        request.headers.push("x-sim-plan", format!("seed@{key}"));
        provider.answer(&request, NOW);
    }
    assert_eq!(provider.attempts.len(), MAX_CONVERSATIONS);
    assert_eq!(provider.order.len(), MAX_CONVERSATIONS);
    assert_eq!(provider.stored.len(), MAX_STORED);
}

#[test]
fn a_background_response_continues_after_an_event() {
    let mut provider = Provider::new(7, 0);
    let wire = Wire::OpenaiResponses;
    let cut = answer(provider.answer(&request(wire, "sim-cut@2000", true), NOW)).body.collect_bytes();
    let script = provider.stored[0].script.clone();
    let all = stream(wire, &script, &Rendering::default()).into_frames();
    assert_eq!(all.concat()[..2000], cut);
    let resumed = HttpRequest {
        method: Method::Get,
        url: format!("http://h/v1/responses/{}?stream=true&starting_after=2", script.response_id(wire)),
        headers: Headers::new(),
        body: Vec::new(),
    };
    let rest = answer(provider.answer(&resumed, NOW)).body.collect_bytes();
    assert_eq!(rest, all[3..].concat());
    assert!(String::from_utf8_lossy(&rest).contains("\"sequence_number\":3,"));
}

#[test]
fn faults_show_in_every_wire() {
    for wire in Wire::ALL {
        for streams in [false, true] {
            let react = |plan: &str| {
                let mut request = request(wire, "m", streams);
                request.headers.push("x-sim-plan", plan);
                Provider::new(7, 0).answer(&request, NOW)
            };
            let read = |plan: &str| decode(wire, &answer(react(plan)).body.collect_bytes());
            let context = format!("{wire} streams: {streams}");
            for plan in ["split", "drip@3:0", "bad-header", "slow-head@5", "huge-body@100000"] {
                assert!(read(plan).is_ok(), "{context} {plan}");
            }
            for plan in ["error@2", "error@0"] {
                let error = read(plan).expect_err("an error in the body");
                assert!(matches!(error, DecodeError::Provider(_)), "{context} {plan}: {error}");
            }
            for plan in ["cut@300", "stall@3", "no-end"] {
                let error = read(plan).expect_err("a cut body");
                assert!(matches!(error, DecodeError::Incomplete { .. }), "{context} {plan}: {error}");
            }
            let error = read("bad-json").expect_err("no JSON");
            let is_expected = matches!(error, DecodeError::Malformed { .. } | DecodeError::Incomplete { .. });
            assert!(is_expected, "{context}: {error}");
            assert_eq!(react("refused"), Reaction::Refused);
            assert_eq!(react("hang"), Reaction::Hang);
        }
    }
}

#[test]
fn error_bodies_are_those_of_the_wire() {
    for wire in Wire::ALL {
        for (plan, status) in
            [("429", 429), ("quota", 429), ("auth", 401), ("context", 400), ("overloaded", 529), ("500", 500)]
        {
            let mut request = request(wire, "m", true);
            request.headers.push("x-sim-plan", plan);
            let answer = answer(Provider::new(7, 0).answer(&request, NOW));
            assert_eq!(answer.status, status);
            let text = String::from_utf8(answer.body.collect_bytes()).expect("text");
            let error = crate::protocol::read_error(wire, &text);
            assert!(error.is_some_and(|e| e.message.is_some() && e.error_type.is_some()), "{wire}: {text}");
        }
    }
}

#[test]
fn dated_hints_are_from_now() {
    for (plan, name, value) in [
        ("429 retry-after=date:60", "retry-after", "Sun, 06 Nov 1994 08:50:37 GMT"),
        ("429 retry-after=rfc850:60", "retry-after", "Sunday, 06-Nov-94 08:50:37 GMT"),
        ("429 retry-after=asctime:60", "retry-after", "Sun Nov  6 08:50:37 1994"),
        ("429 reset=rfc3339:60", "anthropic-ratelimit-requests-reset", "1994-11-06T08:50:37Z"),
        ("429 reset=unix:60", "x-ratelimit-reset", "784111837"),
        ("429 retry-after=2.5", "retry-after", "2.5"),
    ] {
        let mut request = request(Wire::OpenaiChat, "m", false);
        request.headers.push("x-sim-plan", plan);
        let answer = answer(Provider::new(7, 0).answer(&request, NOW));
        assert_eq!(answer.headers.get(name), Some(value), "{plan}");
    }
}

#[test]
fn an_offered_tool_is_called_until_its_result_comes() {
    let ask = |messages: &str| {
        let mut request = request(Wire::OpenaiChat, "m", false);
        request.body = format!(
            r#"{{"model":"sim","messages":[{messages}],"tools":[{{"type":"function","function":{{"name":"look","parameters":{{"properties":{{"q":{{"type":"string"}}}}}}}}}}]}}"#
        )
        .into();
        let body = answer(Provider::new(7, 0).answer(&request, NOW)).body.collect_bytes();
        decode(Wire::OpenaiChat, &body).expect("a good answer").0
    };
    let asked = r#"{"role":"user","content":"hi"}"#;
    let response = ask(asked);
    let calls: Vec<_> = response.tool_calls().collect();
    assert_eq!((calls.len(), calls[0].name.as_str()), (1, "look"));
    assert_eq!(calls[0].arguments, r#"{"q":"hi"}"#);
    let answered = ask(&format!(r#"{asked},{{"role":"tool","tool_call_id":"x","content":"r"}}"#));
    assert_eq!(answered.tool_calls().count(), 0);
    assert_eq!(answered.finish().map(|f| f.reason), Some(FinishReason::Stop));
}

#[test]
fn a_huge_line_is_never_held() {
    let mut request = request(Wire::OpenaiChat, "m", true);
    request.headers.push("x-sim-plan", "huge-line@1000m");
    let mut total = 0_u64;
    for step in answer(Provider::new(7, 0).answer(&request, NOW)).body.take(100) {
        if let BodyStep::Bytes(bytes) = step {
            assert!(bytes.len() <= 64 << 10);
            total += bytes.len() as u64;
        }
    }
    assert!(total > 2 << 20);
}

#[test]
fn what_cannot_be_understood_is_told() {
    let mut bad = request(Wire::Gemini, "sim-what", false);
    let told = answer(Provider::new(7, 0).answer(&bad, NOW));
    assert_eq!(told.status, 400);
    assert!(String::from_utf8_lossy(&told.body.collect_bytes()).contains("what"));
    bad.body = b"[1".to_vec();
    assert_eq!(answer(Provider::new(7, 0).answer(&bad, NOW)).status, 400);
    bad.url = "http://h/v1/nowhere".into();
    assert_eq!(answer(Provider::new(7, 0).answer(&bad, NOW)).status, 404);
}

#[test]
fn a_simulated_host_can_play_the_same() {
    use crate::testing::{Reply, What};
    let request = request(Wire::Anthropic, "sim-drip@10:5,reset", true);
    let mut provider = Provider::new(7, 0);
    let reply = Reply::from(provider.answer(&request, NOW));
    assert!(matches!(reply.steps[0].what, What::Head { status: 200, .. }));
    assert!(
        matches!(&reply.steps[1], crate::testing::Step { after_ms: 5, what: What::Chunk(b) } if b.len() == 10)
    );
    assert_eq!(reply.steps.last().map(|s| &s.what), Some(&What::End));
    let reset = Reply::from(provider.answer(&request, NOW));
    assert_eq!(reset, Reply::fails(crate::http::TransportKind::Reset));
}

#[test]
fn statuses_and_hints_are_understood() {
    use crate::failure::{FailureKind, classify_response};
    // Unix seconds are told from seconds to wait by their size.
    let now = UnixTime::from_millis(1_795_000_000_000);
    for wire in Wire::ALL {
        for (plan, kind, hint) in [
            ("429 retry-after=2", FailureKind::RateLimit, Some(2_000)),
            ("429 retry-after=2.5", FailureKind::RateLimit, Some(2_500)),
            ("429 retry-after-ms=1500", FailureKind::RateLimit, Some(1_500)),
            ("429 retry-after=date:60", FailureKind::RateLimit, Some(60_000)),
            ("429 retry-after=rfc850:60", FailureKind::RateLimit, Some(60_000)),
            ("429 retry-after=asctime:60", FailureKind::RateLimit, Some(60_000)),
            ("429 reset=rfc3339:60", FailureKind::RateLimit, Some(60_000)),
            ("429 reset=go:1m", FailureKind::RateLimit, Some(60_000)),
            ("429 reset=unix:60", FailureKind::RateLimit, Some(60_000)),
            ("429", FailureKind::RateLimit, None),
            ("quota", FailureKind::QuotaExceeded, None),
            ("auth", FailureKind::Authentication, None),
            ("403", FailureKind::Forbidden, None),
            ("404", FailureKind::NotFound, None),
            ("context", FailureKind::ContextWindowExceeded, None),
            ("500", FailureKind::ServerError, None),
            ("502", FailureKind::ServerError, None),
            ("503 empty", FailureKind::ServerError, None),
            ("overloaded", FailureKind::Overloaded, None),
        ] {
            let mut request = request(wire, "m", true);
            request.headers.push("x-sim-plan", plan);
            let answer = answer(Provider::new(7, 0).answer(&request, now));
            let text = String::from_utf8(answer.body.collect_bytes()).expect("text");
            let body = crate::protocol::read_error(wire, &text).unwrap_or_default();
            let failure = classify_response(answer.status, &answer.headers, &body, &text, Some(now));
            assert_eq!((failure.kind, failure.retry_after_ms), (kind, hint), "{wire} {plan}: {text}");
        }
    }
    let mut request = request(Wire::Gemini, "m", false);
    request.headers.push("x-sim-plan", "429 retry-info=12s");
    let text = answer(Provider::new(7, 0).answer(&request, now)).body.collect_bytes();
    let body = crate::protocol::read_error(Wire::Gemini, &String::from_utf8_lossy(&text));
    assert_eq!(body.and_then(|b| b.retry_after_ms), Some(12_000));
}
