//! A scenario's call, made, and what its caller sees.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use futures_core::Stream;
use serde_json::Value;
use tokenwire_core::call::Outcome;
use tokenwire_core::client::{Client, ClientHost, EventStream, Relayed, Update};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::json::Writer;
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::protocol::Incoming;
use tokenwire_core::time::Instant;
use tokenwire_core::transcript::{read_request, write_event, write_outcome};
use tokenwire_core::translate::TranslateOptions;

use crate::scenario::{IncomingRequest, Scenario};
use crate::sleeper::Sleeper;

/// Makes the scenario's call on `host`; gives what the caller saw, JSON with the time of each thing.
///
/// # Errors
/// The call cannot be made.
pub async fn play<H: ClientHost>(scenario: &Scenario, host: &H) -> Result<String, String> {
    let name = scenario.call.provider.as_str();
    let client =
        Client::builder().target(name, scenario.target()?).options(scenario.options()).build_on(host.clone());
    match &scenario.call.incoming {
        Some(incoming) => Ok(play_relay(scenario, host, relay(scenario, &client, incoming)?).await),
        None => {
            let request = scenario.call.request.as_ref().map(Value::to_string).unwrap_or_default();
            let request = read_request(&request).map_err(|error| error.to_string())?;
            let stream = client.call(name, request).map_err(|error| error.to_string())?;
            Ok(play_call(scenario, host, stream).await)
        }
    }
}

fn relay<H: ClientHost>(
    scenario: &Scenario,
    client: &Client<H>,
    incoming: &IncomingRequest,
) -> Result<Relayed<H>, String> {
    let wire = Wire::parse(&incoming.wire).ok_or_else(|| format!("no wire {:?}", incoming.wire))?;
    let translation = TranslateOptions { model: incoming.model.clone(), ..TranslateOptions::default() };
    let body = incoming.body.to_string();
    let incoming = Incoming { path: &incoming.path, headers: &Headers::new(), body: &body };
    client.relay(&scenario.call.provider, wire, &incoming, &translation).map_err(|error| error.to_string())
}

async fn play_call<H: ClientHost>(scenario: &Scenario, host: &H, mut stream: EventStream<H>) -> String {
    let mut cancel = Sleeper::new(host, scenario.caller.cancel_at_ms);
    let mut events: Vec<(Instant, Event<'static>)> = Vec::new();
    let mut outcome = None;
    while scenario.caller.drop_after_events.is_none_or(|most| events.len() < most) {
        let update = poll_fn(|cx| {
            if cancel.is_due(cx) {
                stream.cancel();
            }
            Pin::new(&mut stream).poll_next(cx)
        });
        match update.await {
            Some(Update::Event(event)) => events.push((host.now(), event)),
            Some(Update::Done(done)) => outcome = Some((host.now(), done)),
            None => break,
        }
    }
    let mut w = Writer::new();
    w.object(|w| {
        w.key("events").array(|w| events.iter().for_each(|(at, event)| timed_event(w, *at, event)));
        write_end(w, outcome.as_ref());
    });
    w.finish()
}

fn timed_event(w: &mut Writer, at: Instant, event: &Event<'_>) {
    w.object(|w| {
        w.key("at_ms").u64(at.as_millis());
        w.key("event");
        write_event(w, event);
    });
}

fn write_end(w: &mut Writer, outcome: Option<&(Instant, Arc<Outcome>)>) {
    let Some((at, outcome)) = outcome else { return w.key("outcome").null() };
    w.key("ended_ms").u64(at.as_millis());
    w.key("outcome");
    write_outcome(w, outcome);
}

/// What an application saw.
struct Heard {
    head: (Instant, Head),
    /// Bytes, those of one moment together.
    pieces: Vec<(Instant, Vec<u8>)>,
    is_broken: bool,
}

impl Heard {
    fn push(&mut self, at: Instant, bytes: Vec<u8>) {
        match self.pieces.last_mut() {
            Some((last, piece)) if *last == at => piece.extend(bytes),
            _ => self.pieces.push((at, bytes)),
        }
    }

    fn write(&self, w: &mut Writer) {
        let (at, head) = &self.head;
        w.key("head").object(|w| {
            w.key("at_ms").u64(at.as_millis());
            w.key("status").u64(head.status.into());
            // JavaScript's headers are sorted.
            let headers: BTreeMap<_, _> = head.headers.iter().collect();
            w.key("headers").object(|w| headers.iter().for_each(|(name, value)| w.key(name).string(value)));
        });
        w.key("pieces").array(|w| {
            for (at, bytes) in &self.pieces {
                w.object(|w| {
                    w.key("at_ms").u64(at.as_millis());
                    w.key("text").string(&String::from_utf8_lossy(bytes));
                });
            }
        });
        w.key("is_broken").bool(self.is_broken);
    }
}

async fn play_relay<H: ClientHost>(scenario: &Scenario, host: &H, mut relayed: Relayed<H>) -> String {
    let mut cancel = Sleeper::new(host, scenario.caller.cancel_at_ms);
    let head = poll_fn(|cx| {
        if cancel.is_due(cx) {
            relayed.cancel();
        }
        relayed.poll_head(cx)
    });
    let head = head.await;
    let mut heard = Heard { head: (host.now(), head), pieces: Vec::new(), is_broken: false };
    loop {
        let piece = poll_fn(|cx| {
            if cancel.is_due(cx) {
                relayed.cancel();
            }
            Pin::new(&mut relayed).poll_next(cx)
        });
        match piece.await {
            Some(Ok(bytes)) => heard.push(host.now(), bytes),
            Some(Err(_)) => heard.is_broken = true,
            None => break,
        }
    }
    let outcome = relayed.outcome().map(|outcome| (host.now(), Arc::clone(outcome)));
    let mut w = Writer::new();
    w.object(|w| {
        heard.write(w);
        write_end(w, outcome.as_ref());
    });
    w.finish()
}
