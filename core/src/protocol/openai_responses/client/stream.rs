//! Streams.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::assembly::{Assembly, Phase};
use super::item::{self, ContentPart, Item, reasoning_kind};
use super::parts::{Key, Lane};
use super::{error, response};
use crate::json::{self, Mold, Reader};
use crate::model::{Event, PartKind, Sink};
use crate::protocol::Resume;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder, is_other_json};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    assembly: Assembly,
    sequence: Option<u64>,
    /// The next new event is the first of a stream that was taken up again.
    is_resumed: bool,
    usual: Usual,
}

/// The last delta: most that follow differ from it in a few values only.
#[derive(Clone, Debug, Default)]
struct Usual {
    mold: Mold<Hole>,
    /// The part that it continued.
    key: Option<Key>,
}

/// A value in which deltas of one part differ.
#[derive(Clone, Copy, Debug)]
enum Hole {
    Delta,
    Obfuscation,
    Sequence,
}

impl Usual {
    /// Reads a delta that is like the last one: its part, number and text.
    #[inline]
    fn read<'a>(&self, data: &'a str) -> Option<(Key, Option<u64>, Cow<'a, str>)> {
        let (mut sequence, mut delta) = (None, None);
        let fits = self.mold.read(data, |hole, r| {
            match hole {
                Hole::Delta => delta = r.opt_string()?,
                Hole::Obfuscation => r.skip()?,
                Hole::Sequence => sequence = r.opt_u64()?,
            }
            Ok(())
        });
        if fits { Some((self.key?, sequence, delta?)) } else { None }
    }
}

/// The fields that events have in common, and the one that tells events apart.
#[derive(Default)]
struct Fields<'a> {
    kind: Cow<'a, str>,
    /// Whether the data says it; otherwise it is the event's name.
    says_kind: bool,
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
    fn read(data: &'a str, mold: &mut Mold<Hole>) -> Result<Self, json::Error> {
        mold.clear();
        let mut fields = Self::default();
        let r = &mut Reader::new(data);
        let mut object = r.object()?;
        while let Some(key) = object.key(r)? {
            match &*key {
                "type" => fields.kind = r.opt_string()?.unwrap_or_default(),
                "delta" => fields.delta = mold.hole(Hole::Delta, r, Reader::opt_string)?,
                "sequence_number" => fields.sequence = mold.hole(Hole::Sequence, r, Reader::opt_u64)?,
                "output_index" => fields.output = index(r)?,
                "content_index" | "summary_index" => fields.index = index(r)?,
                "item_id" | "logprobs" => r.skip()?,
                "obfuscation" => mold.hole(Hole::Obfuscation, r, Reader::skip)?,
                "arguments" | "input" | "refusal" | "text" => fields.text = Some(r.raw()?),
                "annotation" | "item" | "part" | "response" => fields.body = Some(r.raw()?),
                _ => r.skip()?,
            }
        }
        r.end()?;
        fields.says_kind = !fields.kind.is_empty();
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
        if let Some((key, sequence, text)) = self.usual.read(data)
            && let Some(part) =
                self.assembly.parts.find_open(key).filter(|part| self.assembly.parts.takes_pieces(*part))
            && matches!(self.assembly.phase, Phase::Open)
        {
            if self.is_news(sequence)? {
                self.assembly.parts.append(part, text, sink);
            }
            return Ok(());
        }
        let malformed = |e| DecodeError::json("a Responses event", e, data);
        let mut fields = match Fields::read(data, &mut self.usual.mold) {
            Ok(fields) => fields,
            Err(error) => return self.other_data(name, data, error, sink),
        };
        if !fields.says_kind {
            if name.is_empty() {
                return self.whole(data, sink);
            }
            fields.kind = Cow::Borrowed(name);
        }
        if !self.is_news(fields.sequence)? {
            return Ok(());
        }
        if matches!(self.assembly.phase, Phase::Failing(_)) && fields.kind != "response.failed" {
            return self.raise();
        }
        match &*fields.kind {
            "response.completed" | "response.incomplete" | "response.failed" | "response.cancelled" => {
                response::terminal_event(&mut self.assembly, &fields.kind, fields.body, data, sink)
            }
            "error" => {
                self.assembly.phase = Phase::Failing(Box::new(error::read(data).unwrap_or_default()));
                Ok(())
            }
            _ => self.piece(fields, data, sink).map_err(malformed),
        }
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        match response::decode(&mut self.assembly, body, sink)? {
            Some(kind) => self.event(&kind, body, sink),
            None => Ok(()),
        }
    }

    fn end(&mut self, _: &mut dyn Sink) -> Result<(), DecodeError> {
        self.raise()?;
        match self.assembly.phase {
            Phase::Complete => Ok(()),
            Phase::NotAResponse => Err(DecodeError::Incomplete { expected: "a response object" }),
            Phase::Failing(_) | Phase::Open => {
                Err(DecodeError::Incomplete { expected: "response.completed" })
            }
        }
    }

    fn held_bytes(&self) -> usize {
        self.assembly.held_bytes()
    }

    fn progress(&self) -> Progress {
        match self.assembly.phase {
            Phase::Complete => Progress::Complete,
            Phase::Failing(_) => Progress::Finished,
            Phase::NotAResponse | Phase::Open => Progress::Open,
        }
    }

    fn usage(&self) -> &Usage {
        &self.assembly.usage
    }
}

