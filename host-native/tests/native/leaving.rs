//! Callers that leave, and servers that don't.

use std::pin::pin;

use futures::{FutureExt, StreamExt, poll};
use tokenwire::sim::Server;
use tokenwire::{Client, Event, EventStream, FailureKind, FinishReason, OutcomeStatus, Update, Wire};

use crate::executors::on_each_executor;
use crate::raw_server::RawServer;
use crate::setup::{LIMIT, ask, client, complete, once, quick, read, server, shown};

async fn to_first_text(stream: &mut EventStream) -> String {
    loop {
        match stream.next().await {
            Some(Update::Event(Event::TextDelta { text, .. })) => return text.into(),
            Some(Update::Event(_)) => {}
            other => panic!("expected text, got {other:?}"),
        }
    }
}

async fn to_retry(stream: &mut EventStream) {
    loop {
        match stream.next().await {
            Some(Update::Event(Event::Retry(_))) => return,
            Some(Update::Event(_)) => {}
            other => panic!("expected a retry, got {other:?}"),
        }
    }
}

fn is_left(server: &Server, times: u64) -> bool {
    server.wait_until(LIMIT, |s| s.closed_early == times && s.open == 0)
}

#[test]
fn every_executor_streams() {
    let server = server();
    let client = client(&server.url(), quick());
    on_each_executor(|| {
        async {
            for wire in Wire::ALL {
                let (events, outcome) = read(client.stream(wire.name(), ask("sim")).expect("a call")).await;
                assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
                assert!(shown(&events).starts_with("You said “hé”."), "{wire}");
            }
        }
        .boxed_local()
    });
}

#[test]
fn retries_wait_on_every_executor() {
    let server = server();
    let client = client(&server.url(), quick());
    on_each_executor(|| {
        async {
            let model = format!("sim-503x2,seed@{}", server.stats().requests);
            let outcome = client.complete("anthropic", ask(&model)).await.expect("a call");
            assert_eq!((outcome.is_complete(), outcome.attempts.len()), (true, 3));
        }
        .boxed_local()
    });
}

#[test]
fn a_stream_dropped_before_the_head_closes_its_connection() {
    let server = server();
    let client = client(&server.url(), once());
    on_each_executor(|| {
        async {
            for wire in Wire::ALL {
                let before = server.stats();
                let mut stream = client.stream(wire.name(), ask("sim-hang*")).expect("a call");
                assert!(poll!(stream.next()).is_pending());
                assert!(server.wait_until(LIMIT, |s| s.requests == before.requests + 1), "{wire}");
                assert_eq!(server.stats().closed_early, before.closed_early);
                drop(stream);
                assert!(is_left(&server, before.closed_early + 1), "{wire}");
            }
        }
        .boxed_local()
    });
}

#[test]
fn a_stream_dropped_in_mid_body_closes_its_connection() {
    let server = server();
    let client = client(&server.url(), once());
    on_each_executor(|| {
        async {
            for wire in Wire::ALL {
                let before = server.stats();
                let mut stream = client.stream(wire.name(), ask("sim-stall@8*")).expect("a call");
                to_first_text(&mut stream).await;
                assert_eq!(server.stats().closed_early, before.closed_early);
                drop(stream);
                assert!(is_left(&server, before.closed_early + 1), "{wire}");
            }
        }
        .boxed_local()
    });
}

#[test]
fn a_stream_dropped_with_a_backlog_closes_its_connection() {
    let server = server();
    let client = client(&server.url(), once());
    for (left, wire) in (1..).zip(Wire::ALL) {
        let mut stream = client.stream(wire.name(), ask("sim-huge-body@4g")).expect("a call");
        smol::block_on(to_first_text(&mut stream));
        drop(stream);
        assert!(is_left(&server, left), "{wire}");
    }
}

#[test]
fn a_dropped_complete_closes_its_connection() {
    let server = server();
    let client = client(&server.url(), once());
    on_each_executor(|| {
        async {
            for (wire, model) in Wire::ALL.into_iter().zip(["sim-hang*", "sim-stall@3*"].into_iter().cycle())
            {
                let before = server.stats();
                {
                    let mut call = pin!(client.complete(wire.name(), ask(model)));
                    assert!(poll!(&mut call).is_pending());
                    assert!(server.wait_until(LIMIT, |s| s.requests == before.requests + 1), "{wire}");
                    assert!(poll!(&mut call).is_pending());
                    assert_eq!(server.stats().closed_early, before.closed_early);
                }
                assert!(is_left(&server, before.closed_early + 1), "{wire}");
            }
        }
        .boxed_local()
    });
}

#[test]
fn a_call_dropped_between_attempts_sends_no_more() {
    let server = server();
    let mut options = quick();
    options.retry.max_hint_ms = None;
    options.deadlines.call_ms = None;
    let client = client(&server.url(), options);
    smol::block_on(async {
        let mut stream = client.stream("anthropic", ask("sim-429*+retry-after=3000")).expect("a call");
        to_retry(&mut stream).await;
    });
    assert_eq!(server.stats().requests, 1);
}

#[test]
fn cancelling_keeps_what_came() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let before = server.stats().closed_early;
        let outcome = smol::block_on(async {
            let mut stream = client.stream(wire.name(), ask("sim-stall@12*")).expect("a call");
            let first = to_first_text(&mut stream).await;
            stream.cancel();
            stream.cancel();
            let (events, outcome) = read(stream).await;
            let rest = shown(&events);
            assert_eq!(outcome.response.text(), format!("{first}{rest}"), "{wire}");
            outcome
        });
        assert!(server.wait_until(LIMIT, |s| s.closed_early == before + 1), "{wire}");
        assert_eq!(outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::Cancelled), "{wire}");
        assert_eq!(
            (outcome.finish.reason, outcome.status()),
            (FinishReason::Cancelled, OutcomeStatus::Partial)
        );
        assert_eq!((outcome.attempts.len(), outcome.stop), (1, None));
        assert!(!outcome.response.text().is_empty(), "{wire}");
        // Anthropic says at the start what it read; Gemini with every event; the others at the end.
        let is_stated = matches!(wire, Wire::Anthropic | Wire::Gemini);
        let input = outcome.usage.counts.get(tokenwire::Bucket::Input);
        assert_eq!(input.is_some(), is_stated, "{wire}: {:?}", outcome.usage);
        assert_ne!(outcome.usage.completeness, tokenwire::Completeness::Complete, "{wire}");
    }
}

#[test]
fn cancelling_during_a_wait_ends_it() {
    let server = server();
    let mut options = quick();
    options.retry.max_hint_ms = None;
    options.deadlines.call_ms = None;
    let client = client(&server.url(), options);
    let outcome = smol::block_on(async {
        let mut stream = client.stream("gemini", ask("sim-429*+retry-after=3000")).expect("a call");
        to_retry(&mut stream).await;
        stream.cancel();
        read(stream).await.1
    });
    assert_eq!(outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::Cancelled));
    assert_eq!(outcome.attempts.len(), 1);
}

#[test]
fn a_server_silent_after_the_last_event_is_left() {
    let body = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99999\r\n\r\n\
                data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hi\"},\"finish_reason\":\"stop\"}]}\n\n\
                data: [DONE]\n\n";
    let silent = RawServer::start(vec![body.into()]);
    let client: Client = client(&silent.url, once());
    let outcome = complete(&client, Wire::OpenaiChat, ask("m"));
    assert_eq!((outcome.response.text().as_str(), outcome.is_complete()), ("hi", true));
    // Ends once the connection is closed, although the client lives on.
    assert_eq!(silent.requests().len(), 1);
    drop(client);
}
