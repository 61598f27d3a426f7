//! Applications of any wire at providers of any wire that do anything.

use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use tokenwire_core::driver::{Driver, News};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::model::{Accumulator, Event, Message, Request, Wire};
use tokenwire_core::protocol::{
    Caps, Credential, DecodeError, Decoder, Dialect, Incoming, Target, encode_request, read_error,
};
use tokenwire_core::relay::Relay;
use tokenwire_core::testing::{Reply, SimHost};
use tokenwire_core::time::Instant;
use tokenwire_core::translate::TranslateOptions;

use crate::scenario::{self, Plan};

/// What an application does, and what happens to it.
#[derive(Clone, Debug)]
struct Visit {
    application: Wire,
    plan: Plan,
    is_stream: bool,
    replies: Vec<Reply>,
    /// It leaves after that many pieces of news.
    leaves: Option<usize>,
}

fn visit() -> impl Strategy<Value = Visit> {
    let leaves = prop::option::weighted(0.1, 0..20_usize);
    (scenario::wire(), scenario::plan(), any::<bool>(), leaves).prop_flat_map(
        |(application, plan, is_stream, leaves)| {
            prop::collection::vec(scenario::reply(plan.wire), 1..6).prop_map(move |replies| Visit {
                application,
                plan: plan.clone(),
                is_stream,
                replies,
                leaves,
            })
        },
    )
}

fn target(wire: Wire) -> Target {
    Target::new(Dialect::of_wire(wire), Some(Credential::new("sk-law-7f3a9c"))).expect("the key is plain")
}

fn relay(visit: &Visit) -> Relay {
    let mut request = Request::new("sim", vec![Message::user("hello")]);
    request.limits.max_output_tokens = Some(64);
    let asked = encode_request(&request, &target(visit.application), visit.is_stream).expect("plain").http;
    let path = asked.url.splitn(4, '/').last().expect("an address has a path");
    let (path, headers) = (format!("/{path}"), Headers::new());
    let body = String::from_utf8(asked.body).expect("JSON is text");
    let incoming = Incoming { path: &path, headers: &headers, body: &body };
    let (options, seed) = (visit.plan.options.clone(), visit.plan.seed);
    let translation = TranslateOptions::default();
    let provider = target(visit.plan.wire);
    Relay::new(visit.application, &incoming, provider, &translation, options, seed, Instant::default())
        .expect("every wire carries a plain request")
}

/// What the application got.
#[derive(Debug, Default)]
struct Got {
    heads: Vec<Head>,
    bytes: Vec<u8>,
    told: Accumulator,
}

/// Runs the visit; an error names the law that does not hold.
fn run(visit: &Visit) -> Result<(), TestCaseError> {
    let host = SimHost::new(visit.replies.clone());
    let mut driver = Driver::new(host.clone(), relay(visit));
    let mut got = Got::default();
    let mut context = Context::from_waker(Waker::noop());
    for heard in 0_usize.. {
        if visit.leaves == Some(heard) {
            driver.cancel();
        }
        match driver.poll_news(&mut context) {
            Poll::Ready(Some(News::Head(head))) => {
                prop_assert!(got.bytes.is_empty(), "a head after bytes");
                got.heads.push(head);
            }
            Poll::Ready(Some(News::Bytes(bytes))) => {
                prop_assert_eq!(got.heads.len(), 1, "bytes before a head");
                got.bytes.extend(bytes);
            }
            Poll::Ready(Some(News::Event(event))) => {
                prop_assert!(!matches!(event, Event::Discard { .. }), "an application was told to forget");
                got.told.add(&event);
            }
            Poll::Ready(None) => break,
            Poll::Pending => prop_assert!(host.advance(), "something must be left to happen"),
        }
    }
    let outcome = driver.outcome().expect("the call is over").clone();
    prop_assert_eq!(got.heads.len(), 1, "one head: {:?}", got.heads);
    prop_assert!(matches!(driver.poll_news(&mut context), Poll::Ready(None)), "news after the end");
    let status = got.heads[0].status;
    let mut decoder = Decoder::new(Dialect::of_wire(visit.application), Caps::default());
    let mut read = Accumulator::default();
    let mut add = |event: Event<'_>| read.add(&event);
    let ended = decoder.push(&got.bytes, &mut add).and_then(|_| decoder.end(&mut add));
    let shown = String::from_utf8_lossy(&got.bytes);
    match &outcome.failure {
        None => {
            prop_assert_eq!(status, 200);
            prop_assert!(ended.is_ok(), "{:?}: {}", ended, shown);
            prop_assert_eq!(read.response().text(), outcome.response.text());
        }
        Some(_) if status >= 400 => {
            let error = read_error(visit.application, &shown);
            prop_assert!(error.is_some_and(|e| e.message.is_some()), "an error without words: {}", shown);
        }
        Some(failure) => {
            // An end that lacks its last event is silence to many readers.
            let is_said = !matches!(ended, Ok(()) | Err(DecodeError::Incomplete { .. }));
            let is_known = is_said || driver.call().is_cut_off();
            prop_assert!(is_known, "{:?} was not told: {}", failure, shown);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::config("regressions/relay.txt"))]

    #[test]
    fn an_application_gets_one_head_and_knows_how_its_answer_ended(visit in visit()) {
        run(&visit)?;
    }
}
