//! The events of a stream, framed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Writer;

/// Frames events and numbers them.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    sequence: u64,
    /// Holds one event while it is written, so that none needs memory of its own.
    scratch: String,
    /// Nothing is written: the answer is wanted whole.
    is_silent: bool,
}

impl Lines {
    pub(super) fn silent() -> Self {
        Self { is_silent: true, ..Self::default() }
    }

    pub(super) const fn is_silent(&self) -> bool {
        self.is_silent
    }

    /// Writes an event with `fields`. They must not hold line breaks outside of strings.
    #[inline]
    pub(super) fn send(&mut self, out: &mut Vec<u8>, name: &str, fields: impl FnOnce(&mut Writer)) {
        if self.is_silent {
            return;
        }
        let mut text = core::mem::take(&mut self.scratch);
        text.clear();
        text.push_str("event: ");
        text.push_str(name);
        text.push_str("\ndata: ");
        let mut w = Writer::onto(text);
        w.object(|w| {
            w.key("type").string(name);
            w.key("sequence_number").u64(self.sequence);
            fields(w);
        });
        let mut text = w.finish();
        text.push_str("\n\n");
        out.extend_from_slice(text.as_bytes());
        self.scratch = text;
        self.sequence += 1;
    }
}
