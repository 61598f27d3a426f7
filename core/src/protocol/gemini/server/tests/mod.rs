//! Tests of the whole side, by what it reads and by what it writes.

mod answers;
mod corpus;
mod ids;
mod json;
mod requests;
#[cfg(feature = "testing")]
mod requests_laws;
mod streams;
mod tidy;
mod usual;

use alloc::string::String;
use alloc::vec::Vec;

use crate::http::Headers;
use crate::model::{Accumulator, Event, Message, Request, Response, Role, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::gemini::server::stream::State;
use crate::protocol::gemini::server::{request, response};
use crate::protocol::{
    AnswerContext, Asked, BadRequest, Caps, Credential, DecodeError, Decoder, Dialect, EncodeError, Incoming,
    SealKey, StreamFraming, Target, encode_request,
};
use crate::usage::Usage;
use json::Json;

/// Decodes a body that was sent to `path`.
fn asked(path: &str, body: &str) -> Result<Asked, BadRequest> {
    request::decode(&Incoming { path, headers: &Headers::new(), body }, &SealKey::default())
}

fn decoded(body: &str) -> Request {
    asked("/v1/models/m:generateContent", body).expect(body).request
}

/// The path and body of a request to Google.
fn encoded(request: &Request) -> Result<(String, String), EncodeError> {
    let target = Target::new(&Dialect::GEMINI, Some(Credential::new("k"))).expect("a target");
    let http = encode_request(request, &target, false)?.http;
    let path = http.url.strip_prefix(target.base_url.as_str()).expect("the base URL").into();
    Ok((path, String::from_utf8(http.body).expect("text")))
}

/// An answer of `vendor` on `source`.
fn answer(vendor: &str, source: Wire) -> Answer {
    let context = AnswerContext {
        model: "asked".into(),
        id: "made".into(),
        created: 0,
        vendor: vendor.into(),
        source,
        stream_usage: true,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    };
    Answer::new(context)
}

/// A foreign answer, of which nothing but its form matters.
fn foreign() -> Answer {
    answer("anthropic", Wire::Anthropic)
}

/// The bytes of a stream of these events.
fn streamed(answer: &mut Answer, events: &[Event<'_>], usage: &Usage) -> String {
    let mut state = State::new(&answer.context);
    let mut out = Vec::new();
    events.iter().for_each(|event| state.event(answer, event, &mut out));
    state.end(answer, usage, &mut out);
    String::from_utf8(out).expect("text")
}

/// The chunks of an event stream.
fn chunks(stream: &str) -> Vec<&str> {
    stream.split_terminator("\r\n\r\n").map(|chunk| chunk.strip_prefix("data: ").expect("data")).collect()
}

/// What events add up to.
fn sum(vendor: &str, events: &[Event<'_>]) -> (Response, Usage) {
    let mut sum = Accumulator::new(vendor);
    events.iter().for_each(|event| sum.add(event));
    let usage = sum.usage().cloned().unwrap_or_default();
    (sum.into_response(), usage)
}

/// What a client reads in a body.
fn read(dialect: &Dialect, body: &str) -> Result<Vec<Event<'static>>, DecodeError> {
    let mut events = Vec::new();
    let mut decoder = Decoder::new(dialect, Caps::default());
    let mut keep = |event: Event<'_>| events.push(event.into_owned());
    decoder.push(body.as_bytes(), &mut keep)?;
    decoder.end(&mut keep)?;
    Ok(events)
}

/// What a client of this wire reads in a body.
fn read_back(body: &str) -> (Response, Usage) {
    sum("google", &read(&Dialect::GEMINI, body).expect(body))
}

/// The model's turn that an application sends back, which keeps each chunk as a content; without parts
/// where it says nothing.
fn sent_back(bodies: &[&str]) -> Message {
    let contents: Vec<&str> = bodies.iter().map(|body| content_of(body)).collect();
    let body = alloc::format!("{{\"contents\":[{}]}}", contents.join(","));
    let nothing = Message::new(Role::Assistant, Vec::new());
    let Ok(asked) = asked("/v1/models/m:generateContent", &body) else { return nothing };
    assert!(asked.losses.is_empty(), "{:?}", asked.losses);
    asked.request.messages.into_iter().next().unwrap_or(nothing)
}

/// The text of the first candidate's content.
fn content_of(body: &str) -> &str {
    let start = body.find("\"content\":").expect("a content") + "\"content\":".len();
    crate::json::Reader::new(&body[start..]).raw().expect("JSON")
}

fn whole(answer: &mut Answer, response: &Response, usage: &Usage) -> String {
    let body = response::encode(answer, response, usage);
    Json::parse(&body);
    body
}
