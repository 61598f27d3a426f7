//! The events of a stream as bytes: an event's name, and data that repeats it as `type`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Writer;

/// How much of its buffer a stream keeps between two events.
const MAX_KEPT_BYTES: usize = 64 << 10;

/// Writes events, each in one go, so that a small one allocates nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Frames {
    buffer: String,
}

impl Frames {
    /// Writes the event `name` with what `fields` adds to its data.
    pub(super) fn write(&mut self, out: &mut Vec<u8>, name: &str, fields: impl FnOnce(&mut Writer)) {
        let mut text = core::mem::take(&mut self.buffer);
        text.push_str("event: ");
        text.push_str(name);
        text.push_str("\ndata: ");
        let mut w = Writer::onto(text);
        w.object(|w| {
            w.key("type").string(name);
            fields(w);
        });
        let mut text = w.finish();
        text.push_str("\n\n");
        out.extend_from_slice(text.as_bytes());
        if text.capacity() <= MAX_KEPT_BYTES {
            text.clear();
            self.buffer = text;
        }
    }

    /// Writes the start of block `index`; `block` writes the block.
    pub(super) fn start(&mut self, out: &mut Vec<u8>, index: u32, block: impl FnOnce(&mut Writer)) {
        self.write(out, "content_block_start", |w| {
            w.key("index").u64(index.into());
            block(w.key("content_block"));
        });
    }

    /// Writes a delta of block `index`; `payload` writes the value of its `field`.
    pub(super) fn delta(
        &mut self,
        out: &mut Vec<u8>,
        index: u32,
        kind: &str,
        field: &str,
        payload: impl FnOnce(&mut Writer),
    ) {
        self.write(out, "content_block_delta", |w| {
            w.key("index").u64(index.into());
            w.key("delta").object(|w| {
                w.key("type").string(kind);
                payload(w.key(field));
            });
        });
    }

    /// Writes the end of block `index`.
    pub(super) fn stop(&mut self, out: &mut Vec<u8>, index: u32) {
        self.write(out, "content_block_stop", |w| w.key("index").u64(index.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_name_and_one_line_of_data() {
        let (mut frames, mut out) = (Frames::default(), Vec::new());
        frames.delta(&mut out, 3, "text_delta", "text", |w| w.string("a\n\"b\""));
        frames.stop(&mut out, 3);
        let expected = concat!(
            "event: content_block_delta\n",
            r#"data: {"type":"content_block_delta","index":3,"delta":{"type":"text_delta","text":"a\n\"b\""}}"#,
            "\n\nevent: content_block_stop\n",
            r#"data: {"type":"content_block_stop","index":3}"#,
            "\n\n"
        );
        assert_eq!(core::str::from_utf8(&out), Ok(expected));
    }
}
