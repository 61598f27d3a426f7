//! The parts of a candidate: increments joined into parts of the neutral vocabulary.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::usual::{Hole, Usual};
use crate::json::{self, Kind, Reader, Writer, compact};
use crate::model::{Event, Finish, FinishReason, PartKind, Sink, ToolCallKind, Wire};
use crate::protocol::gemini::finish;
use crate::protocol::gemini::media;
use crate::protocol::gemini::part_fields::is_about_the_part;
use crate::protocol::gemini::partial_args::PartialArgs;

/// More candidates than any provider draws; wild numbers share the last place.
const MAX_CANDIDATES: usize = 256;

/// Everything that numbers and joins parts; what a checkpoint keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) candidates: Vec<Candidate>,
    next: u32,
}

/// One candidate.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    number: u32,
    open: Option<OpenPart>,
    /// A call whose arguments come in pieces. It is no part before it is whole.
    call: Option<Box<PartialCall>>,
    has_calls: bool,
    pub(super) finish: Option<Finish>,
    /// Fields that repeat in each chunk; the last values are told at the end.
    late: Vec<(String, String)>,
    /// The fields of `logprobsResult`, the arrays of all chunks joined.
    logprobs: Vec<(String, String)>,
    grounding: String,
    first_part: Option<u32>,
}

/// A text or thought part that may grow.
#[derive(Clone, Debug)]
pub(super) struct OpenPart {
    pub(super) part: u32,
    is_thought: bool,
    /// How much of it was told.
    pub(super) bytes: u64,
}

#[derive(Clone, Debug, Default)]
struct PartialCall {
    id: Option<String>,
    name: String,
    signature: Option<String>,
    whole: Option<String>,
    pieces: PartialArgs,
}

impl PartialCall {
    fn bytes(&self) -> usize {
        let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        self.pieces.bytes() + len(&self.whole) + len(&self.signature)
    }
}

/// One part of a chunk, read but not told yet.
pub(super) struct RawPart<'a> {
    /// At the start of the part, for what is read twice.
    start: Reader<'a>,
    text: Option<Cow<'a, str>>,
    is_thought: bool,
    signature: Option<&'a str>,
    call: Option<Reader<'a>>,
    media: Option<Reader<'a>>,
    /// The first field that is none of the above.
    other: Option<Cow<'a, str>>,
}

impl<'a> RawPart<'a> {
    /// Reads one part; `None` where it is no object.
    #[inline]
    pub(super) fn read(r: &mut Reader<'a>, usual: &mut Usual) -> Result<Option<Self>, json::Error> {
        let mut part = Self {
            start: r.clone(),
            text: None,
            is_thought: false,
            signature: None,
            call: None,
            media: None,
            other: None,
        };
        let Some(mut fields) = r.opt_object()? else { return Ok(None) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "text" => part.text = usual.mold.hole(Hole::Text, r, Reader::opt_string)?,
                "thought" => part.is_thought = r.opt_bool()? == Some(true),
                _ if r.null() => {}
                "thoughtSignature" => part.signature = Some(r.raw()?),
                "functionCall" => part.call = Some(skipped(r)?),
                "inlineData" => part.media = Some(skipped(r)?),
                _ => {
                    r.skip()?;
                    // A field about the part gives way to one that says what it is.
                    if part.other.as_deref().is_none_or(is_about_the_part) {
                        part.other = Some(key);
                    }
                }
            }
        }
        Ok(Some(part))
    }

    /// Whether it is nothing but a text; then also whether it is a thought.
    pub(super) const fn is_only_text(&self) -> Option<bool> {
        let is_more =
            self.signature.is_some() || self.call.is_some() || self.media.is_some() || self.other.is_some();
        if self.text.is_some() && !is_more { Some(self.is_thought) } else { None }
    }
}

/// Passes a value; gives a reader at its start.
fn skipped<'a>(r: &mut Reader<'a>) -> Result<Reader<'a>, json::Error> {
    let start = r.clone();
    r.skip()?;
    Ok(start)
}

