//! Streams.
//!
//! Items open as soon as they are known, and parts of different items may overlap. Held back are: the
//! end of a message and of native thinking, until it is known that no other part joins it; an image,
//! which the wire tells whole; pages that a text of another vendor rests on, as they need its length;
//! and the opening of an item of this wire's own vendor until its id is told or its content begins.
//! Two items end with the answer: thinking that came on the Chat wire with state, as that wire may add
//! to it, and a message that came on Gemini's with state, as that wire tells last what a text rests on.
//! The last event repeats the whole answer, so its text is kept; how much that may be is bounded by
//! the caps of whoever decodes it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::finish::End;
use super::item::{Body, Item, Status};
use super::lines::Lines;
use super::object::Head;
use super::output::{JSON, Output, Spot, Voice};
use super::{ids, is_native};
use crate::failure::Failure;
use crate::json::{Writer, compact};
use crate::model::{Event, Finish, FinishReason, LossAction, PartKind};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::logprobs;
use crate::protocol::openai_responses::names::WIRE;
use crate::protocol::{AnswerContext, openai_error_answer};
use crate::usage::Usage;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    New,
    Open,
    Over,
}

/// A part of this wire's own vendor whose item waits for its id.
#[derive(Clone, Debug)]
struct Waiting {
    part: u32,
    kind: PartKind<'static>,
    state: Vec<(String, String)>,
}

/// The answer so far.
#[derive(Clone, Debug)]
pub(in crate::protocol) struct State {
    pub(super) lines: Lines,
    pub(super) head: Head,
    pub(super) output: Output,
    finish: Option<Finish>,
    phase: Phase,
    waiting: Option<Waiting>,
    /// Parts that ended, and whose items may grow still.
    pub(super) growing: Vec<u32>,
    pub(super) is_native: bool,
    pub(super) is_same_wire: bool,
}

impl WireEncoder for State {
    fn event(&mut self, answer: &mut Answer, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.phase == Phase::Over || self.waits_on(event) {
            return;
        }
        self.open_waiting(answer, out);
        match event {
            Event::TextDelta { part, text }
            | Event::RefusalDelta { part, text }
            | Event::ReasoningDelta { part, text }
            | Event::ArgumentsDelta { part, text }
            | Event::DataDelta { part, base64: text } => self.append(*part, text, out),
            Event::PartStart { part, candidate, kind } => {
                self.part_start(answer, *part, *candidate, kind, out);
            }
            Event::PartEnd { part } => self.end_part(answer, *part, true, out),
            Event::Start { id, model } => self.start(answer, id.as_deref(), model.as_deref(), out),
            Event::Citation { part, wire, raw } => self.cite(answer, *part, *wire, raw, out),
            Event::Opaque { part, field, value } => self.opaque(answer, *part, field, value),
            Event::Extra { part, name, value } => self.extra(answer, *part, name, value, out),
            Event::Finish { candidate: 0, finish } => {
                self.begin(answer, out);
                self.finish = Some(finish.clone());
            }
            Event::Discard { from_part, keep_bytes } => self.discard(answer, *from_part, *keep_bytes, out),
            Event::Unknown { name, .. } => answer.lose_event(name),
            Event::Finish { .. } | Event::Retry(_) | Event::Usage(_) => {}
        }
    }

    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        if self.phase == Phase::Over {
            return;
        }
        let finish = self.close(answer, out);
        let end = self.ended(answer, finish.as_ref());
        self.last_event(answer, &end, usage, out);
    }

    fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over)
    }

    fn fail(&mut self, answer: &mut Answer, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) {
        let (code, message) = (openai_error_answer::code(failure), openai_error_answer::message(failure));
        match core::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Over => {}
            Phase::New => self.lines.send(out, "error", |w| {
                w.key("code").string(code.unwrap_or("server_error"));
                w.key("message").string(message);
                w.key("param").null();
                // The published form has the fields above; SDKs raise what stands in here.
                w.key("error").object(|w| openai_error_answer::fields(failure, w));
            }),
            Phase::Open => {
                let is_open = |item: &&mut Item| item.status == Status::Open;
                self.output.items.iter_mut().filter(is_open).for_each(|item| item.status = Status::Cut);
                let end = End::failed(code.unwrap_or("server_error"), message);
                self.last_event(answer, &end, usage, out);
            }
        }
    }
}

