//! One choice: its deltas to parts.

use alloc::borrow::Cow;
use alloc::string::String;

use super::details::Details;
use super::logprobs::Logprobs;
use super::media::{self, Audio};
use super::out::Out;
use super::tool_calls::ToolCalls;
use crate::json::{self, Kind, Reader};
use crate::model::{Event, Finish, FinishReason, PartKind, Wire};
use crate::protocol::openai_chat::finish;

/// More choices than any provider draws.
const MAX_CHOICES: usize = 256;

/// What has come of one choice.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    has_begun: bool,
    /// The part that text is added to, until text of another kind or a tool call comes.
    open: Option<(u32, Voice)>,
    first_part: Option<u32>,
    /// The first reasoning part: it bears the details of all.
    reasoning_part: Option<u32>,
    /// The last text part: citations belong to it.
    text_part: Option<u32>,
    tool_calls: ToolCalls,
    audio: Option<Audio>,
    details: Details,
    logprobs: Logprobs,
    /// `extra_content` that came while no part was open.
    extra_content: Option<String>,
    is_refused: bool,
    finish_raw: Option<String>,
    /// The finish that was told.
    finish: Option<Finish>,
}

/// The kinds of part that text is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Voice {
    Reasoning,
    Refusal,
    Text,
}

/// The fields of a delta or message, to be taken in their own order: thinking comes first.
#[derive(Default)]
struct Delta<'a> {
    content: Option<Cow<'a, str>>,
    content_list: Option<&'a str>,
    reasoning_content: Option<Cow<'a, str>>,
    reasoning: Option<Cow<'a, str>>,
    details: Option<&'a str>,
    refusal: Option<Cow<'a, str>>,
    rest: Rest<'a>,
    has_rest: bool,
}

/// Its rarer fields, raw.
#[derive(Default)]
struct Rest<'a> {
    tool_calls: Option<&'a str>,
    function_call: Option<&'a str>,
    audio: Option<&'a str>,
    images: Option<&'a str>,
    annotations: Option<&'a str>,
    extra_content: Option<&'a str>,
    /// Whether it has a field that only [`super::extras::Extras`] reads.
    has_extras: bool,
}

impl<'a> Delta<'a> {
    fn read(r: &mut Reader<'a>) -> Result<Option<Self>, json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(None) };
        let mut delta = Self::default();
        while let Some(key) = fields.key(r)? {
            match &*key {
                "content" => delta.read_content(r)?,
                "role" => r.skip()?,
                "reasoning_content" => delta.reasoning_content = r.opt_string()?,
                "reasoning" => delta.reasoning = r.opt_string()?,
                "reasoning_details" => delta.details = r.opt_raw()?,
                "refusal" => delta.refusal = r.opt_string()?,
                _ => delta.has_rest |= delta.rest.read(&key, r)?,
            }
        }
        Ok(Some(delta))
    }

    fn read_content(&mut self, r: &mut Reader<'a>) -> Result<(), json::Error> {
        match r.kind()? {
            Kind::String => self.content = Some(r.string()?),
            Kind::Null => r.skip()?,
            Kind::Array => self.content_list = Some(r.raw()?),
            // Structured output that a server parsed already: its JSON text is the text.
            Kind::Object | Kind::Bool | Kind::Number => self.content = Some(Cow::Borrowed(r.raw()?)),
        }
        Ok(())
    }
}

impl<'a> Rest<'a> {
    fn read(&mut self, key: &str, r: &mut Reader<'a>) -> Result<bool, json::Error> {
        let field = match key {
            "tool_calls" => &mut self.tool_calls,
            "function_call" => &mut self.function_call,
            "audio" => &mut self.audio,
            "images" => &mut self.images,
            "annotations" => &mut self.annotations,
            "extra_content" => &mut self.extra_content,
            "padding" => return r.skip().map(|()| false),
            _ => {
                self.has_extras |= r.opt_raw()?.is_some();
                return Ok(false);
            }
        };
        *field = r.opt_raw()?;
        Ok(field.is_some())
    }
}

