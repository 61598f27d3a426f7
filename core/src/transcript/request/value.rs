//! The values of a JSON text, each with its place in it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::error::{RequestError, Result};
use crate::json::Reader;
use crate::transcript::words::Words;

/// How much of an offending word an error repeats, in bytes.
const MAX_WORD: usize = 40;

/// Where a value stands, linked towards the root, so that nothing is built unless an error is.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Field(&'p Self, &'p str),
    Item(&'p Self, usize),
}

impl Path<'_> {
    fn spell(&self, out: &mut String) {
        match self {
            Self::Root => {}
            Self::Field(parent, name) => {
                parent.spell(out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(cut(name));
            }
            Self::Item(parent, index) => {
                parent.spell(out);
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
        }
    }
}

fn cut(word: &str) -> &str {
    let mut end = word.len().min(MAX_WORD);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    &word[..end]
}

pub(super) fn quoted(word: &str) -> String {
    let mut out = String::from("\"");
    out.push_str(cut(word));
    out.push('"');
    out
}

/// `one of a, b, c`
pub(super) fn choice(words: &[&str]) -> String {
    let mut out = String::from("one of");
    for (number, word) in words.iter().enumerate() {
        out.push_str(if number == 0 { " " } else { ", " });
        out.push_str(word);
    }
    out
}

/// One value; an absent field is one without text.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'p> {
    pub(super) json: &'a str,
    pub(super) at: Path<'p>,
}

/// What reads a value.
pub(super) type Read<T> = fn(&Value<'_, '_>) -> Result<T>;

impl<'a> Value<'a, '_> {
    pub(super) const fn root(json: &'a str) -> Self {
        Self { json, at: Path::Root }
    }

    #[cold]
    pub(super) fn fault(&self, expected: String, found: String) -> RequestError {
        let mut path = String::new();
        self.at.spell(&mut path);
        if path.is_empty() {
            path.push_str("request");
        }
        RequestError::Shape { path, expected, found }
    }

    /// The error that something else was expected here.
    #[cold]
    pub(super) fn error(&self, expected: &str) -> RequestError {
        let json = self.json.trim_ascii_start();
        let found = match json.as_bytes().first() {
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => cut(json),
            Some(_) => "no JSON",
            None => "nothing",
        };
        self.fault(expected.into(), found.into())
    }

    /// Whether nothing stands here, or `null`.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.json, "" | "null")
    }

    pub(super) fn is_text(&self) -> bool {
        self.json.starts_with('"')
    }

    /// Which of these words stands here.
    pub(super) fn one_of(&self, words: &[&str]) -> Result<usize> {
        let Ok(found) = Reader::new(self.json).string() else { return Err(self.error(&choice(words))) };
        let place = words.iter().position(|word| **word == *found);
        place.ok_or_else(|| self.fault(choice(words), quoted(&found)))
    }

    /// What the word here means.
    pub(super) fn word<T: Copy>(&self, words: &Words<T>) -> Result<T> {
        self.one_of(words.names).map(|place| words.values[place])
    }

    /// Hands over the elements of a list, first to last.
    fn each(&self, read: &mut dyn FnMut(&Value<'a, '_>) -> Result<()>) -> Result<()> {
        let mut r = Reader::new(self.json);
        let Ok(mut scope) = r.array() else { return Err(self.error("a list")) };
        let mut index = 0;
        while scope.element(&mut r)? {
            read(&Value { json: r.raw()?, at: Path::Item(&self.at, index) })?;
            index += 1;
        }
        Ok(())
    }

    pub(super) fn list<T>(&self, read: Read<T>) -> Result<Vec<T>> {
        let mut list = Vec::new();
        self.each(&mut |item| {
            list.push(read(item)?);
            Ok(())
        })?;
        Ok(list)
    }

    /// Hands over the fields of an object in their order, whatever their names.
    pub(super) fn fields(&self, read: &mut dyn FnMut(&str, &Value<'a, '_>) -> Result<()>) -> Result<()> {
        let mut r = Reader::new(self.json);
        let Ok(mut scope) = r.object() else { return Err(self.error("an object")) };
        while let Some(key) = scope.key(&mut r)? {
            read(&key, &Value { json: r.raw()?, at: Path::Field(&self.at, &key) })?;
        }
        Ok(r.end()?)
    }
}
