//! Streams.
//!
//! Blocks come strictly one after another, while the parts of an answer may overlap. The part that
//! opened first streams on; what comes for later ones is held, and goes out once every part before
//! has ended. A tool call whose object is whole makes way for the next part without waiting for its
//! end. What else waits, because the wire leaves no choice:
//!
//! - the reason and the usage, for the end: they go together, and other wires tell the usage last;
//! - the words of a refusal, for the end: their place is in `stop_details`;
//! - a vendor's own block, for its end: it is written whole;
//! - the state of another vendor, for the end of its part: it goes in one envelope behind it;
//! - on this wire itself, the message for its usage and a block for the next event: counts and fields
//!   that the same event brought belong into their start.
//!
//! A part that says nothing makes no block. The message opens with zeros for counts that are not
//! known yet; the last event has all of them. An answer without a finish reason, or with one that is a
//! failure, ends with an error and never with `message_stop`.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::arguments::Arguments;
use super::block::Block;
use super::frames::Frames;
use super::queued::{Closed, Kind, Queued, Writing};
use super::response::{NO_MEDIA, NO_PAGE, ONE_CANDIDATE, head};
use super::state::{self, State as Fields};
use super::stop::{Stop, is_failure};
use super::usage::{self, Form};
use super::{citation, error, is_same_wire};
use crate::failure::{Failure, FailureKind};
use crate::json::{RawJson, compact};
use crate::model::{Event, Finish, FinishReason, LossAction, PartKind, ToolCallKind, Wire};
use crate::protocol::answer::{Answer, AnswerContext, WireEncoder};
use crate::protocol::call_id;
use crate::protocol::seal::Place;
use crate::usage::Usage;

/// How much is held of parts that wait for the one before, in bytes: as much as a call holds of a
/// response. An answer that needs more ends with an error.
const MAX_HELD_BYTES: usize = 64 << 20;

/// How many bytes of a refusal's words are kept; what lies beyond is lost.
const MAX_REFUSAL_BYTES: usize = 1 << 20;

/// More fields than any message has; what lies beyond is lost.
const MAX_FIELDS: usize = 64;

/// How many parts that have ended are remembered, for state that comes after their end.
const MAX_CLOSED: usize = 1_024;

/// The state of one answer.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    id: Option<String>,
    model: Option<String>,
    /// The usage that is known before the message opens.
    usage: Option<Box<Usage>>,
    has_begun: bool,
    is_over: bool,
    frames: Frames,
    /// The number of the next block, or of the one that is open.
    index: u32,
    /// The part whose block is open, and those that wait behind it; part numbers grow.
    queue: VecDeque<Queued>,
    held: usize,
    /// The last part of which something was written.
    written: Option<u32>,
    last_text: Option<u32>,
    /// The last parts that have ended; part numbers need not grow.
    closed: VecDeque<(u32, Closed)>,
    /// State that came for parts that had ended.
    late: Vec<(u32, Closed, Fields)>,
    refusing: Vec<u32>,
    refusal: String,
    /// The vendor's fields of the message that have no word.
    fields: Fields,
    has_tool_calls: bool,
    finish: Option<Finish>,
}

impl State {
    pub(in crate::protocol) fn new(_context: &AnswerContext) -> Self {
        Self::default()
    }

    /// Takes the names that the provider gives the answer; empty ones are none.
    fn name(&mut self, id: Option<&str>, model: Option<&str>) {
        for (new, known) in [(id, &mut self.id), (model, &mut self.model)] {
            if let Some(new) = new.filter(|new| !new.is_empty()) {
                *known = Some(new.into());
            }
        }
    }

    /// Opens the message, if it is not open.
    fn begin(&mut self, answer: &Answer, out: &mut Vec<u8>) {
        if core::mem::replace(&mut self.has_begun, true) {
            return;
        }
        let unknown = Usage::default();
        let usage = self.usage.as_deref().unwrap_or(&unknown);
        let (id, model) = (self.id.as_deref(), self.model.as_deref());
        self.frames.write(out, "message_start", |w| {
            w.key("message").object(|w| {
                head(w, &answer.context, id, model);
                w.key("content").array(|_| {});
                Stop::default().write(w, None);
                usage::write(w.key("usage"), usage, is_same_wire(&answer.context), Form::Message);
                w.key("container").null();
                w.key("diagnostics").null();
            });
        });
    }