impl Choice {
    /// Takes a `delta`, or a `message`, which is all deltas in one; tells whether it has fields that
    /// are not read here.
    #[inline]
    pub(super) fn delta(
        &mut self,
        r: &mut Reader<'_>,
        is_message: bool,
        out: &mut Out<'_>,
    ) -> Result<bool, json::Error> {
        let Some(delta) = Delta::read(r)? else { return Ok(false) };
        self.has_begun = true;
        self.reasoning(&delta, out)?;
        if let Some(text) = delta.content {
            self.say(Voice::Text, text, out);
        }
        if let Some(list) = delta.content_list {
            self.content_list(list, out)?;
        }
        if let Some(text) = delta.refusal {
            self.is_refused |= !text.is_empty();
            self.say(Voice::Refusal, text, out);
        }
        if delta.has_rest {
            self.rest(&delta.rest, is_message, out)?;
        }
        Ok(delta.rest.has_extras)
    }

    /// Takes a choice without delta or message: the text of the old completions endpoint.
    pub(super) fn text(&mut self, text: Cow<'_, str>, out: &mut Out<'_>) {
        self.has_begun = true;
        self.say(Voice::Text, text, out);
    }

    pub(super) fn logprobs(&mut self, raw: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
        let before = self.logprobs.held_bytes();
        self.logprobs.add(raw)?;
        *out.held += self.logprobs.held_bytes().saturating_sub(before);
        Ok(())
    }

    /// The part that stands for the whole choice.
    pub(super) const fn first_part(&self) -> Option<u32> {
        self.first_part
    }

    /// Whether its finish reason is known.
    pub(super) const fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether it has begun and its finish reason is not known; a number that was skipped never
    /// begins.
    pub(super) const fn is_open(&self) -> bool {
        self.has_begun && self.finish.is_none()
    }

    /// Adds text to the open part of its kind, which opens if need be.
    #[inline]
    fn say(&mut self, voice: Voice, text: Cow<'_, str>, out: &mut Out<'_>) {
        if text.is_empty() {
            return;
        }
        let part = match self.open {
            Some((part, open)) if open == voice => part,
            _ => self.open_voice(voice, out),
        };
        out.event(match voice {
            Voice::Reasoning => Event::ReasoningDelta { part, text },
            Voice::Refusal => Event::RefusalDelta { part, text },
            Voice::Text => Event::TextDelta { part, text },
        });
    }

    fn open_voice(&mut self, voice: Voice, out: &mut Out<'_>) -> u32 {
        self.close_voice(out);
        let part = out.open(match voice {
            Voice::Reasoning => PartKind::Reasoning { is_summary: false },
            Voice::Refusal => PartKind::Refusal,
            Voice::Text => PartKind::Text,
        });
        self.open = Some((part, voice));
        self.first_part.get_or_insert(part);
        if let Some(extra) = self.extra_content.take() {
            *out.held -= extra.len();
            out.event(Event::Opaque { part, field: "extra_content".into(), value: extra.into() });
        }
        match voice {
            Voice::Reasoning => {
                self.reasoning_part.get_or_insert(part);
            }
            Voice::Text => self.text_part = Some(part),
            Voice::Refusal => {}
        }
        part
    }

    fn close_voice(&mut self, out: &mut Out<'_>) {
        let Some((part, voice)) = self.open.take() else { return };
        // The part that bears them has them before it ends; what comes later waits for the finish:
        // each telling is the whole list.
        if voice == Voice::Reasoning && self.reasoning_part == Some(part) {
            self.tell_details(out);
        }
        out.event(Event::PartEnd { part });
    }

    /// Thinking is under one of three names, decided for each delta.
    #[inline]
    fn reasoning(&mut self, delta: &Delta<'_>, out: &mut Out<'_>) -> Result<(), json::Error> {
        let stated = [&delta.reasoning_content, &delta.reasoning];
        let text = stated.into_iter().flatten().find(|t| !t.is_empty());
        if let Some(text) = text {
            self.say(Voice::Reasoning, Cow::Borrowed(text), out);
        }
        let Some(list) = delta.details else { return Ok(()) };
        let before = self.details.held_bytes();
        let in_details = self.details.add(list)?;
        *out.held += self.details.held_bytes().saturating_sub(before);
        if text.is_none() {
            self.say(Voice::Reasoning, Cow::Borrowed(&in_details), out);
        }
        let is_first = self.open.is_none() && self.reasoning_part.is_none();
        if is_first && self.details.is_dirty() {
            self.open_voice(Voice::Reasoning, out);
        }
        Ok(())
    }

