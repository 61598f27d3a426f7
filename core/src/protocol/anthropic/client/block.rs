//! The content blocks of a response that are open, and what becomes of them at their end.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Kind, RawJson, Reader};
use crate::map::Map;
use crate::model::{Event, PartKind, Sink, ToolCallKind, Wire};
use crate::protocol::anthropic::object::{field, with_fields};
use crate::protocol::wire_decoder::DecodeError;

/// How much of a vendor's block is put together from deltas at the most.
const MAX_GROWN_BYTES: usize = 32 << 20;

/// An open block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Its number on the wire.
    pub(super) index: u64,
    /// Its number among the events.
    pub(super) part: u32,
    pub(super) kind: BlockKind,
}

#[derive(Clone, Debug)]
pub(super) enum BlockKind {
    Reasoning,
    Text,
    ToolCall {
        /// The arguments that the start held, in case no delta comes.
        placeholder: Option<String>,
        has_deltas: bool,
    },
    Vendor(Box<Grown>),
}

/// A vendor's block that may grow by deltas.
#[derive(Clone, Debug)]
pub(super) struct Grown {
    /// The block so far, JSON text.
    json: String,
    /// The field that deltas spell and its text so far: `input` is JSON, `content` a string.
    growing: Option<(&'static str, String)>,
    /// The fields that deltas set, JSON text.
    fields: Map<String, String>,
    /// How many bytes all of this is.
    bytes: usize,
}

impl Grown {
    fn new(json: &str) -> Self {
        Self { json: json.into(), growing: None, fields: Map::new(), bytes: json.len() }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Appends JSON text to the field `input`.
    pub(super) fn add_input(&mut self, text: &str) -> Result<(), DecodeError> {
        if text.is_empty() {
            return Ok(());
        }
        self.grow("input", text)
    }

    /// Takes a delta's fields: text is appended to `content`, any other field is set.
    pub(super) fn add_fields(&mut self, delta: &str) -> Result<(), DecodeError> {
        let wrong = |e| DecodeError::json("a delta", e, delta);
        let mut r = Reader::new(delta);
        let Some(mut fields) = r.opt_object().map_err(wrong)? else { return Ok(()) };
        while let Some(key) = fields.key(&mut r).map_err(wrong)? {
            if key == "content" && r.kind().map_err(wrong)? == Kind::String {
                let text = r.string().map_err(wrong)?;
                self.grow("content", &text)?;
                continue;
            }
            let raw = r.raw().map_err(wrong)?;
            if key != "type" && raw != "null" {
                self.make_room(key.len() + raw.len())?;
                if let Some(old) = self.fields.insert(key.into_owned(), raw.into()) {
                    self.bytes = self.bytes.saturating_sub(old.len());
                }
            }
        }
        Ok(())
    }

    /// Counts `more` bytes, if they fit.
    fn make_room(&mut self, more: usize) -> Result<(), DecodeError> {
        if self.bytes + more > MAX_GROWN_BYTES {
            return Err(DecodeError::TooLarge { what: "a block of deltas", cap: MAX_GROWN_BYTES });
        }
        self.bytes += more;
        Ok(())
    }

    fn grow(&mut self, name: &'static str, text: &str) -> Result<(), DecodeError> {
        self.make_room(text.len())?;
        let json = &self.json;
        let (_, grown) = self.growing.get_or_insert_with(|| {
            let old = field(json, name).filter(|_| name == "content");
            let old = old.and_then(|raw| Reader::new(raw).opt_string().ok().flatten());
            (name, old.map_or_else(String::new, Cow::into_owned))
        });
        grown.push_str(text);
        Ok(())
    }

    /// The block as it is at its end, if it is not what the start said.
    fn finish(mut self) -> Option<String> {
        if let Some((name, grown)) = self.growing {
            let value = match name {
                "content" => RawJson::string(&grown),
                // Cut input is no JSON; as a string nothing of it is lost.
                _ => RawJson::parse(&grown).unwrap_or_else(|_| RawJson::string(&grown)),
            };
            self.fields.insert(name.into(), value.as_str().into());
        }
        (!self.fields.is_empty()).then(|| with_fields(&self.json, self.fields))
    }
}

impl Block {
    /// How many bytes it holds until its end.
    pub(super) fn bytes(&self) -> usize {
        match &self.kind {
            BlockKind::ToolCall { placeholder, .. } => placeholder.as_ref().map_or(0, String::len),
            BlockKind::Vendor(grown) => grown.bytes(),
            BlockKind::Reasoning | BlockKind::Text => 0,
        }
    }

