//! Streams: named events whose data repeats the name as `type`.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::assembly::Assembly;
use super::block::{BlockKind, Spelled};
use super::message::{Message, Stop};
use super::{error, response};
use crate::failure::ErrorBody;
use crate::json::{self, Mold, Reader};
use crate::model::{Event, PartKind, Sink, Wire};
use crate::protocol::anthropic::object;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder, is_other_json};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    assembly: Assembly,
    usual: Usual,
}

/// The last delta: most that follow differ from it in their text only.
#[derive(Clone, Debug, Default)]
struct Usual {
    mold: Mold<Hole>,
    index: Option<u64>,
}

/// What a delta grows, told by the name of the field with its text.
#[derive(Clone, Copy, Debug)]
enum Hole {
    PartialJson,
    Text,
    Thinking,
}

impl Hole {
    /// The type of a delta with that field.
    const fn kind(self) -> &'static str {
        match self {
            Self::PartialJson => "input_json_delta",
            Self::Text => "text_delta",
            Self::Thinking => "thinking_delta",
        }
    }

    #[inline]
    fn read<'a>(self, r: &mut Reader<'a>) -> Result<Payload<'a>, json::Error> {
        let text = r.opt_string()?.unwrap_or_default();
        Ok(match self {
            Self::PartialJson => Payload::PartialJson(text),
            Self::Text => Payload::Text(text),
            Self::Thinking => Payload::Thinking(text),
        })
    }
}

impl Usual {
    /// Reads a delta that is like the last one.
    #[inline]
    fn read<'a>(&self, data: &'a str) -> Option<Delta<'a>> {
        let mut delta = Delta { kind: Cow::Borrowed(""), payload: Payload::None };
        let fits = self.mold.read(data, |hole, r| {
            delta.kind = Cow::Borrowed(hole.kind());
            delta.payload = hole.read(r)?;
            Ok(())
        });
        fits.then_some(delta)
    }
}

/// The fields of an event that a delta needs.
struct Frame<'a> {
    kind: Cow<'a, str>,
    index: Option<u64>,
    delta: Option<Delta<'a>>,
}

struct Delta<'a> {
    kind: Cow<'a, str>,
    payload: Payload<'a>,
}

/// The field of a delta that carries it; JSON text where the type is `&str`.
enum Payload<'a> {
    Citation(&'a str),
    None,
    PartialJson(Cow<'a, str>),
    Signature(&'a str),
    Text(Cow<'a, str>),
    Thinking(Cow<'a, str>),
}

impl<'a> Frame<'a> {
    /// Reads an event in one pass; what only rare events hold is passed over.
    fn read(data: &'a str, mold: &mut Mold<Hole>) -> Result<Self, json::Error> {
        mold.clear();
        let mut r = Reader::new(data);
        let mut frame = Self { kind: Cow::Borrowed(""), index: None, delta: None };
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "type" => frame.kind = r.opt_string()?.unwrap_or_default(),
                "index" => frame.index = r.opt_u64()?,
                "delta" => frame.delta = Delta::read(&mut r, mold)?,
                _ => r.skip()?,
            }
        }
        r.end()?;
        Ok(frame)
    }
}

impl<'a> Delta<'a> {
    fn read(r: &mut Reader<'a>, mold: &mut Mold<Hole>) -> Result<Option<Self>, json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(None) };
        let mut delta = Self { kind: Cow::Borrowed(""), payload: Payload::None };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "type" => delta.kind = r.opt_string()?.unwrap_or_default(),
                "text" => delta.payload = mold.hole(Hole::Text, r, |r| Hole::Text.read(r))?,
                "partial_json" => {
                    delta.payload = mold.hole(Hole::PartialJson, r, |r| Hole::PartialJson.read(r))?;
                }
                "thinking" => delta.payload = mold.hole(Hole::Thinking, r, |r| Hole::Thinking.read(r))?,
                "signature" => delta.payload = Payload::Signature(r.raw()?),
                "citation" => delta.payload = Payload::Citation(r.raw()?),
                _ => r.skip()?,
            }
        }
        Ok(Some(delta))
    }

    /// Whether it is of the type that the field with its text goes with.
    fn is_usual(&self) -> bool {
        let hole = match self.payload {
            Payload::PartialJson(_) => Hole::PartialJson,
            Payload::Text(_) => Hole::Text,
            Payload::Thinking(_) => Hole::Thinking,
            Payload::Citation(_) | Payload::None | Payload::Signature(_) => return false,
        };
        self.kind == hole.kind()
    }
}

