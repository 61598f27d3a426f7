//! A call, or an application's request that a provider answers.

use std::sync::Arc;

#[cfg(feature = "call")]
use tokenwire_core::call::Call;
use tokenwire_core::call::{Input, Outcome, Output};
use tokenwire_core::driver::Machine as Machinery;
use tokenwire_core::http::{Head, TransportError, TransportKind};
use tokenwire_core::json::Writer;
use tokenwire_core::model::Loss;
#[cfg(feature = "relay")]
use tokenwire_core::relay::Relay;
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::transcript::write_outcome;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::config::Config;
use crate::headers;
use crate::sink::Sink;

/// The machine of one call.
///
/// Whatever tells it something takes a sink for what follows, and gives the time at which `timeout` is due:
/// infinite where there is no deadline, not a number where the call is over. Times are whole milliseconds of
/// one clock that only goes forward.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Machine {
    inner: Inner,
    /// Whether events are wanted; without that they do not cross the border.
    is_watched: bool,
    outcome: Option<Arc<Outcome>>,
}

#[derive(Debug)]
enum Inner {
    #[cfg(feature = "call")]
    Call(Box<Call>),
    #[cfg(feature = "relay")]
    Relay(Box<Relay>),
}

impl Inner {
    fn machinery(&mut self) -> &mut dyn Machinery {
        match self {
            #[cfg(feature = "call")]
            Self::Call(call) => &mut **call,
            #[cfg(feature = "relay")]
            Self::Relay(relay) => &mut **relay,
        }
    }

    /// What could not be carried, in the request and in the answer.
    fn losses(&self) -> [&[Loss]; 2] {
        match self {
            #[cfg(feature = "call")]
            Self::Call(call) => [call.losses(), &[]],
            #[cfg(feature = "relay")]
            Self::Relay(relay) => [relay.call().losses(), relay.losses()],
        }
    }

    fn is_cut_off(&self) -> bool {
        match self {
            #[cfg(feature = "call")]
            Self::Call(_) => false,
            #[cfg(feature = "relay")]
            Self::Relay(relay) => relay.is_cut_off(),
        }
    }
}

#[wasm_bindgen]
impl Machine {
    /// A call of `request`, the transcript's JSON of one; `config` is the options' JSON.
    ///
    /// # Errors
    /// The options or the request are unusable; the text says what was expected and what was found.
    #[cfg(feature = "call")]
    pub fn call(request: &str, config: &str, seed: u32, now: f64, is_watched: bool) -> Result<Self, String> {
        let config = Config::parse(config)?;
        let request = tokenwire_core::transcript::read_request(request).map_err(|error| error.to_string())?;
        let target = config.target()?;
        let call = Call::new(request, target, config.options, seed.into(), at(now));
        let call = call.map_err(|error| error.to_string())?;
        Ok(Self { inner: Inner::Call(Box::new(call)), is_watched, outcome: None })
    }