impl State {
    /// Where the stream can be taken up again: only what runs in the background outlives its
    /// connection.
    pub(in crate::protocol) fn resume(&self) -> Option<Resume> {
        let is_open = matches!(self.assembly.phase, Phase::Open);
        let (Some(id), Some(after), true, true) =
            (self.assembly.id.as_ref(), self.sequence, self.assembly.is_background, is_open)
        else {
            return None;
        };
        Some(Resume::Responses { id: id.clone(), after })
    }

    /// Notes an event's number; whether it has not come before.
    #[inline]
    fn is_news(&mut self, sequence: Option<u64>) -> Result<bool, DecodeError> {
        let Some(number) = sequence else { return Ok(true) };
        // A stream that was taken up again may begin before the place where it broke.
        if self.assembly.is_background && self.sequence.is_some_and(|last| number <= last) {
            return Ok(false);
        }
        if self.is_resumed {
            self.check_continuation(number)?;
        }
        self.sequence = Some(number);
        Ok(true)
    }

    /// The events that follow come from the stream that continues this one.
    pub(in crate::protocol) const fn resume_from_here(&mut self) {
        self.is_resumed = true;
    }

    /// Whether the event `number` follows what was seen before the stream was taken up again.
    #[cold]
    fn check_continuation(&mut self, number: u64) -> Result<(), DecodeError> {
        self.is_resumed = false;
        match self.sequence.and_then(|last| last.checked_add(1)) {
            Some(expected) if number > expected => Err(DecodeError::Malformed {
                message: alloc::format!(
                    "the resumed stream continues at event {number}, expected {expected}"
                ),
            }),
            _ => Ok(()),
        }
    }

    /// Takes data that is no object of this protocol: a sign of life, or what this version does not
    /// know.
    #[cold]
    fn other_data(
        &mut self,
        name: &str,
        data: &str,
        error: json::Error,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        match data.trim() {
            "" => Ok(()),
            "[DONE]" => self.raise(),
            _ if !is_other_json(data) => Err(DecodeError::json("a Responses event", error, data)),
            _ => {
                if !matches!(name, "keepalive" | "ping") {
                    sink.event(Event::Unknown { name: Cow::Borrowed(name), data: Cow::Borrowed(data) });
                }
                Ok(())
            }
        }
    }

    /// Raises the error that an `error` event told, if one did.
    fn raise(&mut self) -> Result<(), DecodeError> {
        match core::mem::take(&mut self.assembly.phase) {
            Phase::Failing(body) => {
                self.assembly.phase = Phase::Complete;
                Err(DecodeError::Provider(body))
            }
            phase => {
                self.assembly.phase = phase;
                Ok(())
            }
        }
    }

