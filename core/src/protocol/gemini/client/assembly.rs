//! Candidates, envelope and usage of one response, put together chunk by chunk; a whole response is one
//! chunk.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::checkpoint::Checkpoint;
use super::error;
use super::parts::{Candidate, Parts, RawPart, extra};
use super::usual::{Hole, Usual};
use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};
use crate::model::{Event, Finish, FinishReason, Sink};
use crate::protocol::Resume;
use crate::protocol::wire_decoder::DecodeError;
use crate::usage::{Completeness, GeminiSnapshot, Usage, read_gemini_snapshot};

/// More envelope fields than a response has.
const MAX_SEEN: usize = 64;

/// What has come of one response, whole or streamed.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    id: String,
    model: String,
    /// The first chunk was searched for id and model.
    is_started: bool,
    parts: Parts,
    /// The prompt was refused, so no candidate comes.
    is_blocked: bool,
    is_ended: bool,
    /// How many values came without the framing of a stream; the first one is a whole response.
    wholes: u32,
    /// One of Google's own fields came.
    is_known: bool,
    /// Envelope fields that were told.
    seen: Vec<String>,
    pub(super) usage: Usage,
    checkpoint: Option<Box<Checkpoint>>,
    usual: Usual,
}

/// Why a chunk cannot be read.
enum Fault {
    Json(json::Error),
    Provider(Box<ErrorBody>),
}

impl From<json::Error> for Fault {
    fn from(error: json::Error) -> Self {
        Self::Json(error)
    }
}

impl Assembly {
    /// Where the stream can be taken up again.
    pub(super) fn resume(&self) -> Option<Resume> {
        let checkpoint = self.checkpoint.as_deref()?;
        let is_over =
            self.is_blocked || (self.parts.is_finished() && !(self.parts.is_paused() && checkpoint.is_new()));
        (!is_over).then(|| checkpoint.resume())
    }

    /// Goes back to the last checkpoint; usage starts anew, as the next stream is billed by itself.
    pub(super) fn rewind(&mut self) {
        if let Some(checkpoint) = &mut self.checkpoint {
            self.parts = checkpoint.go_back();
        }
        self.is_blocked = false;
        self.is_ended = false;
        self.wholes = 0;
        self.usage = Usage::default();
        self.usual.clear();
    }

