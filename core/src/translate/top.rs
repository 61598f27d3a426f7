//! The top of a body that passes as it is: what is decided by it must stand there once.

use alloc::borrow::Cow;

use crate::json::{self, Kind, Reader};
use crate::model::Wire;
use crate::protocol::BadRequest;

/// A field of a body by which something is decided here.
struct Field {
    /// Its name, in every spelling that the wire takes.
    names: &'static [&'static str],
    /// Whether it limits the output.
    is_limit: bool,
    /// Fields inside of it.
    inner: &'static [Self],
}

const fn field(names: &'static [&'static str]) -> Field {
    Field { names, is_limit: false, inner: &[] }
}

const fn limit(names: &'static [&'static str]) -> Field {
    Field { names, is_limit: true, inner: &[] }
}

const fn object(names: &'static [&'static str], inner: &'static [Field]) -> Field {
    Field { names, is_limit: false, inner }
}

const ANTHROPIC: &[Field] = &[field(&["model"]), field(&["stream"]), limit(&["max_tokens"])];
const CHAT: &[Field] = &[
    field(&["model"]),
    field(&["stream"]),
    object(&["stream_options"], &[field(&["include_usage"])]),
    limit(&["max_completion_tokens"]),
    limit(&["max_tokens"]),
];
// Proto JSON takes camel and snake case for the same field.
const GEMINI: &[Field] = &[object(
    &["generationConfig", "generation_config"],
    &[limit(&["maxOutputTokens", "max_output_tokens"])],
)];
const RESPONSES: &[Field] =
    &[field(&["model"]), field(&["stream"]), field(&["stream_options"]), limit(&["max_output_tokens"])];

const fn fields_of(wire: Wire) -> &'static [Field] {
    match wire {
        Wire::Anthropic => ANTHROPIC,
        Wire::Gemini => GEMINI,
        Wire::OpenaiChat => CHAT,
        Wire::OpenaiResponses => RESPONSES,
    }
}

/// What stands at the top of a body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Top<'a> {
    pub(super) model: Option<Cow<'a, str>>,
    pub(super) stream: bool,
    /// The largest of the limits on the output.
    pub(super) max_output: Option<u64>,
}

/// Why the top of a body is not read.
pub(super) enum Unread {
    /// A field stands twice, and providers do not agree on which one counts.
    Twice(BadRequest),
    /// It is no JSON object.
    NoObject,
}

impl From<json::Error> for Unread {
    fn from(_: json::Error) -> Self {
        Self::NoObject
    }
}

impl<'a> Top<'a> {
    /// Reads the top of `body`.
    pub(super) fn read(wire: Wire, body: &'a str) -> Result<Self, Unread> {
        let (mut top, mut r) = (Self::default(), Reader::new(body));
        top.fields(&mut r, fields_of(wire))?;
        r.end()?;
        Ok(top)
    }

    fn fields(&mut self, r: &mut Reader<'a>, known: &'static [Field]) -> Result<(), Unread> {
        let mut object = r.object()?;
        let mut seen = 0_u8;
        while let Some(key) = object.key(r)? {
            let Some(at) = known.iter().position(|field| field.names.contains(&&*key)) else {
                r.skip()?;
                continue;
            };
            if seen & 1 << at != 0 {
                let why = "expected it once, found it twice";
                return Err(Unread::Twice(BadRequest::new(known[at].names[0], why)));
            }
            seen |= 1 << at;
            self.field(r, &known[at])?;
        }
        Ok(())
    }

    fn field(&mut self, r: &mut Reader<'a>, field: &'static Field) -> Result<(), Unread> {
        if !field.inner.is_empty() && r.kind()? == Kind::Object {
            return self.fields(r, field.inner);
        }
        // Values of another kind than expected are for the provider to judge.
        let mut value = Reader::new(r.raw()?);
        match field.names[0] {
            "model" => self.model = value.opt_string().ok().flatten(),
            "stream" => self.stream = value.opt_bool().ok().flatten().unwrap_or(false),
            _ if field.is_limit => self.max_output = self.max_output.max(value.opt_u64().ok().flatten()),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn twice(wire: Wire, body: &str) -> Option<String> {
        match Top::read(wire, body) {
            Err(Unread::Twice(bad)) => Some(bad.path),
            _ => None,
        }
    }

    #[test]
    fn a_field_that_decides_stands_once_in_any_spelling() {
        use Wire::{Anthropic, Gemini, OpenaiChat, OpenaiResponses};
        for (wire, body, path) in [
            (Anthropic, r#"{"model":"a","messages":[],"model":"b"}"#, "model"),
            (OpenaiChat, r#"{"model":"a","\u006dodel":"b"}"#, "model"),
            (OpenaiChat, r#"{"stream":true,"strea\u006D":null}"#, "stream"),
            (OpenaiChat, r#"{"stream_options":{},"stream_options":null}"#, "stream_options"),
            (
                OpenaiChat,
                r#"{"stream_options":{"include_usage":true,"include\u005fusage":false}}"#,
                "include_usage",
            ),
            (OpenaiChat, r#"{"max_tokens":1,"max_tokens":100000}"#, "max_tokens"),
            (OpenaiChat, r#"{"max_completion_tokens":1,"max_completion_tokens":2}"#, "max_completion_tokens"),
            (OpenaiResponses, r#"{"max_output_tokens":1,"max_output_tokens":2}"#, "max_output_tokens"),
            (OpenaiResponses, r#"{"stream_options":{},"stream_options":{}}"#, "stream_options"),
            (Gemini, r#"{"generationConfig":{},"generation_config":{}}"#, "generationConfig"),
            (
                Gemini,
                r#"{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}}"#,
                "maxOutputTokens",
            ),
        ] {
            assert_eq!(twice(wire, body).as_deref(), Some(path), "{body}");
        }
    }

    #[test]
    fn what_stands_twice_elsewhere_is_the_providers_affair() {
        let body = r#"{"metadata":{"model":"a","model":"b"},"temperature":1,"temperature":2,"model":"c"}"#;
        for wire in Wire::ALL {
            assert_eq!(twice(wire, body), None, "{wire}");
        }
    }

    #[test]
    fn of_two_limits_the_larger_one_counts() {
        let read = |wire, body| Top::read(wire, body).ok().expect("an object");
        let chat = read(
            Wire::OpenaiChat,
            r#"{"max_completion_tokens":9,"max_tokens":70,"model":"m","stream":true}"#,
        );
        assert_eq!(chat, Top { model: Some("m".into()), stream: true, max_output: Some(70) });
        let gemini = read(Wire::Gemini, r#"{"generation_config":{"max_output_tokens":5}}"#);
        assert_eq!(gemini.max_output, Some(5));
        let odd = read(Wire::Anthropic, r#"{"model":7,"stream":"yes","max_tokens":"many"}"#);
        assert_eq!(odd, Top::default());
        assert!(Top::read(Wire::Anthropic, "[]").is_err());
    }
}
