//! Edits of JSON objects kept as text: one field is set, every other byte stays.

use alloc::string::String;

use crate::json::{Kind, Reader, Writer};
use crate::map::Map;

/// `object` with the field at the dotted `path` set to the JSON text `value`: in place where it is
/// there, at the end where it is not. Objects on the way are made where they are missing.
///
/// A text that is no object is returned as it is.
pub(super) fn with_field(object: &str, path: &str, value: &str) -> String {
    let (name, rest) = match path.split_once('.') {
        Some((name, rest)) => (name, Some(rest)),
        None => (path, None),
    };
    // What nests too deep to be walked still ends where the text ends.
    let place = find(object, name).or_else(|| Some(Place::End(object.trim_end().strip_suffix('}')?.len())));
    let Some(place) = place else { return String::from(object) };
    match place {
        Place::Value(start, end) => {
            let old = &object[start..end];
            let new = match rest {
                None => String::from(value),
                Some(rest) if Reader::new(old).kind() == Ok(Kind::Object) => with_field(old, rest, value),
                Some(rest) => with_field("{}", rest, value),
            };
            alloc::format!("{}{new}{}", &object[..start], &object[end..])
        }
        Place::End(end) => {
            let mut w = Writer::onto(String::from(object[..end].trim_end()));
            match rest {
                None => w.key(name).raw(value),
                Some(rest) => w.key(name).raw(&with_field("{}", rest, value)),
            }
            w.finish() + &object[end..]
        }
    }
}

/// Whether the dotted `path` leads to nothing yet, through objects only.
pub(super) fn is_free(object: &str, path: &str) -> bool {
    match path.split_once('.') {
        None => field(object, path).is_none(),
        Some((name, rest)) => field(object, name)
            .is_none_or(|old| Reader::new(old).kind() == Ok(Kind::Object) && is_free(old, rest)),
    }
}

/// `object` with all of `fields` set: in place where they are there, at the end where they are not.
/// A name is taken as it stands, dots and all.
pub(super) fn with_fields(object: &str, mut fields: Map<String, String>) -> String {
    let mut out = String::with_capacity(object.len());
    let mut copied = 0;
    let mut r = Reader::new(object);
    if let Ok(mut known) = r.object() {
        // What nests too deep to be walked still ends where the text ends.
        while let Ok(Some(key)) = known.key(&mut r) {
            let Ok(raw) = r.raw() else { break };
            if let Some(value) = fields.remove(&*key) {
                out.push_str(&object[copied..r.position() - raw.len()]);
                out.push_str(&value);
                copied = r.position();
            }
        }
    }
    let Some(end) = object.trim_end().strip_suffix('}').map(str::len) else { return object.into() };
    let rest = &object[copied..end];
    out.push_str(if fields.is_empty() { rest } else { rest.trim_end() });
    let mut w = Writer::onto(out);
    for (name, value) in fields.iter() {
        w.key(name).raw(value);
    }
    w.finish() + &object[end..]
}

/// The JSON text of the field `name`.
pub(super) fn field<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    match find(object, name)? {
        Place::Value(start, end) => Some(&object[start..end]),
        Place::End(_) => None,
    }
}

enum Place {
    /// Start and end of the field's value.
    Value(usize, usize),
    /// Where the closing brace stands.
    End(usize),
}

fn find(object: &str, name: &str) -> Option<Place> {
    let mut r = Reader::new(object);
    let mut fields = r.object().ok()?;
    while let Some(key) = fields.key(&mut r).ok()? {
        let raw = r.raw().ok()?;
        if key == name {
            let end = r.position();
            return Some(Place::Value(end - raw.len(), end));
        }
    }
    Some(Place::End(r.position() - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_field_changes_and_the_rest_stays() {
        for (object, path, value, expected) in [
            ("{}", "a", "1", r#"{"a":1}"#),
            (r#"{"a": 0, "b":[1, 2] }"#, "a", "{\"x\":1}", r#"{"a": {"x":1}, "b":[1, 2] }"#),
            (r#"{"b":2 }"#, "a", "1", r#"{"b":2,"a":1}"#),
            (r#"{"a":{"b":1}}"#, "a.c", "2", r#"{"a":{"b":1,"c":2}}"#),
            (r#"{"a":{"b":1}}"#, "a.b", "2", r#"{"a":{"b":2}}"#),
            (r#"{"a":null}"#, "a.b.c", "2", r#"{"a":{"b":{"c":2}}}"#),
            ("{}", "a.b", "2", r#"{"a":{"b":2}}"#),
            ("[1]", "a", "2", "[1]"),
        ] {
            assert_eq!(with_field(object, path, value), expected);
        }
    }

    #[test]
    fn deep_objects_still_take_a_field() {
        let deep = alloc::format!("{{\"d\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(with_field(&deep, "a", "1").ends_with("],\"a\":1}"));
    }

    #[test]
    fn a_path_is_free_through_objects_only() {
        let object = r#"{"a":{"b":1},"c":[]}"#;
        assert!(["d", "d.e", "a.d", "a.d.e"].iter().all(|path| is_free(object, path)));
        assert!(["a", "a.b", "a.b.d", "c", "c.d"].iter().all(|path| !is_free(object, path)));
    }

    #[test]
    fn many_fields_change_in_one_pass() {
        for (object, expected) in [
            ("{}", r#"{"a":1,"b.c":2}"#),
            (r#"{"b.c": 0, "x":[1, 2] }"#, r#"{"b.c": 2, "x":[1, 2],"a":1}"#),
            (r#"{"b.c":0,"a":0 }"#, r#"{"b.c":2,"a":1 }"#),
            (r#"{"a":{"a":3} ,"b":{"c":4}} "#, r#"{"a":1 ,"b":{"c":4},"b.c":2} "#),
            ("[1]", "[1]"),
        ] {
            let fields = [("a", "1"), ("b.c", "2")].map(|(name, value)| (name.into(), value.into()));
            assert_eq!(with_fields(object, fields.into()), expected);
        }
    }

    #[test]
    fn fields_are_found_by_name() {
        assert_eq!(field(r#"{"a": [1 ] ,"b":2}"#, "a"), Some("[1 ]"));
        assert_eq!(field(r#"{"a":1}"#, "b"), None);
        assert_eq!(field("7", "b"), None);
    }
}
