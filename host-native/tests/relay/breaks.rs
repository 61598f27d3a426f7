//! Providers that refuse, and answers that break.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use tokenwire::core::failure::classify_response;
use tokenwire::core::http::Headers;
use tokenwire::core::protocol::DecodeError;
use tokenwire::serve::{Options, Report, Server};
use tokenwire::{FailureKind, Wire};

use crate::bare_http::{Answer, decode, exchange, parse, post, wires};
use crate::quick::LIMIT;
use crate::setup::{Both, client, own_error};

/// What kind of error an application reads in an answer.
fn kind(wire: Wire, answer: &Answer) -> FailureKind {
    let text = std::str::from_utf8(&answer.body).expect("UTF-8");
    classify_response(answer.status, &Headers::new(), &own_error(wire, answer), text, None).kind
}

#[test]
fn a_refusal_is_one_of_the_applications_own_protocol() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for stream in [false, true] {
            for (model, status, expected) in [
                ("sim-auth*", 401, FailureKind::Authentication),
                ("sim-400*", 400, FailureKind::InvalidRequest),
                ("sim-404*", 404, FailureKind::NotFound),
                ("sim-context*", 400, FailureKind::ContextWindowExceeded),
                ("sim-429*+retry-after=3000", 429, FailureKind::RateLimit),
                ("sim-503*+should-retry=false", 503, FailureKind::Overloaded),
            ] {
                for (dialect, path, body) in wires(model, stream) {
                    let wire = dialect.wire;
                    let case = format!("{wire} > {provider}, {model}, stream {stream}");
                    let answer = post(both.server.addr(), &path, "", &body);
                    let head = String::from_utf8_lossy(&answer.head).into_owned();
                    assert_eq!((answer.status, answer.is_whole), (status, true), "{case}: {head}");
                    assert_eq!(kind(wire, &answer), expected, "{case}");
                    assert_eq!(head.contains("retry-after: 3000\r\n"), status == 429, "{case}: {head}");
                }
            }
        }
    }
}

#[test]
fn a_break_after_text_is_an_error_event() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for fault in ["cut@3k", "error@12", "no-end"] {
            for (dialect, path, body) in wires(&format!("sim-{fault}*"), true) {
                let case = format!("{} > {provider}, {fault}", dialect.wire);
                let answer = post(both.server.addr(), &path, "", &body);
                let text = String::from_utf8_lossy(&answer.body);
                assert_eq!((answer.status, answer.is_whole), (200, true), "{case}: {text}");
                assert!(text.contains("said"), "{case}: {text}");
                let end = decode(&dialect, &answer.body);
                assert!(matches!(end, Err(DecodeError::Provider(_))), "{case}: {end:?} in {text}");
                let Report::Called { outcome, .. } = both.report() else { panic!("{case}: no call") };
                assert!(!outcome.is_complete(), "{case}");
            }
        }
    }
}

/// A provider that promises more of a document than it sends.
fn short(bytes: usize) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client comes");
        stream.set_read_timeout(Some(LIMIT)).expect("a timeout above zero");
        let mut read = [0; 4096];
        let mut request = Vec::new();
        while !request.ends_with(b"}]}") {
            let count = stream.read(&mut read).expect("a request");
            request.extend_from_slice(&read[..count]);
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99999999\r\n\r\n{";
        stream.write_all(head.as_bytes()).expect("the client reads");
        stream.write_all(&vec![b' '; bytes]).expect("the client reads");
    });
    (url, thread)
}

#[test]
fn a_document_that_breaks_in_the_middle_breaks_the_connection() {
    // More than a call holds back, so that a part has passed.
    let (url, thread) = short(2 << 20);
    let server =
        Server::start(client(&url, Wire::OpenaiChat), "provider", Options::default()).expect("a free port");
    let [(_, path, body), ..] = wires("m", false);
    let (bytes, _) = exchange(server.addr(), "POST", &path, "", &body);
    let answer = parse(&bytes);
    assert_eq!((answer.status, answer.is_whole), (200, false));
    thread.join().expect("the provider ends well");
}
