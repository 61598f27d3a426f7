//! A JSON object in the making, its fields settable by dotted path.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Kind, Reader, Writer};

/// Fields in the order in which they were first set; a field set again keeps its place.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<(String, Field)>);

#[derive(Debug)]
enum Field {
    Json(String),
    Object(Fields),
}

impl Fields {
    /// Sets the field at `path`, such as `generationConfig.topK`, to JSON text. An object set onto an
    /// object adds its fields.
    pub(super) fn set(&mut self, path: &str, json: impl Into<String>) {
        let json = json.into();
        match path.split_once('.') {
            Some((head, rest)) => self.object(head).set(rest, json),
            None => match self.find(path) {
                Some(Field::Object(known)) if is_object(&json) => known.merge(&json),
                Some(field) => *field = Field::Json(json),
                None => self.0.push((path.into(), Field::Json(json))),
            },
        }
    }

    /// Sets the field at `path` where nothing stands yet; of an object, the fields that are missing.
    /// Tells whether all of it stands there now.
    pub(super) fn add(&mut self, path: &str, json: &str) -> bool {
        match path.split_once('.') {
            Some((head, _)) if matches!(self.find(head), Some(Field::Json(old)) if !is_object(old)) => false,
            Some((head, rest)) => self.object(head).add(rest, json),
            None => self.add_field(path, json),
        }
    }

    fn add_field(&mut self, name: &str, json: &str) -> bool {
        match self.find(name) {
            None => {
                self.0.push((name.into(), Field::Json(json.into())));
                true
            }
            Some(Field::Json(old)) if !is_object(old) || !is_object(json) => old == json,
            Some(_) if !is_object(json) => false,
            Some(_) => {
                let object = self.object(name);
                let mut r = Reader::new(json);
                let Ok(mut fields) = r.object() else { return false };
                let mut is_whole = true;
                while let Ok(Some(key)) = fields.key(&mut r) {
                    let Ok(value) = r.raw() else { return false };
                    is_whole &= object.add_field(&key, value);
                }
                is_whole
            }
        }
    }

    /// Sets the field at `path` to a string.
    pub(super) fn set_string(&mut self, path: &str, text: &str) {
        let mut w = Writer::new();
        w.string(text);
        self.set(path, w.finish());
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The object as JSON text.
    pub(super) fn finish(&self) -> String {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    fn write(&self, w: &mut Writer) {
        w.object(|w| {
            for (name, field) in &self.0 {
                w.key(name);
                match field {
                    Field::Json(json) => w.raw(json),
                    Field::Object(fields) => fields.write(w),
                }
            }
        });
    }

    fn find(&mut self, name: &str) -> Option<&mut Field> {
        self.0.iter_mut().find(|(n, _)| n == name).map(|(_, field)| field)
    }

    /// The object of that name, made if there is none.
    fn object(&mut self, name: &str) -> &mut Self {
        let at = self.0.iter().position(|(n, _)| n == name).unwrap_or_else(|| {
            self.0.push((name.into(), Field::Object(Self::default())));
            self.0.len() - 1
        });
        let field = &mut self.0[at].1;
        if let Field::Json(json) = field {
            let mut object = Self::default();
            object.merge(json);
            *field = Field::Object(object);
        }
        match field {
            Field::Object(object) => object,
            Field::Json(_) => unreachable!("it was made an object above"),
        }
    }

    /// Sets every field of an object; anything else has none.
    fn merge(&mut self, json: &str) {
        let mut r = Reader::new(json);
        let Ok(Some(mut fields)) = r.opt_object() else { return };
        while let Ok(Some(key)) = fields.key(&mut r) {
            let Ok(value) = r.raw() else { return };
            match self.find(&key) {
                Some(field) => *field = Field::Json(value.into()),
                None => self.0.push((key.into_owned(), Field::Json(value.into()))),
            }
        }
    }
}

fn is_object(json: &str) -> bool {
    Reader::new(json).kind() == Ok(Kind::Object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotted_paths_open_objects() {
        let mut fields = Fields::default();
        fields.set("a.b.c", "1.0");
        fields.set_string("d", "x");
        fields.set("a.e", "[]");
        assert_eq!(fields.finish(), r#"{"a":{"b":{"c":1.0},"e":[]},"d":"x"}"#);
    }

    #[test]
    fn what_stands_is_not_replaced() {
        let mut fields = Fields::default();
        fields.set("a.b", "1");
        fields.set("list", "[1]");
        fields.set("raw", r#"{"x":1}"#);
        assert!(fields.add("a.c", "2") && fields.add("new.d", "3") && fields.add("raw", r#"{"y":2}"#));
        assert!(!fields.add("a", r#"{"b":4,"e":5}"#));
        assert!(!fields.add("list", "[]") && !fields.add("list.f", "6") && !fields.add("a.b.g", "7"));
        let expected = r#"{"a":{"b":1,"c":2,"e":5},"list":[1],"raw":{"x":1,"y":2},"new":{"d":3}}"#;
        assert_eq!(fields.finish(), expected);
    }

    #[test]
    fn later_values_replace_and_objects_merge() {
        let mut fields = Fields::default();
        fields.set("a.b", "1");
        fields.set("a", r#"{"c": 2, "b": 3}"#);
        fields.set("raw", r#"{"x":1}"#);
        fields.set("raw.y", "2");
        fields.set("a.b", "4");
        assert_eq!(fields.finish(), r#"{"a":{"b":4,"c":2},"raw":{"x":1,"y":2}}"#);
    }
}
