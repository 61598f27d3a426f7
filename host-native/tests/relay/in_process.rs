//! `Client::relay` without a server in front of it.

use futures::{FutureExt, StreamExt};
use tokenwire::core::http::{Head, Headers};
use tokenwire::core::protocol::{DecodeError, Incoming};
use tokenwire::core::translate::TranslateOptions;
use tokenwire::{Client, Dialect, Error, FailureKind, Relayed, Wire};

use crate::bare_http::{decode, wires};
use crate::executors::on_each_executor;
use crate::quick::LIMIT;
use crate::setup::{client, simulated};

fn relay(client: &Client, (dialect, path, body): &(Dialect, String, String)) -> Relayed {
    let incoming = Incoming { path, headers: &Headers::new(), body };
    client.relay("provider", dialect.wire, &incoming, &TranslateOptions::default()).expect("a call")
}

async fn read(relayed: &mut Relayed) -> (Head, Vec<u8>) {
    let head = relayed.head().await;
    let mut body = Vec::new();
    while let Some(piece) = relayed.next().await {
        body.extend(piece.expect("a body that ends in order"));
    }
    assert!(relayed.next().await.is_none());
    (head, body)
}

#[test]
fn every_executor_relays() {
    let sim = simulated();
    let client = client(&sim.url(), Wire::Anthropic);
    on_each_executor(|| {
        async {
            for request in wires("sim", true) {
                let mut relayed = relay(&client, &request);
                let (head, body) = read(&mut relayed).await;
                assert_eq!((head.status, relayed.head().await), (200, head));
                let heard = decode(&request.0, &body).expect("an answer").text();
                let outcome = relayed.outcome().expect("it is over");
                assert_eq!(heard, outcome.response.text(), "{}", request.0.wire);
            }
        }
        .boxed_local()
    });
}

#[test]
fn each_answer_has_an_id_and_a_time_of_its_own() {
    let sim = simulated();
    let client = client(&sim.url(), Wire::Gemini);
    let [_, request, ..] = wires("sim", false);
    let answer = || {
        let body = futures::executor::block_on(async { read(&mut relay(&client, &request)).await }).1;
        let text = String::from_utf8(body).expect("UTF-8");
        assert!(!text.contains(r#""created_at":0,"#), "{text}");
        text
    };
    assert_ne!(answer(), answer());
}

#[test]
fn a_body_may_be_read_before_its_head_is_asked_for() {
    let sim = simulated();
    let client = client(&sim.url(), Wire::OpenaiChat);
    let [.., request] = wires("sim-auth*", false);
    let mut relayed = relay(&client, &request);
    futures::executor::block_on(async {
        while let Some(piece) = relayed.next().await {
            assert!(piece.is_ok());
        }
        assert_eq!(relayed.head().await.status, 401);
    });
}

#[test]
fn cancelling_ends_with_an_error_of_the_applications_protocol() {
    let sim = simulated();
    for provider in Wire::ALL {
        let client = client(&sim.url(), provider);
        for request in wires("sim-stall@9*", true) {
            let case = format!("{} > {provider}", request.0.wire);
            let left = sim.stats().closed_early;
            let mut relayed = relay(&client, &request);
            let body = futures::executor::block_on(async {
                let mut body = relayed.next().await.expect("text").expect("in order");
                relayed.cancel();
                body.extend(read(&mut relayed).await.1);
                body
            });
            let end = decode(&request.0, &body);
            assert!(matches!(end, Err(DecodeError::Provider(_))), "{case}: {end:?}");
            let failure = relayed.outcome().and_then(|o| o.failure.as_ref()).map(|f| f.kind);
            assert_eq!(failure, Some(FailureKind::Cancelled), "{case}");
            assert!(sim.wait_until(LIMIT, |s| s.closed_early == left + 1), "{case}");
        }
    }
}

#[test]
fn dropping_closes_the_connection_to_the_provider() {
    let sim = simulated();
    let client = client(&sim.url(), Wire::OpenaiResponses);
    on_each_executor(|| {
        async {
            for request in wires("sim-stall@9*", true) {
                let left = sim.stats().closed_early;
                let mut relayed = relay(&client, &request);
                assert_eq!(relayed.head().await.status, 200);
                assert_eq!(sim.stats().closed_early, left);
                drop(relayed);
                assert!(sim.wait_until(LIMIT, |s| s.closed_early == left + 1), "{}", request.0.wire);
            }
        }
        .boxed_local()
    });
}

#[test]
fn what_cannot_be_sent_has_an_answer_for_the_application() {
    let client = client("http://127.0.0.1:9", Wire::Anthropic);
    for (dialect, path, body) in wires("m", false) {
        let wire = dialect.wire;
        let ask = |provider: &str, body: &str| {
            let incoming = Incoming { path: &path, headers: &Headers::new(), body };
            client.relay(provider, wire, &incoming, &TranslateOptions::default()).expect_err("no call")
        };
        let nobody = ask("nobody", &body);
        assert!(matches!(nobody, Error::NoSuchProvider { .. }), "{wire}: {nobody:?}");
        assert_eq!(nobody.answer(wire).status, 500, "{wire}");
        let nonsense = ask("provider", "[");
        assert!(matches!(nonsense, Error::Refused(_)), "{wire}: {nonsense:?}");
        assert_eq!(nonsense.answer(wire).status, 400, "{wire}");
    }
}
