//! Parts of messages and responses as JSON.

use super::fields::text;
use crate::json::Writer;
use crate::model::{CacheMark, Content, Extension, Media, MediaKind, Part, Source, ToolCallKind};

pub(super) fn part(w: &mut Writer, part: &Part) {
    w.object(|w| {
        content(w, &part.content);
        w.key("opaque").array(|w| {
            for opaque in &part.opaque {
                w.object(|w| {
                    w.key("vendor").string(&opaque.vendor);
                    text(w, "model", opaque.model.as_deref());
                    w.key("field").string(&opaque.field);
                    w.key("value").raw(opaque.value.as_str());
                });
            }
        });
        cache(w, part.cache.as_ref());
        extensions(w, &part.extensions);
    });
}

/// Writes a cache mark, if there is one.
pub(super) fn cache(w: &mut Writer, mark: Option<&CacheMark>) {
    if let Some(mark) = mark {
        w.key("cache").object(|w| w.opt_string("ttl", mark.ttl.as_deref()));
    }
}

/// Writes fields that only one wire knows, if there are any.
pub(super) fn extensions(w: &mut Writer, extensions: &[Extension]) {
    if extensions.is_empty() {
        return;
    }
    w.key("extensions").array(|w| {
        for extension in extensions {
            w.object(|w| {
                w.key("wire").string(extension.wire.name());
                w.key("name").string(&extension.name);
                w.key("value").raw(extension.value.as_str());
            });
        }
    });
}

fn content(w: &mut Writer, content: &Content) {
    match content {
        Content::Media(media) => media_fields(w, media),
        Content::Reasoning(reasoning) => {
            w.key("kind").string("reasoning");
            w.key("text").string(&reasoning.text);
            w.key("is_summary").bool(reasoning.is_summary);
        }
        Content::Refusal(text) => {
            w.key("kind").string("refusal");
            w.key("text").string(text);
        }
        Content::Text { text, citations } => {
            w.key("kind").string("text");
            w.key("text").string(text);
            w.key("citations").array(|w| {
                for citation in citations {
                    w.object(|w| {
                        w.key("wire").string(citation.wire.name());
                        w.key("raw").raw(citation.raw.as_str());
                    });
                }
            });
        }
        Content::ToolCall(call) => {
            w.key("kind").string(call_kind(call.kind));
            text(w, "id", call.id.as_deref());
            w.key("name").string(&call.name);
            w.key("arguments").string(&call.arguments);
        }
        Content::ToolResult(result) => {
            w.key("kind").string(match result.kind {
                ToolCallKind::Freeform => "freeform_result",
                ToolCallKind::Function => "tool_result",
            });
            w.key("call_id").string(&result.call_id);
            text(w, "name", result.name.as_deref());
            w.key("is_error").bool(result.is_error);
            w.key("content").array(|w| result.content.iter().for_each(|p| part(w, p)));
        }
        Content::Vendor { vendor, wire, kind, json } => {
            w.key("kind").string("vendor");
            w.key("vendor").string(vendor);
            w.key("wire").string(wire.name());
            w.key("vendor_type").string(kind);
            w.key("json").raw(json.as_str());
        }
    }
}

fn media_fields(w: &mut Writer, media: &Media) {
    w.key("kind").string(media_kind(media.kind));
    text(w, "media_type", media.media_type.as_deref());
    text(w, "name", media.name.as_deref());
    text(w, "detail", media.detail.as_deref());
    let (key, value) = match &media.source {
        Source::Base64(data) => ("base64", data),
        Source::Id { id, .. } => ("id", id),
        Source::Text(text) => ("text", text),
        Source::Url(url) => ("url", url),
    };
    w.key(key).string(value);
    if let Source::Id { vendor, .. } = &media.source {
        w.key("vendor").string(vendor);
    }
}

pub(super) const fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::File => "file",
        MediaKind::Image => "image",
        MediaKind::Video => "video",
    }
}

pub(super) const fn call_kind(kind: ToolCallKind) -> &'static str {
    match kind {
        ToolCallKind::Freeform => "freeform_call",
        ToolCallKind::Function => "tool_call",
    }
}
