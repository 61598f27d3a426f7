//! How an answer reaches the application: as it came, event by event, or at once.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::call::Outcome;
use crate::failure::Failure;
use crate::http::Head;
use crate::model::{Event, Loss, Wire};
use crate::protocol::{AnswerContext, Encoder, StreamFraming, encode_response};
use crate::translate::{Restoring, Translated};
use crate::usage::Usage;

/// A frame that is longer passes in pieces.
const MAX_HELD: usize = 1 << 20;

#[derive(Debug)]
pub(super) enum Writing {
    /// The provider's bytes.
    Passed(Passed),
    /// Event by event.
    Streamed { encoder: Box<Encoder>, restoring: Restoring, framing: StreamFraming },
    /// At once, when it is whole.
    Whole { context: AnswerContext, restoring: Restoring, wire: Wire, losses: Vec<Loss> },
}

impl Writing {
    pub(super) fn of(translated: &Translated) -> Self {
        let (wire, context) = (translated.wire, translated.context.clone());
        let (restoring, framing) = (Restoring::new(translated.names.clone()), context.framing);
        match (translated.is_forwarded, translated.stream) {
            (true, is_stream) => Self::Passed(Passed::new(wire, context, is_stream)),
            (false, true) => {
                Self::Streamed { encoder: Box::new(Encoder::new(wire, context)), restoring, framing }
            }
            (false, false) => Self::Whole { context, restoring, wire, losses: Vec::new() },
        }
    }

    /// How the stream is framed; `None` where the answer is whole.
    pub(super) const fn framing(&self) -> Option<StreamFraming> {
        match self {
            Self::Streamed { framing, .. } => Some(*framing),
            Self::Passed(_) | Self::Whole { .. } => None,
        }
    }

    /// Writes an event; tells it as a call of the application's own tools has it.
    pub(super) fn event(
        &mut self,
        event: Event<'static>,
        out: &mut Vec<u8>,
        mut told: impl FnMut(Event<'static>),
    ) {
        match self {
            Self::Passed(_) => told(event),
            Self::Streamed { encoder, restoring, .. } => restoring.event(event, &mut |event| {
                encoder.event(&event, out);
                told(event);
            }),
            Self::Whole { restoring, .. } => restoring.event(event, &mut told),
        }
    }

    /// The provider's head passes.
    pub(super) fn open(&mut self, head: &Head) {
        if let Self::Passed(passed) = self {
            passed.open(head);
        }
    }

    /// The provider's bytes pass.
    pub(super) fn pass(&mut self, bytes: Vec<u8>, out: &mut Vec<u8>) {
        match self {
            Self::Passed(passed) => passed.pass(bytes, out),
            // Only a call that forwards gives bytes.
            Self::Streamed { .. } | Self::Whole { .. } => {}
        }
    }

    /// The answer is whole.
    pub(super) fn end(&mut self, outcome: &Outcome, out: &mut Vec<u8>) {
        match self {
            Self::Passed(passed) => out.append(&mut passed.held),
            Self::Streamed { encoder, .. } => encoder.end(&outcome.usage, out),
            Self::Whole { context, restoring, wire, losses } => {
                let response = restoring.response(&outcome.response);
                let (body, lost) = encode_response(*wire, context.clone(), &response, &outcome.usage);
                out.extend_from_slice(body.as_bytes());
                *losses = lost;
            }
        }
    }

    /// The answer broke after its head; gives whether the application can read that in the body.
    pub(super) fn fail(&mut self, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) -> bool {
        match self {
            Self::Passed(passed) => return passed.fail(failure, usage, out),
            Self::Streamed { encoder, .. } => encoder.fail(failure, usage, out),
            // Its head is written with the whole of it.
            Self::Whole { .. } => {}
        }
        true
    }

    pub(super) fn losses(&self) -> &[Loss] {
        match self {
            Self::Passed(_) => &[],
            Self::Streamed { encoder, .. } => encoder.losses(),
            Self::Whole { losses, .. } => losses,
        }
    }
}

/// Bytes that pass. An event stream passes in whole frames, so that it can still end with an error event
/// where it breaks within one.
#[derive(Debug)]
pub(super) struct Passed {
    wire: Wire,
    context: AnswerContext,
    is_framed: bool,
    /// Whether the provider refused: its body is the error.
    is_refusal: bool,
    held: Vec<u8>,
}

impl Passed {
    fn new(wire: Wire, context: AnswerContext, is_stream: bool) -> Self {
        let is_framed = is_stream && context.framing == StreamFraming::Sse;
        Self { wire, context, is_framed, is_refusal: false, held: Vec::new() }
    }

