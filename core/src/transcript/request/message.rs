//! Messages and their parts, read.

use alloc::vec::Vec;

use super::object::Object;
use super::scalar::{raw, text};
use super::value::Value;
use crate::model::{
    CacheMark, Citation, Content, Extension, Media, MediaKind, Message, Opaque, Part, ReasoningText, Source,
    ToolCall, ToolCallKind, ToolResult,
};
use crate::transcript::words::{ROLES, WIRES};

pub(super) fn message(value: &Value<'_, '_>) -> Message {
    let mut o = value.object(&["role", "content", "extensions"]);
    Message {
        role: o.get("role").word(&ROLES),
        parts: parts(&o.get("content")),
        extensions: o.list("extensions", extension),
    }
}

/// A list of parts, or a text that is the only one.
fn parts(value: &Value<'_, '_>) -> Vec<Part> {
    if value.is_text() { alloc::vec![Part::text(text(value))] } else { value.list(part) }
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

fn part(value: &Value<'_, '_>) -> Part {
    let mut o = value.object(&PART);
    let part = Part {
        content: content(&mut o),
        cache: o.opt("cache", cache),
        opaque: o.list("opaque", opaque),
        extensions: o.list("extensions", extension),
    };
    o.done();
    part
}

fn content(o: &mut Object<'_, '_>) -> Content {
    match KINDS[o.get("kind").one_of(&KINDS)] {
        "text" => Content::Text { text: o.text("text"), citations: o.list("citations", citation) },
        "image" => media(o, MediaKind::Image),
        "audio" => media(o, MediaKind::Audio),
        "video" => media(o, MediaKind::Video),
        "file" => media(o, MediaKind::File),
        "reasoning" => {
            Content::Reasoning(ReasoningText { text: o.text("text"), is_summary: o.flag("is_summary") })
        }
        "refusal" => Content::Refusal(o.text("text")),
        "tool_call" => tool_call(o, ToolCallKind::Function),
        "freeform_call" => tool_call(o, ToolCallKind::Freeform),
        "tool_result" => tool_result(o, ToolCallKind::Function),
        "freeform_result" => tool_result(o, ToolCallKind::Freeform),
        _ => Content::Vendor {
            vendor: o.text("vendor"),
            wire: o.get("wire").word(&WIRES),
            kind: o.text("vendor_type"),
            json: o.need("json", raw),
        },
    }
}

fn citation(value: &Value<'_, '_>) -> Citation {
    let mut o = value.object(&["wire", "raw"]);
    Citation { wire: o.get("wire").word(&WIRES), raw: o.need("raw", raw) }
}

fn media(o: &mut Object<'_, '_>, kind: MediaKind) -> Content {
    Content::Media(Media {
        kind,
        source: source(o),
        media_type: o.opt_text("media_type"),
        name: o.opt_text("name"),
        detail: o.opt_text("detail"),
    })
}

/// The first of the sources that is there; a second one stays unread, which is an error.
fn source(o: &mut Object<'_, '_>) -> Source {
    if let Some(data) = o.opt_text("base64") {
        return Source::Base64(data);
    }
    if let Some(text) = o.opt_text("text") {
        return Source::Text(text);
    }
    match o.opt_text("id") {
        Some(id) => Source::Id { vendor: o.text("vendor"), id },
        None => Source::Url(o.text("url")),
    }
}

fn tool_call(o: &mut Object<'_, '_>, kind: ToolCallKind) -> Content {
    Content::ToolCall(ToolCall {
        id: o.opt_text("id"),
        name: o.text("name"),
        arguments: o.text("arguments"),
        kind,
    })
}

fn tool_result(o: &mut Object<'_, '_>, kind: ToolCallKind) -> Content {
    Content::ToolResult(ToolResult {
        call_id: o.text("call_id"),
        name: o.opt_text("name"),
        content: parts(&o.get("content")),
        is_error: o.flag("is_error"),
        kind,
    })
}

fn opaque(value: &Value<'_, '_>) -> Opaque {
    let mut o = value.object(&["vendor", "model", "field", "value"]);
    Opaque {
        vendor: o.text("vendor"),
        model: o.opt_text("model"),
        field: o.text("field"),
        value: o.need("value", raw),
    }
}

pub(super) fn cache(value: &Value<'_, '_>) -> CacheMark {
    CacheMark { ttl: value.object(&["ttl"]).opt_text("ttl") }
}

pub(super) fn extension(value: &Value<'_, '_>) -> Extension {
    let mut o = value.object(&["wire", "name", "value"]);
    let wire = o.get("wire").word(&WIRES);
    Extension::new(wire, o.text("name"), o.need("value", raw))
}
