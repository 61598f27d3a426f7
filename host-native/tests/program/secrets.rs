//! A key must not come out anywhere, also where a server repeats it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::setup::{Folder, Ran, bare, finish};

/// Of no known shape, with characters that JSON may escape.
const PLANTED: &str = "zq/Arbitrary+Planted_0123456789=";

/// The ways in which a server repeats what it was sent; `KEY` stands for it.
const ECHOES: [(&str, &str, &str); 9] = [
    (
        "401 Unauthorized",
        "application/json",
        r#"{"error":{"message":"bad key KEY","type":"KEY","code":"KEY"}}"#,
    ),
    ("401 Unauthorized", "application/json", r#"{"error":{"message":"bad key ESCAPED"}}"#),
    ("403 Forbidden", "text/plain", "you sent KEY"),
    ("500 Internal Server Error", "text/html", "<html><title>no KEY</title></html>"),
    ("429 Too Many Requests", "application/json", r#"{"detail":"KEY"}"#),
    ("200 OK", "text/event-stream", "data: {\"error\":{\"message\":\"bad KEY\",\"code\":\"KEY\"}}\n\n"),
    (
        "200 OK",
        "text/event-stream",
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"KEY\"}}\n\n",
    ),
    ("200 OK", "text/event-stream", "data: {\"choices\": KEY\n\n"),
    ("200 OK", "text/html", "<p>KEY</p>"),
];

/// Reads the request's head; gives what stands in its headers of credentials.
fn read_key(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let (mut key, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim_end();
        let (name, value) = line.split_once(": ").unwrap_or((line, ""));
        match name {
            "" => break,
            "authorization" => key = value.trim_start_matches("Bearer ").into(),
            "x-api-key" | "x-goog-api-key" => key = value.into(),
            "content-length" => length = value.parse().expect("a length"),
            _ => {}
        }
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
    key
}

fn echo(listener: &TcpListener, (status, kind, body): (&str, &str, &str)) {
    let (mut stream, _) = listener.accept().expect("the program calls");
    let key = read_key(&mut stream);
    assert_eq!(key, PLANTED);
    let body = body.replace("KEY", &key).replace("ESCAPED", &key.replace('/', "\\/"));
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: {key}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("the program reads");
}

fn assert_hidden(ran: &Ran, saved: &str, case: &str) {
    assert_ne!(ran.code, 0, "{case}");
    for (name, text) in [("stdout", ran.stdout.as_str()), ("stderr", ran.stderr.as_str()), ("saved", saved)] {
        assert!(!text.contains(PLANTED), "{case}: {name}: {text}");
        assert!(!text.contains("Arbitrary+Planted"), "{case}: {name}: {text}");
    }
}

#[test]
fn a_repeated_key_is_masked_everywhere() {
    let folder = Folder::new("secrets");
    let file = folder.file("outcome.json", "");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    for (provider, variable) in [
        ("openai", "OPENAI"),
        ("openai-responses", "OPENAI"),
        ("anthropic", "ANTHROPIC"),
        ("gemini", "GEMINI"),
    ] {
        for answer in ECHOES {
            for options in [&["--stream"][..], &["--json"]] {
                let mut command =
                    bare(&["run", "--max-attempts", "1", "--provider", provider, "--save", &file]);
                command.args(options).args(["--model", "m", "hi"]);
                command.env(format!("{variable}_API_KEY"), PLANTED).env(format!("{variable}_BASE_URL"), &url);
                let child = command.spawn().expect("the program starts");
                echo(&listener, answer);
                let ran = child.wait_with_output().expect("it ends").into();
                let saved = std::fs::read_to_string(&file).expect("a saved outcome");
                assert_hidden(&ran, &saved, &format!("{provider} {answer:?} {options:?}"));
            }
        }
    }
}

#[test]
fn a_retry_notice_hides_the_key() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    for options in [&[][..], &["--json"]] {
        let mut command =
            bare(&["run", "--max-attempts", "2", "--provider", "anthropic", "--model", "m", "hi"]);
        command.args(options).env("ANTHROPIC_API_KEY", PLANTED).env("ANTHROPIC_BASE_URL", &url);
        let child = command.spawn().expect("the program starts");
        echo(&listener, ("503 Unavailable", "text/plain", "busy, KEY"));
        echo(&listener, ("401 Unauthorized", "text/plain", "no, KEY"));
        let ran: Ran = child.wait_with_output().expect("it ends").into();
        assert!(format!("{}{}", ran.stdout, ran.stderr).contains("busy, ***"), "{ran:?}");
        assert_hidden(&ran, "", "a notice");
    }
}

#[test]
fn failures_before_a_call_hide_the_key() {
    for (url, arguments) in [
        ("nonsense", &["run", "hi"][..]),
        ("http://127.0.0.1:1", &["run", "--max-attempts", "1", "hi"]),
        ("http://127.0.0.1:1", &["run", "--provider", "nobody", "hi"]),
        ("http://127.0.0.1:1", &["run", "--schema", "/no/file", "hi"]),
        ("http://127.0.0.1:1", &["run", "--key", PLANTED]),
    ] {
        let mut command = bare(arguments);
        let ran = finish(command.env("OPENAI_API_KEY", PLANTED).env("OPENAI_BASE_URL", url));
        if arguments.contains(&PLANTED) {
            assert_eq!(ran.code, 2, "there is no option for a key");
        } else {
            assert_hidden(&ran, "", &format!("{arguments:?}"));
        }
    }
}
