//! Recorded exchanges, where there is a folder of them.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::differences;
use super::tidy::tidy;
use super::usual::usual;
use super::{answer, asked, chunks, encoded, read, read_back, sent_back, streamed, sum, whole};
use crate::json::{RawJson, Reader, compact};
use crate::model::{Content, FinishReason, Opaque, Part, Response, Source, ToolCall, ToolCallKind, Wire};
use crate::protocol::Dialect;
use crate::usage::{Bucket, Usage};

/// One recorded exchange.
#[derive(Default)]
struct Exchange {
    id: String,
    protocol: String,
    path: String,
    /// JSON text.
    request: Option<String>,
    body: String,
    is_error: bool,
}

impl Exchange {
    fn read(text: &str) -> Self {
        let mut exchange = Self::default();
        let mut r = Reader::new(text);
        let mut fields = r.object().expect("an object");
        while let Some(key) = fields.key(&mut r).expect("JSON") {
            let place = match &*key {
                "id" => &mut exchange.id,
                "protocol" => &mut exchange.protocol,
                "url_path" => &mut exchange.path,
                "body_text" => &mut exchange.body,
                "kind" => {
                    exchange.is_error = r.opt_string().expect("JSON").as_deref() == Some("error");
                    continue;
                }
                "request" => {
                    exchange.request =
                        Some(r.raw().expect("JSON")).filter(|raw| *raw != "null").map(Into::into);
                    continue;
                }
                _ => {
                    r.skip().expect("JSON");
                    continue;
                }
            };
            *place = r.opt_string().expect("JSON").unwrap_or_default().into();
        }
        exchange
    }
}

/// Hands each recorded exchange on; none where `TOKENWIRE_CORPUS` names no folder.
fn each_exchange(mut take: impl FnMut(Exchange)) {
    let Ok(folder) = std::env::var("TOKENWIRE_CORPUS") else {
        std::println!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return;
    };
    for repository in std::fs::read_dir(folder).expect("a folder").flatten() {
        let Ok(files) = std::fs::read_dir(repository.path()) else { continue };
        for file in files.flatten() {
            take(Exchange::read(&std::fs::read_to_string(file.path()).expect("text")));
        }
    }
}

#[test]
fn recorded_requests_are_read_and_written_again() {
    let (mut count, mut odd) = (0, Vec::new());
    each_exchange(|exchange| {
        let Some(request) = exchange.request.filter(|_| exchange.protocol == "gemini") else { return };
        let Some((_, call)) = exchange.path.rsplit_once('/') else { return };
        let path = format!("/v1/models/{}", call.replace(['<', '>'], ""));
        count += 1;
        match asked(&path, &request) {
            Err(bad) if exchange.is_error => std::println!("{} is bad, as it was told: {bad}", exchange.id),
            Err(bad) => odd.push(format!("{}: {bad}", exchange.id)),
            Ok(asked) => match encoded(&asked.request) {
                Err(error) => odd.push(format!("{}: {error}", exchange.id)),
                Ok((_, again)) => {
                    let (was, is) = (usual(tidy(&request)), usual(tidy(&again)));
                    // A result by an id in the place of its name gets the name of its call.
                    let renamed = ".contents[].parts[].functionResponse.name: Some(String(\"call_";
                    let found = differences(&was, &is).into_iter().filter(|at| !at.starts_with(renamed));
                    odd.extend(found.map(|found| format!("{}: {found}", exchange.id)));
                }
            },
        }
    });
    std::println!("{count} requests");
    assert!(odd.is_empty(), "{} differences in {count}:\n{}", odd.len(), odd.join("\n"));
}

/// What of a response every wire can say.
#[derive(Debug, PartialEq)]
struct Gist {
    text: String,
    reasoning: String,
    calls: Vec<(String, String)>,
    finish: Option<FinishReason>,
    counts: Vec<(Bucket, u64)>,
}

impl Gist {
    fn of(response: &Response, usage: &Usage) -> Self {
        let first = response.candidates.first();
        let texts = first.into_iter().flat_map(|c| &c.parts).filter_map(|part| match &part.content {
            Content::Text { text, .. } | Content::Refusal(text) => Some(text.as_str()),
            _ => None,
        });
        let calls = response.tool_calls().filter_map(|call| Some((call.name.clone(), object(call)?)));
        let told = [
            Bucket::Input,
            Bucket::CacheRead,
            Bucket::Output,
            Bucket::OutputReasoning,
            Bucket::InputAudio,
            Bucket::InputImage,
            Bucket::OutputAudio,
        ];
        Self {
            text: texts.collect(),
            reasoning: response.reasoning(),
            calls: calls.collect(),
            finish: response.finish().map(|f| class(f.reason)),
            counts: told.into_iter().filter_map(|b| Some((b, usage.counts.get(b)?))).collect(),
        }
    }

