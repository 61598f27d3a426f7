//! Answers as providers give them: text, thinking, refusals and calls, one after the other or in turns.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::model::{Event, Finish, FinishReason, PartKind, ToolCallKind, Wire};
use tokenwire_core::testing::strategies;
use tokenwire_core::usage::{Bucket, Completeness, Usage};

use super::asking::{said, spelled};

/// An answer: what happens, and what it used.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) events: Vec<Event<'static>>,
    pub(crate) usage: Usage,
}

/// One part before it is told.
#[derive(Clone, Debug)]
struct Spoken {
    kind: PartKind<'static>,
    pieces: Vec<String>,
    state: Option<(&'static str, String)>,
}

impl Spoken {
    /// Tells the ids of calls apart.
    fn number(&mut self, number: usize) {
        if let PartKind::ToolCall { id: Some(id), .. } = &mut self.kind {
            id.to_mut().push_str(&number.to_string());
        }
    }

    fn events(&self, part: u32) -> Vec<Event<'static>> {
        let delta = |piece: &String| {
            let text = Cow::Owned(piece.clone());
            match self.kind {
                PartKind::Reasoning { .. } => Event::ReasoningDelta { part, text },
                PartKind::Refusal => Event::RefusalDelta { part, text },
                PartKind::ToolCall { .. } => Event::ArgumentsDelta { part, text },
                _ => Event::TextDelta { part, text },
            }
        };
        let state = self.state.iter().map(|(field, value)| Event::Opaque {
            part,
            field: Cow::Borrowed(*field),
            value: Cow::Owned(value.clone()),
        });
        let start = Event::PartStart { part, candidate: 0, kind: self.kind.clone() };
        let deltas = self.pieces.iter().filter(|piece| !piece.is_empty()).map(delta);
        core::iter::once(start).chain(deltas).chain(state).chain([Event::PartEnd { part }]).collect()
    }
}

/// An answer of the vendor of `wire`.
pub(crate) fn answering(wire: Wire) -> impl Strategy<Value = Answer> {
    (vec(speech(wire), 1..4), vec(call(), 0..4), vec(any::<u8>(), 0..24), finish(), usage()).prop_map(
        |(speech, mut calls, picks, reason, usage)| {
            (0..).zip(&mut calls).for_each(|(number, call)| call.number(number));
            let refuses = speech.iter().any(|part| part.kind == PartKind::Refusal);
            // Who refuses calls nothing.
            calls.retain(|_| !refuses);
            let has_calls = !calls.is_empty();
            let mut events = vec![Event::Start { id: Some("r-1".into()), model: Some("m-1".into()) }];
            let numbered: Vec<Vec<Event<'static>>> =
                (0..).zip(speech.iter().chain(&calls)).map(|(part, spoken)| spoken.events(part)).collect();
            let (spoken, called) = numbered.split_at(speech.len());
            events.extend(spoken.iter().flatten().cloned());
            events.extend(in_turns(called, &picks));
            let reason = match reason {
                FinishReason::Stop | FinishReason::StopSequence if has_calls => FinishReason::ToolCalls,
                FinishReason::Stop | FinishReason::StopSequence if refuses => FinishReason::Refusal,
                reason => reason,
            };
            events.push(Event::Finish { candidate: 0, finish: Finish { reason, raw: None, detail: None } });
            Answer { events, usage }
        },
    )
}

/// Parts that open in order and go on in turns, as the picks say.
fn in_turns(parts: &[Vec<Event<'static>>], picks: &[u8]) -> Vec<Event<'static>> {
    let mut waiting = parts.iter().map(|part| part.iter().cloned());
    let (mut open, mut told) = (Vec::new(), Vec::new());
    let mut picks = picks.iter().copied().chain(core::iter::repeat(0));
    loop {
        let pick = usize::from(picks.next().unwrap_or(0));
        if (open.is_empty() || pick % 2 == 1)
            && let Some(mut part) = waiting.next()
        {
            told.extend(part.next());
            open.push(part);
        } else if open.is_empty() {
            return told;
        } else {
            let at = pick / 2 % open.len();
            match open[at].next() {
                Some(event) => told.push(event),
                None => drop(open.remove(at)),
            }
        }
    }
}

fn speech(wire: Wire) -> impl Strategy<Value = Spoken> {
    let pieces = || vec(said(), 1..4);
    let state = weighted(0.5, strategies::name());
    prop_oneof![
        5 => pieces().prop_map(|pieces| Spoken { kind: PartKind::Text, pieces, state: None }),
        3 => (pieces(), state).prop_map(move |(pieces, state)| Spoken {
            kind: PartKind::Reasoning { is_summary: wire != Wire::Anthropic },
            pieces,
            state: state.and_then(|state| sealed_state(wire, &state)),
        }),
        1 => pieces().prop_map(|pieces| Spoken { kind: PartKind::Refusal, pieces, state: None }),
    ]
}

/// State of thinking as the vendor of `wire` gives it: OpenAI's Chat gives none.
pub(crate) fn sealed_state(wire: Wire, secret: &str) -> Option<(&'static str, String)> {
    let field = match wire {
        Wire::Anthropic => "signature",
        Wire::Gemini => "thoughtSignature",
        Wire::OpenaiChat => return None,
        Wire::OpenaiResponses => "encrypted_content",
    };
    Some((field, format!("\"{secret}\"")))
}

fn call() -> impl Strategy<Value = Spoken> {
    let id = prop_oneof![
        6 => strategies::name().prop_map(|name| format!("call_{name}")),
        1 => strategies::name().prop_map(|name| format!("functions.{name}:0")),
    ];
    (id, strategies::name(), spelled(), any::<u8>()).prop_map(|(id, name, arguments, cut)| {
        let id = Some(Cow::Owned(id));
        let kind = PartKind::ToolCall { id, name: Cow::Owned(name), kind: ToolCallKind::Function };
        Spoken { kind, pieces: cut_in_three(&arguments, usize::from(cut)), state: None }
    })
}

fn cut_in_three(text: &str, cut: usize) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let first = cut % (chars.len() + 1);
    let second = first + (chars.len() - first) / 2;
    [&chars[..first], &chars[first..second], &chars[second..]].map(|piece| piece.iter().collect()).into()
}

fn finish() -> impl Strategy<Value = FinishReason> {
    select(
        &[
            FinishReason::Stop,
            FinishReason::Stop,
            FinishReason::Stop,
            FinishReason::StopSequence,
            FinishReason::Length,
            FinishReason::ContentFilter,
        ][..],
    )
}

fn usage() -> impl Strategy<Value = Usage> {
    let part = || weighted(0.5, 0u64..50);
    (50u64..1_000_000, 50u64..1_000_000, part(), part()).prop_map(|(input, output, cached, thought)| {
        let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
        usage.counts.set(Bucket::Input, input);
        usage.counts.set(Bucket::Output, output);
        usage.counts.set_opt(Bucket::CacheRead, cached);
        usage.counts.set_opt(Bucket::OutputReasoning, thought);
        usage
    })
}
