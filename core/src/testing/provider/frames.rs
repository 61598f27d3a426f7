//! A streamed answer, frame by frame.

use alloc::string::String;
use alloc::vec::Vec;

use crate::sse;

/// What the request asked of the form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// Chat: whether the stream states the usage (`stream_options.include_usage`).
    pub include_usage: bool,
    /// Gemini: a JSON array in place of server-sent events (no `alt=sse`).
    pub json_array: bool,
}

impl Default for Rendering {
    fn default() -> Self {
        Self { include_usage: true, json_array: false }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Framing {
    #[default]
    Events,
    CrlfEvents,
    JsonArray,
}

/// A streamed answer: the exact bytes of each event, framing included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    framing: Framing,
    frames: Vec<Vec<u8>>,
    end: usize,
}

impl Stream {
    pub(super) fn new(framing: Framing) -> Self {
        Self { framing, ..Self::default() }
    }

    /// The frames, in order.
    pub fn frames(&self) -> &[Vec<u8>] {
        &self.frames
    }

    /// The number of the first frame that belongs to the protocol's good end; without it and what
    /// follows the stream is broken.
    pub const fn end(&self) -> usize {
        self.end
    }

    /// The frames, taken out.
    pub fn into_frames(self) -> Vec<Vec<u8>> {
        self.frames
    }

    /// Keeps the frames from number `first` on.
    #[must_use]
    pub fn skip(mut self, first: usize) -> Self {
        self.frames.drain(..first.min(self.frames.len()));
        self.end = self.end.saturating_sub(first);
        self
    }

    /// What follows belongs to the good end.
    pub(super) fn begin_end(&mut self) {
        self.end = self.frames.len();
    }

    pub(super) fn event(&mut self, name: &str, data: &str) {
        let frame = self.frame(self.frames.len(), name, data);
        self.frames.push(frame);
    }

    /// The bytes of an event that would have that number, not added.
    pub(super) fn frame(&self, number: usize, name: &str, data: &str) -> Vec<u8> {
        let mut out = String::new();
        match self.framing {
            Framing::Events => sse::encode(&mut out, name, data),
            Framing::CrlfEvents => {
                out.push_str("data: ");
                out.push_str(data);
                out.push_str("\r\n\r\n");
            }
            Framing::JsonArray => {
                out.push_str(if number == 0 { "[" } else { ",\r\n" });
                out.push_str(data);
            }
        }
        out.into_bytes()
    }

    pub(super) fn close_array(&mut self) {
        if self.framing == Framing::JsonArray {
            self.frames.push(b"]".to_vec());
        }
    }

    /// Ends after `count` events and then `last`.
    #[must_use]
    pub(super) fn ended_by(mut self, count: usize, last: Vec<u8>) -> Self {
        self.frames.truncate(count);
        self.end = self.frames.len();
        self.frames.push(last);
        self.close_array();
        self
    }
}
