//! What is asked, and the machine that asks it.

use tokenwire_core::call::{Call, Input, Output};
use tokenwire_core::http::Headers;
use tokenwire_core::json::Writer;
use tokenwire_core::model::{Loss, Request, Wire};
use tokenwire_core::protocol::{ErrorAnswer, Incoming, encode_request};
use tokenwire_core::relay::Relay;
use tokenwire_core::time::Instant;
use tokenwire_core::transcript::{read_request, write_request};

use super::START_MS;
use super::setup::{Setup, target};
use super::transcript::lines;

/// What is asked.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// By the package's own client.
    Call(Box<Request>),
    /// By an application that speaks a wire.
    Relay { wire: Wire, path: String, headers: Headers, body: String },
}

/// The machine that asks it.
#[derive(Debug)]
pub(super) enum Machine {
    Call(Box<Call>),
    Relay(Box<Relay>),
}

impl Question {
    /// The question as an application on `wire` asks it; `None` where the wire cannot carry it.
    pub(super) fn relayed(request: &Request, wire: Wire, is_stream: bool) -> Option<Self> {
        let target = target(wire);
        let http = encode_request(request, &target, is_stream).ok()?.http;
        let path = http.url.strip_prefix(target.base_url.as_str())?.to_owned();
        let body = String::from_utf8(http.body).ok()?;
        let headers = [("user-agent", "parity/1"), ("x-request-id", "req-ä")].into_iter().collect();
        Some(Self::Relay { wire, path, headers, body })
    }

    /// Asks Gemini's question as those do who do not want an event stream.
    pub(super) fn ask_an_array(&mut self) {
        if let Self::Relay { path, .. } = self {
            *path = path.replace("?alt=sse", "");
        }
    }

    /// The machine; the text that JavaScript gets where there is none.
    pub(super) fn machine(&self, setup: &Setup, seed: u32) -> Result<Machine, String> {
        let (target, options, now) = (setup.target(), setup.options.clone(), Instant::from_millis(START_MS));
        match self {
            Self::Call(request) => {
                // Not everything that a request can hold may be asked for as JSON. What may has to arrive as it
                // was: the call is made of the request itself.
                read_request(&json(request)).map_err(|error| error.to_string())?;
                let call = Call::new((**request).clone(), target, options, seed.into(), now);
                Ok(Machine::Call(Box::new(call.map_err(|error| error.to_string())?)))
            }
            Self::Relay { wire, path, headers, body } => {
                let incoming = Incoming { path, headers, body };
                let relay =
                    Relay::new(*wire, &incoming, target, &setup.translation, options, seed.into(), now);
                Ok(Machine::Relay(Box::new(relay.map_err(|refusal| refused(&refusal.answer(*wire)))?)))
            }
        }
    }

    pub(super) fn write(&self, w: &mut Writer) {
        match self {
            Self::Call(request) => w.key("request").string(&json(request)),
            Self::Relay { wire, path, headers, body } => {
                w.key("wire").string(wire.name());
                w.key("path").string(path);
                w.key("headers").string(&lines(headers));
                w.key("body").string(body);
            }
        }
    }
}

impl Machine {
    pub(super) fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        match self {
            Self::Call(call) => call.handle_input(now, input),
            Self::Relay(relay) => relay.handle_input(now, input),
        }
    }

    pub(super) fn poll_output(&mut self) -> Output {
        match self {
            Self::Call(call) => call.poll_output(),
            Self::Relay(relay) => relay.poll_output(),
        }
    }

    /// What could not be carried, in the request and in the answer, JSON.
    pub(super) fn losses(&self) -> String {
        let lists: [&[Loss]; 2] = match self {
            Self::Call(call) => [call.losses(), &[]],
            Self::Relay(relay) => [relay.call().losses(), relay.losses()],
        };
        let mut w = Writer::new();
        w.array(|w| lists.into_iter().flatten().for_each(|loss| w.object(|w| write_loss(w, loss))));
        w.finish()
    }

    pub(super) fn is_cut_off(&self) -> bool {
        matches!(self, Self::Relay(relay) if relay.is_cut_off())
    }
}

fn json(request: &Request) -> String {
    let mut w = Writer::new();
    write_request(&mut w, request);
    w.finish()
}

fn write_loss(w: &mut Writer, loss: &Loss) {
    w.key("action").string(loss.action.name());
    w.key("path").string(&loss.path);
    w.key("why").string(&loss.why);
}

/// A refused request's answer, as the binding throws it.
fn refused(answer: &ErrorAnswer) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("status").u64(answer.status.into());
        w.key("headers").string(&lines(&answer.headers));
        w.key("body").string(&answer.body);
    });
    w.finish()
}
