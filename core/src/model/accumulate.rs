//! Events added up to a response.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{
    Candidate, Citation, Content, Event, Extra, Media, Opaque, Part, PartKind, ReasoningText, Response, Sink,
    Source, ToolCall,
};
use crate::json::RawJson;
use crate::usage::Usage;

/// Adds events up to the [`Response`] they describe.
///
/// Text is appended in place, so the cost of an event does not depend on how much came before.
#[derive(Clone, Debug, Default)]
pub struct Accumulator {
    response: Response,
    /// Where each part of the stream lies: candidate and index in it.
    places: Vec<(usize, usize)>,
    usage: Option<Usage>,
    vendor: String,
    bytes: u64,
    text_bytes: u64,
}

impl Accumulator {
    /// An empty response from `vendor` (the name that its opaque state is bound to).
    pub fn new(vendor: impl Into<String>) -> Self {
        Self { vendor: vendor.into(), ..Self::default() }
    }

    /// The response so far.
    pub const fn response(&self) -> &Response {
        &self.response
    }

    /// The response, taken out.
    pub fn into_response(self) -> Response {
        self.response
    }

    /// The last usage that came as an event.
    pub const fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// How many bytes of content are held.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many bytes of text and arguments have come.
    pub const fn text_bytes(&self) -> u64 {
        self.text_bytes
    }

    /// How many parts have opened.
    pub fn parts(&self) -> u32 {
        u32::try_from(self.places.len()).unwrap_or(u32::MAX)
    }

    /// How many bytes of text the last part holds.
    pub fn last_part_bytes(&self) -> u64 {
        let Some(&(candidate, index)) = self.places.last() else { return 0 };
        text_of(&self.response.candidates[candidate].parts[index].content).map_or(0, |t| t.len() as u64)
    }

    fn part(&mut self, part: u32) -> Option<&mut Part> {
        let &(candidate, index) = self.places.get(part as usize)?;
        self.response.candidates.get_mut(candidate)?.parts.get_mut(index)
    }

    fn candidate(&mut self, index: usize) -> &mut Candidate {
        // Providers number candidates from 0; a wild number must not make this vector large.
        let index = index.min(MAX_CANDIDATES - 1);
        if self.response.candidates.len() <= index {
            self.response.candidates.resize_with(index + 1, Candidate::default);
        }
        &mut self.response.candidates[index]
    }

    fn append(&mut self, part: u32, text: &str) {
        self.bytes += text.len() as u64;
        if let Some(target) = self.part(part).and_then(|p| text_mut(&mut p.content)) {
            target.push_str(text);
        }
    }

    fn open(&mut self, candidate: u32, kind: PartKind<'_>) {
        let content = match kind {
            PartKind::Media { kind, media_type } => Content::Media(Media {
                kind,
                source: Source::Base64(String::new()),
                media_type: media_type.map(Cow::into_owned),
                name: None,
                detail: None,
            }),
            PartKind::Reasoning { is_summary } => {
                Content::Reasoning(ReasoningText { text: String::new(), is_summary })
            }
            PartKind::Refusal => Content::Refusal(String::new()),
            PartKind::Text => Content::Text { text: String::new(), citations: Vec::new() },
            PartKind::ToolCall { id, name, kind } => Content::ToolCall(ToolCall {
                id: id.map(Cow::into_owned),
                name: name.into_owned(),
                arguments: String::new(),
                kind,
            }),
            PartKind::Vendor { wire, kind, json } => {
                let vendor = self.vendor.clone();
                Content::Vendor { vendor, wire, kind: kind.into_owned(), json: RawJson::trusted(&json) }
            }
        };
        let place = (candidate as usize).min(MAX_CANDIDATES - 1);
        let parts = &mut self.candidate(place).parts;
        parts.push(Part::new(content));
        let index = parts.len() - 1;
        self.places.push((place, index));
    }

    fn opaque(&mut self, part: u32, field: &str, value: &str) {
        let (vendor, model) = (self.vendor.clone(), self.response.model.clone());
        let Some(part) = self.part(part) else { return };
        let value = RawJson::trusted(value);
        let mut replaced = 0;
        if let (Content::Vendor { json, .. }, "") = (&mut part.content, field) {
            replaced = core::mem::replace(json, value).as_str().len();
        } else if let Some(known) = part.opaque.iter_mut().find(|o| o.field == field) {
            replaced = core::mem::replace(&mut known.value, value).as_str().len();
        } else {
            part.opaque.push(Opaque { vendor, model, field: field.into(), value });
        }
        self.bytes = self.bytes.saturating_sub(replaced as u64);
    }