    /// The same in the words of this wire.
    fn here(mut self, response: &Response) -> Self {
        let is_good = matches!(self.finish, Some(FinishReason::Stop | FinishReason::ToolCalls));
        if is_good && response.tool_calls().any(|call| object(call).is_none()) {
            self.finish = Some(FinishReason::Error);
        }
        // A stop beside calls means them here, and without one it does not.
        if matches!(self.finish, Some(FinishReason::Stop | FinishReason::ToolCalls)) {
            let is_stop = self.calls.is_empty();
            self.finish = Some(if is_stop { FinishReason::Stop } else { FinishReason::ToolCalls });
        }
        // Some providers count more thoughts than output.
        let output = self.counts.iter().find(|(bucket, _)| *bucket == Bucket::Output).map(|(_, n)| *n);
        for (bucket, count) in &mut self.counts {
            if *bucket == Bucket::OutputReasoning {
                *count = output.map_or(*count, |output| output.min(*count));
            }
        }
        self
    }
}

/// The arguments of a call as this wire says them; `None` where it has no such call.
fn object(call: &ToolCall) -> Option<String> {
    Some(match call.kind {
        ToolCallKind::Freeform => format!("{{\"input\":{}}}", RawJson::string(&call.arguments)),
        ToolCallKind::Function if call.arguments.trim() == "null" => "{}".into(),
        ToolCallKind::Function => compact(&call.object().ok()?).into_owned(),
    })
}

/// What the wire's words tell apart.
const fn class(reason: FinishReason) -> FinishReason {
    match reason {
        FinishReason::StopSequence => FinishReason::Stop,
        FinishReason::Refusal => FinishReason::ContentFilter,
        FinishReason::Cancelled => FinishReason::Error,
        other => other,
    }
}

#[test]
fn recorded_answers_of_every_wire_read_the_same() {
    let (mut count, mut odd) = (0, Vec::new());
    each_exchange(|exchange| {
        let Some(wire) = Wire::parse(&exchange.protocol) else { return };
        let dialect = Dialect::of_wire(wire);
        let Ok(events) = read(dialect, &exchange.body) else { return };
        let (response, usage) = sum(dialect.vendor, &events);
        if response.finish().is_none() {
            return;
        }
        count += 1;
        let mut expected = Gist::of(&response, &usage).here(&response);
        for is_stream in [true, false] {
            let mut answer = answer(dialect.vendor, wire);
            let body = match is_stream {
                true => streamed(&mut answer, &events, &usage),
                false => whole(&mut answer, &response, &usage),
            };
            let (again, counted) = read_back(&body);
            let mut found = Gist::of(&again, &counted);
            if is_stream {
                // Calls stand in the order of their ends, and text between them in another.
                expected.calls.sort();
                found.calls.sort();
            } else {
                expected = Gist::of(&response, &usage).here(&response);
            }
            if found != expected {
                odd.push(format!("{} {is_stream}:\n  {expected:?}\n  {found:?}", exchange.id));
            }
        }
    });
    std::println!("{count} answers");
    assert!(odd.is_empty(), "{} of {count}:\n{}", odd.len(), odd.join("\n"));
}

/// Whether a part is left out, and its state with it: a malformed call, media without data.
fn is_left_out(part: &Part) -> bool {
    match &part.content {
        Content::ToolCall(call) => object(call).is_none(),
        Content::Media(media) => media.source == Source::Base64(String::new()),
        _ => false,
    }
}

fn spoken(part: &Part) -> String {
    match &part.content {
        Content::Text { text, .. } | Content::Refusal(text) => text.clone(),
        Content::Reasoning(reasoning) => reasoning.text.clone(),
        Content::ToolCall(call) => call.name.clone(),
        _ => String::new(),
    }
}

#[test]
fn recorded_answers_come_back_as_they_were() {
    let (mut count, mut odd) = (0, Vec::new());
    each_exchange(|exchange| {
        let Some(wire) = Wire::parse(&exchange.protocol).filter(|wire| *wire != Wire::Gemini) else { return };
        let dialect = Dialect::of_wire(wire);
        let Ok(events) = read(dialect, &exchange.body) else { return };
        let (response, usage) = sum(dialect.vendor, &events);
        let state = |parts: &[Part]| -> Vec<(String, Vec<Opaque>)> {
            let kept = parts.iter().filter(|part| !part.opaque.is_empty() && !is_left_out(part));
            let mut found: Vec<_> = kept.map(|part| (spoken(part), part.opaque.clone())).collect();
            // Parts stand in the order of their ends, and so do fields.
            found.iter_mut().for_each(|(_, opaque)| opaque.sort_by(|a, b| a.field.cmp(&b.field)));
            found.sort_by_key(|(text, opaque)| (text.clone(), String::from(opaque[0].value.as_str())));
            found
        };
        let expected = state(&response.to_message().parts);
        if expected.is_empty() || response.finish().is_none() {
            return;
        }
        count += 1;
        let mut live = answer(dialect.vendor, wire);
        let stream = streamed(&mut live, &events, &usage);
        let body = whole(&mut answer(dialect.vendor, wire), &response, &usage);
        for (way, sent) in [("stream", chunks(&stream)), ("whole", alloc::vec![&*body])] {
            let found = sent_back(&sent);
            let found = state(&found.parts);
            if found != expected {
                odd.push(format!("{} {way}:\n  {expected:?}\n  {found:?}", exchange.id));
            }
        }
    });
    std::println!("{count} answers with state");
    assert!(odd.is_empty(), "{} of {count}:\n{}", odd.len(), odd.join("\n"));
}
