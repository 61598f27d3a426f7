//! Answers, streamed and whole: what an application reads is what the provider said.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::compact;
use tokenwire_core::model::{Content, Event, FinishReason, Loss, Part, ToolCall, Wire};

use super::answering::{Answer, answering};
use super::config;
use super::sides::{Read, foreign_pairs, pairs, provided, read, translated};

/// Everything that must be the same on both sides, part by part as its number and what it says.
#[derive(Debug, Default)]
struct Meaning<'a> {
    text: String,
    refusal: String,
    thoughts: String,
    refused: Vec<usize>,
    thought: Vec<usize>,
    calls: Vec<(usize, &'a ToolCall)>,
}

impl<'a> Meaning<'a> {
    fn of(read: &'a Read) -> Self {
        let mut meaning = Self::default();
        let parts = read.response.candidates.iter().flat_map(|candidate| &candidate.parts);
        parts.enumerate().for_each(|(number, part)| meaning.add(number, part));
        meaning
    }

    fn add(&mut self, number: usize, part: &'a Part) {
        match &part.content {
            Content::Text { text, .. } => self.text.push_str(text),
            Content::Refusal(text) => {
                self.refusal.push_str(text);
                self.refused.push(number);
            }
            Content::Reasoning(reasoning) => {
                self.thoughts.push_str(&reasoning.text);
                self.thought.push(number);
            }
            Content::ToolCall(call) => self.calls.push((number, call)),
            _ => {}
        }
    }
}

