//! State that another vendor wants back: into envelopes, and out of them.

use alloc::string::String;
use alloc::vec::Vec;

use super::block::Block;
use super::is_native;
use crate::json::RawJson;
use crate::model::{Content, LossAction, Opaque, Part, ReasoningText, ToolCall, Wire};
use crate::protocol::answer::{Answer, AnswerContext};
use crate::protocol::call_id;
use crate::protocol::seal::{LOOK_BACK, Place, Sealed};

/// Fields and their values, as a part of an answer gathers them.
pub(super) type State = Vec<(String, RawJson)>;

/// The field of an envelope that says that the thinking is a summary.
const SUMMARY: &str = "is_summary";

/// More fields than any part has.
const MAX_FIELDS: usize = 64;

/// Sets a field, which replaces an earlier value of it.
pub(super) fn set(state: &mut State, field: &str, value: RawJson) {
    match state.iter_mut().find(|(known, _)| known == field) {
        Some((_, known)) => *known = value,
        None => state.push((field.into(), value)),
    }
}

/// The envelope for `fields`. `model` is the one that answered, where the provider named it.
pub(super) fn seal(
    context: &AnswerContext,
    model: Option<&str>,
    place: Place,
    text: Option<&str>,
    fields: State,
) -> String {
    let sealed = Sealed {
        vendor: context.vendor.clone(),
        model: model.map(String::from),
        wire: context.source,
        place,
        text: text.map(String::from),
        fields,
    };
    sealed.seal(&context.seal)
}

/// Takes out of `state` what is a field of `block` itself: all that the wire has a place for, if it
/// comes from this wire's own vendor. What is left goes sealed.
pub(super) fn take_own(answer: &mut Answer, part: u32, block: &Block, state: &mut State) -> State {
    if !is_native(&answer.context) {
        return State::new();
    }
    let (own, rest): (State, State) =
        core::mem::take(state).into_iter().partition(|(f, _)| block.has_place(f));
    for (field, _) in rest {
        answer.lose(
            LossAction::Dropped,
            alloc::format!("parts[{part}].{field}"),
            "a block has no such field",
        );
    }
    own
}

/// The `signature` of thinking with `state`, a JSON string; `None` where there is no state.
pub(super) fn signature(
    answer: &mut Answer,
    model: Option<&str>,
    part: u32,
    is_summary: bool,
    mut state: State,
) -> Option<RawJson> {
    let own = take_own(answer, part, &Block::Thinking { is_summary }, &mut state);
    if let Some((_, signature)) = own.into_iter().next() {
        return Some(signature);
    }
    if state.is_empty() {
        return None;
    }
    if is_summary {
        state.push((SUMMARY.into(), RawJson::trusted("true")));
    }
    Some(RawJson::string(&seal(&answer.context, model, Place::Reasoning, None, state)))
}

/// A vendor's block or item: as it is for this wire's own vendor, else the envelope it travels in.
pub(super) enum Vendored {
    Own(RawJson),
    Sealed(String),
}

/// How a vendor's block or item travels.
pub(super) fn vendored(
    answer: &mut Answer,
    model: Option<&str>,
    part: u32,
    (wire, kind, json): (Wire, String, RawJson),
    mut state: State,
) -> Vendored {
    if is_native(&answer.context) && wire == Wire::Anthropic {
        for (field, _) in state {
            let path = alloc::format!("parts[{part}].{field}");
            answer.lose(LossAction::Dropped, path, "a block has no such field");
        }
        return Vendored::Own(json);
    }
    let why = alloc::format!("only {} on {wire} reads {kind:?}; it goes sealed", answer.context.vendor);
    answer.lose(LossAction::Approximated, alloc::format!("parts[{part}]"), why);
    state.insert(0, ("json".into(), json));
    Vendored::Sealed(seal(&answer.context, model, Place::Vendor(kind), None, state))
}

/// The state of thinking, and whether the thinking is a summary.
pub(super) fn of_reasoning(mut sealed: Sealed) -> (Vec<Opaque>, bool) {
    let all = sealed.fields.len();
    sealed.fields.retain(|(field, _)| field != SUMMARY);
    let is_summary = sealed.fields.len() < all;
    (sealed.into_opaque(), is_summary)
}

/// Gives the state in an envelope behind `parts` to the part that it belongs to, or appends the part
/// that it holds. Whether it belonged anywhere.
pub(super) fn unpack(parts: &mut Vec<Part>, mut sealed: Sealed) -> bool {
    let owner = match core::mem::replace(&mut sealed.place, Place::Text) {
        Place::Reasoning => {
            let Some(at) = thought(parts, &sealed) else {
                let (opaque, is_summary) = of_reasoning(sealed);
                let thought = ReasoningText { text: String::new(), is_summary };
                parts.push(Part { opaque, ..Part::new(Content::Reasoning(thought)) });
                return true;
            };
            Some(at)
        }
        Place::Text => {
            if let Some(text) = sealed.text.take() {
                parts.push(Part { opaque: sealed.into_opaque(), ..Part::text(text) });
                return true;
            }
            last(parts, |content| matches!(content, Content::Text { .. }))
        }
        Place::ToolCall(id) => {
            let id = call_id::original(&id);
            let is_it = |call: &ToolCall| call.id.as_deref() == Some(&*id);
            last(parts, |content| matches!(content, Content::ToolCall(call) if is_it(call)))
        }
        Place::Vendor(kind) => {
            let vendor = vendor(kind, sealed);
            let is_whole = vendor.is_some();
            parts.extend(vendor);
            return is_whole;
        }
    };
    let Some(owner) = owner else { return false };
    merge(&mut parts[owner].opaque, of_reasoning(sealed).0)
}

fn last(parts: &[Part], is_it: impl Fn(&Content) -> bool) -> Option<usize> {
    let first = parts.len().saturating_sub(LOOK_BACK);
    parts[first..].iter().rposition(|part| is_it(&part.content)).map(|at| first + at)
}

/// The thinking that state belongs to which came when it had ended: the first with a field of that
/// name, or the first.
fn thought(parts: &[Part], sealed: &Sealed) -> Option<usize> {
    let near = &parts[..parts.len().min(LOOK_BACK)];
    let is_thought = |part: &Part| matches!(part.content, Content::Reasoning(_));
    let has_field = |part: &Part| {
        let is_same =
            |o: &Opaque| o.vendor == sealed.vendor && sealed.fields.iter().any(|(f, _)| *f == o.field);
        is_thought(part) && part.opaque.iter().any(is_same)
    };
    near.iter().position(has_field).or_else(|| near.iter().position(is_thought))
}

/// Sets what `state` holds; whether there was room.
fn merge(known: &mut Vec<Opaque>, state: Vec<Opaque>) -> bool {
    for new in state {
        match known.iter().position(|o| o.vendor == new.vendor && o.field == new.field) {
            Some(at) => known[at] = new,
            None if known.len() == MAX_FIELDS => return false,
            None => known.push(new),
        }
    }
    true
}

fn vendor(kind: String, mut sealed: Sealed) -> Option<Part> {
    if sealed.fields.is_empty() {
        return None;
    }
    let (_, json) = sealed.fields.remove(0);
    let (vendor, wire): (String, Wire) = (sealed.vendor.clone(), sealed.wire);
    let opaque = sealed.into_opaque();
    Some(Part { opaque, ..Part::new(Content::Vendor { vendor, wire, kind, json }) })
}
