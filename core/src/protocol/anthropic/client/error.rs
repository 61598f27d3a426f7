//! Error bodies: `{type: error, error: {type, message, details: {error_code}}, request_id}`.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};

/// Reads an error body; `None` where the text is no JSON object or states nothing of an error.
///
/// Gateways in front of the wire leave parts out: `error` may be a string, and the message may stand
/// at the top.
pub(in crate::protocol) fn read(body: &str) -> Option<ErrorBody> {
    read_body(body).ok().flatten()
}

fn read_body(text: &str) -> Result<Option<ErrorBody>, json::Error> {
    let mut r = Reader::new(text);
    let mut body = ErrorBody::default();
    let mut fields = r.object()?;
    let mut top = ErrorBody::default();
    while let Some(key) = fields.key(&mut r)? {
        match &*key {
            "error" if r.kind()? == Kind::String => body.message = own(r.opt_string()?),
            "error" => read_error(&mut r, &mut body)?,
            "request_id" => body.request_id = own(r.opt_string()?),
            "message" | "detail" => top.message = own(r.opt_string()?).or(top.message),
            "code" => top.code = own(r.opt_text()?),
            "type" => top.error_type = own(r.opt_string()?),
            _ => r.skip()?,
        }
    }
    body.message = body.message.or(top.message);
    body.code = body.code.or(top.code);
    if body.error_type.is_none() {
        // The outer type only says that this is an error, or an object of another kind.
        body.error_type = top.error_type.filter(|t| t.ends_with("_error"));
    }
    let found = body.message.is_some() || body.code.is_some() || body.error_type.is_some();
    Ok(found.then_some(body))
}

fn read_error(r: &mut Reader<'_>, body: &mut ErrorBody) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let mut plain_code = None;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "code" => plain_code = own(r.opt_text()?),
            "details" => read_details(r, body)?,
            "message" => body.message = own(r.opt_string()?),
            "param" => body.param = own(r.opt_string()?),
            "type" => body.error_type = own(r.opt_string()?),
            _ => r.skip()?,
        }
    }
    body.code = body.code.take().or(plain_code);
    Ok(())
}

fn read_details(r: &mut Reader<'_>, body: &mut ErrorBody) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "error_code" => body.code = own(r.opt_text()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn own(text: Option<Cow<'_, str>>) -> Option<String> {
    text.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(code: Option<&str>, error_type: Option<&str>, message: &str) -> ErrorBody {
        ErrorBody {
            code: code.map(Into::into),
            error_type: error_type.map(Into::into),
            message: Some(message.into()),
            ..ErrorBody::default()
        }
    }

    #[test]
    fn every_field_of_an_error_is_read() {
        let text = r#"{"type":"error","error":{"type":"overloaded_error","message":"Busy",
            "details":{"error_code":"compaction_unavailable","more":[1]}},"request_id":"req_1"}"#;
        let expected = ErrorBody {
            request_id: Some("req_1".into()),
            ..body(Some("compaction_unavailable"), Some("overloaded_error"), "Busy")
        };
        assert_eq!(read(text), Some(expected));
    }

    #[test]
    fn errors_of_gateways_are_read() {
        for (text, expected) in [
            (r#"{"error":"no"}"#, body(None, None, "no")),
            (r#"{"message":"denied"}"#, body(None, None, "denied")),
            (r#"{"error":{"code":429,"message":"slow"}}"#, body(Some("429"), None, "slow")),
            (r#"{"type":"api_error","message":"x"}"#, body(None, Some("api_error"), "x")),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_bodies_are_no_errors() {
        for text in ["", "<html>", "[]", "{}", r#"{"type":"message","id":"msg_1"}"#, r#"{"error":null}"#] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
