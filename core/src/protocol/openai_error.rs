//! The error bodies of OpenAI and of every server that imitates it; both OpenAI wires read them here.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader};

/// Reads an error in any form that a dialect writes; `None` where the text is no error.
pub(in crate::protocol) fn read(body: &str) -> Option<ErrorBody> {
    let mut r = Reader::new(body);
    // Gemini's compatible endpoint wraps its errors in an array.
    if r.kind().ok()? == Kind::Array {
        let mut list = r.array().ok()?;
        if !list.element(&mut r).ok()? {
            return None;
        }
    }
    read_object(&mut r).ok()?
}

/// Reads the value of a field named `error`; `None` where it says that there is none.
pub(super) fn read_value(value: &str) -> Option<ErrorBody> {
    conclude(Outer { error: Some(value), ..Outer::default() }).ok()?
}

/// What the outer object of an error may hold.
#[derive(Default)]
struct Outer<'a> {
    error: Option<&'a str>,
    detail: Option<&'a str>,
    message: Option<&'a str>,
    is_error_object: bool,
    is_response: bool,
    /// The error inside the response that a `response.failed` event carries.
    nested: Option<ErrorBody>,
    body: ErrorBody,
}

fn read_object(r: &mut Reader<'_>) -> Result<Option<ErrorBody>, json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let mut outer = Outer::default();
    while let Some(key) = fields.key(r)? {
        match &*key {
            "error" | "errors" => outer.error = r.opt_raw()?.or(outer.error),
            "detail" => outer.detail = r.opt_raw()?,
            "message" | "msg" | "error_message" => outer.message = r.opt_raw()?.or(outer.message),
            "object" => outer.is_error_object = r.opt_string()?.as_deref() == Some("error"),
            "response" => outer.nested = nested(r)?,
            "choices" => {
                outer.is_response = true;
                r.skip()?;
            }
            _ => field(&mut outer.body, &key, r)?,
        }
    }
    // `type: "error"` is the event's name, not the error's; its message may be empty.
    if outer.body.error_type.as_deref().is_some_and(|t| t == "error" || t.starts_with("response.")) {
        outer.is_error_object |= outer.body.error_type.take().as_deref() == Some("error");
    }
    conclude(outer)
}

/// The error in a failed response object.
fn nested(r: &mut Reader<'_>) -> Result<Option<ErrorBody>, json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let mut error = None;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "error" => error = r.opt_raw()?.and_then(read_value),
            _ => r.skip()?,
        }
    }
    Ok(error)
}

fn conclude(outer: Outer<'_>) -> Result<Option<ErrorBody>, json::Error> {
    let Outer { error, detail, message, is_error_object, is_response, nested, mut body } = outer;
    if error.is_none() && nested.is_some() {
        return Ok(nested);
    }
    let flat = match message {
        Some(raw) => text(&mut Reader::new(raw))?,
        None => None,
    };
    let mut r = Reader::new(error.unwrap_or_default());
    match error {
        Some(_) => match r.kind()? {
            Kind::String => {
                let word = r.string()?;
                if word.is_empty() && flat.is_none() {
                    return Ok(None);
                }
                // `{"error": "Not Found", "message": "…"}`: the words are in the message.
                match flat {
                    Some(message) => {
                        body.message = Some(message);
                        set(&mut body.error_type, Some(word));
                    }
                    None => body.message = Some(word.into_owned()),
                }
                Ok(Some(body))
            }
            Kind::Object => {
                let mut inner = ErrorBody::default();
                if !inside(&mut r, &mut inner)? {
                    return Ok(None);
                }
                inner.request_id = inner.request_id.or(body.request_id);
                inner.retry_after_ms = inner.retry_after_ms.or(body.retry_after_ms);
                inner.message = inner.message.or(flat);
                Ok(Some(inner))
            }
            Kind::Array => {
                body.message = text(&mut r)?.or(flat);
                Ok(body.message.is_some().then_some(body))
            }
            // `"error": true` beside a message; `"error": false` is no error.
            Kind::Bool => {
                body.message = flat;
                Ok((r.opt_bool()? == Some(true)).then_some(body))
            }
            Kind::Number | Kind::Null => Ok(None),
        },
        None if is_response => Ok(None),
        None => {
            body.message = match detail {
                Some(raw) => text(&mut Reader::new(raw))?.or(flat),
                None => flat,
            };
            Ok((body.message.is_some() || is_error_object).then_some(body))
        }
    }
}

/// Reads the error object; tells whether there is anything in it.
fn inside(r: &mut Reader<'_>, body: &mut ErrorBody) -> Result<bool, json::Error> {
    let mut fields = r.object()?;
    let mut is_any = false;
    while let Some(key) = fields.key(r)? {
        is_any = true;
        match &*key {
            "message" => body.message = text(r)?.or_else(|| body.message.take()),
            "detail" | "error" | "msg" if body.message.is_none() => body.message = text(r)?,
            "metadata" => metadata(r, body)?,
            _ => field(body, &key, r)?,
        }
    }
    Ok(is_any)
}

/// A field that stands in the error or beside it.
fn field(body: &mut ErrorBody, key: &str, r: &mut Reader<'_>) -> Result<(), json::Error> {
    match key {
        "code" => set(&mut body.code, r.opt_text()?),
        "type" => set(&mut body.error_type, r.opt_string()?),
        "param" => set(&mut body.param, r.opt_string()?),
        "request_id" => set(&mut body.request_id, r.opt_string()?),
        "retry_after_ms" => body.retry_after_ms = r.opt_u64()?.or(body.retry_after_ms),
        "retry_after" | "retry_after_seconds" => {
            body.retry_after_ms = r.opt_u64()?.map(|s| s.saturating_mul(1000)).or(body.retry_after_ms);
        }
        _ => r.skip()?,
    }
    Ok(())
}

