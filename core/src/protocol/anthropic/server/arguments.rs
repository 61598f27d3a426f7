//! The arguments of a tool call as pieces of JSON text.
//!
//! The wire carries an object, in pieces of its text. What the model wrote passes unchanged, so
//! arguments that break off or go wrong in the middle arrive as they are, and an SDK that reads them
//! says so. Arguments that do not even begin as an object go as a JSON string of their text: SDKs
//! take it, nobody can mistake it for the object that it is not, and a request that holds it is read
//! back to the same text.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::json::{RawJson, Writer};
use crate::model::{ToolCall, ToolCallKind};
use crate::protocol::nesting::Nesting;

/// Why arguments go as a string.
pub(super) const NO_OBJECT: &str = "the arguments are no JSON object; they go as a string of their text";

/// Why freeform input goes as an object.
pub(super) const FREEFORM: &str = "freeform input goes as an object with one string, `input`";

/// What was written of a call's arguments.
#[derive(Clone, Debug)]
pub(super) enum Arguments {
    /// Nothing but white space so far.
    Blank,
    /// Text that is the string in `{"input": …}`.
    Freeform { has_begun: bool },
    /// An object; whole where it is closed.
    Object(Nesting),
    /// Text that is no object.
    Text,
}

impl Arguments {
    pub(super) const fn of(kind: ToolCallKind) -> Self {
        match kind {
            ToolCallKind::Freeform => Self::Freeform { has_begun: false },
            ToolCallKind::Function => Self::Blank,
        }
    }

    /// What goes out for the next piece of the arguments.
    pub(super) fn take<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        match self {
            Self::Blank => {
                let text = text.trim_ascii_start();
                match text.as_bytes().first() {
                    None => Cow::Borrowed(""),
                    Some(b'{') => {
                        *self = Self::Object(Nesting::default());
                        self.take(text)
                    }
                    Some(_) => {
                        *self = Self::Text;
                        Cow::Owned(quoted("\"", text))
                    }
                }
            }
            Self::Freeform { has_begun } => {
                let start = if *has_begun { "" } else { "{\"input\":\"" };
                *has_begun = true;
                Cow::Owned(quoted(start, text))
            }
            Self::Object(nesting) => {
                nesting.take(text);
                Cow::Borrowed(text)
            }
            Self::Text => Cow::Owned(quoted("", text)),
        }
    }

    /// What goes out at the end.
    pub(super) const fn finish(&self) -> &'static str {
        match self {
            Self::Blank | Self::Object(_) => "",
            Self::Freeform { has_begun: false } => "{\"input\":\"\"}",
            Self::Freeform { has_begun: true } => "\"}",
            Self::Text => "\"",
        }
    }

    /// Whether the object has ended, so that no more can come.
    pub(super) const fn is_whole(&self) -> bool {
        matches!(self, Self::Object(nesting) if nesting.is_closed())
    }

    /// Why they do not go as the model wrote them.
    pub(super) const fn change(&self) -> Option<&'static str> {
        match self {
            Self::Freeform { .. } => Some(FREEFORM),
            Self::Text => Some(NO_OBJECT),
            Self::Blank | Self::Object(_) => None,
        }
    }
}

/// `text` as the inside of a JSON string, behind `start`.
fn quoted(start: &str, text: &str) -> String {
    let mut w = Writer::new();
    w.string(text);
    let quoted = w.finish();
    let mut out = String::from(start);
    out.push_str(&quoted[1..quoted.len() - 1]);
    out
}

/// The whole arguments as the value of `input`, and why they are not as the model wrote them.
pub(super) fn input(call: &ToolCall) -> (Cow<'_, str>, Option<&'static str>) {
    match (call.kind, call.object()) {
        (ToolCallKind::Freeform, _) => {
            let mut w = Writer::new();
            w.object(|w| w.key("input").string(&call.arguments));
            (Cow::Owned(w.finish()), Some(FREEFORM))
        }
        (ToolCallKind::Function, Ok(object)) => (object, None),
        (ToolCallKind::Function, Err(_)) => {
            let text = RawJson::string(&call.arguments);
            (Cow::Owned(text.as_str().into()), Some(NO_OBJECT))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(kind: ToolCallKind, pieces: &[&str]) -> (String, bool) {
        let mut arguments = Arguments::of(kind);
        let mut out: String = pieces.iter().map(|piece| arguments.take(piece)).collect();
        out.push_str(arguments.finish());
        (out, arguments.is_whole())
    }

    #[test]
    fn an_object_passes_and_is_whole_at_its_last_brace() {
        for (pieces, expected, is_whole) in [
            (&[][..], "", false),
            (&[" ", "\n"][..], "", false),
            (&["", "{", "}"][..], "{}", true),
            (&["{\"a\":\"}\\", "\"}\"", ",\"b\":[{}]"][..], "{\"a\":\"}\\\"}\",\"b\":[{}]", false),
            (&["{\"a\":\"}\\", "\"}\"", ",\"b\":[{}]}"][..], "{\"a\":\"}\\\"}\",\"b\":[{}]}", true),
            (&["{\"a\": tru"][..], "{\"a\": tru", false),
        ] {
            assert_eq!(written(ToolCallKind::Function, pieces), (expected.into(), is_whole), "{pieces:?}");
        }
    }

    #[test]
    fn what_is_no_object_goes_as_a_string() {
        assert_eq!(written(ToolCallKind::Function, &[" no", "t \"it\""]).0, r#""not \"it\"""#);
        assert_eq!(written(ToolCallKind::Function, &["[1]"]).0, r#""[1]""#);
    }

    #[test]
    fn freeform_input_goes_as_an_object() {
        assert_eq!(written(ToolCallKind::Freeform, &["a\n", "\"b\""]).0, r#"{"input":"a\n\"b\""}"#);
        assert_eq!(written(ToolCallKind::Freeform, &[]).0, r#"{"input":""}"#);
    }
}
