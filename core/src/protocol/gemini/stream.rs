//! Streams. Each chunk is a whole `GenerateContentResponse` whose parts are increments.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::parts::{Parts, RawPart, extra};
use super::{error, response};
use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};
use crate::model::{Event, Finish, FinishReason, Sink};
use crate::protocol::Resume;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::{Completeness, Usage, read_gemini_tier};

/// More envelope fields than a response has.
const MAX_SEEN: usize = 64;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    id: String,
    model: String,
    /// The first chunk was searched for id and model.
    is_started: bool,
    parts: Parts,
    /// The prompt was refused, so no candidate comes.
    is_blocked: bool,
    is_ended: bool,
    /// Envelope fields that were told.
    seen: Vec<String>,
    usage: Usage,
    checkpoint: Option<Box<Checkpoint>>,
}

/// Where a long decode can be taken up again.
#[derive(Clone, Debug)]
struct Checkpoint {
    token: String,
    from_part: u32,
    keep_bytes: u64,
    parts: Parts,
    /// The stream at hand sent it, rather than the one that this stream resumes.
    is_new: bool,
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

impl WireDecoder for State {
    fn event(&mut self, _name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.chunk(data, sink)
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        response::decode(self, body, sink)
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if !self.is_finished() {
            return Err(DecodeError::Incomplete { expected: "a finishReason or a blockReason" });
        }
        if self.is_ended {
            return Ok(());
        }
        self.is_ended = true;
        let is_paused_here = self.parts.is_paused() && self.is_at_checkpoint();
        self.parts.end(sink);
        if is_paused_here {
            // What was told is ended now, so a resumed stream opens a part of its own.
            self.move_checkpoint();
        }
        if self.usage.completeness != Completeness::Unknown {
            sink.event(Event::Usage(Box::new(self.usage.clone())));
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        if self.is_finished() { Progress::Finished } else { Progress::Open }
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

impl State {
    /// Where the stream can be taken up again.
    pub(in crate::protocol) fn resume(&self) -> Option<Resume> {
        let checkpoint = self.checkpoint.as_deref()?;
        let is_over = self.is_finished() && !(self.parts.is_paused() && checkpoint.is_new);
        (!is_over).then(|| Resume::Gemini {
            token: checkpoint.token.clone(),
            from_part: checkpoint.from_part,
            keep_bytes: checkpoint.keep_bytes,
        })
    }

    /// Goes back to the last checkpoint; usage starts anew, as the next stream is billed by itself.
    pub(in crate::protocol) fn rewind(&mut self) {
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.is_new = false;
            self.parts = checkpoint.parts.clone();
        }
        self.is_blocked = false;
        self.is_ended = false;
        self.usage = Usage::default();
    }

    fn is_finished(&self) -> bool {
        self.is_blocked || self.parts.is_finished()
    }

    /// Decodes one chunk.
    pub(super) fn chunk(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.read_chunk(text, sink).map_err(|fault| match fault {
            Fault::Json(error) => DecodeError::json("a chunk", error, text),
            Fault::Provider(body) => DecodeError::Provider(body),
        })
    }

    fn read_chunk(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), Fault> {
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
                "candidates" => self.read_candidates(&mut r, &mut token, sink)?,
                "usageMetadata" => has_usage |= self.read_usage(&mut r, text)?,
                "modelVersion" => self.read_model(&mut r, sink)?,
                "responseId" => self.read_id(&mut r, sink)?,
                _ if r.null() => {}
                "promptFeedback" => self.read_feedback(&mut r, sink)?,
                "error" => return Err(Fault::Provider(Box::new(error::read_error(&mut r)?))),
                name => self.tell_once(name, r.raw()?, sink),
            }
        }
        r.end()?;
        if has_usage {
            self.usage.completeness =
                if self.is_finished() { Completeness::Complete } else { Completeness::Partial };
        }
        if let Some(token) = token {
            self.set_checkpoint(&token);
        }
        Ok(())
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

    /// Reads the running total; gives whether it counts anything. Some objects name only the
    /// traffic type, and do not replace one that counts.
    #[inline]
    fn read_usage(&mut self, r: &mut Reader<'_>, text: &str) -> Result<bool, Fault> {
        r.kind()?;
        let from = r.position();
        let tier = read_gemini_tier(r, &mut self.usage.counts)?;
        if let Some(tier) = tier.filter(|t| self.usage.service_tier.as_deref() != Some(t)) {
            self.usage.service_tier = Some(tier.into_owned());
        }
        if self.usage.counts.is_empty() {
            return Ok(false);
        }
        let raw = &text[from..r.position()];
        match self.usage.raw.first_mut() {
            Some(known) => {
                known.clear();
                known.push_str(raw);
            }
            None => self.usage.raw.push(raw.into()),
        }
        Ok(true)
    }

    fn read_feedback(&mut self, r: &mut Reader<'_>, sink: &mut dyn Sink) -> Result<(), Fault> {
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
                "logprobsResult" => sink.event(extra(None, &key, r.raw()?)),
                name => {
                    let place = self.parts.place(number.get()?);
                    self.parts.candidates[place].keep_late(name, r.raw()?);
                }
            }
        }
        let place = self.parts.place(number.known.unwrap_or(position));
        if let Some(part) = held {
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
                if let Some(part) = RawPart::read(r)? {
                    if let Some(before) = held.replace(part) {
                        let place = self.parts.place(number.get()?);
                        self.parts.add(place, before, sink)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn set_checkpoint(&mut self, token: &str) {
        // With several candidates no single place tells what was told, and no token is documented.
        if self.parts.candidates.len() != 1 || (self.is_finished() && !self.parts.is_paused()) {
            return;
        }
        let is_new = self.checkpoint.as_ref().is_none_or(|c| c.is_new || c.token != token);
        self.checkpoint = Some(Box::new(Checkpoint {
            token: token.into(),
            from_part: 0,
            keep_bytes: 0,
            parts: Parts::default(),
            is_new,
        }));
        self.move_checkpoint();
    }

    /// Puts the checkpoint where the stream stands.
    fn move_checkpoint(&mut self) {
        let (from_part, keep_bytes) = self.standing();
        if let Some(checkpoint) = &mut self.checkpoint {
            checkpoint.from_part = from_part;
            checkpoint.keep_bytes = keep_bytes;
            checkpoint.parts = self.parts.unfinished();
        }
    }

    fn is_at_checkpoint(&self) -> bool {
        self.checkpoint.as_ref().is_some_and(|c| (c.from_part, c.keep_bytes) == self.standing())
    }

    /// The first part that is not told whole, and how much of it is.
    fn standing(&self) -> (u32, u64) {
        self.parts.open_part().map_or((self.parts.count(), 0), |open| (open.part, open.bytes))
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
