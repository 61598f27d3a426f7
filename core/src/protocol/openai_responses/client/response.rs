//! Response objects: the whole answer, and the last event of a stream.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::assembly::{Assembly, Phase};
use super::error;
use super::item::Item;
use crate::json::{self, Reader};
use crate::model::{Event, Finish, FinishReason, Sink};
use crate::protocol::openai_error;
use crate::protocol::openai_responses::finish;
use crate::protocol::wire_decoder::DecodeError;
use crate::usage::{Completeness, read_openai_responses, read_tool_usage};

/// The fields of a response object that the vocabulary has words for.
#[derive(Default)]
struct Envelope<'a> {
    id: Option<Cow<'a, str>>,
    model: Option<Cow<'a, str>>,
    object: Option<Cow<'a, str>>,
    /// The type, where this is no response but an event.
    kind: Option<Cow<'a, str>>,
    status: Option<Cow<'a, str>>,
    service_tier: Option<Cow<'a, str>>,
    incomplete_reason: Option<Cow<'a, str>>,
    is_background: bool,
    error: Option<&'a str>,
    output: Option<&'a str>,
    tool_usage: Option<&'a str>,
    usage: Option<&'a str>,
}

impl<'a> Envelope<'a> {
    fn read(raw: &'a str) -> Result<Self, json::Error> {
        let mut envelope = Self::default();
        let r = &mut Reader::new(raw);
        let Some(mut fields) = r.opt_object()? else { return Ok(envelope) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "background" => envelope.is_background = r.opt_bool()? == Some(true),
                "error" => envelope.error = r.opt_raw()?,
                "id" => envelope.id = r.opt_text()?,
                "incomplete_details" => envelope.incomplete_reason = reason(r)?,
                "model" => envelope.model = r.opt_string()?,
                "object" => envelope.object = r.opt_string()?,
                "output" => envelope.output = r.opt_raw()?,
                "service_tier" => envelope.service_tier = r.opt_string()?,
                "status" => envelope.status = r.opt_text()?,
                "tool_usage" => envelope.tool_usage = r.opt_raw()?,
                "type" => envelope.kind = r.opt_string()?,
                "usage" => envelope.usage = r.opt_raw()?,
                _ => r.skip()?,
            }
        }
        r.end()?;
        Ok(envelope)
    }

    fn items(&self) -> Result<Vec<Item<'a>>, json::Error> {
        let mut items = Vec::new();
        let r = &mut Reader::new(self.output.unwrap_or("[]"));
        let Some(mut list) = r.opt_array()? else { return Ok(items) };
        while list.element(r)? {
            items.push(Item::read(r.raw()?)?);
        }
        Ok(items)
    }
}

fn reason<'a>(r: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let mut reason = None;
    while let Some(key) = fields.key(r)? {
        if key == "reason" { reason = r.opt_text()? } else { r.skip()? }
    }
    Ok(reason)
}

/// Takes a JSON value that came without framing: a response or an error. One event of a stream is
/// left as it is; then this gives its type.
pub(super) fn decode<'a>(
    assembly: &mut Assembly,
    body: &'a str,
    sink: &mut dyn Sink,
) -> Result<Option<Cow<'a, str>>, DecodeError> {
    let malformed = |e| DecodeError::json("a Responses body", e, body);
    let envelope = Envelope::read(body).map_err(malformed)?;
    if envelope.kind.as_deref().is_some_and(|kind| !kind.is_empty()) {
        return Ok(envelope.kind);
    }
    let object = envelope.object.as_deref();
    if object == Some("response") || (object.is_none() && envelope.output.is_some()) {
        terminal(assembly, &envelope, None, body, sink).map_err(malformed)??;
        return Ok(None);
    }
    match error::read(body) {
        Some(error) => {
            assembly.phase = Phase::Complete;
            Err(DecodeError::Provider(Box::new(error)))
        }
        None => other_object(assembly, &envelope, body, sink).map(|()| None).map_err(malformed),
    }
}

