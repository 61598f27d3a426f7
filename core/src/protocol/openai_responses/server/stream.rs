//! Streams.
//!
//! Items open as soon as they are known, and parts of different items may overlap. Held back are: the
//! end of a message and of native thinking, until it is known that no other part joins it; an image,
//! which the wire tells whole; pages that a text of another vendor rests on, as they need its length;
//! and the opening of an item of this wire's own vendor until its id is told or its content begins.
//! The last event repeats the whole answer, so its text is kept; how much that may be is bounded by
//! the caps of whoever decodes it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::finish::End;
use super::item::{Body, Item, Said, Status, thought};
use super::lines::Lines;
use super::object::Head;
use super::output::{Hidden, Output, Spot, Voice};
use super::{envelope, ids, is_native};
use crate::failure::Failure;
use crate::json::{Reader, Writer, compact};
use crate::model::{Event, Finish, FinishReason, LossAction, MediaKind, PartKind, ToolCallKind, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::cited_page::{CitedPage, cited_pages};
use crate::protocol::openai_responses::names::WIRE;
use crate::protocol::seal::Place;
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
    lines: Lines,
    head: Head,
    output: Output,
    finish: Option<Finish>,
    phase: Phase,
    waiting: Option<Waiting>,
    is_native: bool,
    is_same_wire: bool,
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
            Event::Unknown { .. } => {
                answer.lose(LossAction::Dropped, "events", "an event that this version does not know");
            }
            Event::Finish { .. } | Event::Retry(_) | Event::Usage(_) => {}
        }
    }

    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        if self.phase == Phase::Over {
            return;
        }
        let finish = self.close(answer, out);
        let end = End::of(finish.as_ref(), self.output.has_refusal(), self.is_same_wire);
        self.last_event(answer, &end, usage, out);
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
        let end = End::of(finish.as_ref(), self.output.has_refusal(), self.is_same_wire);
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
        if let Some(Finish { reason, detail: Some(detail), .. }) = &finish {
            match reason {
                FinishReason::Refusal if !self.output.has_refusal() => self.refuse(answer, detail, out),
                FinishReason::StopSequence => {
                    answer.lose(
                        LossAction::Dropped,
                        "finish.detail",
                        "this wire does not tell the stop string",
                    );
                }
                _ => {}
            }
        }
        self.settle(out);
        finish
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
        if candidate != 0 {
            answer.lose(LossAction::Dropped, "candidates", "this wire tells one answer");
        } else if self.is_native && !matches!(kind, PartKind::Vendor { .. }) {
            self.waiting = Some(Waiting { part, kind: kind.clone().into_owned(), state: Vec::new() });
        } else {
            self.open(answer, part, kind, Vec::new(), out);
        }
    }

    /// Opens a part, and an item if it joins none.
    fn open(
        &mut self,
        answer: &mut Answer,
        part: u32,
        kind: &PartKind<'_>,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        match kind {
            PartKind::Refusal => self.open_said(answer, part, true, state, out),
            PartKind::Text => self.open_said(answer, part, false, state, out),
            PartKind::Reasoning { is_summary } => self.open_thought(answer, part, *is_summary, state, out),
            PartKind::ToolCall { id, name, kind } => {
                let call_id = self.output.call_id(id.as_deref(), &answer.context.id);
                let body =
                    Body::Call { kind: *kind, call_id, name: name.as_ref().into(), arguments: String::new() };
                let (prefix, voice) = match kind {
                    ToolCallKind::Freeform => ("ctc", Voice::Input),
                    ToolCallKind::Function => ("fc", Voice::Arguments),
                };
                let item = self.add(answer, prefix, body, state, out);
                self.place(part, item, None, voice);
            }
            PartKind::Media { kind: MediaKind::Image, media_type } => {
                if !self.is_native {
                    let path = alloc::format!("parts[{part}]");
                    answer.lose(LossAction::Approximated, path, "an image goes as one that a tool made");
                }
                let format = media_type.as_deref().and_then(|t| t.strip_prefix("image/")).map(String::from);
                let body = Body::Image { data: String::new(), format };
                let item = self.add(answer, "ig", body, state, out);
                self.place(part, item, None, Voice::Data);
            }
            PartKind::Media { .. } => {
                answer.lose(
                    LossAction::Dropped,
                    alloc::format!("parts[{part}]"),
                    "this wire tells images only",
                );
            }
            PartKind::Vendor { kind, json, .. } => self.open_vendor(answer, part, kind, json, out),
        }
    }

    fn open_said(
        &mut self,
        answer: &mut Answer,
        part: u32,
        is_refusal: bool,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        let item = match self.output.joined(own_id(&state).as_deref(), Item::is_message) {
            Some(item) => item,
            None => self.add(answer, "msg", Body::Message(Vec::new()), state, out),
        };
        let Body::Message(content) = &mut self.output.items[item].body else { return };
        content.push(Said { is_refusal, ..Said::default() });
        let index = content.len() - 1;
        let voice = if is_refusal { Voice::Refusal } else { Voice::Text };
        self.place(part, item, Some(index), voice);
        self.part_event(item, index, voice, true, out);
    }

    fn open_thought(
        &mut self,
        answer: &mut Answer,
        part: u32,
        is_summary: bool,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        let id = own_id(&state);
        let joined = match &id {
            Some(id) => self.output.joined(Some(id), Item::is_reasoning),
            None => None,
        };
        let item = match joined {
            Some(item) => {
                state.into_iter().for_each(|(field, value)| self.set_state(item, &field, value));
                item
            }
            None => {
                let body = Body::Reasoning { summary: Vec::new(), content: Vec::new(), encrypted: None };
                self.add(answer, "rs", body, state, out)
            }
        };
        let voice = if is_summary || !self.is_same_wire { Voice::Summary } else { Voice::Thinking };
        self.place(part, item, None, voice);
    }

    fn open_vendor(&mut self, answer: &mut Answer, part: u32, kind: &str, json: &str, out: &mut Vec<u8>) {
        if self.is_native {
            let item = self.add(answer, "it", Body::Vendor(compact(json).into_owned()), Vec::new(), out);
            self.place(part, item, None, Voice::Vendor);
            return;
        }
        let why = "only its vendor understands it; it is sealed";
        answer.lose(LossAction::Dropped, alloc::format!("parts[{part}]"), why);
        self.output.hidden.insert(part, Hidden { kind: kind.into(), json: compact(json).into_owned() });
    }

    fn place(&mut self, part: u32, item: usize, index: Option<usize>, voice: Voice) {
        self.output.items[item].open_parts += 1;
        let spot = Spot { item, index, voice, is_open: true, state: Vec::new() };
        self.output.spots.insert(part, spot);
    }

    /// Adds an item and tells it; those before it that nothing joins any more end.
    fn add(
        &mut self,
        answer: &Answer,
        prefix: &str,
        body: Body,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) -> usize {
        self.settle(out);
        let own = match &body {
            Body::Vendor(json) => id_in(json),
            _ => own_id(&state),
        };
        let id = self.output.item_id(own, prefix, &answer.context.id);
        self.output.items.push(Item::new(id, body));
        let item = self.output.items.len() - 1;
        state.into_iter().for_each(|(field, value)| self.set_state(item, &field, value));
        self.set_vendor(item, None);
        self.item_event(item, "response.output_item.added", out);
        item
    }

    /// Gives a vendor's item its JSON; without an id in it, which SDKs demand, its own.
    fn set_vendor(&mut self, item: usize, json: Option<&str>) {
        let Item { id, body: Body::Vendor(known), .. } = &mut self.output.items[item] else { return };
        if let Some(json) = json {
            *known = compact(json).into_owned();
        }
        if id_in(known).as_ref() != Some(id) {
            *known = with_id(known, id);
        }
    }

    /// Sets state that stands on this wire as it is.
    fn set_state(&mut self, item: usize, field: &str, value: String) {
        let item = &mut self.output.items[item];
        match (field, &mut item.body) {
            // It was told when the item opened.
            ("id", _) => {}
            ("encrypted_content", Body::Reasoning { encrypted, .. }) => *encrypted = Some(value),
            _ => item.set_field(field, value),
        }
    }

    fn item_event(&mut self, item: usize, name: &str, out: &mut Vec<u8>) {
        let items = &self.output.items;
        self.lines.send(out, name, |w| {
            w.key("output_index").u64(item as u64);
            w.key("item");
            items[item].write(w);
        });
    }

    /// Tells that a part of an item opens or ends.
    fn part_event(&mut self, item: usize, index: usize, voice: Voice, is_added: bool, out: &mut Vec<u8>) {
        let Some(words) = voice.part() else { return };
        let Item { id, body, .. } = &self.output.items[item];
        let name = if is_added { words.added } else { words.done };
        self.lines.send(out, name, |w| {
            at(w, id, item, Some((words.index, index)));
            w.key("part");
            match body {
                Body::Message(content) => content[index].write(w),
                Body::Reasoning { content, .. } if voice == Voice::Thinking => {
                    thought("reasoning_text", &content[index], w);
                }
                Body::Reasoning { summary, .. } => thought("summary_text", &summary[index], w),
                _ => w.null(),
            }
        });
    }

    #[inline]
    fn append(&mut self, part: u32, text: &str, out: &mut Vec<u8>) {
        let Some(spot) = self.output.spots.get(&part) else { return };
        let Spot { item, mut index, voice, .. } = *spot;
        if text.is_empty() {
            return;
        }
        if index.is_none() && voice.part().is_some() {
            index = self.open_lazily(part, item, voice, out);
        }
        let Some(whole) = self.output.text_mut(item, index, voice) else { return };
        whole.push_str(text);
        let Item { id, status, .. } = &self.output.items[item];
        // An item that ended and is taken up again is told whole at the end.
        if let (Some(words), Status::Open) = (voice.words(), status) {
            self.lines.send(out, words.delta, |w| {
                at(w, id, item, voice.part().map(|p| p.index).zip(index));
                w.key("delta").string(text);
                if voice == Voice::Text {
                    w.key("logprobs").raw("[]");
                }
            });
        }
    }

    /// Opens the part of thinking whose text begins.
    fn open_lazily(&mut self, part: u32, item: usize, voice: Voice, out: &mut Vec<u8>) -> Option<usize> {
        let index = self.output.add_thought(item, voice)?;
        if let Some(spot) = self.output.spots.get_mut(&part) {
            spot.index = Some(index);
        }
        self.part_event(item, index, voice, true, out);
        Some(index)
    }

    /// Ends a part, whole or cut, and its item if nothing can join it.
    fn end_part(&mut self, answer: &mut Answer, part: u32, is_whole: bool, out: &mut Vec<u8>) {
        if let Some(Hidden { kind, json }) = self.output.hidden.remove(&part) {
            let fields = alloc::vec![("json".into(), json)];
            return self.seal(answer, Place::Vendor(kind), fields, out);
        }
        let Some(spot) = self.output.spots.get_mut(&part).filter(|spot| spot.is_open) else { return };
        spot.is_open = false;
        let state = core::mem::take(&mut spot.state);
        let Spot { item, index, voice, .. } = *spot;
        self.output.items[item].open_parts -= 1;
        self.tell_pages(item, index, out);
        if voice == Voice::Arguments && is_whole {
            self.fill_arguments(part, item, out);
        }
        self.text_done(item, index, voice, is_whole, out);
        let place = self.sealed_place(item, voice).filter(|_| !state.is_empty());
        let is_reasoning = place == Some(Place::Reasoning);
        if is_reasoning {
            let envelope = envelope::seal(answer, self.head.model.as_deref(), Place::Reasoning, &state);
            self.set_state(item, "encrypted_content", envelope);
        }
        let may_go_on = match voice {
            Voice::Refusal | Voice::Text => place.is_none(),
            Voice::Summary | Voice::Thinking => self.is_native,
            _ => false,
        };
        if !is_whole {
            self.end_item(item, Status::Cut, out);
        } else if !may_go_on && self.output.items[item].open_parts == 0 {
            self.end_item(item, Status::Done, out);
        }
        match place {
            Some(Place::Reasoning) => {}
            Some(place) => self.seal(answer, place, state, out),
            None if state.is_empty() => {}
            None => {
                let path = alloc::format!("parts[{part}].opaque");
                answer.lose(LossAction::Dropped, path, "this wire has no place for the state of such a part");
            }
        }
    }

    /// A call of a function without arguments has an empty object, which applications parse.
    fn fill_arguments(&mut self, part: u32, item: usize, out: &mut Vec<u8>) {
        let Body::Call { arguments, .. } = &self.output.items[item].body else { return };
        if arguments.bytes().all(|b| b.is_ascii_whitespace()) {
            self.append(part, "{}", out);
        }
    }

    /// Where the state of another vendor goes, if there is a place.
    fn sealed_place(&self, item: usize, voice: Voice) -> Option<Place> {
        match (&self.output.items[item].body, voice) {
            (Body::Call { call_id, .. }, _) => Some(Place::ToolCall(call_id.clone())),
            (Body::Message(_), Voice::Text) => Some(Place::Text),
            (Body::Reasoning { .. }, _) => Some(Place::Reasoning),
            _ => None,
        }
    }

    /// Repeats the text of a part that ends; a call that was cut must not look like one to make.
    fn text_done(
        &mut self,
        item: usize,
        index: Option<usize>,
        voice: Voice,
        is_whole: bool,
        out: &mut Vec<u8>,
    ) {
        let Some(words) = voice.words() else { return };
        let place = voice.part().map(|p| p.index);
        if place.is_none() && !is_whole || place.is_some() && index.is_none() {
            return;
        }
        let Item { id, body, .. } = &self.output.items[item];
        self.lines.send(out, words.done, |w| {
            at(w, id, item, place.zip(index));
            match (body, index) {
                (Body::Call { arguments, .. }, _) => w.key(words.text).string(arguments),
                (Body::Message(content), Some(index)) => {
                    w.key(words.text).string(&content[index].text);
                    if voice == Voice::Text {
                        w.key("logprobs").raw(content[index].logprobs());
                    }
                }
                (Body::Reasoning { content, .. }, Some(index)) if voice == Voice::Thinking => {
                    w.key(words.text).string(&content[index]);
                }
                (Body::Reasoning { summary, .. }, Some(index)) => w.key(words.text).string(&summary[index]),
                _ => {}
            }
        });
        if let Some(index) = index {
            self.part_event(item, index, voice, false, out);
        }
    }

    fn end_item(&mut self, item: usize, status: Status, out: &mut Vec<u8>) {
        if self.output.items[item].status == Status::Open {
            self.output.items[item].status = status;
            self.item_event(item, "response.output_item.done", out);
        }
    }

    /// Ends the items that nothing joins any more.
    fn settle(&mut self, out: &mut Vec<u8>) {
        for item in self.output.settled() {
            self.end_item(item, Status::Done, out);
        }
    }

    /// Adds an item that holds nothing but an envelope.
    fn seal(&mut self, answer: &Answer, place: Place, fields: Vec<(String, String)>, out: &mut Vec<u8>) {
        let envelope = envelope::seal(answer, self.head.model.as_deref(), place, &fields);
        let body = Body::Reasoning { summary: Vec::new(), content: Vec::new(), encrypted: None };
        let item = self.add(answer, "rs", body, Vec::new(), out);
        self.set_state(item, "encrypted_content", envelope);
        self.end_item(item, Status::Done, out);
    }

    fn opaque(&mut self, answer: &mut Answer, part: u32, field: &str, value: &str) {
        if let Some(hidden) = self.output.hidden.get_mut(&part) {
            if field.is_empty() {
                hidden.json = compact(value).into_owned();
            }
            return;
        }
        let Some(spot) = self.output.spots.get_mut(&part) else { return };
        let item = spot.item;
        if !self.is_native && spot.is_open {
            return set(&mut spot.state, field, compact(value));
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
        let place = part.map(|part| self.output.spots.get(&part).map(|spot| (spot.item, spot.index)));
        match place {
            None if self.is_same_wire => self.head.set_field(name, compact(value)),
            Some(Some((item, index))) if self.is_same_wire => {
                self.set_extra(item, index, name, compact(value))
            }
            _ => {
                let part = part.map(|part| alloc::format!("parts[{part}].")).unwrap_or_default();
                let path = alloc::format!("{part}extras.{name}");
                answer.lose(LossAction::Dropped, path, "this wire has no such field");
            }
        }
    }

    fn set_extra(&mut self, item: usize, index: Option<usize>, name: &str, value: Cow<'_, str>) {
        match index.and_then(|index| self.output.said_mut(item, index)) {
            Some(said) if name == "logprobs" => said.logprobs = Some(value.into_owned()),
            _ => {
                let item = &mut self.output.items[item];
                if let (Body::Image { format, .. }, "output_format") = (&mut item.body, name) {
                    *format = None;
                }
                item.set_field(name, value.into_owned());
            }
        }
    }

    fn cite(&mut self, answer: &mut Answer, part: Option<u32>, wire: Wire, raw: &str, out: &mut Vec<u8>) {
        let cited = match part {
            Some(part) => self.output.spots.get(&part).and_then(|spot| Some((spot.item, spot.index?))),
            None => self.output.last_text(),
        };
        let is_open = |(item, _): &(usize, usize)| {
            self.lines.is_silent() || self.output.items[*item].status == Status::Open
        };
        let pages = if wire == WIRE { Vec::new() } else { cited_pages(raw) };
        let Some((item, index)) = cited.filter(is_open).filter(|_| wire == WIRE || !pages.is_empty()) else {
            return answer.lose(LossAction::Dropped, "citations", "this wire cites pages within a text only");
        };
        if wire == WIRE {
            return self.annotate(item, index, compact(raw).into_owned(), out);
        }
        answer.lose(LossAction::Approximated, "citations", "of a page only title and URL are told");
        for page in pages {
            self.cite_page(item, index, &page, out);
        }
    }

    fn cite_page(&mut self, item: usize, index: usize, page: &CitedPage<'_>, out: &mut Vec<u8>) {
        let is_open =
            self.output.spots.values().any(|s| s.is_open && s.item == item && s.index == Some(index));
        let Some(said) = self.output.said_mut(item, index) else { return };
        let whole = (0, said.text.chars().count() as u64);
        match page.span {
            Some(span) => self.annotate(item, index, annotation(&page.url, &page.title, span), out),
            None if !is_open => self.annotate(item, index, annotation(&page.url, &page.title, whole), out),
            None if said.pages.iter().any(|(url, _)| *url == page.url) => {}
            None => said.pages.push((page.url.as_ref().into(), page.title.as_ref().into())),
        }
    }

    /// Tells the pages that a text, which ends, rests on as a whole.
    fn tell_pages(&mut self, item: usize, index: Option<usize>, out: &mut Vec<u8>) {
        let Some((index, said)) = index.and_then(|i| Some((i, self.output.said_mut(item, i)?))) else {
            return;
        };
        let span = (0, said.text.chars().count() as u64);
        for (url, title) in core::mem::take(&mut said.pages) {
            self.annotate(item, index, annotation(&url, &title, span), out);
        }
    }

    fn annotate(&mut self, item: usize, index: usize, annotation: String, out: &mut Vec<u8>) {
        let id = &self.output.items[item].id.clone();
        let Some(said) = self.output.said_mut(item, index) else { return };
        self.lines.send(out, "response.output_text.annotation.added", |w| {
            at(w, id, item, Some(("content_index", index)));
            w.key("annotation_index").u64(said.annotations.len() as u64);
            w.key("annotation").raw(&annotation);
        });
        said.annotations.push(annotation);
    }

    /// Takes back what was said, as far as the wire can: the last event tells the answer without it.
    fn discard(&mut self, answer: &mut Answer, from: u32, keep_bytes: u64, out: &mut Vec<u8>) {
        self.finish = None;
        self.output.discard(from, usize::try_from(keep_bytes).unwrap_or(usize::MAX));
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
fn at(w: &mut Writer, id: &str, item: usize, place: Option<(&str, usize)>) {
    w.key("item_id").string(id);
    w.key("output_index").u64(item as u64);
    if let Some((list, index)) = place {
        w.key(list).u64(index as u64);
    }
}

fn annotation(url: &str, title: &str, (start, end): (u64, u64)) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("url_citation");
        w.key("start_index").u64(start);
        w.key("end_index").u64(end);
        w.key("title").string(title);
        w.key("url").string(url);
    });
    w.finish()
}

