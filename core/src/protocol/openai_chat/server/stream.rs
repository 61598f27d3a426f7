//! Streams of chunks.
//!
//! Text, thinking, refusals and the arguments of calls leave with the event that brings them, also
//! where parts interleave: a chunk names its choice, and a call its index. A few things wait, as the
//! wire or its SDKs force it:
//!
//! - `annotations` and `reasoning_details` are lists, and SDKs that add up deltas get a list right only
//!   where it comes whole: they leave once, before the choice's finish reason. State also covers text
//!   that must have come.
//! - A picture is one `data:` URL, so it leaves when it is whole.
//! - Fields that the provider added to its envelope leave with the next chunk, log probabilities with
//!   the finish reason, because no chunk of their own has a choice.
//!
//! What waits is held once, so it is bounded by what the call may hold of the response
//! ([`Caps::response_bytes`](crate::protocol::Caps::response_bytes)).
//!
//! The text of arguments is written as it came, whether it is JSON or not; only a function's call
//! that ends without any gets `{}`. What was shown cannot be taken back on this wire: where the
//! caller must forget part of it, the stream ends with an error.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::annotations::{self, Span};
use super::chunk::Chunks;
use super::details::{self, is_native};
use super::finish::{self, Told};
use super::messages::FOREIGN_AUDIO;
use super::part::{Kind, Part, names, write_call, write_image};
use super::position::Position;
use super::{error, usage};
use crate::failure::{Failure, FailureKind};
use crate::json::{Writer, compact};
use crate::model::{Event, Finish, LossAction, MediaKind, PartKind, ToolCall, ToolCallKind, Wire};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::protocol::logprobs;
use crate::protocol::{AnswerContext, call_id};
use crate::usage::Usage;

/// More choices than any provider draws.
const MAX_CHOICES: usize = 256;

/// The state of one stream.
#[derive(Clone, Debug)]
pub(in crate::protocol) struct State {
    chunks: Chunks,
    id: Option<String>,
    /// The model that answers, as the provider names it.
    model: Option<String>,
    choices: Vec<Choice>,
    parts: Vec<Part>,
    is_over: bool,
}

/// What is known of one choice.
#[derive(Clone, Debug, Default)]
struct Choice {
    has_role: bool,
    characters: u64,
    calls: u32,
    images: u32,
    /// Entries of `reasoning_details` that were written.
    entries: u32,
    told: Told,
    /// The finish reason that was written.
    finish: Option<String>,
    /// Citations: their text part, their wire and their form.
    citations: Vec<(Option<u32>, Wire, String)>,
    /// This wire's own object.
    logprobs: Option<String>,
    /// The entries that another wire told.
    foreign_logprobs: String,
}

impl State {
    pub(in crate::protocol) fn new(context: &AnswerContext) -> Self {
        Self {
            chunks: Chunks::new(context),
            id: None,
            model: None,
            choices: Vec::new(),
            parts: Vec::new(),
            is_over: false,
        }
    }

    fn start(&mut self, id: Option<&str>, model: Option<&str>, answer: &Answer, out: &mut Vec<u8>) {
        if let Some(id) = id.filter(|_| !self.chunks.has_begun()) {
            self.id = Some(id.into());
        }
        if let Some(model) = model {
            self.model = Some(model.into());
        }
        if !self.choice(0).has_role {
            self.delta(0, answer, out, |w| w.key("content").string(""));
        }
    }

    /// The choice, which comes into being. `at` is below [`MAX_CHOICES`].
    fn choice(&mut self, at: usize) -> &mut Choice {
        if self.choices.len() <= at {
            self.choices.resize_with(at + 1, Choice::default);
        }
        &mut self.choices[at]
    }

    fn part(&mut self, part: u32) -> Option<&mut Part> {
        self.parts.get_mut(part as usize)
    }

    fn begin(&mut self, answer: &Answer) {
        if !self.chunks.has_begun() {
            let context = &answer.context;
            let id = self.id.clone().unwrap_or_else(|| made_up_id(context));
            let model = self.model.as_deref().unwrap_or(&context.model);
            self.chunks.begin(&id, model, context.created);
            self.id = Some(id);
        }
    }