impl State {
    pub(in crate::protocol) fn new(context: &AnswerContext) -> Self {
        Self {
            lines: Lines::default(),
            head: Head::new(ids::response(&context.id)),
            output: Output::default(),
            finish: None,
            phase: Phase::New,
            waiting: None,
            growing: Vec::new(),
            is_native: is_native(context),
            is_same_wire: context.source == WIRE,
        }
    }

    /// An answer of which no events are written.
    pub(super) fn silent(context: &AnswerContext) -> Self {
        Self { lines: Lines::silent(), ..Self::new(context) }
    }

    /// The response object; the answer is over.
    pub(super) fn into_object(mut self, answer: &mut Answer, usage: &Usage) -> String {
        let finish = self.close(answer, &mut Vec::new());
        let end = self.ended(answer, finish.as_ref());
        let mut w = Writer::new();
        self.head.write(&end, &self.output.items, Some(usage), answer, &mut w);
        w.finish()
    }

    fn start(&mut self, answer: &mut Answer, id: Option<&str>, model: Option<&str>, out: &mut Vec<u8>) {
        if let Some(model) = model {
            self.head.model = Some(model.into());
        }
        // SDKs refuse an id that changes.
        if let Some(id) = id.filter(|id| self.phase == Phase::New && !id.is_empty()) {
            self.head.id = if self.is_same_wire { id.into() } else { ids::response(id) };
        }
        self.begin(answer, out);
    }

    /// Opens the response, if it is not.
    fn begin(&mut self, answer: &mut Answer, out: &mut Vec<u8>) {
        if self.phase != Phase::New {
            return;
        }
        self.phase = Phase::Open;
        for name in ["response.created", "response.in_progress"] {
            self.lines.send(out, name, |w| {
                w.key("response");
                self.head.write(&End::OPEN, &[], None, answer, w);
            });
        }
    }

    /// Ends what is open, and gives why the answer ended.
    fn close(&mut self, answer: &mut Answer, out: &mut Vec<u8>) -> Option<Finish> {
        self.open_waiting(answer, out);
        self.begin(answer, out);
        let finish = self.finish.take();
        let is_whole = End::of(finish.as_ref(), true, self.is_same_wire).status == "completed";
        for part in self.output.open_parts() {
            self.end_part(answer, part, is_whole, out);
        }
        self.end_growing(answer, out);
        if let Some(Finish { reason: FinishReason::Refusal, detail: Some(detail), .. }) = &finish
            && !self.output.has_refusal()
        {
            self.refuse(answer, detail, out);
        }
        self.settle(out);
        finish
    }