impl State {
    #[inline]
    fn take_delta(
        &mut self,
        index: Option<u64>,
        delta: Delta<'_>,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let Some(block) = self.assembly.block(index) else {
            return self.take_delta_of_no_block(index, delta, data, sink);
        };
        let part = block.part;
        match (&*delta.kind, delta.payload, &mut block.kind) {
            ("text_delta", Payload::Text(text), BlockKind::Text) => {
                if !text.is_empty() {
                    sink.event(Event::TextDelta { part, text });
                }
            }
            ("input_json_delta", Payload::PartialJson(text), BlockKind::ToolCall { has_deltas, .. }) => {
                if !text.is_empty() {
                    *has_deltas = true;
                    sink.event(Event::ArgumentsDelta { part, text });
                }
            }
            ("thinking_delta", Payload::Thinking(text), BlockKind::Reasoning) => {
                if !text.is_empty() {
                    sink.event(Event::ReasoningDelta { part, text });
                }
            }
            ("signature_delta", Payload::Signature(raw), BlockKind::Reasoning) => {
                if !matches!(raw, "null" | "\"\"") {
                    sink.event(Event::Opaque { part, field: "signature".into(), value: raw.into() });
                }
            }
            ("citations_delta", Payload::Citation(raw), BlockKind::Text) => {
                sink.event(Event::Citation { part: Some(part), wire: Wire::Anthropic, raw: raw.into() });
            }
            ("input_json_delta", Payload::PartialJson(text), BlockKind::Vendor(grown)) => {
                let before = grown.bytes();
                grown.add_input(&text)?;
                let more = grown.bytes() - before;
                self.assembly.held += more;
            }
            ("compaction_delta", _, BlockKind::Vendor(grown)) => {
                let before = grown.bytes();
                grown.add_fields(object::field(data, "delta").unwrap_or_default())?;
                let after = grown.bytes();
                self.assembly.held = (self.assembly.held + after).saturating_sub(before);
            }
            _ => unknown("content_block_delta", data, sink),
        }
        Ok(())
    }

    /// A delta whose start never came: text and thinking explain themselves.
    #[cold]
    fn take_delta_of_no_block(
        &mut self,
        index: Option<u64>,
        delta: Delta<'_>,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let (kind, opened) = match &*delta.kind {
            "text_delta" => (PartKind::Text, BlockKind::Text),
            "thinking_delta" => (PartKind::Reasoning { is_summary: false }, BlockKind::Reasoning),
            _ => {
                unknown("content_block_delta", data, sink);
                return Ok(());
            }
        };
        self.assembly
            .open_unstarted(index.unwrap_or(0), kind, opened, sink)
            .map_err(|e| DecodeError::json("content_block_delta", e, data))?;
        self.take_delta(index, delta, data, sink)
    }

    /// Every event but deltas of content.
    #[cold]
    fn take_rare(
        &mut self,
        kind: &str,
        index: Option<u64>,
        data: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), DecodeError> {
        let wrong = |e| DecodeError::json(kind, e, data);
        match kind {
            "content_block_start" => {
                let block = object::field(data, "content_block").unwrap_or("null");
                let block = Spelled::read(&mut Reader::new(block)).map_err(wrong)?;
                self.assembly
                    .open_block(index.unwrap_or_else(|| u64::from(self.assembly.parts)), block, sink)
                    .map_err(wrong)
            }
            "content_block_stop" => {
                if let Some(index) = self.assembly.block(index).map(|block| block.index) {
                    self.assembly.close_block(index, sink);
                }
                Ok(())
            }
            "error" => Err(provider_error(data)),
            "message_delta" => self.take_message_delta(data, sink).map_err(wrong),
            "message_start" => {
                let message = object::field(data, "message").unwrap_or("null");
                let message = Message::read(&mut Reader::new(message)).map_err(wrong)?;
                self.assembly.take_message(message, false, sink).map_err(wrong)
            }
            "message_stop" => {
                extras(data, sink).map_err(wrong)?;
                self.assembly.complete(sink);
                Ok(())
            }
            "keepalive" | "ping" => Ok(()),
            "" if object::field(data, "error").is_some_and(|e| e != "null") => Err(provider_error(data)),
            name => {
                unknown(name, data, sink);
                Ok(())
            }
        }
    }

    fn take_message_delta(&mut self, data: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let mut stop = Stop::default();
        let mut extras = Vec::new();
        let mut usage = None;
        let mut r = Reader::new(data);
        let mut fields = r.object()?;
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "delta" => {
                    let Some(mut fields) = r.opt_object()? else { continue };
                    while let Some(key) = fields.key(&mut r)? {
                        stop.read_field(key, &mut r, &mut extras)?;
                    }
                }
                "type" => r.skip()?,
                "usage" => usage = Some(r.raw()?),
                _ => {
                    let raw = r.raw()?;
                    if raw != "null" {
                        extras.push((key, raw));
                    }
                }
            }
        }
        usage.map_or(Ok(()), |raw| self.assembly.take_usage(raw, true))?;
        for (name, value) in extras {
            sink.event(Event::Extra { part: None, name, value: value.into() });
        }
        self.assembly.take_stop(stop, sink)
    }
}