    /// The body ended: closes what is open, if the end is good.
    pub(super) fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if !self.is_finished() {
            return Err(DecodeError::Incomplete { expected: "a finishReason or a blockReason" });
        }
        if self.is_ended {
            return Ok(());
        }
        self.is_ended = true;
        let is_paused_here =
            self.parts.is_paused() && self.checkpoint.as_ref().is_some_and(|c| c.is_at(&self.parts));
        self.parts.end(sink);
        if is_paused_here && let Some(checkpoint) = &mut self.checkpoint {
            // What was told is ended now, so a resumed stream opens a part of its own.
            checkpoint.move_to(&self.parts);
        }
        if self.usage.completeness != Completeness::Unknown {
            // What was counted before the finish is not the total.
            sink.event(Event::Usage(Box::new(self.usage.clone())));
        }
        Ok(())
    }

    pub(super) fn held_bytes(&self) -> usize {
        self.parts.candidates.iter().map(Candidate::held_bytes).sum()
    }

    /// A value came without the framing of a stream.
    pub(super) const fn count_whole(&mut self) {
        self.wholes = self.wholes.saturating_add(1);
    }

    /// Whether the end of the body is a good end. A whole response may lack the `finishReason` that a
    /// stream must have.
    pub(super) fn is_finished(&self) -> bool {
        self.is_blocked || self.parts.is_finished() || (self.wholes == 1 && self.is_known)
    }

    /// Decodes one chunk.
    pub(super) fn chunk(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.read_chunk(text, sink).map_err(|fault| match fault {
            Fault::Json(error) => DecodeError::json("a chunk", error, text),
            Fault::Provider(body) => DecodeError::Provider(body),
        })
    }

    /// Takes a chunk that is like the last one; whether it is.
    #[inline]
    fn take_usual(&mut self, text: &str, sink: &mut dyn Sink) -> bool {
        let mut counts = self.usage.counts;
        let Some(chunk) = self.usual.read(text, &mut counts) else { return false };
        let place = self.parts.place(chunk.candidate);
        self.parts.add_text(place, chunk.is_thought, chunk.text, sink);
        if let Some((snapshot, raw)) = chunk.usage {
            self.usage.counts = counts;
            let is_counted = self.take_snapshot(snapshot, &text[raw]);
            self.rate_usage(is_counted);
        }
        true
    }

    fn read_chunk(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), Fault> {
        if self.take_usual(text, sink) {
            return Ok(());
        }
        self.usual.clear();
        if text.is_empty() || text == "[DONE]" {
            return Ok(());
        }
        let mut r = Reader::new(text);
        if r.kind()? != Kind::Object {
            let data = Cow::Borrowed(r.raw()?);
            r.end()?;
            sink.event(Event::Unknown { name: Cow::Borrowed(""), data });
            return Ok(());
        }
        if !self.is_started {
            self.start(r.clone(), sink)?;
        }
        let mut token = None;
        let mut has_usage = false;
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "candidates" => {
                    self.is_known = true;
                    self.read_candidates(&mut r, &mut token, sink)?;
                }
                "usageMetadata" => {
                    self.is_known = true;
                    has_usage |= self.read_usage(&mut r, text)?;
                }
                "modelVersion" => self.read_model(&mut r, sink)?,
                "responseId" => self.read_id(&mut r, sink)?,
                _ if r.null() => {}
                "promptFeedback" => self.read_feedback(&mut r, sink)?,
                "error" => return Err(Fault::Provider(Box::new(error::read_error(&mut r)?))),
                name => self.tell_once(name, r.raw()?, sink),
            }
        }
        r.end()?;
        self.usual.keep(text);
        self.rate_usage(has_usage);
        if let Some(token) = token {
            self.set_checkpoint(&token);
        }
        Ok(())
    }

    /// Says how complete the usage is, if it was counted anew.
    fn rate_usage(&mut self, is_counted: bool) {
        if is_counted {
            self.usage.completeness =
                if self.is_finished() { Completeness::Complete } else { Completeness::Partial };
        }
    }

    /// Tells id and model before the first part, though they stand behind it in the chunk.
    #[cold]
    fn start(&mut self, mut r: Reader<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        self.is_started = true;
        let (mut id, mut model) = (None, None);
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "modelVersion" => model = r.opt_string()?,
                "responseId" => id = r.opt_string()?,
                _ => r.skip()?,
            }
        }
        if id.is_some() || model.is_some() {
            self.id = id.as_deref().unwrap_or_default().into();
            self.model = model.as_deref().unwrap_or_default().into();
            sink.event(Event::Start { id, model });
        }
        Ok(())
    }

    #[inline]
    fn read_id(&mut self, r: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        if let Some(id) = r.opt_string()?.filter(|id| *id != self.id) {
            self.id = id.as_ref().into();
            sink.event(Event::Start { id: Some(id), model: None });
        }
        Ok(())
    }

    #[inline]
    fn read_model(&mut self, r: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        if let Some(model) = r.opt_string()?.filter(|model| *model != self.model) {
            self.model = model.as_ref().into();
            sink.event(Event::Start { id: None, model: Some(model) });
        }
        Ok(())
    }

    /// Reads the running total; gives whether it counts anything.
    #[inline]
    fn read_usage(&mut self, r: &mut Reader<'_>, text: &str) -> Result<bool, Fault> {
        r.kind()?;
        let from = r.position();
        let counts = &mut self.usage.counts;
        let snapshot = self.usual.mold.hole(Hole::Usage, r, |r| read_gemini_snapshot(r, counts))?;
        self.usual.note_usage();
        Ok(self.take_snapshot(snapshot, &text[from..r.position()]))
    }

    /// Takes what a usage object says beside its counts; gives whether it counts anything. Some
    /// objects name only the traffic type, and do not replace one that counts.
    #[inline]
    fn take_snapshot(&mut self, snapshot: GeminiSnapshot<'_>, raw: &str) -> bool {
        if let Some(tier) = snapshot.tier.filter(|t| self.usage.service_tier.as_deref() != Some(t)) {
            self.usage.service_tier = Some(tier.into_owned());
        }
        if !snapshot.is_counted && !self.usage.counts.is_empty() {
            return false;
        }
        match self.usage.raw.first_mut() {
            Some(known) => {
                known.clear();
                known.push_str(raw);
            }
            None => self.usage.raw.push(raw.into()),
        }
        snapshot.is_counted
    }

    fn read_feedback(&mut self, r: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
        self.is_known = true;
        self.usual.note_rarity();
        let raw = r.raw()?;
        let (mut reason, mut message) = (None, None);
        let mut inner = Reader::new(raw);
        if let Some(mut fields) = inner.opt_object()? {
            while let Some(key) = fields.key(&mut inner)? {
                match &*key {
                    "blockReason" => reason = inner.opt_text()?,
                    "blockReasonMessage" => message = inner.opt_string()?,
                    _ => inner.skip()?,
                }
            }
        }
        self.tell_once("promptFeedback", raw, sink);
        if let Some(reason) = reason.filter(|_| !self.is_blocked) {
            self.is_blocked = true;
            if !self.parts.is_finished() {
                let detail = message.map(Cow::into_owned);
                let finish = Finish { detail, ..Finish::new(FinishReason::ContentFilter, reason) };
                sink.event(Event::Finish { candidate: 0, finish });
            }
        }
        Ok(())
    }

    #[cold]
    fn tell_once(&mut self, name: &str, value: &str, sink: &mut dyn Sink) {
        if self.seen.iter().any(|s| s == name) {
            return;
        }
        if self.seen.len() < MAX_SEEN {
            self.seen.push(name.into());
            sink.event(extra(None, name, value));
        }
    }

    fn read_candidates<'a>(
        &mut self,
        r: &mut Reader<'a>,
        token: &mut Option<Cow<'a, str>>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        let mut position = 0;
        while list.element(r)? {
            if let Some(found) = self.read_candidate(r, position, sink)? {
                *token = Some(found);
            }
            position += 1;
        }
        Ok(())
    }

    /// Reads one candidate; gives its continuation token.
    ///
    /// The parts come before `index`, so the last part is held back until the index is known, and
    /// only a chunk with several parts is searched for it.
    fn read_candidate<'a>(
        &mut self,
        r: &mut Reader<'a>,
        position: u32,
        sink: &mut dyn Sink,
    ) -> Result<Option<Cow<'a, str>>, Fault> {
        let mut number = Number { start: r.clone(), position, known: None };
        let mut held = None;
        let (mut finish, mut message, mut token) = (None, None, None);
        let mut grounding = None;
        let Some(mut fields) = r.opt_object()? else { return Ok(None) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "content" => self.read_content(r, &mut number, &mut held, sink)?,
                "index" => number.known = Some(r.opt_u64()?.map_or(position, clamp)),
                "finishReason" => finish = r.opt_text()?,
                "finishMessage" => message = r.opt_string()?,
                "continuationToken" => token = r.opt_string()?.filter(|t| !t.is_empty()),
                _ if r.null() => {}
                "groundingMetadata" => grounding = Some(r.raw()?),
                "logprobsResult" => {
                    self.usual.note_rarity();
                    let place = self.parts.place(number.get()?);
                    self.parts.candidates[place].add_logprobs(r)?;
                }
                name => {
                    self.usual.note_rarity();
                    let place = self.parts.place(number.get()?);
                    self.parts.candidates[place].keep_late(name, r.raw()?);
                }
            }
        }
        if finish.is_some() || message.is_some() || token.is_some() || grounding.is_some() {
            self.usual.note_rarity();
        }
        let number = number.known.unwrap_or(position);
        let place = self.parts.place(number);
        if let Some(part) = held {
            self.usual.note_candidate(number);
            self.parts.add(place, part, sink)?;
        }
        if let Some(grounding) = grounding {
            self.parts.candidates[place].ground(grounding, sink);
        }
        if let Some(finish) = finish {
            self.parts.finish(place, &finish, message.as_deref(), sink);
        }
        Ok(token)
    }

    #[inline]
    fn read_content<'a>(
        &mut self,
        r: &mut Reader<'a>,
        number: &mut Number<'a>,
        held: &mut Option<RawPart<'a>>,
        sink: &mut dyn Sink,
    ) -> Result<(), Fault> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            if key != "parts" {
                r.skip()?;
                continue;
            }
            let Some(mut list) = r.opt_array()? else { continue };
            while list.element(r)? {
                let Some(part) = RawPart::read(r, &mut self.usual)? else { continue };
                self.usual.note_part(part.is_only_text());
                if let Some(before) = held.replace(part) {
                    let place = self.parts.place(number.get()?);
                    self.parts.add(place, before, sink)?;
                }
            }
        }
        Ok(())
    }

    fn set_checkpoint(&mut self, token: &str) {
        // With several candidates no single place tells what was told, and no token is documented.
        if self.parts.candidates.len() != 1 || (self.parts.is_finished() && !self.parts.is_paused()) {
            return;
        }
        let is_new = self.checkpoint.as_ref().is_none_or(|c| c.is_new() || c.token() != token);
        self.checkpoint = Some(Box::new(Checkpoint::new(token, is_new, &self.parts)));
    }
}

