//! Objects whose fields are known.

use alloc::string::String;
use alloc::vec::Vec;

use super::error::Result;
use super::scalar::{boolean, text};
use super::value::{Path, Read, Value, choice, quoted};

impl<'a> Value<'a, '_> {
    /// Opens an object that may have these fields, each once, and no other.
    pub(super) fn object(&self, names: &'static [&'static str]) -> Result<Object<'a, '_>> {
        let mut fields: Vec<Field<'a>> = Vec::new();
        self.fields(&mut |key, value| {
            let Some(name) = names.iter().find(|name| **name == key) else {
                return Err(value.fault(choice(names), quoted(key)));
            };
            if fields.iter().any(|field| field.name == *name) {
                return Err(value.fault("each field once".into(), quoted(key)));
            }
            fields.push(Field { name, json: value.json, is_taken: false });
            Ok(())
        })?;
        Ok(Object { at: &self.at, fields })
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
    pub(super) fn get(&mut self, name: &'static str) -> Value<'a, 'p> {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        let json = field.map_or("", |field| {
            field.is_taken = true;
            field.json
        });
        Value { json, at: Path::Field(self.at, name) }
    }

    /// A field that must be there.
    pub(super) fn need<T>(&mut self, name: &'static str, read: Read<T>) -> Result<T> {
        read(&self.get(name))
    }

    /// A field that may be absent.
    pub(super) fn opt<T>(&mut self, name: &'static str, read: Read<T>) -> Result<Option<T>> {
        let value = self.get(name);
        if value.is_absent() { Ok(None) } else { read(&value).map(Some) }
    }

    pub(super) fn opt_text(&mut self, name: &'static str) -> Result<Option<String>> {
        self.opt(name, text)
    }

    /// A field that is false where it is absent.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool> {
        Ok(self.opt(name, boolean)?.unwrap_or(false))
    }

    /// A list that is empty where it is absent.
    pub(super) fn list<T>(&mut self, name: &'static str, read: Read<T>) -> Result<Vec<T>> {
        let value = self.get(name);
        if value.is_absent() { Ok(Vec::new()) } else { value.list(read) }
    }

    /// Which kind of thing the object says it is; the first where it does not say.
    pub(super) fn kind(&mut self, kinds: &[&'static str]) -> Result<&'static str> {
        let value = self.get("kind");
        let place = if value.is_absent() { 0 } else { value.one_of(kinds)? };
        Ok(kinds[place])
    }

    /// Checks that every field was of use: one of another kind would be ignored in silence.
    pub(super) fn done(&self) -> Result<()> {
        for field in self.fields.iter().filter(|field| !field.is_taken) {
            let value = Value { json: field.json, at: Path::Field(self.at, field.name) };
            if !value.is_absent() {
                return Err(value.error("no such field in this kind"));
            }
        }
        Ok(())
    }
}
