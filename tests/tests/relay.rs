//! Applications of every wire, answered by providers of every wire, with the machine between them.

mod spec_calls;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use spec_calls::{KEY, TEXT, cut_short, exact, good, good_stream, opened, options, refused};
use tokenwire_core::call::{Options, Outcome};
use tokenwire_core::driver::{Driver, News};
use tokenwire_core::failure::FailureKind;
use tokenwire_core::http::{Head, Headers, HttpRequest, TransportKind};
use tokenwire_core::model::{Accumulator, Content, Event, FinishReason, Message, Request, Wire};
use tokenwire_core::protocol::{
    AnswerContext, Caps, Credential, DecodeError, Decoder, Dialect, Incoming, SealKey, StreamFraming, Target,
    encode_request, encode_response, read_error,
};
use tokenwire_core::relay::Relay;
use tokenwire_core::retry::{AfterCommit, RetryPolicy};
use tokenwire_core::testing::{Reply, SimHost, What};
use tokenwire_core::time::Instant;
use tokenwire_core::translate::TranslateOptions;
use tokenwire_core::usage::Bucket;

/// What an application got.
struct Answered {
    wire: Wire,
    head: Head,
    bytes: Vec<u8>,
    told: String,
    outcome: Arc<Outcome>,
    requests: Vec<HttpRequest>,
}

impl Answered {
    /// The answer as an application reads it.
    fn read(&self) -> (Accumulator, Option<u64>, Result<(), DecodeError>) {
        let mut decoder = Decoder::new(Dialect::of_wire(self.wire), Caps::default());
        let mut sum = Accumulator::new("");
        let mut add = |event: Event<'_>| sum.add(&event);
        let read = decoder.push(&self.bytes, &mut add).and_then(|_| decoder.end(&mut add));
        let output = decoder.usage().counts.get(Bucket::Output);
        (sum, output, read)
    }

    fn body(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("answers are text")
    }
}

/// The request of an application on `wire`.
fn asked(wire: Wire, stream: bool) -> (String, String) {
    let target = Target::new(Dialect::of_wire(wire), Some(Credential::new(KEY))).expect("the key is plain");
    let mut request = Request::new("m", vec![Message::user("hello")]);
    request.limits.max_output_tokens = Some(100);
    let http = encode_request(&request, &target, stream).expect("the request is plain").http;
    let path = http.url.splitn(4, '/').last().expect("an address has a path");
    (format!("/{path}"), String::from_utf8(http.body).expect("JSON is text"))
}

fn answer(
    application: Wire,
    provider: Wire,
    stream: bool,
    options: Options,
    replies: Vec<Reply>,
) -> Answered {
    let (path, body) = asked(application, stream);
    let headers = Headers::new();
    let incoming = Incoming { path: &path, headers: &headers, body: &body };
    let target =
        Target::new(Dialect::of_wire(provider), Some(Credential::new(KEY))).expect("the key is plain");
    let translation = TranslateOptions { id: "1".into(), ..TranslateOptions::default() };
    let relay = Relay::new(application, &incoming, target, &translation, options, 1, Instant::default())
        .expect("every wire carries a plain request");
    run(application, relay, replies)
}

/// Runs a relay to its end.
fn run(application: Wire, relay: Relay, replies: Vec<Reply>) -> Answered {
    let host = SimHost::new(replies);
    let mut driver = Driver::new(host.clone(), relay);
    let (mut heads, mut bytes, mut told) = (Vec::new(), Vec::new(), String::new());
    let mut context = Context::from_waker(Waker::noop());
    let outcome = loop {
        match driver.poll_news(&mut context) {
            Poll::Ready(Some(News::Head(head))) => heads.push(head),
            Poll::Ready(Some(News::Bytes(more))) => {
                assert_eq!(heads.len(), 1, "the head comes before the bytes");
                bytes.extend(more);
            }
            Poll::Ready(Some(News::Event(Event::TextDelta { text, .. }))) => told.push_str(&text),
            Poll::Ready(Some(News::Event(_))) => {}
            Poll::Ready(None) => break driver.outcome().expect("the call is over").clone(),
            Poll::Pending => assert!(host.advance(), "something must be left to happen"),
        }
    };
    assert_eq!(heads.len(), 1, "an application gets one head");
    let head = heads.remove(0);
    let requests = host.requests().into_iter().map(|(_, request)| request).collect();
    Answered { wire: application, head, bytes, told, outcome, requests }
}

