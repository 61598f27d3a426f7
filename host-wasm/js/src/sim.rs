//! A simulated provider of all four wires.

use tokenwire_core::http::{HttpRequest, Method};
use tokenwire_core::testing::provider::{BodyStep, BodySteps, Provider, Reaction};
use tokenwire_core::time::UnixTime;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::headers;

/// A provider that plays from a script and fails as planned.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Sim {
    provider: Provider,
}

/// What it does to one request.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Reply {
    kind: Kind,
    delay_ms: f64,
    status: u16,
    headers: String,
    steps: BodySteps,
    bytes: Vec<u8>,
    wait_ms: f64,
}

/// The numbers that `kind` gives.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Answer,
    Hang,
    Refused,
    Reset,
}

const END: u8 = 0;
const BYTES: u8 = 1;
const WAIT: u8 = 2;
const BREAK: u8 = 3;
const STALL: u8 = 4;

#[wasm_bindgen]
impl Sim {
    /// A provider whose answers follow from `seed`, with `pace` milliseconds between events.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32, pace: f64) -> Self {
        Self { provider: Provider::new(seed.into(), pace as u64) }
    }

    /// What happens to a request; `wall` is the wall clock in milliseconds since the epoch.
    pub fn answer(&mut self, method: &str, url: String, lines: &str, body: Vec<u8>, wall: f64) -> Reply {
        let method = if method.eq_ignore_ascii_case("POST") { Method::Post } else { Method::Get };
        let request = HttpRequest { method, url, headers: headers::read(lines), body };
        Reply::of(self.provider.answer(&request, UnixTime::from_millis(wall as u64)))
    }
}

#[wasm_bindgen]
impl Reply {
    /// 0 an answer, 1 silence for ever, 2 no connection, 3 a break before the head.
    pub fn kind(&self) -> u8 {
        self.kind as u8
    }

    /// The wait before the head, in milliseconds.
    pub fn delay(&self) -> f64 {
        self.delay_ms
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The headers, as lines.
    pub fn headers(&self) -> String {
        self.headers.clone()
    }

    /// The next step of the body: 0 its end, 1 `bytes`, 2 a `wait`, 3 a break, 4 silence for ever.
    pub fn step(&mut self) -> u8 {
        match self.steps.next() {
            None => END,
            Some(BodyStep::Bytes(bytes)) => {
                self.bytes = bytes;
                BYTES
            }
            Some(BodyStep::Wait(ms)) => {
                self.wait_ms = ms as f64;
                WAIT
            }
            Some(BodyStep::Reset) => BREAK,
            Some(BodyStep::Stall) => STALL,
        }
    }

    /// The bytes of the step.
    pub fn bytes(&mut self) -> Vec<u8> {
        core::mem::take(&mut self.bytes)
    }

    /// The wait of the step, in milliseconds.
    pub fn wait(&self) -> f64 {
        self.wait_ms
    }

    fn of(reaction: Reaction) -> Self {
        let mut reply = Self {
            kind: Kind::Answer,
            delay_ms: 0.0,
            status: 0,
            headers: String::new(),
            steps: BodySteps::default(),
            bytes: Vec::new(),
            wait_ms: 0.0,
        };
        match reaction {
            Reaction::Answer(answer) => {
                reply.delay_ms = answer.delay_ms as f64;
                reply.status = answer.status;
                reply.headers = headers::write(&answer.headers);
                reply.steps = answer.body;
            }
            Reaction::Hang => reply.kind = Kind::Hang,
            Reaction::Refused => reply.kind = Kind::Refused,
            Reaction::ResetBeforeHead => reply.kind = Kind::Reset,
        }
        reply
    }
}
