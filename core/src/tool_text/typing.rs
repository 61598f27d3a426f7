//! A parameter's text made JSON, by the type its schema names.

use super::literal;
use super::schema::{Form, Type};
use super::work;
use crate::json::{Kind, Number, RawJson, Reader, Writer};

/// Writes `text` as a value of that type. What does not fit its type stays the text it is.
pub(super) fn write(w: &mut Writer, text: &str, kind: Type) {
    work::count(text.len());
    let word = text.trim();
    if kind.is_nullable && word == "null" {
        return w.null();
    }
    match kind.form {
        Form::String | Form::Null => w.string(text),
        Form::Number if Number::parse(word).is_ok() => w.raw(word),
        Form::Boolean if word.eq_ignore_ascii_case("true") => w.bool(true),
        Form::Boolean if word.eq_ignore_ascii_case("false") => w.bool(false),
        Form::Number | Form::Boolean => w.string(text),
        Form::Array => nested(w, text, Kind::Array),
        Form::Object => nested(w, text, Kind::Object),
        Form::Any => match RawJson::parse(word) {
            Ok(json) => w.raw(json.as_str()),
            Err(_) => python_or_text(w, text),
        },
    }
}

/// An array or object: as JSON, as a JSON string that holds it, as a Python literal, as text.
fn nested(w: &mut Writer, text: &str, kind: Kind) {
    match RawJson::parse(text) {
        Ok(json) if json.kind() == Kind::String => {
            let inner = json.reader().string().ok().and_then(|inner| RawJson::parse(&inner).ok());
            w.raw(inner.filter(|i| i.kind() == kind).as_ref().unwrap_or(&json).as_str());
        }
        Ok(json) => w.raw(json.as_str()),
        Err(_) => python_or_text(w, text),
    }
}

fn python_or_text(w: &mut Writer, text: &str) {
    match literal::python(text.trim()) {
        Some(json) => w.raw(&json),
        None => w.string(text),
    }
}

/// The arguments that a JSON value stands for, where it stands in a call's place for them: an object
/// as it is, what a string holds decoded once, nothing for `null` and the empty string. Anything
/// else stays raw: it makes a malformed call.
pub(super) fn arguments(value: &str) -> alloc::borrow::Cow<'_, str> {
    let mut r = Reader::new(value);
    match r.kind() {
        Ok(Kind::Null) => "{}".into(),
        Ok(Kind::String) => match r.string() {
            Ok(inner) if inner.trim().is_empty() => "{}".into(),
            Ok(inner) if is_object(&inner) => inner,
            _ => value.into(),
        },
        _ => value.into(),
    }
}

fn is_object(text: &str) -> bool {
    RawJson::parse(text).is_ok_and(|json| json.kind() == Kind::Object)
}

/// The free text that a JSON value stands for: a string, alone or as the only field of an object.
/// Anything else is the text itself.
pub(super) fn free_text(value: &str) -> alloc::borrow::Cow<'_, str> {
    let mut r = Reader::new(value);
    let found = match r.kind() {
        Ok(Kind::String) => r.string().ok(),
        Ok(Kind::Object) => only_string(&mut r),
        _ => None,
    };
    match found {
        Some(text) if r.end().is_ok() => text,
        _ => value.into(),
    }
}

fn only_string<'a>(r: &mut Reader<'a>) -> Option<alloc::borrow::Cow<'a, str>> {
    let mut fields = r.object().ok()?;
    fields.key(r).ok()??;
    let text = r.string().ok()?;
    fields.key(r).ok()?.is_none().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, form: Form, is_nullable: bool) -> alloc::string::String {
        let mut w = Writer::new();
        write(&mut w, text, Type { form, is_nullable });
        w.finish()
    }

    #[test]
    fn text_becomes_a_value_of_its_type() {
        for (text, form, is_nullable, expected) in [
            (" a\n", Form::String, false, r#"" a\n""#),
            ("null", Form::String, false, r#""null""#),
            ("null", Form::String, true, "null"),
            ("12", Form::String, false, r#""12""#),
            (" 1e400\n", Form::Number, false, "1e400"),
            ("5.0", Form::Number, false, "5.0"),
            ("five", Form::Number, false, r#""five""#),
            ("True", Form::Boolean, false, "true"),
            ("FALSE", Form::Boolean, false, "false"),
            ("yes", Form::Boolean, false, r#""yes""#),
            ("[1, 2]", Form::Array, false, "[1, 2]"),
            (r#""[1,2]""#, Form::Array, false, "[1,2]"),
            (r#""{}""#, Form::Array, false, r#""{}""#),
            ("['a', None]", Form::Array, false, r#"["a",null]"#),
            ("{'a': True}", Form::Object, false, r#"{"a":true}"#),
            (r#"{"b":1.0,"a":2}"#, Form::Object, false, r#"{"b":1.0,"a":2}"#),
            ("a, b", Form::Array, false, r#""a, b""#),
            ("null", Form::Object, true, "null"),
            ("7", Form::Any, false, "7"),
            ("None", Form::Any, false, "null"),
            ("some text", Form::Any, false, r#""some text""#),
        ] {
            assert_eq!(written(text, form, is_nullable), expected, "{text:?} as {form:?}");
        }
    }

    #[test]
    fn arguments_in_a_string_are_decoded_once() {
        for (value, expected) in [
            (r#"{"a":1.0}"#, r#"{"a":1.0}"#),
            (r#""{\"a\":1.0}""#, r#"{"a":1.0}"#),
            (r#""\"{}\"""#, r#""\"{}\"""#),
            (r#""text""#, r#""text""#),
            ("null", "{}"),
            (r#""""#, "{}"),
            ("[1]", "[1]"),
        ] {
            assert_eq!(arguments(value), expected);
        }
    }

    #[test]
    fn free_text_is_taken_out_of_its_wrapping() {
        for (value, expected) in [
            (r#""a\nb""#, "a\nb"),
            (r#"{"input":"a\nb"}"#, "a\nb"),
            (r#"{"a":"b","c":"d"}"#, r#"{"a":"b","c":"d"}"#),
            (r#"{"a":1}"#, r#"{"a":1}"#),
            ("plain", "plain"),
        ] {
            assert_eq!(free_text(value), expected);
        }
    }
}
