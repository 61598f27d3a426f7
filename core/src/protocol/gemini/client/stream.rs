//! Streams. Each chunk is a whole `GenerateContentResponse` whose parts are increments.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::parts::{Candidate, Parts, RawPart, extra};
use super::usual::{Hole, Usual};
use super::{error, response};
use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};
use crate::model::{Event, Finish, FinishReason, Sink};
use crate::protocol::Resume;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::{Completeness, GeminiSnapshot, Usage, read_gemini_snapshot};

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
    /// How many values came without the framing of a stream; the first one is a whole response.
    wholes: u32,
    /// One of Google's own fields came.
    is_known: bool,
    /// Envelope fields that were told.
    seen: Vec<String>,
    usage: Usage,
    checkpoint: Option<Box<Checkpoint>>,
    usual: Usual,
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
        self.wholes = self.wholes.saturating_add(1);
        response::decode(self, body, sink)
    }

    fn element(&mut self, value: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.chunk(value, sink)
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
            // What was counted before the finish is not the total.
            sink.event(Event::Usage(Box::new(self.usage.clone())));
        }
        Ok(())
    }

    fn held_bytes(&self) -> usize {
        self.parts.candidates.iter().map(Candidate::held_bytes).sum()
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
        let is_over =
            self.is_blocked || (self.parts.is_finished() && !(self.parts.is_paused() && checkpoint.is_new));
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
        self.wholes = 0;
        self.usage = Usage::default();
        self.usual.clear();
    }

    /// Whether the end of the body is a good end. A whole response may lack the `finishReason` that a
    /// stream must have.
    fn is_finished(&self) -> bool {
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
        self.parts.open_part().map_or_else(|| (self.parts.count(), 0), |open| (open.part, open.bytes))
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
    use crate::model::{Accumulator, Content, PartKind, Response};
    use crate::usage::Bucket;
    use alloc::format;

    /// The events of some chunks, and of the end of the body.
    fn events(chunks: &[&str]) -> Vec<Event<'static>> {
        let mut state = State::default();
        let mut out = Vec::new();
        for chunk in chunks {
            state.event("", chunk, &mut |e: Event<'_>| out.push(e.into_owned())).expect(chunk);
        }
        state.end(&mut |e: Event<'_>| out.push(e.into_owned())).expect("a good end");
        out
    }

    fn response(chunks: &[&str]) -> Response {
        let mut sum = Accumulator::new("google");
        events(chunks).iter().for_each(|e| sum.add(e));
        sum.into_response()
    }

    fn parts(parts: &str) -> String {
        format!(r#"{{"candidates":[{{"content":{{"role":"model","parts":[{parts}]}},"index":0}}]}}"#)
    }

    const STOP: &str = r#"{"candidates":[{"finishReason":"STOP","index":0}]}"#;

    #[test]
    fn fields_of_all_chunks_and_candidates_are_kept() {
        let logprobs = |index: u32, text: &str, sum: u32| {
            format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},"index":{index},"finishReason":"STOP","safetyRatings":[{index}],"logprobsResult":{{"chosenCandidates":[{{"token":"{text}"}}],"topCandidates":[],"sum":{sum}}}}}]}}"#
            )
        };
        let response = response(&[&logprobs(0, "a", 1), &logprobs(1, "b", 2), &logprobs(0, "c", 3)]);
        let extras: Vec<_> =
            response.extras.iter().map(|e| (e.part, e.name.as_str(), e.value.as_str())).collect();
        assert_eq!(
            extras,
            [
                (None, "safetyRatings", "[0]"),
                (
                    None,
                    "logprobsResult",
                    r#"{"chosenCandidates":[{"token":"a"},{"token":"c"}],"topCandidates":[],"sum":3}"#
                ),
                (Some(1), "safetyRatings", "[1]"),
                (
                    Some(1),
                    "logprobsResult",
                    r#"{"chosenCandidates":[{"token":"b"}],"topCandidates":[],"sum":2}"#
                ),
            ]
        );
    }

    #[test]
    fn usage_before_the_finish_is_partial() {
        let usage = r#"{"usageMetadata":{"promptTokenCount":1,"totalTokenCount":1}}"#;
        let completeness = |chunks: &[&str]| {
            let last = events(chunks).pop();
            let Some(Event::Usage(usage)) = last else { panic!("{last:?}") };
            usage.completeness
        };
        assert_eq!(completeness(&[usage, STOP]), Completeness::Partial);
        assert_eq!(completeness(&[STOP, usage]), Completeness::Complete);
    }

    #[test]
    fn a_call_in_pieces_is_counted() {
        let mut state = State::default();
        let piece = format!(
            r#"{{"functionCall":{{"name":"f","willContinue":true,"partialArgs":[{{"jsonPath":"$.a","stringValue":"{}"}}]}}}}"#,
            "x".repeat(1000)
        );
        state.event("", &parts(&piece), &mut |_: Event<'_>| {}).expect("good");
        assert!((1000..1010).contains(&state.held_bytes()), "{}", state.held_bytes());
        state.event("", &parts(r#"{"functionCall":{}}"#), &mut |_: Event<'_>| {}).expect("good");
        assert_eq!(state.held_bytes(), 0);
    }

    #[test]
    fn text_of_one_kind_is_one_part() {
        let text = response(&[
            &parts(r#"{"text":"a","thought":true},{"text":"b","thought":true},{"text":"c"}"#),
            &parts(r#"{"text":"d"},{"text":""}"#),
            STOP,
        ]);
        assert_eq!((text.reasoning().as_str(), text.text().as_str()), ("ab", "cd"));
        assert_eq!(text.candidates[0].parts.len(), 2);
        assert_eq!(text.finish().map(|f| f.reason), Some(FinishReason::Stop));
    }

    #[test]
    fn a_signature_stays_on_its_own_part() {
        let text = response(&[
            &parts(r#"{"text":"a"}"#),
            &parts(r#"{"text":"","thoughtSignature":"s"},{"text":"b"}"#),
            &parts(r#"{"text":"c","thoughtSignature":"t"}"#),
            &parts(r#"{"text":"d"}"#),
            STOP,
        ]);
        let found: Vec<_> = text.candidates[0]
            .parts
            .iter()
            .map(|p| match &p.content {
                Content::Text { text, .. } => (text.as_str(), p.opaque.len()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, [("a", 0), ("", 1), ("b", 0), ("c", 1), ("d", 0)]);
    }

    #[test]
    fn start_comes_first_and_again_when_it_changes() {
        let events = events(&[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"modelVersion":"m","responseId":"1"}"#,
            r#"{"candidates":[{"finishReason":"STOP"}],"modelVersion":"m","responseId":"2"}"#,
        ]);
        let start = |id: &'static str, model: Option<&'static str>| Event::Start {
            id: Some(id.into()),
            model: model.map(Into::into),
        };
        assert_eq!(events[0], start("1", Some("m")));
        assert_eq!(events.iter().filter(|e| matches!(e, Event::Start { .. })).count(), 2);
        assert!(events.contains(&start("2", None)));
    }

    #[test]
    fn calls_keep_order_and_spelling_of_arguments() {
        let text = response(&[
            &parts(
                r#"{"functionCall":{"name":"f","args":{"b": 1.0, "a" : "x y"}},"thoughtSignature":"s"},
               {"functionCall":{"id":"7","name":"g"}}"#,
            ),
            STOP,
        ]);
        let calls: Vec<_> = text.tool_calls().collect();
        assert_eq!(calls[0].arguments, r#"{"b":1.0,"a":"x y"}"#);
        assert_eq!((calls[1].id.as_deref(), calls[1].arguments.as_str()), (Some("7"), "{}"));
        assert_eq!(text.candidates[0].parts[0].opaque[0].value.as_str(), "\"s\"");
        assert_eq!(text.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
    }

    #[test]
    fn a_call_in_pieces_is_told_once_it_is_whole() {
        let chunks = [
            parts(r#"{"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"s"}"#),
            parts(
                r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"N"}],"willContinue":true}}"#,
            ),
            parts(
                r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"Y"}],"willContinue":true}}"#,
            ),
            parts(r#"{"functionCall":{}}"#),
            parts(r#"{"functionCall":{"name":"g","willContinue":true}}"#),
        ];
        let mut chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
        chunks.push(STOP);
        let text = response(&chunks);
        let calls: Vec<_> = text.tool_calls().map(|c| (c.name.as_str(), c.arguments.as_str())).collect();
        assert_eq!(calls, [("f", r#"{"a":"NY"}"#), ("g", "{}")]);
    }

    #[test]
    fn candidates_are_told_apart_by_index() {
        let text = response(&[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]},"index":1},
                {"content":{"parts":[{"text":"c"}]},"index":0}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"d"}]},"finishReason":"STOP","index":1}]}"#,
            r#"{"candidates":[{"finishReason":"MAX_TOKENS","index":0}]}"#,
        ]);
        let reasons: Vec<_> = text.candidates.iter().map(|c| c.finish.as_ref().map(|f| f.reason)).collect();
        assert_eq!(reasons, [Some(FinishReason::Length), Some(FinishReason::Stop)]);
        assert_eq!(text.text(), "c");
        assert_eq!(text.candidates[1].parts, [crate::model::Part::text("abd")]);
    }

    #[test]
    fn what_has_no_word_is_kept_raw() {
        let code = r#"{"executableCode":{"code":"1","language":"PYTHON"},"thoughtSignature":"s"}"#;
        let events = events(&[
            &parts(code),
            r#"{"candidates":[{"safetyRatings":[1]}],"createTime":"x","turnToken":"t"}"#,
            r#"{"candidates":[{"finishReason":"STOP","safetyRatings":[2],"groundingMetadata":{"a":1}}],"createTime":"y"}"#,
        ]);
        assert!(events.contains(&Event::PartStart {
            part: 0,
            candidate: 0,
            kind: PartKind::Vendor {
                wire: crate::model::Wire::Gemini,
                kind: "executableCode".into(),
                json: code.into()
            },
        }));
        let told = |name, value| events.iter().filter(|e| **e == extra(None, name, value)).count();
        assert_eq!((told("createTime", "\"x\""), told("createTime", "\"y\"")), (1, 0));
        assert_eq!((told("safetyRatings", "[1]"), told("safetyRatings", "[2]")), (0, 1));
        let citations = events.iter().filter(|e| matches!(e, Event::Citation { part: None, .. })).count();
        assert_eq!(citations, 1);
    }

    #[test]
    fn a_blocked_prompt_is_a_filtered_end() {
        let text = response(&[r#"{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"no"}}"#]);
        let finish = text.finish().expect("a finish");
        assert_eq!((finish.reason, finish.raw.as_deref()), (FinishReason::ContentFilter, Some("SAFETY")));
        assert_eq!(finish.detail.as_deref(), Some("no"));
    }

    #[test]
    fn a_stream_needs_a_reason_and_a_whole_response_does_not() {
        let text = parts(r#"{"text":"a"}"#);
        let mut state = State::default();
        state.event("", &text, &mut |_: Event<'_>| {}).expect("valid");
        assert!(matches!(state.end(&mut |_: Event<'_>| {}), Err(DecodeError::Incomplete { .. })));
        let mut state = State::default();
        state.whole(&text, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.end(&mut |_: Event<'_>| {}), Ok(()));
        let mut state = State::default();
        state.whole("{\"ok\":true}", &mut |_: Event<'_>| {}).expect("valid");
        assert!(state.end(&mut |_: Event<'_>| {}).is_err());
    }

    #[test]
    fn an_error_may_follow_the_finish() {
        let mut state = State::default();
        state.event("", STOP, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.progress(), Progress::Finished);
        let error = state.event("", r#"{"error":{"code":499,"status":"CANCELLED"}}"#, &mut |_: Event<'_>| {});
        assert!(matches!(error, Err(DecodeError::Provider(body)) if body.code.as_deref() == Some("499")));
    }

    #[test]
    fn usage_is_a_running_total() {
        let usage = |n: u32| {
            format!(
                r#""usageMetadata":{{"promptTokenCount":5,"candidatesTokenCount":{n},"serviceTier":"flex"}}"#
            )
        };
        let mut state = State::default();
        let first = format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"a"}}]}}}}],{}}}"#, usage(1));
        state.event("", &first, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.usage().completeness, Completeness::Partial);
        let last = format!(r#"{{{},"candidates":[{{"finishReason":"STOP"}}]}}"#, usage(9));
        state.event("", &last, &mut |_: Event<'_>| {}).expect("valid");
        state
            .event("", r#"{"usageMetadata":{"trafficType":"ON_DEMAND"}}"#, &mut |_: Event<'_>| {})
            .expect("valid");
        assert_eq!(state.usage().completeness, Completeness::Complete);
        assert_eq!(state.usage().counts.get(Bucket::Output), Some(9));
        assert_eq!(state.usage().service_tier.as_deref(), Some("flex"));
        assert_eq!(
            state.usage().raw,
            [r#"{"promptTokenCount":5,"candidatesTokenCount":9,"serviceTier":"flex"}"#]
        );
    }

    fn checkpoint(text: &str, token: &str, finish: &str) -> String {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},"continuationToken":"{token}"{finish}}}],
                "usageMetadata":{{"promptTokenCount":5,"candidatesTokenCount":2}}}}"#
        )
    }

    fn resume(token: &str, from_part: u32, keep_bytes: u64) -> Option<Resume> {
        Some(Resume::Gemini { token: token.into(), from_part, keep_bytes })
    }

    #[test]
    fn a_broken_stream_goes_on_at_its_checkpoint() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        for chunk in [
            parts(r#"{"text":"t","thought":true},{"text":"ab"}"#),
            checkpoint("é", "T", ""),
            parts(r#"{"text":"lost"},{"functionCall":{"name":"f"}}"#),
        ] {
            state.event("", &chunk, &mut sum).expect("valid");
        }
        assert_eq!(state.resume(), resume("T", 1, 4));
        sum.add(&Event::Discard { from_part: 1, keep_bytes: 4 });
        state.rewind();
        assert_eq!(state.usage(), &Usage::default());
        assert_eq!(state.resume(), resume("T", 1, 4));
        state.event("", &parts(r#"{"text":"cd"}"#), &mut sum).expect("valid");
        state.event("", STOP, &mut sum).expect("valid");
        state.end(&mut sum).expect("a good end");
        assert_eq!(state.resume(), None);
        assert_eq!(sum.response().text(), "abécd");
        assert_eq!(sum.parts(), 2);
        assert_eq!(sum.response().finish().map(|f| f.reason), Some(FinishReason::Stop));
    }

    #[test]
    fn a_call_in_pieces_survives_its_checkpoint() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        let first = r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true,
            "partialArgs":[{"jsonPath":"$.a","stringValue":"x"}]}}]},"continuationToken":"T"}]}"#;
        let more = parts(
            r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"}],"willContinue":true}}"#,
        );
        state.event("", first, &mut sum).expect("valid");
        state.event("", &more, &mut sum).expect("valid");
        assert_eq!(state.resume(), resume("T", 0, 0));
        state.rewind();
        state.event("", &more, &mut sum).expect("valid");
        state.event("", STOP, &mut sum).expect("valid");
        let arguments: Vec<_> = sum.response().tool_calls().map(|c| c.arguments.clone()).collect();
        assert_eq!(arguments, [r#"{"a":"xy"}"#]);
    }

    #[test]
    fn a_pause_goes_on_in_the_next_stream() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        let pause = r#","finishReason":"CONTINUATION""#;
        state.event("", &checkpoint("ab", "T", pause), &mut sum).expect("valid");
        assert_eq!(sum.response().finish().map(|f| f.reason), Some(FinishReason::Pause));
        assert_eq!(state.resume(), resume("T", 0, 2));
        let mut ended = state.clone();
        ended.end(&mut |_: Event<'_>| {}).expect("a good end");
        assert_eq!(ended.resume(), resume("T", 1, 0));
        state.rewind();
        assert_eq!(state.progress(), Progress::Open);
        state.event("", &checkpoint("cd", "T", pause), &mut sum).expect("valid");
        assert_eq!(state.resume(), None, "the same token again would only repeat the hop");
        assert_eq!(sum.response().text(), "abcd");
    }

    #[test]
    fn without_a_token_nothing_is_resumed() {
        let mut state = State::default();
        state.event("", &parts(r#"{"text":"a"}"#), &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.resume(), None);
    }

    #[test]
    fn odd_values_are_never_fatal() {
        for chunk in [
            "null",
            "[DONE]",
            "{}",
            r#"{"candidates":null,"usageMetadata":null,"promptFeedback":null,"error":null}"#,
            r#"{"candidates":[null,1,{"content":null},{"content":{"parts":[null,{},{"text":null},"x"]}}]}"#,
            r#"{"candidates":[{"index":"x","content":{"parts":{}},"finishReason":{}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":null},{"functionCall":3},{"inlineData":3}]}}]}"#,
        ] {
            let mut state = State::default();
            assert_eq!(state.event("", chunk, &mut |_: Event<'_>| {}), Ok(()), "{chunk}");
        }
        let mut state = State::default();
        assert!(state.event("", "{\"candidates\":[", &mut |_: Event<'_>| {}).is_err());
    }

    /// What `second` gives behind `first`, with or without the memory of how `first` looked.
    fn behind(first: &str, second: &str, forgets: bool) -> (Result<(), DecodeError>, Vec<String>, Usage) {
        let mut state = State::default();
        let mut events = Vec::new();
        let mut sink = |event: Event<'_>| events.push(format!("{event:?}"));
        state.event("", first, &mut sink).expect("the first chunk is good");
        if forgets {
            state.usual = Usual::default();
        }
        let end = state.event("", second, &mut sink).and_then(|()| state.event("", STOP, &mut sink));
        (end, events, state.usage)
    }

    #[test]
    fn a_chunk_like_the_last_reads_as_if_alone() {
        let first = r#"{"candidates": [{"content": {"parts": [{"text": "Hi","thought": true}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 8,"candidatesTokenCount": 10},"modelVersion": "m","responseId": "i"}"#;
        let mut state = State::default();
        state.event("", first, &mut |_: Event<'_>| {}).expect("good");
        assert!(state.take_usual(first, &mut |_: Event<'_>| {}));
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
            let mut state = State::default();
            state.event("", &rare, &mut |_: Event<'_>| {}).expect(&rare);
            assert!(!state.take_usual(&rare, &mut |_: Event<'_>| {}), "{rare}");
        }
    }
}
