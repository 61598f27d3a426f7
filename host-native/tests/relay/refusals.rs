//! What the server answers by itself.

use std::net::SocketAddr;

use tokenwire::core::protocol::ModelEntry;
use tokenwire::core::translate::{LossPolicy, TranslateOptions};
use tokenwire::serve::{Error, Options, Report, Server};
use tokenwire::{ListenError, Wire};

use crate::bare_http::{Answer, decode, exchange, parse, post, wires};
use crate::setup::{Both, client, own_error};

/// One request on each wire whose sampling no other wire has.
fn lossy() -> [(Wire, &'static str, &'static str); 3] {
    [
        (
            Wire::OpenaiChat,
            "/v1/chat/completions",
            r#"{"model":"sim","logit_bias":{"1":2},"messages":[{"role":"user","content":"hi"}]}"#,
        ),
        (
            Wire::Anthropic,
            "/v1/messages",
            r#"{"model":"sim","max_tokens":9,"top_k":3,"messages":[{"role":"user","content":"hi"}]}"#,
        ),
        (
            Wire::Gemini,
            "/v1beta/models/sim:generateContent",
            r#"{"generationConfig":{"topK":3},"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#,
        ),
    ]
}

fn message(wire: Wire, answer: &Answer) -> String {
    own_error(wire, answer).message.unwrap_or_default()
}

fn request(addr: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let (bytes, end) = exchange(addr, method, path, headers, "");
    end.expect("an orderly close");
    parse(&bytes)
}