/// Takes an object of another endpoint (a compaction, a token count): there is no answer in it.
fn other_object(
    assembly: &mut Assembly,
    envelope: &Envelope<'_>,
    body: &str,
    sink: &mut dyn Sink,
) -> Result<(), json::Error> {
    assembly.phase = Phase::NotAResponse;
    usage(assembly, envelope)?;
    let r = &mut Reader::new(body);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(name) = fields.key(r)? {
        if let Some(value) = r.opt_raw()? {
            sink.event(Event::Extra { part: None, name, value: Cow::Borrowed(value) });
        }
    }
    Ok(())
}

/// Takes the response object of an event that opens the stream.
pub(super) fn opening(assembly: &mut Assembly, body: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let envelope = Envelope::read(body)?;
    start(assembly, &envelope, sink);
    if usage(assembly, &envelope)? {
        assembly.usage.completeness = Completeness::Partial;
    }
    Ok(())
}

/// Takes the last event of a stream, whose type is `kind`.
pub(super) fn terminal_event(
    assembly: &mut Assembly,
    kind: &str,
    body: Option<&str>,
    data: &str,
    sink: &mut dyn Sink,
) -> Result<(), DecodeError> {
    let malformed = |e| DecodeError::json("a Responses event", e, data);
    let body = body.unwrap_or("{}");
    let envelope = Envelope::read(body).map_err(malformed)?;
    let first_error = match core::mem::take(&mut assembly.phase) {
        Phase::Failing(error) => Some(error),
        _ => None,
    };
    around(data, sink).map_err(malformed)?;
    let status = kind.strip_prefix("response.");
    let ended = terminal(assembly, &envelope, status, body, sink).map_err(malformed)?;
    match (ended, first_error) {
        (Err(DecodeError::Provider(_)), Some(first)) => Err(DecodeError::Provider(first)),
        (ended, _) => ended,
    }
}

/// Sends what stands beside the response in its last event.
fn around(data: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let r = &mut Reader::new(data);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(name) = fields.key(r)? {
        let value = r.opt_raw()?;
        if let Some(value) = value
            && !matches!(&*name, "obfuscation" | "response" | "sequence_number" | "type")
        {
            sink.event(Event::Extra { part: None, name, value: Cow::Borrowed(value) });
        }
    }
    Ok(())
}

/// Takes a response object that will not change any more, or not before someone asks again.
fn terminal(
    assembly: &mut Assembly,
    envelope: &Envelope<'_>,
    event_status: Option<&str>,
    body: &str,
    sink: &mut dyn Sink,
) -> Result<Result<(), DecodeError>, json::Error> {
    start(assembly, envelope, sink);
    assembly.merge(&envelope.items()?, sink)?;
    assembly.parts.end_all(sink);
    extras(body, sink)?;
    let status = envelope.status.as_deref().or(event_status);
    let finish = Finish {
        reason: finish_reason(assembly, status, envelope.incomplete_reason.as_deref()),
        raw: status.map(String::from),
        detail: envelope.incomplete_reason.as_deref().map(String::from),
    };
    sink.event(Event::Finish { candidate: 0, finish });
    if usage(assembly, envelope)? {
        sink.event(Event::Usage(Box::new(assembly.usage.clone())));
    }
    assembly.phase = Phase::Complete;
    if status != Some("failed") {
        return Ok(Ok(()));
    }
    let error = match envelope.error {
        Some(raw) => openai_error::read_value(raw),
        None => None,
    };
    Ok(Err(DecodeError::Provider(Box::new(error.unwrap_or_default()))))
}

fn start(assembly: &mut Assembly, envelope: &Envelope<'_>, sink: &mut dyn Sink) {
    assembly.is_background |= envelope.is_background;
    let id = changed(&mut assembly.id, envelope.id.as_deref());
    let model = changed(&mut assembly.model, envelope.model.as_deref());
    if id.is_some() || model.is_some() {
        sink.event(Event::Start { id: id.map(Cow::Borrowed), model: model.map(Cow::Borrowed) });
    }
}

