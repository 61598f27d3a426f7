//! Both directions of this wire against each other.

mod corpus;
mod json;
#[cfg(feature = "testing")]
mod laws;
mod requests;
mod responses;
mod streams;

use alloc::string::String;
use alloc::vec::Vec;

use super::{request, response, stream};
use crate::http::Headers;
use crate::model::{Accumulator, Event, Loss, Request, Response, Wire};
use crate::protocol::answer::{Answer, AnswerContext, Asked, BadRequest, Incoming, WireEncoder};
use crate::protocol::{
    Caps, Credential, Decoder, Dialect, EncodeError, SealKey, StreamFraming, Target, encode_request,
};
use crate::usage::Usage;

fn ask(body: &str) -> Result<Asked, BadRequest> {
    let headers = Headers::new();
    let incoming = Incoming { path: "/v1/messages", headers: &headers, body };
    request::decode(&incoming, &SealKey::default()).map_err(|bad| *bad)
}

/// An answer from the own provider of `wire`.
pub(super) fn answer(wire: Wire) -> Answer {
    let context = AnswerContext {
        model: "asked".into(),
        id: "7".into(),
        created: 0,
        vendor: Dialect::of_wire(wire).vendor.into(),
        source: wire,
        stream_usage: true,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    };
    Answer::new(context)
}

/// The stream of `events`, and what was lost.
fn streamed(wire: Wire, events: &[Event<'_>], usage: &Usage) -> (String, Vec<Loss>) {
    let mut answer = answer(wire);
    let mut state = stream::State::new(&answer.context);
    let mut out = Vec::new();
    events.iter().for_each(|event| state.event(&mut answer, event, &mut out));
    state.end(&mut answer, usage, &mut out);
    (String::from_utf8(out).expect("UTF-8"), answer.losses.into_vec())
}

fn whole(wire: Wire, response: &Response, usage: &Usage) -> (String, Vec<Loss>) {
    let mut answer = answer(wire);
    let body = response::encode(&mut answer, response, usage);
    (body, answer.losses.into_vec())
}

/// What the bytes of a response of `wire` come to: the events, their sum, the usage, and the fault.
struct Read {
    events: Vec<Event<'static>>,
    response: Response,
    usage: Usage,
    fault: Option<String>,
}

fn read(wire: Wire, bytes: &[u8]) -> Read {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut events = Vec::new();
    let mut sink = |event: Event<'_>| events.push(event.into_owned());
    let result = decoder.push(bytes, &mut sink).and_then(|_| decoder.end(&mut sink));
    let mut sum = Accumulator::new(Dialect::of_wire(wire).vendor);
    events.iter().for_each(|event| sum.add(event));
    let fault = result.err().map(|e| alloc::format!("{e}"));
    Read { events, response: sum.into_response(), usage: decoder.usage().clone(), fault }
}

/// The body for a request on `wire`, at the version that takes every field.
fn sent(request: &Request, wire: Wire, stream: bool) -> Result<(String, Vec<Loss>), EncodeError> {
    let mut target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
    if wire == Wire::Anthropic {
        target.headers.set("anthropic-version", "2023-06-01");
    }
    let encoded = encode_request(request, &target, stream)?;
    Ok((String::from_utf8(encoded.http.body).expect("UTF-8"), encoded.losses))
}