fn pairs() -> impl Iterator<Item = (Wire, Wire)> {
    Wire::ALL.into_iter().flat_map(|application| Wire::ALL.map(|provider| (application, provider)))
}

fn trickled(bytes: &[u8]) -> Reply {
    bytes.iter().fold(opened(), |reply, byte| reply.chunk(1, [*byte])).end()
}

#[test]
fn an_application_reads_a_good_answer_and_nothing_of_the_attempts_before_it() {
    for (application, provider) in pairs() {
        for stream in [true, false] {
            let busy = refused(provider, 503, "{\"busy\":1}").into_reply();
            let unheard = opened().then(0, What::Fail(TransportKind::Body));
            let replies = vec![busy, unheard, good(provider)];
            let answered = answer(application, provider, stream, options(exact(3)), replies);
            let at = format!("{application} < {provider}, stream {stream}");
            let (read, output, end) = answered.read();
            assert_eq!((answered.head.status, end), (200, Ok(())), "{at}");
            assert_eq!((read.response().text(), answered.told.as_str()), (TEXT.into(), TEXT), "{at}");
            assert_eq!(read.response().finish().map(|f| f.reason), Some(FinishReason::Stop), "{at}");
            assert_eq!(output, Some(4), "{at}");
            assert_eq!(answered.requests.len(), 3, "{at}");
            assert!(answered.outcome.is_complete(), "{at}");
        }
    }
}

#[test]
fn the_same_bytes_come_out_however_the_providers_are_cut() {
    for (application, provider) in pairs() {
        let body = good_stream(provider).frames().concat();
        let whole = answer(application, provider, true, options(exact(1)), vec![good(provider)]);
        let trickled = answer(application, provider, true, options(exact(1)), vec![trickled(&body)]);
        assert_eq!(whole.body(), trickled.body(), "{application} < {provider}");
        if application == provider {
            assert_eq!(whole.bytes, body, "{application}");
        }
    }
}

#[test]
fn a_stream_says_that_it_is_one() {
    for (application, provider) in pairs() {
        let answered = answer(application, provider, true, options(exact(1)), vec![good(provider)]);
        let kind = answered.head.headers.get("content-type").unwrap_or_default();
        // Equal wires pass the head that came, which has none here.
        if application != provider {
            assert!(kind.starts_with("text/event-stream"), "{application} < {provider}: {kind}");
        }
    }
}

#[test]
fn a_stream_that_breaks_after_its_head_ends_with_an_error_that_its_application_reads() {
    for (application, provider) in pairs() {
        let mut cut = cut_short(provider);
        // Within the next frame.
        cut.extend_from_slice(b"data: {\"cut");
        let broken = opened().chunk(0, cut).then(0, What::Fail(TransportKind::Body));
        let answered = answer(application, provider, true, options(exact(3)), vec![broken]);
        let (read, _, end) = answered.read();
        let at = format!("{application} < {provider}: {}", answered.body());
        assert!(matches!(end, Err(DecodeError::Provider(_))), "{at}: {end:?}");
        assert_eq!((answered.head.status, read.response().text()), (200, TEXT.into()), "{at}");
        assert_eq!(answered.outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::Connection), "{at}");
        assert_eq!(answered.requests.len(), 1, "{at}");
    }
}

#[test]
fn what_an_application_was_told_is_never_taken_back() {
    for (application, provider) in pairs() {
        let broken = opened().chunk(0, cut_short(provider)).then(0, What::Fail(TransportKind::Body));
        let retry = RetryPolicy { after_commit: AfterCommit::DiscardAndRetry, ..exact(3) };
        let answered = answer(application, provider, true, options(retry), vec![broken, good(provider)]);
        assert_eq!(answered.requests.len(), 1, "{application} < {provider}");
        assert_eq!(answered.told, TEXT, "{application} < {provider}");
    }
}

#[test]
fn a_refusal_is_an_error_response_of_the_applications_protocol() {
    for (application, provider) in pairs() {
        for (status, message) in [(401, "no such key"), (400, "bad schema"), (429, "slow down")] {
            let body = spec_calls::said(provider, message);
            let body = body.lines().find_map(|line| line.strip_prefix("data: ")).expect("one event");
            let replies = vec![refused(provider, status, body).into_reply()];
            let answered = answer(application, provider, true, options(exact(1)), replies);
            let at = format!("{application} < {provider}: {}", answered.body());
            assert_eq!(answered.head.status, status, "{at}");
            let error = read_error(application, answered.body()).expect(&at);
            assert_eq!(error.message.as_deref(), Some(message), "{at}");
        }
    }
}