    /// Sends what is only known at the end, and the end.
    pub(super) fn finish(self, sink: &mut dyn Sink) {
        let part = self.part;
        match self.kind {
            BlockKind::Reasoning | BlockKind::Text => {}
            BlockKind::ToolCall { has_deltas: true, .. } => {}
            BlockKind::ToolCall { placeholder, .. } => {
                let text = placeholder.map_or(Cow::Borrowed("{}"), Cow::Owned);
                sink.event(Event::ArgumentsDelta { part, text });
            }
            BlockKind::Vendor(grown) => {
                if let Some(json) = grown.finish() {
                    sink.event(Event::Opaque { part, field: "".into(), value: json.into() });
                }
            }
        }
        sink.event(Event::PartEnd { part });
    }
}

/// A block as its start, or a whole response, spells it.
#[derive(Default)]
pub(super) struct Spelled<'a> {
    kind: Cow<'a, str>,
    id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    /// `text` or `thinking`.
    text: Cow<'a, str>,
    input: Option<&'a str>,
    citations: Option<&'a str>,
    /// State that goes back with the block: name and JSON text.
    opaque: Vec<(&'static str, &'a str)>,
    /// What the vocabulary has no word for.
    extras: Vec<(Cow<'a, str>, &'a str)>,
    /// The whole block.
    raw: &'a str,
}

impl<'a> Spelled<'a> {
    /// Reads the next value as a block.
    pub(super) fn read(r: &mut Reader<'a>) -> Result<Self, json::Error> {
        let raw = r.raw()?;
        let mut r = Reader::new(raw);
        let mut block = Self { raw, ..Self::default() };
        let Some(mut fields) = r.opt_object()? else { return Ok(block) };
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "type" => block.kind = r.opt_string()?.unwrap_or_default(),
                "id" => block.id = r.opt_string()?,
                "name" => block.name = r.opt_string()?,
                "text" | "thinking" => block.text = r.opt_string()?.unwrap_or_default(),
                "input" => block.input = Some(r.raw()?),
                "citations" => block.citations = Some(r.raw()?),
                "signature" => block.keep("signature", r.raw()?),
                "caller" => block.keep("caller", r.raw()?),
                "toolset_name" => block.keep("toolset_name", r.raw()?),
                _ => {
                    let raw = r.raw()?;
                    if raw != "null" {
                        block.extras.push((key, raw));
                    }
                }
            }
        }
        Ok(block)
    }

    fn keep(&mut self, name: &'static str, raw: &'a str) {
        if !matches!(raw, "null" | "\"\"") {
            self.opaque.push((name, raw));
        }
    }

    /// Opens the block as `part` and sends what the start holds already.
    pub(super) fn open(self, part: u32, sink: &mut dyn Sink) -> Result<BlockKind, json::Error> {
        let (kind, opened) = match (&*self.kind, &self.name) {
            ("text", _) => (PartKind::Text, BlockKind::Text),
            ("thinking", _) => (PartKind::Reasoning { is_summary: false }, BlockKind::Reasoning),
            ("tool_use", Some(name)) if !name.is_empty() => (
                PartKind::ToolCall { id: self.id.clone(), name: name.clone(), kind: ToolCallKind::Function },
                BlockKind::ToolCall { placeholder: arguments(self.input)?, has_deltas: false },
            ),
            _ => {
                let kind = PartKind::Vendor { wire: Wire::Anthropic, kind: self.kind, json: self.raw.into() };
                sink.event(Event::PartStart { part, candidate: 0, kind });
                return Ok(BlockKind::Vendor(Box::new(Grown::new(self.raw))));
            }
        };
        sink.event(Event::PartStart { part, candidate: 0, kind });
        if !self.text.is_empty() {
            match opened {
                BlockKind::Reasoning => sink.event(Event::ReasoningDelta { part, text: self.text }),
                _ => sink.event(Event::TextDelta { part, text: self.text }),
            }
        }
        for (field, value) in self.opaque {
            sink.event(Event::Opaque { part, field: field.into(), value: value.into() });
        }
        for (name, value) in self.extras {
            sink.event(Event::Extra { part: Some(part), name, value: value.into() });
        }
        self.citations.map_or(Ok(()), |list| cite(part, list, sink))?;
        Ok(opened)
    }
}

fn cite(part: u32, list: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let mut r = Reader::new(list);
    let Some(mut elements) = r.opt_array()? else { return Ok(()) };
    while elements.element(&mut r)? {
        let raw = r.raw()?;
        sink.event(Event::Citation { part: Some(part), wire: Wire::Anthropic, raw: raw.into() });
    }
    Ok(())
}

/// The arguments that a block's start holds; an empty object there only keeps the place.
fn arguments(input: Option<&str>) -> Result<Option<String>, json::Error> {
    let Some(raw) = input else { return Ok(None) };
    let mut r = Reader::new(raw);
    if r.kind()? == Kind::String {
        return Ok(r.opt_string()?.map(Cow::into_owned).filter(|text| !text.is_empty()));
    }
    let is_empty = match r.opt_object()? {
        Some(mut fields) => fields.key(&mut r)?.is_none(),
        None => raw == "null",
    };
    Ok((!is_empty).then(|| raw.into()))
}
