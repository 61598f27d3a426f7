//! Model and operation, which stand in the path.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::protocol::BadRequest;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::protocol) enum Operation {
    /// `countTokens`
    CountTokens,
    /// `generateContent`
    Generate,
    /// `streamGenerateContent`
    StreamGenerate,
}

/// What a path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::protocol) struct Called {
    /// The model's name; with its folder where that is another one than `models`.
    pub(in crate::protocol) model: String,
    pub(in crate::protocol) operation: Operation,
    /// Whether `alt=sse` asks for an event stream.
    pub(in crate::protocol) is_sse: bool,
}

/// Reads the path and query of a request, such as `/v1beta/models/m:streamGenerateContent?alt=sse` or
/// `/v1/projects/p/locations/l/publishers/google/models/m:generateContent`.
///
/// # Errors
/// The path names no model, or none of the operations.
pub(in crate::protocol) fn read(path: &str) -> Result<Called, BadRequest> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let path = unescaped(path);
    let bad = |why: String| BadRequest::new("", why);
    let (place, operation) = path
        .rsplit_once(':')
        .ok_or_else(|| bad(format!("expected a path like /v1/models/m:generateContent, found {path:?}")))?;
    let operation = match operation {
        "countTokens" => Operation::CountTokens,
        "generateContent" => Operation::Generate,
        "streamGenerateContent" => Operation::StreamGenerate,
        _ => {
            let known = "generateContent, streamGenerateContent or countTokens";
            return Err(bad(format!("expected {known}, found {operation:?}")));
        }
    };
    let model = model(place);
    if model.is_empty() {
        return Err(BadRequest::new("model", format!("expected a model in the path, found {path:?}")));
    }
    let is_sse = query.split('&').any(|pair| matches!(&*unescaped(pair), "alt=sse" | "$alt=sse"));
    Ok(Called { model: model.into(), operation, is_sse })
}

/// What stands behind `models`, or behind the version.
fn model(place: &str) -> &str {
    if let Some((_, model)) = place.split_once("/models/") {
        return model;
    }
    let mut rest = place.trim_start_matches('/');
    if let Some((first, behind)) = rest.split_once('/')
        && first.strip_prefix('v').is_some_and(|v| v.starts_with(|c: char| c.is_ascii_digit()))
    {
        rest = behind;
    }
    rest
}

/// A path without its percent-escapes (RFC 3986 section 2.1); what is no escape stays.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let escaped = behind.get(..2).filter(|_| first == b'%').and_then(hex);
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digits: &[u8]) -> Option<u8> {
    let digit = |b: u8| char::from(b).to_digit(16);
    u8::try_from(digit(digits[0])? * 16 + digit(digits[1])?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_model_and_operation() {
        for (path, model, operation, is_sse) in [
            ("/v1beta/models/gemini-3-pro:generateContent", "gemini-3-pro", Operation::Generate, false),
            ("/v1/models/m:streamGenerateContent?alt=sse", "m", Operation::StreamGenerate, true),
            ("/v1/models/m:streamGenerateContent?key=k&$alt=sse", "m", Operation::StreamGenerate, true),
            ("/v1beta/models/m:streamGenerateContent", "m", Operation::StreamGenerate, false),
            (
                "/v1/models/m:countTokens?%24alt=json%3Benum-encoding%3Dint",
                "m",
                Operation::CountTokens,
                false,
            ),
            ("/v1beta/models/openai/gpt-5:generateContent", "openai/gpt-5", Operation::Generate, false),
            ("/v1beta/models/openai%2Fgpt-5%3AgenerateContent", "openai/gpt-5", Operation::Generate, false),
            ("/v1beta/models/a:b:generateContent", "a:b", Operation::Generate, false),
            ("/v1beta/tunedModels/t:generateContent", "tunedModels/t", Operation::Generate, false),
            (
                "/v1beta1/projects/p/locations/l/publishers/google/models/m:generateContent",
                "m",
                Operation::Generate,
                false,
            ),
        ] {
            let called = read(path).expect(path);
            assert_eq!(called, Called { model: model.into(), operation, is_sse }, "{path}");
        }
    }

    #[test]
    fn other_paths_are_refused() {
        for path in [
            "",
            "/v1/models/m",
            "/v1/models/m:embedContent",
            "/v1/models/:generateContent",
            ":generateContent",
        ] {
            assert!(read(path).is_err(), "{path}");
        }
        assert_eq!(unescaped("%4%zz%"), "%4%zz%");
    }
}