fn unknown(name: &str, data: &str, sink: &mut dyn Sink) {
    sink.event(Event::Unknown { name: name.into(), data: data.into() });
}

/// The fields of an event that should have none but its type.
fn extras(data: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let mut r = Reader::new(data);
    let mut fields = r.object()?;
    while let Some(name) = fields.key(&mut r)? {
        let value = r.raw()?;
        if name != "type" && value != "null" {
            sink.event(Event::Extra { part: None, name, value: value.into() });
        }
    }
    Ok(())
}

fn provider_error(data: &str) -> DecodeError {
    let body = error::read(data)
        .unwrap_or_else(|| ErrorBody { message: Some(String::from(data.trim())), ..ErrorBody::default() });
    DecodeError::Provider(Box::new(body))
}

/// What is wrong with a body that says neither that it is a message nor that it is an event.
#[cold]
fn not_a_response(body: &str) -> DecodeError {
    if let Some(error) = error::read(body) {
        return DecodeError::Provider(Box::new(error));
    }
    let mut r = Reader::new(body);
    let found = r.skip().and_then(|()| r.end()).err();
    let found = found.unwrap_or_else(|| json::Error::new(0, "a message or an error"));
    DecodeError::json("the response body", found, body)
}

/// Data that is no JSON: fatal where an event of this protocol was to come.
#[cold]
fn take_text(name: &str, data: &str, error: json::Error, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    match name {
        _ if matches!(data.trim(), "" | "[DONE]") => Ok(()),
        "keepalive" | "ping" => Ok(()),
        "error" => Err(provider_error(data)),
        _ if is_other_json(data) => {
            unknown(name, data, sink);
            Ok(())
        }
        ""
        | "content_block_delta"
        | "content_block_start"
        | "content_block_stop"
        | "message_delta"
        | "message_start"
        | "message_stop" => Err(DecodeError::json("an event", error, data)),
        _ => {
            unknown(name, data, sink);
            Ok(())
        }
    }
}

