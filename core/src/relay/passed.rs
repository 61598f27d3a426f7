//! An answer whose bytes pass as they came.

use alloc::vec::Vec;

use memchr::memmem::Finder;

use crate::failure::Failure;
use crate::http::Head;
use crate::model::{Event, Wire};
use crate::protocol::{AnswerContext, Caps, DecodeError, Decoder, Dialect, Encoder, StreamFraming};
use crate::usage::Usage;

/// A frame that is longer passes in pieces.
const MAX_HELD: usize = 1 << 20;

/// Frames longer than that are no errors.
const MAX_ERROR: usize = 256 << 10;

/// Bytes that pass. An event stream passes in whole frames, so that it can still end with an error event
/// where it breaks within one.
#[derive(Debug)]
pub(super) struct Passed {
    wire: Wire,
    context: AnswerContext,
    /// Whether an event stream was asked for.
    wants_frames: bool,
    is_framed: bool,
    /// Whether the provider refused: its body is the error.
    is_refusal: bool,
    /// The beginning of a frame that is not whole yet.
    held: Vec<u8>,
    /// Whether the beginning of the present frame has passed already.
    is_within: bool,
    /// Whether an error that an application reads has passed.
    has_told: bool,
    /// What an error holds on every wire, one or the other.
    words: [Finder<'static>; 2],
}

impl Passed {
    pub(super) fn new(wire: Wire, context: AnswerContext, is_stream: bool) -> Self {
        let wants_frames = is_stream && context.framing == StreamFraming::Sse;
        Self {
            wire,
            context,
            wants_frames,
            is_framed: false,
            is_refusal: false,
            held: Vec::new(),
            is_within: false,
            has_told: false,
            words: [Finder::new("error"), Finder::new("failed")],
        }
    }

    /// The head passes: what it says of its body counts, and only where it says nothing, what was asked for.
    pub(super) fn open(&mut self, head: &Head) {
        self.is_refusal = !(200..300).contains(&head.status);
        let is_stream = match head.headers.get("content-type") {
            Some(kind) => kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream"),
            None => self.wants_frames,
        };
        self.is_framed = is_stream && !self.is_refusal;
    }

    pub(super) fn pass(&mut self, bytes: Vec<u8>, out: &mut Vec<u8>) {
        if !self.is_framed {
            return put(bytes, out);
        }
        if self.held.is_empty() && last_frame_end(&bytes, 0) == bytes.len() {
            self.passed(&bytes);
            return put(bytes, out);
        }
        let from = self.held.len();
        self.held.extend_from_slice(&bytes);
        let end = if self.held.len() > MAX_HELD { self.held.len() } else { last_frame_end(&self.held, from) };
        if end > 0 {
            let held = core::mem::take(&mut self.held);
            self.passed(&held[..end]);
            out.extend_from_slice(&held[..end]);
            self.held.extend_from_slice(&held[end..]);
        }
    }

    /// Notes what the frames say that pass.
    fn passed(&mut self, frames: &[u8]) {
        self.is_within = last_frame_end(frames, 0) != frames.len();
        // Nearly all frames hold neither word, and one look over them is all that they cost.
        if self.has_told || self.words.iter().all(|word| word.find(frames).is_none()) {
            return;
        }
        let mut rest = frames;
        while !rest.is_empty() {
            let (frame, later) = rest.split_at(first_frame_end(rest));
            self.has_told |= frame.len() <= MAX_ERROR && is_error(self.wire, frame);
            rest = later;
        }
    }

    /// The body ended well: what is left passes too.
    pub(super) fn end(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.held);
    }

    /// The answer broke after its head; gives whether its body says so, or its status did.
    pub(super) fn fail(&mut self, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) -> bool {
        if !self.is_framed {
            return self.is_refusal;
        }
        if self.has_told {
            self.end(out);
            return true;
        }
        self.held.clear();
        if self.is_within {
            // The broken frame ends here; no reader of its wire takes it for whole.
            out.extend_from_slice(b"\n\n");
        }
        Encoder::new(self.wire, self.context.clone()).fail(failure, usage, out);
        true
    }
}

/// Whether a frame is an error that an application reads: its decoder takes more for one.
fn is_error(wire: Wire, frame: &[u8]) -> bool {
    let is_data = frame.split(|b| is_line_end(*b)).any(|line| line.starts_with(b"data:"));
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut ignore = |_: Event<'_>| {};
    let read = decoder.push(frame, &mut ignore).and_then(|_| decoder.end(&mut ignore));
    is_data && matches!(read, Err(DecodeError::Provider(_)))
}

