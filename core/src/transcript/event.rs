//! Events as JSON.

use super::ending::{finish_fields, write_failure};
use super::fields::{number, text};
use super::part::{call_kind, media_kind};
use super::spending::write_usage;
use crate::json::Writer;
use crate::model::{Event, PartKind, RetryNotice};

/// Writes one event as an object whose `type` names its kind.
pub fn write_event(w: &mut Writer, event: &Event<'_>) {
    w.object(|w| {
        w.key("type").string(event_name(event));
        event_fields(w, event);
    });
}

/// The stable name of an event's kind: `text_delta`, `retry`, …
pub const fn event_name(event: &Event<'_>) -> &'static str {
    match event {
        Event::ArgumentsDelta { .. } => "arguments_delta",
        Event::Citation { .. } => "citation",
        Event::DataDelta { .. } => "data_delta",
        Event::Discard { .. } => "discard",
        Event::Extra { .. } => "extra",
        Event::Finish { .. } => "finish",
        Event::Opaque { .. } => "opaque",
        Event::PartEnd { .. } => "part_end",
        Event::PartStart { .. } => "part_start",
        Event::ReasoningDelta { .. } => "reasoning_delta",
        Event::RefusalDelta { .. } => "refusal_delta",
        Event::Retry(_) => "retry",
        Event::Start { .. } => "start",
        Event::TextDelta { .. } => "text_delta",
        Event::Unknown { .. } => "unknown",
        Event::Usage(_) => "usage",
    }
}

fn event_fields(w: &mut Writer, event: &Event<'_>) {
    match event {
        Event::ArgumentsDelta { part, text }
        | Event::ReasoningDelta { part, text }
        | Event::RefusalDelta { part, text }
        | Event::TextDelta { part, text } => {
            w.key("part").u64(u64::from(*part));
            w.key("text").string(text);
        }
        Event::Citation { part, wire, raw } => {
            number(w, "part", part.map(u64::from));
            w.key("wire").string(wire.name());
            w.key("raw").raw(raw);
        }
        Event::DataDelta { part, base64 } => {
            w.key("part").u64(u64::from(*part));
            w.key("base64").string(base64);
        }
        Event::Discard { from_part, keep_bytes } => {
            w.key("from_part").u64(u64::from(*from_part));
            w.key("keep_bytes").u64(*keep_bytes);
        }
        Event::Extra { part, name, value } => {
            number(w, "part", part.map(u64::from));
            w.key("name").string(name);
            w.key("value").raw(value);
        }
        Event::Finish { candidate, finish } => {
            w.key("candidate").u64(u64::from(*candidate));
            finish_fields(w, finish);
        }
        Event::Opaque { part, field, value } => {
            w.key("part").u64(u64::from(*part));
            w.key("field").string(field);
            w.key("value").raw(value);
        }
        Event::PartEnd { part } => w.key("part").u64(u64::from(*part)),
        Event::PartStart { part, candidate, kind } => {
            w.key("part").u64(u64::from(*part));
            w.key("candidate").u64(u64::from(*candidate));
            part_kind(w, kind);
        }
        Event::Retry(notice) => retry_fields(w, notice),
        Event::Start { id, model } => {
            text(w, "id", id.as_deref());
            text(w, "model", model.as_deref());
        }
        Event::Unknown { name, data } => {
            w.key("name").string(name);
            w.key("data").string(data);
        }
        Event::Usage(usage) => {
            w.key("usage");
            write_usage(w, usage);
        }
    }
}

fn part_kind(w: &mut Writer, kind: &PartKind<'_>) {
    match kind {
        PartKind::Media { kind, media_type } => {
            w.key("kind").string(media_kind(*kind));
            text(w, "media_type", media_type.as_deref());
        }
        PartKind::Reasoning { is_summary } => {
            w.key("kind").string("reasoning");
            w.key("is_summary").bool(*is_summary);
        }
        PartKind::Refusal => w.key("kind").string("refusal"),
        PartKind::Text => w.key("kind").string("text"),
        PartKind::ToolCall { id, name, kind } => {
            w.key("kind").string(call_kind(*kind));
            text(w, "id", id.as_deref());
            w.key("name").string(name);
        }
        PartKind::Vendor { wire, kind, json } => {
            w.key("kind").string("vendor");
            w.key("wire").string(wire.name());
            w.key("vendor_type").string(kind);
            w.key("json").raw(json);
        }
    }
}

fn retry_fields(w: &mut Writer, notice: &RetryNotice) {
    w.key("attempt").u64(u64::from(notice.attempt));
    w.key("delay_ms").u64(notice.delay_ms);
    w.key("at_ms").u64(notice.at.as_millis());
    number(w, "wall_ms", notice.wall.map(|t| t.as_millis()));
    w.key("failure");
    write_failure(w, &notice.failure);
}
