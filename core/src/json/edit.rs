//! One field of an object changed in place: every other byte stays.

use alloc::borrow::Cow;
use alloc::string::String;

use super::{Error, Kind, Reader};

/// `object` with the field at `path` set to the JSON text `value`; objects on the way that are missing
/// are made, at the end. Where the field has that value already, the text itself comes back. Of a name that
/// stands twice the last one is changed; whoever cannot have that refuses such objects before.
///
/// # Errors
/// The text is not an object, or something on the way is neither an object nor `null`.
pub(crate) fn set_field<'a>(object: &'a str, path: &[&str], value: &str) -> Result<Cow<'a, str>, Error> {
    let Some((name, rest)) = path.split_first() else { return Ok(Cow::Owned(value.into())) };
    let mut r = Reader::new(object);
    let mut fields = r.object()?;
    let (mut found, mut is_empty) = (None, true);
    let end = loop {
        let before = r.position();
        match fields.key(&mut r)? {
            None => break before,
            Some(key) => {
                is_empty = false;
                let is_it = key == *name;
                r.kind()?;
                let from = r.position();
                r.skip()?;
                // Most readers take the last one of a name that stands twice.
                found = if is_it { Some(from..r.position()) } else { found };
            }
        }
    };
    r.end()?;
    let (at, old) = match found {
        Some(range) => (range.clone(), Some(&object[range])),
        None => (end..end, None),
    };
    let new = match (rest.is_empty(), old) {
        (true, _) => Cow::Borrowed(value),
        (false, Some(old)) if old != "null" => {
            let mut inner = Reader::new(old);
            if inner.kind()? != Kind::Object {
                return Err(inner.error("an object"));
            }
            set_field(old, rest, value)?
        }
        (false, _) => Cow::Owned(set_field("{}", rest, value)?.into_owned()),
    };
    if old == Some(&*new) {
        return Ok(Cow::Borrowed(object));
    }
    let mut edited = String::with_capacity(object.len() + new.len() + name.len() + 4);
    edited.push_str(&object[..at.start]);
    if old.is_none() {
        if !is_empty {
            edited.push(',');
        }
        super::writer::quote(&mut edited, name);
        edited.push(':');
    }
    edited.push_str(&new);
    edited.push_str(&object[at.end..]);
    Ok(Cow::Owned(edited))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(object: &str, path: &[&str], value: &str) -> String {
        set_field(object, path, value).expect(object).into_owned()
    }

    #[test]
    fn only_the_value_changes() {
        let object = " { \"b\" : 1e400, \"model\" :\"old\" ,\"a\":[ 1.0 ] } ";
        assert_eq!(
            set(object, &["model"], "\"new\""),
            " { \"b\" : 1e400, \"model\" :\"new\" ,\"a\":[ 1.0 ] } "
        );
    }

    #[test]
    fn what_is_missing_goes_to_the_end() {
        assert_eq!(set("{}", &["a"], "1"), r#"{"a":1}"#);
        assert_eq!(set("{\"b\": 2 }", &["a"], "1"), r#"{"b": 2,"a":1 }"#);
        assert_eq!(set(r#"{"o":{"x":0}}"#, &["o", "y"], "true"), r#"{"o":{"x":0,"y":true}}"#);
        assert_eq!(set(r#"{"o":null}"#, &["o", "y"], "true"), r#"{"o":{"y":true}}"#);
        assert_eq!(set("{}", &["o", "y"], "true"), r#"{"o":{"y":true}}"#);
    }

    #[test]
    fn an_equal_value_copies_nothing() {
        let object = r#"{"o":{"y":true}}"#;
        assert!(matches!(set_field(object, &["o", "y"], "true"), Ok(Cow::Borrowed(same)) if same == object));
    }

    #[test]
    fn what_cannot_hold_a_field_is_refused() {
        for (object, path) in
            [("[]", &["a"][..]), ("{\"o\":1}", &["o", "y"]), ("{", &["a"]), ("{} x", &["a"])]
        {
            assert!(set_field(object, path, "1").is_err(), "{object}");
        }
    }
}
