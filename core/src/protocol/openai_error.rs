//! The error bodies of OpenAI and of servers that imitate it; both OpenAI wires use them.
//!
//! Seen: `{error: {message, type, param, code}}`, `{error: "text", code}`, `{detail: …}` and flat
//! `{type: "error", code, message, param}`.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};

/// Reads an error body; `None` where the text is not JSON or names no error.
pub(in crate::protocol) fn read(body: &str) -> Option<ErrorBody> {
    let mut r = Reader::new(body);
    let found = match r.kind().ok()? {
        Kind::Array => first_of_list(&mut r),
        _ => read_object(&mut r),
    };
    found.ok().flatten()
}

/// Some proxies wrap the error in a list.
fn first_of_list(r: &mut Reader<'_>) -> Result<Option<ErrorBody>, json::Error> {
    let mut elements = r.array()?;
    if elements.element(r)? { read_object(r) } else { Ok(None) }
}

/// Reads an object that holds an error or is one.
fn read_object(r: &mut Reader<'_>) -> Result<Option<ErrorBody>, json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let (mut outer, mut inner, mut response) = (ErrorBody::default(), None, None);
    while let Some(key) = fields.key(r)? {
        match &*key {
            "error" => inner = read_error(r)?,
            "detail" => outer.message = outer.message.or(read_detail(r)?),
            "response" => response = read_object(r)?,
            name => read_field(r, name, &mut outer)?,
        }
    }
    // `type: "error"` is the event's name, not the error's.
    if outer.error_type.as_deref().is_some_and(|t| t == "error" || t.starts_with("response.")) {
        outer.error_type = None;
    }
    Ok(match inner.or(response) {
        Some(error) => Some(complete(error, outer)),
        None => outer.message.is_some().then_some(outer),
    })
}

/// Fills what the error lacks from the fields around it, which some servers use.
fn complete(error: ErrorBody, outer: ErrorBody) -> ErrorBody {
    ErrorBody {
        code: error.code.or(outer.code),
        error_type: error.error_type,
        message: error.message.or(outer.message),
        param: error.param.or(outer.param),
        request_id: error.request_id.or(outer.request_id),
        ..error
    }
}

/// Reads the value of `error`: an object, or the message alone.
pub(in crate::protocol) fn read_error(r: &mut Reader<'_>) -> Result<Option<ErrorBody>, json::Error> {
    match r.kind()? {
        Kind::String => {
            let message = r.string().map(Cow::into_owned)?;
            Ok(Some(ErrorBody { message: Some(message), ..ErrorBody::default() }))
        }
        Kind::Object => {
            let mut error = ErrorBody::default();
            let mut fields = r.object()?;
            while let Some(key) = fields.key(r)? {
                read_field(r, &key, &mut error)?;
            }
            Ok(Some(error))
        }
        Kind::Array | Kind::Bool | Kind::Null | Kind::Number => r.skip().map(|()| None),
    }
}

fn read_field(r: &mut Reader<'_>, name: &str, error: &mut ErrorBody) -> Result<(), json::Error> {
    let place = match name {
        "code" => &mut error.code,
        "message" => &mut error.message,
        "param" => &mut error.param,
        "request_id" => &mut error.request_id,
        "type" => &mut error.error_type,
        _ => return r.skip(),
    };
    if let Some(text) = r.opt_text()? {
        *place = Some(text.into_owned());
    }
    Ok(())
}

/// Reads `detail`: a text, or a list of objects that each have a `msg`.
fn read_detail(r: &mut Reader<'_>) -> Result<Option<String>, json::Error> {
    match r.kind()? {
        Kind::String => r.string().map(|text| Some(text.into_owned())),
        Kind::Null => r.skip().map(|()| None),
        _ => r.raw().map(|raw| Some(raw.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_shape_is_read() {
        let cases = [
            (
                r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#,
                Some("c"),
                Some("t"),
                Some("m"),
            ),
            (r#"{"code":"c","error":"m"}"#, Some("c"), None, Some("m")),
            (r#"{"detail":"m"}"#, None, None, Some("m")),
            (r#"{"detail":[{"msg":"m"}]}"#, None, None, Some(r#"[{"msg":"m"}]"#)),
            (r#"{"type":"error","code":"c","message":"m","param":"p"}"#, Some("c"), None, Some("m")),
            (r#"{"type":"error","error":{"type":"t","message":"m"}}"#, None, Some("t"), Some("m")),
            (
                r#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#,
                Some("400"),
                Some("BadRequestError"),
                Some("m"),
            ),
            (r#"[{"error":{"code":429,"message":"m"}}]"#, Some("429"), None, Some("m")),
            (
                r#"{"type":"response.failed","response":{"id":"r","error":{"code":"c","message":"m"}}}"#,
                Some("c"),
                None,
                Some("m"),
            ),
        ];
        for (body, code, error_type, message) in cases {
            let error = read(body).expect(body);
            assert_eq!(error.code.as_deref(), code, "{body}");
            assert_eq!(error.error_type.as_deref(), error_type, "{body}");
            assert_eq!(error.message.as_deref(), message, "{body}");
        }
    }

    #[test]
    fn what_is_no_error_gives_none() {
        for body in ["", "<html>", "{}", r#"{"error":null}"#, "[]", "3", r#"{"error":{"message":"#] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