    /// Takes an event that is neither the last nor an error.
    #[inline]
    fn piece(&mut self, mut fields: Fields<'_>, data: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let continued = match &*fields.kind {
            "response.output_text.delta" => {
                self.delta(&mut fields, Lane::Content, PartKind::Text, data, sink)
            }
            "response.reasoning_summary_text.delta" => {
                self.delta(&mut fields, Lane::Summary, reasoning_kind(Lane::Summary), data, sink)
            }
            "response.reasoning_text.delta" => {
                self.delta(&mut fields, Lane::Content, reasoning_kind(Lane::Content), data, sink)
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                self.call_delta(&mut fields, data, sink)
            }
            "response.refusal.delta" => self.delta(&mut fields, Lane::Content, PartKind::Refusal, data, sink),
            _ => return self.rare_piece(&fields, data, sink),
        };
        if continued.is_some() && fields.says_kind {
            self.usual.key = continued;
            self.usual.mold.set(data);
        }
        Ok(())
    }

    /// Takes a piece of text; gives the key of the part that it continued.
    fn delta(
        &mut self,
        fields: &mut Fields<'_>,
        lane: Lane,
        kind: PartKind<'static>,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Option<Key> {
        let Some(text) = fields.delta.take() else {
            unknown(fields, data, sink);
            return None;
        };
        if text.is_empty() {
            return None;
        }
        let key = fields.key(lane);
        let part = match self.assembly.parts.find_open(key) {
            Some(part) => part,
            None => self.assembly.parts.open(key, kind, sink),
        };
        self.assembly.parts.append(part, text, sink);
        Some(key)
    }

    /// A piece of a call's arguments; gives the key of the part that it continued. Without an item
    /// the tool has no name; then the whole item, which follows, brings them.
    fn call_delta(&mut self, fields: &mut Fields<'_>, data: &str, sink: &mut dyn Sink) -> Option<Key> {
        let key = Key::item(fields.output);
        match self.assembly.parts.find_open(key) {
            Some(part) if self.assembly.parts.takes_pieces(part) => {
                self.assembly.parts.append(part, fields.delta.take()?, sink);
                return Some(key);
            }
            Some(_) => unknown(fields, data, sink),
            None => {}
        }
        None
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
                return response::opening(&mut self.assembly, body, sink);
            }
            "response.output_item.added" => return self.assembly.item_added(fields.output, body, sink),
            "response.output_item.done" => {
                return self.assembly.item_done(fields.output, &Item::read(body)?, sink);
            }
            "response.content_part.added" | "response.reasoning_part.added" => {
                if let Some(kind) = ContentPart::read(body)?.opening() {
                    item::open(&mut self.assembly.parts, fields.key(Lane::Content), kind, sink);
                }
            }
            "response.content_part.done" | "response.reasoning_part.done" => {
                let content = ContentPart::read(body)?;
                item::content_part(&mut self.assembly.parts, fields.key(Lane::Content), &content, sink)?;
            }
            "response.reasoning_summary_part.added" => {
                let kind = reasoning_kind(Lane::Summary);
                item::open(&mut self.assembly.parts, fields.key(Lane::Summary), kind, sink);
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
                let part =
                    item::open(&mut self.assembly.parts, fields.key(Lane::Content), PartKind::Text, sink);
                return self.assembly.parts.cite(part, body, sink);
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
        let part = item::open(&mut self.assembly.parts, key, kind, sink);
        text.map_or(Ok(()), |text| self.assembly.parts.settle(part, text, sink))
    }

    fn call_done(&mut self, fields: &Fields<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
        match (self.assembly.parts.find_open(Key::item(fields.output)), fields.text) {
            (Some(part), Some(text)) if self.assembly.parts.takes_pieces(part) => {
                self.assembly.parts.settle(part, text, sink)
            }
            _ => Ok(()),
        }
    }

    /// Sound belongs to no item.
    fn audio(&mut self, fields: &Fields<'_>, data: &str, sink: &mut dyn Sink) {
        let Some(piece) = fields.delta.as_deref() else { return unknown(fields, data, sink) };
        let key = Key { output: u32::MAX, lane: Lane::Item, index: u32::MAX };
        let kind = PartKind::Media { kind: crate::model::MediaKind::Audio, media_type: None };
        let part = item::open(&mut self.assembly.parts, key, kind, sink);
        self.assembly.parts.append(part, Cow::Borrowed(piece), sink);
    }
}

/// Hands on an event that only tells how a server tool goes, or that this version does not know.
fn unknown(fields: &Fields<'_>, data: &str, sink: &mut dyn Sink) {
    sink.event(Event::Unknown { name: Cow::Borrowed(&*fields.kind), data: Cow::Borrowed(data) });
}

