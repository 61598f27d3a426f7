//! One pass of a stream through each layer of the machine, for benches to repeat and count.

use tokenwire_core::call::{Call, Input, Options, Output};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::model::{Event, Message, Request, Wire};
use tokenwire_core::protocol::{Caps, Credential, Decoder, Dialect, Target};
use tokenwire_core::sse;
use tokenwire_core::time::Instant;

/// What a pass has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Frames, or deltas where the layer decodes.
    pub events: usize,
    /// Bytes of frame data, or of deltas where the layer decodes.
    pub bytes: usize,
}

impl Seen {
    /// Counts one frame or delta.
    pub const fn add(&mut self, bytes: usize) {
        self.events += 1;
        self.bytes += bytes;
    }

    /// Counts a piece of text, thinking or arguments.
    pub fn add_delta(&mut self, event: &Event<'_>) {
        if let Event::ArgumentsDelta { text, .. }
        | Event::ReasoningDelta { text, .. }
        | Event::TextDelta { text, .. } = event
        {
            self.add(text.len());
        }
    }
}

/// Larger than any event of the fixtures.
const CAP: usize = 64 << 20;

/// Bytes to frames.
pub fn framing(body: &[u8], chunk: usize) -> Seen {
    let mut decoder = sse::Decoder::new(CAP);
    let mut seen = Seen::default();
    for chunk in body.chunks(chunk) {
        let mut frames = decoder.push(chunk);
        while let Some(Ok(frame)) = frames.next() {
            if let sse::Frame::Event { data, .. } = frame {
                seen.add(data.len());
            }
        }
    }
    seen
}

/// Bytes to borrowed events.
pub fn decoding(wire: Wire, body: &[u8], chunk: usize) -> Seen {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut seen = Seen::default();
    let mut count = |event: Event<'_>| seen.add_delta(&event);
    for chunk in body.chunks(chunk) {
        if decoder.push(chunk, &mut count).is_err() {
            break;
        }
    }
    let _ = decoder.end(&mut count);
    seen
}

/// A whole call: request encoded, bytes in, owned events polled out, outcome put together.
pub fn calling(wire: Wire, body: &[u8], chunk: usize) -> Seen {
    let mut seen = Seen::default();
    let Some(mut call) = call(wire) else { return seen };
    let now = Instant::from_millis(0);
    let head = Head { status: 200, headers: Headers::new(), wall: None };
    let opening = [Input::Head { attempt: 1, head }];
    let chunks = body.chunks(chunk).map(|bytes| Input::Chunk { attempt: 1, bytes });
    for input in opening.into_iter().chain(chunks).chain([Input::End { attempt: 1 }]) {
        call.handle_input(now, input);
        if drain(&mut call, &mut seen) {
            break;
        }
    }
    seen
}

fn call(wire: Wire) -> Option<Call> {
    let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).ok()?;
    let request = Request::new("model", vec![Message::user("Write a report.")]);
    Call::new(request, target, Options::default(), 1, Instant::from_millis(0)).ok()
}

/// Reads what the call says until it waits; whether it is done.
fn drain(call: &mut Call, seen: &mut Seen) -> bool {
    loop {
        match call.poll_output() {
            Output::Abort { .. } | Output::Forward(_) | Output::ForwardHead(_) | Output::Transmit(_) => {}
            Output::Done(_) => return true,
            Output::Event(event) => seen.add_delta(&event),
            Output::Wait { .. } => return false,
        }
    }
}
