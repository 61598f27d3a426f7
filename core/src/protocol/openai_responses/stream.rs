//! Streams.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::item::{self, ContentPart, Item, reasoning_kind};
use super::parts::{Key, Lane, Parts};
use super::{error, response};
use crate::failure::ErrorBody;
use crate::json::{self, Reader};
use crate::model::{Event, PartKind, Sink};
use crate::protocol::Resume;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    pub(super) parts: Parts,
    items: Vec<Known>,
    /// Which item of `items` has a place in the output.
    by_output: BTreeMap<u32, usize>,
    pub(super) id: Option<String>,
    pub(super) model: Option<String>,
    /// Whether the provider goes on without us, so that the stream can be taken up again.
    pub(super) is_background: bool,
    sequence: Option<u64>,
    pub(super) usage: Usage,
    pub(super) phase: Phase,
}

/// How far the response is.
#[derive(Clone, Debug, Default)]
pub(super) enum Phase {
    Complete,
    /// An `error` event came. `response.failed` may follow; nothing else may.
    Failing(Box<ErrorBody>),
    /// The body is no response at all.
    NotAResponse,
    #[default]
    Open,
}

/// An item that was seen.
#[derive(Clone, Debug)]
struct Known {
    kind: Box<str>,
    id: Option<Box<str>>,
    is_done: bool,
}

/// The fields that events have in common, and the one that tells events apart.
#[derive(Default)]
struct Fields<'a> {
    kind: Cow<'a, str>,
    sequence: Option<u64>,
    output: u32,
    /// `content_index` or `summary_index`
    index: u32,
    delta: Option<Cow<'a, str>>,
    /// `text`, `refusal`, `arguments` or `input`, JSON text.
    text: Option<&'a str>,
    /// `item`, `part`, `response` or `annotation`, JSON text.
    body: Option<&'a str>,
}

impl<'a> Fields<'a> {
    #[inline]
    fn read(data: &'a str) -> Result<Self, json::Error> {
        let mut fields = Self::default();
        let r = &mut Reader::new(data);
        let mut object = r.object()?;
        while let Some(key) = object.key(r)? {
            match &*key {
                "type" => fields.kind = r.opt_string()?.unwrap_or_default(),
                "delta" => fields.delta = r.opt_string()?,
                "sequence_number" => fields.sequence = r.opt_u64()?,
                "output_index" => fields.output = index(r)?,
                "content_index" | "summary_index" => fields.index = index(r)?,
                "item_id" | "logprobs" | "obfuscation" => r.skip()?,
                "arguments" | "input" | "refusal" | "text" => fields.text = Some(r.raw()?),
                "annotation" | "item" | "part" | "response" => fields.body = Some(r.raw()?),
                _ => r.skip()?,
            }
        }
        r.end()?;
        Ok(fields)
    }

    const fn key(&self, lane: Lane) -> Key {
        Key { output: self.output, lane, index: self.index }
    }
}

#[inline]
fn index(r: &mut Reader<'_>) -> Result<u32, json::Error> {
    Ok(r.opt_u64()?.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)))
}