    fn discard(&mut self, from_part: u32, keep_bytes: u64) {
        let first_gone = from_part as usize + usize::from(keep_bytes > 0);
        while self.places.len() > first_gone {
            if let Some((candidate, _)) = self.places.pop() {
                self.response.candidates[candidate].parts.pop();
            }
        }
        let keep = usize::try_from(keep_bytes).unwrap_or(usize::MAX);
        if let Some(text) = self.part(from_part).and_then(|p| text_mut(&mut p.content))
            && text.is_char_boundary(keep)
        {
            text.truncate(keep);
        }
        if self.places.is_empty() {
            self.response.candidates.clear();
        }
        for candidate in &mut self.response.candidates {
            candidate.finish = None;
        }
        let from_start = from_part == 0 && keep_bytes == 0;
        self.response.extras.retain(|e| match e.part {
            None => !from_start,
            Some(part) => (part as usize) < first_gone,
        });
    }
}

/// Whether the response holds the whole event. A delta adds its text alone.
const fn is_kept(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Citation { .. } | Event::Extra { .. } | Event::Opaque { .. } | Event::PartStart { .. }
    )
}

/// More candidates than any provider draws.
const MAX_CANDIDATES: usize = 256;

/// More fields than any response has; what lies beyond is not kept.
const MAX_EXTRAS: usize = 4_096;

fn text_of(content: &Content) -> Option<&String> {
    match content {
        Content::Text { text, .. } | Content::Refusal(text) => Some(text),
        Content::Reasoning(r) => Some(&r.text),
        Content::ToolCall(call) => Some(&call.arguments),
        Content::Media(Media { source: Source::Base64(data), .. }) => Some(data),
        Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
    }
}

fn text_mut(content: &mut Content) -> Option<&mut String> {
    match content {
        Content::Text { text, .. } | Content::Refusal(text) => Some(text),
        Content::Reasoning(r) => Some(&mut r.text),
        Content::ToolCall(call) => Some(&mut call.arguments),
        Content::Media(Media { source: Source::Base64(data), .. }) => Some(data),
        Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
    }
}

impl Accumulator {
    /// Adds one event.
    pub fn add(&mut self, event: &Event<'_>) {
        if is_kept(event) {
            self.bytes += event.held_bytes() as u64;
        }
        match event {
            Event::ArgumentsDelta { part, text }
            | Event::ReasoningDelta { part, text }
            | Event::RefusalDelta { part, text }
            | Event::TextDelta { part, text } => {
                self.text_bytes += text.len() as u64;
                self.append(*part, text);
            }
            Event::DataDelta { part, base64 } => self.append(*part, base64),
            Event::Citation { part, wire, raw } => {
                let raw = RawJson::trusted(raw);
                match part.and_then(|p| self.part(p)) {
                    Some(Part { content: Content::Text { citations, .. }, .. }) => {
                        citations.push(Citation { wire: *wire, raw });
                    }
                    _ => {
                        self.response.extras.push(Extra { part: *part, name: "citation".into(), value: raw })
                    }
                }
            }
            Event::Discard { from_part, keep_bytes } => self.discard(*from_part, *keep_bytes),
            Event::Extra { part, name, value } => {
                let value = RawJson::trusted(value);
                let full = self.response.extras.len() >= MAX_EXTRAS;
                match self.response.extras.iter_mut().find(|e| e.part == *part && e.name == *name) {
                    Some(known) => {
                        let old = core::mem::replace(&mut known.value, value);
                        self.bytes = self.bytes.saturating_sub(old.as_str().len() as u64);
                    }
                    None if full => {}
                    None => {
                        self.response.extras.push(Extra { part: *part, name: name.as_ref().into(), value });
                    }
                }
            }
            Event::Finish { candidate, finish } => {
                self.candidate(*candidate as usize).finish = Some(finish.clone());
            }
            Event::Opaque { part, field, value } => self.opaque(*part, field, value),
            Event::PartStart { candidate, kind, .. } => self.open(*candidate, kind.clone()),
            Event::Start { id, model } => {
                if let Some(id) = id {
                    self.response.id = Some(id.as_ref().into());
                }
                if let Some(model) = model {
                    self.response.model = Some(model.as_ref().into());
                }
            }
            Event::Usage(usage) => self.usage = Some((**usage).clone()),
            Event::PartEnd { .. } | Event::Retry(_) | Event::Unknown { .. } => {}
        }
    }
}

impl Sink for Accumulator {
    fn event(&mut self, event: Event<'_>) {
        self.add(&event);
    }
}