    fn open_part(
        &mut self,
        answer: &mut Answer,
        (part, candidate): (u32, u32),
        kind: &PartKind<'_>,
        out: &mut Vec<u8>,
    ) {
        self.begin(answer, out);
        if candidate != 0 {
            answer.lose(LossAction::Dropped, alloc::format!("candidates[{candidate}]"), ONE_CANDIDATE);
            return;
        }
        let grows = |block| Kind::Grows(block, Arguments::of(ToolCallKind::Function));
        let kind = match kind {
            PartKind::Media { .. } => {
                answer.lose(LossAction::Dropped, alloc::format!("parts[{part}]"), NO_MEDIA);
                return;
            }
            PartKind::Reasoning { is_summary } => grows(Block::Thinking { is_summary: *is_summary }),
            PartKind::Refusal => {
                if self.refusing.len() < MAX_FIELDS {
                    self.refusing.push(part);
                }
                return;
            }
            PartKind::Text => grows(Block::Text),
            PartKind::ToolCall { id, name, kind } => {
                self.has_tool_calls = true;
                let id = call_id::legal(id.as_deref(), &answer.context.id, part).into_owned();
                let name = String::from(&**name);
                Kind::Grows(Block::ToolUse { id, name }, Arguments::of(*kind))
            }
            PartKind::Vendor { wire, kind, json } => {
                Kind::Vendor(*wire, String::from(&**kind), RawJson::trusted(json))
            }
        };
        let queued = Queued::new(part, kind);
        self.held += queued.bytes();
        self.queue.push_back(queued);
        self.settle(answer, out);
    }

    fn place_of(&self, part: u32) -> Option<usize> {
        if self.queue.front()?.part == part {
            return Some(0);
        }
        self.queue.binary_search_by_key(&part, |queued| queued.part).ok()
    }

    /// Changes a part that is open or waits, and counts what it then holds.
    fn change<T>(&mut self, at: usize, change: impl FnOnce(&mut Queued) -> T) -> T {
        let queued = &mut self.queue[at];
        let before = queued.bytes();
        let result = change(queued);
        self.held = (self.held + queued.bytes()).saturating_sub(before);
        result
    }