#[test]
fn where_no_provider_was_reached_the_application_is_told_so_in_its_protocol() {
    for (application, provider) in pairs() {
        let answered = answer(
            application,
            provider,
            false,
            options(exact(1)),
            vec![Reply::fails(TransportKind::Connect)],
        );
        let at = format!("{application} < {provider}: {}", answered.body());
        assert!(answered.head.status >= 500, "{at}");
        assert_eq!(answered.head.headers.get("content-type"), Some("application/json"), "{at}");
        assert!(
            read_error(application, answered.body()).is_some_and(|error| error.message.is_some()),
            "{at}"
        );
    }
}

#[test]
fn heads_pass_without_what_is_between_a_provider_and_its_client() {
    for wire in Wire::ALL {
        let headers: Headers = [
            ("content-type", "text/event-stream"),
            ("content-length", "99"),
            ("set-cookie", "session=1"),
            ("connection", "x-hop"),
            ("x-hop", "1"),
            ("openai-organization", "the operator's"),
            ("access-control-allow-origin", "*"),
            ("x-request-id", "r-1"),
            ("x-ratelimit-remaining-requests", "9"),
        ]
        .into_iter()
        .collect();
        let reply = Reply::head(200, headers).chunk(0, good_stream(wire).frames().concat()).end();
        let answered = answer(wire, wire, true, options(exact(1)), vec![reply]);
        let names: Vec<&str> = answered.head.headers.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["content-type", "x-request-id", "x-ratelimit-remaining-requests"], "{wire}");
    }
}

#[test]
fn the_providers_id_of_a_request_reaches_the_application() {
    for (application, provider) in pairs() {
        let headers: Headers = [("request-id", "r-1")].into_iter().collect();
        let reply = Reply::head(200, headers).chunk(0, good_stream(provider).frames().concat()).end();
        let answered = answer(application, provider, true, options(exact(1)), vec![reply]);
        let name = if application == Wire::Anthropic { "request-id" } else { "x-request-id" };
        if application != provider {
            assert_eq!(answered.head.headers.get(name), Some("r-1"), "{application} < {provider}");
        }
    }
}

#[test]
fn an_application_is_told_the_usage_of_the_attempt_that_answered() {
    for (application, provider) in pairs() {
        // The first attempt states its input and breaks before anything is seen.
        let stated = good_stream(provider).frames()[..1].concat();
        let unheard = match provider {
            // Chat's first frame shows text already; the others state nothing there.
            Wire::Anthropic => opened().chunk(0, stated).then(0, What::Fail(TransportKind::Body)),
            _ => opened().then(0, What::Fail(TransportKind::Body)),
        };
        for stream in [true, false] {
            let replies = vec![unheard.clone(), good(provider)];
            let answered = answer(application, provider, stream, options(exact(2)), replies);
            let mut decoder = Decoder::new(Dialect::of_wire(application), Caps::default());
            let read = decoder.push(&answered.bytes, &mut |_: Event<'_>| {}).and_then(|_| {
                decoder.end(&mut |_: Event<'_>| {})?;
                Ok(decoder.usage().counts.get(Bucket::Input))
            });
            assert_eq!(read, Ok(Some(9)), "{application} < {provider}, stream {stream}");
        }
    }
}

#[test]
fn the_operators_key_never_reaches_an_application() {
    for (application, provider) in pairs() {
        let echoed = format!("{{\"error\":{{\"message\":\"invalid key {KEY}\"}}}}");
        let headers: Headers =
            [("content-type", "application/json".into()), ("x-request-id", format!("for {KEY}"))]
                .into_iter()
                .collect();
        let refused = Reply::whole(401, headers, echoed);
        let answered = answer(application, provider, true, options(exact(1)), vec![refused]);
        assert_eq!(answered.head.status, 401, "{application} < {provider}");
        assert!(!answered.body().contains(KEY), "{application} < {provider}: {}", answered.body());
        let headers: Vec<_> = answered.head.headers.iter().map(|(_, value)| value).collect();
        assert!(!headers.concat().contains(KEY), "{application} < {provider}: {headers:?}");
    }
}

