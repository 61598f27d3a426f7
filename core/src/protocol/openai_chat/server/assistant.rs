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
use crate::protocol::seal::{Place, Sealed};

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
            characters: 0,
            calls: self.calls.into(),
            given: 0,
            reasoning: self.reasoning,
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
    /// How many characters of the content are out.
    characters: u64,
    calls: VecDeque<(String, Part)>,
    /// How many calls are out.
    given: u32,
    /// The thinking that no envelope has claimed.
    reasoning: String,
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
        match text.char_indices().nth(room) {
            Some((at, _)) => {
                let rest = text.split_off(at);
                let first = core::mem::replace(text, rest);
                self.characters = until;
                self.content.push_front(part);
                Some(Part::text(first))
            }
            None => {
                self.characters += text.chars().count() as u64;
                Some(part)
            }
        }
    }

    fn reasoning(&mut self, position: Position, sealed: Sealed) {
        let text = sealed.text.clone().unwrap_or_default();
        if let Some(at) = self.reasoning.find(&text).filter(|_| !text.is_empty()) {
            let rest = self.reasoning.split_off(at + text.len());
            let before = core::mem::replace(&mut self.reasoning, rest);
            if at > 0 {
                self.out.push(thought(&before[..at], false));
            }
        }
        self.covered.push_str(&text);
        let mut part = thought(&text, position.is_summary);
        part.opaque = sealed.into_opaque();
        self.out.push(part);
        self.behind = self.out.len();
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
        let Some((_, part)) = self.calls.iter_mut().find(|(known, _)| known == id) else {
            return Err("the tool call that the state belongs to is gone");
        };
        part.opaque.append(&mut sealed.into_opaque());
        Ok(())
    }

    /// The rest.
    fn finish(mut self, unsealed: &[&str]) -> Vec<Part> {
        let left = core::mem::take(&mut self.reasoning);
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
