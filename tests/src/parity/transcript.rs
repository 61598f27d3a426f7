//! What a machine said, line by line.

use tokenwire_core::call::{Output, Transmit};
use tokenwire_core::http::{Headers, HttpRequest};
use tokenwire_core::json::Writer;
use tokenwire_core::time::Instant;
use tokenwire_core::transcript::write_event;

/// The lines: the time, a word for what was said, and what it holds.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    lines: Vec<String>,
    until: Option<Option<Instant>>,
}

impl Transcript {
    /// The one line of a machine that was not made.
    pub(super) fn refused(why: &str) -> Self {
        Self { lines: vec![format!("refused {}", quoted(why))], until: None }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Notes an output; waits and ends have words of their own.
    pub(super) fn said(&mut self, now: Instant, output: &Output) {
        match output {
            Output::Abort { attempt } => self.line(now, &format!("abort {attempt}")),
            Output::Event(event) => {
                let mut w = Writer::new();
                write_event(&mut w, event);
                self.line(now, &format!("event {}", w.finish()));
            }
            Output::Forward(bytes) => self.line(now, &format!("bytes {}", quoted(&characters(bytes)))),
            Output::ForwardHead(head) => {
                self.line(now, &format!("head {} {}", head.status, quoted(&lines(&head.headers))));
            }
            Output::Transmit(Transmit { attempt, request }) => self.sent(now, *attempt, request),
            Output::Done(_) | Output::Wait { .. } => {}
        }
    }

    /// Notes the deadline, where it is another one than before.
    pub(super) fn waits(&mut self, now: Instant, until: Option<Instant>) {
        if self.until.replace(until) != Some(until) {
            let until = until.map_or_else(|| "for ever".to_owned(), |at| at.as_millis().to_string());
            self.line(now, &format!("until {until}"));
        }
    }

    pub(super) fn cancelled(&mut self, now: Instant) {
        self.line(now, "cancel");
    }

    pub(super) fn ended(&mut self, now: Instant, outcome: &str, losses: &str, is_cut_off: bool) {
        self.line(now, &format!("outcome {outcome}"));
        self.line(now, &format!("losses {losses}"));
        self.line(now, if is_cut_off { "cut off" } else { "whole" });
    }

    fn sent(&mut self, now: Instant, attempt: u32, request: &HttpRequest) {
        let HttpRequest { method, url, headers, body } = request;
        let [url, headers, body] = [url, &lines(headers), &characters(body)].map(|text| quoted(text));
        self.line(now, &format!("send {attempt} {} {url} {headers} {body}", method.as_str()));
    }

    fn line(&mut self, now: Instant, what: &str) {
        self.lines.push(format!("{} {what}", now.as_millis()));
    }
}

/// Bytes as text: each the character of its number.
pub(super) fn characters(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// Headers as they cross the border: name, line feed, value, line feed.
pub(super) fn lines(headers: &Headers) -> String {
    headers.iter().map(|(name, value)| format!("{name}\n{value}\n")).collect()
}

/// Text as JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut w = Writer::new();
    w.string(text);
    w.finish()
}