    /// The end that `finish` is; what it does not say is lost.
    fn ended<'f>(&self, answer: &mut Answer, finish: Option<&'f Finish>) -> End<'f> {
        let (has_refusal, is_same_wire) = (self.output.has_refusal(), self.is_same_wire);
        let end = End::of(finish, has_refusal, is_same_wire);
        end.lose_rest(answer, finish, has_refusal, is_same_wire);
        end
    }

    /// Says a refusal whose words stood beside the answer.
    fn refuse(&mut self, answer: &mut Answer, words: &str, out: &mut Vec<u8>) {
        const PART: u32 = u32::MAX;
        self.open(answer, PART, &PartKind::Refusal, Vec::new(), out);
        self.append(PART, words, out);
        self.end_part(answer, PART, true, out);
    }

    fn last_event(&mut self, answer: &mut Answer, end: &End<'_>, usage: &Usage, out: &mut Vec<u8>) {
        self.phase = Phase::Over;
        self.lines.send(out, end.event(), |w| {
            w.key("response");
            self.head.write(end, &self.output.items, Some(usage), answer, w);
        });
    }

    /// Takes an event that tells the waiting item's id, or that lets it wait.
    fn waits_on(&mut self, event: &Event<'_>) -> bool {
        let (Some(waiting), Event::Opaque { part, field, value }) = (&mut self.waiting, event) else {
            return false;
        };
        let is_its = *part == waiting.part && !field.is_empty();
        if is_its {
            set(&mut waiting.state, field, compact(value));
        }
        is_its
    }

    fn open_waiting(&mut self, answer: &mut Answer, out: &mut Vec<u8>) {
        if let Some(Waiting { part, kind, state }) = self.waiting.take() {
            self.open(answer, part, &kind, state, out);
        }
    }

    fn part_start(
        &mut self,
        answer: &mut Answer,
        part: u32,
        candidate: u32,
        kind: &PartKind<'_>,
        out: &mut Vec<u8>,
    ) {
        self.begin(answer, out);
        if self.output.knows(part) {
            return;
        }
        if candidate != 0 {
            answer.lose(LossAction::Dropped, "candidates", "this wire tells one answer");
        } else if self.is_native && !matches!(kind, PartKind::Vendor { .. }) {
            self.waiting = Some(Waiting { part, kind: kind.clone().into_owned(), state: Vec::new() });
        } else {
            self.open(answer, part, kind, Vec::new(), out);
        }
    }

    pub(super) fn item_event(&mut self, item: usize, name: &str, out: &mut Vec<u8>) {
        let items = &self.output.items;
        self.lines.send(out, name, |w| {
            w.key("output_index").u64(item as u64);
            w.key("item");
            items[item].write(w);
        });
    }

    /// Tells that a part of an item opens or ends.
    pub(super) fn part_event(
        &mut self,
        item: usize,
        index: usize,
        voice: Voice,
        is_added: bool,
        out: &mut Vec<u8>,
    ) {
        let Some(words) = voice.part() else { return };
        let whole = &self.output.items[item];
        let name = if is_added { words.added } else { words.done };
        self.lines.send(out, name, |w| {
            at(w, &whole.id, item, Some((words.index, index)));
            w.key("part");
            whole.write_part(index, voice == Voice::Summary, w);
        });
    }

    #[inline]
    pub(super) fn append(&mut self, part: u32, text: &str, out: &mut Vec<u8>) {
        let Some(mut spot) = self.output.spot(part).filter(|_| !text.is_empty()) else { return };
        if spot.index.is_none() && spot.voice.part().is_some() {
            spot.index = self.open_lazily(part, spot.item, spot.voice, out);
        }
        let Some(whole) = self.output.text_mut(&spot) else { return };
        whole.push_str(text);
        let Item { id, status, .. } = &self.output.items[spot.item];
        // An item that ended and is taken up again is told whole at the end.
        if let (Some(words), Status::Open) = (spot.voice.words(), status) {
            self.lines.send(out, words.delta, |w| {
                at(w, id, spot.item, spot.voice.part().map(|p| p.index).zip(spot.index));
                w.key("delta").string(text);
                if spot.voice == Voice::Text {
                    w.key("logprobs").raw("[]");
                }
            });
        }
    }

    /// Opens the part of thinking whose text begins.
    fn open_lazily(&mut self, part: u32, item: usize, voice: Voice, out: &mut Vec<u8>) -> Option<usize> {
        let index = self.output.add_thought(item, voice)?;
        if let Some(part) = self.output.parts.get_mut(&part) {
            part.spot.index = Some(index);
        }
        self.part_event(item, index, voice, true, out);
        Some(index)
    }

    fn opaque(&mut self, answer: &mut Answer, part: u32, field: &str, value: &str) {
        if let Some(hidden) = self.output.hidden.get_mut(&part) {
            let field = if field.is_empty() { JSON } else { field };
            return set(&mut hidden.fields, field, Cow::Borrowed(value));
        }
        let Some(placed) = self.output.parts.get_mut(&part) else { return };
        let item = placed.spot.item;
        let grows = placed.spot.voice == Voice::Summary && self.growing.contains(&part);
        if !self.is_native && (placed.is_open || grows) {
            return set(&mut placed.state, field, Cow::Borrowed(value));
        }
        if !self.is_native || self.output.items[item].status != Status::Open {
            let path = alloc::format!("parts[{part}].opaque.{field}");
            return answer.lose(LossAction::Dropped, path, "it came when its item was over");
        }
        match field {
            "" => self.set_vendor(item, Some(value)),
            _ => self.set_state(item, field, compact(value).into_owned()),
        }
    }

    fn extra(&mut self, answer: &mut Answer, part: Option<u32>, name: &str, value: &str, out: &mut Vec<u8>) {
        if part.is_none() && name == "citation" {
            // Where an answer was added up, a citation of no part stands here.
            return self.cite(answer, None, answer.context.source, value, out);
        }
        if !self.is_same_wire && self.foreign_logprobs(answer, part, name, value) {
            return;
        }
        match part.map(|part| self.output.spot(part)) {
            None if self.is_same_wire => self.head.set_field(name, compact(value)),
            Some(Some(spot)) if self.is_same_wire => self.set_extra(spot, name, compact(value)),
            _ => answer.lose_extra(part, name, value),
        }
    }

    /// Gives log probabilities of another wire to the text that they belong to, unless a stream has told
    /// that whole; tells whether nothing of them is left.
    fn foreign_logprobs(&mut self, answer: &Answer, part: Option<u32>, name: &str, value: &str) -> bool {
        let Some(found) = logprobs::read(answer.context.source, name, value) else { return false };
        let place = match part.map(|part| self.output.spot(part)) {
            Some(spot) => spot.and_then(|spot| Some((spot.item, spot.index?))),
            None => self.output.last_text(),
        };
        let said = place.and_then(|(item, index)| self.output.said_mut(item, index));
        let is_silent = self.lines.is_silent();
        let Some(said) = said.filter(|said| !said.is_refusal && (said.is_open || is_silent)) else {
            return false;
        };
        said.logprobs = Some(found.entries);
        !found.is_cut
    }

    fn set_extra(&mut self, spot: Spot, name: &str, value: Cow<'_, str>) {
        match spot.index.and_then(|index| self.output.said_mut(spot.item, index)) {
            Some(said) if name == "logprobs" => said.logprobs = Some(value.into_owned()),
            _ => {
                let item = &mut self.output.items[spot.item];
                if let (Body::Image { format, .. }, "output_format") = (&mut item.body, name) {
                    *format = None;
                }
                item.set_field(name, value.into_owned());
            }
        }
    }

    /// Takes back what was said, as far as the wire can: the last event tells the answer without it.
    fn discard(&mut self, answer: &mut Answer, from: u32, keep_bytes: u64, out: &mut Vec<u8>) {
        self.finish = None;
        self.output.discard(from, usize::try_from(keep_bytes).unwrap_or(usize::MAX));
        self.growing.retain(|part| self.output.knows(*part));
        for item in 0..self.output.items.len() {
            if self.output.items[item].is_gone {
                self.end_item(item, Status::Cut, out);
            }
        }
        let why = "what was told cannot be taken back; only the last event lacks it";
        answer.lose(LossAction::Approximated, "events", why);
    }
}

/// Writes where in the output something happens.
#[inline]
pub(super) fn at(w: &mut Writer, id: &str, item: usize, place: Option<(&str, usize)>) {
    w.key("item_id").string(id);
    w.key("output_index").u64(item as u64);
    if let Some((list, index)) = place {
        w.key(list).u64(index as u64);
    }
}

/// Sets a field of a part's state.
fn set(state: &mut Vec<(String, String)>, field: &str, value: Cow<'_, str>) {
    match state.iter_mut().find(|(known, _)| known == field) {
        Some((_, known)) => *known = value.into_owned(),
        None => state.push((field.into(), value.into_owned())),
    }
}
