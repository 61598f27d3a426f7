//! Items to parts.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::parts::{Key, Lane, Parts};
use crate::json::{self, Reader};
use crate::model::{Event, MediaKind, PartKind, Sink, ToolCallKind, Wire};
use crate::protocol::openai_responses::names;

/// An item as the wire writes it, its fields as JSON text where they are only passed on.
pub(super) struct Item<'a> {
    pub(super) raw: &'a str,
    pub(super) kind: Cow<'a, str>,
    /// The item's id, JSON text.
    pub(super) id: Option<&'a str>,
    call_id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    output_format: Option<Cow<'a, str>>,
    /// `arguments` or `input`
    arguments: Option<&'a str>,
    content: Option<&'a str>,
    encrypted_content: Option<&'a str>,
    phase: Option<&'a str>,
    result: Option<&'a str>,
    summary: Option<&'a str>,
}

impl<'a> Item<'a> {
    pub(super) fn read(raw: &'a str) -> Result<Self, json::Error> {
        let mut item = Self {
            raw,
            kind: Cow::Borrowed(""),
            id: None,
            call_id: None,
            name: None,
            output_format: None,
            arguments: None,
            content: None,
            encrypted_content: None,
            phase: None,
            result: None,
            summary: None,
        };
        let r = &mut Reader::new(raw);
        let Some(mut fields) = r.opt_object()? else { return Ok(item) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "arguments" | "input" => item.arguments = r.opt_raw()?,
                "call_id" => item.call_id = r.opt_text()?,
                "content" => item.content = r.opt_raw()?,
                "encrypted_content" => item.encrypted_content = r.opt_raw()?,
                "id" => item.id = r.opt_raw()?,
                "name" => item.name = r.opt_string()?,
                "output_format" => item.output_format = r.opt_string()?,
                "phase" => item.phase = r.opt_raw()?,
                "result" => item.result = r.opt_raw()?,
                "summary" => item.summary = r.opt_raw()?,
                "type" => item.kind = r.opt_string()?.unwrap_or(Cow::Borrowed("")),
                _ => r.skip()?,
            }
        }
        Ok(item)
    }

    fn call_kind(&self) -> Option<ToolCallKind> {
        names::call_kind(&self.kind)
    }

    /// The id that a result of this call must name.
    fn call_id(&self) -> Option<Cow<'_, str>> {
        match self.call_id.as_deref() {
            Some(id) if !id.is_empty() => Some(Cow::Borrowed(id)),
            _ => Reader::new(self.id?).opt_string().ok()?,
        }
    }

    fn labels(&self) -> impl Iterator<Item = (&'static str, Box<str>)> {
        let labels = [("id", self.id), ("phase", self.phase)];
        labels.into_iter().filter_map(|(field, value)| Some((field, value?.into())))
    }

    /// What the item is from its beginning, if it is one part and that is already known.
    fn opening(&self) -> Option<PartKind<'_>> {
        if let (Some(kind), Some(name)) = (self.call_kind(), self.name.as_deref())
            && !name.is_empty()
        {
            return Some(PartKind::ToolCall { id: self.call_id(), name: Cow::Borrowed(name), kind });
        }
        match &*self.kind {
            "custom_tool_call" | "function_call" | "image_generation_call" | "message" | "reasoning" => None,
            _ => Some(self.vendor()),
        }
    }

    fn vendor(&self) -> PartKind<'_> {
        PartKind::Vendor {
            wire: Wire::OpenaiResponses,
            kind: Cow::Borrowed(&self.kind),
            json: Cow::Borrowed(self.raw),
        }
    }

    /// Whether it goes on whole, as only its vendor understands it.
    fn is_vendor(&self) -> bool {
        match &*self.kind {
            "custom_tool_call" | "function_call" => self.opening().is_none(),
            "image_generation_call" => self.image().is_none(),
            "message" | "reasoning" => false,
            _ => true,
        }
    }

    /// The image, JSON text, if this is one that was made.
    fn image(&self) -> Option<&'a str> {
        let result = self.result?;
        (self.kind == "image_generation_call" && result.starts_with('"')).then_some(result)
    }
}

/// Opens the part of an item that is one, as soon as that is known.
pub(super) fn begin(parts: &mut Parts, output: u32, item: &Item<'_>, sink: &mut dyn Sink) {
    parts.label(output, item.labels());
    if let Some(kind) = item.opening() {
        parts.open(Key::item(output), kind, sink);
    }
}

