//! Calls on a host with virtual time, as the tests of the specification need them.
#![allow(dead_code, reason = "every test file is a program of its own and uses a part of this")]

use tokenwire_core::call::{Call, Deadlines, Options};
use tokenwire_core::failure::Failure;
use tokenwire_core::http::{Headers, TransportKind};
use tokenwire_core::model::{Accumulator, Event, Message, Request, RetryNotice, Wire};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{Backoff, Jitter, RetryPolicy};
use tokenwire_core::testing::errors::ErrorResponse;
use tokenwire_core::testing::provider::{Rendering, Script, Stream, Tokens, stream};
use tokenwire_core::testing::{Reply, SimHost, SimRun, What};
use tokenwire_core::time::Instant;

/// What [`good`] says.
pub(crate) const TEXT: &str = "Grüße 🦀.";
pub(crate) const KEY: &str = "sk-spec-51d0c7";

pub(crate) fn script() -> Script {
    let mut script = Script::new("m");
    script.text = ["Gr", "üße", " 🦀", "."].map(String::from).to_vec();
    script.tokens = Tokens { input: 9, output: 4, ..Tokens::default() };
    script
}

pub(crate) fn good_stream(wire: Wire) -> Stream {
    stream(wire, &script(), &Rendering::default())
}

/// A good answer, all at once.
pub(crate) fn good(wire: Wire) -> Reply {
    body(good_stream(wire).frames().concat())
}

/// The good answer up to where its good end begins.
pub(crate) fn cut_short(wire: Wire) -> Vec<u8> {
    let stream = good_stream(wire);
    stream.frames()[..stream.end()].concat()
}

pub(crate) fn opened() -> Reply {
    Reply::head(200, Headers::new())
}

/// Status 200 and that body.
pub(crate) fn body(bytes: impl Into<Vec<u8>>) -> Reply {
    opened().chunk(0, bytes).end()
}

/// Status 200, those bytes, and then the connection breaks.
pub(crate) fn broken(bytes: impl Into<Vec<u8>>) -> Reply {
    opened().chunk(0, bytes).then(0, What::Fail(TransportKind::Body))
}

/// An error status with that body.
pub(crate) fn refused(wire: Wire, status: u16, body: &str) -> ErrorResponse {
    ErrorResponse::json(wire, status, body)
}

/// Events without names.
pub(crate) fn sse(data: &[&str]) -> String {
    data.iter().map(|d| format!("data: {d}\n\n")).collect()
}

/// An error inside a stream of which only the message is known.
pub(crate) fn said(wire: Wire, message: &str) -> String {
    let message = serde_json::to_string(message).expect("a string is JSON");
    match wire {
        Wire::Anthropic => {
            format!("event: error\ndata: {{\"type\":\"error\",\"error\":{{\"message\":{message}}}}}\n\n")
        }
        Wire::Gemini | Wire::OpenaiChat => sse(&[&format!("{{\"error\":{{\"message\":{message}}}}}")]),
        Wire::OpenaiResponses => {
            format!("event: error\ndata: {{\"type\":\"error\",\"message\":{message}}}\n\n")
        }
    }
}

/// At most `attempts` calls, 1 s doubling to 30 s, nothing drawn.
pub(crate) fn exact(attempts: u32) -> RetryPolicy {
    let bounded = RetryPolicy::bounded();
    RetryPolicy {
        max_attempts: Some(attempts),
        backoff: Backoff { jitter: Jitter::None, ..bounded.backoff },
        ..bounded
    }
}

pub(crate) fn options(retry: RetryPolicy) -> Options {
    Options { retry, ..Options::default() }
}

pub(crate) fn within(retry: RetryPolicy, deadlines: Deadlines) -> Options {
    Options { retry, deadlines, ..Options::default() }
}

pub(crate) fn call(wire: Wire, options: Options, seed: u64) -> Call {
    let target = Target::new(Dialect::of_wire(wire), Some(Credential::new(KEY))).expect("the key is plain");
    let request = Request::new("m", vec![Message::user("hello")]);
    Call::new(request, target, options, seed, Instant::default()).expect("the request is plain")
}

pub(crate) fn run_with(wire: Wire, options: Options, replies: impl IntoIterator<Item = Reply>) -> SimRun {
    SimHost::new(replies).run_to_end(call(wire, options, 1))
}

pub(crate) fn run(wire: Wire, retry: RetryPolicy, replies: impl IntoIterator<Item = Reply>) -> SimRun {
    run_with(wire, options(retry), replies)
}

/// The waits between requests: replies here take no time unless they say so.
pub(crate) fn gaps(run: &SimRun) -> Vec<u64> {
    run.requests.windows(2).map(|pair| pair[1].0.since(pair[0].0)).collect()
}

pub(crate) fn failure(run: &SimRun) -> &Failure {
    run.outcome.failure.as_ref().expect("the call failed")
}

pub(crate) fn notices(run: &SimRun) -> Vec<RetryNotice> {
    let notice = |event: &Event<'static>| match event {
        Event::Retry(notice) => Some((**notice).clone()),
        _ => None,
    };
    run.events.iter().filter_map(|(_, event)| notice(event)).collect()
}

/// The text that a caller has who does as the events say.
pub(crate) fn caller_text(run: &SimRun) -> String {
    let mut caller = Accumulator::default();
    for (_, event) in &run.events {
        caller.add(event);
    }
    caller.response().text()
}
