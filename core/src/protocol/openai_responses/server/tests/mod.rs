//! What the tests of this folder share.

extern crate std;

mod answer;
mod corpus;
mod json;
#[cfg(feature = "testing")]
mod laws;
mod lifecycle;
#[cfg(feature = "testing")]
mod properties;
mod recorded;
mod request;

use alloc::string::String;
use alloc::vec::Vec;

use super::{response, stream};
use crate::failure::Failure;
use crate::model::{Accumulator, Event, Finish, FinishReason, PartKind, Response, ToolCallKind, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::{AnswerContext, Caps, DecodeError, Decoder, Dialect, SealKey, StreamFraming};
use crate::usage::Usage;

/// What an answer of that vendor is written with.
pub(super) fn context(vendor: &str, source: Wire) -> AnswerContext {
    AnswerContext {
        model: "asked".into(),
        id: "x1".into(),
        created: 7,
        vendor: vendor.into(),
        source,
        stream_usage: true,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    }
}

fn claude() -> AnswerContext {
    context("anthropic", Wire::Anthropic)
}

/// What came out, and the paths of what was lost.
#[derive(Debug)]
struct Written {
    text: String,
    losses: Vec<String>,
}

impl Written {
    fn new(text: String, answer: Answer) -> Self {
        Self { text, losses: answer.losses.into_vec().into_iter().map(|loss| loss.path).collect() }
    }
}

/// Streams the events; `failure` breaks the answer, otherwise it ends.
fn streamed(
    context: AnswerContext,
    events: &[Event<'_>],
    failure: Option<&Failure>,
    usage: &Usage,
) -> Written {
    let (mut answer, mut out) = (Answer::new(context), Vec::new());
    let mut state = stream::State::new(&answer.context);
    for event in events {
        state.event(&mut answer, event, &mut out);
    }
    match failure {
        Some(failure) => state.fail(&mut answer, failure, usage, &mut out),
        None => state.end(&mut answer, usage, &mut out),
    }
    let length = out.len();
    state.event(&mut answer, &finishes(FinishReason::Stop), &mut out);
    state.end(&mut answer, usage, &mut out);
    assert_eq!(out.len(), length, "nothing follows the end");
    Written::new(String::from_utf8(out).expect("UTF-8"), answer)
}

/// Writes the answer whole.
fn whole(context: AnswerContext, response: &Response, usage: &Usage) -> Written {
    let mut answer = Answer::new(context);
    let text = response::encode(&mut answer, response, usage);
    Written::new(text, answer)
}

/// What a client of this wire reads.
fn read(text: &str) -> (Response, Usage, Result<(), DecodeError>) {
    let mut decoder = Decoder::new(&Dialect::OPENAI_RESPONSES, Caps::default());
    let mut sum = Accumulator::new("openai");
    let end = decoder.push(text.as_bytes(), &mut sum).and_then(|_| decoder.end(&mut sum));
    (sum.into_response(), decoder.usage().clone(), end.map(drop))
}

/// The events added up.
fn sum(vendor: &str, events: &[Event<'_>]) -> Response {
    let mut sum = Accumulator::new(vendor);
    events.iter().for_each(|event| sum.add(event));
    sum.into_response()
}

fn started() -> Event<'static> {
    Event::Start { id: Some("msg_1".into()), model: Some("claude".into()) }
}

fn opens(part: u32, kind: PartKind<'static>) -> Event<'static> {
    Event::PartStart { part, candidate: 0, kind }
}

fn thought() -> PartKind<'static> {
    PartKind::Reasoning { is_summary: false }
}

fn calls(id: &'static str, name: &'static str) -> PartKind<'static> {
    PartKind::ToolCall { id: Some(id.into()), name: name.into(), kind: ToolCallKind::Function }
}

fn says(part: u32, text: &'static str) -> Event<'static> {
    Event::TextDelta { part, text: text.into() }
}

fn thinks(part: u32, text: &'static str) -> Event<'static> {
    Event::ReasoningDelta { part, text: text.into() }
}

fn argues(part: u32, text: &'static str) -> Event<'static> {
    Event::ArgumentsDelta { part, text: text.into() }
}

fn ends(part: u32) -> Event<'static> {
    Event::PartEnd { part }
}

fn holds(part: u32, field: &'static str, value: &'static str) -> Event<'static> {
    Event::Opaque { part, field: field.into(), value: value.into() }
}

fn finishes(reason: FinishReason) -> Event<'static> {
    Event::Finish { candidate: 0, finish: Finish::new(reason, "raw") }
}
