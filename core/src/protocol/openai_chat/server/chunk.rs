//! Chunks of a stream: the envelope that all of them share, written once.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Writer, compact};
use crate::protocol::AnswerContext;

/// Writes chunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunks {
    /// `data: {"id":…,"choices":[`, once the first chunk was written.
    head: String,
    /// Whether chunks say that the usage comes later.
    promises_usage: bool,
    /// The text of one chunk; its room is used again.
    line: String,
    /// Fields for the envelope of the next chunk, JSON text.
    extras: Vec<(String, String)>,
}

/// Fields of an envelope that are written here; no extra takes their place.
pub(super) const OWN: [&str; 7] = ["choices", "created", "error", "id", "model", "object", "usage"];

impl Chunks {
    pub(super) fn new(context: &AnswerContext) -> Self {
        Self { promises_usage: context.stream_usage, ..Self::default() }
    }

    /// Whether a chunk was written.
    pub(super) const fn has_begun(&self) -> bool {
        !self.head.is_empty()
    }

    /// Fixes the envelope; the first time counts.
    pub(super) fn begin(&mut self, id: &str, model: &str, created: u64) {
        if self.has_begun() {
            return;
        }
        let mut w = Writer::onto(String::from("data: "));
        w.object(|w| {
            w.key("id").string(id);
            w.key("object").string("chat.completion.chunk");
            w.key("created").u64(created);
            w.key("model").string(model);
            w.key("choices").array(|_| {});
        });
        self.head = w.finish();
        self.head.truncate(self.head.len() - "]}".len());
    }

    /// Keeps a field for the envelope of the next chunk; tells whether it may stand there.
    pub(super) fn extra(&mut self, name: &str, raw: &str) -> bool {
        if OWN.contains(&name) {
            return false;
        }
        let raw = compact(raw).into_owned();
        match self.extras.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = raw,
            None => self.extras.push((name.into(), raw)),
        }
        true
    }

    /// Names of the fields that no chunk has taken.
    pub(super) fn left(&mut self) -> impl Iterator<Item = String> {
        core::mem::take(&mut self.extras).into_iter().map(|(name, _)| name)
    }

    /// Writes a chunk of one choice.
    pub(super) fn choice(&mut self, out: &mut Vec<u8>, choice: impl FnOnce(&mut Writer)) {
        let mut w = self.start();
        w.object(choice);
        let mut line = w.finish();
        line.push(']');
        let mut w = Writer::onto(line);
        self.write_extras(&mut w);
        if self.promises_usage {
            w.key("usage").null();
        }
        self.send(w, out);
    }

    /// Writes the chunk that has no choice but the usage.
    pub(super) fn usage(&mut self, out: &mut Vec<u8>, fields: impl FnOnce(&mut Writer)) {
        let mut line = self.start().finish();
        line.push(']');
        let mut w = Writer::onto(line);
        self.write_extras(&mut w);
        fields(&mut w);
        self.send(w, out);
    }

    fn start(&mut self) -> Writer {
        let mut line = core::mem::take(&mut self.line);
        line.clear();
        line.push_str(&self.head);
        Writer::onto(line)
    }

    fn write_extras(&mut self, w: &mut Writer) {
        for (name, raw) in self.extras.drain(..) {
            w.key(&name).raw(&raw);
        }
    }

    fn send(&mut self, w: Writer, out: &mut Vec<u8>) {
        let mut line = w.finish();
        line.push_str("}\n\n");
        out.extend_from_slice(line.as_bytes());
        self.line = line;
    }
}