    fn open(&mut self, head: &Head) {
        self.is_refusal = !(200..300).contains(&head.status);
        self.is_framed &= !self.is_refusal;
    }

    fn pass(&mut self, bytes: Vec<u8>, out: &mut Vec<u8>) {
        if !self.is_framed {
            return put(bytes, out);
        }
        let from = self.held.len();
        self.held.extend_from_slice(&bytes);
        let end = if self.held.len() > MAX_HELD { self.held.len() } else { last_frame_end(&self.held, from) };
        out.extend(self.held.drain(..end));
    }

    fn fail(&mut self, failure: &Failure, usage: &Usage, out: &mut Vec<u8>) -> bool {
        // An error that the provider told in the body has passed with it.
        let is_told = failure.code.is_some() || failure.error_type.is_some();
        if self.is_framed && !is_told {
            self.held.clear();
            Encoder::new(self.wire, self.context.clone()).fail(failure, usage, out);
        }
        self.is_framed || self.is_refusal
    }
}

/// Appends without a copy where nothing is there.
fn put(bytes: Vec<u8>, out: &mut Vec<u8>) {
    if out.is_empty() {
        *out = bytes;
    } else {
        out.extend_from_slice(&bytes);
    }
}

/// Where the last blank line after `from` ends; 0 where there is none.
fn last_frame_end(bytes: &[u8], from: usize) -> usize {
    let ends = |at: &usize| {
        bytes[*at] == b'\n' && (bytes[..*at].ends_with(b"\n") || bytes[..*at].ends_with(b"\n\r"))
    };
    (from..bytes.len()).rev().find(ends).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureKind;
    use crate::protocol::SealKey;

    fn passed(framing: StreamFraming, status: u16) -> Passed {
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
        passed.open(&Head { status, ..Head::default() });
        passed
    }

    #[test]
    fn a_break_is_told_once_or_known_as_a_cut() {
        let (sse, array) = (StreamFraming::Sse, StreamFraming::JsonArray);
        let cut = Failure::new(FailureKind::Connection, "reset");
        let told = Failure { error_type: Some("overloaded_error".into()), ..cut.clone() };
        for (framing, status, failure, writes, is_told) in [
            (sse, 200, &cut, true, true),
            // The provider's own error event has passed.
            (sse, 200, &told, false, true),
            (array, 200, &cut, false, false),
            // Its array has no end.
            (array, 200, &told, false, false),
            (sse, 529, &told, false, true),
        ] {
            let mut out = Vec::new();
            let read = passed(framing, status).fail(failure, &Usage::default(), &mut out);
            assert_eq!((!out.is_empty(), read), (writes, is_told), "{framing:?} {status} {failure:?}");
        }
    }

    #[test]
    fn frames_end_at_blank_lines_of_both_kinds() {
        assert_eq!(last_frame_end(b"data: 1\n\ndata: 2\n", 0), 9);
        assert_eq!(last_frame_end(b"data: 1\r\n\r\ndata", 0), 11);
        assert_eq!(last_frame_end(b"data: 1\n\n", 0), 9);
        assert_eq!(last_frame_end(b"data: 1\n", 0), 0);
        assert_eq!(last_frame_end(b"\n\n", 1), 2);
    }
}