/// Takes an item that is whole: what its events did not bring, its state, the end of its parts.
pub(super) fn complete(
    parts: &mut Parts,
    output: u32,
    item: &Item<'_>,
    sink: &mut dyn Sink,
) -> Result<(), json::Error> {
    parts.label(output, item.labels());
    match &*item.kind {
        "message" => contents(parts, output, item, sink)?,
        "reasoning" => reasoning(parts, output, item, sink)?,
        _ if item.call_kind().is_some() => call(parts, output, item, sink)?,
        _ => match item.image() {
            Some(result) => image(parts, output, item, result, sink)?,
            None => vendor(parts, output, item, sink),
        },
    }
    let open = parts.of_item(output);
    if !item.is_vendor() {
        for &part in &open {
            // Each part of an item has its id, so that they are one item again when they go back.
            parts.label_part(output, part, sink);
        }
        state(item, &open, sink)?;
    }
    for part in open {
        parts.end(part, sink);
    }
    Ok(())
}

/// Sends the fields that the vendor wants back, and those that there is no word for.
fn state(item: &Item<'_>, parts: &[u32], sink: &mut dyn Sink) -> Result<(), json::Error> {
    let (Some(&first), Some(&last)) = (parts.first(), parts.last()) else { return Ok(()) };
    let r = &mut Reader::new(item.raw);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        let Some(value) = r.opt_raw()? else { continue };
        let value = Cow::Borrowed(value);
        match &*key {
            "async" | "caller" | "encrypted_content" | "namespace" => {
                sink.event(Event::Opaque { part: last, field: key, value });
            }
            "arguments" | "call_id" | "content" | "id" | "input" | "name" | "phase" | "result" | "role"
            | "status" | "summary" | "type" => {}
            _ => sink.event(Event::Extra { part: Some(first), name: key, value }),
        }
    }
    Ok(())
}

fn contents(parts: &mut Parts, output: u32, item: &Item<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let Some(content) = item.content else { return Ok(()) };
    if content.starts_with('"') {
        let key = Key { output, lane: Lane::Content, index: 0 };
        let part = open(parts, key, PartKind::Text, sink);
        return parts.settle(part, content, sink);
    }
    let list = elements(content)?;
    for (index, raw) in parts.indices(output, Lane::Content, list.len()).into_iter().zip(list) {
        last_content_part(parts, Key { output, lane: Lane::Content, index }, raw, sink)?;
    }
    Ok(())
}

fn reasoning(
    parts: &mut Parts,
    output: u32,
    item: &Item<'_>,
    sink: &mut dyn Sink,
) -> Result<(), json::Error> {
    for (lane, list) in [(Lane::Summary, item.summary), (Lane::Content, item.content)] {
        let list = elements(list.unwrap_or("[]"))?;
        for (index, raw) in parts.indices(output, lane, list.len()).into_iter().zip(list) {
            let part = open(parts, Key { output, lane, index }, reasoning_kind(lane), sink);
            if let Some(text) = ContentPart::read(raw)?.text {
                parts.settle(part, text, sink)?;
            }
        }
    }
    let has_state = item.id.is_some() || item.encrypted_content.is_some();
    if has_state && parts.of_item(output).is_empty() {
        parts.open(Key { output, lane: Lane::Summary, index: 0 }, reasoning_kind(Lane::Summary), sink);
    }
    Ok(())
}

pub(super) const fn reasoning_kind(lane: Lane) -> PartKind<'static> {
    PartKind::Reasoning { is_summary: matches!(lane, Lane::Summary) }
}

fn call(parts: &mut Parts, output: u32, item: &Item<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let part = match (parts.find(Key::item(output)), item.opening()) {
        (Some(part), _) => part,
        (None, Some(kind)) => parts.open(Key::item(output), kind, sink),
        // A call of nothing: kept, but nobody can make it.
        (None, None) => {
            vendor(parts, output, item, sink);
            return Ok(());
        }
    };
    match item.arguments {
        Some(text) if text.starts_with('"') => parts.settle(part, text, sink),
        // Arguments as an object rather than as text.
        Some(value) => parts.settle(part, json::RawJson::string(value).as_str(), sink),
        None => Ok(()),
    }
}

fn image(
    parts: &mut Parts,
    output: u32,
    item: &Item<'_>,
    result: &str,
    sink: &mut dyn Sink,
) -> Result<(), json::Error> {
    let media_type = item.output_format.as_deref().map(|format| {
        let mut media_type = String::from("image/");
        media_type.push_str(format);
        Cow::Owned(media_type)
    });
    let part = open(parts, Key::item(output), PartKind::Media { kind: MediaKind::Image, media_type }, sink);
    parts.settle(part, result, sink)
}

