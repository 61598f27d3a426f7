//! One JSON object in the making: raw fields that extensions can replace or reach into.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{RawJson, Reader, Writer};

/// Names and raw values, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(String, String)>);

/// More nesting than any field of the wire has.
const MAX_DOTS: usize = 8;

impl Fields {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// An object of the one field `type`.
    pub(super) fn of_type(name: &str) -> Self {
        Self::new().with("type", quoted(name))
    }

    /// The same with one more field.
    pub(super) fn with(mut self, name: &str, raw: impl Into<String>) -> Self {
        self.set(name, raw);
        self
    }

    /// Sets a field; tells whether it stood there already.
    pub(super) fn set(&mut self, name: &str, raw: impl Into<String>) -> bool {
        match self.0.iter_mut().find(|(n, _)| n == name) {
            Some((_, known)) => {
                *known = raw.into();
                true
            }
            None => {
                self.0.push((name.into(), raw.into()));
                false
            }
        }
    }

    /// Adds the fields of `other`; what stands in both becomes the other's.
    pub(super) fn append(&mut self, other: Self) {
        for (name, raw) in other.0 {
            self.set(&name, raw);
        }
    }

    pub(super) fn string(&mut self, name: &str, text: &str) {
        self.set(name, quoted(text));
    }

    pub(super) fn opt_string(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.string(name, text);
        }
    }

    /// Sets the field at `path`, whose dots lead into objects; tells whether it stood there already.
    ///
    /// # Errors
    /// Why there is no such place; nothing is changed then.
    pub(super) fn set_path(&mut self, path: &str, raw: &str) -> Result<bool, &'static str> {
        if path.bytes().filter(|b| *b == b'.').count() > MAX_DOTS {
            return Err("the name nests too deep");
        }
        self.reach(path, raw)
    }

    fn reach(&mut self, path: &str, raw: &str) -> Result<bool, &'static str> {
        let Some((outer, rest)) = path.split_once('.') else { return Ok(self.set(path, raw)) };
        let mut inner = match self.0.iter().find(|(n, _)| n == outer) {
            Some((_, known)) if !known.trim_start().starts_with(['{', 'n']) => {
                return Err("what it reaches into is no object");
            }
            Some((_, known)) => Self::read(known),
            None => Self::new(),
        };
        let was_there = inner.reach(rest, raw)?;
        self.set(outer, inner.write());
        Ok(was_there)
    }

    /// The fields of an object; none where the text is none.
    pub(super) fn read(raw: &str) -> Self {
        let mut fields = Self::new();
        let mut r = Reader::new(raw);
        let Ok(Some(mut scope)) = r.opt_object() else { return fields };
        while let Ok(Some(key)) = scope.key(&mut r) {
            let Ok(value) = r.raw() else { break };
            fields.0.push((Cow::into_owned(key), value.into()));
        }
        fields
    }

    /// The object as JSON text.
    pub(super) fn write(&self) -> String {
        let mut w = Writer::new();
        w.object(|w| {
            for (name, raw) in &self.0 {
                w.key(name).raw(raw);
            }
        });
        w.finish()
    }
}

/// A JSON array of values that are JSON text already.
pub(super) fn array<T: AsRef<str>>(elements: impl IntoIterator<Item = T>) -> String {
    let mut w = Writer::new();
    w.array(|w| elements.into_iter().for_each(|element| w.raw(element.as_ref())));
    w.finish()
}

/// `text` as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    RawJson::string(text).as_str().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_into_objects() {
        let mut fields = Fields::of_type("t").with("a", r#"{"x": 1.0,"y":2}"#);
        assert_eq!(fields.set_path("a.z", "3"), Ok(false));
        assert_eq!(fields.set_path("a.y", "4"), Ok(true));
        assert_eq!(fields.set_path("b.c.d", "true"), Ok(false));
        assert_eq!(fields.set_path("type", "null"), Ok(true));
        assert_eq!(fields.write(), r#"{"type":null,"a":{"x":1.0,"y":4,"z":3},"b":{"c":{"d":true}}}"#);
    }

    #[test]
    fn paths_stay_shallow_and_keep_arrays() {
        let mut fields = Fields::new().with("tools", "[1]").with("n", "null");
        let before = fields.write();
        assert!(fields.set_path(&".".repeat(100_000), "1").is_err());
        assert!(fields.set_path("tools.x", "1").is_err());
        assert_eq!(fields.write(), before);
        assert_eq!(fields.set_path("n.x", "1"), Ok(false));
        assert_eq!(fields.set_path("1.2.3.4.5.6.7.8.9", "1"), Ok(false));
    }
}