    fn tell_details(&mut self, out: &mut Out<'_>) {
        if let (Some(part), true) = (self.reasoning_part, self.details.is_dirty()) {
            let value = Cow::Owned(self.details.write());
            out.event(Event::Opaque { part, field: "reasoning_details".into(), value });
        }
    }

    #[cold]
    fn content_list(&mut self, list: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
        let mut r = Reader::new(list);
        let mut elements = r.array()?;
        while elements.element(&mut r)? {
            let raw = r.raw()?;
            self.content_part(raw, out)?;
        }
        Ok(())
    }

    fn content_part(&mut self, raw: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
        let mut r = Reader::new(raw);
        if r.kind()? == Kind::String {
            self.say(Voice::Text, r.string()?, out);
            return Ok(());
        }
        let part = ContentPart::read(&mut r)?;
        match (&*part.kind, part.text) {
            ("" | "text" | "output_text", Some(text)) => self.say(Voice::Text, text, out),
            ("thinking", _) => self.thinking(part.thinking, part.signature, out)?,
            ("refusal", Some(text)) => {
                self.is_refused |= !text.is_empty();
                self.say(Voice::Refusal, text, out);
            }
            ("reference", _) => self.cite(raw, out),
            ("image_url", _) => self.media(|out| media::image(raw, out), out)?,
            (kind, _) => {
                let (wire, kind, json) = (Wire::OpenaiChat, Cow::Borrowed(kind), Cow::Borrowed(raw));
                self.vendor(PartKind::Vendor { wire, kind, json }, out);
            }
        }
        Ok(())
    }

    /// Mistral: `thinking` is a string or a list of text parts.
    fn thinking(
        &mut self,
        value: Option<&str>,
        signature: Option<&str>,
        out: &mut Out<'_>,
    ) -> Result<(), json::Error> {
        let mut r = Reader::new(value.unwrap_or("null"));
        match r.kind()? {
            Kind::String => self.say(Voice::Reasoning, r.string()?, out),
            _ => {
                let Some(mut elements) = r.opt_array()? else { return Ok(()) };
                while elements.element(&mut r)? {
                    if let Some(text) = ContentPart::read(&mut r)?.text {
                        self.say(Voice::Reasoning, text, out);
                    }
                }
            }
        }
        if let Some(signature) = signature {
            let part = match self.open {
                Some((part, Voice::Reasoning)) => part,
                _ => self.open_voice(Voice::Reasoning, out),
            };
            out.event(Event::Opaque { part, field: "signature".into(), value: signature.into() });
            // It signs what came; the next thought has its own.
            self.close_voice(out);
        }
        Ok(())
    }

    fn vendor(&mut self, kind: PartKind<'_>, out: &mut Out<'_>) {
        self.close_voice(out);
        let part = out.open(kind);
        self.first_part.get_or_insert(part);
        out.event(Event::PartEnd { part });
    }

