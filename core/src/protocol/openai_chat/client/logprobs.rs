//! Log probabilities: arrays that a stream brings piece by piece.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Kind, Reader, Writer};

/// The fields of the `logprobs` objects so far, arrays joined.
#[derive(Clone, Debug, Default)]
pub(super) struct Logprobs {
    /// Names, with the inside of an array or the whole of another value.
    fields: Vec<(String, Value)>,
    is_dirty: bool,
    /// Bytes of the names and values.
    bytes: usize,
}

#[derive(Clone, Debug)]
enum Value {
    Elements(String),
    Other(String),
}

impl Value {
    const fn len(&self) -> usize {
        match self {
            Self::Elements(text) | Self::Other(text) => text.len(),
        }
    }
}

impl Logprobs {
    pub(super) const fn held_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Takes the `logprobs` object of one chunk.
    pub(super) fn add(&mut self, raw: &str) -> Result<(), json::Error> {
        let mut r = Reader::new(raw);
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(&mut r)? {
            match r.kind()? {
                Kind::Null => r.skip()?,
                Kind::Array => self.append(&key, r.raw()?),
                _ => self.set(&key, r.raw()?),
            }
        }
        Ok(())
    }

    fn append(&mut self, name: &str, array: &str) {
        self.is_dirty = true;
        let inside = array[1..array.len() - 1].trim();
        self.bytes += name.len() + inside.len();
        match self.fields.iter_mut().find(|(n, _)| n == name) {
            Some((_, Value::Elements(known))) => {
                if !known.is_empty() && !inside.is_empty() {
                    known.push(',');
                }
                known.push_str(inside);
            }
            Some((_, other)) => *other = Value::Elements(inside.into()),
            None => self.fields.push((name.into(), Value::Elements(inside.into()))),
        }
    }

    fn set(&mut self, name: &str, raw: &str) {
        self.is_dirty = true;
        let value = Value::Other(raw.into());
        match self.fields.iter_mut().find(|(n, _)| n == name) {
            Some((_, known)) => {
                self.bytes = self.bytes.saturating_sub(known.len());
                *known = value;
            }
            None => {
                self.bytes += name.len();
                self.fields.push((name.into(), value));
            }
        }
        self.bytes += raw.len();
    }

    /// The whole object as JSON text; it counts as written.
    pub(super) fn write(&mut self) -> String {
        self.is_dirty = false;
        let mut w = Writer::new();
        w.object(|w| {
            for (name, value) in &self.fields {
                w.key(name);
                match value {
                    Value::Elements(inside) => w.array(|w| {
                        if !inside.is_empty() {
                            w.raw(inside);
                        }
                    }),
                    Value::Other(raw) => w.raw(raw),
                }
            }
        });
        w.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_joined() {
        let mut logprobs = Logprobs::default();
        for piece in [
            r#"{"content":[{"token":"a"}],"refusal":null}"#,
            r#"{"content":[]}"#,
            r#"{"content":[ {"token":"b"} ],"refusal":[]}"#,
        ] {
            logprobs.add(piece).expect("valid JSON");
        }
        assert_eq!(logprobs.write(), r#"{"content":[{"token":"a"},{"token":"b"}],"refusal":[]}"#);
        assert!(!logprobs.is_dirty());
    }
}