/// The number of a candidate, which stands behind its content.
struct Number<'a> {
    start: Reader<'a>,
    position: u32,
    known: Option<u32>,
}

impl Number<'_> {
    #[cold]
    fn get(&mut self) -> Result<u32, json::Error> {
        if let Some(known) = self.known {
            return Ok(known);
        }
        let mut number = self.position;
        let mut r = self.start.clone();
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "index" => number = r.opt_u64()?.map_or(number, clamp),
                _ => r.skip()?,
            }
        }
        self.known = Some(number);
        Ok(number)
    }
}

fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn parts(parts: &str) -> String {
        format!(r#"{{"candidates":[{{"content":{{"role":"model","parts":[{parts}]}},"index":0}}]}}"#)
    }

    const STOP: &str = r#"{"candidates":[{"finishReason":"STOP","index":0}]}"#;

    /// What `second` gives behind `first`, with or without the memory of how `first` looked.
    fn behind(first: &str, second: &str, forgets: bool) -> (Result<(), DecodeError>, Vec<String>, Usage) {
        let mut assembly = Assembly::default();
        let mut events = Vec::new();
        let mut sink = |event: Event<'_>| events.push(format!("{event:?}"));
        assembly.chunk(first, &mut sink).expect("the first chunk is good");
        if forgets {
            assembly.usual = Usual::default();
        }
        let end = assembly.chunk(second, &mut sink).and_then(|()| assembly.chunk(STOP, &mut sink));
        (end, events, assembly.usage)
    }

    #[test]
    fn a_chunk_like_the_last_reads_as_if_alone() {
        let first = r#"{"candidates": [{"content": {"parts": [{"text": "Hi","thought": true}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 8,"candidatesTokenCount": 10},"modelVersion": "m","responseId": "i"}"#;
        let mut assembly = Assembly::default();
        assembly.chunk(first, &mut |_: Event<'_>| {}).expect("good");
        assert!(assembly.take_usual(first, &mut |_: Event<'_>| {}));
        for at in 0..first.len() {
            for byte in [None, Some(' '), Some('"'), Some('\\'), Some('0'), Some('x'), Some('}'), Some('\n')]
            {
                let mut second = String::from(&first[..at]);
                second.extend(byte);
                second.push_str(&first[at + 1..]);
                assert_eq!(behind(first, &second, false), behind(first, &second, true), "{second}");
            }
        }
    }

    #[test]
    fn a_chunk_with_more_than_a_text_is_read_anew() {
        for rare in [
            parts(r#"{"text":"a"},{"text":"b"}"#),
            parts(r#"{"text":"a","thoughtSignature":"s"}"#),
            parts(r#"{"text":"a","videoMetadata":{}}"#),
            parts(r#"{"functionCall":{"name":"f"}}"#),
            parts(r#"{"text":"a"}"#).replace("\"index\"", "\"safetyRatings\":[],\"index\""),
            parts(r#"{"text":"a"}"#).replace("\"index\"", "\"continuationToken\":\"t\",\"index\""),
            parts(r#"{"text":"a"}"#).replace("\"index\"", "\"finishReason\":\"STOP\",\"index\""),
            format!("{},\"promptFeedback\":{{}}}}", parts(r#"{"text":"a"}"#).trim_end_matches('}')),
        ] {
            let mut assembly = Assembly::default();
            assembly.chunk(&rare, &mut |_: Event<'_>| {}).expect(&rare);
            assert!(!assembly.take_usual(&rare, &mut |_: Event<'_>| {}), "{rare}");
        }
    }
}
