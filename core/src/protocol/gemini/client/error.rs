//! Error bodies: `{error: {code, message, status, details}}`, also as the one element of an array.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::failure::{ErrorBody, parse_duration};
use crate::json::{self, Kind, Reader};

/// Reads an error body; `None` where it is none.
pub(in crate::protocol) fn read(body: &str) -> Option<ErrorBody> {
    let mut r = Reader::new(body);
    if r.kind().ok()? == Kind::Array && !r.array().ok()?.element(&mut r).ok()? {
        return None;
    }
    let mut fields = r.opt_object().ok()??;
    let (mut error, mut description) = (None, None);
    while let Ok(Some(key)) = fields.key(&mut r) {
        match &*key {
            "error" if !r.null() => error = Some(read_error(&mut r).ok()?),
            "error_description" => description = r.opt_string().ok()?,
            _ => r.skip().ok()?,
        }
    }
    let mut error = error?;
    // The token endpoint of OAuth has a word in `error` and the sentence beside it.
    if let Some(description) = description {
        error.error_type = error.message.replace(description.into());
    }
    Some(error)
}

/// Reads the value of an `error` field.
pub(super) fn read_error(r: &mut Reader<'_>) -> Result<ErrorBody, json::Error> {
    let mut body = ErrorBody::default();
    if r.kind()? != Kind::Object {
        body.message = r.opt_text()?.map(Cow::into_owned);
        return Ok(body);
    }
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "code" => body.code = r.opt_text()?.map(Cow::into_owned),
            "message" => body.message = r.opt_string()?.map(Cow::into_owned),
            "status" => body.error_type = r.opt_text()?.map(Cow::into_owned),
            "details" => read_details(r, &mut body)?,
            _ => r.skip()?,
        }
    }
    Ok(body)
}

/// Reads `google.rpc` details; each kind has fields of its own names.
fn read_details(r: &mut Reader<'_>, body: &mut ErrorBody) -> Result<(), json::Error> {
    let Some(mut list) = r.opt_array()? else { return Ok(()) };
    let (mut retry_delay, mut reset_delay) = (None, None);
    while list.element(r)? {
        let Some(mut fields) = r.opt_object()? else { continue };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "retryDelay" => retry_delay = read_duration(r)?.or(retry_delay),
                "metadata" => reset_delay = read_reset_delay(r)?.or(reset_delay),
                "violations" => set_first(&mut body.quota_id, read_list(r, "quotaId")?),
                "fieldViolations" => set_first(&mut body.param, read_list(r, "field")?),
                "requestId" => set_first(&mut body.request_id, r.opt_string()?.map(Cow::into_owned)),
                _ => r.skip()?,
            }
        }
    }
    // RetryInfo speaks to the caller; the quota's reset is only how it came about.
    body.retry_after_ms = retry_delay.or(reset_delay);
    Ok(())
}

fn set_first(place: &mut Option<String>, value: Option<String>) {
    if place.is_none() {
        *place = value.filter(|v| !v.is_empty());
    }
}

/// The first `name` among the objects of a list.
fn read_list(r: &mut Reader<'_>, name: &str) -> Result<Option<String>, json::Error> {
    let mut found = None;
    let Some(mut list) = r.opt_array()? else { return Ok(None) };
    while list.element(r)? {
        let Some(mut fields) = r.opt_object()? else { continue };
        while let Some(key) = fields.key(r)? {
            if key == name {
                set_first(&mut found, r.opt_string()?.map(Cow::into_owned));
            } else {
                r.skip()?;
            }
        }
    }
    Ok(found)
}

fn read_reset_delay(r: &mut Reader<'_>) -> Result<Option<u64>, json::Error> {
    let mut delay = None;
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "quotaResetDelay" => delay = read_duration(r)?,
            _ => r.skip()?,
        }
    }
    Ok(delay)
}

/// Reads `"12.5s"` or `{seconds, nanos}`; gives milliseconds, rounded up.
fn read_duration(r: &mut Reader<'_>) -> Result<Option<u64>, json::Error> {
    if r.kind()? != Kind::Object {
        return Ok(r.opt_text()?.and_then(|text| parse_duration(&text)));
    }
    let (mut seconds, mut nanos) = (None, None);
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "seconds" => seconds = r.opt_u64()?,
            "nanos" => nanos = r.opt_u64()?,
            _ => r.skip()?,
        }
    }
    if seconds.is_none() && nanos.is_none() {
        return Ok(None);
    }
    let whole = seconds.unwrap_or(0).saturating_mul(1000);
    Ok(Some(whole.saturating_add(nanos.unwrap_or(0).div_ceil(1_000_000))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_status_and_message_are_read() {
        let text = r#"{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED"}}"#;
        let error = read(text).expect("an error");
        assert_eq!(error.code.as_deref(), Some("429"));
        assert_eq!(error.error_type.as_deref(), Some("RESOURCE_EXHAUSTED"));
        assert_eq!(error.message.as_deref(), Some("slow down"));
        assert_eq!(read(&alloc::format!("[{text}\n]")), Some(error));
    }

    #[test]
    fn waits_and_quotas_are_read_from_the_details() {
        let text = r#"{"error":{"code":429,"details":[
            {"@type":"type.googleapis.com/google.rpc.ErrorInfo","metadata":{"quotaResetDelay":{"seconds":9}}},
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[
                {"quotaMetric":"m"},{"quotaId":"PerDay","quotaValue":"50"},{"quotaId":"PerMinute"}]},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":{"seconds":"12","nanos":1}},
            {"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"contents"}]},
            {"@type":"type.googleapis.com/google.rpc.RequestInfo","requestId":"r1"}]}}"#;
        let error = read(text).expect("an error");
        assert_eq!(error.retry_after_ms, Some(12_001));
        assert_eq!(error.quota_id.as_deref(), Some("PerDay"));
        assert_eq!(error.param.as_deref(), Some("contents"));
        assert_eq!(error.request_id.as_deref(), Some("r1"));
    }

    #[test]
    fn waits_may_be_spelled_as_durations() {
        let text = r#"{"error":{"details":[{"retryDelay":"12.5s"},{"metadata":{"quotaResetDelay":"1h"}}]}}"#;
        assert_eq!(read(text).and_then(|e| e.retry_after_ms), Some(12_500));
        let text = r#"{"error":{"details":[{"metadata":{"quotaResetDelay":"290.979975ms"}}]}}"#;
        assert_eq!(read(text).and_then(|e| e.retry_after_ms), Some(291));
    }

    #[test]
    fn a_quota_reset_counts_where_no_retry_is_named() {
        let text = r#"{"error":{"details":[{"metadata":{"quotaResetDelay":{"nanos":2000001}}}]}}"#;
        assert_eq!(read(text).and_then(|e| e.retry_after_ms), Some(3));
    }

    #[test]
    fn other_bodies_are_no_errors() {
        for text in ["", "<html>", "[]", "{}", "null", r#"{"error":null}"#, r#"{"candidates":[]}"#, "[1"] {
            assert_eq!(read(text), None, "{text}");
        }
        let error = read(r#"{"error":"invalid_grant","error_description":"no"}"#).expect("an error");
        assert_eq!(
            (error.error_type.as_deref(), error.message.as_deref()),
            (Some("invalid_grant"), Some("no"))
        );
    }
}
