//! What callers, the network and servers can get wrong, and what is said about it.

use std::net::TcpListener;

use tokenwire::{
    Client, Content, Credential, Dialect, Error, Failure, FailureKind, Media, MediaKind, Outcome,
    OutcomeStatus, Part, Source, Target, Wire,
};

use crate::raw_server::{RawServer, answer};
use crate::setup::{ask, both, client, complete, once, quick, server, stream};

fn failure(outcome: &Outcome) -> &Failure {
    outcome.failure.as_ref().expect("a failure")
}

#[test]
fn an_unknown_provider_is_named() {
    let client = Client::builder().key("anthropic", "k").expect("a good key").build().expect("a client");
    let error = smol::block_on(client.complete("antropic", ask("m"))).expect_err("no such provider");
    assert_eq!(error.to_string(), r#"no provider named "antropic": expected one of anthropic"#);
    let Err(error) = Client::builder().key("antropic", "k") else { panic!("no such dialect") };
    assert!(
        error.to_string().starts_with(r#"no provider named "antropic": expected one of anthropic, "#),
        "{error}"
    );
}

#[test]
fn a_missing_key_names_its_variable() {
    let client = Client::builder().build().expect("a client");
    let error = client.stream("gemini", ask("m")).expect_err("no key");
    assert!(matches!(error, Error::NoKey { .. }));
    assert_eq!(error.to_string(), "no key for gemini: expected one in GEMINI_API_KEY");
}

#[test]
fn bad_urls_are_refused() {
    for (url, why) in [
        ("localhost:8080", "http://"),
        ("https://", "host"),
        ("https://user:secret-word@x", "credential"),
        ("https://x/v1?key=secret-word", "query"),
        ("http://x:port", "port"),
    ] {
        let error = Target::at(Dialect::of_wire(Wire::Gemini), url, Some(Credential::new("k")))
            .expect_err("a bad URL")
            .to_string();
        assert!(error.contains(why) && error.lines().count() == 1, "{error}");
    }
}

#[test]
fn a_key_that_no_header_can_carry_is_refused_unseen() {
    for key in ["secret\nword", "secret word", "sécret-word", "secret\0word", "", " \n"] {
        let Err(error) = Client::builder().key("anthropic", key) else { panic!("{key:?} is taken") };
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("anthropic") && !shown.contains("word"), "{shown}");
    }
    // White space around a key comes from files and shells.
    assert!(Client::builder().key("anthropic", " key\n").is_ok());
}

#[test]
fn a_header_that_is_no_text_does_no_harm() {
    let server = server();
    let client = client(&server.url(), once());
    for wire in Wire::ALL {
        for outcome in both(&client, wire, &ask("sim-bad-header*")) {
            assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
        }
    }
}

#[test]
fn a_refused_connection_is_retried_and_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    drop(listener);
    let outcome = complete(&client(&url, quick()), Wire::Anthropic, ask("m"));
    assert_eq!((failure(&outcome).kind, outcome.attempts.len()), (FailureKind::Connection, 3));
    assert!(failure(&outcome).message.contains("refused"), "{}", failure(&outcome));
    // Nobody read the request.
    assert_eq!(outcome.usage.completeness, tokenwire::Completeness::Complete);
}

#[test]
fn a_name_that_does_not_resolve_is_told() {
    let outcome = complete(&client("http://does-not-exist.invalid", once()), Wire::Gemini, ask("m"));
    let failure = failure(&outcome);
    assert_eq!(failure.kind, FailureKind::Connection);
    assert!(failure.message.contains("dns error"), "{failure}");
}

#[test]
fn a_break_before_the_head_is_told() {
    let server = server();
    let client = client(&server.url(), once());
    for wire in Wire::ALL {
        for outcome in both(&client, wire, &ask("sim-reset*")) {
            assert_eq!(failure(&outcome).kind, FailureKind::Connection, "{wire}");
            assert_eq!((failure(&outcome).status, outcome.attempts[0].bytes), (None, 0), "{wire}");
        }
    }
}

#[test]
fn a_redirect_is_not_followed() {
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let server = RawServer::start(vec![answer(status, "location: http://127.0.0.1:1/elsewhere\r\n", "")]);
        let outcome = complete(&client(&server.url, quick()), Wire::OpenaiChat, ask("m"));
        assert_eq!(outcome.attempts.len(), 1, "{status}");
        assert_eq!(failure(&outcome).status.map(|s| s / 100), Some(3), "{status}");
        assert_eq!(server.requests(), ["POST /chat/completions HTTP/1.1"]);
    }
}

#[test]
fn what_is_no_http_is_told() {
    for nonsense in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    ] {
        let server = RawServer::start(vec![nonsense.into()]);
        let outcome = complete(&client(&server.url, once()), Wire::OpenaiChat, ask("m"));
        assert_eq!(failure(&outcome).kind, FailureKind::Connection, "{nonsense:?}");
        assert!(!failure(&outcome).message.is_empty());
        server.requests();
    }
}

#[test]
fn what_is_no_answer_is_told() {
    for (body, kind) in [
        ("", FailureKind::Incomplete),
        ("<html><title>It works!</title></html>", FailureKind::MalformedResponse),
        ("{", FailureKind::Incomplete),
        ("{]}", FailureKind::MalformedResponse),
        ("null", FailureKind::MalformedResponse),
    ] {
        for wire in Wire::ALL {
            let server = RawServer::start(vec![answer("200 OK", "content-type: application/json\r\n", body)]);
            let outcome = complete(&client(&server.url, once()), wire, ask("m"));
            assert_eq!(failure(&outcome).kind, kind, "{wire} {body:?}: {}", failure(&outcome));
            assert_eq!(outcome.status(), OutcomeStatus::Error, "{wire} {body:?}");
            server.requests();
        }
    }
}

#[test]
fn an_error_in_mid_stream_keeps_what_came() {
    let server = server();
    let client = client(&server.url(), once());
    for wire in Wire::ALL {
        let (_, outcome) = stream(&client, wire, ask("sim-error@12"));
        assert_eq!(failure(&outcome).kind, FailureKind::Overloaded, "{wire}");
        assert_eq!(outcome.status(), OutcomeStatus::Partial, "{wire}");
        assert!(!outcome.response.text().is_empty(), "{wire}");
    }
}

#[test]
fn an_impossible_request_is_not_sent() {
    let server = server();
    let client = client(&server.url(), once());
    let mut request = ask("sim");
    let sound = Media {
        kind: MediaKind::Audio,
        source: Source::Base64("AAAA".into()),
        media_type: Some("audio/wav".into()),
        name: None,
        detail: None,
    };
    request.messages[0].parts.push(Part::new(Content::Media(sound)));
    let error = client.stream("anthropic", request).expect_err("this wire takes no sound");
    assert!(matches!(error, Error::Encode(_)) && error.to_string().lines().count() == 1, "{error}");
    assert_eq!(server.stats().requests, 0);
}

#[test]
fn a_silent_head_has_a_deadline() {
    let deadlines = tokenwire::default_options().deadlines;
    assert!(
        deadlines.head_ms.is_some() && deadlines.first_event_ms.is_some() && deadlines.stall_ms.is_some()
    );
    let server = server();
    let mut options = once();
    options.deadlines.first_event_ms = Some(250);
    let client = client(&server.url(), options);
    for wire in Wire::ALL {
        for outcome in both(&client, wire, &ask("sim-stall@0*")) {
            assert_eq!(failure(&outcome).kind, FailureKind::Timeout, "{wire}");
        }
    }
    assert!(server.wait_until(crate::setup::LIMIT, |s| s.closed_early == 8 && s.open == 0));
}