    /// Writes a chunk of a choice that goes on; its first one says whose words they are.
    fn delta(&mut self, at: usize, answer: &Answer, out: &mut Vec<u8>, fields: impl FnOnce(&mut Writer)) {
        self.begin(answer);
        let is_first = !core::mem::replace(&mut self.choice(at).has_role, true);
        self.chunks.choice(out, |w| {
            w.key("index").u64(at as u64);
            w.key("delta").object(|w| {
                if is_first {
                    w.key("role").string("assistant");
                }
                fields(w);
            });
            w.key("finish_reason").null();
        });
    }

    /// Writes a chunk with more of a call.
    fn call_delta(
        &mut self,
        at: usize,
        index: u32,
        answer: &Answer,
        out: &mut Vec<u8>,
        fields: impl FnOnce(&mut Writer),
    ) {
        self.delta(at, answer, out, |w| {
            w.key("tool_calls").array(|w| {
                w.object(|w| {
                    w.key("index").u64(u64::from(index));
                    fields(w);
                });
            });
        });
    }

    fn open(
        &mut self,
        number: u32,
        candidate: u32,
        kind: &PartKind<'_>,
        answer: &mut Answer,
        out: &mut Vec<u8>,
    ) {
        let at = candidate as usize;
        // Parts open in the order of their numbers; anything else has no place.
        if number as usize != self.parts.len() || at >= MAX_CHOICES {
            answer.lose(LossAction::Dropped, format!("parts[{number}]"), "it opens out of order");
            return;
        }
        let choice = self.choice(at);
        let (start, calls) = (choice.characters, choice.calls);
        let is_summary = matches!(kind, PartKind::Reasoning { is_summary: true });
        let position = Position { part: number, calls, start, end: start, is_summary };
        self.parts.push(Part::new(at, Kind::Lost, position));
        let kind = self.kind(number, kind, answer, out);
        self.parts[number as usize].kind = kind;
    }

    /// Takes up a part of that kind; writes its beginning, where it has one.
    fn kind(&mut self, number: u32, kind: &PartKind<'_>, answer: &mut Answer, out: &mut Vec<u8>) -> Kind {
        let path = || format!("parts[{number}]");
        let at = self.parts[number as usize].candidate;
        match kind {
            PartKind::Text => Kind::Text,
            PartKind::Reasoning { .. } => Kind::Reasoning,
            PartKind::Refusal => Kind::Refusal,
            PartKind::ToolCall { id, name, kind } => {
                self.open_call(number, id.as_deref(), name, *kind, answer, out)
            }
            PartKind::Media { kind: MediaKind::Audio, .. } => {
                if !is_native(answer, &answer.context.vendor) {
                    let id = format!("{FOREIGN_AUDIO}{}", answer.context.id);
                    self.audio(at, answer, out, |w| w.key("id").string(&id));
                }
                Kind::Audio
            }
            PartKind::Media { kind: MediaKind::Image, media_type } => {
                let media_type = media_type.as_deref().unwrap_or("image/png").into();
                Kind::Image { media_type, data: String::new() }
            }
            PartKind::Media { .. } => {
                answer.lose(LossAction::Dropped, path(), "the wire has no place for it");
                Kind::Lost
            }
            PartKind::Vendor { wire, kind, json } => {
                let is_call = kind.starts_with("tool_calls.") && *wire == Wire::OpenaiChat;
                if is_call && is_native(answer, &answer.context.vendor) {
                    let index = self.next_call(at);
                    self.call_delta(at, index, answer, out, |w| write_fields(json, w));
                    return Kind::Lost;
                }
                answer.lose(LossAction::Approximated, path(), "only its vendor reads it: it goes sealed");
                self.keep(number, "", json, answer);
                Kind::Vendor(kind.as_ref().into())
            }
        }
    }

    fn next_call(&mut self, at: usize) -> u32 {
        let choice = self.choice(at);
        choice.told.has_calls = true;
        choice.calls += 1;
        choice.calls - 1
    }

    fn open_call(
        &mut self,
        number: u32,
        id: Option<&str>,
        name: &str,
        kind: ToolCallKind,
        answer: &Answer,
        out: &mut Vec<u8>,
    ) -> Kind {
        self.begin(answer);
        let at = self.parts[number as usize].candidate;
        let index = self.next_call(at);
        let id = call_id::legal(id, self.id.as_deref().unwrap_or_default(), number).into_owned();
        let call = ToolCall { id: None, name: name.into(), arguments: String::new(), kind };
        self.call_delta(at, index, answer, out, |w| write_call(&id, &call, w));
        Kind::Call { index, id, kind }
    }