    fn media(
        &mut self,
        open: impl FnOnce(&mut Out<'_>) -> Result<(), json::Error>,
        out: &mut Out<'_>,
    ) -> Result<(), json::Error> {
        self.close_voice(out);
        self.first_part.get_or_insert(*out.parts);
        open(out)
    }

    fn cite(&self, raw: &str, out: &mut Out<'_>) {
        let (part, wire) = (self.text_part, Wire::OpenaiChat);
        out.event(Event::Citation { part, wire, raw: Cow::Borrowed(raw) });
    }

    fn rest(&mut self, rest: &Rest<'_>, is_message: bool, out: &mut Out<'_>) -> Result<(), json::Error> {
        match (rest.extra_content, self.open) {
            (Some(value), Some((part, _))) => {
                out.event(Event::Opaque { part, field: "extra_content".into(), value: value.into() });
            }
            (Some(value), None) => {
                *out.held += value.len();
                if let Some(known) = self.extra_content.replace(value.into()) {
                    *out.held -= known.len();
                }
            }
            (None, _) => {}
        }
        let parts = *out.parts;
        if let Some(list) = rest.tool_calls {
            if list != "[]" {
                self.close_voice(out);
            }
            self.tool_calls.add(list, is_message, out)?;
        }
        if let Some(call) = rest.function_call {
            self.close_voice(out);
            self.tool_calls.add_function_call(call, out)?;
        }
        if let Some(audio) = rest.audio {
            self.audio.get_or_insert_default().add(audio, out)?;
        }
        if *out.parts > parts {
            self.first_part.get_or_insert(parts);
        }
        if let Some(images) = rest.images {
            self.media(|out| media::images(images, out), out)?;
        }
        if let Some(list) = rest.annotations {
            let mut r = Reader::new(list);
            let Some(mut elements) = r.opt_array()? else { return Ok(()) };
            while elements.element(&mut r)? {
                self.cite(r.raw()?, out);
            }
        }
        Ok(())
    }

    /// Takes the finish reason: the parts end, unless more comes after all.
    pub(super) fn finished(&mut self, raw: &str, out: &mut Out<'_>) {
        self.has_begun = true;
        self.finish_raw = Some(raw.into());
        self.close(false, out);
    }

    /// The response is complete.
    pub(super) fn end(&mut self, out: &mut Out<'_>) {
        if !self.has_begun {
            return;
        }
        if let Some(audio) = &mut self.audio {
            audio.end(out);
        }
        self.close(true, out);
    }

    fn close(&mut self, is_end: bool, out: &mut Out<'_>) {
        self.tool_calls.close(out);
        // A finish may repeat in every chunk: what is told whole is told at the first and at the end.
        let tells_wholes = is_end || self.finish.is_none();
        if tells_wholes && self.logprobs.is_dirty() {
            // Before the text ends, for wires that tell it whole then.
            let (part, value) = (self.text_part.or(self.first_part), Cow::Owned(self.logprobs.write()));
            out.event(Event::Extra { part, name: "logprobs".into(), value });
        }
        self.close_voice(out);
        if let Some(extra) = self.extra_content.take() {
            *out.held -= extra.len();
            let part = self.first_part;
            out.event(Event::Extra { part, name: "extra_content".into(), value: extra.into() });
        }
        if tells_wholes {
            self.late_details(out);
        }
        let finish = Finish { reason: self.reason(), raw: self.finish_raw.clone(), detail: None };
        if self.finish.as_ref() != Some(&finish) {
            self.finish = Some(finish.clone());
            out.event(Event::Finish { candidate: out.candidate, finish });
        }
    }

    /// Details that came behind the thinking, or without any.
    fn late_details(&mut self, out: &mut Out<'_>) {
        if self.details.is_dirty() && self.reasoning_part.is_none() {
            self.open_voice(Voice::Reasoning, out);
            self.close_voice(out);
        }
        self.tell_details(out);
    }

    fn reason(&self) -> FinishReason {
        let word = self.finish_raw.as_deref().map(str::to_ascii_lowercase);
        let reason = word.as_deref().map_or(FinishReason::Stop, finish::reason);
        match reason {
            // Calls tell more than the word: many servers say `stop` beside them.
            FinishReason::Stop | FinishReason::Other if self.tool_calls.is_any() => FinishReason::ToolCalls,
            FinishReason::Stop if self.is_refused => FinishReason::Refusal,
            other => other,
        }
    }
}

/// A choice's number, so bound that a wild one cannot make the list long.
pub(super) fn wild(index: u64) -> usize {
    usize::try_from(index).unwrap_or(MAX_CHOICES).min(MAX_CHOICES - 1)
}

/// The number that a choice states.
pub(super) fn choice_index(choice: &str) -> Result<usize, json::Error> {
    let mut r = Reader::new(choice);
    let Some(mut fields) = r.opt_object()? else { return Ok(0) };
    while let Some(key) = fields.key(&mut r)? {
        if key == "index" {
            return Ok(r.opt_u64()?.map_or(0, wild));
        }
        r.skip()?;
    }
    Ok(0)
}

/// A part of a content list, as far as it is understood here.
#[derive(Default)]
struct ContentPart<'a> {
    kind: Cow<'a, str>,
    text: Option<Cow<'a, str>>,
    thinking: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> ContentPart<'a> {
    fn read(r: &mut Reader<'a>) -> Result<Self, json::Error> {
        let mut part = Self::default();
        let Some(mut fields) = r.opt_object()? else { return Ok(part) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "type" => part.kind = r.opt_string()?.unwrap_or_default(),
                "text" | "refusal" => part.text = r.opt_string()?.or(part.text),
                "thinking" => part.thinking = r.opt_raw()?,
                "signature" => part.signature = r.opt_raw()?,
                _ => r.skip()?,
            }
        }
        Ok(part)
    }
}
