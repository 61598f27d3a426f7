//! An assistant's message, put back into ordered parts.
//!
//! The wire keeps the text, the thinking and the calls of a turn apart. They come back as thinking,
//! then text, then calls, unless sealed entries tell where their parts stood (see
//! [`super::position`]): then the text is cut and the order restored there.

use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::content::opaque;
use super::envelopes::{Entries, Envelope};
use super::object;
use super::position::Position;
use crate::json::Writer;
use crate::model::{Citation, Content, Loss, LossAction, Part, ReasoningText, Wire};
use crate::protocol::seal::{LOOK_BACK, Place, Sealed};

/// How often the whole of the thinking is searched in vain.
const MAX_MISSES: usize = 16;

/// What was read of the message.
#[derive(Default)]
pub(super) struct Turn<'a> {
    /// `reasoning_content` or `reasoning`.
    pub(super) reasoning: String,
    pub(super) entries: Entries<'a>,
    /// The text and what else stands in `content`, the refusal and the sound behind it.
    pub(super) content: VecDeque<Part>,
    pub(super) citations: Vec<Citation>,
    /// The calls, with the ids that the application knows.
    pub(super) calls: Vec<(String, Part)>,
}

impl Turn<'_> {
    /// The parts in order.
    pub(super) fn into_parts(mut self, path: &str, losses: &mut Vec<Loss>) -> Vec<Part> {
        self.cite();
        let Entries { envelopes, unsealed, text, .. } = core::mem::take(&mut self.entries);
        if self.reasoning.is_empty() {
            self.reasoning = text;
        }
        let mut order = Order {
            out: Vec::new(),
            content: self.content,
            cut: 0,
            characters: 0,
            calls: self.calls.into(),
            given: 0,
            reasoning: self.reasoning,
            claimed: 0,
            misses: 0,
            covered: String::new(),
            behind: 0,
        };
        for envelope in envelopes {
            if let Err(why) = order.envelope(envelope) {
                losses.push(Loss::new(LossAction::Dropped, alloc::format!("{path}.reasoning_details"), why));
            }
        }
        order.finish(&unsealed)
    }

    /// Citations are the last text's.
    fn cite(&mut self) {
        let text = self.content.iter_mut().rev().find_map(|part| match &mut part.content {
            Content::Text { citations, .. } => Some(citations),
            _ => None,
        });
        if let Some(citations) = text {
            citations.append(&mut self.citations);
        }
    }
}

/// Citations as an answer brought them.
pub(super) fn citations(raw: &str) -> Vec<Citation> {
    object::elements_of(raw)
        .into_iter()
        .map(|raw| Citation { wire: Wire::OpenaiChat, raw: crate::json::RawJson::trusted(raw) })
        .collect()
}

struct Order {
    out: Vec<Part>,
    content: VecDeque<Part>,
    /// How many bytes of the text at the front are out.
    cut: usize,
    /// How many characters of the content are out.
    characters: u64,
    calls: VecDeque<(String, Part)>,
    /// How many calls are out.
    given: u32,
    /// The thinking, up to `claimed` out.
    reasoning: String,
    claimed: usize,
    /// How many envelopes held thinking that was not there.
    misses: usize,
    /// The thinking in the envelopes.
    covered: String,
    /// Where thinking that nothing covers goes: behind the last that something does.
    behind: usize,
}