#[test]
fn a_loss_that_is_refused_is_answered_before_anything_is_sent() {
    let translation = TranslateOptions { policy: LossPolicy::strict(), ..TranslateOptions::default() };
    let both = Both::with(Wire::OpenaiResponses, Options { translation, ..Options::default() });
    for (wire, path, body) in lossy() {
        let answer = post(both.server.addr(), path, "", body);
        assert_eq!(answer.status, 400, "{wire}");
        let message = message(wire, &answer);
        assert!(message.contains("the policy forbids this loss"), "{wire}: {message}");
        match both.report() {
            Report::Refused { wire: asked, .. } => assert_eq!(asked, wire),
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
    assert_eq!(both.sim.stats().requests, 0);
}

#[test]
fn a_loss_that_is_accepted_is_reported() {
    let both = Both::start(Wire::OpenaiResponses);
    for (wire, path, body) in lossy() {
        assert_eq!(post(both.server.addr(), path, "", body).status, 200, "{wire}");
        let Report::Called { outcome, .. } = both.report() else { panic!("{wire}: no call") };
        assert!(!outcome.losses.is_empty(), "{wire}");
    }
}

#[test]
fn what_cannot_be_understood_is_answered_in_the_applications_protocol() {
    let both = Both::start(Wire::Gemini);
    for (dialect, path, _) in wires("sim", false).into_iter().filter(|(d, ..)| d.wire != Wire::Gemini) {
        let answer = post(both.server.addr(), &path, "", "{}");
        assert_eq!(answer.status, 400, "{path}");
        assert!(!message(dialect.wire, &answer).is_empty(), "{path}");
    }
    assert_eq!(both.sim.stats().requests, 0);
}

#[test]
fn a_body_beyond_the_cap_is_refused_on_every_wire() {
    let both = Both::with(Wire::Anthropic, Options { max_request_bytes: 64, ..Options::default() });
    for (dialect, path, _) in wires("sim", false) {
        let answer = post(both.server.addr(), &path, "", &" ".repeat(65));
        assert_eq!(answer.status, 413, "{path}");
        assert!(message(dialect.wire, &answer).contains("at most 64 bytes"), "{path}");
    }
    assert_eq!(both.sim.stats().requests, 0);
}

#[test]
fn other_paths_and_methods_say_what_there_is() {
    let both = Both::start(Wire::Anthropic);
    let addr = both.server.addr();
    for (path, headers, wire) in [
        ("/v1/embeddings", "", Wire::OpenaiChat),
        ("/v1/files", "anthropic-version: 2023-06-01\r\n", Wire::Anthropic),
        ("/v1beta/caches", "x-goog-api-key: k\r\n", Wire::Gemini),
    ] {
        let answer = request(addr, "POST", path, headers);
        assert_eq!(answer.status, 404, "{path}");
        let message = message(wire, &answer);
        for part in
            [path, "/chat/completions", "/responses", "/messages", ":streamGenerateContent", "/models"]
        {
            assert!(message.contains(part), "{path}: {message}");
        }
    }
    for (method, path, allowed) in [
        ("GET", "/v1/messages", "POST"),
        ("DELETE", "/v1/responses", "POST"),
        ("POST", "/v1/models", "GET"),
        ("PUT", "/v1/models", "GET"),
    ] {
        let answer = request(addr, method, path, "");
        let head = String::from_utf8_lossy(&answer.head).into_owned();
        assert_eq!(answer.status, 405, "{method} {path}");
        assert!(head.contains(&format!("allow: {allowed}\r\n")), "{method} {path}: {head}");
    }
    assert_eq!(both.sim.stats().requests, 0);
}

#[test]
fn models_are_listed_for_every_sdk() {
    let model = ModelEntry {
        id: "a-model".into(),
        vendor: "anthropic".into(),
        created: 7,
        context: Some(200_000),
        max_output: None,
    };
    let both = Both::with(Wire::Anthropic, Options { models: vec![model], ..Options::default() });
    for (path, headers, expected) in [
        ("/v1/models", "authorization: Bearer k\r\n", r#""object":"list""#),
        ("/v1/models?limit=20", "anthropic-version: 2023-06-01\r\n", r#""display_name":"a-model""#),
        ("/v1beta/models?pageSize=5", "x-goog-api-key: k\r\n", r#""name":"models/a-model""#),
    ] {
        let answer = request(both.server.addr(), "GET", path, headers);
        let text = String::from_utf8(answer.body).expect("UTF-8");
        assert_eq!(answer.status, 200, "{path}");
        assert!(text.contains(expected), "{path}: {text}");
    }
}

#[test]
fn tokens_are_not_counted_and_that_is_said() {
    let both = Both::start(Wire::OpenaiChat);
    for (wire, path) in [
        (Wire::OpenaiResponses, "/v1/responses/input_tokens"),
        (Wire::Anthropic, "/v1/messages/count_tokens"),
        (Wire::Gemini, "/v1beta/models/m:countTokens"),
    ] {
        let answer = post(both.server.addr(), path, "", "{}");
        assert_eq!(answer.status, 404, "{path}");
        assert!(message(wire, &answer).contains("not counted"), "{path}");
    }
}

#[test]
fn web_pages_are_refused() {
    let both = Both::start(Wire::OpenaiChat);
    for (dialect, path, body) in wires("sim", false) {
        let answer = post(both.server.addr(), &path, "origin: http://a.example\r\n", &body);
        let head = String::from_utf8_lossy(&answer.head).into_owned();
        assert_eq!(answer.status, 403, "{}", dialect.wire);
        assert!(!head.contains("access-control"), "{head}");
    }
    assert_eq!(both.sim.stats().requests, 0);
}

#[test]
fn only_loopback_unless_allowed() {
    let addr: SocketAddr = "0.0.0.0:0".parse().expect("an address");
    let start = |provider: &str, allow_remote| {
        let options = Options { addr, allow_remote, ..Options::default() };
        Server::start(client("http://127.0.0.1:9", Wire::Anthropic), provider, options)
    };
    assert!(matches!(start("provider", false), Err(Error::Listen(ListenError::Remote(_)))));
    assert!(matches!(start("nobody", true), Err(Error::Provider(_))));
    assert!(start("provider", true).is_ok());
}

#[test]
fn a_model_of_the_servers_own_is_asked_for() {
    let translation = TranslateOptions { model: Some("sim-deltas@2".into()), ..TranslateOptions::default() };
    for provider in Wire::ALL {
        let options = Options { translation: translation.clone(), ..Options::default() };
        let both = Both::with(provider, options);
        for (dialect, path, body) in wires("any", true) {
            let answer = post(both.server.addr(), &path, "", &body);
            assert_eq!(decode(&dialect, &answer.body).expect("an answer").text(), "Wört Wört ", "{provider}");
        }
    }
}