impl WireDecoder for State {
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if data == "[DONE]" {
            return self.raise();
        }
        let malformed = |e| DecodeError::json("a Responses event", e, data);
        let mut fields = Fields::read(data).map_err(malformed)?;
        if fields.kind.is_empty() {
            if name.is_empty() {
                return response::decode(self, data, sink);
            }
            fields.kind = Cow::Borrowed(name);
        }
        if let Some(number) = fields.sequence {
            // A stream that was taken up again may begin before the place where it broke.
            if self.is_background && self.sequence.is_some_and(|last| number <= last) {
                return Ok(());
            }
            self.sequence = Some(number);
        }
        if matches!(self.phase, Phase::Failing(_)) && fields.kind != "response.failed" {
            return self.raise();
        }
        match &*fields.kind {
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                response::terminal_event(self, &fields.kind, fields.body, data, sink)
            }
            "error" => {
                self.phase = Phase::Failing(Box::new(error::read(data).unwrap_or_default()));
                Ok(())
            }
            _ => self.piece(fields, data, sink).map_err(malformed),
        }
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        response::decode(self, body, sink)
    }

    fn end(&mut self, _: &mut dyn Sink) -> Result<(), DecodeError> {
        self.raise()?;
        match self.phase {
            Phase::Complete => Ok(()),
            Phase::NotAResponse => Err(DecodeError::Incomplete { expected: "a response object" }),
            Phase::Failing(_) | Phase::Open => {
                Err(DecodeError::Incomplete { expected: "response.completed" })
            }
        }
    }

    fn progress(&self) -> Progress {
        match self.phase {
            Phase::Complete => Progress::Complete,
            Phase::Failing(_) => Progress::Finished,
            Phase::NotAResponse | Phase::Open => Progress::Open,
        }
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

impl State {
    /// Where the stream can be taken up again: only what runs in the background outlives its
    /// connection.
    pub(in crate::protocol) fn resume(&self) -> Option<Resume> {
        let is_open = matches!(self.phase, Phase::Open);
        let (Some(id), Some(after), true, true) =
            (self.id.as_ref(), self.sequence, self.is_background, is_open)
        else {
            return None;
        };
        Some(Resume::Responses { id: id.clone(), after })
    }

    /// Raises the error that an `error` event told, if one did.
    fn raise(&mut self) -> Result<(), DecodeError> {
        match core::mem::take(&mut self.phase) {
            Phase::Failing(body) => {
                self.phase = Phase::Complete;
                Err(DecodeError::Provider(body))
            }
            phase => {
                self.phase = phase;
                Ok(())
            }
        }
    }

    /// Takes an event that is neither the last nor an error.
    #[inline]
    fn piece(&mut self, mut fields: Fields<'_>, data: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        match &*fields.kind {
            "response.output_text.delta" => {
                self.delta(&mut fields, Lane::Content, PartKind::Text, data, sink);
            }
            "response.reasoning_summary_text.delta" => {
                self.delta(&mut fields, Lane::Summary, reasoning_kind(Lane::Summary), data, sink);
            }
            "response.reasoning_text.delta" => {
                self.delta(&mut fields, Lane::Content, reasoning_kind(Lane::Content), data, sink);
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.call_delta(&mut fields, data, sink);
            }
            "response.refusal.delta" => {
                self.delta(&mut fields, Lane::Content, PartKind::Refusal, data, sink);
            }
            _ => return self.rare_piece(&fields, data, sink),
        }
        Ok(())
    }

    #[inline]
    fn delta(
        &mut self,
        fields: &mut Fields<'_>,
        lane: Lane,
        kind: PartKind<'static>,
        data: &str,
        sink: &mut dyn Sink,
    ) {
        let Some(text) = fields.delta.take() else { return unknown(fields, data, sink) };
        if text.is_empty() {
            return;
        }
        let key = fields.key(lane);
        let part = match self.parts.find_open(key) {
            Some(part) => part,
            None => self.parts.open(key, kind, sink),
        };
        self.parts.append(part, text, sink);
    }

    /// A piece of a call's arguments. Without an item the tool has no name; then the whole item,
    /// which follows, brings them.
    fn call_delta(&mut self, fields: &mut Fields<'_>, data: &str, sink: &mut dyn Sink) {
        match self.parts.find_open(Key::item(fields.output)) {
            Some(part) if self.parts.takes_pieces(part) => {
                self.parts.append(part, fields.delta.take().unwrap_or_default(), sink);
            }
            Some(_) => unknown(fields, data, sink),
            None => {}
        }
    }

    fn rare_piece(
        &mut self,
        fields: &Fields<'_>,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let body = fields.body.unwrap_or("null");
        match &*fields.kind {
            "response.created" | "response.in_progress" | "response.queued" => {
                return response::opening(self, body, sink);
            }
            "response.output_item.added" => return self.item_added(fields.output, body, sink),
            "response.output_item.done" => return self.item_done(fields.output, &Item::read(body)?, sink),
            "response.content_part.added" | "response.reasoning_part.added" => {
                if let Some(kind) = ContentPart::read(body)?.opening() {
                    item::open(&mut self.parts, fields.key(Lane::Content), kind, sink);
                }
            }
            "response.content_part.done" | "response.reasoning_part.done" => {
                let content = ContentPart::read(body)?;
                item::content_part(&mut self.parts, fields.key(Lane::Content), &content, sink)?;
            }
            "response.reasoning_summary_part.added" => {
                let kind = reasoning_kind(Lane::Summary);
                item::open(&mut self.parts, fields.key(Lane::Summary), kind, sink);
            }
            "response.reasoning_summary_part.done" => {
                let text = ContentPart::read(body)?.text;
                return self.text_done(fields.key(Lane::Summary), reasoning_kind(Lane::Summary), text, sink);
            }
            "response.output_text.done" => {
                return self.text_done(fields.key(Lane::Content), PartKind::Text, fields.text, sink);
            }
            "response.refusal.done" => {
                return self.text_done(fields.key(Lane::Content), PartKind::Refusal, fields.text, sink);
            }
            "response.reasoning_text.done" => {
                let kind = reasoning_kind(Lane::Content);
                return self.text_done(fields.key(Lane::Content), kind, fields.text, sink);
            }
            "response.reasoning_summary_text.done" => {
                let kind = reasoning_kind(Lane::Summary);
                return self.text_done(fields.key(Lane::Summary), kind, fields.text, sink);
            }
            "response.function_call_arguments.done" | "response.custom_tool_call_input.done" => {
                return self.call_done(fields, sink);
            }
            "response.output_text.annotation.added" => {
                let part = item::open(&mut self.parts, fields.key(Lane::Content), PartKind::Text, sink);
                return self.parts.cite(part, body, sink);
            }
            "response.audio.delta" => self.audio(fields, data, sink),
            "response.audio.done" | "keepalive" | "ping" => {}
            _ => unknown(fields, data, sink),
        }
        Ok(())
    }

    fn text_done(
        &mut self,
        key: Key,
        kind: PartKind<'static>,
        text: Option<&str>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let part = item::open(&mut self.parts, key, kind, sink);
        text.map_or(Ok(()), |text| self.parts.settle(part, text, sink))
    }

    fn call_done(&mut self, fields: &Fields<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
        match (self.parts.find_open(Key::item(fields.output)), fields.text) {
            (Some(part), Some(text)) if self.parts.takes_pieces(part) => self.parts.settle(part, text, sink),
            _ => Ok(()),
        }
    }

    /// Sound belongs to no item.
    fn audio(&mut self, fields: &Fields<'_>, data: &str, sink: &mut dyn Sink) {
        let Some(piece) = fields.delta.as_deref() else { return unknown(fields, data, sink) };
        let key = Key { output: u32::MAX, lane: Lane::Item, index: u32::MAX };
        let kind = PartKind::Media { kind: crate::model::MediaKind::Audio, media_type: None };
        let part = item::open(&mut self.parts, key, kind, sink);
        self.parts.append(part, Cow::Borrowed(piece), sink);
    }

    fn item_added(&mut self, output: u32, body: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let item = Item::read(body)?;
        // Some servers give every item the same index.
        self.replace(output, &item, sink);
        item::begin(&mut self.parts, output, &item, sink);
        Ok(())
    }

    pub(super) fn item_done(
        &mut self,
        output: u32,
        item: &Item<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let at = match self.by_output.get(&output) {
            Some(&at) if self.items[at].is(item) => at,
            Some(_) => self.replace(output, item, sink),
            None => self.note(output, item),
        };
        let known = &mut self.items[at];
        if known.is_done {
            return Ok(());
        }
        known.is_done = true;
        known.id = item.id.map(Box::from);
        item::complete(&mut self.parts, output, item, sink)
    }

    fn note(&mut self, output: u32, item: &Item<'_>) -> usize {
        let known = Known { kind: (&*item.kind).into(), id: item.id.map(Box::from), is_done: false };
        self.items.push(known);
        self.by_output.insert(output, self.items.len() - 1);
        self.items.len() - 1
    }

    /// Gives the place `output` to another item.
    fn replace(&mut self, output: u32, item: &Item<'_>, sink: &mut dyn Sink) -> usize {
        if self.by_output.contains_key(&output) {
            for part in self.parts.of_item(output) {
                self.parts.end(part, sink);
            }
            self.parts.forget(output);
        }
        self.note(output, item)
    }

    /// Takes the items of a whole response that the stream did not bring.
    pub(super) fn merge(&mut self, items: &[Item<'_>], sink: &mut dyn Sink) -> Result<(), json::Error> {
        if items.len() <= self.items.len() && self.items.iter().all(|known| known.is_done) {
            return Ok(());
        }
        for (at, item) in items.iter().enumerate() {
            if let Some(output) = self.place(at, item) {
                self.item_done(output, item, sink)?;
            }
        }
        Ok(())
    }

    /// The place of an item that stands at `at` in the list of a whole response; `None` where the
    /// stream brought it whole. Places in the list may differ from those in the stream.
    fn place(&self, at: usize, item: &Item<'_>) -> Option<u32> {
        let known = |at: usize| &self.items[at];
        let same_id = |(_, at): &(&u32, &usize)| item.id.is_some() && known(**at).id.as_deref() == item.id;
        if let Some((&output, &at)) = self.by_output.iter().find(same_id) {
            return (!known(at).is_done).then_some(output);
        }
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        match self.by_output.get(&at).map(|&at| known(at)) {
            None => Some(at),
            Some(here) if *here.kind == *item.kind => (!here.is_done).then_some(at),
            Some(_) => {
                let last = self.by_output.last_key_value().map_or(0, |(&output, _)| output);
                Some(last.saturating_add(1))
            }
        }
    }
}

impl Known {
    /// Whether `item` is this one: some servers change an item's id between its begin and its end.
    fn is(&self, item: &Item<'_>) -> bool {
        *self.kind == *item.kind && (!self.is_done || (item.id.is_some() && self.id.as_deref() == item.id))
    }
}

/// Hands on an event that only tells how a server tool goes, or that this version does not know.
fn unknown(fields: &Fields<'_>, data: &str, sink: &mut dyn Sink) {
    sink.event(Event::Unknown { name: Cow::Borrowed(&*fields.kind), data: Cow::Borrowed(data) });
}
