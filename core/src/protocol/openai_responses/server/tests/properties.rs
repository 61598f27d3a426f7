//! What holds of every answer and every body.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use super::super::{WIRE, request};
use super::lifecycle::{checked, events};
use super::recorded::{state_of, state_sent_back};
use super::*;
use crate::http::Headers;
use crate::json::RawJson;
use crate::model::{Content, MediaKind};
use crate::protocol::Incoming;
use crate::testing::strategies::{failure, json_object, name, raw_json, text};
use proptest::collection::vec as list;

/// A part before it is told: what it is, its pieces and its state.
#[derive(Clone, Debug)]
struct Spec {
    kind: PartKind<'static>,
    pieces: Vec<String>,
    state: Option<(&'static str, RawJson)>,
}

impl Spec {
    fn events(&self, part: u32) -> Vec<Event<'static>> {
        let mut events = vec![Event::PartStart { part, candidate: 0, kind: self.kind.clone() }];
        for piece in &self.pieces {
            let text = Cow::Owned(piece.clone());
            events.push(match self.kind {
                PartKind::Reasoning { .. } => Event::ReasoningDelta { part, text },
                PartKind::Refusal => Event::RefusalDelta { part, text },
                PartKind::ToolCall { .. } => Event::ArgumentsDelta { part, text },
                PartKind::Text => Event::TextDelta { part, text },
                _ => continue,
            });
        }
        if let Some((field, value)) = &self.state {
            let value = Cow::Owned(value.as_str().into());
            events.push(Event::Opaque { part, field: (*field).into(), value });
        }
        events.push(Event::PartEnd { part });
        events
    }
}

fn kind() -> impl Strategy<Value = PartKind<'static>> {
    let call_kind = prop_oneof![Just(ToolCallKind::Function), Just(ToolCallKind::Freeform)];
    let call = (of(name()), name(), call_kind).prop_map(|(id, name, kind)| PartKind::ToolCall {
        id: id.map(Cow::Owned),
        name: Cow::Owned(name),
        kind,
    });
    let vendor = (name(), json_object()).prop_map(|(kind, json)| PartKind::Vendor {
        wire: Wire::Anthropic,
        kind: Cow::Owned(kind),
        json: Cow::Owned(json.as_str().into()),
    });
    prop_oneof![
        3 => Just(PartKind::Text),
        2 => any::<bool>().prop_map(|is_summary| PartKind::Reasoning { is_summary }),
        3 => call,
        1 => Just(PartKind::Refusal),
        1 => vendor,
    ]
}

fn spec() -> impl Strategy<Value = Spec> {
    (kind(), list(text(), 0..4), of((select(&["signature", "x"][..]), raw_json())))
        .prop_map(|(kind, pieces, state)| Spec { kind, pieces, state })
}

/// Parts told in turns: the picks say whether another opens, and which of the open ones goes on.
fn interleaved(specs: &[Spec], picks: &[u8]) -> Vec<Event<'static>> {
    let mut waiting = (0..).zip(specs).map(|(part, spec)| spec.events(part).into_iter());
    let (mut open, mut told) = (Vec::new(), Vec::new());
    let mut picks = picks.iter().copied().chain(core::iter::repeat(0));
    loop {
        let pick = usize::from(picks.next().unwrap_or(0));
        if (open.is_empty() || pick % 2 == 1)
            && let Some(mut part) = waiting.next()
        {
            told.extend(part.next());
            open.push(part);
        } else if !open.is_empty() {
            let at = pick / 2 % open.len();
            match open[at].next() {
                Some(event) => told.push(event),
                None => drop(open.remove(at)),
            }
        } else {
            return told;
        }
    }
}

/// Any event, in no order at all.
fn event() -> impl Strategy<Value = Event<'static>> {
    let part = || 0u32..4;
    let own = |text: String| -> Cow<'static, str> { Cow::Owned(text) };
    let raw = || raw_json().prop_map(|raw| -> Cow<'static, str> { Cow::Owned(raw.as_str().into()) });
    let image = PartKind::Media { kind: MediaKind::Image, media_type: Some("image/png".into()) };
    let wire = || select(&Wire::ALL[..]);
    prop_oneof![
        4 => (part(), 0u32..2, prop_oneof![5 => kind(), 1 => Just(image)])
            .prop_map(|(part, candidate, kind)| Event::PartStart { part, candidate, kind }),
        3 => part().prop_map(|part| Event::PartEnd { part }),
        2 => (part(), text()).prop_map(move |(part, text)| Event::TextDelta { part, text: own(text) }),
        2 => (part(), text()).prop_map(move |(part, text)| Event::ReasoningDelta { part, text: own(text) }),
        2 => (part(), text()).prop_map(move |(part, text)| Event::ArgumentsDelta { part, text: own(text) }),
        1 => (part(), name()).prop_map(move |(part, text)| Event::DataDelta { part, base64: own(text) }),
        2 => (part(), select(&["id", "phase", "", "encrypted_content", "x"][..]), raw())
            .prop_map(|(part, field, value)| Event::Opaque { part, field: field.into(), value }),
        1 => (of(part()), name(), raw())
            .prop_map(move |(part, name, value)| Event::Extra { part, name: own(name), value }),
        1 => (of(part()), wire(), raw()).prop_map(|(part, wire, raw)| Event::Citation { part, wire, raw }),
        1 => (part(), 0u64..9).prop_map(|(from_part, keep_bytes)| Event::Discard { from_part, keep_bytes }),
        1 => (of(name()), of(name()))
            .prop_map(move |(id, model)| Event::Start { id: id.map(own), model: model.map(own) }),
        1 => Just(finishes(FinishReason::Stop)),
    ]
}