/// Appends without a copy where nothing is there.
fn put(bytes: Vec<u8>, out: &mut Vec<u8>) {
    if out.is_empty() {
        *out = bytes;
    } else {
        out.extend_from_slice(&bytes);
    }
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Where the last blank line that ends at `from` or later ends; 0 where there is none. Lines end with CR, LF or
/// both (WHATWG HTML, section 9.2.5).
fn last_frame_end(bytes: &[u8], from: usize) -> usize {
    let ends = |at: &usize| {
        let is_pair = bytes[*at] == b'\n' && bytes[..*at].ends_with(b"\r");
        let before = &bytes[..*at - usize::from(is_pair)];
        is_line_end(bytes[*at]) && before.last().copied().is_some_and(is_line_end)
    };
    (from..bytes.len()).rev().find(ends).map_or(0, |at| at + 1)
}

/// Where the first frame ends, its blank line included; the whole length where there is none.
fn first_frame_end(bytes: &[u8]) -> usize {
    let ends = |at: &usize| {
        let (before, after) = (&bytes[..*at], bytes.get(*at + 1));
        match bytes[*at] {
            b'\n' => [&b"\n"[..], b"\n\r", b"\r\r"].iter().any(|blank| before.ends_with(blank)),
            b'\r' => after != Some(&b'\n') && before.last().copied().is_some_and(is_line_end),
            _ => false,
        }
    };
    (0..bytes.len()).find(ends).map_or(bytes.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureKind;
    use crate::http::Headers;
    use crate::protocol::SealKey;

    const ERROR: &[u8] = b"event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"busy\"}}\n\n";
    const PING: &[u8] = b"event: ping\ndata: {\"type\":\"ping\"}\n\n";

    fn passed(framing: StreamFraming, status: u16, kind: &str) -> Passed {
        let context = AnswerContext {
            model: "m".into(),
            id: "1".into(),
            created: 0,
            vendor: "anthropic".into(),
            source: Wire::Anthropic,
            stream_usage: true,
            framing,
            seal: SealKey::default(),
        };
        let mut passed = Passed::new(Wire::Anthropic, context, true);
        let headers: Headers =
            Some(("content-type", kind)).into_iter().filter(|(_, k)| !k.is_empty()).collect();
        passed.open(&Head { status, headers, ..Head::default() });
        passed
    }

    fn failed(mut passed: Passed, pieces: &[&[u8]]) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        pieces.iter().for_each(|piece| passed.pass(piece.to_vec(), &mut out));
        let failure = Failure::new(FailureKind::Connection, "reset");
        let is_told = passed.fail(&failure, &Usage::default(), &mut out);
        (out, is_told)
    }

    #[test]
    fn a_break_is_told_once_or_known_as_a_cut() {
        let (sse, array) = (StreamFraming::Sse, StreamFraming::JsonArray);
        let tells = |out: &[u8]| memchr::memmem::find_iter(out, "event: error").count();
        for (framing, status, kind, body, errors, is_told) in [
            (sse, 200, "", PING, 1, true),
            (sse, 200, "text/event-stream; charset=utf-8", PING, 1, true),
            // The provider's own error event has passed.
            (sse, 200, "", ERROR, 1, true),
            // What came is no event stream, whatever was asked for.
            (sse, 200, "application/json", PING, 0, false),
            (array, 200, "", PING, 0, false),
            (sse, 529, "", ERROR, 1, true),
        ] {
            let (out, read) = failed(passed(framing, status, kind), &[body]);
            assert_eq!((tells(&out), read), (errors, is_told), "{framing:?} {status} {kind}");
        }
    }

    #[test]
    fn an_error_that_its_provider_did_not_end_is_told() {
        let sse = || passed(StreamFraming::Sse, 200, "");
        let unended = &ERROR[..ERROR.len() - 1];
        let (out, _) = failed(sse(), &[PING, unended]);
        assert_eq!(
            out.iter().filter(|b| **b == b'\n').count(),
            PING.iter().filter(|b| **b == b'\n').count() + 3
        );
        // A line that no reader of event streams takes.
        let (out, _) = failed(sse(), &[b"error: {\"message\":\"x\"}\n\n"]);
        assert!(memchr::memmem::find(&out, b"event: error").is_some());
        // And whole ones are told once, in any cut, whatever follows.
        let all = [PING, ERROR, b": still here\n\n"].concat();
        for at in 0..all.len() {
            let (out, _) = failed(sse(), &[&all[..at], &all[at..]]);
            assert_eq!(out, all, "cut at {at}");
        }
    }

    #[test]
    fn a_frame_that_passed_in_part_is_ended_before_the_error() {
        let long = [b"data: ".as_slice(), &[b'x'; MAX_HELD]].concat();
        let (out, _) = failed(passed(StreamFraming::Sse, 200, ""), &[&long]);
        assert!(out[long.len()..].starts_with(b"\n\nevent: error"));
    }

    #[test]
    fn frames_end_at_blank_lines_of_every_kind() {
        assert_eq!(last_frame_end(b"data: 1\n\ndata: 2\n", 0), 9);
        assert_eq!(last_frame_end(b"data: 1\r\n\r\ndata", 0), 11);
        assert_eq!(last_frame_end(b"data: 1\r\rdata", 0), 9);
        assert_eq!(last_frame_end(b"data: 1\n\n", 0), 9);
        assert_eq!(last_frame_end(b"data: 1\r\n", 0), 0);
        assert_eq!(last_frame_end(b"data: 1\n", 0), 0);
        assert_eq!(last_frame_end(b"\n\n", 1), 2);
        assert_eq!(first_frame_end(b"data: 1\n\ndata: 2\n\n"), 9);
        assert_eq!(first_frame_end(b"data: 1\r\n\r\ndata"), 11);
        assert_eq!(first_frame_end(b"data: 1\r\rdata"), 9);
        assert_eq!(first_frame_end(b"data: 1"), 7);
    }
}