    /// Does something with the part whose block is open.
    fn with_front(
        &mut self,
        answer: &mut Answer,
        out: &mut Vec<u8>,
        act: impl FnOnce(&mut Queued, &mut Writing<'_>),
    ) {
        let Self { queue, held, frames, index, model, written, .. } = self;
        let Some(front) = queue.front_mut() else { return };
        let before = front.bytes();
        act(front, &mut Writing { answer, frames, index, model: model.as_deref(), out });
        *held = (*held + front.bytes()).saturating_sub(before);
        if front.has_started() {
            *written = (*written).max(Some(front.part));
        }
    }

    /// Takes a piece of text, of whatever kind its part is.
    fn say(&mut self, answer: &mut Answer, part: u32, text: &str, out: &mut Vec<u8>) {
        match self.place_of(part) {
            Some(0) => {
                self.with_front(answer, out, |front, w| front.say(w, text));
                if self.queue.len() > 1 {
                    self.settle(answer, out);
                }
            }
            Some(at) => self.change(at, |queued| queued.hold(text)),
            // Of a call that made way no more than white space can come.
            None if !text.trim_ascii().is_empty() && self.is_closed_call(part) => {
                let why = "a tool call went on behind the end of its arguments";
                self.break_off(&Failure::new(FailureKind::MalformedResponse, why), out);
            }
            None => {}
        }
    }

    fn is_closed_call(&self, part: u32) -> bool {
        self.closed.iter().any(|(closed, what)| *closed == part && matches!(what, Closed::ToolCall(_)))
    }

    /// Writes what can be written: the block that is open goes on, and ends that were told are made.
    fn settle(&mut self, answer: &mut Answer, out: &mut Vec<u8>) {
        while !self.queue.is_empty() {
            self.with_front(answer, out, |front, w| front.flush(w));
            let is_last = self.queue.len() == 1;
            match self.queue.pop_front() {
                Some(front) if front.has_ended || !is_last && front.is_whole() => {
                    self.close(answer, front, out)
                }
                Some(front) => {
                    self.queue.push_front(front);
                    return;
                }
                None => return,
            }
        }
    }

    fn close(&mut self, answer: &mut Answer, queued: Queued, out: &mut Vec<u8>) {
        let (part, is_text) = (queued.part, queued.is_text());
        self.held = self.held.saturating_sub(queued.bytes());
        let before = self.index;
        let Self { frames, index, model, .. } = self;
        let closed = queued.finish(&mut Writing { answer, frames, index, model: model.as_deref(), out });
        if self.index > before {
            self.written = self.written.max(Some(part));
            self.last_text = if is_text { Some(part) } else { self.last_text };
        }
        if self.closed.len() == MAX_CLOSED {
            self.closed.pop_front();
        }
        self.closed.push_back((part, closed));
    }

    fn cite(&mut self, answer: &mut Answer, part: Option<u32>, wire: Wire, raw: &str, out: &mut Vec<u8>) {
        let at = part.and_then(|part| self.place_of(part)).filter(|at| self.queue[*at].is_text());
        match (at, citation::convert(wire, raw)) {
            (Some(0), Some(raw)) => self.with_front(answer, out, |front, w| front.cite(w, &raw)),
            (Some(at), Some(raw)) => self.change(at, |queued| queued.hold_citation(&raw)),
            (None, Some(_)) => {
                answer.lose(LossAction::Dropped, "citations", "the wire cites within a text only");
            }
            (_, None) => answer.lose(LossAction::Dropped, "citations", NO_PAGE),
        }
    }

    fn take_state(&mut self, answer: &mut Answer, part: u32, field: &str, value: &str) {
        let value = RawJson::trusted(value);
        if let Some(at) = self.place_of(part) {
            self.change(at, |queued| queued.set_state(field, value));
            return;
        }
        let closed = self.closed.iter().rev().find(|(closed, _)| *closed == part).map(|(_, closed)| closed);
        match closed {
            Some(closed) if *closed != Closed::Nothing && self.late.len() < MAX_CLOSED => {
                self.held += field.len() + value.as_str().len();
                match self.late.iter_mut().find(|(late, ..)| *late == part) {
                    Some((_, _, known)) => state::set(known, field, value),
                    None => self.late.push((part, closed.clone(), alloc::vec![(field.into(), value)])),
                }
            }
            _ => {
                let path = alloc::format!("parts[{part}].{field}");
                answer.lose(LossAction::Dropped, path, "what it belongs to is not written");
            }
        }
    }

    /// Writes the state that came late, behind everything.
    fn write_late(&mut self, answer: &mut Answer, out: &mut Vec<u8>) {
        for (part, closed, fields) in core::mem::take(&mut self.late) {
            let place = match closed {
                Closed::Reasoning if !super::is_native(&answer.context) => Place::Reasoning,
                Closed::Text if self.last_text == Some(part) => Place::Text,
                Closed::ToolCall(id) if !super::is_native(&answer.context) => Place::ToolCall(id),
                _ => {
                    let path = alloc::format!("parts[{part}]");
                    answer.lose(LossAction::Dropped, path, "its state came when its place was past");
                    continue;
                }
            };
            let Self { frames, index, model, .. } = self;
            Writing { answer, frames, index, model: model.as_deref(), out }.seal(place, None, fields);
        }
    }

    fn take_field(&mut self, answer: &mut Answer, part: Option<u32>, name: &str, value: &str) {
        let is_taken = is_same_wire(&answer.context)
            && match part {
                Some(part) => match self.place_of(part) {
                    Some(at) => self.change(at, |queued| queued.set_field(name, RawJson::trusted(value))),
                    None => false,
                },
                None if self.fields.len() < MAX_FIELDS => {
                    state::set(&mut self.fields, name, RawJson::trusted(value));
                    true
                }
                None => false,
            };
        if !is_taken {
            answer.lose_extra(part, name, value);
        }
    }

    fn refuse(&mut self, answer: &mut Answer, part: u32, text: &str) {
        if !self.refusing.contains(&part) {
            return;
        }
        if self.refusal.len() + text.len() <= MAX_REFUSAL_BYTES {
            self.refusal.push_str(text);
        } else {
            answer.lose(
                LossAction::Dropped,
                alloc::format!("parts[{part}]"),
                "no refusal needs that many words",
            );
        }
    }

    /// Forgets what was not written of the parts from `from_part` on; what was written stays, so
    /// that the answer breaks there.
    fn discard(&mut self, from_part: u32, keep_bytes: u64, out: &mut Vec<u8>) {
        if self.written.is_some_and(|written| written >= from_part) {
            let why = "the answer began anew, and this wire cannot take back what it showed";
            self.break_off(&Failure::new(FailureKind::Resume, why), out);
            return;
        }
        let kept = usize::try_from(keep_bytes).unwrap_or(usize::MAX);
        while let Some(last) = self.queue.back_mut().filter(|last| last.part >= from_part) {
            if last.part == from_part && kept > 0 {
                last.keep(kept);
                break;
            }
            self.queue.pop_back();
        }
        self.held = self.queue.iter().map(Queued::bytes).sum();
        self.closed.retain(|(part, _)| *part < from_part);
        self.late.retain(|(part, ..)| *part < from_part);
        if self.refusing.iter().any(|part| *part >= from_part) {
            self.refusing.retain(|part| *part < from_part);
            self.refusal.clear();
        }
        self.finish = None;
    }

    /// Ends the stream with an error.
    fn break_off(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        self.is_over = true;
        self.queue.clear();
        self.frames.write(out, "error", |w| error::fields(w, failure));
    }

    fn write_finish(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        let same_wire = is_same_wire(&answer.context);
        let Self { frames, fields, finish, refusal, has_tool_calls, .. } = self;
        let stated =
            |name: &str| fields.iter().find(|(f, _)| f == name).map(|(_, value)| compact(value.as_str()));
        let stop = Stop::of(finish.as_ref(), same_wire, *has_tool_calls, refusal);
        let is_told = stated("stop_details").is_some() || failure_of(finish.as_ref()).is_some();
        stop.lose_rest(answer, finish.as_ref(), is_told);
        usage::lose_rest(answer, usage, Form::Delta);
        frames.write(out, "message_delta", |w| {
            w.key("delta").object(|w| {
                stop.write(w, stated("stop_details").as_deref());
                w.key("container").raw(stated("container").as_deref().unwrap_or("null"));
            });
            usage::write(w.key("usage"), usage, same_wire, Form::Delta);
            for (name, value) in fields.iter() {
                if !matches!(name.as_str(), "container" | "delta" | "stop_details" | "type" | "usage") {
                    w.key(name).raw(&compact(value.as_str()));
                }
            }
        });
    }
}

/// The failure that an answer with this finish is.
fn failure_of(finish: Option<&Finish>) -> Option<Failure> {
    let Some(finish) = finish else {
        return Some(Failure::new(FailureKind::Incomplete, "the answer ended without a finish reason"));
    };
    if !is_failure(finish.reason) {
        return None;
    }
    let kind = match finish.reason {
        FinishReason::Cancelled => FailureKind::Cancelled,
        _ => FailureKind::ServerError,
    };
    let words = finish.detail.as_deref().or(finish.raw.as_deref()).unwrap_or("the answer failed");
    Some(Failure::new(kind, words))
}

impl WireEncoder for State {
    fn event(&mut self, answer: &mut Answer, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        match event {
            Event::TextDelta { part, text }
            | Event::ReasoningDelta { part, text }
            | Event::ArgumentsDelta { part, text } => self.say(answer, *part, text, out),
            Event::Start { id, model } if !self.has_begun => {
                self.name(id.as_deref(), model.as_deref());
                if !is_same_wire(&answer.context) && self.id.is_some() {
                    self.begin(answer, out);
                }
            }
            Event::Usage(usage) if !self.has_begun => {
                self.usage = Some(usage.clone());
                if self.id.is_some() {
                    self.begin(answer, out);
                }
            }
            Event::PartStart { part, candidate, kind } => {
                self.open_part(answer, (*part, *candidate), kind, out);
            }
            Event::PartEnd { part } => {
                if let Some(at) = self.place_of(*part) {
                    self.queue[at].has_ended = true;
                    self.settle(answer, out);
                }
            }
            Event::Citation { part, wire, raw } => self.cite(answer, *part, *wire, raw, out),
            Event::Opaque { part, field, value } => self.take_state(answer, *part, field, value),
            Event::Extra { part, name, value } => self.take_field(answer, *part, name, value),
            Event::Finish { candidate: 0, finish } => self.finish = Some(finish.clone()),
            Event::RefusalDelta { part, text } => self.refuse(answer, *part, text),
            Event::Discard { from_part, keep_bytes } => self.discard(*from_part, *keep_bytes, out),
            Event::Unknown { name, .. } => answer.lose_event(name),
            // What was lost with its part; a finish of another candidate; notices that have no place.
            Event::DataDelta { .. }
            | Event::Finish { .. }
            | Event::Retry(_)
            | Event::Start { .. }
            | Event::Usage(_) => {}
        }
        if self.held > MAX_HELD_BYTES && !self.is_over {
            let why = alloc::format!("the answer holds more than {MAX_HELD_BYTES} bytes back");
            self.break_off(&Failure::new(FailureKind::TooLarge, why), out);
        }
    }

    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        self.begin(answer, out);
        self.queue.iter_mut().for_each(|queued| queued.has_ended = true);
        self.settle(answer, out);
        self.write_late(answer, out);
        self.write_finish(answer, usage, out);
        match failure_of(self.finish.as_ref()) {
            Some(failure) => self.break_off(&failure, out),
            None => {
                self.is_over = true;
                self.frames.write(out, "message_stop", |_| {});
            }
        }
    }

    fn is_over(&self) -> bool {
        self.is_over
    }

    fn fail(&mut self, answer: &mut Answer, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) {
        let _ = (answer, usage);
        if !self.is_over {
            self.break_off(failure, out);
        }
    }
}
