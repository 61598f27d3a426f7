//! The simulated provider over real sockets, spoken to with bare HTTP.

#[path = "loopback/bare_http.rs"]
mod bare_http;
#[path = "loopback/quick.rs"]
mod quick;

use std::io::{self, Read};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use bare_http::{MESSAGES, decode, exchange, open, parse, post, wires};
use futures::StreamExt;
use futures::executor::block_on;
use quick::{LIMIT, quick};
use tokenwire::core::protocol::DecodeError;
use tokenwire::exchange::Exchange;
use tokenwire::sim::{Error, Options, Server};
use tokenwire::{
    Client, Credential, Dialect, Event, ListenError, Message, Options as CallOptions, Request, Target, Update,
};

fn server() -> Server {
    Server::start(Options::default()).expect("a free port on loopback")
}

#[test]
fn every_wire_is_spoken() {
    let server = server();
    for streams in [false, true] {
        for (dialect, path, body) in wires("sim", streams) {
            let answer = post(server.addr(), &path, "", &body);
            assert_eq!((answer.status, answer.is_whole), (200, true), "{path}");
            let response = decode(&dialect, &answer.body).expect(&path);
            assert!(response.text().starts_with("You said “hé”."), "{path}: {}", response.text());
        }
    }
    assert!(server.wait_until(LIMIT, |s| s.open == 0));
    let stats = server.stats();
    assert_eq!((stats.requests, stats.completed, stats.closed_early, stats.broken), (8, 8, 0, 0));
}

#[test]
fn a_model_name_walks_through_its_faults() {
    let server = server();
    for (dialect, path, body) in wires("sim-429+retry-after=1,503,cut@40,reset,ok", true) {
        let limited = post(server.addr(), &path, "", &body);
        assert_eq!(limited.status, 429);
        assert!(String::from_utf8_lossy(&limited.head).contains("\r\nretry-after: 1\r\n"));
        assert_eq!(post(server.addr(), &path, "", &body).status, 503);
        let (bytes, _) = exchange(server.addr(), "POST", &path, "", &body);
        let cut = parse(&bytes);
        assert_eq!((cut.status, cut.body.len(), cut.is_whole), (200, 40, false), "{path}");
        let (bytes, end) = exchange(server.addr(), "POST", &path, "", &body);
        assert!(bytes.is_empty(), "{path}");
        assert_eq!(end.map_err(|e| e.kind()), Err(io::ErrorKind::ConnectionReset), "{path}");
        assert!(decode(&dialect, &post(server.addr(), &path, "", &body).body).is_ok(), "{path}");
    }
    assert_eq!(server.stats().broken, 8);
}

#[test]
fn a_header_gives_any_model_a_plan() {
    let server = server();
    let (_, path, body) = &wires("gpt-6", true)[0];
    let headers = "x-sim-plan: 502; error@2; ok\r\n";
    let page = post(server.addr(), path, headers, body);
    assert_eq!(page.status, 502);
    assert!(page.body.starts_with(b"<html>"));
    let failed = post(server.addr(), path, headers, body);
    let error = decode(&Dialect::OPENAI, &failed.body).expect_err("an error event");
    assert!(matches!(error, DecodeError::Provider(_)), "{error}");
    assert!(decode(&Dialect::OPENAI, &post(server.addr(), path, headers, body).body).is_ok());
    assert_eq!(post(server.addr(), path, "x-sim-plan: nonsense\r\n", body).status, 400);
}

#[test]
fn a_client_that_leaves_is_noticed() {
    let server = server();
    for (number, plan) in ["stall@3", "hang*"].into_iter().enumerate() {
        let (_, path, body) = &wires("m", true)[2];
        let mut stream = open(server.addr(), "POST", path, &format!("x-sim-plan: {plan}\r\n"), body);
        if plan == "stall@3" {
            let mut first = [0; 64];
            stream.read_exact(&mut first).expect("a head comes");
        } else {
            assert!(server.wait_until(LIMIT, |s| s.requests == 2));
        }
        assert_eq!(server.stats().closed_early, number as u64);
        drop(stream);
        assert!(server.wait_until(LIMIT, |s| s.closed_early == number as u64 + 1), "{plan}");
    }
    assert!(server.wait_until(LIMIT, |s| s.open == 0));
}

#[test]
fn a_huge_body_waits_for_its_reader() {
    let server = server();
    let (_, path, body) = &wires("sim-huge-body@4000m", true)[0];
    let mut stream = open(server.addr(), "POST", path, "", body);
    let mut read = vec![0; 1 << 20];
    for _ in 0..8 {
        stream.read_exact(&mut read).expect("it goes on");
    }
    drop(stream);
    assert!(server.wait_until(LIMIT, |s| s.closed_early == 1 && s.open == 0));
}

