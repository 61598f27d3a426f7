//! Applications that leave.

use std::io::Read;
use std::net::TcpStream;

use tokenwire::serve::Report;
use tokenwire::{FailureKind, Wire};

use crate::bare_http::{open, wires};
use crate::quick::LIMIT;
use crate::setup::Both;

/// The application's connection, once `begins` says that the call is under way.
fn leave(both: &Both, model: &str, stream: bool, begins: impl Fn(&mut TcpStream)) {
    for (left, (dialect, path, body)) in (1..).zip(wires(model, stream)) {
        let case = format!("{} > {model}", dialect.wire);
        let mut connection = open(both.server.addr(), "POST", &path, "", &body);
        assert!(both.sim.wait_until(LIMIT, |s| s.requests == left), "{case}");
        begins(&mut connection);
        assert_eq!(both.sim.stats().closed_early, left - 1, "{case}");
        drop(connection);
        assert!(both.sim.wait_until(LIMIT, |s| s.closed_early == left && s.open == 0), "{case}");
        match both.report() {
            Report::Called { wire, outcome, .. } => {
                let kind = outcome.failure.as_ref().map(|failure| failure.kind);
                assert_eq!((wire, kind), (dialect.wire, Some(FailureKind::Cancelled)), "{case}");
            }
            other => panic!("{case}: expected a call, got {other:?}"),
        }
    }
}

#[test]
fn leaving_before_the_head_closes_the_connection_to_the_provider() {
    for provider in Wire::ALL {
        for stream in [false, true] {
            leave(&Both::start(provider), "sim-hang*", stream, |_| {});
        }
    }
}

#[test]
fn leaving_in_the_middle_closes_the_connection_to_the_provider() {
    for provider in Wire::ALL {
        leave(&Both::start(provider), "sim-stall@9*", true, |connection| {
            let mut read = Vec::new();
            while !read.windows(4).any(|w| w == b"said") {
                let mut byte = [0];
                connection.read_exact(&mut byte).expect("text comes");
                read.extend(byte);
            }
        });
    }
}

#[test]
fn a_server_that_stops_closes_the_connection_to_the_provider() {
    let both = Both::start(Wire::Gemini);
    let [(_, path, body), ..] = wires("sim-hang*", true);
    let mut waiting = open(both.server.addr(), "POST", &path, "", &body);
    assert!(both.sim.wait_until(LIMIT, |s| s.requests == 1));
    drop(both.server);
    assert!(!matches!(waiting.read(&mut [0; 1]), Ok(1..)));
    assert!(both.sim.wait_until(LIMIT, |s| s.closed_early == 1 && s.open == 0));
}