fn is_named(path: &str, losses: &[Loss]) -> bool {
    losses.iter().any(|loss| {
        path.strip_prefix(&*loss.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    })
}

/// What differs and is named by no loss.
fn unexplained(before: &Read, after: &Read, losses: &[Loss], wire: Wire) -> Vec<String> {
    let (was, is) = (Meaning::of(before), Meaning::of(after));
    let mut found = Vec::new();
    let mut check = |what: &str, is_same: bool, is_named: bool| {
        if !is_same && !is_named {
            found.push(what.to_owned());
        }
    };
    let any_named = |numbers: &[usize]| numbers.iter().any(|at| is_named(&format!("parts[{at}]"), losses));
    // A refusal that goes as text is part of the text.
    let refusal_is_named = any_named(&was.refused);
    check(
        "text",
        was.text == is.text,
        refusal_is_named && is.text.len() == was.text.len() + was.refusal.len(),
    );
    // What a provider adds to a filter stands where Anthropic explains a refusal.
    let added = before.response.finish().and_then(|finish| finish.detail.as_deref()).unwrap_or_default();
    let is_added = was.refusal.is_empty() && is.refusal == added;
    check("refusal", was.refusal == is.refusal || is_added, refusal_is_named);
    check("thoughts", was.thoughts == is.thoughts, any_named(&was.thought));
    check("number of calls", was.calls.len() == is.calls.len(), false);
    // Gemini tells calls whole, so those that come in turns are told in the order in which they end.
    let mut left: Vec<&ToolCall> = is.calls.iter().map(|(_, call)| *call).collect();
    for (at, call) in &was.calls {
        let is_named =
            ["name", "arguments", "id"].map(|field| is_named(&format!("parts[{at}].{field}"), losses));
        match left.iter().position(|other| is_same_call(call, other, wire)) {
            Some(found) => drop(left.remove(found)),
            None => check("a call", false, is_named.contains(&true)),
        }
    }
    let ids: BTreeSet<_> = is.calls.iter().map(|(_, call)| &call.id).collect();
    check("an id for each call", ids.len() == is.calls.len(), false);
    let reason = |read: &Read| read.response.finish().map(|finish| finish.reason);
    let is_same_reason = same_reason(reason(before)) == same_reason(reason(after));
    check("finish", is_same_reason, is_named("candidates[0].finish", losses));
    for (bucket, count) in before.usage.counts.iter() {
        let path = format!("usage.{}", bucket.name());
        check(&path, after.usage.counts.get(bucket) == Some(count), is_named(&path, losses));
    }
    let order =
        |meaning: &Meaning<'_>| meaning.calls.iter().map(|(_, call)| call.name.clone()).collect::<Vec<_>>();
    check("order of the calls", wire == Wire::Gemini || order(&was) == order(&is), false);
    check("end", before.end == after.end, false);
    found
}

fn arguments(call: &ToolCall) -> &str {
    let text = call.arguments.trim();
    if text.is_empty() { "{}" } else { text }
}

fn is_same_call(was: &ToolCall, is: &ToolCall, wire: Wire) -> bool {
    let is_same = compact(arguments(was)) == compact(arguments(is)) && was.kind == is.kind;
    is_same && was.name == is.name && is_same_id(was, is, wire)
}

/// What every wire takes goes as it is; what not every wire takes is spelled otherwise.
fn is_same_id(was: &ToolCall, is: &ToolCall, wire: Wire) -> bool {
    // One that was spelled otherwise before is so again.
    let is_spelled = |id: &str| id.starts_with("twid_") || id.starts_with("twcall_");
    let is_plain = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    match (was.id.as_deref(), is.id.as_deref()) {
        // Gemini takes any.
        (Some(was), Some(is)) if was == is => wire == Wire::Gemini || is_plain(is),
        (Some(was), Some(is)) => (!is_plain(was) || is_spelled(was)) && is_plain(is),
        (None, Some(is)) => is_plain(is),
        (was, None) => was.is_none(),
    }
}

/// Some wires have one word for what others have two for: a filter and a refusal, a natural end and one at
/// a stop string.
fn same_reason(reason: Option<FinishReason>) -> Option<FinishReason> {
    reason.map(|reason| match reason {
        FinishReason::StopSequence => FinishReason::Stop,
        FinishReason::Refusal => FinishReason::ContentFilter,
        other => other,
    })
}

pub(crate) fn answered() -> impl Strategy<Value = ((Wire, Wire), Answer)> {
    select(pairs()).prop_flat_map(|(from, to)| (Just((from, to)), answering(from)))
}

/// The same between two different wires.
pub(crate) fn answered_abroad() -> impl Strategy<Value = ((Wire, Wire), Answer)> {
    select(foreign_pairs()).prop_flat_map(|(from, to)| (Just((from, to)), answering(from)))
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    fn an_application_reads_what_the_provider_said(
        ((provider, application), answer) in answered(),
        is_stream in any::<bool>(),
        wants_stream in any::<bool>(),
    ) {
        let given = provided(provider, &answer.events, &answer.usage, is_stream);
        let before = read(provider, &given.bytes);
        prop_assert_eq!(&before.end, &Ok(()), "{}", String::from_utf8_lossy(&given.bytes));
        let (written, end) = translated(&given.bytes, provider, application, wants_stream);
        prop_assert_eq!(end, Ok(()));
        let after = read(application, &written.bytes);
        let left = unexplained(&before, &after, &written.losses, application);
        prop_assert!(left.is_empty(), "{provider} to {application}: {left:?}\nlosses {:#?}\n{}\n{}", written.losses,
            String::from_utf8_lossy(&given.bytes), String::from_utf8_lossy(&written.bytes));
    }

    #[test]
    fn what_a_wire_writes_it_reads_again(((wire, _), answer) in answered(), is_stream in any::<bool>()) {
        let told = told(&answer);
        let given = provided(wire, &answer.events, &answer.usage, is_stream);
        let left = unexplained(&told, &read(wire, &given.bytes), &given.losses, wire);
        prop_assert!(left.is_empty(), "{wire}: {left:?}\nlosses {:#?}\n{}", given.losses, String::from_utf8_lossy(&given.bytes));
    }
}

/// The answer as if it had been read.
fn told(answer: &Answer) -> Read {
    let mut sum = tokenwire_core::model::Accumulator::new("any");
    answer.events.iter().for_each(|event: &Event<'_>| sum.add(event));
    Read { response: sum.into_response(), usage: answer.usage.clone(), end: Ok(()) }
}
