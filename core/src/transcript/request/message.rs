//! Messages and their parts, read.

use alloc::string::String;
use alloc::vec::Vec;

use super::error::Result;
use super::object::Object;
use super::scalar::{raw, text};
use super::value::Value;
use crate::model::{
    CacheMark, Citation, Content, Extension, Media, MediaKind, Message, Opaque, Part, ReasoningText, Source,
    ToolCall, ToolCallKind, ToolResult,
};
use crate::transcript::words::{ROLES, WIRES};

pub(super) fn message(value: &Value<'_, '_>) -> Result<Message> {
    let mut o = value.object(&["role", "content", "extensions"])?;
    Ok(Message {
        role: o.get("role").word(&ROLES)?,
        parts: parts(&o.get("content"))?,
        extensions: o.list("extensions", extension)?,
    })
}

/// A list of parts, or a text that is the only one.
fn parts(value: &Value<'_, '_>) -> Result<Vec<Part>> {
    if value.is_text() { Ok(alloc::vec![Part::text(text(value)?)]) } else { value.list(part) }
}

const KINDS: [&str; 12] = [
    "text",
    "image",
    "audio",
    "video",
    "file",
    "reasoning",
    "refusal",
    "tool_call",
    "freeform_call",
    "tool_result",
    "freeform_result",
    "vendor",
];

const PART: [&str; 21] = [
    "kind",
    "text",
    "citations",
    "base64",
    "url",
    "id",
    "vendor",
    "media_type",
    "name",
    "detail",
    "is_summary",
    "arguments",
    "call_id",
    "is_error",
    "content",
    "wire",
    "vendor_type",
    "json",
    "cache",
    "opaque",
    "extensions",
];

fn part(value: &Value<'_, '_>) -> Result<Part> {
    let mut o = value.object(&PART)?;
    let part = Part {
        content: content(&mut o)?,
        cache: o.opt("cache", cache)?,
        opaque: o.list("opaque", opaque)?,
        extensions: o.list("extensions", extension)?,
    };
    o.done()?;
    Ok(part)
}

fn content(o: &mut Object<'_, '_>) -> Result<Content> {
    Ok(match KINDS[o.get("kind").one_of(&KINDS)?] {
        "text" => Content::Text { text: o.need("text", text)?, citations: o.list("citations", citation)? },
        "image" => media(o, MediaKind::Image)?,
        "audio" => media(o, MediaKind::Audio)?,
        "video" => media(o, MediaKind::Video)?,
        "file" => media(o, MediaKind::File)?,
        "reasoning" => Content::Reasoning(ReasoningText {
            text: o.need("text", text)?,
            is_summary: o.flag("is_summary")?,
        }),
        "refusal" => Content::Refusal(o.need("text", text)?),
        "tool_call" => tool_call(o, ToolCallKind::Function)?,
        "freeform_call" => tool_call(o, ToolCallKind::Freeform)?,
        "tool_result" => tool_result(o, ToolCallKind::Function)?,
        "freeform_result" => tool_result(o, ToolCallKind::Freeform)?,
        _ => Content::Vendor {
            vendor: o.need("vendor", text)?,
            wire: o.get("wire").word(&WIRES)?,
            kind: o.need("vendor_type", text)?,
            json: o.need("json", raw)?,
        },
    })
}

fn citation(value: &Value<'_, '_>) -> Result<Citation> {
    let mut o = value.object(&["wire", "raw"])?;
    Ok(Citation { wire: o.get("wire").word(&WIRES)?, raw: o.need("raw", raw)? })
}

fn media(o: &mut Object<'_, '_>, kind: MediaKind) -> Result<Content> {
    Ok(Content::Media(Media {
        kind,
        source: source(o)?,
        media_type: o.opt_text("media_type")?,
        name: o.opt_text("name")?,
        detail: o.opt_text("detail")?,
    }))
}

/// The first of the sources that is there; a second one stays unread, which is an error.
fn source(o: &mut Object<'_, '_>) -> Result<Source> {
    let here: [(&str, fn(String) -> Source); 2] = [("base64", Source::Base64), ("text", Source::Text)];
    for (name, source) in here {
        if let Some(data) = o.opt_text(name)? {
            return Ok(source(data));
        }
    }
    match o.opt_text("id")? {
        Some(id) => Ok(Source::Id { vendor: o.need("vendor", text)?, id }),
        None => Ok(Source::Url(o.need("url", text)?)),
    }
}

fn tool_call(o: &mut Object<'_, '_>, kind: ToolCallKind) -> Result<Content> {
    Ok(Content::ToolCall(ToolCall {
        id: o.opt_text("id")?,
        name: o.need("name", text)?,
        arguments: o.need("arguments", text)?,
        kind,
    }))
}

fn tool_result(o: &mut Object<'_, '_>, kind: ToolCallKind) -> Result<Content> {
    Ok(Content::ToolResult(ToolResult {
        call_id: o.need("call_id", text)?,
        name: o.opt_text("name")?,
        content: parts(&o.get("content"))?,
        is_error: o.flag("is_error")?,
        kind,
    }))
}

fn opaque(value: &Value<'_, '_>) -> Result<Opaque> {
    let mut o = value.object(&["vendor", "model", "field", "value"])?;
    Ok(Opaque {
        vendor: o.need("vendor", text)?,
        model: o.opt_text("model")?,
        field: o.need("field", text)?,
        value: o.need("value", raw)?,
    })
}

pub(super) fn cache(value: &Value<'_, '_>) -> Result<CacheMark> {
    Ok(CacheMark { ttl: value.object(&["ttl"])?.opt_text("ttl")? })
}

pub(super) fn extension(value: &Value<'_, '_>) -> Result<Extension> {
    let mut o = value.object(&["wire", "name", "value"])?;
    let wire = o.get("wire").word(&WIRES)?;
    Ok(Extension::new(wire, o.need("name", text)?, o.need("value", raw)?))
}