impl Parts {
    /// How many parts have opened.
    pub(super) const fn count(&self) -> u32 {
        self.next
    }

    /// The place of the candidate of that number.
    #[inline]
    pub(super) fn place(&mut self, number: u32) -> usize {
        if let Some(place) = self.candidates.iter().position(|c| c.number == number) {
            return place;
        }
        if self.candidates.len() < MAX_CANDIDATES {
            self.candidates.push(Candidate::new(number));
        }
        self.candidates.len() - 1
    }

    /// The part that may grow, if there is only one candidate.
    pub(super) fn open_part(&self) -> Option<&OpenPart> {
        self.candidates.first()?.open.as_ref()
    }

    fn start(&mut self, place: usize, kind: PartKind<'_>, sink: &mut dyn Sink) -> u32 {
        self.close(place, sink);
        let part = self.next;
        self.next += 1;
        self.candidates[place].first_part.get_or_insert(part);
        sink.event(Event::PartStart { part, candidate: self.candidates[place].number, kind });
        part
    }

    /// Ends what may grow.
    pub(super) fn close(&mut self, place: usize, sink: &mut dyn Sink) {
        if let Some(open) = self.candidates[place].open.take() {
            sink.event(Event::PartEnd { part: open.part });
        }
    }

    /// Tells one part of a chunk.
    #[inline]
    pub(super) fn add(
        &mut self,
        place: usize,
        mut raw: RawPart<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        if let Some(call) = raw.call.take() {
            return self.add_call(place, call, raw, sink);
        }
        if self.candidates[place].call.is_some() {
            self.end_call(place, sink);
        }
        if let Some(media) = raw.media.take() {
            return self.add_media(place, media, &raw, sink);
        }
        let text = raw.text.take().unwrap_or_default();
        if let Some(kind) = raw.other.as_deref().filter(|o| text.is_empty() && !is_about_the_part(o)) {
            let json = Cow::Borrowed(raw.start.clone().raw()?);
            let part = self.start(
                place,
                PartKind::Vendor { wire: Wire::Gemini, kind: Cow::Borrowed(kind), json },
                sink,
            );
            sink.event(Event::PartEnd { part });
            return Ok(());
        }
        if raw.signature.is_some() || raw.other.is_some() {
            return self.add_marked_text(place, text, &raw, sink);
        }
        if !text.is_empty() {
            self.append(place, raw.is_thought, text, sink);
        }
        Ok(())
    }

    /// Tells a part that is nothing but a text.
    pub(super) fn add_text(
        &mut self,
        place: usize,
        is_thought: bool,
        text: Cow<'_, str>,
        sink: &mut dyn Sink,
    ) {
        if self.candidates[place].call.is_some() {
            self.end_call(place, sink);
        }
        if !text.is_empty() {
            self.append(place, is_thought, text, sink);
        }
    }

    #[inline]
    fn append(&mut self, place: usize, is_thought: bool, text: Cow<'_, str>, sink: &mut dyn Sink) {
        let bytes = text.len() as u64;
        let part = match &mut self.candidates[place].open {
            Some(open) if open.is_thought == is_thought => {
                open.bytes += bytes;
                open.part
            }
            _ => {
                let part = self.start(place, text_kind(is_thought), sink);
                self.candidates[place].open = Some(OpenPart { part, is_thought, bytes });
                part
            }
        };
        sink.event(text_delta(part, is_thought, text));
    }

    /// A text with a signature or with fields about it: a part of its own, so that it goes back as
    /// it came.
    #[cold]
    fn add_marked_text(
        &mut self,
        place: usize,
        text: Cow<'_, str>,
        raw: &RawPart<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let part = self.start(place, text_kind(raw.is_thought), sink);
        if !text.is_empty() {
            sink.event(text_delta(part, raw.is_thought, text));
        }
        finish_part(part, raw, sink)
    }