impl Order {
    fn envelope(&mut self, envelope: Envelope) -> Result<(), &'static str> {
        let Envelope { position, sealed } = envelope;
        if let Place::ToolCall(id) = &sealed.place {
            return self.call_state(&id.clone(), sealed);
        }
        self.advance(position);
        match sealed.place.clone() {
            Place::Reasoning => self.reasoning(position, sealed),
            Place::Text => return self.text(position, sealed),
            Place::Vendor(kind) => return self.vendor(kind, sealed),
            Place::ToolCall(_) => {}
        }
        Ok(())
    }

    /// Gives out what stood before `position`.
    fn advance(&mut self, position: Position) {
        while self.characters < position.start {
            let Some(part) = self.next_content(position.start) else { break };
            self.out.push(part);
        }
        while self.given < position.calls {
            let Some((_, part)) = self.calls.pop_front() else { break };
            self.given += 1;
            self.out.push(part);
        }
    }

    /// The next part of the content, cut at `until`.
    fn next_content(&mut self, until: u64) -> Option<Part> {
        let mut part = self.content.pop_front()?;
        let Content::Text { text, .. } = &mut part.content else { return Some(part) };
        let room = usize::try_from(until - self.characters).unwrap_or(usize::MAX);
        match text[self.cut..].char_indices().nth(room) {
            Some((length, _)) => {
                let first = Part::text(&text[self.cut..self.cut + length]);
                self.cut += length;
                self.characters = until;
                self.content.push_front(part);
                Some(first)
            }
            None => {
                text.drain(..core::mem::take(&mut self.cut));
                self.characters += text.chars().count() as u64;
                Some(part)
            }
        }
    }

    fn reasoning(&mut self, position: Position, sealed: Sealed) {
        let text = sealed.text.clone().unwrap_or_default();
        if let Some(at) = self.find(&text) {
            if at > self.claimed {
                self.out.push(thought(&self.reasoning[self.claimed..at], false));
            }
            self.claimed = at + text.len();
        }
        self.covered.push_str(&text);
        let mut part = thought(&text, position.is_summary);
        part.opaque = sealed.into_opaque();
        self.out.push(part);
        self.behind = self.out.len();
    }

    /// Where in the thinking that is not out `text` begins. A message in which much is not found is
    /// none that was made here; of it only what comes next is looked at.
    fn find(&mut self, text: &str) -> Option<usize> {
        let left = &self.reasoning[self.claimed..];
        let at = match text {
            "" => return None,
            _ if left.starts_with(text) => Some(0),
            _ if self.misses < MAX_MISSES => left.find(text),
            _ => None,
        };
        self.misses += usize::from(at.is_none());
        at.map(|at| self.claimed + at)
    }

    /// A text of its own, with its state; a text that was changed has lost it.
    fn text(&mut self, position: Position, sealed: Sealed) -> Result<(), &'static str> {
        let mut part = Part::text("");
        while self.characters < position.end {
            let Some(next) = self.next_content(position.end) else { break };
            match (&mut part.content, next.content) {
                (Content::Text { text, citations }, Content::Text { text: more, citations: others }) => {
                    text.push_str(&more);
                    citations.extend(others);
                    part.cache = next.cache.or(part.cache);
                    part.extensions.extend(next.extensions);
                }
                (_, content) => self.out.push(Part { content, ..next }),
            }
        }
        let is_whole = self.characters == position.end;
        if is_whole {
            part.opaque = sealed.into_opaque();
        }
        if is_whole || position.start < self.characters {
            self.out.push(part);
        }
        if is_whole { Ok(()) } else { Err("the text that the state belongs to was changed") }
    }

    fn vendor(&mut self, kind: String, mut sealed: Sealed) -> Result<(), &'static str> {
        if sealed.fields.is_empty() {
            return Err("the sealed block is empty");
        }
        let (_, json) = sealed.fields.remove(0);
        let (vendor, wire) = (sealed.vendor.clone(), sealed.wire);
        let mut part = Part::new(Content::Vendor { vendor, wire, kind, json });
        part.opaque = sealed.into_opaque();
        self.out.push(part);
        Ok(())
    }

    fn call_state(&mut self, id: &str, sealed: Sealed) -> Result<(), &'static str> {
        let mut near = self.calls.iter_mut().take(LOOK_BACK);
        let Some((_, part)) = near.find(|(known, _)| known == id) else {
            return Err("the tool call that the state belongs to is gone");
        };
        part.opaque.append(&mut sealed.into_opaque());
        Ok(())
    }

    /// The rest.
    fn finish(mut self, unsealed: &[&str]) -> Vec<Part> {
        let left = self.reasoning.split_off(self.claimed);
        if let Some(Part { content: Content::Text { text, .. }, .. }) = self.content.front_mut() {
            text.drain(..self.cut);
        }
        // Some SDKs keep only the last piece of a stream's thinking.
        if !left.is_empty() && !self.covered.ends_with(&left) {
            self.out.insert(self.behind, thought(&left, false));
        }
        if !unsealed.is_empty() {
            self.unsealed(unsealed);
        }
        self.out.extend(self.content);
        self.out.extend(self.calls.into_iter().map(|(_, part)| part));
        self.out
    }

    /// Entries that nobody sealed are OpenRouter's, whose form they have: it wants all of them back,
    /// with the first thought.
    fn unsealed(&mut self, entries: &[&str]) {
        let is_thought = |part: &Part| matches!(part.content, Content::Reasoning(_));
        let at = self.out.iter().position(is_thought).unwrap_or_else(|| {
            self.out.insert(0, thought("", false));
            0
        });
        let mut w = Writer::new();
        w.array(|w| entries.iter().for_each(|raw| w.raw(raw)));
        self.out[at].opaque.push(opaque("openrouter", "reasoning_details", &w.finish()));
    }
}