    fn audio(&mut self, at: usize, answer: &Answer, out: &mut Vec<u8>, fields: impl FnOnce(&mut Writer)) {
        self.delta(at, answer, out, |w| w.key("audio").object(fields));
    }

    /// More of a part of that kind.
    fn more(&mut self, number: u32, text: &str, answer: &Answer, out: &mut Vec<u8>) {
        let keeps_text = !is_native(answer, &answer.context.vendor);
        let Some(part) = self.part(number).filter(|_| !text.is_empty()) else { return };
        let at = part.candidate;
        if let Kind::Image { data, .. } = &mut part.kind {
            data.push_str(text);
            return;
        }
        part.bytes += text.len() as u64;
        let name = match part.kind {
            Kind::Call { index, kind, .. } => return self.arguments(at, index, kind, text, answer, out),
            Kind::Audio => return self.audio(at, answer, out, |w| w.key("data").string(text)),
            Kind::Image { .. } | Kind::Lost | Kind::Vendor(_) => return,
            Kind::Reasoning => {
                if keeps_text {
                    part.text.push_str(text);
                }
                "reasoning_content"
            }
            Kind::Refusal => {
                self.choice(at).told.has_refusal = true;
                "refusal"
            }
            Kind::Text => {
                let choice = self.choice(at);
                choice.characters += text.chars().count() as u64;
                let end = choice.characters;
                self.parts[number as usize].position.end = end;
                "content"
            }
        };
        self.delta(at, answer, out, |w| w.key(name).string(text));
    }

    fn arguments(
        &mut self,
        at: usize,
        index: u32,
        kind: ToolCallKind,
        text: &str,
        answer: &Answer,
        out: &mut Vec<u8>,
    ) {
        let (object, body) = names(kind);
        self.call_delta(at, index, answer, out, |w| w.key(object).object(|w| w.key(body).string(text)));
    }

    fn close(&mut self, number: u32, answer: &Answer, out: &mut Vec<u8>) {
        let Some(part) = self.part(number).filter(|part| !part.is_over) else { return };
        part.is_over = true;
        let (at, bytes) = (part.candidate, part.bytes);
        match &mut part.kind {
            Kind::Call { index, kind: ToolCallKind::Function, .. } if bytes == 0 => {
                let index = *index;
                self.arguments(at, index, ToolCallKind::Function, "{}", answer, out);
            }
            Kind::Image { media_type, data } => {
                let (media_type, data) = (core::mem::take(media_type), core::mem::take(data));
                let choice = self.choice(at);
                let index = choice.images;
                choice.images += 1;
                self.delta(at, answer, out, |w| {
                    w.key("images").array(|w| {
                        w.object(|w| {
                            w.key("index").u64(u64::from(index));
                            write_image(&media_type, &data, w);
                        });
                    });
                });
            }
            Kind::Audio if !is_native(answer, &answer.context.vendor) => {
                let expires = answer.context.created;
                self.audio(at, answer, out, |w| {
                    w.key("transcript").string("");
                    w.key("expires_at").u64(expires);
                });
            }
            _ => {}
        }
    }

    fn keep(&mut self, number: u32, field: &str, value: &str, answer: &Answer) {
        let model = self.model.clone();
        if let Some(part) = self.part(number) {
            part.keep(&answer.context.vendor, model.as_deref(), field, value);
        }
    }

    /// State of a part: OpenAI's own in its own place, any other until the choice ends.
    fn opaque(&mut self, number: u32, field: &str, value: &str, answer: &mut Answer, out: &mut Vec<u8>) {
        let Some(part) = self.part(number) else { return };
        let (at, has_place) = (part.candidate, part.place().is_some());
        if is_native(answer, &answer.context.vendor) {
            let value = compact(value);
            match (&part.kind, field) {
                (Kind::Call { index, .. }, "extra_content") => {
                    let index = *index;
                    return self.call_delta(at, index, answer, out, |w| w.key(field).raw(&value));
                }
                (Kind::Audio, _) => return self.audio(at, answer, out, |w| w.key(field).raw(&value)),
                _ => {}
            }
        }
        if has_place {
            return self.keep(number, field, value, answer);
        }
        let why = format!("nothing of {} is sent back with such a part", answer.context.vendor);
        answer.lose(LossAction::Dropped, format!("parts[{number}].opaque.{field}"), why);
    }