    fn add_media(
        &mut self,
        place: usize,
        mut r: Reader<'_>,
        raw: &RawPart<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let (mut media_type, mut data) = (None, None);
        if let Some(mut fields) = r.opt_object()? {
            while let Some(key) = fields.key(&mut r)? {
                match &*key {
                    "mimeType" => media_type = r.opt_string()?,
                    "data" => data = r.opt_string()?,
                    _ => r.skip()?,
                }
            }
        }
        let kind = media::kind_of(media_type.as_deref().unwrap_or_default());
        let part = self.start(place, PartKind::Media { kind, media_type }, sink);
        if let Some(base64) = data.filter(|d| !d.is_empty()) {
            sink.event(Event::DataDelta { part, base64 });
        }
        if raw.is_thought {
            sink.event(opaque(part, "thought", "true"));
        }
        finish_part(part, raw, sink)
    }

    fn add_call(
        &mut self,
        place: usize,
        mut r: Reader<'_>,
        raw: RawPart<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let piece = CallPiece::read(&mut r)?;
        let is_next = self.candidates[place].call.as_ref().is_some_and(|call| piece.continues(call));
        if !is_next {
            self.end_call(place, sink);
            if piece.is_empty() {
                return Ok(());
            }
            if !piece.will_continue && piece.pieces.is_none() {
                let args = piece.args.as_ref().map_or(Cow::Borrowed("{}"), |a| Cow::Borrowed(&**a));
                let part = self.start_call(place, piece.id, piece.name.unwrap_or_default(), sink);
                sink.event(Event::ArgumentsDelta { part, text: args });
                return finish_part(part, &raw, sink);
            }
        }
        let call = self.candidates[place].call.get_or_insert_default();
        piece.add_to(call)?;
        if call.signature.is_none() {
            call.signature = raw.signature.map(String::from);
        }
        if !piece.will_continue {
            self.end_call(place, sink);
        }
        Ok(())
    }

    fn start_call(
        &mut self,
        place: usize,
        id: Option<Cow<'_, str>>,
        name: Cow<'_, str>,
        sink: &mut dyn Sink,
    ) -> u32 {
        self.candidates[place].has_calls = true;
        self.start(place, PartKind::ToolCall { id, name, kind: ToolCallKind::Function }, sink)
    }

    /// Tells a call that came in pieces, if there is one.
    pub(super) fn end_call(&mut self, place: usize, sink: &mut dyn Sink) {
        let Some(call) = self.candidates[place].call.take() else { return };
        let part =
            self.start_call(place, call.id.as_deref().map(Cow::Borrowed), Cow::Borrowed(&call.name), sink);
        let text = match &call.whole {
            Some(whole) if call.pieces.is_empty() => Cow::Borrowed(&**whole),
            _ => Cow::Owned(call.pieces.write()),
        };
        sink.event(Event::ArgumentsDelta { part, text });
        if let Some(signature) = &call.signature {
            sink.event(opaque(part, "thoughtSignature", signature));
        }
        sink.event(Event::PartEnd { part });
    }

    /// Tells why a candidate ended, if that is news.
    pub(super) fn finish(&mut self, place: usize, raw: &str, detail: Option<&str>, sink: &mut dyn Sink) {
        if raw != "CONTINUATION" {
            self.end_call(place, sink);
        }
        let candidate = &mut self.candidates[place];
        let reason = finish::reason(raw, candidate.has_calls);
        if let Some(known) = &candidate.finish {
            let detail = detail.or(known.detail.as_deref());
            if known.reason == reason
                && known.raw.as_deref() == Some(raw)
                && known.detail.as_deref() == detail
            {
                return;
            }
        }
        let finish = Finish { reason, raw: Some(raw.into()), detail: detail.map(String::from) };
        candidate.finish = Some(finish.clone());
        sink.event(Event::Finish { candidate: candidate.number, finish });
    }

