//! Bodies and lines without an end.

use tokenwire::core::protocol::Caps;
use tokenwire::{FailureKind, Options, OutcomeStatus, Wire};

use crate::setup::{ask, both, client, once, server};

/// What one chunk from the network, and what was on its way, may add.
const SLACK: u64 = 1 << 20;

fn small_caps() -> Options {
    let caps = Caps {
        event_bytes: 1 << 20,
        body_bytes: 1 << 20,
        attempt_bytes: 8 << 20,
        response_bytes: 1 << 20,
        ..Caps::default()
    };
    Options { caps, ..once() }
}

#[test]
fn a_huge_body_is_given_up_at_the_cap() {
    let server = server();
    let client = client(&server.url(), small_caps());
    for wire in Wire::ALL {
        for (streams, outcome) in [false, true].iter().zip(both(&client, wire, &ask("sim-huge-body@1g*"))) {
            let failure = outcome.failure.as_ref().expect("a failure");
            assert_eq!(failure.kind, FailureKind::TooLarge, "{wire} {streams}: {failure}");
            // The text in a stream is a small part of its bytes.
            let most = if *streams { 8 << 20 } else { 1 << 20 };
            assert!(failure.message.contains(&format!("{most} bytes")), "{wire} {streams}: {failure}");
            assert!(
                outcome.attempts[0].bytes <= most + SLACK,
                "{wire} {streams}: {}",
                outcome.attempts[0].bytes
            );
            assert_eq!(outcome.attempts.len(), 1, "{wire} {streams}");
            let kept = outcome.response.text().len() as u64;
            assert!(kept <= (1 << 20) + SLACK, "{wire} {streams}: {kept}");
            assert_eq!(outcome.status() == OutcomeStatus::Partial, *streams, "{wire} {streams}");
        }
    }
}

#[test]
fn a_huge_line_is_given_up_at_the_cap() {
    let server = server();
    let client = client(&server.url(), small_caps());
    for wire in Wire::ALL {
        for (streams, outcome) in [false, true].iter().zip(both(&client, wire, &ask("sim-huge-line@1g*"))) {
            let failure = outcome.failure.as_ref().expect("a failure");
            assert_eq!(failure.kind, FailureKind::TooLarge, "{wire} {streams}: {failure}");
            assert!(outcome.attempts[0].bytes <= (1 << 20) + SLACK, "{wire} {streams}");
        }
    }
}