impl WireDecoder for State {
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if self.assembly.is_complete {
            return Ok(());
        }
        if let Some(delta) = self.usual.read(data) {
            return self.take_delta(self.usual.index, delta, data, sink);
        }
        let frame = match Frame::read(data, &mut self.usual.mold) {
            Ok(frame) => frame,
            Err(error) => return take_text(name, data, error, sink),
        };
        let kind = if frame.kind.is_empty() { name } else { &*frame.kind };
        match frame.delta {
            Some(delta) if kind == "content_block_delta" => {
                if delta.is_usual() && !frame.kind.is_empty() {
                    self.usual.index = frame.index;
                    self.usual.mold.set(data);
                }
                self.take_delta(frame.index, delta, data, sink)
            }
            _ => self.take_rare(kind, frame.index, data, sink),
        }
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if self.assembly.is_complete {
            return Ok(());
        }
        let kind = object::field(body, "type").and_then(|raw| Reader::new(raw).opt_string().ok().flatten());
        match kind.as_deref() {
            Some("message") => response::decode(&mut self.assembly, body, sink),
            Some("error") => Err(provider_error(body)),
            Some(_) if object::field(body, "content").is_none() => self.event("", body, sink),
            _ if object::field(body, "content").is_some() => response::decode(&mut self.assembly, body, sink),
            _ => Err(not_a_response(body)),
        }
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        let _ = sink;
        if self.assembly.is_complete {
            Ok(())
        } else {
            Err(DecodeError::Incomplete { expected: "message_stop" })
        }
    }

    fn held_bytes(&self) -> usize {
        self.assembly.held
    }

    fn progress(&self) -> Progress {
        if self.assembly.is_complete { Progress::Complete } else { Progress::Open }
    }

    fn usage(&self) -> &Usage {
        &self.assembly.usage
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::super::assembly::MAX_OPEN_BLOCKS;
    use super::*;
    use crate::model::{Accumulator, Content, Finish, FinishReason, Part, Response};
    use crate::usage::{Bucket, Completeness};

    fn feed(state: &mut State, events: &[&str]) -> (Vec<Event<'static>>, Result<(), DecodeError>) {
        let mut log = Vec::new();
        let mut sink = |event: Event<'_>| log.push(event.into_owned());
        let mut result = Ok(());
        for data in events {
            result = result.and_then(|()| state.event("", data, &mut sink));
        }
        result = result.and_then(|()| state.end(&mut sink));
        (log, result)
    }

    fn log(events: &[&str]) -> Vec<Event<'static>> {
        let (log, result) = feed(&mut State::default(), events);
        result.expect("a whole stream");
        log
    }

    /// The response of a stream with these events between its start and its end.
    fn response(events: &[&str]) -> Response {
        let mut all = vec![r#"{"type":"message_start","message":{"id":"m","model":"c","content":[]}}"#];
        all.extend(events);
        all.extend([r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#, STOP]);
        let mut accumulator = Accumulator::new("anthropic");
        log(&all).iter().for_each(|event| accumulator.add(event));
        accumulator.into_response()
    }

    fn start(block: &str) -> String {
        format!(r#"{{"type":"content_block_start","index":0,"content_block":{block}}}"#)
    }

    fn delta(fields: &str) -> String {
        format!(r#"{{"type":"content_block_delta","index":0,"delta":{{{fields}}}}}"#)
    }

    const STOP: &str = r#"{"type":"message_stop"}"#;
    const BLOCK_STOP: &str = r#"{"type":"content_block_stop","index":0}"#;

    #[test]
    fn data_that_says_nothing_is_passed_over() {
        let mut state = State::default();
        let mut log = Vec::new();
        let mut sink = |event: Event<'_>| log.push(event.into_owned());
        for (name, data) in
            [("", ""), ("", " "), ("message_delta", ""), ("keepalive", "null"), ("", "[DONE] "), ("", "[]")]
        {
            state.event(name, data, &mut sink).expect(data);
        }
        assert_eq!(log, [Event::Unknown { name: "".into(), data: "[]".into() }]);
        assert!(matches!(state.event("", "nul", &mut |_: Event<'_>| {}), Err(DecodeError::Malformed { .. })));
    }

    #[test]
    fn what_a_state_holds_is_bounded() {
        let start = |index: usize| {
            format!(r#"{{"type":"content_block_start","index":{index},"content_block":{{"type":"text"}}}}"#)
        };
        let mut state = State::default();
        let mut ignored = |_: Event<'_>| {};
        for index in 0..MAX_OPEN_BLOCKS {
            state.event("", &start(index), &mut ignored).expect("few enough");
        }
        let result = state.event("", &start(MAX_OPEN_BLOCKS), &mut ignored);
        assert!(matches!(result, Err(DecodeError::Malformed { .. })), "{result:?}");

        let mut state = State::default();
        let begin = r#"{"type":"message_start","message":{"usage":{"input_tokens":1}}}"#;
        let total = r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":2}}"#;
        for event in [begin, begin, total, total, begin, total] {
            state.event("", event, &mut ignored).expect("good");
        }
        assert_eq!(state.usage().raw, [r#"{"input_tokens":1}"#, r#"{"output_tokens":2}"#]);
    }

    #[test]
    fn many_fields_of_a_vendors_block_are_counted() {
        let mut state = State::default();
        let mut last = String::new();
        let mut sink = |event: Event<'_>| {
            if let Event::Opaque { value, .. } = event {
                last = value.into_owned();
            }
        };
        let start = r#"{"type":"content_block_start","index":0,"content_block":{"type":"compaction"}}"#;
        state.event("", start, &mut sink).expect("good");
        let before = state.held_bytes();
        for n in 0..20_000 {
            let data = format!(
                r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"compaction_delta","a.{n}":1,"same":1}}}}"#
            );
            state.event("", &data, &mut sink).expect("good");
        }
        assert!(state.held_bytes() - before > 20_000 * 4);
        state.event("", r#"{"type":"content_block_stop","index":0}"#, &mut sink).expect("good");
        assert_eq!(state.held_bytes(), 0);
        assert!(last.starts_with(r#"{"type":"compaction","a.0":1,"a.1":1"#), "{}", &last[..80]);
        assert_eq!(last.matches("same").count(), 1);
    }

    #[test]
    fn text_deltas_borrow_from_the_event() {
        let mut state = State::default();
        let text = delta(r#""type":"text_delta","text":"plain""#);
        let _ = state.event("", &start(r#"{"type":"text","text":""}"#), &mut |_: Event<'_>| {});
        let mut seen = false;
        let mut sink = |event: Event<'_>| {
            seen |= matches!(event, Event::TextDelta { part: 0, text: Cow::Borrowed("plain") });
        };
        state.event("", &text, &mut sink).expect("an event");
        assert!(seen);
    }

    #[test]
    fn keys_may_come_in_any_order() {
        let sorted = r#"{"delta":{"text":"a","type":"text_delta"},"index":0,"type":"content_block_delta"}"#;
        let response = response(&[&start(r#"{"text":"","type":"text"}"#), sorted, BLOCK_STOP]);
        assert_eq!(response.text(), "a");
    }

    #[test]
    fn what_a_block_start_holds_is_surfaced() {
        let text = start(r#"{"type":"text","text":"pre","citations":[{"type":"x"}]}"#);
        let response = response(&[&text, &delta(r#""type":"text_delta","text":"fix""#), BLOCK_STOP]);
        assert_eq!(response.text(), "prefix");
        let Content::Text { citations, .. } = &response.candidates[0].parts[0].content else { panic!() };
        assert_eq!(citations[0].raw.as_str(), r#"{"type":"x"}"#);
    }

    #[test]
    fn deltas_of_arguments_win_over_the_start() {
        let call = |input: &str| {
            start(&format!(
                r#"{{"type":"tool_use","id":"t","name":"f","input":{input},"caller":{{"type":"direct"}}}}"#
            ))
        };
        let empty = delta(r#""type":"input_json_delta","partial_json":"""#);
        let some = delta(r#""type":"input_json_delta","partial_json":"{\"b\": 2""#);
        for (events, arguments) in [
            (vec![call("{}")], "{}"),
            (vec![call("{ }"), empty.clone()], "{}"),
            (vec![call("null"), empty.clone()], "{}"),
            (vec![call(r#"{"a": 1}"#), empty.clone()], r#"{"a": 1}"#),
            (vec![call(r#"{"a": 1}"#), empty, some], r#"{"b": 2"#),
        ] {
            let mut events: Vec<&str> = events.iter().map(String::as_str).collect();
            events.push(BLOCK_STOP);
            let response = response(&events);
            assert_eq!(response.tool_calls().next().expect("a call").arguments, arguments);
            assert_eq!(response.finish().expect("a finish").reason, FinishReason::ToolCalls);
            let caller = response.candidates[0].parts[0].opaque_field("caller").expect("the caller");
            assert_eq!(caller.value.as_str(), r#"{"type":"direct"}"#);
        }
    }

    #[test]
    fn thinking_keeps_its_signature_as_it_came() {
        let response = response(&[
            &start(r#"{"type":"thinking","thinking":"","signature":""}"#),
            &delta(r#""type":"thinking_delta","thinking":"hm","estimated_tokens":2"#),
            &delta(r#""type":"signature_delta","signature":"a\/b==""#),
            BLOCK_STOP,
        ]);
        assert_eq!(response.reasoning(), "hm");
        let signature = response.candidates[0].parts[0].opaque_field("signature").expect("a signature");
        assert_eq!(signature.value.as_str(), r#""a\/b==""#);
    }

    fn only_vendor(response: &Response) -> (&str, &str) {
        match &response.candidates[0].parts[..] {
            [Part { content: Content::Vendor { kind, json, .. }, .. }] => (kind, json.as_str()),
            parts => panic!("expected one vendor part, found {parts:?}"),
        }
    }

    #[test]
    fn vendor_blocks_are_whole_at_their_end() {
        for (start_json, deltas, end) in [
            (
                r#"{"type":"server_tool_use","id":"s","input":{},"name":"web_search"}"#,
                vec![
                    r#""type":"input_json_delta","partial_json":"{\"q\":""#,
                    r#""type":"input_json_delta","partial_json":" 1}""#,
                ],
                r#"{"type":"server_tool_use","id":"s","input":{"q": 1},"name":"web_search"}"#,
            ),
            (
                r#"{"type":"server_tool_use","input":{}}"#,
                vec![r#""type":"input_json_delta","partial_json":"{\"q""#],
                r#"{"type":"server_tool_use","input":"{\"q"}"#,
            ),
            (
                r#"{"type":"compaction","content":null}"#,
                vec![
                    r#""type":"compaction_delta","content":"a","encrypted_content":null"#,
                    r#""type":"compaction_delta","content":"\nb","encrypted_content":"x""#,
                ],
                r#"{"type":"compaction","content":"a\nb","encrypted_content":"x"}"#,
            ),
            (
                r#"{"type":"compaction","content":"1"}"#,
                vec![r#""type":"compaction_delta","content":"2""#],
                r#"{"type":"compaction","content":"12"}"#,
            ),
            (
                r#"{"type":"redacted_thinking","data":"=="}"#,
                vec![],
                r#"{"type":"redacted_thinking","data":"=="}"#,
            ),
            (r#"{"type":"tool_use","id":"t"}"#, vec![], r#"{"type":"tool_use","id":"t"}"#),
        ] {
            let mut events = vec![start(start_json)];
            events.extend(deltas.into_iter().map(delta));
            let events: Vec<&str> = events.iter().map(String::as_str).chain([BLOCK_STOP]).collect();
            let response = response(&events);
            assert_eq!(only_vendor(&response).1, end);
        }
    }

    #[test]
    fn refusals_speak_and_say_why() {
        let log = log(&[
            r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null,
                "stop_details":{"type":"refusal","category":"cyber","explanation":"No."}}}"#,
            STOP,
        ]);
        let finish =
            Finish { reason: FinishReason::Refusal, raw: Some("refusal".into()), detail: Some("No.".into()) };
        assert!(log.contains(&Event::Finish { candidate: 0, finish }));
        assert!(log.contains(&Event::RefusalDelta { part: 0, text: "No.".into() }));
        assert!(log.iter().any(|e| matches!(e, Event::Extra { name, .. } if name == "stop_details")));
    }

    #[test]
    fn usage_is_final_with_the_end() {
        let mut state = State::default();
        let begin = r#"{"type":"message_start","message":{"usage":{"input_tokens":2,"output_tokens":1,"service_tier":"standard"}}}"#;
        let totals = r#"{"type":"message_delta","delta":{},"usage":{"output_tokens":15}}"#;
        let (log, result) = feed(&mut state, &[begin, totals]);
        assert_eq!(result, Err(DecodeError::Incomplete { expected: "message_stop" }));
        assert_eq!(log.iter().filter(|e| matches!(e, Event::Usage(_))).count(), 1);
        assert_eq!(state.usage().completeness, Completeness::Partial);
        let (log, result) = feed(&mut state, &[&totals.replace("15", "16"), STOP]);
        assert_eq!((result, state.progress()), (Ok(()), Progress::Complete));
        let Some(Event::Usage(usage)) = log.last() else { panic!("{log:?}") };
        assert_eq!(usage.completeness, Completeness::Complete);
        assert_eq!(usage.counts.get(Bucket::Output), Some(16));
        assert_eq!(usage.raw[1], r#"{"output_tokens":16}"#);
        assert_eq!((usage.raw.len(), usage.service_tier.as_deref()), (2, Some("standard")));
    }

    #[test]
    fn usage_of_the_start_alone_stays_partial() {
        let begin = r#"{"type":"message_start","message":{"usage":{"input_tokens":2,"output_tokens":1}}}"#;
        let log = log(&[begin, STOP]);
        assert!(matches!(log.last(), Some(Event::Usage(u)) if u.completeness == Completeness::Partial));
    }

    #[test]
    fn errors_in_the_stream_end_it() {
        let overloaded =
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy"},"request_id":"r"}"#;
        let (_, result) = feed(&mut State::default(), &[overloaded]);
        let Err(DecodeError::Provider(body)) = result else { panic!("{result:?}") };
        assert_eq!(body.error_type.as_deref(), Some("overloaded_error"));
        assert_eq!(body.request_id.as_deref(), Some("r"));
    }

    #[test]
    fn what_follows_the_end_is_not_read() {
        assert_eq!(log(&[STOP]), log(&[STOP, "no JSON", r#"{"type":"error","error":{"message":"x"}}"#]));
    }

    #[test]
    fn strange_events_are_handed_on() {
        let mut state = State::default();
        let mut log = Vec::new();
        let mut sink = |event: Event<'_>| log.push(event.into_owned());
        for (name, data) in [
            ("new_event", r#"{"type":"new_event","x":1}"#),
            ("data", "[DONE]"),
            ("ping", ""),
            ("", &delta(r#""type":"new_delta","text":"x""#)),
            ("data", "no JSON"),
        ] {
            state.event(name, data, &mut sink).expect("not fatal");
        }
        assert!(state.event("message_delta", "no JSON", &mut sink).is_err());
        let names: Vec<String> = log
            .iter()
            .map(|event| match event {
                Event::Unknown { name, .. } => String::from(name.as_ref()),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(names, ["new_event", "content_block_delta", "data"]);
    }

    #[test]
    fn text_without_a_start_opens_a_part() {
        let response = response(&[&delta(r#""type":"text_delta","text":"a""#)]);
        assert_eq!(response.text(), "a");
    }

    #[test]
    fn a_body_says_itself_what_it_is() {
        let whole = |body: &str| {
            let mut accumulator = Accumulator::new("anthropic");
            let result = State::default().whole(body, &mut accumulator);
            (result, accumulator.into_response().text())
        };
        let message = r#"{"content":[{"type":"text","text":"a"}],"stop_reason":"end_turn","type":"message"}"#;
        assert_eq!(whole(message), (Ok(()), "a".into()));
        assert_eq!(whole(r#"{"content":"a"}"#), (Ok(()), "a".into()));
        assert_eq!(whole(r#"{"type":"ping"}"#), (Ok(()), String::new()));
        assert!(matches!(whole(r#"{"type":"error","error":{}}"#).0, Err(DecodeError::Provider(_))));
        assert!(matches!(whole(r#"{"message":"denied"}"#).0, Err(DecodeError::Provider(_))));
        for bad in ["[]", "7", "{}", r#"{"content":[{}"#] {
            assert!(matches!(whole(bad).0, Err(DecodeError::Malformed { .. })), "{bad}");
        }
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
        let first =
            r#"{"type":"content_block_delta","index":10,"delta":{"type":"text_delta","text":"Hi"}  }"#;
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
