//! Ends before the end: Ctrl-C and readers that leave.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};

use crate::setup::{LIMIT, Ran, run_at, server};

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(status.expect("kill is there").success());
}

#[test]
fn an_interrupt_ends_with_what_came() {
    let server = server();
    for provider in ["openai", "openai-responses"] {
        let left = server.stats().closed_early;
        let options = ["--stream", "--provider", provider, "--model", "sim-stall@30", "hi"];
        let mut child = run_at(&server.url(), &options).spawn().expect("the program starts");
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut first = [0; 8];
        stdout.read_exact(&mut first).expect("text comes");
        interrupt(&child);
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).expect("text");
        let ran: Ran = child.wait_with_output().expect("it ends").into();
        assert_eq!((&first, ran.code), (b"You said", 130), "{provider}: {ran:?}");
        assert!(rest.ends_with('\n'), "{provider}: {rest:?}");
        for line in ["failed: cancelled", "finish    cancelled", "tokens    ", "attempt   1: "] {
            assert!(ran.stderr.contains(line), "{provider}: expected {line:?} in {ran:?}");
        }
        assert!(server.wait_until(LIMIT, |s| s.closed_early == left + 1), "{provider}");
    }
}

#[test]
fn an_interrupt_ends_a_wait_for_a_retry() {
    let server = server();
    let mut command = run_at(&server.url(), &[]);
    command.args(["--patient", "--model", "sim-503*", "hi"]);
    let mut child = command.spawn().expect("the program starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("text");
    assert!(line.starts_with("retry in "), "{line}");
    interrupt(&child);
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("text");
    assert!(rest.contains("failed: cancelled"), "{rest}");
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
}

#[test]
fn a_second_interrupt_ends_a_program_whose_reader_sleeps() {
    let server = server();
    let options = ["--json", "--stream", "--provider", "openai", "--model", "sim-deltas@20000", "hi"];
    let mut child = run_at(&server.url(), &options).spawn().expect("the program starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    // Nobody reads on: the program stands still in a write until the second one ends it.
    let code = loop {
        interrupt(&child);
        if let Some(status) = child.try_wait().expect("it can be asked") {
            break status.code();
        }
        std::thread::yield_now();
    };
    assert_eq!(code, Some(130));
}

#[test]
fn a_reader_that_leaves_ends_the_call() {
    let server = server();
    for options in [&["--stream"][..], &["--stream", "--json"]] {
        let left = server.stats().closed_early;
        let mut command = run_at(&server.url(), options);
        command.args(["--provider", "openai", "--model", "sim-huge-body@4g*", "hi"]);
        let mut child = command.spawn().expect("the program starts");
        let mut stdout = child.stdout.take().expect("a pipe");
        stdout.read_exact(&mut [0; 8]).expect("text comes");
        drop(stdout);
        let ran: Ran = child.wait_with_output().expect("it ends").into();
        assert_eq!(ran.code, 130, "{ran:?}");
        assert!(server.wait_until(LIMIT, |s| s.closed_early == left + 1 && s.open == 0));
    }
}

#[test]
fn a_closed_standard_error_does_no_harm() {
    let server = server();
    for model in ["sim-503", "sim-auth"] {
        let mut child = run_at(&server.url(), &["--model", model, "hi"]).spawn().expect("the program starts");
        drop(child.stderr.take());
        let code = child.wait_with_output().expect("it ends").status.code();
        assert_eq!(code, Some(if model == "sim-503" { 0 } else { 10 }), "{model}");
    }
}
