//! What is measured: the project's framing and decoding, published framers, and the limits.

use std::convert::Infallible;

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures::executor::block_on;
use futures::{StreamExt, stream};
use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::Stream;
use tokenwire_tests::limits;
use tokenwire_tests::passes::{self, Seen};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A whole call through the machine's poll API: `call::Call`.
    Calling,
    /// The wire's bytes to events of the vocabulary: `protocol::Decoder`.
    Decoding,
    EventsourceStream,
    /// Bytes to frames: `sse::Decoder`.
    Framing,
    Linesplit,
    /// `linesplit` and `min_serde` behind it: the limit that decoding is held against.
    LinesplitMinSerde,
    MinSerde,
    SseCore,
    SseStream,
}

impl Subject {
    pub(crate) const ALL: [Self; 9] = [
        Self::Calling,
        Self::Decoding,
        Self::EventsourceStream,
        Self::Framing,
        Self::Linesplit,
        Self::LinesplitMinSerde,
        Self::MinSerde,
        Self::SseCore,
        Self::SseStream,
    ];
    pub(crate) const PEERS: [Self; 3] = [Self::SseStream, Self::SseCore, Self::EventsourceStream];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Calling => "calling",
            Self::Decoding => "decoding",
            Self::EventsourceStream => "eventsource-stream",
            Self::Framing => "framing",
            Self::Linesplit => "linesplit",
            Self::LinesplitMinSerde => "linesplit+min_serde",
            Self::MinSerde => "min_serde",
            Self::SseCore => "sse-core",
            Self::SseStream => "sse-stream",
        }
    }

    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }

    /// What a pass over the stream must have seen if the subject does its work.
    pub(crate) fn expected(self, fixture: &Stream) -> Seen {
        let data: usize = fixture.payloads.iter().map(String::len).sum();
        let done = fixture.events - fixture.payloads.len();
        match self {
            Self::Calling | Self::Decoding => {
                Seen { events: fixture.contents, bytes: fixture.delta_bytes + fixture.whole_bytes }
            }
            Self::MinSerde | Self::LinesplitMinSerde => {
                Seen { events: fixture.payloads.len(), bytes: fixture.delta_bytes }
            }
            Self::EventsourceStream | Self::Framing | Self::Linesplit | Self::SseCore | Self::SseStream => {
                Seen { events: fixture.events, bytes: data + done * "[DONE]".len() }
            }
        }
    }
}

/// A fixture cut into chunks, ready to be passed over again and again.
pub(crate) struct Course {
    pub(crate) fixture: Stream,
    body: Bytes,
    chunk: usize,
}

impl Course {
    pub(crate) fn new(wire: Wire, deltas: usize, chunk: usize) -> Self {
        let fixture = Stream::new(wire, deltas);
        let body = Bytes::from(fixture.body.clone());
        Self { fixture, body, chunk }
    }

    pub(crate) fn pass(&self, subject: Subject) -> Seen {
        match subject {
            Subject::Calling => passes::calling(self.fixture.wire, &self.body, self.chunk),
            Subject::Decoding => passes::decoding(self.fixture.wire, &self.body, self.chunk),
            Subject::EventsourceStream => self.eventsource_stream(),
            Subject::Framing => passes::framing(&self.body, self.chunk),
            Subject::Linesplit => self.linesplit(),
            Subject::LinesplitMinSerde => self.linesplit_min_serde(),
            Subject::MinSerde => self.min_serde(),
            Subject::SseCore => self.sse_core(),
            Subject::SseStream => self.sse_stream(),
        }
    }

    fn linesplit(&self) -> Seen {
        let mut seen = Seen::default();
        limits::linesplit(&self.body, |data| seen.add(data.len()));
        seen
    }

    fn linesplit_min_serde(&self) -> Seen {
        let mut seen = Seen::default();
        limits::linesplit(&self.body, |data| {
            if data != b"[DONE]" {
                seen.add(self.delta_bytes(data));
            }
        });
        seen
    }

    fn min_serde(&self) -> Seen {
        let mut seen = Seen::default();
        for payload in &self.fixture.payloads {
            seen.add(self.delta_bytes(payload.as_bytes()));
        }
        seen
    }

    fn delta_bytes(&self, data: &[u8]) -> usize {
        let mut bytes = 0;
        limits::min_serde(self.fixture.wire, data, |delta| bytes += delta.len());
        bytes
    }

    fn source(&self) -> impl futures::Stream<Item = Result<Bytes, Infallible>> + Unpin {
        let size = self.chunk;
        let cuts = (0..self.body.len()).step_by(size);
        stream::iter(cuts.map(move |at| Ok(self.body.slice(at..(at + size).min(self.body.len())))))
    }

    fn eventsource_stream(&self) -> Seen {
        let mut seen = Seen::default();
        let mut events = self.source().eventsource();
        while let Some(Ok(event)) = block_on(events.next()) {
            seen.add(event.data.len());
        }
        seen
    }

    fn sse_core(&self) -> Seen {
        let mut decoder = sse_core::SseDecoder::with_limit(std::num::NonZeroUsize::MAX);
        let mut seen = Seen::default();
        for at in (0..self.body.len()).step_by(self.chunk) {
            let mut chunk = self.body.slice(at..(at + self.chunk).min(self.body.len()));
            while let Some(Ok(event)) = decoder.next(&mut chunk) {
                if let sse_core::SseEvent::Message(message) = event {
                    seen.add(message.data.len());
                }
            }
        }
        seen
    }

    fn sse_stream(&self) -> Seen {
        let mut seen = Seen::default();
        let mut events = sse_stream::SseByteStream::new(self.source());
        block_on(async {
            while let Some(Ok(event)) = events.next().await {
                seen.add(event.data.map_or(0, |data| data.len()));
            }
        });
        seen
    }
}