    fn extra(&mut self, part: Option<u32>, name: &str, value: &str, answer: &mut Answer, out: &mut Vec<u8>) {
        if answer.context.source != Wire::OpenaiChat {
            if !self.foreign_logprobs(part, name, value, answer.context.source) {
                answer.lose_extra(part, name, value);
            }
            return;
        }
        let of = part.and_then(|number| self.part(number));
        let of = of.map(|part| (part.candidate, part.kind == Kind::Audio));
        match (name, of) {
            ("logprobs", of) => {
                let at = of.map_or(0, |(at, _)| at);
                self.choice(at).logprobs = Some(compact(value).into_owned());
            }
            ("transcript", Some((at, true))) => {
                let value = compact(value);
                self.audio(at, answer, out, |w| w.key(name).raw(&value));
            }
            // The stream said when it began.
            ("created", None) => {}
            (_, None) if self.chunks.extra(name, value) => {}
            _ => answer.lose(LossAction::Dropped, format!("extras.{name}"), "it has no place in a chunk"),
        }
    }

    /// Takes log probabilities of another wire; tells whether it was that, and there is still room.
    fn foreign_logprobs(&mut self, part: Option<u32>, name: &str, value: &str, source: Wire) -> bool {
        let Some(found) = logprobs::read(source, name, value) else { return false };
        let at = part.and_then(|number| self.part(number)).map_or(0, |part| part.candidate);
        let choice = self.choice(at);
        logprobs::join(&mut choice.foreign_logprobs, &found.entries);
        choice.finish.is_none()
    }

    /// Writes what waits for the end of a choice.
    fn flush(&mut self, at: usize, answer: &mut Answer, out: &mut Vec<u8>) {
        for number in 0..self.parts.len() {
            if self.parts[number].candidate == at {
                // A part's number is that of its place in the list, which a u32 counts.
                self.close(number as u32, answer, out);
            }
        }
        let annotations = self.annotations(at, answer);
        let details = self.details(at, answer);
        if annotations.is_none() && details.is_none() {
            return;
        }
        self.delta(at, answer, out, |w| {
            w.opt_raw("annotations", annotations.as_deref());
            w.opt_raw("reasoning_details", details.as_deref());
        });
    }

    fn annotations(&mut self, at: usize, answer: &mut Answer) -> Option<String> {
        let citations = core::mem::take(&mut self.choice(at).citations);
        let all = Span { start: 0, end: self.choice(at).characters };
        let mut w = Writer::new();
        w.array(|w| {
            for (part, wire, raw) in citations {
                let of = part.and_then(|number| self.part(number));
                let span = of.map_or(all, |p| Span { start: p.position.start, end: p.position.end });
                let path = part.map_or_else(|| format!("candidates[{at}]"), |n| format!("parts[{n}]"));
                annotations::write(wire, &raw, span, &path, answer, w);
            }
        });
        Some(w.finish()).filter(|list| list != "[]")
    }

    fn details(&mut self, at: usize, answer: &Answer) -> Option<String> {
        let mut entries = self.choice(at).entries;
        let mut w = Writer::new();
        w.array(|w| {
            let parts = self.parts.iter_mut().filter(|part| part.candidate == at);
            for held in parts.filter_map(Part::take_held) {
                details::write(&held, &mut entries, answer, w);
            }
        });
        self.choice(at).entries = entries;
        Some(w.finish()).filter(|list| list != "[]")
    }

    /// Writes the finish reason, if it is news.
    fn finish(&mut self, at: usize, finish: Option<&Finish>, answer: &mut Answer, out: &mut Vec<u8>) {
        self.flush(at, answer, out);
        let told = self.choice(at).told;
        let refusal = finish::refusal(finish, told);
        if let Some(words) = refusal {
            self.delta(at, answer, out, |w| w.key("refusal").string(words));
            self.choice(at).told.has_refusal = true;
        }
        if let Some(finish) = finish {
            finish::lose_detail(finish, refusal.is_some(), at, answer);
        }
        let word = finish::word(finish, self.choice(at).told, at, answer);
        if self.choice(at).finish.as_deref() == Some(word) {
            return;
        }
        self.begin(answer);
        let choice = self.choice(at);
        choice.finish = Some(word.into());
        let is_first = !core::mem::replace(&mut choice.has_role, true);
        let foreign = core::mem::take(&mut choice.foreign_logprobs);
        let foreign = (!foreign.is_empty()).then(|| logprobs::chat_object(&foreign));
        let logprobs = choice.logprobs.take().or(foreign);
        self.chunks.choice(out, |w| {
            w.key("index").u64(at as u64);
            w.key("delta").object(|w| {
                if is_first {
                    w.key("role").string("assistant");
                }
            });
            w.opt_raw("logprobs", logprobs.as_deref());
            w.key("finish_reason").string(word);
        });
    }