#[test]
fn no_application_is_sent_to_another_address() {
    for (application, provider) in pairs() {
        let headers: Headers = [("location", "https://elsewhere.example/")].into_iter().collect();
        let reply = Reply::whole(302, headers, "moved");
        let answered = answer(application, provider, true, options(exact(1)), vec![reply]);
        let at = format!("{application} < {provider}: {}", answered.body());
        assert!(answered.head.status >= 400, "{at}: {}", answered.head.status);
        assert_eq!(answered.head.headers.get("location"), None, "{at}");
        assert!(read_error(application, answered.body()).is_some_and(|e| e.message.is_some()), "{at}");
    }
}

#[test]
fn a_whole_answer_to_a_request_for_a_stream_reaches_the_application() {
    for (application, provider) in pairs() {
        let body = whole_body(provider);
        let headers: Headers = [("content-type", "application/json")].into_iter().collect();
        let reply = Reply::whole(200, headers, body.clone());
        let answered = answer(application, provider, true, options(exact(1)), vec![reply]);
        let (read, _, end) = answered.read();
        let at = format!("{application} < {provider}: {}", answered.body());
        assert_eq!((end, read.response().text()), (Ok(()), TEXT.into()), "{at}");
        if application == provider {
            assert_eq!(answered.body(), body, "{at}");
        }
    }
}

/// The good answer of a provider as one document.
fn whole_body(wire: Wire) -> String {
    let mut sum = Accumulator::new(Dialect::of_wire(wire).vendor);
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut add = |event: Event<'_>| sum.add(&event);
    let read = decoder.push(&good_stream(wire).frames().concat(), &mut add);
    read.and_then(|_| decoder.end(&mut add)).expect("the good stream is good");
    let context = AnswerContext {
        model: "m".into(),
        id: "1".into(),
        created: 1,
        vendor: Dialect::of_wire(wire).vendor.into(),
        source: wire,
        stream_usage: true,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    };
    encode_response(wire, context, sum.response(), decoder.usage()).0
}

#[test]
fn two_calls_without_an_id_of_their_own_have_different_ones() {
    let ids = [1, 2].map(|seed| {
        let (path, body) = asked(Wire::OpenaiChat, true);
        let headers = Headers::new();
        let incoming = Incoming { path: &path, headers: &headers, body: &body };
        let target = Target::new(&Dialect::GEMINI, Some(Credential::new(KEY))).expect("the key is plain");
        let options = options(exact(1));
        let now = Instant::default();
        let relay =
            Relay::new(Wire::OpenaiChat, &incoming, target, &TranslateOptions::default(), options, seed, now)
                .expect("the request is plain");
        run(Wire::OpenaiChat, relay, vec![body_without_id()]).body().to_owned()
    });
    assert_ne!(ids[0], ids[1]);
    assert!(ids[0].contains("chatcmpl-") && !ids[0].contains("chatcmpl-\""), "{}", ids[0]);
}

fn body_without_id() -> Reply {
    spec_calls::body(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"finishReason\":\"STOP\"}]}\n\n",
    )
}

#[test]
fn between_equal_wires_a_call_written_as_text_is_one_where_that_is_asked_for() {
    let body = r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"hello"}],"tools":[
        {"type":"function","function":{"name":"look","parameters":{"type":"object"}}}]}"#;
    let said = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":
        "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"at\": 1.0}}\n</tool_call>"}}]}"#;
    let ended = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let sent = spec_calls::sse(&[&said.replace('\n', ""), ended, "[DONE]"]);
    for rewrite in [true, false] {
        let headers = Headers::new();
        let incoming = Incoming { path: "/v1/chat/completions", headers: &headers, body };
        let target = Target::new(&Dialect::OLLAMA, None).expect("it needs no key");
        let translation = TranslateOptions { rewrite, ..TranslateOptions::default() };
        let now = Instant::default();
        let relay = Relay::new(Wire::OpenaiChat, &incoming, target, &translation, options(exact(1)), 1, now)
            .expect("plain");
        let answered = run(Wire::OpenaiChat, relay, vec![spec_calls::body(sent.clone())]);
        let (read, _, end) = answered.read();
        assert_eq!(end, Ok(()), "{}", answered.body());
        let parts = &read.response().candidates[0].parts;
        let calls = parts.iter().filter(|part| matches!(part.content, Content::ToolCall(_))).count();
        assert_eq!(calls, usize::from(rewrite), "{}", answered.body());
        assert_eq!(answered.body() == sent, !rewrite);
    }
}
