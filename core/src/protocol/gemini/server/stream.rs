//! Streams, as events or as one JSON array.
//!
//! Each chunk is a `GenerateContentResponse` whose parts are increments. Every chunk has a content with
//! a part, as SDKs drop a turn from their history of which one chunk has none; so nothing is written
//! before the first piece of the answer, and the last chunk has an empty text.
//!
//! Text and thoughts leave as they come. These wait, because the wire knows no pieces of them or no
//! place but their own:
//!
//! - calls, media and blocks of the vendor, until they are whole;
//! - of text parts that overlap, all but the one that opened first, until it ends; what else became
//!   whole in the meantime follows it;
//! - state of a part whose text has gone out, until the part ends: an empty thought bears it then;
//! - finish reasons, citations and fields of candidates, until the end, with the usage.
//!
//! What waits is bounded by [`MAX_HELD_BYTES`]; an answer that exceeds it ends with an error.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem;

use super::ending::{Ending, Home, home, numbered};
use super::envelope::{Values, is_native, seal, set};
use super::part::{Outgoing, Scribe, Written, bare_part};
use super::pending::{Ended, Open};
use super::response::content;
use super::{error, usage};
use crate::failure::{Failure, FailureKind};
use crate::json::{RawJson, Writer, compact};
use crate::map::{Map, Set};
use crate::model::{Content, Event, FinishReason, LossAction, PartKind, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::seal::Place;
use crate::protocol::{AnswerContext, StreamFraming};
use crate::usage::Usage;

/// How many bytes of an answer wait at the most: as many as a call holds by default.
const MAX_HELD_BYTES: usize = 64 << 20;

/// A buffer that is larger after one chunk is not kept for the next.
const KEPT_BYTES: usize = 64 << 10;

/// The state of one stream.
#[derive(Debug)]
pub(in crate::protocol) struct State {
    framing: StreamFraming,
    is_native: bool,
    id: Option<String>,
    model: Option<String>,
    has_begun: bool,
    is_over: bool,
    /// The parts that are not written whole.
    open: Map<u32, Open>,
    /// The others.
    ended: Map<u32, Ended>,
    candidates: Map<u32, Candidate>,
    /// Fields of the response.
    fields: Values,
    held: usize,
    /// The chunk at hand; kept for its memory.
    chunk: String,
}

#[derive(Debug, Default)]
struct Candidate {
    /// The text part whose pieces leave as they come.
    live: Option<u32>,
    /// Parts that follow it: other texts, and what is whole.
    waiting: Set<u32>,
    ending: Ending,
}

impl WireEncoder for State {
    fn event(&mut self, answer: &mut Answer, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        match event {
            Event::TextDelta { part, text }
            | Event::ReasoningDelta { part, text }
            | Event::RefusalDelta { part, text } => self.speak(answer, *part, text, out),
            Event::ArgumentsDelta { part, text } | Event::DataDelta { part, base64: text } => {
                self.hold(*part, text);
            }
            Event::PartStart { part, candidate, kind } => self.open(answer, *part, *candidate, kind),
            Event::PartEnd { part } => self.end_part(answer, *part, out),
            Event::Opaque { part, field, value } => self.opaque(answer, *part, field, value),
            Event::Citation { part, wire, raw } => {
                let candidate = self.owner(*part);
                self.candidate(candidate).ending.cite(answer, *wire, raw);
                self.held += raw.len();
            }
            Event::Extra { part, name, value } => self.extra(answer, *part, name, value),
            Event::Finish { candidate, finish } => {
                self.candidate(*candidate).ending.finish = Some(finish.clone());
            }
            Event::Start { id, model } => self.start(id.as_deref(), model.as_deref()),
            Event::Discard { from_part, keep_bytes } => self.discard(answer, *from_part, *keep_bytes),
            Event::Unknown { name, .. } => answer.lose_event(name),
            Event::Retry(_) | Event::Usage(_) => {}
        }
        if self.held > MAX_HELD_BYTES {
            let message = format!("more than {MAX_HELD_BYTES} bytes of the answer had to wait");
            self.fail(answer, &Failure::new(FailureKind::TooLarge, message), &Usage::default(), out);
        }
    }

    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        for part in self.open.keys().copied().collect::<Vec<_>>() {
            self.end_part(answer, part, out);
        }
        self.write_late(answer, out);
        self.write_last(answer, usage, out);
        self.close(out);
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn fail(&mut self, answer: &mut Answer, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        if !usage.counts.is_empty() {
            answer.lose(LossAction::Dropped, "usage", "an error has no place for it");
        }
        let mut w = self.begin(out);
        error::write_body(&mut w, failure);
        self.finish(w, out);
        self.close(out);
    }
}

impl State {
    /// The beginning of a stream.
    pub(in crate::protocol) fn new(context: &AnswerContext) -> Self {
        Self {
            framing: context.framing,
            is_native: is_native(context),
            id: None,
            model: None,
            has_begun: false,
            is_over: false,
            open: Map::new(),
            ended: Map::new(),
            candidates: Map::new(),
            fields: Values::new(),
            held: 0,
            chunk: String::new(),
        }
    }

    fn start(&mut self, id: Option<&str>, model: Option<&str>) {
        if let Some(id) = id {
            self.id = Some(id.into());
        }
        if let Some(model) = model {
            self.model = Some(model.into());
        }
    }

    fn candidate(&mut self, number: u32) -> &mut Candidate {
        self.candidates.entry(number).or_default()
    }

    /// The candidate of a part; the first one where there is no such part.
    fn owner(&self, part: Option<u32>) -> u32 {
        let Some(part) = part else { return 0 };
        let open = self.open.get(&part).map(|open| open.candidate);
        open.or_else(|| self.ended.get(&part).map(|ended| ended.candidate)).unwrap_or(0)
    }

    fn open(&mut self, answer: &mut Answer, part: u32, candidate: u32, kind: &PartKind<'_>) {
        if matches!(kind, PartKind::Refusal) {
            answer.lose(LossAction::Approximated, format!("parts[{part}]"), "a refusal goes as text");
        }
        let open = Open::new(candidate, kind, &answer.context.vendor);
        let is_voice = open.is_voice();
        self.held += open.held_bytes();
        self.open.insert(part, open);
        let candidate = self.candidate(candidate);
        if is_voice && candidate.live.is_none() {
            candidate.live = Some(part);
        } else if is_voice {
            candidate.waiting.insert(part);
        }
    }

    /// Writes a piece of text, or keeps it where another part speaks.
    #[inline]
    fn speak(&mut self, answer: &Answer, part: u32, text: &str, out: &mut Vec<u8>) {
        let Some(open) = self.open.get_mut(&part) else { return };
        let candidate = open.candidate;
        let is_thought = matches!(open.content, Content::Reasoning(_));
        if self.candidates.get(&candidate).and_then(|c| c.live) != Some(part) {
            return self.hold(part, text);
        }
        if !text.is_empty() {
            open.has_spoken = true;
            self.write_text(answer, candidate, text, is_thought, out);
        }
    }

    fn hold(&mut self, part: u32, text: &str) {
        let held = self.open.get_mut(&part).and_then(Open::text_mut);
        if let Some(held) = held {
            held.push_str(text);
            self.held += text.len();
        }
    }

    fn opaque(&mut self, answer: &mut Answer, part: u32, field: &str, value: &str) {
        self.held += value.len();
        let value = RawJson::trusted(value);
        if let Some(open) = self.open.get_mut(&part) {
            match &mut open.content {
                Content::Vendor { json, .. } if field.is_empty() => *json = value,
                _ => set(&mut open.state, field, value),
            }
        } else if let Some(ended) = self.ended.get_mut(&part) {
            if ended.place.is_some() {
                set(&mut ended.late, field, value);
            } else {
                let why = "it came when its part was written";
                answer.lose(LossAction::Dropped, format!("parts[{part}].{field}"), why);
            }
        }
    }

    fn extra(&mut self, answer: &mut Answer, part: Option<u32>, name: &str, value: &str) {
        if answer.context.source != Wire::Gemini {
            return answer.lose_extra(part, name, value);
        }
        self.held += value.len();
        let value = RawJson::trusted(value);
        let (candidate, name) = numbered(name).unwrap_or_else(|| (self.owner(part), name));
        let open = part.and_then(|part| self.open.get_mut(&part));
        match (home(name, open.is_some()), open) {
            (Home::Response, _) => set(&mut self.fields, name, value),
            (Home::Part, Some(open)) => set(&mut open.fields, name, value),
            _ => self.candidate(candidate).ending.set(name, value),
        }
    }

    /// Forgets what was not written; what was, cannot be taken back.
    fn discard(&mut self, answer: &mut Answer, from_part: u32, keep_bytes: u64) {
        let first_gone = from_part.saturating_add(u32::from(keep_bytes > 0));
        let mut gone = self.open.split_off(&first_gone);
        gone.retain(|part, open| {
            self.held = self.held.saturating_sub(open.held_bytes());
            if let Some(candidate) = self.candidates.get_mut(&open.candidate) {
                candidate.waiting.remove(part);
                candidate.live = candidate.live.filter(|live| live != part);
            }
            open.has_spoken
        });
        let is_out = !gone.is_empty() || self.ended.range(from_part..).next().is_some();
        self.ended.retain(|part, _| *part < from_part);
        self.candidates.values_mut().for_each(|candidate| candidate.ending.discard(from_part));
        if is_out || keep_bytes > 0 {
            let why = "what was sent cannot be taken back";
            answer.lose(LossAction::Approximated, format!("parts[{from_part}]"), why);
        }
    }

    fn end_part(&mut self, answer: &mut Answer, part: u32, out: &mut Vec<u8>) {
        let Some(open) = self.open.get_mut(&part) else { return };
        open.is_ended = true;
        let (number, is_voice) = (open.candidate, open.is_voice());
        let candidate = self.candidate(number);
        match candidate.live {
            Some(live) if live == part => {
                self.end_voice(answer, part, out);
                self.settle(answer, number, out);
            }
            Some(_) => {
                candidate.waiting.insert(part);
            }
            None if is_voice => self.settle(answer, number, out),
            None => self.write_part(answer, part, out),
        }
    }

    /// Writes what waits in a candidate, up to a text that goes on.
    fn settle(&mut self, answer: &mut Answer, number: u32, out: &mut Vec<u8>) {
        loop {
            let candidate = self.candidate(number);
            if candidate.live.is_some() {
                return;
            }
            let Some(part) = candidate.waiting.pop_first() else { return };
            match self.open.get_mut(&part) {
                Some(open) if open.is_voice() => self.raise(answer, number, part, out),
                _ => self.write_part(answer, part, out),
            }
        }
    }

    /// Lets a text part speak that had to wait.
    fn raise(&mut self, answer: &mut Answer, number: u32, part: u32, out: &mut Vec<u8>) {
        let Some(open) = self.open.get_mut(&part) else { return };
        let text = open.text_mut().map(mem::take).unwrap_or_default();
        let is_ended = open.is_ended;
        self.held = self.held.saturating_sub(text.len());
        self.candidate(number).live = Some(part);
        self.speak(answer, part, &text, out);
        if is_ended {
            self.end_voice(answer, part, out);
        }
    }

    /// Ends the text part that speaks; its state follows it.
    fn end_voice(&mut self, answer: &mut Answer, part: u32, out: &mut Vec<u8>) {
        let Some(open) = self.open.remove(&part) else { return };
        self.candidate(open.candidate).live = None;
        self.held = self.held.saturating_sub(open.held_bytes());
        let place = open.place("", part);
        let alone = if open.has_spoken { None } else { Some("") };
        if let Some(place) = place.as_ref().filter(|_| !open.state.is_empty() || !open.fields.is_empty()) {
            let json = self.behind(answer, part, place, alone, &open.state, &open.fields);
            self.write_json(answer, open.candidate, &json, out);
        }
        self.ended.insert(part, Ended { candidate: open.candidate, place, late: Values::new() });
    }

    /// A part that bears what belongs to the part before it.
    fn behind(
        &self,
        answer: &mut Answer,
        part: u32,
        place: &Place,
        alone: Option<&str>,
        state: &Values,
        fields: &Values,
    ) -> String {
        let is_thought = !self.is_native || *place == Place::Reasoning;
        if self.is_native {
            for (field, _) in state.iter().filter(|(field, _)| field != "thoughtSignature") {
                let path = format!("parts[{part}].{field}");
                answer.lose(LossAction::Dropped, path, "no part has this field");
            }
        }
        let signature = if self.is_native {
            state
                .iter()
                .find(|(field, _)| field == "thoughtSignature")
                .map(|(_, value)| Cow::Borrowed(value.as_str()))
        } else if state.is_empty() {
            None
        } else {
            let sealed = seal(&answer.context, self.model.as_deref(), place.clone(), alone, state);
            Some(Cow::Owned(RawJson::string(&sealed).as_str().into()))
        };
        bare_part(is_thought, signature.as_deref(), fields)
    }

    /// Writes a part that is whole and no text.
    fn write_part(&mut self, answer: &mut Answer, part: u32, out: &mut Vec<u8>) {
        let Some(open) = self.open.remove(&part) else { return };
        self.held = self.held.saturating_sub(open.held_bytes());
        let id = self.id.clone().unwrap_or_else(|| answer.context.id.clone());
        let place = open.place(&id, part);
        let outgoing =
            Outgoing { number: part, content: &open.content, state: &open.state, fields: &open.fields };
        let mut scribe = Scribe { answer, model: self.model.as_deref(), id: &id };
        match scribe.write(&outgoing) {
            Written::Json(json) => self.write_json(answer, open.candidate, &json, out),
            Written::Malformed { part: json, words } => {
                self.candidate(open.candidate).ending.malformed(part, words);
                self.write_json(answer, open.candidate, &json, out);
            }
            Written::Nothing => {}
        }
        self.ended.insert(part, Ended { candidate: open.candidate, place, late: Values::new() });
    }

    /// Writes the state that came when its part had gone out.
    fn write_late(&mut self, answer: &mut Answer, out: &mut Vec<u8>) {
        for (part, ended) in mem::take(&mut self.ended) {
            if let Some(place) = ended.place.filter(|_| !ended.late.is_empty()) {
                let json = self.behind(answer, part, &place, None, &ended.late, &Values::new());
                self.write_json(answer, ended.candidate, &json, out);
            }
        }
    }

    fn write_text(
        &mut self,
        answer: &Answer,
        candidate: u32,
        text: &str,
        is_thought: bool,
        out: &mut Vec<u8>,
    ) {
        self.write_chunk(answer, candidate, out, |w| {
            w.object(|w| {
                w.key("text").string(text);
                if is_thought {
                    w.key("thought").bool(true);
                }
            });
        });
    }

    fn write_json(&mut self, answer: &Answer, candidate: u32, part: &str, out: &mut Vec<u8>) {
        self.write_chunk(answer, candidate, out, |w| w.raw(part));
    }

    fn write_chunk(
        &mut self,
        answer: &Answer,
        candidate: u32,
        out: &mut Vec<u8>,
        part: impl FnOnce(&mut Writer),
    ) {
        let mut w = self.begin(out);
        w.object(|w| {
            w.key("candidates").array(|w| {
                w.object(|w| {
                    w.key("content").object(|w| {
                        w.key("parts").array(part);
                        w.key("role").string("model");
                    });
                    w.key("index").u64(u64::from(candidate));
                });
            });
            self.write_names(answer, w);
        });
        self.finish(w, out);
    }

    fn write_names(&self, answer: &Answer, w: &mut Writer) {
        w.key("modelVersion").string(self.model.as_deref().unwrap_or(&answer.context.model));
        w.key("responseId").string(self.id.as_deref().unwrap_or(&answer.context.id));
    }

    /// Writes the chunk that says how the candidates ended, and the usage. A candidate that did not
    /// end has no reason there, so the stream is an incomplete one.
    fn write_last(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        let is_blocked = self.is_blocked();
        self.candidate(0);
        let mut w = self.begin(out);
        w.object(|w| {
            if !is_blocked {
                w.key("candidates").array(|w| {
                    for (number, candidate) in self.candidates.iter() {
                        w.object(|w| {
                            content(w, |_| {});
                            candidate.ending.write(answer, w, *number, None);
                        });
                    }
                });
            }
            usage::write(answer, w, usage, self.is_native);
            self.write_names(answer, w);
            for (name, value) in &self.fields {
                w.key(name).raw(&compact(value.as_str()));
            }
        });
        self.finish(w, out);
    }

    /// Whether the prompt was refused, so that there are no candidates.
    fn is_blocked(&self) -> bool {
        let is_filtered = |candidate: &Candidate| {
            candidate.ending.finish.as_ref().is_none_or(|f| f.reason == FinishReason::ContentFilter)
        };
        self.is_native
            && !self.has_begun
            && self.candidates.values().all(is_filtered)
            && self.fields.iter().any(|(name, _)| name == "promptFeedback")
    }

    /// Begins one value of the stream.
    fn begin(&mut self, out: &mut Vec<u8>) -> Writer {
        out.extend_from_slice(match (self.framing, self.has_begun) {
            (StreamFraming::Sse, _) => b"data: ",
            (StreamFraming::JsonArray, false) => b"[",
            (StreamFraming::JsonArray, true) => b",\r\n",
        });
        self.has_begun = true;
        let mut chunk = mem::take(&mut self.chunk);
        chunk.clear();
        Writer::onto(chunk)
    }

    fn finish(&mut self, w: Writer, out: &mut Vec<u8>) {
        let chunk = w.finish();
        out.extend_from_slice(chunk.as_bytes());
        if self.framing == StreamFraming::Sse {
            out.extend_from_slice(b"\r\n\r\n");
        }
        if chunk.capacity() <= KEPT_BYTES {
            self.chunk = chunk;
        }
    }

    /// Ends the stream.
    fn close(&mut self, out: &mut Vec<u8>) {
        if self.framing == StreamFraming::JsonArray {
            out.push(b']');
        }
        self.is_over = true;
    }
}
