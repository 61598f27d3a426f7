//! Objects whose fields are known.

use alloc::string::String;
use alloc::vec::Vec;

use super::scalar::{boolean, text};
use super::value::{Path, Read, Value, choice};

impl<'a> Value<'a, '_> {
    /// Opens an object that may have these fields, each once, and no other.
    pub(super) fn object(&self, names: &'static [&'static str]) -> Object<'a, '_> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        self.fields(&mut |key, value| {
            let Some(name) = names.iter().find(|name| **name == key) else {
                return value.wrong_word(&choice(names), key);
            };
            if fields.iter().any(|field| field.name == *name) {
                return value.wrong_word("each field once", key);
            }
            fields.push(Field { name, json: value.json, is_taken: false });
        });
        Object { at: &self.at, fields }
    }
}

struct Field<'a> {
    name: &'static str,
    json: &'a str,
    is_taken: bool,
}

/// An object whose fields are read in any order. It keeps where they lie, not what they hold.
pub(super) struct Object<'a, 'p> {
    at: &'p Path<'p>,
    fields: Vec<Field<'a>>,
}

impl<'a, 'p> Object<'a, 'p> {
    /// The field of that name, present or not.
    #[inline(never)]
    pub(super) fn get(&mut self, name: &'static str) -> Value<'a, 'p> {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        let json = field.map_or("", |field| {
            field.is_taken = true;
            field.json
        });
        Value { json, at: Path::Field(self.at, name) }
    }

    /// A field that must be there.
    pub(super) fn need<T>(&mut self, name: &'static str, read: Read<T>) -> T {
        read(&self.get(name))
    }

    /// A text that must be there.
    #[inline(never)]
    pub(super) fn text(&mut self, name: &'static str) -> String {
        self.need(name, text)
    }

    /// A field that may be absent.
    #[inline(never)]
    pub(super) fn opt<T>(&mut self, name: &'static str, read: Read<T>) -> Option<T> {
        let value = self.get(name);
        (!value.is_absent()).then(|| read(&value))
    }

    pub(super) fn opt_text(&mut self, name: &'static str) -> Option<String> {
        self.opt(name, text)
    }

    /// A field that is false where it is absent.
    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        self.opt(name, boolean).unwrap_or(false)
    }

    /// A list that is empty where it is absent.
    #[inline(never)]
    pub(super) fn list<T>(&mut self, name: &'static str, read: Read<T>) -> Vec<T> {
        let value = self.get(name);
        if value.is_absent() { Vec::new() } else { value.list(read) }
    }

    /// Which kind of thing the object says it is; the first where it does not say.
    pub(super) fn kind(&mut self, kinds: &[&'static str]) -> usize {
        let value = self.get("kind");
        if value.is_absent() { 0 } else { value.one_of(kinds) }
    }

    /// Checks that every field was of use: one of another kind would be ignored in silence.
    pub(super) fn done(&self) {
        for field in self.fields.iter().filter(|field| !field.is_taken) {
            let value = Value { json: field.json, at: Path::Field(self.at, field.name) };
            if !value.is_absent() {
                value.wrong("no such field in this kind");
            }
        }
    }
}
