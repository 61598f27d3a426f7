//! Recorded answers of every wire, told on this one and read again.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::lifecycle::checked;
use super::*;
use crate::http::Headers;
use crate::json::{Reader, compact};
use crate::model::{Content, Opaque, Part, ToolCall};
use crate::protocol::{Incoming, openai_responses::server::request};
use crate::usage::Bucket;

/// An exchange as its own wire's decoder reads it; `None` where it is no answer.
fn read_exchange(exchange: &corpus::Exchange, wire: Wire) -> Option<(Vec<Event<'static>>, Usage)> {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut events: Vec<Event<'static>> = Vec::new();
    let mut sink = |event: Event<'_>| events.push(event.into_owned());
    decoder.push(&exchange.body, &mut sink).and_then(|_| decoder.end(&mut sink)).ok()?;
    Some((events, decoder.usage().clone()))
}

/// What must be the same on every wire.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    text: String,
    reasoning: String,
    refusal: String,
    calls: Vec<(String, String, ToolCallKind)>,
    finish: &'static str,
    counts: Vec<Option<u64>>,
}

impl Meaning {
    fn of(response: &Response, usage: &Usage) -> Self {
        let counts =
            [Bucket::Input, Bucket::Output, Bucket::CacheRead, Bucket::CacheWrite, Bucket::OutputReasoning];
        let counts: Vec<_> = counts.into_iter().map(|bucket| usage.counts.get(bucket)).collect();
        // A side that nobody stated is 0 where the other is, and so are the details that SDKs demand.
        let known =
            |count: Option<u64>| if counts[0].or(counts[1]).is_some() { count.or(Some(0)) } else { None };
        Self {
            text: response.text(),
            reasoning: response.reasoning(),
            refusal: response.refusal().unwrap_or_default(),
            calls: response.tool_calls().map(meant).collect(),
            finish: class(response),
            counts: vec![known(counts[0]), known(counts[1]), known(counts[2]), counts[3], known(counts[4])],
        }
    }
}

fn meant(call: &ToolCall) -> (String, String, ToolCallKind) {
    let is_bare = call.arguments.trim().is_empty() && call.kind == ToolCallKind::Function;
    let arguments = if is_bare { "{}" } else { &*call.arguments };
    (call.name.clone(), arguments.into(), call.kind)
}

/// The classes of reasons that this wire tells apart.
fn class(response: &Response) -> &'static str {
    let has_calls = response.tool_calls().next().is_some();
    match response.finish().map(|finish| finish.reason) {
        Some(FinishReason::Refusal) if has_calls => "calls",
        Some(FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls) if has_calls => {
            "calls"
        }
        // Words of refusal say more than the reason beside them.
        Some(FinishReason::Stop) if response.refusal().is_some() => "refused",
        Some(FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls) => "stop",
        Some(FinishReason::ContentFilter | FinishReason::Refusal) => "refused",
        Some(FinishReason::Length) => "length",
        Some(FinishReason::Pause) => "pause",
        Some(FinishReason::Error) => "error",
        Some(FinishReason::Cancelled) => "cancelled",
        _ => "other",
    }
}

/// The state of parts, sorted.
pub(super) fn state_of<'p>(parts: impl Iterator<Item = &'p Part>) -> Vec<String> {
    let mut state = Vec::new();
    for part in parts.filter(|part| !matches!(part.content, Content::Refusal(_) | Content::Media(_))) {
        for opaque in &part.opaque {
            let Opaque { vendor, model, field, value } = opaque;
            // On its own wire, state does not tell its model.
            let model = model.as_deref().filter(|_| vendor != "openai");
            state.push(format!("{vendor} {model:?} {field} {}", compact(value.as_str())));
        }
        if let Content::Vendor { vendor, kind, json, .. } = &part.content {
            state.push(format!("{vendor} {kind} {}", compact(json.as_str())));
        }
    }
    state.sort();
    state
}

/// The output of a response, or of the response in an event.
fn output_of(body: &str) -> Option<&str> {
    let data = body.split_once("\ndata: ").filter(|_| !body.starts_with('{'));
    let r = &mut Reader::new(data.map_or(body, |(_, data)| data));
    let mut fields = r.opt_object().ok()??;
    while let Some(key) = fields.key(r).ok()? {
        let raw = r.raw().ok()?;
        match &*key {
            "output" => return Some(raw),
            "response" => return output_of(raw),
            _ => {}
        }
    }
    None
}

/// The state that is in the messages of an application that sends the output back.
pub(super) fn state_sent_back(body: &str) -> Vec<String> {
    let output = output_of(body).unwrap_or_else(|| panic!("no output: {body}"));
    let body = format!(r#"{{"model":"m","input":{output}}}"#);
    let incoming = Incoming { path: "/v1/responses", headers: &Headers::new(), body: &body };
    let asked = request::decode(&incoming, &SealKey::default()).expect("a request");
    state_of(asked.request.messages.iter().flat_map(|message| &message.parts))
}

fn short(state: &str) -> String {
    state.chars().take(200).collect()
}

fn told(exchange: &corpus::Exchange, wire: Wire) -> Option<Result<(), String>> {
    let (events, usage) = read_exchange(exchange, wire)?;
    let vendor = Dialect::of_wire(wire).vendor;
    let response = sum(vendor, &events);
    let meaning = Meaning::of(&response, &usage);
    let streamed = streamed(context(vendor, wire), &events, None, &usage);
    checked(&streamed.text);
    let whole = whole(context(vendor, wire), &response, &usage);
    for (how, text) in [("stream", &streamed.text), ("whole", &whole.text)] {
        let (again, used, end) = read(text);
        let again = Meaning::of(&again, &used);
        if again != meaning {
            return Some(Err(format!("{how}: {meaning:?}\nbecame {again:?} ({end:?})")));
        }
    }
    if response.candidates.len() != 1 {
        return Some(Ok(()));
    }
    let parts = response.candidates.iter().flat_map(|candidate| &candidate.parts);
    let expected = state_of(parts);
    let last = streamed.text.rsplit_once("\nevent: ").map_or(&*streamed.text, |(_, last)| last);
    for (how, text) in [("stream", last), ("whole", &whole.text)] {
        let found = state_sent_back(text);
        // The id that an item is told with stays, although some servers end it with another.
        let is_kept = |state: &&String| how == "whole" || !state.contains(" id ");
        let lost: Vec<String> =
            expected.iter().filter(is_kept).filter(|s| !found.contains(s)).map(|s| short(s)).collect();
        let new: Vec<String> =
            found.iter().filter(is_kept).filter(|s| !expected.contains(s)).map(|s| short(s)).collect();
        if !(lost.is_empty() && new.is_empty()) {
            return Some(Err(format!("{how}: state {lost:?}\nbecame {new:?}")));
        }
    }
    Some(Ok(()))
}

#[test]
fn recorded_answers_mean_the_same_on_this_wire() {
    let (mut count, mut faults) = (0, Vec::new());
    for exchange in corpus::exchanges(|protocol| Wire::parse(protocol).is_some()) {
        let wire = Wire::parse(&exchange.protocol).expect("one of the four");
        match told(&exchange, wire) {
            None => {}
            Some(Ok(())) => count += 1,
            Some(Err(fault)) => faults.push(format!("{}: {fault}", exchange.id)),
        }
    }
    assert!(
        faults.is_empty(),
        "{} against {count}:\n{}",
        faults.len(),
        faults.join("\n").chars().take(20_000).collect::<String>()
    );
    corpus::tell(count, "answers");
}
