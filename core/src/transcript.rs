//! Events and outcomes as JSON, one form for logs, transcripts and every host.
//!
//! Field names are those of the types, in snake case. Text that is JSON already (arguments excepted)
//! is embedded as it is. What is absent is `null`; only counts that were not stated and uplifts that
//! do not apply are left out.

use alloc::string::ToString;

use crate::call::{AttemptRecord, Outcome};
use crate::failure::Failure;
use crate::json::Writer;
use crate::model::{
    Candidate, Content, Event, Extra, Finish, Loss, Media, MediaKind, Part, PartKind, RetryNotice, Source,
    ToolCallKind,
};
use crate::pricing::{Cost, CostSource, Line};
use crate::usage::Usage;

fn text(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

fn number(w: &mut Writer, key: &str, value: Option<u64>) {
    match value {
        Some(value) => w.key(key).u64(value),
        None => w.key(key).null(),
    }
}

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

const fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio",
        MediaKind::File => "file",
        MediaKind::Image => "image",
        MediaKind::Video => "video",
    }
}

const fn call_kind(kind: ToolCallKind) -> &'static str {
    match kind {
        ToolCallKind::Freeform => "freeform_call",
        ToolCallKind::Function => "tool_call",
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

fn finish_fields(w: &mut Writer, finish: &Finish) {
    w.key("reason").string(finish.reason.name());
    text(w, "raw", finish.raw.as_deref());
    text(w, "detail", finish.detail.as_deref());
}

/// Writes a failure as an object.
pub fn write_failure(w: &mut Writer, failure: &Failure) {
    w.object(|w| {
        w.key("kind").string(failure.kind.name());
        number(w, "status", failure.status.map(u64::from));
        text(w, "code", failure.code.as_deref());
        text(w, "error_type", failure.error_type.as_deref());
        w.key("message").string(&failure.message);
        number(w, "retry_after_ms", failure.retry_after_ms);
        text(w, "timeout", failure.timeout.map(|t| t.name()));
        text(w, "request_id", failure.request_id.as_deref());
    });
}

/// Writes a usage as an object: the stated counts by bucket, and how complete they are.
pub fn write_usage(w: &mut Writer, usage: &Usage) {
    w.object(|w| {
        w.key("completeness").string(usage.completeness.name());
        w.key("counts").object(|w| {
            for (bucket, count) in usage.counts.iter() {
                w.key(bucket.name()).u64(count);
            }
        });
        text(w, "service_tier", usage.service_tier.as_deref());
    });
}

/// Writes a cost as an object of the fields of [`write_cost_fields`].
pub fn write_cost(w: &mut Writer, cost: &Cost) {
    w.object(|w| write_cost_fields(w, cost));
}

/// Writes the fields of a cost into the open object. Money is decimal text, in US dollars or in
/// pico-USD: a number would not survive every reader.
pub fn write_cost_fields(w: &mut Writer, cost: &Cost) {
    w.key("completeness").string(cost.completeness.name());
    text(w, "cost_pico_usd", cost.amount.map(|a| a.as_pico().to_string()).as_deref());
    text(w, "cost_usd", cost.amount.map(|a| a.to_string()).as_deref());
    cost_source(w, cost.source.as_ref());
    w.key("lines").array(|w| cost.lines.iter().for_each(|line| cost_line(w, line)));
    w.key("unpriced").array(|w| cost.unpriced.iter().for_each(|bucket| w.string(bucket.name())));
    text(w, "error", cost.unknown.as_ref().map(|why| why.to_string()).as_deref());
}

fn cost_source(w: &mut Writer, source: Option<&CostSource>) {
    text(w, "source", source.map(CostSource::name));
    let (list, entry, as_of, is_overridden) = match source {
        Some(CostSource::Table { provider, model, as_of, is_overridden }) => {
            (Some(provider.as_str()), Some(model.as_str()), Some(as_of.to_string()), *is_overridden)
        }
        _ => (None, None, None, false),
    };
    text(w, "price_list", list);
    text(w, "entry", entry);
    text(w, "as_of", as_of.as_deref());
    w.key("is_overridden").bool(is_overridden);
}

fn cost_line(w: &mut Writer, line: &Line) {
    w.object(|w| {
        w.key("bucket").string(line.bucket().name());
        w.key("count").u64(line.count);
        w.key("price_usd").string(&line.price.to_string());
        w.key("units").u64(u64::from(line.bucket().units()));
        w.opt_string("uplift", line.factor().map(|factor| factor.to_string()).as_deref());
        w.key("amount_pico_usd").string(&line.amount().as_pico().to_string());
    });
}

/// Writes an outcome as an object of type `done`.
pub fn write_outcome(w: &mut Writer, outcome: &Outcome) {
    w.object(|w| {
        w.key("type").string("done");
        w.key("status").string(outcome.status().name());
        w.key("finish").object(|w| finish_fields(w, &outcome.finish));
        match &outcome.failure {
            Some(failure) => {
                w.key("failure");
                write_failure(w, failure);
            }
            None => w.key("failure").null(),
        }
        text(w, "stop", outcome.stop.map(|s| s.name()));
        text(w, "id", outcome.response.id.as_deref());
        text(w, "model", outcome.response.model.as_deref());
        w.key("candidates").array(|w| outcome.response.candidates.iter().for_each(|c| candidate(w, c)));
        w.key("extras").array(|w| outcome.response.extras.iter().for_each(|e| extra(w, e)));
        w.key("usage");
        write_usage(w, &outcome.usage);
        w.key("cost");
        write_cost(w, &outcome.cost);
        w.key("failed_cost");
        write_cost(w, &outcome.failed_cost);
        w.key("attempts").array(|w| outcome.attempts.iter().for_each(|a| attempt(w, a)));
        w.key("omitted_attempts").u64(u64::from(outcome.omitted_attempts));
        w.key("losses").array(|w| outcome.losses.iter().for_each(|l| loss(w, l)));
        w.key("elapsed_ms").u64(outcome.elapsed_ms);
    });
}

fn candidate(w: &mut Writer, candidate: &Candidate) {
    w.object(|w| {
        w.key("parts").array(|w| candidate.parts.iter().for_each(|p| part(w, p)));
        match &candidate.finish {
            Some(finish) => w.key("finish").object(|w| finish_fields(w, finish)),
            None => w.key("finish").null(),
        }
    });
}

fn part(w: &mut Writer, part: &Part) {
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
            w.key("citations").array(|w| citations.iter().for_each(|c| w.raw(c.raw.as_str())));
        }
        Content::ToolCall(call) => {
            w.key("kind").string(call_kind(call.kind));
            text(w, "id", call.id.as_deref());
            w.key("name").string(&call.name);
            w.key("arguments").string(&call.arguments);
        }
        Content::ToolResult(result) => {
            w.key("kind").string("tool_result");
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
    let (key, value) = match &media.source {
        Source::Base64(data) => ("base64", data),
        Source::Id { id, .. } => ("id", id),
        Source::Text(text) => ("text", text),
        Source::Url(url) => ("url", url),
    };
    w.key(key).string(value);
}

fn extra(w: &mut Writer, extra: &Extra) {
    w.object(|w| {
        number(w, "part", extra.part.map(u64::from));
        w.key("name").string(&extra.name);
        w.key("value").raw(extra.value.as_str());
    });
}

fn attempt(w: &mut Writer, attempt: &AttemptRecord) {
    w.object(|w| {
        w.key("attempt").u64(u64::from(attempt.attempt));
        w.key("resumed").bool(attempt.resumed);
        w.key("waited_ms").u64(attempt.waited_ms);
        number(w, "status", attempt.status.map(u64::from));
        match &attempt.failure {
            Some(failure) => {
                w.key("failure");
                write_failure(w, failure);
            }
            None => w.key("failure").null(),
        }
        w.key("bytes").u64(attempt.bytes);
        number(w, "head_ms", attempt.head_ms);
        number(w, "first_byte_ms", attempt.first_byte_ms);
        number(w, "first_event_ms", attempt.first_event_ms);
        w.key("total_ms").u64(attempt.total_ms);
        w.key("usage");
        write_usage(w, &attempt.usage);
        w.key("cost");
        write_cost(w, &attempt.cost);
    });
}

fn loss(w: &mut Writer, loss: &Loss) {
    w.object(|w| {
        w.key("path").string(&loss.path);
        w.key("why").string(&loss.why);
        w.key("action").string(loss.action.name());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{Billed, Circumstance, CostUnknown, PriceBook, PriceContext, PriceTable};
    use crate::time::UnixTime;
    use crate::usage::{Bucket, Completeness};

    #[test]
    fn a_cost_is_written_with_its_lines_and_source() {
        let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
            "rates":[{"prices":{"input":"1.25"}}],
            "uplift":[{"when":{"region":["us"]},"multiply":"1.1"}]}]}}}"#;
        let mut book = PriceBook::empty();
        book.layer(PriceTable::from_json(table).expect("a table")).expect("room");
        let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
        usage.counts.set(Bucket::Input, 4);
        usage.counts.set(Bucket::WebSearch, 1);
        let context = PriceContext::STANDARD.with(Circumstance::Region, Some("us"));
        let billed = Billed { provider: "p", models: &["M"], context, at: UnixTime::from_millis(0) };
        let mut w = Writer::new();
        write_cost(&mut w, &Cost::of(&usage, &billed, &book));
        let expected = concat!(
            r#"{"completeness":"partial","cost_pico_usd":"5500000","cost_usd":"0.0000055","source":"table","#,
            r#""price_list":"p","entry":"m","as_of":"2026-11-10","is_overridden":false,"#,
            r#""lines":[{"bucket":"input","count":4,"price_usd":"1.25","units":1000000,"uplift":"1.1","#,
            r#""amount_pico_usd":"5500000"}],"unpriced":["web_search"],"error":null}"#,
        );
        assert_eq!(w.finish(), expected);
    }

    #[test]
    fn an_unknown_cost_is_null_and_says_why() {
        let mut w = Writer::new();
        write_cost(&mut w, &Cost::unknown(CostUnknown::NoUsage));
        let expected = concat!(
            r#"{"completeness":"unknown","cost_pico_usd":null,"cost_usd":null,"source":null,"price_list":null,"#,
            r#""entry":null,"as_of":null,"is_overridden":false,"lines":[],"unpriced":[],"#,
            r#""error":"the usage was not stated"}"#,
        );
        assert_eq!(w.finish(), expected);
    }
}
