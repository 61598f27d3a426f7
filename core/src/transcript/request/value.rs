//! The values of a JSON text, each with its place in it.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::OnceCell;

use super::error::RequestError;
use crate::json::{Error, Reader, Writer};
use crate::transcript::words::Words;

/// How much of an offending word an error repeats, in bytes.
const MAX_WORD: usize = 40;

/// Where a value stands, linked towards the root, so that nothing is built unless an error is.
///
/// The root keeps the first error. Behind it reading goes on with empty values: no function has a way
/// out of its own, which is most of the size of such code.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root(&'p OnceCell<RequestError>),
    Field(&'p Self, &'p str),
    Item(&'p Self, u64),
}

impl<'p> Path<'p> {
    fn root(&self) -> &'p OnceCell<RequestError> {
        match self {
            Self::Root(error) => error,
            Self::Field(parent, _) | Self::Item(parent, _) => parent.root(),
        }
    }

    fn spell(&self, out: &mut String) {
        match self {
            Self::Root(_) => {}
            Self::Field(parent, name) => {
                parent.spell(out);
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(cut(name));
            }
            Self::Item(parent, index) => {
                parent.spell(out);
                let mut w = Writer::new();
                w.array(|w| w.u64(*index));
                out.push_str(&w.finish());
            }
        }
    }
}

fn cut(word: &str) -> &str {
    let mut end = word.len().min(MAX_WORD);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.get(..end).unwrap_or_default()
}

/// One value; an absent field is one without text.
#[derive(Clone, Copy)]
pub(super) struct Value<'a, 'p> {
    pub(super) json: &'a str,
    pub(super) at: Path<'p>,
}

/// What reads a value.
pub(super) type Read<T> = fn(&Value<'_, '_>) -> T;

impl<'a> Value<'a, '_> {
    #[cold]
    #[inline(never)]
    fn fault(&self, expected: &[&str], found: &[&str]) {
        let mut path = String::new();
        self.at.spell(&mut path);
        if path.is_empty() {
            path.push_str("request");
        }
        // Only the first error counts.
        let _ = self.at.root().set(RequestError::Shape {
            path,
            expected: expected.concat(),
            found: found.concat(),
        });
    }

    /// Something else was expected here.
    #[cold]
    #[inline(never)]
    pub(super) fn wrong(&self, expected: &str) {
        let json = self.json.trim_ascii_start();
        let found = match json.as_bytes().first() {
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => cut(json),
            Some(_) => "no JSON",
            None => "nothing",
        };
        self.fault(&[expected], &[found]);
    }

    /// This word does not belong here.
    #[cold]
    #[inline(never)]
    pub(super) fn wrong_word(&self, expected: &str, word: &str) {
        self.fault(&[expected], &["\"", cut(word), "\""]);
    }

    /// The text is no JSON.
    fn broken(&self, error: Error) {
        let _ = self.at.root().set(RequestError::Json(error));
    }

    /// Whether nothing stands here, or `null`.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.json, "" | "null")
    }

    pub(super) fn is_text(&self) -> bool {
        self.json.starts_with('"')
    }

    /// Which of these words stands here; the first where none does.
    pub(super) fn one_of(&self, words: &[&str]) -> usize {
        let word = Reader::new(self.json).string().ok();
        let place = word.as_ref().and_then(|word| words.iter().position(|w| **w == **word));
        if place.is_none() {
            match word {
                Some(word) => self.wrong_word(&choice(words), &word),
                None => self.wrong(&choice(words)),
            }
        }
        place.unwrap_or(0)
    }

    /// What the word here means.
    pub(super) fn word<T: Copy>(&self, words: &Words<T>) -> T {
        words.values[self.one_of(words.names)]
    }

    /// Hands over the elements of a list, first to last.
    fn each(&self, read: &mut dyn FnMut(&Value<'a, '_>)) {
        let mut r = Reader::new(self.json);
        let Ok(mut scope) = r.array() else { return self.wrong("a list") };
        let mut index = 0;
        while let Ok(true) = scope.element(&mut r) {
            let Ok(json) = r.raw() else { return };
            read(&Value { json, at: Path::Item(&self.at, index) });
            index += 1;
        }
    }

    pub(super) fn list<T>(&self, read: Read<T>) -> Vec<T> {
        let mut list = Vec::new();
        self.each(&mut |item| list.push(read(item)));
        list
    }

    /// Hands over the fields of an object in their order, whatever their names. Of the text as a whole
    /// this is where it is validated: its values are JSON.
    pub(super) fn fields(&self, read: &mut dyn FnMut(&str, &Value<'a, '_>)) {
        let mut r = Reader::new(self.json);
        let Ok(mut scope) = r.object() else { return self.wrong("an object") };
        let mut walk = || {
            while let Some(key) = scope.key(&mut r)? {
                read(&key, &Value { json: r.raw()?, at: Path::Field(&self.at, &key) });
            }
            r.end()
        };
        if let Err(error) = walk() {
            self.broken(error);
        }
    }
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
