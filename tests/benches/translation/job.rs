//! What is measured.

use std::ops::Range;

use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::Stream;
use tokenwire_tests::limits::xlate_min;
use tokenwire_tests::passes::{self, Seen};
use tokenwire_tests::translation::{Translation, Written};

const READ: usize = 16 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The provider's bytes to events, nothing written.
    Decoding,
    /// The least that a translation must do.
    Limit,
    /// The same as `Stream` through a relay, one event a chunk, as providers send them.
    Relay,
    /// The application's request to the provider's.
    Request,
    /// The provider's stream to the application's.
    Stream,
    /// The provider's stream to the application's whole answer.
    Whole,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Decoding, Self::Limit, Self::Relay, Self::Request, Self::Stream, Self::Whole];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Decoding => "decoding",
            Self::Limit => "xlate_min",
            Self::Relay => "relay",
            Self::Request => "request",
            Self::Stream => "stream",
            Self::Whole => "whole",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing to do again and again.
pub(crate) struct Job {
    kind: Kind,
    fixture: Stream,
    translation: Translation,
    written: Written,
    /// Where each event of the stream stands.
    frames: Vec<Range<usize>>,
}

/// Where each event of a stream stands: up to its blank line.
fn frames(body: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut frames = Vec::new();
    for at in memchr::memchr_iter(b'\n', body) {
        if body[start..at].ends_with(b"\n") || body[start..at].ends_with(b"\n\r") {
            frames.push(start..at + 1);
            start = at + 1;
        }
    }
    frames
}

impl Job {
    pub(crate) fn new(kind: Kind, provider: Wire, application: Wire, deltas: usize) -> Self {
        let translation = Translation::new(application, provider, kind != Kind::Whole);
        let fixture = Stream::new(provider, deltas);
        let frames = frames(&fixture.body);
        Self { kind, fixture, translation, written: Written::default(), frames }
    }

    /// The bytes that come in.
    pub(crate) fn bytes(&self) -> usize {
        if self.kind == Kind::Request { self.translation.request_bytes() } else { self.fixture.body.len() }
    }

    /// Does it once, over the buffer of the last time; gives how many bytes were made.
    ///
    /// # Panics
    /// When a translation did not see the whole answer.
    pub(crate) fn pass(&mut self) -> usize {
        self.written.bytes.clear();
        match self.kind {
            Kind::Decoding => passes::decoding(self.fixture.wire, &self.fixture.body, READ).bytes,
            Kind::Limit => {
                xlate_min(self.fixture.wire, &self.fixture.body, &mut self.written.bytes);
                self.written.bytes.len()
            }
            Kind::Request => self.translation.request(),
            Kind::Relay | Kind::Stream | Kind::Whole => {
                self.written.seen = Seen::default();
                let Self { translation, fixture, written, frames, .. } = self;
                if self.kind == Kind::Relay {
                    translation.relay(frames.iter().map(|at| &fixture.body[at.clone()]), written);
                } else {
                    translation.answer(&fixture.body, READ, written);
                }
                let seen = self.fixture.delta_bytes + self.fixture.whole_bytes;
                assert_eq!(self.written.seen.bytes, seen, "a translation that skips its work");
                self.written.bytes.len()
            }
        }
    }
}
