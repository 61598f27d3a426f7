//! OpenRouter's `reasoning_details`: pieces of a stream merged into the list that goes back.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Kind, Reader, Writer};

/// The entries so far. Strings stay as they were spelled: they must go back unchanged.
#[derive(Clone, Debug, Default)]
pub(super) struct Details {
    entries: Vec<Entry>,
    /// Whether something came since the list was last written.
    is_dirty: bool,
    /// Bytes of the entries.
    bytes: usize,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    index: Option<u64>,
    kind: String,
    /// Names and raw values, in the order in which they came.
    fields: Vec<(String, String)>,
}

/// How many entries back a piece may belong: more than any provider interleaves.
const LOOK_BACK: usize = 64;

impl Details {
    pub(super) const fn held_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) const fn is_dirty(&self) -> bool {
        self.is_dirty
    }

    /// Takes one `reasoning_details` array; gives the text and summaries in it.
    pub(super) fn add(&mut self, list: &str) -> Result<String, json::Error> {
        let mut r = Reader::new(list);
        let mut text = String::new();
        let Some(mut elements) = r.opt_array()? else { return Ok(text) };
        while elements.element(&mut r)? {
            let entry = read_entry(&mut r, &mut text)?;
            if !entry.fields.is_empty() {
                self.is_dirty = true;
                self.merge(entry);
            }
        }
        Ok(text)
    }

    fn merge(&mut self, piece: Entry) {
        let is_same = |e: &Entry| e.kind == piece.kind && e.index == piece.index;
        let known = match piece.index {
            Some(_) => self.entries.iter_mut().rev().take(LOOK_BACK).find(|e| is_same(e)),
            None => None,
        };
        match known {
            Some(known) => {
                for (name, raw) in piece.fields {
                    self.bytes = self.bytes.saturating_add_signed(known.set(name, raw));
                }
            }
            None => {
                self.bytes += piece.bytes();
                self.entries.push(piece);
            }
        }
    }

    /// The list as JSON text; it counts as written.
    pub(super) fn write(&mut self) -> String {
        self.is_dirty = false;
        let mut w = Writer::new();
        w.array(|w| {
            for entry in &self.entries {
                w.object(|w| {
                    for (name, raw) in &entry.fields {
                        w.key(name).raw(raw);
                    }
                });
            }
        });
        w.finish()
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let fields = self.fields.iter().map(|(name, raw)| name.len() + raw.len());
        size_of::<Self>() + fields.sum::<usize>()
    }

    /// Text grows; anything else is replaced, unless by `null`. Gives by how many bytes it grew.
    fn set(&mut self, name: String, raw: String) -> isize {
        // Each is at most `isize::MAX` bytes.
        let length = raw.len() as isize;
        match self.fields.iter_mut().find(|(n, _)| *n == name) {
            Some((_, known)) if grows(&name) && known.ends_with('"') && raw.starts_with('"') => {
                known.pop();
                known.push_str(&raw[1..]);
                length - 2
            }
            Some(_) if raw == "null" => 0,
            Some((_, known)) => {
                let grown = length - known.len() as isize;
                *known = raw;
                grown
            }
            None => {
                let grown = length + name.len() as isize;
                self.fields.push((name, raw));
                grown
            }
        }
    }
}

fn grows(name: &str) -> bool {
    matches!(name, "text" | "summary" | "data" | "arguments")
}

fn read_entry(r: &mut Reader<'_>, text: &mut String) -> Result<Entry, json::Error> {
    let mut entry = Entry::default();
    let Some(mut fields) = r.opt_object()? else { return Ok(entry) };
    while let Some(key) = fields.key(r)? {
        let kind = r.kind()?;
        let raw = r.raw()?;
        let mut value = Reader::new(raw);
        match (&*key, kind) {
            ("index", _) => entry.index = value.opt_u64()?,
            ("type", Kind::String) => entry.kind = value.string()?.into_owned(),
            ("text" | "summary", Kind::String) => text.push_str(&value.string()?),
            _ => {}
        }
        entry.fields.push((key.into_owned(), raw.into()));
    }
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_merge_by_index_and_type() {
        let mut details = Details::default();
        let mut text = String::new();
        for piece in [
            r#"[{"type":"reasoning.text","text":"a\u00e9","format":"x","index":0}]"#,
            r#"[{"type":"reasoning.text","text":"b","format":null,"index":0},{"type":"reasoning.text","text":"c","index":1}]"#,
            r#"[{"type":"reasoning.text","signature":"s","index":0}]"#,
            r#"[{"type":"reasoning.encrypted","data":"d","index":0}]"#,
        ] {
            text += &details.add(piece).expect("valid JSON");
        }
        assert_eq!(text, "aébc");
        assert!(details.is_dirty());
        assert_eq!(
            details.write(),
            concat!(
                r#"[{"type":"reasoning.text","text":"a\u00e9b","format":"x","index":0,"signature":"s"},"#,
                r#"{"type":"reasoning.text","text":"c","index":1},"#,
                r#"{"type":"reasoning.encrypted","data":"d","index":0}]"#
            )
        );
        assert!(!details.is_dirty());
    }

    #[test]
    fn entries_without_index_stay_apart() {
        let mut details = Details::default();
        let list =
            r#"[{"type":"reasoning.summary","summary":"a"},{"type":"reasoning.summary","summary":"b"}]"#;
        assert_eq!(details.add(list).expect("valid JSON"), "ab");
        assert_eq!(details.write(), list);
        assert_eq!(details.add("null").expect("valid JSON"), "");
        assert!(!details.is_dirty());
    }
}