    /// Whether every candidate has ended.
    pub(super) fn is_finished(&self) -> bool {
        !self.candidates.is_empty() && self.candidates.iter().all(|c| c.finish.is_some())
    }

    /// Whether the provider stopped at its own limit and has more to say.
    pub(super) fn is_paused(&self) -> bool {
        self.candidates.first().is_some_and(Candidate::is_paused)
    }

    /// Ends everything, in a good response.
    pub(super) fn end(&mut self, sink: &mut dyn Sink) {
        for place in 0..self.candidates.len() {
            if !self.candidates[place].is_paused() {
                self.end_call(place, sink);
            }
            self.close(place, sink);
            self.candidates[place].tell_late(sink);
        }
    }

    /// The same with no candidate ended: where a stream is taken up again.
    pub(super) fn unfinished(&self) -> Self {
        let mut parts = self.clone();
        for candidate in &mut parts.candidates {
            candidate.finish = None;
        }
        parts
    }
}

impl Candidate {
    const fn new(number: u32) -> Self {
        Self {
            number,
            open: None,
            call: None,
            has_calls: false,
            finish: None,
            late: Vec::new(),
            logprobs: Vec::new(),
            grounding: String::new(),
            first_part: None,
        }
    }

    /// How many bytes are held until the end.
    pub(super) fn held_bytes(&self) -> usize {
        let late: usize =
            self.late.iter().chain(&self.logprobs).map(|(name, value)| name.len() + value.len()).sum();
        self.call.as_ref().map_or(0, |call| call.bytes()) + late + self.grounding.len()
    }

    fn is_paused(&self) -> bool {
        self.finish.as_ref().is_some_and(|f| f.reason == FinishReason::Pause)
    }

    /// Keeps a field that repeats in each chunk.
    pub(super) fn keep_late(&mut self, name: &str, value: &str) {
        if let Some((_, known)) = self.late.iter_mut().find(|(n, _)| n == name) {
            known.clear();
            known.push_str(value);
        } else if self.late.len() < MAX_LATE {
            self.late.push((name.into(), value.into()));
        }
    }

    /// Takes the `logprobsResult` of one chunk.
    pub(super) fn add_logprobs(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            let raw = r.raw()?;
            match self.logprobs.iter().position(|(name, _)| *name == key) {
                Some(at) => join(&mut self.logprobs[at].1, raw),
                None if self.logprobs.len() < MAX_LATE => self.logprobs.push((key.into_owned(), raw.into())),
                None => {}
            }
        }
        Ok(())
    }

    /// Tells the fields that were kept. A candidate but the first names its first part with them, as
    /// fields of no part are the first one's.
    fn tell_late(&mut self, sink: &mut dyn Sink) {
        if !self.logprobs.is_empty() {
            let mut w = Writer::new();
            w.object(|w| self.logprobs.iter().for_each(|(name, value)| w.key(name).raw(value)));
            self.late.push(("logprobsResult".into(), w.finish()));
            self.logprobs.clear();
        }
        let part = self.first_part.filter(|_| self.number > 0);
        for (name, value) in self.late.drain(..) {
            if part.is_none() && self.number > 0 {
                let name = alloc::format!("candidates[{}].{name}", self.number);
                sink.event(extra(None, &name, &value));
            } else {
                sink.event(extra(part, &name, &value));
            }
        }
    }

    /// Tells the grounding of the candidate, unless it is empty or told already.
    pub(super) fn ground(&mut self, raw: &str, sink: &mut dyn Sink) {
        if raw == self.grounding || matches!(&*compact(raw), "{}" | "null") {
            return;
        }
        self.grounding.clear();
        self.grounding.push_str(raw);
        sink.event(Event::Citation { part: None, wire: Wire::Gemini, raw: Cow::Borrowed(raw) });
    }
}