    /// A call for an application that sent `body` to `path` on `wire`.
    ///
    /// # Errors
    /// The options are unusable, or the request is refused; the text of a refusal is JSON with the answer to
    /// the application: `status`, `headers`, `body`.
    #[cfg(feature = "relay")]
    #[expect(
        clippy::too_many_arguments,
        reason = "plain values cross the border for less than an object's fields"
    )]
    pub fn relay(
        wire: &str,
        path: &str,
        headers: &str,
        body: &str,
        config: &str,
        seed: u32,
        now: f64,
        is_watched: bool,
    ) -> Result<Self, String> {
        use tokenwire_core::model::Wire;
        use tokenwire_core::protocol::Incoming;

        let wire = Wire::parse(wire).ok_or_else(|| format!("expected a wire, found {wire:?}"))?;
        let config = Config::parse(config)?;
        let headers = headers::read(headers);
        let incoming = Incoming { path, headers: &headers, body };
        let target = config.target()?;
        let relay =
            Relay::new(wire, &incoming, target, &config.translation, config.options, seed.into(), at(now))
                .map_err(|refusal| refused(&refusal.answer(wire)))?;
        Ok(Self { inner: Inner::Relay(Box::new(relay)), is_watched, outcome: None })
    }

    /// Takes what there is: to be called once before anything is told.
    pub fn drain(&mut self, sink: &Sink) -> f64 {
        let machine = self.inner.machinery();
        loop {
            match machine.poll_output() {
                Output::Done(outcome) => {
                    self.outcome = Some(outcome);
                    return f64::NAN;
                }
                Output::Wait { deadline, .. } => {
                    return deadline.map_or(f64::INFINITY, |at| at.as_millis() as f64);
                }
                output => sink.take(output, self.is_watched),
            }
        }
    }

    fn tell(&mut self, now: f64, input: Input<'_>, sink: &Sink) -> f64 {
        self.inner.machinery().handle_input(at(now), input);
        self.drain(sink)
    }

    /// The head of an attempt's response came; `wall` is the wall clock in milliseconds since the epoch.
    pub fn head(
        &mut self,
        now: f64,
        attempt: u32,
        status: u16,
        headers: &str,
        wall: f64,
        sink: &Sink,
    ) -> f64 {
        let wall = Some(UnixTime::from_millis(wall as u64));
        let head = Head { status, headers: headers::read(headers), wall };
        self.tell(now, Input::Head { attempt, head }, sink)
    }

    /// Bytes of an attempt's response came.
    pub fn chunk(&mut self, now: f64, attempt: u32, bytes: &[u8], sink: &Sink) -> f64 {
        self.tell(now, Input::Chunk { attempt, bytes }, sink)
    }

    /// An attempt's response ended.
    pub fn end(&mut self, now: f64, attempt: u32, sink: &Sink) -> f64 {
        self.tell(now, Input::End { attempt }, sink)
    }

    /// An attempt broke below HTTP: 0 before its head, 1 in its body, 2 in a way that another attempt would too.
    pub fn fail(&mut self, now: f64, attempt: u32, kind: u8, message: String, sink: &Sink) -> f64 {
        let kind = match kind {
            1 => TransportKind::Body,
            2 => TransportKind::InvalidRequest,
            _ => TransportKind::Other,
        };
        let error = TransportError { kind, message };
        self.tell(now, Input::TransportFailed { attempt, error }, sink)
    }

    /// A deadline may have passed.
    pub fn timeout(&mut self, now: f64, sink: &Sink) -> f64 {
        self.tell(now, Input::Timeout, sink)
    }

    /// The caller wants no more.
    pub fn cancel(&mut self, now: f64, sink: &Sink) -> f64 {
        self.tell(now, Input::Cancel, sink)
    }

    /// The outcome, JSON, once the call is over.
    pub fn outcome(&self) -> Option<String> {
        let mut w = Writer::new();
        write_outcome(&mut w, self.outcome.as_deref()?);
        Some(w.finish())
    }

    /// Whether a whole answer was passed on in part, so that its connection has to be broken.
    pub fn is_cut_off(&self) -> bool {
        self.inner.is_cut_off()
    }

    /// What could not be carried, in the request and in the answer, JSON.
    pub fn losses(&self) -> String {
        let mut w = Writer::new();
        w.array(|w| {
            for loss in self.inner.losses().into_iter().flatten() {
                w.object(|w| {
                    w.key("action").string(loss.action.name());
                    w.key("path").string(&loss.path);
                    w.key("why").string(&loss.why);
                });
            }
        });
        w.finish()
    }
}

fn at(now: f64) -> Instant {
    // Clocks of JavaScript are positive and far below 2^53.
    Instant::from_millis(now as u64)
}

#[cfg(feature = "relay")]
fn refused(answer: &tokenwire_core::protocol::ErrorAnswer) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("status").u64(answer.status.into());
        w.key("headers").string(&headers::write(&answer.headers));
        w.key("body").string(&answer.body);
    });
    w.finish()
}
