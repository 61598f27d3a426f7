//! What a good run prints and saves.

use serde_json::Value;

use crate::setup::{Folder, bare, finish, run_at, server};

#[test]
fn without_a_key_a_simulation_answers_and_says_so() {
    let ran = finish(&mut bare(&["run", "hi"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("You said “hi”.") && ran.stdout.ends_with('\n'), "{ran:?}");
    assert!(
        ran.stderr.starts_with("tokenwire: no key in the environment, so this calls a simulated"),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("\nretry in 1.0 s: attempt 1 failed: rate_limit (429)"), "{ran:?}");
}

#[test]
fn the_summary_says_how_it_went() {
    let server = server();
    let ran = finish(&mut run_at(&server.url(), &["--stream", "--model", "sim-503", "hi"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "finish    stop (completed)",
        "tokens    input ",
        "attempt   1: overloaded (503)",
        "attempt   2: after ",
        "time      ",
    ] {
        assert!(ran.stderr.contains(line), "expected {line:?} in {ran:?}");
    }
}

#[test]
fn json_lines_end_with_the_outcome() {
    let server = server();
    for (model, code, status) in
        [("sim-503,think", 0, "complete"), ("sim-auth", 10, "error"), ("sim-cut@3k", 16, "partial")]
    {
        for provider in ["openai", "openai-responses"] {
            let options = ["--json", "--stream", "--provider", provider, "--model", model, "hi"];
            let ran = finish(&mut run_at(&server.url(), &options));
            assert_eq!(ran.code, code, "{model}: {ran:?}");
            assert_eq!(ran.stderr, "", "{model}");
            let lines: Vec<Value> = ran
                .stdout
                .lines()
                .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{model}: {e} in {line}")))
                .collect();
            let (last, events) = lines.split_last().expect("a line at least");
            assert_eq!(
                (&last["type"], &last["status"]),
                (&Value::from("done"), &Value::from(status)),
                "{model}: {last}"
            );
            assert!(
                events.iter().all(|event| event["type"].is_string() && event["type"] != "done"),
                "{model}"
            );
        }
    }
}

#[test]
fn the_outcome_is_saved() {
    let (server, folder) = (server(), Folder::new("save"));
    let file = folder.file("outcome.json", "");
    let ran = finish(&mut run_at(&server.url(), &["--model", "sim", "--save", &file, "hi"]));
    assert_eq!(ran.code, 0, "{ran:?}");
    let saved: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!((&saved["type"], &saved["status"]), (&Value::from("done"), &Value::from("complete")));
    assert!(saved["usage"]["counts"]["output"].as_u64() > Some(0), "{saved}");
}

#[test]
fn schemas_tools_and_files_reach_the_provider_as_text() {
    let (server, folder) = (server(), Folder::new("good-files"));
    let schema = folder
        .file("s.json", r#"{"type":"object","properties":{"z":{"type":"number","minimum":1.0},"a":{}}}"#);
    let tool = folder.file("t.json", r#"{"name":"look","description":"d","parameters":{"type":"object","properties":{"q":{"type":"string"}},"required":["q"]}}"#);
    let note = folder.file("note.txt", "Zeile eins");
    let options = [
        "--provider",
        "openai",
        "--model",
        "sim",
        "--schema",
        &schema,
        "--tool",
        &tool,
        "--file",
        &note,
        "--temperature",
        "0.5",
        "--max-tokens",
        "99",
        "hi",
    ];
    let ran = finish(&mut run_at(&server.url(), &options));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("tool call: look {\"q\":"), "{ran:?}");
    let body = String::from_utf8(server.requests().remove(0).body).expect("text");
    for text in [r#"{"z":{"type":"number","minimum":1.0},"a":{}}"#, "note.txt:\\nZeile eins", "0.5", "99"] {
        assert!(body.contains(text), "expected {text} in {body}");
    }
}