    /// What was shown cannot be taken back; what was not, is forgotten.
    fn discard(&mut self, from: u32, keep_bytes: u64, answer: &mut Answer, out: &mut Vec<u8>) {
        let from = from as usize;
        let first_gone = from + usize::from(keep_bytes > 0);
        let is_cut = keep_bytes > 0 && self.parts.get(from).is_some_and(|part| part.bytes > keep_bytes);
        let is_shown = self.parts.iter().skip(first_gone).any(Part::is_shown);
        let is_finished = self.choices.iter().any(|choice| choice.finish.is_some());
        if is_cut || is_shown || is_finished {
            let why = "the answer began anew, and what was shown of it does not stand";
            let failure = Failure::new(FailureKind::Incomplete, why);
            return self.fail(answer, &failure, &Usage::default(), out);
        }
        self.parts.truncate(first_gone);
    }

    fn usage(&mut self, usage: &Usage, answer: &mut Answer, out: &mut Vec<u8>) {
        if !answer.context.stream_usage || !usage::is_stated(usage) {
            return;
        }
        self.begin(answer);
        let tier = usage::service_tier(usage, answer).map(ToOwned::to_owned);
        self.chunks.usage(out, |w| {
            usage::write(usage, answer, w.key("usage"));
            w.opt_string("service_tier", tier.as_deref());
        });
    }
}

impl WireEncoder for State {
    fn event(&mut self, answer: &mut Answer, event: &Event<'_>, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        match event {
            Event::ArgumentsDelta { part, text }
            | Event::DataDelta { part, base64: text }
            | Event::ReasoningDelta { part, text }
            | Event::RefusalDelta { part, text }
            | Event::TextDelta { part, text } => self.more(*part, text, answer, out),
            Event::Citation { part, wire, raw } => {
                let at = part.and_then(|number| self.part(number)).map_or(0, |part| part.candidate);
                self.choice(at).citations.push((*part, *wire, String::from(&**raw)));
            }
            Event::Discard { from_part, keep_bytes } => self.discard(*from_part, *keep_bytes, answer, out),
            Event::Extra { part, name, value } => self.extra(*part, name, value, answer, out),
            Event::Finish { candidate, finish } if (*candidate as usize) < MAX_CHOICES => {
                self.finish(*candidate as usize, Some(finish), answer, out);
            }
            Event::Opaque { part, field, value } => self.opaque(*part, field, value, answer, out),
            Event::PartEnd { part } => self.close(*part, answer, out),
            Event::PartStart { part, candidate, kind } => self.open(*part, *candidate, kind, answer, out),
            Event::Start { id, model } => self.start(id.as_deref(), model.as_deref(), answer, out),
            Event::Unknown { name, .. } => answer.lose_event(name),
            Event::Finish { .. } | Event::Retry(_) | Event::Usage(_) => {}
        }
    }

    fn end(&mut self, answer: &mut Answer, usage: &Usage, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        self.choice(0);
        for at in 0..self.choices.len() {
            match self.choices[at].finish {
                Some(_) => self.flush(at, answer, out),
                None => self.finish(at, None, answer, out),
            }
        }
        self.usage(usage, answer, out);
        for name in self.chunks.left() {
            answer.lose(LossAction::Dropped, format!("extras.{name}"), "no chunk came after it");
        }
        self.is_over = true;
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    /// The error event is the end: `[DONE]` would call it a good one.
    fn is_over(&self) -> bool {
        self.is_over
    }

    fn fail(&mut self, answer: &mut Answer, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) {
        if self.is_over {
            return;
        }
        if self.chunks.has_begun() {
            self.usage(usage, answer, out);
        }
        self.is_over = true;
        let mut w = Writer::onto(String::from("data: "));
        error::write_body(failure, &mut w);
        let line = w.finish() + "\n\n";
        out.extend_from_slice(line.as_bytes());
    }
}

