//! Where a choice's events go, and what all choices count together.

use crate::model::{Event, PartKind, Sink};

/// Where a choice's events go.
pub(super) struct Out<'s> {
    pub(super) sink: &'s mut dyn Sink,
    /// How many parts the response has opened.
    pub(super) parts: &'s mut u32,
    /// Bytes that the choices hold back or remember.
    pub(super) held: &'s mut usize,
    /// The choice's number.
    pub(super) candidate: u32,
}

impl Out<'_> {
    #[inline]
    pub(super) fn event(&mut self, event: Event<'_>) {
        self.sink.event(event);
    }

    /// Opens a part and gives its number.
    pub(super) fn open(&mut self, kind: PartKind<'_>) -> u32 {
        let part = *self.parts;
        *self.parts = part.saturating_add(1);
        self.sink.event(Event::PartStart { part, candidate: self.candidate, kind });
        part
    }
}
