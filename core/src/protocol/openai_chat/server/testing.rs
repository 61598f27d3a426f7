//! What the tests of this folder share.

use alloc::string::String;
use alloc::vec::Vec;

use super::{response, stream};
use crate::model::{Accumulator, Candidate, Content, Event, Finish, FinishReason, Media, PartKind};
use crate::model::{Response, Source, ToolCall, ToolCallKind, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::{AnswerContext, Caps, Decoder, Dialect, SealKey, StreamFraming};
use crate::usage::{Bucket, Usage};

/// What an answer of Claude is written with.
pub(super) fn context() -> AnswerContext {
    AnswerContext {
        model: "asked".into(),
        id: "x1".into(),
        created: 7,
        vendor: "anthropic".into(),
        source: Wire::Anthropic,
        stream_usage: false,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    }
}

/// The same of OpenAI on this wire.
pub(super) fn native() -> AnswerContext {
    AnswerContext { vendor: "openai".into(), source: Wire::OpenaiChat, ..context() }
}

pub(super) fn answer() -> Answer {
    Answer::new(context())
}

/// What came out, and the paths of what was lost.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) text: String,
    pub(super) losses: Vec<String>,
}

impl Written {
    fn new(text: String, answer: Answer) -> Self {
        Self { text, losses: answer.losses.into_vec().into_iter().map(|loss| loss.path).collect() }
    }

    /// The stream's data, a line each, without what all chunks begin with.
    pub(super) fn chunks(&self) -> Vec<&str> {
        let data = self.text.split_terminator("\n\n").map(|event| {
            let data = event.strip_prefix("data: ").expect("data alone");
            assert!(!data.contains('\n'), "one line: {data}");
            data.split_once(r#","choices":"#).map_or(data, |(_, choices)| choices)
        });
        data.collect()
    }
}

/// Streams the events and ends well.
pub(super) fn stream(context: AnswerContext, events: &[Event<'_>], usage: &Usage) -> Written {
    let (mut answer, mut out) = (Answer::new(context), Vec::new());
    let mut state = stream::State::new(&answer.context);
    for event in events {
        state.event(&mut answer, event, &mut out);
    }
    state.end(&mut answer, usage, &mut out);
    Written::new(String::from_utf8(out).expect("UTF-8"), answer)
}

/// Writes the response whole.
pub(super) fn whole(context: AnswerContext, response: &Response, usage: &Usage) -> Written {
    let mut answer = Answer::new(context);
    let text = response::encode(&mut answer, response, usage);
    Written::new(text, answer)
}

/// What a client of this wire reads in `text`.
pub(super) fn read(text: &str) -> (Response, Usage) {
    let mut decoder = Decoder::new(&Dialect::OPENAI, Caps::default());
    let mut sum = Accumulator::new("openai");
    decoder.push(text.as_bytes(), &mut sum).expect(text);
    decoder.end(&mut sum).expect(text);
    (sum.into_response(), decoder.usage().clone())
}

/// The events added up.
pub(super) fn sum(vendor: &str, events: &[Event<'_>]) -> Response {
    let mut sum = Accumulator::new(vendor);
    events.iter().for_each(|event| sum.add(event));
    sum.into_response()
}

pub(super) fn started() -> Event<'static> {
    Event::Start { id: Some("msg_1".into()), model: Some("claude".into()) }
}

pub(super) fn opens(part: u32, kind: PartKind<'static>) -> Event<'static> {
    Event::PartStart { part, candidate: 0, kind }
}

pub(super) fn calls(id: &'static str, name: &'static str) -> PartKind<'static> {
    PartKind::ToolCall { id: Some(id.into()), name: name.into(), kind: ToolCallKind::Function }
}

pub(super) fn says(part: u32, text: &'static str) -> Event<'static> {
    Event::TextDelta { part, text: text.into() }
}

pub(super) fn thinks(part: u32, text: &'static str) -> Event<'static> {
    Event::ReasoningDelta { part, text: text.into() }
}

pub(super) fn argues(part: u32, text: &'static str) -> Event<'static> {
    Event::ArgumentsDelta { part, text: text.into() }
}

pub(super) fn ends(part: u32) -> Event<'static> {
    Event::PartEnd { part }
}

pub(super) fn state(part: u32, field: &'static str, value: &'static str) -> Event<'static> {
    Event::Opaque { part, field: field.into(), value: value.into() }
}

pub(super) fn finishes(reason: FinishReason) -> Event<'static> {
    Event::Finish { candidate: 0, finish: Finish::new(reason, "raw") }
}

pub(super) fn used(input: u64, output: u64) -> Usage {
    let mut usage = Usage::default();
    usage.counts.set(Bucket::Input, input);
    usage.counts.set(Bucket::Output, output);
    usage
}

/// What must be the same of an answer on every wire, candidate by candidate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) text: String,
    pub(super) reasoning: String,
    pub(super) refusal: String,
    pub(super) calls: Vec<(String, String, ToolCallKind)>,
    pub(super) media: Vec<String>,
    pub(super) finish: &'static str,
}

impl Meaning {
    pub(super) fn of(response: &Response) -> Vec<Self> {
        response.candidates.iter().map(Self::of_candidate).collect()
    }

    fn of_candidate(candidate: &Candidate) -> Self {
        let mut meaning = Self {
            text: String::new(),
            reasoning: String::new(),
            refusal: String::new(),
            calls: Vec::new(),
            media: Vec::new(),
            finish: "",
        };
        for part in &candidate.parts {
            match &part.content {
                Content::Text { text, .. } => meaning.text.push_str(text),
                Content::Reasoning(reasoning) => meaning.reasoning.push_str(&reasoning.text),
                Content::Refusal(text) => meaning.refusal.push_str(text),
                Content::ToolCall(call) => meaning.calls.push(meant(call)),
                Content::Media(Media { source: Source::Base64(data), .. }) => {
                    meaning.media.push(data.clone());
                }
                _ => {}
            }
        }
        let has_calls = !meaning.calls.is_empty();
        if let Some(finish) = &candidate.finish {
            let is_refusal = finish.reason == FinishReason::Refusal;
            if let (true, "", Some(words)) = (is_refusal, &*meaning.refusal, &finish.detail) {
                meaning.refusal.push_str(words);
            }
        }
        meaning.finish = class(candidate.finish.as_ref().map(|f| f.reason), has_calls);
        meaning
    }
}

/// A call without arguments is one with `{}`.
fn meant(call: &ToolCall) -> (String, String, ToolCallKind) {
    let is_bare = call.arguments.is_empty() && call.kind == ToolCallKind::Function;
    let arguments = if is_bare { "{}".into() } else { call.arguments.clone() };
    (call.name.clone(), arguments, call.kind)
}

/// What a reason comes to where five words are known.
fn class(reason: Option<FinishReason>, has_calls: bool) -> &'static str {
    match reason {
        Some(FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls) if has_calls => {
            "calls"
        }
        Some(FinishReason::ToolCalls) => "calls",
        Some(FinishReason::Stop | FinishReason::StopSequence) => "stop",
        Some(FinishReason::ContentFilter | FinishReason::Refusal) => "refused",
        _ => "cut",
    }
}