fn thought(text: &str, is_summary: bool) -> Part {
    Part::new(Content::Reasoning(ReasoningText { text: text.into(), is_summary }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::RawJson;
    use crate::model::{ToolCall, ToolCallKind};

    fn envelope(place: Place, start: u64, text: Option<&str>) -> Envelope {
        let sealed = Sealed {
            vendor: "v".into(),
            model: None,
            wire: Wire::Anthropic,
            place,
            text: text.map(Into::into),
            fields: alloc::vec![("signature".into(), RawJson::trusted("1"))],
        };
        Envelope { position: Position { start, end: start, ..Position::default() }, sealed }
    }

    fn parts(turn: Turn<'_>) -> (Vec<Part>, usize) {
        let mut losses = Vec::new();
        let parts = turn.into_parts("messages[0]", &mut losses);
        (parts, losses.len())
    }

    #[test]
    fn a_long_message_is_cut_often_without_copying_it_each_time() {
        let (long, cuts) = (20 << 20, 20_000);
        let mut turn = Turn { reasoning: "x".repeat(long), ..Turn::default() };
        turn.content.push_back(Part::text("x".repeat(long)));
        let envelopes = (1..=cuts).map(|start| envelope(Place::Reasoning, start, Some("y")));
        turn.entries.envelopes = envelopes.collect();
        let (parts, losses) = parts(turn);
        let length = |is_it: fn(&Content) -> Option<usize>| -> usize {
            parts.iter().filter_map(|part| is_it(&part.content)).sum()
        };
        let text = length(|content| match content {
            Content::Text { text, .. } => Some(text.len()),
            _ => None,
        });
        let thoughts = length(|content| match content {
            Content::Reasoning(reasoning) => Some(reasoning.text.len()),
            _ => None,
        });
        assert_eq!((text, thoughts, losses), (long, long + 20_000, 0));
    }

    #[test]
    fn state_of_a_call_is_not_looked_for_among_any_number() {
        let call = |id: usize| {
            let call = ToolCall {
                id: Some(alloc::format!("{id}")),
                name: "f".into(),
                arguments: String::new(),
                kind: ToolCallKind::Function,
            };
            (alloc::format!("{id}"), Part::new(Content::ToolCall(call)))
        };
        for (id, is_found) in [("200", true), ("299", false)] {
            let mut turn = Turn { calls: (0..300).map(call).collect(), ..Turn::default() };
            turn.entries.envelopes.push(envelope(Place::ToolCall(id.into()), 0, None));
            let (parts, losses) = parts(turn);
            assert_eq!(parts.iter().any(|part| !part.opaque.is_empty()), is_found);
            assert_eq!(losses, usize::from(!is_found));
        }
    }
}
