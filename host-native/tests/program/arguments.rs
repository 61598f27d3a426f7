//! What can be typed wrong: a code of its own and one line that says so.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use crate::setup::{Folder, KEY, Ran, bare, feed, finish, run_at, server};

/// Nothing was sent, and one line says why.
fn assert_refused(ran: &Ran, code: i32, words: &[&str]) {
    assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
    for word in words {
        assert!(ran.stderr.contains(word), "expected {word:?} in {ran:?}");
    }
}

#[test]
fn help_lists_the_exit_codes() {
    let ran = finish(&mut bare(&["--help"]));
    assert_eq!(ran.code, 0);
    for line in [
        "    1  a bad body",
        "   10  authentication",
        "   13  rate_limit",
        "  130  cancelled",
        "    3  nothing sent",
    ] {
        assert!(ran.stdout.contains(line), "{}", ran.stdout);
    }
}

#[test]
fn unknown_arguments_are_code_2() {
    for arguments in [
        &["run"][..],
        &["walk"],
        &["run", "--patient", "--max-attempts", "2", "x"],
        &["run", "--timeout", "soon", "x"],
    ] {
        assert_eq!(finish(&mut bare(arguments)).code, 2, "{arguments:?}");
    }
}

#[test]
fn an_unknown_provider_is_code_3() {
    let mut command = run_at("http://127.0.0.1:9", &["--provider", "opnai", "x"]);
    assert_refused(&finish(&mut command), 3, &["opnai", "openai"]);
    assert_refused(&finish(&mut bare(&["run", "--provider", "opnai", "x"])), 3, &["opnai", "sim, "]);
}

#[test]
fn a_missing_key_is_code_3() {
    let mut command = bare(&["run", "--provider", "openai", "x"]);
    assert_refused(&finish(command.env("ANTHROPIC_API_KEY", KEY)), 3, &["openai", "OPENAI_API_KEY"]);
}

#[test]
fn a_bad_base_url_is_code_3() {
    for (url, why) in
        [("localhost:1", "http://"), ("http://u:secret-word@h", "credential"), ("http://h:x", "port")]
    {
        let ran = finish(&mut run_at(url, &["x"]));
        assert_refused(&ran, 3, &["OPENAI_BASE_URL", why]);
        assert!(!ran.stderr.contains("secret-word"), "{ran:?}");
    }
}

#[test]
fn a_key_with_a_line_break_is_code_3() {
    let mut command = run_at("http://127.0.0.1:9", &["x"]);
    let ran = finish(command.env("OPENAI_API_KEY", "secret\nword"));
    assert_refused(&ran, 3, &["OPENAI_API_KEY"]);
    assert!(!ran.stderr.contains("word"), "{ran:?}");
}

#[test]
fn the_simulation_needs_no_good_environment() {
    let mut command = run_at("nonsense", &["--provider", "sim", "--model", "sim", "x"]);
    assert_eq!(finish(&mut command).code, 0);
}

#[test]
fn bad_schemas_and_tools_are_code_3() {
    let folder = Folder::new("bad-files");
    for (name, text) in [("a.json", "{"), ("b.json", "[1]"), ("c.json", ""), ("d.json", "\"text\"")] {
        let file = folder.file(name, text);
        for option in ["--schema", "--tool"] {
            let mut command = run_at("http://127.0.0.1:9", &[option, &file, "x"]);
            assert_refused(&finish(&mut command), 3, &[name]);
        }
    }
    for option in ["--schema", "--tool", "--file"] {
        let mut command = run_at("http://127.0.0.1:9", &[option, "/no/such/file.json", "x"]);
        assert_refused(&finish(&mut command), 3, &["/no/such/file.json"]);
    }
    let binary = folder.file("e.bin", [0xff, 0xfe, 0]);
    assert_refused(
        &finish(&mut run_at("http://127.0.0.1:9", &["--file", &binary, "x"])),
        3,
        &["e.bin", "UTF-8"],
    );
}

#[test]
fn a_prompt_that_is_no_text_is_refused() {
    let prompt = OsString::from_vec(b"caf\xe9".to_vec());
    let ran = finish(&mut bare(&[OsString::from("run"), prompt]));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("UTF-8"), "{ran:?}");

    let ran = feed(&mut bare(&["run", "-"]), b"caf\xe9");
    assert_refused(&ran, 3, &["UTF-8", "byte 3"]);
}

#[test]
fn a_prompt_comes_from_standard_input() {
    let server = server();
    let ran = feed(&mut run_at(&server.url(), &["--model", "sim", "-"]), "schön");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.starts_with("You said “schön”."), "{ran:?}");
}

#[test]
fn a_file_that_cannot_be_saved_is_told() {
    let server = server();
    let ran = finish(&mut run_at(&server.url(), &["--model", "sim", "--save", "/no/such/folder/x", "hi"]));
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with("You said") && ran.stderr.contains("/no/such/folder/x"), "{ran:?}");
}