/// The id of an answer whose provider gives none.
pub(super) fn made_up_id(context: &AnswerContext) -> String {
    format!("chatcmpl-{}", context.id)
}

/// Writes the fields of an object into the one that is open, but an index of its own.
fn write_fields(object: &str, w: &mut Writer) {
    let _ = super::object::understood(object, |key, r| {
        let raw = r.raw().ok()?;
        if key != "index" {
            w.key(key).raw(&compact(raw));
        }
        Some(())
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FinishReason;
    use crate::protocol::openai_chat::server::testing::*;

    fn told(events: &[Event<'_>]) -> Written {
        stream(context(), events, &Usage::default())
    }

    #[test]
    fn a_text_is_streamed_as_it_comes() {
        let events = [
            started(),
            opens(0, PartKind::Text),
            says(0, "Hi \"x\"\n"),
            says(0, ""),
            ends(0),
            finishes(FinishReason::Stop),
        ];
        let written = told(&events);
        let first = concat!(
            r#"data: {"id":"msg_1","object":"chat.completion.chunk","created":7,"model":"claude","#,
            r#""choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}"#,
        );
        assert!(written.text.starts_with(first), "{}", written.text);
        assert_eq!(
            written.chunks()[1..],
            [
                r#"[{"index":0,"delta":{"content":"Hi \"x\"\n"},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
                "[DONE]",
            ]
        );
        assert_eq!(written.losses, [""; 0]);
    }

    #[test]
    fn the_first_bytes_leave_with_the_start() {
        let (mut answer, mut out) = (answer(), Vec::new());
        let mut state = State::new(&answer.context);
        state.event(&mut answer, &started(), &mut out);
        assert!(out.ends_with(b"\n\n"));
    }

    #[test]
    fn the_role_comes_once_a_choice_also_without_a_start() {
        let second = Event::PartStart { part: 1, candidate: 1, kind: PartKind::Text };
        let finish = Event::Finish { candidate: 1, finish: Finish::new(FinishReason::Length, "x") };
        let written =
            told(&[opens(0, PartKind::Text), says(0, "a"), second, says(1, "b"), says(0, "c"), finish]);
        assert_eq!(
            written.chunks(),
            [
                r#"[{"index":0,"delta":{"role":"assistant","content":"a"},"finish_reason":null}]}"#,
                r#"[{"index":1,"delta":{"role":"assistant","content":"b"},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{"content":"c"},"finish_reason":null}]}"#,
                r#"[{"index":1,"delta":{},"finish_reason":"length"}]}"#,
                r#"[{"index":0,"delta":{},"finish_reason":"length"}]}"#,
                "[DONE]",
            ]
        );
        assert!(written.text.starts_with(r#"data: {"id":"chatcmpl-x1","#), "{}", written.text);
        assert_eq!(written.losses, ["candidates[0].finish"]);
    }

    #[test]
    fn calls_interleave_by_index() {
        let freeform = PartKind::ToolCall { id: None, name: "h".into(), kind: ToolCallKind::Freeform };
        let written = told(&[
            started(),
            opens(0, calls("c0", "f")),
            opens(1, calls("functions.g:1", "g")),
            argues(1, "{\"b\":"),
            argues(0, "{\"a\": 1"),
            argues(1, "2}"),
            ends(0),
            ends(1),
            opens(2, freeform),
            argues(2, "text"),
            opens(3, calls("c3", "k")),
            ends(3),
            finishes(FinishReason::ToolCalls),
        ]);
        let calls: Vec<&str> = written.chunks()[1..]
            .iter()
            .map(|c| {
                let inside = c.strip_prefix(r#"[{"index":0,"delta":{"tool_calls":[{"index":"#);
                inside.and_then(|c| c.strip_suffix(r#"}]},"finish_reason":null}]}"#)).unwrap_or(c)
            })
            .collect();
        assert_eq!(
            calls,
            [
                r#"0,"id":"c0","type":"function","function":{"name":"f","arguments":""}"#,
                r#"1,"id":"twid_ZnVuY3Rpb25zLmc6MQ","type":"function","function":{"name":"g","arguments":""}"#,
                r#"1,"function":{"arguments":"{\"b\":"}"#,
                r#"0,"function":{"arguments":"{\"a\": 1"}"#,
                r#"1,"function":{"arguments":"2}"}"#,
                r#"2,"id":"twcall_msg1_2","type":"custom","custom":{"name":"h","input":""}"#,
                r#"2,"custom":{"input":"text"}"#,
                r#"3,"id":"c3","type":"function","function":{"name":"k","arguments":""}"#,
                r#"3,"function":{"arguments":"{}"}"#,
                r#"[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
                "[DONE]",
            ]
        );
    }

    #[test]
    fn the_usage_is_a_chunk_of_its_own_where_it_was_asked_for() {
        let asked = AnswerContext { stream_usage: true, ..context() };
        let events = [started(), finishes(FinishReason::Stop)];
        let written = stream(asked.clone(), &events, &used(3, 4));
        assert_eq!(
            written.chunks(),
            [
                r#"[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
                r#"[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}"#,
                r#"[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}"#,
                "[DONE]",
            ]
        );
        assert_eq!(stream(asked, &events, &Usage::default()).chunks().len(), 3);
        assert_eq!(stream(context(), &events, &used(3, 4)).chunks().len(), 3);
    }

    #[test]
    fn foreign_state_goes_sealed_before_the_finish() {
        let written = told(&[
            started(),
            opens(0, PartKind::Reasoning { is_summary: false }),
            thinks(0, "hm"),
            state(0, "signature", "\"S\""),
            ends(0),
            opens(1, PartKind::Text),
            says(1, "so"),
            finishes(FinishReason::Stop),
        ]);
        let chunks = written.chunks();
        assert_eq!(chunks[1], r#"[{"index":0,"delta":{"reasoning_content":"hm"},"finish_reason":null}]}"#);
        let sealed =
            r#"[{"index":0,"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"dHcx"#;
        assert!(chunks[3].starts_with(sealed), "{}", chunks[3]);
        let rest = r#"","id":"tw_0_0_0_0","format":"tokenwire-v1","index":0}]},"finish_reason":null}]}"#;
        assert!(chunks[3].ends_with(rest), "{}", chunks[3]);
        assert_eq!(written.losses, [""; 0]);
    }

    #[test]
    fn openais_own_state_and_fields_stand_in_their_places() {
        let extra = |part, name: &'static str, value: &'static str| Event::Extra {
            part,
            name: name.into(),
            value: value.into(),
        };
        let events = [
            started(),
            extra(None, "created", "9"),
            extra(None, "system_fingerprint", "\"fp\""),
            opens(0, PartKind::Reasoning { is_summary: false }),
            opens(1, calls("c", "f")),
            state(1, "extra_content", "{\"x\": 1}"),
            opens(2, PartKind::Text),
            says(2, "hi"),
            extra(Some(2), "logprobs", "{\"content\": []}"),
            finishes(FinishReason::Stop),
        ];
        let written = stream(native(), &events, &Usage::default());
        assert_eq!(
            written.chunks()[1..],
            [
                r#"[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}],"system_fingerprint":"fp"}"#,
                r#"[{"index":0,"delta":{"tool_calls":[{"index":0,"extra_content":{"x":1}}]},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{},"logprobs":{"content":[]},"finish_reason":"tool_calls"}]}"#,
                "[DONE]",
            ]
        );
        assert_eq!(written.losses, [""; 0]);
    }

    #[test]
    fn sound_and_pictures_have_places() {
        let media = |kind| PartKind::Media { kind, media_type: None };
        let data = |part, base64: &'static str| Event::DataDelta { part, base64: base64.into() };
        let written = told(&[
            opens(0, media(MediaKind::Image)),
            data(0, "AA"),
            data(0, "=="),
            ends(0),
            opens(1, media(MediaKind::Audio)),
            data(1, "BB"),
            ends(1),
            opens(2, media(MediaKind::Video)),
            data(2, "CC"),
            finishes(FinishReason::Stop),
        ]);
        let deltas: Vec<&str> = written
            .chunks()
            .iter()
            .filter_map(|c| c.split_once(r#""delta":"#)?.1.split_once(r#","finish"#))
            .map(|(d, _)| d)
            .collect();
        assert_eq!(
            deltas,
            [
                r#"{"role":"assistant","images":[{"index":0,"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]}"#,
                r#"{"audio":{"id":"twaudio_x1"}}"#,
                r#"{"audio":{"data":"BB"}}"#,
                r#"{"audio":{"transcript":"","expires_at":7}}"#,
                "{}",
            ]
        );
        assert_eq!(written.losses, ["parts[2]"]);
    }

    #[test]
    fn a_failure_before_the_start_is_the_error_alone() {
        let (mut answer, mut out) = (answer(), Vec::new());
        let mut state = State::new(&answer.context);
        let failure = Failure::new(FailureKind::Overloaded, "busy");
        state.fail(&mut answer, &failure, &used(1, 2), &mut out);
        state.event(&mut answer, &started(), &mut out);
        state.end(&mut answer, &Usage::default(), &mut out);
        assert_eq!(
            String::from_utf8(out).expect("UTF-8"),
            concat!(
                r#"data: {"error":{"message":"busy","type":"service_unavailable_error","param":null,"#,
                r#""code":"server_is_overloaded"}}"#,
                "\n\n"
            )
        );
    }

    #[test]
    fn a_failure_after_the_start_ends_without_done() {
        let context = AnswerContext { stream_usage: true, ..context() };
        let (mut answer, mut out) = (Answer::new(context), Vec::new());
        let mut state = State::new(&answer.context);
        state.event(&mut answer, &started(), &mut out);
        let failure = Failure::new(FailureKind::Incomplete, "it broke");
        state.fail(&mut answer, &failure, &used(1, 2), &mut out);
        state.fail(&mut answer, &failure, &used(1, 2), &mut out);
        let text = String::from_utf8(out).expect("UTF-8");
        let events: Vec<&str> = text.split_terminator("\n\n").collect();
        assert_eq!(events.len(), 3, "{text}");
        assert!(events[1].contains(r#""choices":[],"usage":{"#), "{text}");
        assert!(events[2].starts_with(r#"data: {"error":{"message":"it broke""#), "{text}");
    }

    #[test]
    fn an_empty_answer_is_cut_and_a_refusal_has_its_words() {
        let written = told(&[]);
        assert_eq!(
            written.chunks(),
            [r#"[{"index":0,"delta":{"role":"assistant"},"finish_reason":"length"}]}"#, "[DONE]"]
        );
        let mut finish = Finish::new(FinishReason::Refusal, "refusal");
        finish.detail = Some("no".into());
        let written = told(&[Event::Finish { candidate: 0, finish }]);
        assert_eq!(
            written.chunks()[..2],
            [
                r#"[{"index":0,"delta":{"role":"assistant","refusal":"no"},"finish_reason":null}]}"#,
                r#"[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            ]
        );
        assert_eq!(written.losses, [""; 0]);
    }

    #[test]
    fn what_was_shown_cannot_be_discarded() {
        let discard = Event::Discard { from_part: 0, keep_bytes: 0 };
        let shown = [started(), opens(0, PartKind::Text), says(0, "a"), discard.clone(), says(0, "b")];
        let written = told(&shown);
        let chunks = written.chunks();
        assert!(chunks[2].starts_with(r#"{"error":"#), "{chunks:?}");
        assert_eq!(chunks.len(), 3);
        let unshown = [started(), opens(0, PartKind::Text), discard, opens(0, PartKind::Text), says(0, "b")];
        assert!(told(&unshown).text.contains(r#"{"content":"b"}"#));
        let kept = Event::Discard { from_part: 0, keep_bytes: 1 };
        let kept = [opens(0, PartKind::Text), says(0, "a"), kept, says(0, "b")];
        assert!(told(&kept).text.contains(r#"{"content":"b"}"#));
    }

    #[test]
    fn citations_come_whole_with_the_span_of_their_text() {
        let cite = |url: &str| Event::Citation {
            part: Some(1),
            wire: Wire::Anthropic,
            raw: format!(r#"{{"type":"web_search_result_location","url":"{url}","title":"T"}}"#).into(),
        };
        let written = told(&[
            opens(0, PartKind::Text),
            says(0, "é "),
            ends(0),
            opens(1, PartKind::Text),
            cite("U"),
            says(1, "ab"),
            cite("V"),
            finishes(FinishReason::Stop),
        ]);
        assert_eq!(
            written.chunks()[2],
            concat!(
                r#"[{"index":0,"delta":{"annotations":["#,
                r#"{"type":"url_citation","url_citation":{"start_index":2,"end_index":4,"title":"T","url":"U"}},"#,
                r#"{"type":"url_citation","url_citation":{"start_index":2,"end_index":4,"title":"T","url":"V"}}"#,
                r#"]},"finish_reason":null}]}"#
            )
        );
        assert_eq!(written.losses, ["parts[1].citations"]);
    }
}