/// Adds the elements of the array `more` to the array `known`; any other value takes its place.
fn join(known: &mut String, more: &str) {
    let inside = more.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_empty = known.strip_prefix('[').is_none_or(|rest| rest.trim_start().starts_with(']'));
    match inside {
        Some(inside) if !is_empty => {
            if !inside.trim().is_empty() {
                known.pop();
                known.push(',');
                known.push_str(inside);
                known.push(']');
            }
        }
        _ => {
            known.clear();
            known.push_str(more);
        }
    }
}

/// More fields than a candidate has.
const MAX_LATE: usize = 32;

/// One `functionCall` of a chunk.
struct CallPiece<'a> {
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    args: Option<Cow<'a, str>>,
    pieces: Option<Reader<'a>>,
    will_continue: bool,
}

impl<'a> CallPiece<'a> {
    fn read(r: &mut Reader<'a>) -> Result<Self, json::Error> {
        let mut piece = Self { id: None, name: None, args: None, pieces: None, will_continue: false };
        let Some(mut fields) = r.opt_object()? else { return Ok(piece) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "id" => piece.id = r.opt_text()?.filter(|id| !id.is_empty()),
                "name" => piece.name = r.opt_string()?.filter(|name| !name.is_empty()),
                "willContinue" => piece.will_continue = r.opt_bool()? == Some(true),
                _ if r.null() => {}
                // Some proxies write the object as the text of a string.
                "args" if r.kind()? == Kind::String => piece.args = r.opt_string()?,
                "args" => piece.args = Some(compact(r.raw()?)),
                "partialArgs" => piece.pieces = Some(skipped(r)?),
                _ => r.skip()?,
            }
        }
        Ok(piece)
    }

    /// Whether it says nothing: the last piece of a call is `{}`.
    const fn is_empty(&self) -> bool {
        self.name.is_none() && self.args.is_none() && self.pieces.is_none()
    }

    /// Whether it goes on with `call` and does not begin another one.
    fn continues(&self, call: &PartialCall) -> bool {
        self.name.is_none() || (self.id.is_some() && self.id.as_deref() == call.id.as_deref())
    }

    fn add_to(&self, call: &mut PartialCall) -> Result<(), json::Error> {
        if call.id.is_none() {
            call.id = self.id.as_deref().map(String::from);
        }
        if call.name.is_empty() {
            call.name.push_str(self.name.as_deref().unwrap_or_default());
        }
        if let Some(args) = &self.args {
            call.whole = Some(args.as_ref().into());
        }
        match self.pieces.clone() {
            Some(mut r) => call.pieces.read(&mut r),
            None => Ok(()),
        }
    }
}

/// Tells the signature and the fields about a part, and ends it.
fn finish_part(part: u32, raw: &RawPart<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
    if let Some(signature) = raw.signature {
        sink.event(opaque(part, "thoughtSignature", signature));
    }
    if raw.other.is_some() {
        let mut r = raw.start.clone();
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "text" | "thought" | "thoughtSignature" | "functionCall" | "inlineData" => r.skip()?,
                _ if r.null() => {}
                _ => sink.event(extra(Some(part), &key, r.raw()?)),
            }
        }
    }
    sink.event(Event::PartEnd { part });
    Ok(())
}

pub(super) const fn extra<'a>(part: Option<u32>, name: &'a str, value: &'a str) -> Event<'a> {
    Event::Extra { part, name: Cow::Borrowed(name), value: Cow::Borrowed(value) }
}

const fn opaque<'a>(part: u32, field: &'a str, value: &'a str) -> Event<'a> {
    Event::Opaque { part, field: Cow::Borrowed(field), value: Cow::Borrowed(value) }
}

const fn text_kind(is_thought: bool) -> PartKind<'static> {
    // What comes with `thought` is documented as a summary.
    if is_thought { PartKind::Reasoning { is_summary: true } } else { PartKind::Text }
}

#[inline]
const fn text_delta(part: u32, is_thought: bool, text: Cow<'_, str>) -> Event<'_> {
    if is_thought { Event::ReasoningDelta { part, text } } else { Event::TextDelta { part, text } }
}
