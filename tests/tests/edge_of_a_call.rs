//! Where two things meet in a call: a deadline and data, a cancel and a request, an end and a refusal.

use tokenwire_core::call::{Call, Deadlines, Input, Options, Output};
use tokenwire_core::failure::{FailureKind, TimeoutKind};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::model::{Message, Request, Wire};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::RetryPolicy;
use tokenwire_core::testing::{Reply, SimHost, SimRun};
use tokenwire_core::time::Instant;

const WHOLE: &str =
    "data: {\"choices\":[{\"delta\":{\"content\":\"Teal.\"},\"finish_reason\":\"stop\"}]}\n\n";

fn options(deadlines: Deadlines) -> Options {
    Options {
        deadlines,
        retry: RetryPolicy { max_attempts: Some(2), ..RetryPolicy::patient() },
        ..Options::default()
    }
}

fn call(deadlines: Deadlines) -> Call {
    let target =
        Target::new(Dialect::of_wire(Wire::OpenaiChat), Some(Credential::new("sk-edge"))).expect("a key");
    let request = Request::new("m", vec![Message::user("hi")]);
    Call::new(request, target, options(deadlines), 1, Instant::default()).expect("a plain request")
}

fn run(deadlines: Deadlines, reply: Reply) -> SimRun {
    SimHost::new([reply]).run_to_end(call(deadlines))
}

fn drain(call: &mut Call) -> Vec<Output> {
    let mut outputs = Vec::new();
    loop {
        match call.poll_output() {
            Output::Wait { .. } => return outputs,
            done @ Output::Done(_) => {
                outputs.push(done);
                return outputs;
            }
            other => outputs.push(other),
        }
    }
}

fn stall(ms: u64) -> Deadlines {
    Deadlines { stall_ms: Some(ms), ..Deadlines::default() }
}

#[test]
fn silence_after_the_head_is_a_stall() {
    let run = run(stall(1_000), Reply::head(200, Headers::new()));
    assert_eq!(run.outcome.attempts[0].failure.as_ref().and_then(|f| f.timeout), Some(TimeoutKind::Stall));
    assert_eq!(run.outcome.attempts[0].total_ms, 1_000);
}

#[test]
fn a_finished_answer_on_an_open_connection_is_complete() {
    let run = run(stall(1_000), Reply::head(200, Headers::new()).chunk(10, WHOLE));
    assert_eq!((run.outcome.failure.as_ref(), run.requests.len()), (None, 1));
    assert_eq!(run.outcome.response.text(), "Teal.");
}

#[test]
fn an_empty_success_is_a_server_error() {
    let run = run(Deadlines::default(), Reply::whole(200, Headers::new(), "data: [DONE]\n\n"));
    assert_eq!(run.outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::ServerError));
    assert_eq!(run.requests.len(), 1);
}

#[test]
fn a_deadline_in_a_refusal_keeps_the_refusal() {
    let limits = Deadlines { attempt_ms: Some(500), ..Deadlines::default() };
    let body = r#"{"error":{"message":"no","code":"invalid_api_key"}}"#;
    let run = run(limits, Reply::head(401, Headers::new()).chunk(10, body));
    assert_eq!(run.outcome.failure.as_ref().map(|f| f.kind), Some(FailureKind::Authentication));
}

#[test]
fn a_cancel_takes_an_unsent_request_back() {
    let mut call = call(Deadlines::default());
    call.handle_input(Instant::default(), Input::Cancel);
    assert!(matches!(&drain(&mut call)[..], [Output::Done(_)]), "nothing is sent, nothing aborted");
}

#[test]
fn data_that_waited_comes_before_the_stall() {
    let mut call = call(stall(100));
    drain(&mut call);
    call.handle_input(
        Instant::from_millis(1),
        Input::Head { attempt: 1, head: Head { status: 200, ..Head::default() } },
    );
    call.handle_input(Instant::from_millis(5_000), Input::Chunk { attempt: 1, bytes: WHOLE.as_bytes() });
    call.handle_input(Instant::from_millis(5_001), Input::End { attempt: 1 });
    drain(&mut call);
    assert!(call.outcome().is_some_and(|o| o.is_complete()));
}

#[test]
fn the_calls_deadline_beats_a_due_retry() {
    let mut call = call(Deadlines { call_ms: Some(3_000), ..Deadlines::default() });
    drain(&mut call);
    call.handle_input(
        Instant::from_millis(1),
        Input::Head { attempt: 1, head: Head { status: 503, ..Head::default() } },
    );
    call.handle_input(Instant::from_millis(2), Input::End { attempt: 1 });
    drain(&mut call);
    call.handle_input(Instant::from_millis(9_000), Input::Timeout);
    assert!(matches!(&drain(&mut call)[..], [Output::Done(_)]), "no second request");
}