#[test]
fn characters_arrive_in_pieces_and_whole() {
    let server = server();
    for (dialect, path, body) in wires("sim-split,drip@1:0", true) {
        for _ in 0..2 {
            let answer = post(server.addr(), &path, "", &body);
            let response = decode(&dialect, &answer.body).expect(&path);
            assert!(response.text().contains("“hé”"), "{path}");
        }
    }
}

#[test]
fn a_header_may_be_no_text() {
    let server = server();
    let (_, path, body) = &wires("sim-bad-header", false)[0];
    let answer = post(server.addr(), path, "", body);
    assert!(answer.head.windows(4).any(|w| w == b"caf\xe9"));
}

#[test]
fn a_background_response_can_be_taken_up_again() {
    let server = server();
    let body = r#"{"model":"sim-cut@2000","stream":true,"background":true,"input":"hi"}"#;
    let (bytes, _) = exchange(server.addr(), "POST", "/v1/responses", "", body);
    let begun = String::from_utf8(parse(&bytes).body).expect("text");
    let id = begun.split("\"id\":\"").nth(1).and_then(|s| s.split('"').next()).expect("an id");
    let path = format!("/v1/responses/{id}?stream=true&starting_after=2");
    let (bytes, end) = exchange(server.addr(), "GET", &path, "", "");
    end.expect("an orderly close");
    let rest = String::from_utf8(parse(&bytes).body).expect("text");
    assert!(rest.contains("\"sequence_number\":3,"), "{rest}");
    assert!(!rest.contains("\"sequence_number\":2,"), "{rest}");
    assert!(rest.contains("event: response.completed"), "{rest}");
    assert_eq!(parse(&exchange(server.addr(), "GET", "/v1/responses/other", "", "").0).status, 404);
}

