//! The program's memory while a body has no end.
#![cfg(target_os = "linux")]

use std::io::{BufRead, BufReader, Read};
use std::process::Command;

use serde_json::Value;

use crate::setup::{Folder, run_at, server};

/// The most that may ever be resident, in KiB: content, its copy as JSON, and what else there is.
const MOST_KIB: u64 = 160 << 10;

fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// The program stays in the opening of a pipe that it saves to, until its peak was read.
fn measure(model: &str, provider: &str, streams: bool) -> (u64, Value) {
    let (server, folder) = (server(), Folder::new(&format!("limits-{provider}-{streams}-{}", model.len())));
    let pipe = folder.0.join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo is there").success());
    let mut command = run_at(
        &server.url(),
        &["--json", "--max-attempts", "1", "--provider", provider, "--model", model, "hi"],
    );
    command.arg("--save").arg(&pipe);
    if streams {
        command.arg("--stream");
    }
    let mut child = command.spawn().expect("the program starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    while !line.starts_with(r#"{"type":"done""#) {
        line.clear();
        assert!(stdout.read_line(&mut line).expect("text") > 0, "no outcome");
    }
    let peak = peak_kib(child.id());
    let mut saved = String::new();
    std::fs::File::open(&pipe).expect("the pipe").read_to_string(&mut saved).expect("text");
    assert_eq!(child.wait().expect("it ends").code(), Some(23), "{line:.300}");
    (peak, serde_json::from_str(&saved).expect("JSON"))
}

#[test]
fn a_gigabyte_is_given_up_in_bounded_memory() {
    for (model, most) in [("sim-huge-body@1g", 256 << 20), ("sim-huge-line@1g", 64 << 20)] {
        for provider in ["openai", "openai-responses"] {
            for streams in [false, true] {
                let (peak, outcome) = measure(model, provider, streams);
                let bytes = outcome["attempts"][0]["bytes"].as_u64().expect("a number");
                println!("{model} {provider} streams: {streams}: {bytes} bytes, peak {peak} KiB");
                assert_eq!(outcome["failure"]["kind"], "too_large");
                assert!(bytes <= most + (1 << 20), "{model} {provider}: {bytes}");
                assert!(peak <= MOST_KIB, "{model} {provider}: {peak} KiB");
            }
        }
    }
}