fn any_context() -> impl Strategy<Value = AnswerContext> {
    prop_oneof![Just(claude()), Just(context("openai", WIRE)), Just(context("azure", WIRE))]
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list
}

fn thoughts(response: &Response) -> Vec<String> {
    let parts = response.candidates.iter().flat_map(|candidate| &candidate.parts);
    let thought = |content: &Content| match content {
        Content::Reasoning(reasoning) if !reasoning.text.is_empty() => Some(reasoning.text.clone()),
        _ => None,
    };
    sorted(parts.filter_map(|part| thought(&part.content)).collect())
}

fn calls_of(response: &Response) -> Vec<String> {
    let spell = |call: &crate::model::ToolCall| {
        let is_blank = call.arguments.trim_ascii().is_empty() && call.kind == ToolCallKind::Function;
        let arguments = if is_blank { format!("{}{{}}", call.arguments) } else { call.arguments.clone() };
        format!("{} {arguments}", call.name)
    };
    response.tool_calls().map(spell).collect()
}

/// The same cases in every run, so that a change is judged by itself.
const SEED: RngSeed = RngSeed::Fixed(20_261_126);

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: SEED, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn parts_in_any_order_keep_the_rules_and_their_meaning(
        specs in list(spec(), 0..6),
        picks in list(any::<u8>(), 0..30),
    ) {
        let mut events = interleaved(&specs, &picks);
        events.push(finishes(FinishReason::Stop));
        let expected = sum("anthropic", &events);
        let streamed = streamed(claude(), &events, None, &Usage::default());
        checked(&streamed.text);
        let whole = whole(claude(), &expected, &Usage::default());
        for (text, losses) in [(&streamed.text, &streamed.losses), (&whole.text, &whole.losses)] {
            let (found, _, end) = read(text);
            prop_assert_eq!(end, Ok(()));
            prop_assert_eq!(found.text(), expected.text());
            prop_assert_eq!(found.refusal(), expected.refusal());
            prop_assert_eq!(calls_of(&found), calls_of(&expected));
            prop_assert_eq!(thoughts(&found), thoughts(&expected));
            if !losses.iter().any(|path| path.contains("opaque")) {
                let parts = expected.candidates.iter().flat_map(|candidate| &candidate.parts);
                let last = text.rsplit_once("\nevent: ").map_or(&**text, |(_, last)| last);
                prop_assert_eq!(state_sent_back(last), state_of(parts));
            }
        }
    }

    #[test]
    fn nonsense_is_told_as_events_all_the_same(
        context in any_context(),
        told in list(event(), 0..24),
        failure in of(failure()),
    ) {
        let written = streamed(context.clone(), &told, failure.as_ref(), &Usage::default());
        let events = events(&written.text);
        for (at, (name, data)) in events.iter().enumerate() {
            prop_assert_eq!(data.text("type"), *name);
            let number = json::Value::parse(&format!("{at}"));
            prop_assert_eq!(data.get("sequence_number"), Some(&number));
        }
        let is_last = |name: &str| {
            matches!(name, "response.completed" | "response.incomplete" | "response.failed" | "error")
        };
        let last: Vec<usize> = (0..events.len()).filter(|at| is_last(events[*at].0)).collect();
        prop_assert_eq!(last, vec![events.len() - 1]);
        let whole = whole(context, &sum("any", &told), &Usage::default());
        prop_assert!(RawJson::parse(&whole.text).is_ok(), "{}", whole.text);
    }

    #[test]
    fn no_body_is_too_odd_to_be_judged(items in list((item_type(), json_object()), 0..4), field in top_field()) {
        let items: Vec<String> = items
            .into_iter()
            .map(|(kind, object)| match object.as_str().trim_start_matches('{').trim_start() {
                "}" => format!(r#"{{{kind}}}"#),
                rest => format!("{{{kind},{rest}"),
            })
            .collect();
        let body = format!(r#"{{"model":"m","input":[{}],{field}}}"#, items.join(","));
        let incoming = Incoming { path: "/v1/responses", headers: &Headers::new(), body: &body };
        if let Err(bad) = request::decode(&incoming, &SealKey::default()) {
            prop_assert!(bad.why.starts_with("expected"), "{} at {}: {}", bad.why, bad.path, body);
        }
    }
}

fn item_type() -> impl Strategy<Value = &'static str> {
    select(
        &[
            r#""type":"message","role":"assistant","id":1"#,
            r#""role":"user","content":[{"type":"input_image","image_url":"data:;base64,x"}]"#,
            r#""type":"reasoning","summary":{},"encrypted_content":"dHcx""#,
            r#""type":"function_call","name":"f","arguments":{"a":1},"call_id":"twid_!!""#,
            r#""type":"function_call_output","output":[{"type":"x"}]"#,
            r#""type":"image_generation_call","result":"AA==","output_format":3"#,
            r#""type":7"#,
            r#""id":"x""#,
        ][..],
    )
}

fn top_field() -> impl Strategy<Value = String> {
    let names =
        &["include", "instructions", "metadata", "reasoning", "text", "tool_choice", "tools", "user", "x"];
    (select(&names[..]), raw_json()).prop_map(|(name, value)| format!(r#""{name}":{value}"#))
}