#[cfg(test)]
mod tests {
    use super::super::decoded::{Decoded, decode};
    use super::*;
    use crate::model::{Content, FinishReason, MediaKind};
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;

    const COMPLETED: &str = r#"{"type":"response.completed","response":{"status":"completed","output":[]}}"#;

    fn text_delta(output: u32, index: u32, text: &str) -> String {
        format!(
            r#"{{"type":"response.output_text.delta","output_index":{output},"content_index":{index},"delta":"{text}"}}"#
        )
    }

    fn text_done(text: &str) -> String {
        format!(
            r#"{{"type":"response.output_text.done","output_index":0,"content_index":0,"text":"{text}"}}"#
        )
    }

    fn item(event: &str, output: u32, item: &str) -> String {
        format!(r#"{{"type":"response.output_item.{event}","output_index":{output},"item":{item}}}"#)
    }

    fn failed_with(decoded: &Decoded) -> Option<&str> {
        match decoded.end.as_ref().err()? {
            DecodeError::Provider(body) => body.code.as_deref(),
            _ => None,
        }
    }

    #[test]
    fn data_that_says_nothing_is_passed_over() {
        let mut state = State::default();
        let mut log = Vec::new();
        let mut sink = |event: Event<'_>| log.push(event.into_owned());
        for (name, data) in [("", ""), ("", " "), ("keepalive", "null"), ("", "[DONE] "), ("x", "[]")] {
            state.event(name, data, &mut sink).expect(data);
        }
        assert_eq!(log, [Event::Unknown { name: "x".into(), data: "[]".into() }]);
        assert!(matches!(state.event("", "nul", &mut |_: Event<'_>| {}), Err(DecodeError::Malformed { .. })));
    }

    #[test]
    fn items_are_counted_until_the_end() {
        let mut state = State::default();
        let id = "i".repeat(10_000);
        for output in 0..10 {
            let data = item("added", output, &format!(r#"{{"type":"message","id":"{id}"}}"#));
            state.event("", &data, &mut |_: Event<'_>| {}).expect("good");
        }
        let before = state.held_bytes();
        assert!((200_000..210_000).contains(&before), "{before}");
        let done = item("done", 0, r#"{"type":"message","id":"i"}"#);
        state.event("", &done, &mut |_: Event<'_>| {}).expect("good");
        assert!(state.held_bytes() < before - 19_000);
    }

    #[test]
    fn many_open_parts_of_one_item_cost_no_search() {
        let mut events: Vec<String> = (0..50_000)
            .map(|n| {
                let part = r#"{"type":"output_text","text":""}"#;
                format!(r#"{{"type":"response.content_part.added","content_index":{n},"part":{part}}}"#)
            })
            .collect();
        events.push(COMPLETED.into());
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        assert_eq!(decode(&events).response.candidates[0].parts.len(), 50_000);
    }

    #[test]
    fn a_text_is_one_part() {
        let created = r#"{"type":"response.created","response":{"id":"r","model":"m","output":[]}}"#;
        let added = item("added", 0, r#"{"id":"a","type":"message","content":[]}"#);
        let done =
            item("done", 0, r#"{"id":"a","type":"message","content":[{"type":"output_text","text":"Hi!"}]}"#);
        let (one, two) = (text_delta(0, 0, "Hi"), text_delta(0, 0, "!"));
        let decoded = decode(&[created, &added, &one, &two, &text_done("Hi!"), &done, COMPLETED]);
        assert_eq!(
            decoded.events,
            vec![
                r#"Start { id: Some("r"), model: Some("m") }"#,
                "PartStart { part: 0, candidate: 0, kind: Text }",
                r#"Opaque { part: 0, field: "id", value: "\"a\"" }"#,
                r#"TextDelta { part: 0, text: "Hi" }"#,
                r#"TextDelta { part: 0, text: "!" }"#,
                "PartEnd { part: 0 }",
                r#"Finish { candidate: 0, finish: Finish { reason: Stop, raw: Some("completed"), detail: None } }"#,
            ]
        );
        assert_eq!(decoded.end, Ok(()));
    }

    #[test]
    fn a_repeated_text_adds_only_what_is_missing() {
        let cases = [
            ("Hel", "Hello", "Hello"),
            ("Hello", "Hello", "Hello"),
            ("Hel", "Help me", "Help me"),
            ("Help", "Hello there", "Help"),
            ("Hello", "Hel", "Hello"),
            ("é", "e\u{301}e", "é"),
        ];
        for (delta, done, expected) in cases {
            let decoded = decode(&[&text_delta(0, 0, delta), &text_done(done), COMPLETED]);
            assert_eq!(decoded.response.text(), expected, "{delta} {done}");
        }
    }

    #[test]
    fn a_text_without_deltas_comes_from_what_repeats_it() {
        let content = r#"{"id":"a","type":"message","content":[{"type":"output_text","text":"Hi"}]}"#;
        let part = r#"{"type":"response.content_part.done","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hi"}}"#;
        let last = format!(
            r#"{{"type":"response.completed","response":{{"status":"completed","output":[{content}]}}}}"#
        );
        let added = item("added", 0, r#"{"id":"a","type":"message","content":[]}"#);
        let (text, done) = (text_done("Hi"), item("done", 0, content));
        for events in [
            vec![text.as_str(), COMPLETED],
            vec![part, COMPLETED],
            vec![&done, COMPLETED],
            vec![&last],
            vec![&added, &last],
            vec![&added, &text, part, &done, &last],
        ] {
            assert_eq!(decode(&events).response.text(), "Hi", "{events:?}");
        }
    }

    #[test]
    fn items_that_interleave_keep_apart() {
        let events =
            [text_delta(0, 0, "a"), text_delta(2, 0, "x"), text_delta(0, 0, "b"), text_delta(2, 1, "y")];
        let mut events: Vec<&str> = events.iter().map(String::as_str).collect();
        events.push(COMPLETED);
        let decoded = decode(&events);
        let texts: Vec<String> = decoded
            .parts()
            .map(|part| match &part.content {
                Content::Text { text, .. } => text.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(texts, ["ab", "x", "y"]);
    }

    #[test]
    fn items_at_one_place_keep_apart() {
        let message = |id: &str, text: &str| {
            format!(
                r#"{{"id":"{id}","type":"message","content":[{{"type":"output_text","text":"{text}"}}]}}"#
            )
        };
        let (one, two) = (item("done", 0, &message("a", "1")), item("done", 0, &message("b", "2")));
        let last = format!(
            r#"{{"type":"response.completed","response":{{"output":[{},{}]}}}}"#,
            message("a", "1"),
            message("b", "2")
        );
        assert_eq!(decode(&[&one, &two, &last]).response.text(), "12");
        assert_eq!(decode(&[&one, &one, &two, &last]).response.text(), "12");
    }

    #[test]
    fn indices_may_run_on_over_the_items() {
        let content = r#"{"id":"b","type":"message","content":[{"type":"output_text","text":"Hi"}]}"#;
        let done = item("done", 1, content);
        assert_eq!(decode(&[&text_delta(1, 1, "Hi"), &done, COMPLETED]).response.text(), "Hi");
    }

    #[test]
    fn encrypted_content_is_taken_when_its_item_is_done() {
        let added =
            item("added", 0, r#"{"id":"r","type":"reasoning","summary":[],"encrypted_content":"par"}"#);
        let part = r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":""}}"#;
        let delta = r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"one"}"#;
        let part_done = r#"{"type":"response.reasoning_summary_part.done","output_index":0,"summary_index":0,"part":{"type":"summary_text","text":"one"}}"#;
        let second = r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"two"}"#;
        let done = item(
            "done",
            0,
            r#"{"id":"r","type":"reasoning","summary":[{"text":"one"},{"text":"two"}],"encrypted_content":"whole"}"#,
        );
        let decoded = decode(&[&added, part, delta, part_done, second, &done, COMPLETED]);
        let events: Vec<&str> = decoded.events.iter().map(String::as_str).collect();
        assert_eq!(
            events[..10],
            [
                "PartStart { part: 0, candidate: 0, kind: Reasoning { is_summary: true } }",
                r#"Opaque { part: 0, field: "id", value: "\"r\"" }"#,
                r#"ReasoningDelta { part: 0, text: "one" }"#,
                "PartEnd { part: 0 }",
                "PartStart { part: 1, candidate: 0, kind: Reasoning { is_summary: true } }",
                r#"Opaque { part: 1, field: "id", value: "\"r\"" }"#,
                r#"ReasoningDelta { part: 1, text: "two" }"#,
                r#"Opaque { part: 1, field: "encrypted_content", value: "\"whole\"" }"#,
                "PartEnd { part: 1 }",
                r#"Finish { candidate: 0, finish: Finish { reason: Stop, raw: Some("completed"), detail: None } }"#,
            ]
        );
    }

    #[test]
    fn thinking_that_is_withheld_is_an_empty_part_with_state() {
        let done = item("done", 0, r#"{"id":"r","type":"reasoning","summary":[],"encrypted_content":"e"}"#);
        let decoded = decode(&[&done, COMPLETED]);
        let part = decoded.parts().next().expect("a part");
        assert_eq!(decoded.response.reasoning(), "");
        assert_eq!(
            part.opaque.iter().map(|o| o.field.as_str()).collect::<Vec<_>>(),
            ["id", "encrypted_content"]
        );
    }

    #[test]
    fn calls_open_with_their_name_and_keep_their_state() {
        let added = item(
            "added",
            0,
            r#"{"id":"f","type":"function_call","call_id":"c","name":"go","arguments":"","namespace":"n"}"#,
        );
        let delta = r#"{"type":"response.function_call_arguments.delta","output_index":0,"delta":"{\"a\""}"#;
        let args =
            r#"{"type":"response.function_call_arguments.done","output_index":0,"arguments":"{\"a\":1}"}"#;
        let done = item(
            "done",
            0,
            r#"{"id":"f","type":"function_call","call_id":"c","name":"go","arguments":"{\"a\":1}","namespace":"n"}"#,
        );
        for events in [vec![&*added, delta, args, &done, COMPLETED], vec![delta, args, &done, COMPLETED]] {
            let decoded = decode(&events);
            let call = decoded.response.tool_calls().next().expect("a call");
            assert_eq!((call.id.as_deref(), &*call.name, &*call.arguments), (Some("c"), "go", r#"{"a":1}"#));
            assert_eq!(decoded.response.finish().expect("a finish").reason, FinishReason::ToolCalls);
            let part = decoded.parts().next().expect("a part");
            assert_eq!(part.opaque_field("namespace").expect("kept").value.as_str(), r#""n""#);
        }
    }

    #[test]
    fn arguments_as_an_object_become_text() {
        let done = item("done", 0, r#"{"type":"function_call","id":"f","name":"go","arguments":{"b":1.0}}"#);
        let decoded = decode(&[&done, COMPLETED]);
        let call = decoded.response.tool_calls().next().expect("a call");
        assert_eq!((call.id.as_deref(), &*call.arguments), (Some("f"), r#"{"b":1.0}"#));
    }

    #[test]
    fn items_of_the_vendor_pass_whole() {
        let added = item("added", 0, r#"{"id":"w","type":"web_search_call","status":"in_progress"}"#);
        let done = item("done", 0, r#"{"id":"w","type":"web_search_call","status":"completed"}"#);
        let searching = r#"{"type":"response.web_search_call.searching","output_index":0,"item_id":"w"}"#;
        let decoded = decode(&[&added, searching, &done, COMPLETED]);
        let Content::Vendor { kind, json, .. } = &decoded.parts().next().expect("a part").content else {
            panic!("not a vendor part")
        };
        assert_eq!(kind, "web_search_call");
        assert_eq!(json.as_str(), r#"{"id":"w","type":"web_search_call","status":"completed"}"#);
        assert!(decoded.events[1].starts_with(r#"Unknown { name: "response.web_search_call.searching""#));
    }

    #[test]
    fn images_that_were_made_are_media() {
        let made = r#"{"id":"i","type":"image_generation_call","result":"QUJD","output_format":"webp"}"#;
        let failed = r#"{"id":"j","type":"image_generation_call","result":null,"status":"failed"}"#;
        let decoded = decode(&[&item("done", 0, made), &item("done", 1, failed), COMPLETED]);
        let parts: Vec<_> = decoded.parts().collect();
        let Content::Media(media) = &parts[0].content else { panic!("not media") };
        assert_eq!((media.kind, media.media_type.as_deref()), (MediaKind::Image, Some("image/webp")));
        assert!(matches!(&parts[1].content, Content::Vendor { .. }));
    }

    #[test]
    fn sound_is_data() {
        let delta = r#"{"type":"response.audio.delta","delta":"QUJD"}"#;
        let decoded = decode(&[delta, delta, COMPLETED]);
        assert_eq!(decoded.events[2], r#"DataDelta { part: 0, base64: "QUJD" }"#);
    }

    #[test]
    fn citations_come_once() {
        let added = r#"{"type":"response.output_text.annotation.added","output_index":0,"content_index":0,"annotation_index":0,"annotation":{"type":"url_citation","url":"u"}}"#;
        let done = item(
            "done",
            0,
            r#"{"type":"message","content":[{"type":"output_text","text":"a","annotations":[{"type":"url_citation","url":"u"},{"type":"file_path"}]}]}"#,
        );
        let decoded = decode(&[&text_delta(0, 0, "a"), added, &done, COMPLETED]);
        let Content::Text { citations, .. } = &decoded.parts().next().expect("a part").content else {
            panic!("not text")
        };
        let raws: Vec<_> = citations.iter().map(|c| c.raw.as_str()).collect();
        assert_eq!(raws, [r#"{"type":"url_citation","url":"u"}"#, r#"{"type":"file_path"}"#]);
    }

    #[test]
    fn the_first_of_two_errors_stands() {
        let error = r#"{"type":"error","error":{"code":"first","message":"m"}}"#;
        let failed = r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"second"}}}"#;
        let decoded = decode(&[&text_delta(0, 0, "a"), error, failed]);
        assert_eq!(failed_with(&decoded), Some("first"));
        let finish = decoded.response.finish().expect("a finish");
        assert_eq!((finish.reason, finish.raw.as_deref()), (FinishReason::Error, Some("failed")));
        assert_eq!(failed_with(&decode(&[failed])), Some("second"));
    }

    #[test]
    fn an_error_alone_is_raised_by_what_follows_it() {
        let flat = r#"{"type":"error","code":"c","message":"m","param":null}"#;
        assert_eq!(failed_with(&decode(&[flat])), Some("c"));
        assert_eq!(failed_with(&decode(&[flat, "[DONE]"])), Some("c"));
        assert_eq!(failed_with(&decode(&[flat, COMPLETED])), Some("c"));
        let mut state = State::default();
        state.event("error", r#"{"code":"c","message":"m"}"#, &mut |_: Event<'_>| {}).expect("held back");
        assert_eq!(state.progress(), Progress::Finished);
    }

    #[test]
    fn without_its_last_event_a_stream_is_incomplete() {
        for events in [vec![text_delta(0, 0, "a")], vec![text_delta(0, 0, "a"), "[DONE]".into()]] {
            let events: Vec<&str> = events.iter().map(String::as_str).collect();
            let decoded = decode(&events);
            assert_eq!(decoded.end, Err(DecodeError::Incomplete { expected: "response.completed" }));
            assert_eq!(decoded.response.finish(), None);
        }
    }

    #[test]
    fn the_name_tells_the_type_where_the_data_does_not() {
        let mut state = State::default();
        let mut texts = String::new();
        let mut sink = |event: Event<'_>| {
            if let Event::TextDelta { text, .. } = event {
                texts.push_str(&text);
            }
        };
        state.event("response.output_text.delta", r#"{"delta":"a"}"#, &mut sink).expect("good");
        state.event("response.completed", "{}", &mut sink).expect("good");
        assert_eq!((texts.as_str(), state.progress()), ("a", Progress::Complete));
    }

    #[test]
    fn a_background_stream_resumes_without_loss_or_repetition() {
        let created =
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","background":true}}"#;
        let delta = |n: u64, text: &str| {
            format!(r#"{{"type":"response.output_text.delta","sequence_number":{n},"delta":"{text}"}}"#)
        };
        let mut state = State::default();
        let mut texts = String::new();
        let mut push = |state: &mut State, data: &str| {
            let mut sink = |event: Event<'_>| {
                if let Event::TextDelta { text, .. } = event {
                    texts.push_str(&text);
                }
            };
            state.event("", data, &mut sink).expect("good");
        };
        push(&mut state, created);
        push(&mut state, &delta(1, "a"));
        assert_eq!(state.resume(), Some(Resume::Responses { id: "r".into(), after: 1 }));
        let mut again = state.clone();
        push(&mut again, created);
        push(&mut again, &delta(1, "a"));
        push(&mut again, &delta(2, "b"));
        push(&mut again, COMPLETED);
        assert_eq!(again.resume(), None);
        assert_eq!(texts, "ab");
    }

    #[test]
    fn a_gap_in_a_resumed_stream_is_malformed() {
        let created =
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","background":true}}"#;
        let delta =
            |n: u64| format!(r#"{{"type":"response.output_text.delta","sequence_number":{n},"delta":"a"}}"#);
        let push = |state: &mut State, n| state.event("", &delta(n), &mut |_: Event<'_>| {});
        let mut state = State::default();
        state.event("", created, &mut |_: Event<'_>| {}).expect("good");
        state.resume_from_here();
        assert_eq!(push(&mut state.clone(), 0), Ok(()));
        assert_eq!(push(&mut state.clone(), 1), Ok(()));
        push(&mut state, 0).expect("passed over");
        assert_eq!(
            push(&mut state, 2).expect_err("a gap").to_string(),
            "the resumed stream continues at event 2, expected 1"
        );
    }

    #[test]
    fn numbers_that_repeat_lose_nothing_in_the_foreground() {
        let delta = r#"{"type":"response.output_text.delta","sequence_number":0,"delta":"a"}"#;
        assert_eq!(decode(&[delta, delta, COMPLETED]).response.text(), "aa");
        let mut state = State::default();
        let created =
            r#"{"type":"response.created","sequence_number":0,"response":{"id":"r","background":false}}"#;
        state.event("", created, &mut |_: Event<'_>| {}).expect("good");
        assert_eq!(state.resume(), None);
    }

    #[test]
    fn odd_values_are_never_fatal() {
        for event in [
            r#"{"type":"response.output_text.delta","delta":null}"#,
            r#"{"type":"response.output_text.delta","output_index":"x","delta":"a"}"#,
            r#"{"type":"response.output_item.added","item":null}"#,
            r#"{"type":"response.output_item.done","item":3}"#,
            r#"{"type":"response.output_item.done","item":{"type":"message","content":{}}}"#,
            r#"{"type":"response.content_part.added"}"#,
            r#"{"type":"response.function_call_arguments.delta","delta":"a"}"#,
            r#"{"type":"response.created","response":null}"#,
            r#"{"type":"response.new_thing","x":[1]}"#,
            r#"{"type":null}"#,
            r#"{"type":"keepalive"}"#,
        ] {
            assert_eq!(decode(&[event, COMPLETED]).end, Ok(()), "{event}");
        }
        assert!(matches!(decode(&["{"]).end, Err(DecodeError::Malformed { .. })));
    }

    /// What `second` gives behind `first`, with or without the memory of how `first` looked.
    fn behind(first: &str, second: &str, forgets: bool) -> (Result<(), DecodeError>, Vec<String>) {
        let mut state = State::default();
        let mut events = Vec::new();
        let mut sink = |event: Event<'_>| events.push(format!("{event:?}"));
        state.event("", first, &mut sink).expect("the first event is good");
        if forgets {
            state.usual = Usual::default();
        }
        let end = state.event("", second, &mut sink);
        (end, events)
    }

    #[test]
    fn a_delta_like_the_last_reads_as_if_alone() {
        let first = r#"{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":10,"delta":"Hi","logprobs":[],"obfuscation":"a"}"#;
        let mut state = State::default();
        state.event("", first, &mut |_: Event<'_>| {}).expect("good");
        assert!(state.usual.read(first).is_some());
        for at in 0..first.len() {
            for byte in [None, Some(' '), Some('"'), Some('\\'), Some('0'), Some('x'), Some('}'), Some('\n')]
            {
                let mut second = String::from(&first[..at]);
                second.extend(byte);
                second.push_str(&first[at + 1..]);
                assert_eq!(behind(first, &second, false), behind(first, &second, true), "{second}");
            }
            assert_eq!(behind(first, &first[..at], false), behind(first, &first[..at], true), "cut at {at}");
        }
    }
}