/// Notes `new` in `known`; gives it if that was a change.
fn changed<'a>(known: &mut Option<String>, new: Option<&'a str>) -> Option<&'a str> {
    let new = new.filter(|new| known.as_deref() != Some(*new))?;
    *known = Some(new.into());
    Some(new)
}

/// Reads the usage; gives whether the response states one.
fn usage(assembly: &mut Assembly, envelope: &Envelope<'_>) -> Result<bool, json::Error> {
    let usage = &mut assembly.usage;
    if let Some(tier) = envelope.service_tier.as_deref() {
        usage.service_tier = Some(tier.into());
    }
    if let Some(raw) = envelope.tool_usage {
        read_tool_usage(&mut Reader::new(raw), &mut usage.counts)?;
    }
    let Some(raw) = envelope.usage else { return Ok(false) };
    read_openai_responses(&mut Reader::new(raw), usage)?;
    usage.raw.resize(1, String::new());
    usage.raw[0].clear();
    usage.raw[0].push_str(raw);
    usage.completeness = Completeness::Complete;
    Ok(true)
}

fn finish_reason(assembly: &Assembly, status: Option<&str>, detail: Option<&str>) -> FinishReason {
    match finish::reason(status, detail) {
        FinishReason::Stop if assembly.parts.has_tool_call => FinishReason::ToolCalls,
        FinishReason::Stop if assembly.parts.has_refusal => FinishReason::Refusal,
        reason => reason,
    }
}

