//! `tokenwire serve`, asked over bare HTTP.

use std::io::{BufRead, BufReader, Lines};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command};

use crate::bare_http::{decode, exchange, parse, post, wires};
use crate::setup::{KEY, bare, finish, server};

/// A server that runs; it is killed when this is dropped.
struct Serving {
    child: Child,
    addr: SocketAddr,
    greeting: Vec<String>,
    told: Lines<BufReader<ChildStderr>>,
}

impl Serving {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().expect("the program starts");
        let stdout: ChildStdout = child.stdout.take().expect("a pipe");
        let told = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let greeting: Vec<_> =
            BufReader::new(stdout).lines().take(4).map(|line| line.expect("text")).collect();
        let url = greeting.get(2).and_then(|line| line.strip_prefix("ANTHROPIC_BASE_URL=http://"));
        let addr = url.and_then(|addr| addr.parse().ok()).unwrap_or_else(|| panic!("{greeting:?}"));
        Self { child, addr, greeting, told }
    }

    /// The next line on standard error.
    fn line(&mut self) -> String {
        self.told.next().expect("a line").expect("text")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `tokenwire serve` in front of `url`, which stands in for Anthropic.
fn serve_at(url: &str, arguments: &[&str]) -> Command {
    let mut command = bare(&["serve", "--provider", "anthropic"]);
    command.args(arguments).env("ANTHROPIC_API_KEY", KEY).env("ANTHROPIC_BASE_URL", url);
    command
}

#[test]
fn without_a_key_a_simulated_provider_answers_every_application() {
    let mut serving = Serving::start(&mut bare(&["serve", "--provider", "gemini"]));
    assert!(serving.line().starts_with("tokenwire: calling a simulated gemini at http://127.0.0.1:"));
    let addr = serving.addr;
    assert_eq!(
        serving.greeting,
        [
            format!("tokenwire serve listens at http://{addr} and calls gemini"),
            format!("OPENAI_BASE_URL=http://{addr}/v1"),
            format!("ANTHROPIC_BASE_URL=http://{addr}"),
            format!("GOOGLE_GEMINI_BASE_URL=http://{addr}"),
        ]
    );
    for (dialect, path, body) in wires("sim-deltas@2", true) {
        let answer = post(addr, &path, "", &body);
        assert_eq!(decode(&dialect, &answer.body).expect("an answer").text(), "Wört Wört ");
        let line = serving.line();
        let start = format!("{} > gemini sim-deltas@2: attempts 1, tokens input ", dialect.wire);
        assert!(line.starts_with(&start), "{line}");
        assert!(line.contains(", cost unknown, losses ") && line.ends_with(" ms, stop"), "{line}");
    }
}

#[test]
fn with_a_key_the_provider_is_asked_for_the_model_that_was_typed() {
    let provider = server();
    let arguments = ["--model", "claude-haiku-5-5"];
    let mut serving = Serving::start(&mut serve_at(&provider.url(), &arguments));
    assert!(serving.greeting[0].ends_with(" and calls anthropic, always claude-haiku-5-5"));
    let [(_, path, body), ..] = wires("gpt-6-sol", false);
    let answer = post(serving.addr, &path, "authorization: Bearer other\r\n", &body);
    let head = String::from_utf8_lossy(&answer.head);
    assert!(answer.is_whole && head.contains("content-type: application/json\r\n"), "{head}");
    let asked = provider.requests().pop().expect("a request");
    assert_eq!(asked.headers.get("x-api-key"), Some(KEY));
    assert!(String::from_utf8_lossy(&asked.body).contains(r#""model":"claude-haiku-5-5""#));
    let line = serving.line();
    assert!(line.contains(" > anthropic claude-haiku-5-5: ") && line.contains(" USD, losses "), "{line}");
    let (bytes, _) = exchange(serving.addr, "GET", "/v1/models", "", "");
    let models = String::from_utf8(parse(&bytes).body).expect("UTF-8");
    assert_eq!(models.matches(r#""id":"#).count(), 1, "{models}");
    assert!(models.contains("claude-haiku-5-5"), "{models}");
}

#[test]
fn the_models_of_the_price_list_are_listed() {
    let provider = server();
    let serving = Serving::start(&mut serve_at(&provider.url(), &[]));
    let (bytes, _) = exchange(serving.addr, "GET", "/v1/models", "", "");
    let models = String::from_utf8(parse(&bytes).body).expect("UTF-8");
    assert!(models.contains("claude-haiku-5-5") && !models.contains("gpt-"), "{models}");
}

#[test]
fn losses_are_refused_and_accepted_as_typed() {
    let provider = server();
    let body = r#"{"model":"sim","seed":1,"messages":[{"role":"user","content":"hi"}]}"#;
    for (arguments, status) in [
        (&[][..], 200),
        (&["--strict"], 400),
        (&["--refuse", "sampling"], 400),
        (&["--strict", "--accept", "sampling"], 200),
        (&["--refuse", "sampling", "--accept", "sampling.seed"], 200),
        (&["--accept", "sampling", "--refuse", "sampling.seed"], 400),
    ] {
        let before = provider.stats().requests;
        let mut serving = Serving::start(&mut serve_at(&provider.url(), arguments));
        let answer = post(serving.addr, "/v1/chat/completions", "", body);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{arguments:?}: {text}");
        let line = serving.line();
        assert_eq!(line.starts_with("openai_chat > anthropic: refused: "), status == 400, "{line}");
        assert_eq!(provider.stats().requests - before, u64::from(status == 200), "{arguments:?}");
    }
}

#[test]
fn what_the_application_chose_stays_on_one_line() {
    let provider = server();
    let mut serving = Serving::start(&mut serve_at(&provider.url(), &[]));
    let body = r#"{"model":"a\u001b[31m\nb","messages":[{"role":"user","content":"hi"}]}"#;
    post(serving.addr, "/v1/chat/completions", "", body);
    let line = serving.line();
    assert!(line.contains("a [31m b") && !line.contains('\u{1b}'), "{line:?}");
}

#[test]
fn what_cannot_be_served_is_said() {
    for (arguments, message) in [
        (&["--provider", "nobody"][..], "no provider named \"nobody\""),
        (&["--listen", "0.0.0.0:0"], "expected a loopback address, found 0.0.0.0:0"),
        (&["--prices", "/nowhere"], "cannot read /nowhere"),
    ] {
        let ran = finish(bare(&["serve"]).args(arguments));
        assert_eq!(ran.code, 3, "{ran:?}");
        assert!(ran.stderr.contains(message), "{ran:?}");
    }
}