fn vendor(parts: &mut Parts, output: u32, item: &Item<'_>, sink: &mut dyn Sink) {
    match parts.find_open(Key::item(output)) {
        Some(part) => {
            sink.event(Event::Opaque { part, field: Cow::Borrowed(""), value: Cow::Borrowed(item.raw) })
        }
        None => {
            parts.open(Key::item(output), item.vendor(), sink);
        }
    }
}

/// The part at `key`, opened if it was not.
pub(super) fn open(parts: &mut Parts, key: Key, kind: PartKind<'_>, sink: &mut dyn Sink) -> u32 {
    match parts.find(key) {
        Some(part) => part,
        None => parts.open(key, kind, sink),
    }
}

/// One element of `content` or `summary`.
#[derive(Default)]
pub(super) struct ContentPart<'a> {
    kind: Cow<'a, str>,
    /// `text` or `refusal`
    pub(super) text: Option<&'a str>,
    annotations: Option<&'a str>,
}

impl<'a> ContentPart<'a> {
    pub(super) fn read(raw: &'a str) -> Result<Self, json::Error> {
        let (mut part, mut refusal) = (Self::default(), None);
        let r = &mut Reader::new(raw);
        let Some(mut fields) = r.opt_object()? else { return Ok(part) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "annotations" => part.annotations = r.opt_raw()?,
                "refusal" => refusal = r.opt_raw()?,
                "text" => part.text = r.opt_raw()?,
                "type" => part.kind = r.opt_string()?.unwrap_or_default(),
                _ => r.skip()?,
            }
        }
        if part.kind == "refusal" {
            part.text = refusal;
        }
        Ok(part)
    }

    /// What the part is, if it is text in one of its forms.
    pub(super) fn opening(&self) -> Option<PartKind<'static>> {
        match &*self.kind {
            "output_text" => Some(PartKind::Text),
            "reasoning_text" => Some(reasoning_kind(Lane::Content)),
            "refusal" => Some(PartKind::Refusal),
            "summary_text" => Some(reasoning_kind(Lane::Summary)),
            _ => self.text.is_some().then_some(PartKind::Text),
        }
    }
}

/// Takes the text and the citations of a part of a message; `None` where it is no text.
pub(super) fn content_part(
    parts: &mut Parts,
    key: Key,
    content: &ContentPart<'_>,
    sink: &mut dyn Sink,
) -> Result<Option<u32>, json::Error> {
    let Some(kind) = content.opening() else { return Ok(None) };
    let part = open(parts, key, kind, sink);
    if let Some(text) = content.text {
        parts.settle(part, text, sink)?;
    }
    if let Some(list) = content.annotations {
        parts.cite(part, list, sink)?;
    }
    Ok(Some(part))
}

/// Takes a part of a message that is whole.
fn last_content_part(parts: &mut Parts, key: Key, raw: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let content = ContentPart::read(raw)?;
    let Some(part) = content_part(parts, key, &content, sink)? else {
        if parts.find(key).is_none() {
            unknown_content(parts, key, &content.kind, raw, sink);
        }
        return Ok(());
    };
    let r = &mut Reader::new(raw);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(name) = fields.key(r)? {
        let Some(value) = r.opt_raw()? else { continue };
        let is_known = match &*name {
            "annotations" | "refusal" | "text" | "type" => true,
            "logprobs" => value == "[]",
            _ => false,
        };
        if !is_known {
            sink.event(Event::Extra { part: Some(part), name, value: Cow::Borrowed(value) });
        }
    }
    Ok(())
}

/// Keeps content of an unknown type, wrapped so that it is an item and can go back as one.
fn unknown_content(parts: &mut Parts, key: Key, kind: &str, raw: &str, sink: &mut dyn Sink) {
    let json = Cow::Owned(alloc::format!(r#"{{"type":"message","role":"assistant","content":[{raw}]}}"#));
    let kind = Cow::Borrowed(kind);
    parts.open(key, PartKind::Vendor { wire: Wire::OpenaiResponses, kind, json }, sink);
}

/// The elements of `raw`, if it is an array.
pub(super) fn elements(raw: &str) -> Result<Vec<&str>, json::Error> {
    let mut elements = Vec::new();
    let r = &mut Reader::new(raw);
    let Some(mut list) = r.opt_array()? else { return Ok(elements) };
    while list.element(r)? {
        elements.push(r.raw()?);
    }
    Ok(elements)
}