#[test]
fn browsers_may_call() {
    let server = server();
    let asked = "origin: http://a\r\naccess-control-request-headers: authorization, x-sim-plan\r\n";
    let (bytes, _) = exchange(server.addr(), "OPTIONS", "/v1/messages", asked, "");
    let head = String::from_utf8(parse(&bytes).head).expect("text");
    assert!(head.starts_with("HTTP/1.1 204"), "{head}");
    assert!(head.contains("access-control-allow-headers: authorization, x-sim-plan\r\n"), "{head}");
    assert!(head.contains("access-control-allow-origin: *\r\n"), "{head}");
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn a_body_beyond_the_cap_is_refused() {
    let options = Options { max_request_bytes: 16, ..Options::default() };
    let server = Server::start(options).expect("a free port on loopback");
    let (bytes, _) = exchange(server.addr(), "POST", "/v1/messages", "", &" ".repeat(17));
    assert_eq!(parse(&bytes).status, 413);
}

#[test]
fn only_loopback_unless_allowed() {
    let addr: SocketAddr = "0.0.0.0:0".parse().expect("an address");
    let refused = Server::start(Options { addr, ..Options::default() });
    assert!(matches!(refused, Err(Error::Listen(ListenError::Remote(_)))));
    assert!(Server::start(Options { addr, allow_remote: true, ..Options::default() }).is_ok());
}

#[test]
fn dropping_the_server_frees_its_port() {
    let server = server();
    let addr = server.addr();
    let (_, path, body) = &wires("sim-hang", true)[0];
    let mut waiting = open(server.addr(), "POST", path, "", body);
    assert!(server.wait_until(LIMIT, |s| s.requests == 1));
    drop(server);
    assert!(!matches!(waiting.read(&mut [0; 1]), Ok(1..)));
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn requests_are_kept_without_their_secrets_in_debug() {
    let server = server();
    let (_, path, body) = &wires("sim", false)[2];
    post(server.addr(), path, "authorization: Bearer sk-1\r\n", body);
    let requests = server.requests();
    assert_eq!(requests[0].headers.get("authorization"), Some("Bearer sk-1"));
    assert_eq!(requests[0].body, body.as_bytes());
    assert!(!format!("{requests:?}").contains("sk-1"));
}

#[test]
fn every_recording_is_played_byte_for_byte() {
    let Some(folder) = std::env::var_os("TOKENWIRE_CORPUS").map(PathBuf::from) else {
        println!("skipped: TOKENWIRE_CORPUS names no folder");
        return;
    };
    let options = Options { replay: Some(folder.clone()), ..Options::default() };
    let server = Server::start(options).expect("a free port on loopback");
    let mut played = 0;
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let Ok(files) = std::fs::read_dir(entry.path()) else { continue };
        for file in files.flatten() {
            let Ok(recorded) = Exchange::read(&file.path()) else { continue };
            let headers = format!("x-sim-replay: {}\r\n", recorded.id);
            let answer = post(server.addr(), "/v1/messages", &headers, "{}");
            assert_eq!(answer.status, recorded.status, "{}", recorded.id);
            assert!(answer.body == recorded.body, "{}", recorded.id);
            played += 1;
        }
    }
    println!("{played} recordings played");
    assert!(played > 0);
}

#[test]
fn recordings_are_played_in_their_turn() {
    let folder = std::env::temp_dir().join(format!("tokenwire-sim-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("sub")).expect("a folder for the test");
    let record = |file: &str, id: &str, status: u16, body: &str| {
        let text = format!(
            r#"{{"id":"{id}","protocol":"openai_chat","method":"POST","url_path":"/v1/chat/completions","request":{{"model":"m","a":[1]}},"status":{status},"response_headers":{{"content-type":"text/plain","content-length":"999","content-encoding":"gzip","retry-after":"7"}},"body_text":"{body}"}}"#
        );
        std::fs::write(folder.join(file), text).expect("a file for the test");
    };
    record("a.json", "first", 429, "no");
    record("sub/b.json", "second", 200, "data: 1\\n\\ndata: 2\\n\\n");
    std::fs::write(folder.join("other.json"), "[]").expect("a file for the test");
    let options = Options { replay: Some(folder.clone()), ..Options::default() };
    let server = Server::start(options).expect("a free port on loopback");

    let body = r#"{ "a": [1], "model": "m" }"#;
    let first = post(server.addr(), "/proxy/chat/completions", "", body);
    assert_eq!((first.status, first.body.as_slice()), (429, &b"no"[..]));
    let head = String::from_utf8_lossy(&first.head).into_owned();
    assert!(head.contains("retry-after: 7\r\n") && !head.contains("gzip") && !head.contains("999"), "{head}");
    for _ in 0..2 {
        assert_eq!(post(server.addr(), "/proxy/chat/completions", "", body).body, b"data: 1\n\ndata: 2\n\n");
    }
    assert_eq!(post(server.addr(), "/x/messages", "", r#"{"model":"replay:first"}"#).status, 429);
    assert_eq!(post(server.addr(), "/x/messages", "x-sim-replay: second\r\n", "{}").status, 200);
    assert_eq!(post(server.addr(), "/x/messages", "x-sim-replay: third\r\n", "{}").status, 404);
    assert_eq!(post(server.addr(), "/v1/chat/completions", "", &format!("{{{MESSAGES}}}")).status, 200);
    std::fs::remove_dir_all(folder).expect("the test's own folder");
}

fn client(server: &Server, dialect: &'static Dialect, stream: bool) -> Client {
    let target = Target::at(dialect, &server.url(), Some(Credential::new("key"))).expect("a target");
    let mut options = CallOptions { stream, ..quick() };
    options.retry.max_attempts = Some(5);
    Client::builder().target("sim", target).options(options).build().expect("a client")
}

const DIALECTS: [&Dialect; 4] =
    [&Dialect::OPENAI, &Dialect::OPENAI_RESPONSES, &Dialect::ANTHROPIC, &Dialect::GEMINI];

#[test]
fn the_client_gets_through_its_faults() {
    let server = server();
    for dialect in DIALECTS {
        for (stream, seed) in [(false, 1), (true, 2)] {
            let model = format!("sim-429+retry-after-ms=1,503,reset,cut@0,seed@{seed}");
            let request = Request::new(model, vec![Message::user("hé")]);
            let client = client(&server, dialect, stream);
            let outcome = block_on(async {
                let mut updates = client.call("sim", request).expect("a call");
                while let Some(update) = updates.next().await {
                    if let Update::Done(outcome) = update {
                        return outcome;
                    }
                }
                panic!("a stream ends with its outcome");
            });
            assert!(outcome.is_complete(), "{}: {outcome:?}", dialect.name);
            assert!(outcome.response.text().starts_with("You said “hé”."), "{}", dialect.name);
            assert_eq!(outcome.attempts.len(), 5, "{}", dialect.name);
        }
    }
}

#[test]
fn a_dropped_stream_closes_its_connection() {
    let server = server();
    for (number, dialect) in (1..).zip(DIALECTS) {
        let client = client(&server, dialect, true);
        let request = Request::new("sim-deltas@20,stall@9", vec![Message::user("hé")]);
        block_on(async {
            let mut updates = client.call("sim", request).expect("a call");
            while let Some(update) = updates.next().await {
                if matches!(update, Update::Event(Event::TextDelta { .. })) {
                    break;
                }
            }
        });
        assert!(server.wait_until(LIMIT, |s| s.closed_early == number), "{}", dialect.name);
    }
}
