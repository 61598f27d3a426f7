//! An application's request, answered by a provider.

use std::sync::Arc;

use tokenwire_core::call::{Input, Outcome, Output};
use tokenwire_core::http::{Head, Headers, HttpRequest, TransportError, TransportKind};
use tokenwire_core::json::Writer;
use tokenwire_core::model::Wire;
use tokenwire_core::protocol::{ErrorAnswer, Incoming};
use tokenwire_core::relay::Relay as Machine;
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::transcript::{write_event, write_outcome};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::config::Config;
use crate::headers::pairs;

/// What `poll` found: drop the connection of `attempt()`.
const ABORT: u8 = 1;
/// The call is over: `outcome()`.
const DONE: u8 = 2;
/// Something for whoever watches: `event()`.
const EVENT: u8 = 3;
/// Answer with `status()` and `headers()`.
const HEAD: u8 = 4;
/// Pass `bytes()` on.
const BYTES: u8 = 5;
/// Send `url()`, `headers()` and `bytes()` as attempt `attempt()`.
const SEND: u8 = 6;
/// Wait for input, or for `deadline()`.
const WAIT: u8 = 7;

/// A call for an application. Drive it: after each input, poll until it says wait or done.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Relay {
    machine: Machine,
    /// Whether events are wanted; without that they do not cross the border.
    is_watched: bool,
    attempt: u32,
    status: u16,
    deadline: f64,
    url: String,
    headers: Headers,
    bytes: Vec<u8>,
    event: String,
    outcome: Option<Arc<Outcome>>,
}

#[wasm_bindgen]
impl Relay {
    /// A call for an application that sent `body` to `path` on `wire`. `headers` are names and values in turn,
    /// `config` is the options' JSON, `now` in whole milliseconds of a clock that only goes forward.
    ///
    /// # Errors
    /// The options are unusable, or the request is refused; the text of a refusal is JSON with the answer to
    /// the application: `status`, `headers`, `body`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        wire: &str,
        path: &str,
        headers: Vec<String>,
        body: &str,
        config: &str,
        seed: u32,
        now: f64,
        is_watched: bool,
    ) -> Result<Self, String> {
        let wire = Wire::parse(wire).ok_or_else(|| format!("expected a wire, found {wire:?}"))?;
        let config = Config::parse(config)?;
        let headers = pairs(headers);
        let incoming = Incoming { path, headers: &headers, body };
        let target = config.target()?;
        let machine =
            Machine::new(wire, &incoming, target, &config.translation, config.options, seed.into(), at(now))
                .map_err(|refusal| refused(&refusal.answer(wire)))?;
        Ok(Self {
            machine,
            is_watched,
            attempt: 0,
            status: 0,
            deadline: f64::INFINITY,
            url: String::new(),
            headers: Headers::new(),
            bytes: Vec::new(),
            event: String::new(),
            outcome: None,
        })
    }

    /// What to do next, as a number; the fields have the rest.
    pub fn poll(&mut self) -> u8 {
        loop {
            return match self.machine.poll_output() {
                Output::Abort { attempt } => {
                    self.attempt = attempt;
                    ABORT
                }
                Output::Done(outcome) => {
                    self.outcome = Some(outcome);
                    DONE
                }
                Output::Event(event) => {
                    if !self.is_watched {
                        continue;
                    }
                    let mut w = Writer::new();
                    write_event(&mut w, &event);
                    self.event = w.finish();
                    EVENT
                }
                Output::Forward(bytes) => {
                    self.bytes = bytes;
                    BYTES
                }
                Output::ForwardHead(head) => {
                    (self.status, self.headers) = (head.status, head.headers);
                    HEAD
                }
                Output::Transmit(transmit) => {
                    let HttpRequest { url, headers, body, .. } = transmit.request;
                    (self.attempt, self.url, self.headers, self.bytes) =
                        (transmit.attempt, url, headers, body);
                    SEND
                }
                Output::Wait { deadline, .. } => {
                    self.deadline = deadline.map_or(f64::INFINITY, |at| at.as_millis() as f64);
                    WAIT
                }
            };
        }
    }

    /// The attempt to send or to drop.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// The status to answer with.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// When to call `timeout`, in milliseconds of the caller's clock; infinite where there is no deadline.
    pub fn deadline(&self) -> f64 {
        self.deadline
    }

    /// The address to send to.
    pub fn url(&mut self) -> String {
        core::mem::take(&mut self.url)
    }

    /// Headers to send or to answer with: names and values in turn.
    pub fn headers(&mut self) -> Vec<String> {
        let headers = core::mem::take(&mut self.headers);
        headers.iter().flat_map(|(name, value)| [name.to_owned(), value.to_owned()]).collect()
    }

    /// The body to send, or the bytes to pass on.
    pub fn bytes(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.bytes)
    }

    /// The event, JSON.
    pub fn event(&mut self) -> String {
        core::mem::take(&mut self.event)
    }

    /// The outcome, JSON, once the call is over.
    pub fn outcome(&self) -> Option<String> {
        let mut w = Writer::new();
        write_outcome(&mut w, self.outcome.as_deref()?);
        Some(w.finish())
    }

    /// What the application's wire had no place for in the answer, JSON.
    pub fn losses(&self) -> String {
        let mut w = Writer::new();
        w.array(|w| {
            for loss in self.machine.call().losses().iter().chain(self.machine.losses()) {
                w.object(|w| {
                    w.key("action").string(loss.action.name());
                    w.key("path").string(&loss.path);
                    w.key("why").string(&loss.why);
                });
            }
        });
        w.finish()
    }

    /// The head of an attempt's response came; `wall` is the wall clock in milliseconds since the epoch.
    pub fn head(&mut self, now: f64, attempt: u32, status: u16, headers: Vec<String>, wall: f64) {
        let wall = Some(UnixTime::from_millis(wall as u64));
        let head = Head { status, headers: pairs(headers), wall };
        self.machine.handle_input(at(now), Input::Head { attempt, head });
    }

    /// Bytes of an attempt's response came.
    pub fn chunk(&mut self, now: f64, attempt: u32, bytes: &[u8]) {
        self.machine.handle_input(at(now), Input::Chunk { attempt, bytes });
    }

    /// An attempt's response ended.
    pub fn end(&mut self, now: f64, attempt: u32) {
        self.machine.handle_input(at(now), Input::End { attempt });
    }

    /// An attempt broke below HTTP: before its head, or in its body.
    pub fn fail(&mut self, now: f64, attempt: u32, in_body: bool, message: String) {
        let kind = if in_body { TransportKind::Body } else { TransportKind::Other };
        let error = TransportError { kind, message };
        self.machine.handle_input(at(now), Input::TransportFailed { attempt, error });
    }

    /// The deadline came.
    pub fn timeout(&mut self, now: f64) {
        self.machine.handle_input(at(now), Input::Timeout);
    }

    /// The application wants no more.
    pub fn cancel(&mut self, now: f64) {
        self.machine.handle_input(at(now), Input::Cancel);
    }
}

fn at(now: f64) -> Instant {
    // Clocks of JavaScript are positive and far below 2^53.
    Instant::from_millis(now as u64)
}

fn refused(answer: &ErrorAnswer) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("status").u64(answer.status.into());
        w.key("headers").array(|w| {
            for (name, value) in answer.headers.iter() {
                w.string(name);
                w.string(value);
            }
        });
        w.key("body").string(&answer.body);
    });
    w.finish()
}
