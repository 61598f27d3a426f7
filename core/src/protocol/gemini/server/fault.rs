//! The typed reading of a request's fields, with what is wrong in them.

use alloc::borrow::Cow;
use alloc::format;

use crate::json::{Kind, Number, RawJson, Reader};
use crate::model::{Extension, Wire};
pub(super) use crate::protocol::fault::{Fault, Read};
use crate::protocol::gemini::spelling;

/// A field's name.
pub(super) struct Key<'a> {
    /// As proto JSON gives it.
    pub(super) name: Cow<'a, str>,
    /// As it stands in the request.
    pub(super) spelled: Cow<'a, str>,
}

/// Reads each field of an object that is not null.
///
/// Proto JSON takes names in camel case and in snake case, and null as absence.
pub(super) fn fields<'a>(
    r: &mut Reader<'a>,
    read: &mut dyn FnMut(&Key<'a>, &mut Reader<'a>) -> Read<()>,
) -> Read<()> {
    expect(r, Kind::Object, "an object")?;
    let mut object = r.object()?;
    while let Some(spelled) = object.key(r)? {
        if r.null() {
            continue;
        }
        let key = Key { name: camel(&spelled), spelled };
        read(&key, r).map_err(|fault| fault.inside(&key.spelled))?;
    }
    Ok(())
}

/// Reads each element of an array; any other value counts as its only one.
pub(super) fn each<'a>(
    r: &mut Reader<'a>,
    read: &mut dyn FnMut(&mut Reader<'a>, usize) -> Read<()>,
) -> Read<()> {
    if r.kind()? != Kind::Array {
        return read(r, 0);
    }
    let mut list = r.array()?;
    let mut at = 0;
    while list.element(r)? {
        read(r, at).map_err(|fault| fault.inside(format_args!("[{at}]")))?;
        at += 1;
    }
    Ok(())
}

/// `response_mime_type` and `_responseMimeType` as `responseMimeType`.
pub(super) fn camel<'a>(spelled: &Cow<'a, str>) -> Cow<'a, str> {
    match spelled {
        Cow::Borrowed(spelled) => spelling::camel(spelled),
        Cow::Owned(spelled) => Cow::Owned(spelling::camel(spelled).into_owned()),
    }
}

/// A field that only this wire knows, below `prefix`.
pub(super) fn extension(prefix: &str, key: &Key<'_>, r: &mut Reader<'_>) -> Read<Extension> {
    if key.spelled.contains('.') {
        return Err(Fault::new("expected a name without dots"));
    }
    let value = RawJson::trusted(r.raw()?);
    Ok(Extension::new(Wire::Gemini, format!("{prefix}{}", key.spelled), value))
}

fn expect(r: &mut Reader<'_>, kind: Kind, what: &str) -> Read<()> {
    match r.kind()? {
        found if found == kind => Ok(()),
        found => Err(Fault::unlike(what, found)),
    }
}

pub(super) fn string<'a>(r: &mut Reader<'a>) -> Read<Cow<'a, str>> {
    expect(r, Kind::String, "a string")?;
    Ok(r.string()?)
}

/// The text of a string, or of a number where an enum may be spelled by its number.
pub(super) fn word<'a>(r: &mut Reader<'a>) -> Read<Cow<'a, str>> {
    if r.kind()? == Kind::Number {
        return Ok(Cow::Borrowed(r.raw()?));
    }
    string(r)
}

pub(super) fn flag(r: &mut Reader<'_>) -> Read<bool> {
    expect(r, Kind::Bool, "a bool")?;
    Ok(r.opt_bool()? == Some(true))
}

/// A number, which proto JSON may write as a string.
pub(super) fn number(r: &mut Reader<'_>) -> Read<Number> {
    let text = word(r)?;
    Number::parse(&text).map_err(|_| Fault::new(format!("expected a number, found {text:?}")))
}

pub(super) fn count(r: &mut Reader<'_>) -> Read<u64> {
    let text = r.clone().raw()?;
    r.opt_u64()?.ok_or_else(|| Fault::new(format!("expected a whole number, found {}", excerpt(text))))
}

/// The beginning of a value, for a person to recognise it by.
pub(super) fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(40).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

pub(super) fn object<'a>(r: &mut Reader<'a>) -> Read<&'a str> {
    expect(r, Kind::Object, "an object")?;
    Ok(r.raw()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_a_name_are_one() {
        for (spelled, name) in [
            ("responseMimeType", "responseMimeType"),
            ("response_mime_type", "responseMimeType"),
            ("_responseJsonSchema", "responseJsonSchema"),
            ("top_p", "topP"),
            ("_", ""),
        ] {
            assert_eq!(camel(&Cow::Borrowed(spelled)), name);
        }
    }

    #[test]
    fn a_fault_tells_where_it_lies() {
        let mut r = Reader::new(r#"{"a":[{},{"b_c":{"d":1}}]}"#);
        let fault = fields(&mut r, &mut |_, r| {
            each(r, &mut |r, _| fields(r, &mut |_, r| fields(r, &mut |_, r| string(r).map(|_| ()))))
        })
        .expect_err("a number is no string");
        assert_eq!((&*fault.path, &*fault.why), ("a[1].b_c.d", "expected a string, found a number"));
    }

    #[test]
    fn null_is_absence() {
        let mut keys = 0;
        fields(&mut Reader::new(r#"{"a":null,"b":1}"#), &mut |_, r| {
            keys += 1;
            Ok(r.skip()?)
        })
        .expect("an object");
        assert_eq!(keys, 1);
    }
}
