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

use super::passed::Passed;

#[derive(Debug)]
pub(super) enum Writing {
    /// The provider's bytes.
    Passed(Box<Passed>),
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
            (true, is_stream) => Self::Passed(Box::new(Passed::new(wire, context, is_stream))),
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

    /// The answer is whole, and `usage` is its own: that of the attempt which gave it.
    pub(super) fn end(&mut self, outcome: &Outcome, usage: &Usage, out: &mut Vec<u8>) {
        match self {
            Self::Passed(passed) => passed.end(out),
            Self::Streamed { encoder, .. } => encoder.end(usage, out),
            Self::Whole { context, restoring, wire, losses } => {
                let response = restoring.response(&outcome.response);
                let (body, lost) = encode_response(*wire, context.clone(), &response, usage);
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

    /// Whether the answer was ended from within: what came cannot be written on the application's wire.
    pub(super) fn has_given_up(&self) -> bool {
        matches!(self, Self::Streamed { encoder, .. } if encoder.is_over())
    }

    pub(super) fn losses(&self) -> &[Loss] {
        match self {
            Self::Passed(_) => &[],
            Self::Streamed { encoder, .. } => encoder.losses(),
            Self::Whole { losses, .. } => losses,
        }
    }
}