/// Sends the fields of a response that there is no word for.
fn extras(body: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
    let r = &mut Reader::new(body);
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(name) = fields.key(r)? {
        let Some(value) = r.opt_raw()? else { continue };
        // `output_text` repeats the text; official clients compute it.
        let is_known = matches!(
            &*name,
            "error"
                | "id"
                | "incomplete_details"
                | "model"
                | "object"
                | "output"
                | "output_text"
                | "service_tier"
                | "status"
                | "usage"
        );
        if !is_known {
            sink.event(Event::Extra { part: None, name, value: Cow::Borrowed(value) });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::decoded::{Decoded, decode};
    use super::*;
    use crate::usage::Bucket;
    use alloc::format;

    fn finish(body: &str) -> Finish {
        decode(&[body]).response.finish().expect(body).clone()
    }

    #[test]
    fn every_status_has_its_reason() {
        let text = r#"{"type":"message","content":[{"type":"output_text","text":"a"}]}"#;
        let refusal = r#"{"type":"message","content":[{"type":"refusal","refusal":"no"}]}"#;
        let call = r#"{"type":"function_call","call_id":"c","name":"n","arguments":"{}"}"#;
        let cases = [
            ("completed", "null", text, FinishReason::Stop),
            ("completed", "null", call, FinishReason::ToolCalls),
            ("completed", "null", refusal, FinishReason::Refusal),
            ("incomplete", r#"{"reason":"max_output_tokens"}"#, text, FinishReason::Length),
            ("incomplete", r#"{"reason":"max_output_tokens"}"#, call, FinishReason::Length),
            ("incomplete", r#"{"reason":"content_filter"}"#, text, FinishReason::ContentFilter),
            ("incomplete", r#"{"reason":"steered"}"#, text, FinishReason::Pause),
            ("incomplete", r#"{"reason":"max_messages"}"#, text, FinishReason::Other),
            ("incomplete", "null", text, FinishReason::Other),
            ("cancelled", "null", text, FinishReason::Cancelled),
            ("queued", "null", text, FinishReason::Pause),
            ("in_progress", "null", text, FinishReason::Pause),
        ];
        for (status, details, item, reason) in cases {
            let body = format!(
                r#"{{"object":"response","status":"{status}","incomplete_details":{details},"output":[{item}]}}"#
            );
            let finish = finish(&body);
            assert_eq!((finish.reason, finish.raw.as_deref()), (reason, Some(status)), "{body}");
            assert_eq!(finish.detail.is_some(), details != "null");
        }
    }

    #[test]
    fn a_response_without_status_is_complete() {
        let finish = finish(r#"{"object":"response","output":[]}"#);
        assert_eq!((finish.reason, finish.raw), (FinishReason::Stop, None));
    }

    #[test]
    fn a_failed_response_is_an_error_with_what_was_said() {
        let body = r#"{"object":"response","status":"failed","error":{"code":"server_error","message":"m"},
            "output":[{"type":"message","content":[{"type":"output_text","text":"a"}]}],
            "usage":{"input_tokens":3,"output_tokens":1}}"#;
        let Decoded { response, usage, end, .. } = decode(&[body]);
        let Err(DecodeError::Provider(error)) = end else { panic!("{end:?}") };
        assert_eq!(error.code.as_deref(), Some("server_error"));
        assert_eq!(response.text(), "a");
        assert_eq!(usage.counts.get(Bucket::Input), Some(3));
    }

    #[test]
    fn usage_is_told_once_and_kept_raw() {
        let body = r#"{"object":"response","status":"completed","service_tier":"flex","output":[],
            "usage":{"input_tokens":3,"cost":1e-5},"tool_usage":{"web_search":{"num_requests":2}}}"#;
        let decoded = decode(&[body]);
        assert_eq!(decoded.events.iter().filter(|e| e.starts_with("Usage")).count(), 1);
        let usage = decoded.usage;
        assert_eq!(usage.completeness, Completeness::Complete);
        assert_eq!(usage.service_tier.as_deref(), Some("flex"));
        assert_eq!(usage.counts.get(Bucket::WebSearch), Some(2));
        assert_eq!(usage.raw, [r#"{"input_tokens":3,"cost":1e-5}"#]);
    }

    #[test]
    fn fields_without_a_word_are_carried() {
        let body =
            r#"{"object":"response","status":"completed","output":[],"truncation":"auto","user":null}"#;
        assert_eq!(
            decode(&[body]).events[0],
            r#"Extra { part: None, name: "truncation", value: "\"auto\"" }"#
        );
        let event = r#"{"type":"response.completed","response":{},"copilot_usage":{"n":1.0}}"#;
        let extra = r#"Extra { part: None, name: "copilot_usage", value: "{\"n\":1.0}" }"#;
        assert_eq!(decode(&[event]).events[0], extra);
    }

    #[test]
    fn an_object_of_another_endpoint_is_no_answer() {
        let body = r#"{"object":"response.compaction","id":"c","output":[{"type":"message","role":"user",
            "content":[{"type":"input_text","text":"a"}]}],"usage":{"input_tokens":3}}"#;
        let decoded = decode(&[body]);
        assert_eq!(decoded.response.text(), "");
        assert_eq!(decoded.response.finish(), None);
        assert_eq!(decoded.usage.counts.get(Bucket::Input), Some(3));
        assert!(matches!(decoded.end, Err(DecodeError::Incomplete { .. })));
    }

    #[test]
    fn an_error_in_place_of_a_response_is_raised() {
        let Err(DecodeError::Provider(error)) = decode(&[r#"{"error":"no"}"#]).end else {
            panic!("not an error")
        };
        assert_eq!(error.message.as_deref(), Some("no"));
    }

    #[test]
    fn parts_that_are_unknown_stay_items() {
        let body = r#"{"object":"response","output":[{"type":"message","content":[{"type":"new","x":1}]}]}"#;
        let expected = r#"{"type":"message","role":"assistant","content":[{"type":"new","x":1}]}"#;
        let decoded = decode(&[body]);
        let crate::model::Content::Vendor { json, .. } = &decoded.parts().next().expect("a part").content
        else {
            panic!("not a vendor part")
        };
        assert_eq!(json.as_str(), expected);
    }

    #[test]
    fn an_empty_type_is_none() {
        let told = decode(&[r#"{"type":"","object":"response","status":"completed"}"#]);
        assert_eq!(told.end, Ok(()));
        let told = decode(&[r#"{"type":""}"#]);
        assert!(matches!(told.end, Err(DecodeError::Incomplete { .. })), "{:?}", told.end);
    }
}
