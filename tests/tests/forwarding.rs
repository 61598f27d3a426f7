//! Calls whose answers are passed on byte for byte, while the machine watches.

mod spec_calls;

use spec_calls::{KEY, TEXT, cut_short, exact, good_stream, opened, options, refused};
use tokenwire_core::call::{Call, Options, Outcome};
use tokenwire_core::driver::{Driver, News};
use tokenwire_core::failure::FailureKind;
use tokenwire_core::http::{HttpRequest, Method, TransportKind};
use tokenwire_core::model::{Event, Message, Request, Wire};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, RetryPolicy};
use tokenwire_core::testing::{Reply, SimHost, What};
use tokenwire_core::time::Instant;
use tokenwire_core::usage::Bucket;

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

/// What a caller of a forwarding call got.
struct Passed {
    statuses: Vec<u16>,
    bytes: Vec<u8>,
    text: String,
    outcome: Arc<Outcome>,
    requests: Vec<HttpRequest>,
}

fn pass(wire: Wire, options: Options, replies: Vec<Reply>) -> Passed {
    let target = Target::new(Dialect::of_wire(wire), Some(Credential::new(KEY))).expect("the key is plain");
    let http = HttpRequest {
        method: Method::Post,
        url: "http://127.0.0.1/raw".into(),
        headers: Default::default(),
        body: b"{\"as\": \"it came\"}".to_vec(),
    };
    let request = Request::new("m", vec![Message::user("hello")]);
    let call = Call::forward(http, request, target, options, 1, Instant::default());
    let host = SimHost::new(replies);
    let mut driver = Driver::new(host.clone(), call);
    let (mut statuses, mut bytes, mut text) = (Vec::new(), Vec::new(), String::new());
    let mut context = Context::from_waker(Waker::noop());
    let outcome = loop {
        match driver.poll_news(&mut context) {
            Poll::Ready(Some(News::Head(head))) => statuses.push(head.status),
            Poll::Ready(Some(News::Bytes(more))) => {
                assert!(!statuses.is_empty(), "the head comes before the bytes");
                bytes.extend(more);
            }
            Poll::Ready(Some(News::Event(Event::TextDelta { text: more, .. }))) => text.push_str(&more),
            Poll::Ready(Some(News::Event(_))) => {}
            Poll::Ready(None) => break driver.outcome().expect("the call is over").clone(),
            Poll::Pending => assert!(host.advance(), "something must be left to happen"),
        }
    };
    let requests = host.requests().into_iter().map(|(_, request)| request).collect();
    Passed { statuses, bytes, text, outcome, requests }
}

/// The bytes one by one.
fn trickled(bytes: &[u8]) -> Reply {
    bytes.iter().fold(opened(), |reply, byte| reply.chunk(1, [*byte])).end()
}

#[test]
fn bytes_pass_as_they_came_and_the_machine_sees_everything() {
    for wire in Wire::ALL {
        let mut body = good_stream(wire).frames().concat();
        // Behind the terminal event too.
        body.extend_from_slice(b": the end\n\n");
        let passed = pass(wire, options(exact(1)), vec![trickled(&body)]);
        assert_eq!((passed.statuses.as_slice(), &passed.bytes), (&[200][..], &body), "{wire}");
        assert_eq!(passed.text, TEXT, "{wire}");
        assert!(passed.outcome.is_complete(), "{wire}: {:?}", passed.outcome.failure);
        assert_eq!(passed.outcome.usage.counts.get(Bucket::Output), Some(4), "{wire}");
        assert_eq!(passed.requests[0].body, b"{\"as\": \"it came\"}");
    }
}

#[test]
fn what_an_attempt_sent_before_the_commit_point_is_not_passed_on() {
    for wire in Wire::ALL {
        let body = good_stream(wire).frames().concat();
        let start = good_stream(wire).frames()[..1].concat();
        let broken = opened().chunk(0, start).then(0, What::Fail(TransportKind::Body));
        let busy = refused(wire, 503, "{\"busy\":1}").into_reply();
        let replies = vec![busy, broken, trickled(&body)];
        let passed = pass(wire, options(exact(3)), replies);
        // Chat's first frame holds the first piece of text: that attempt is committed.
        if passed.outcome.is_complete() {
            assert_eq!((passed.statuses.as_slice(), &passed.bytes), (&[200][..], &body), "{wire}");
            assert_eq!(passed.requests.len(), 3, "{wire}");
        } else {
            assert_eq!(passed.requests.len(), 2, "{wire}");
        }
    }
}

#[test]
fn a_refusal_that_nothing_follows_passes_with_its_status_and_body() {
    for wire in Wire::ALL {
        let last = refused(wire, 400, "{ \"error\": \"no\" }").into_reply();
        let passed = pass(wire, options(exact(3)), vec![refused(wire, 503, "{}").into_reply(), last]);
        assert_eq!(
            (passed.statuses.as_slice(), passed.bytes.as_slice()),
            (&[400][..], &b"{ \"error\": \"no\" }"[..])
        );
        assert_eq!(
            passed.outcome.failure.as_ref().map(|f| f.kind),
            Some(FailureKind::InvalidRequest),
            "{wire}"
        );
    }
}

#[test]
fn after_the_commit_point_nothing_is_taken_back_whatever_the_policy_says() {
    for wire in Wire::ALL {
        let cut = cut_short(wire);
        let broken = opened().chunk(0, cut.clone()).then(0, What::Fail(TransportKind::Body));
        let retry = RetryPolicy { after_commit: AfterCommit::DiscardAndRetry, ..exact(3) };
        let passed = pass(wire, options(retry), vec![broken]);
        assert_eq!(passed.bytes, cut, "{wire}");
        assert_eq!(passed.requests.len(), 1, "{wire}");
        assert_eq!(passed.outcome.response.text(), TEXT, "{wire}");
    }
}