/// Sets a field of a part's state.
fn set(state: &mut Vec<(String, String)>, field: &str, value: Cow<'_, str>) {
    match state.iter_mut().find(|(known, _)| known == field) {
        Some((_, known)) => *known = value.into_owned(),
        None => state.push((field.into(), value.into_owned())),
    }
}

/// The item's id among a part's state.
fn own_id(state: &[(String, String)]) -> Option<String> {
    let (_, raw) = state.iter().find(|(field, _)| field == "id")?;
    Reader::new(raw).opt_string().ok()?.map(Cow::into_owned)
}

/// The id in a vendor's item.
fn id_in(json: &str) -> Option<String> {
    let r = &mut Reader::new(json);
    let mut fields = r.opt_object().ok()??;
    while let Some(key) = fields.key(r).ok()? {
        if key == "id" {
            return r.opt_string().ok()?.map(Cow::into_owned);
        }
        r.skip().ok()?;
    }
    None
}

/// The item with that id in place of any other.
fn with_id(json: &str, id: &str) -> String {
    let mut w = Writer::new();
    let r = &mut Reader::new(json);
    w.object(|w| {
        w.key("id").string(id);
        let Ok(Some(mut fields)) = r.opt_object() else { return };
        while let Ok(Some(key)) = fields.key(r) {
            match r.raw() {
                Ok(_) if key == "id" => {}
                Ok(value) => w.key(&key).raw(value),
                Err(_) => return,
            }
        }
    });
    w.finish()
}