/// OpenRouter: `error_type` is its own word, `raw` the upstream provider's body as text.
fn metadata(r: &mut Reader<'_>, body: &mut ErrorBody) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "error_type" => set(&mut body.error_type, r.opt_string()?),
            "retry_after_ms" | "retry_after" | "retry_after_seconds" => field(body, &key, r)?,
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn set(place: &mut Option<String>, text: Option<Cow<'_, str>>) {
    if place.is_none() {
        *place = text.filter(|text| !text.is_empty()).map(Cow::into_owned);
    }
}

/// The words in a string, an object with a message, or FastAPI's list of them.
fn text(r: &mut Reader<'_>) -> Result<Option<String>, json::Error> {
    match r.kind()? {
        Kind::String => Ok(Some(r.string()?.into_owned()).filter(|t| !t.is_empty())),
        Kind::Object => {
            let raw = r.raw()?;
            Ok(Some(entry(&mut Reader::new(raw))?.unwrap_or_else(|| raw.into())))
        }
        Kind::Array => {
            let mut list = r.array()?;
            let mut out = String::new();
            while list.element(r)? {
                let raw = r.raw()?;
                if !out.is_empty() {
                    out.push_str("; ");
                }
                match entry(&mut Reader::new(raw))? {
                    Some(words) => out.push_str(&words),
                    None => out.push_str(raw),
                }
            }
            Ok(Some(out).filter(|t| !t.is_empty()))
        }
        Kind::Bool | Kind::Null | Kind::Number => r.skip().map(|()| None),
    }
}

/// `{"loc": ["body", "model"], "msg": "field required"}` as `body.model: field required`.
fn entry(r: &mut Reader<'_>) -> Result<Option<String>, json::Error> {
    if r.kind()? == Kind::String {
        return Ok(Some(r.string()?.into_owned()));
    }
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let (mut place, mut words) = (String::new(), None);
    while let Some(key) = fields.key(r)? {
        match &*key {
            "loc" => place = path(r)?,
            "msg" | "message" | "detail" | "error" => set(&mut words, r.opt_string()?),
            _ => r.skip()?,
        }
    }
    Ok(words.map(|words| if place.is_empty() { words } else { place + ": " + &words }))
}

fn path(r: &mut Reader<'_>) -> Result<String, json::Error> {
    let mut out = String::new();
    let Some(mut list) = r.opt_array()? else { return Ok(out) };
    while list.element(r)? {
        if let Some(step) = r.opt_text()? {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&step);
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &str) -> (Option<String>, Option<String>, Option<String>) {
        let body = read(body).expect(body);
        (body.message, body.error_type, body.code)
    }

    fn some(text: &str) -> Option<String> {
        Some(text.into())
    }

    #[test]
    fn every_form_of_error_is_read() {
        for (body, message, error_type, code) in [
            (r#"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#, "m", "t", "c"),
            (r#"{"error":{"message":"m","code":429}}"#, "m", "", "429"),
            (r#"[{"error":{"message":"m","code":400,"status":"INVALID_ARGUMENT"}}]"#, "m", "", "400"),
            (r#"{"error":"m"}"#, "m", "", ""),
            (r#"{"code":"c","error":"m"}"#, "m", "", "c"),
            (r#"{"type":"error","code":"c","message":"m","param":"p"}"#, "m", "", "c"),
            (r#"{"type":"error","error":{"type":"t","message":"m"}}"#, "m", "t", ""),
            (
                r#"{"type":"response.failed","response":{"id":"r","error":{"code":"c","message":"m"}}}"#,
                "m",
                "",
                "c",
            ),
            (r#"{"error":"Not Found","message":"m","status":404}"#, "m", "Not Found", ""),
            (r#"{"object":"error","message":"m","type":"t","code":40}"#, "m", "t", "40"),
            (r#"{"message":"m","type":"t"}"#, "m", "t", ""),
            (r#"{"detail":"m"}"#, "m", "", ""),
            (r#"{"detail":[{"loc":["body",0,"x"],"msg":"m"},{"msg":"n"}]}"#, "body.0.x: m; n", "", ""),
            (r#"{"detail":{"message":"m"}}"#, "m", "", ""),
            (
                r#"{"object":"error","message":{"detail":[{"msg":"m"}]}}"#,
                r#"{"detail":[{"msg":"m"}]}"#,
                "",
                "",
            ),
            (
                r#"{"error":{"message":"m","code":502,"metadata":{"error_type":"provider_unavailable","raw":"x"}}}"#,
                "m",
                "provider_unavailable",
                "502",
            ),
        ] {
            let or_none = |t: &str| (!t.is_empty()).then(|| t.into());
            assert_eq!(said(body), (some(message), or_none(error_type), or_none(code)), "{body}");
        }
    }

    #[test]
    fn what_is_no_error_gives_none() {
        for body in [
            "",
            "<html>502</html>",
            "{}",
            "[]",
            r#"{"id":"x","choices":[],"message":"m"}"#,
            r#"{"error":null,"id":"x"}"#,
            r#"{"error":{},"id":"x"}"#,
            r#"{"error":false,"message":"fine"}"#,
            r#"{"error":{"message":"#,
            "\"text\"",
            "42",
        ] {
            assert_eq!(read(body), None, "{body}");
        }
    }

    #[test]
    fn the_request_id_beside_an_error_is_kept() {
        let body = read(r#"{"error":{"message":"m"},"request_id":"req_1"}"#).expect("an error");
        assert_eq!(body.request_id.as_deref(), Some("req_1"));
    }
}
