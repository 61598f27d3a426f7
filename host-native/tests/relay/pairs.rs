//! Every application, every provider.

use std::sync::Arc;

use tokenwire::serve::Report;
use tokenwire::{Bucket, Completeness, FinishReason, Outcome, Wire};

use crate::bare_http::{decode, post, wires};
use crate::setup::{APPLICATION_KEY, Both, KEY};

fn complete(report: Report, asked: Wire) -> Arc<Outcome> {
    match report {
        Report::Called { wire, outcome, .. } => {
            assert_eq!(wire, asked);
            assert!(outcome.is_complete(), "{:?}", outcome.failure);
            outcome
        }
        other => panic!("expected a call, got {other:?}"),
    }
}

#[test]
fn every_application_hears_every_provider() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for stream in [false, true] {
            for (dialect, path, body) in wires("sim", stream) {
                let case = format!("{} > {provider}, stream {stream}", dialect.wire);
                let answer = post(both.server.addr(), &path, "", &body);
                assert_eq!((answer.status, answer.is_whole), (200, true), "{case}");
                let direct = post(both.sim.addr(), &path, "", &body);
                let said = decode(&dialect, &direct.body).expect(&case).text();
                let heard = decode(&dialect, &answer.body).expect(&case);
                assert_eq!(heard.text(), said, "{case}");
                assert_eq!(heard.finish().map(|f| f.reason), Some(FinishReason::Stop), "{case}");
                let outcome = complete(both.report(), dialect.wire);
                // Nobody asked Chat's stream for its usage, and its bytes pass as they are.
                if (dialect.wire, provider, stream) != (Wire::OpenaiChat, Wire::OpenaiChat, true) {
                    assert!(outcome.usage.counts.get(Bucket::Output) > Some(0), "{case}");
                    assert_eq!(outcome.usage.completeness, Completeness::Complete, "{case}");
                }
            }
        }
    }
}

#[test]
fn bytes_pass_as_they_are_where_both_speak_the_same_wire() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for (stream, models) in
            [(false, &["sim-think", "sim-auth*"][..]), (true, &["sim-think", "sim-auth*", "sim-error@12*"])]
        {
            for model in models {
                let all = wires(model, stream);
                let (_, path, body) = all.iter().find(|(d, ..)| d.wire == provider).expect("every wire");
                let passed = post(both.server.addr(), path, "", body);
                let direct = post(both.sim.addr(), path, "", body);
                let case = format!("{provider}, {model}, stream {stream}");
                assert_eq!(passed.status, direct.status, "{case}");
                assert_eq!(
                    String::from_utf8_lossy(&passed.body),
                    String::from_utf8_lossy(&direct.body),
                    "{case}"
                );
            }
        }
    }
}

#[test]
fn retries_before_the_answer_are_invisible() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for stream in [false, true] {
            for number in 0..4 {
                // To the provider they are all the same conversation, but for the seed.
                let seed = number + 4 * usize::from(stream);
                let model = format!("sim-429+retry-after-ms=5,503,reset,cut@40,seed@{seed}");
                let (dialect, path, body) = &wires(&model, stream)[number];
                let case = format!("{} > {provider}, stream {stream}", dialect.wire);
                let answer = post(both.server.addr(), path, "", body);
                assert_eq!((answer.status, answer.is_whole), (200, true), "{case}");
                let heard = decode(dialect, &answer.body).expect(&case);
                assert!(heard.text().starts_with("You said “hé”."), "{case}: {}", heard.text());
                assert_eq!(complete(both.report(), dialect.wire).attempts.len(), 5, "{case}");
            }
        }
    }
}

#[test]
fn the_key_of_an_application_goes_nowhere() {
    let headers = ["authorization: Bearer ", "x-api-key: ", "x-goog-api-key: "];
    let headers: String = headers.iter().map(|name| format!("{name}{APPLICATION_KEY}\r\n")).collect();
    for provider in Wire::ALL {
        let both = Both::start(provider);
        for (_, path, body) in wires("sim", false) {
            let path = match path.contains('?') {
                true => path,
                false => format!("{path}?key={APPLICATION_KEY}"),
            };
            assert_eq!(post(both.server.addr(), &path, &headers, &body).status, 200);
        }
        for request in both.sim.requests() {
            assert!(!request.url.contains(APPLICATION_KEY), "{}", request.url);
            let sent: Vec<_> = request.headers.iter().map(|(_, value)| value).collect();
            assert!(!sent.iter().any(|value| value.contains(APPLICATION_KEY)), "{provider}");
            assert!(sent.iter().any(|value| value.contains(KEY)), "{provider}");
        }
    }
}

#[test]
fn a_gemini_application_may_have_an_array() {
    for provider in Wire::ALL {
        let both = Both::start(provider);
        let [.., (dialect, path, body)] = wires("sim", true);
        let answer = post(both.server.addr(), path.trim_end_matches("?alt=sse"), "", &body);
        assert!(answer.body.starts_with(b"[") && answer.body.trim_ascii_end().ends_with(b"]"), "{provider}");
        let heard = decode(&dialect, &answer.body).expect("an answer");
        assert!(heard.text().starts_with("You said “hé”."), "{provider}");
    }
}
