//! What the machine asks of a host.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::Outcome;
use crate::http::{Head, HttpRequest};
use crate::model::Event;
use crate::time::Instant;

/// What to do next.
#[derive(Clone, Debug)]
pub enum Output {
    /// Drop the attempt's connection; nothing more of it is wanted.
    Abort {
        /// The attempt.
        attempt: u32,
    },
    /// The call is over. Comes again at every further poll.
    Done(Arc<Outcome>),
    /// Something for the caller.
    Event(Event<'static>),
    /// Bytes of the answer's body to pass on; only of a [`Relay`](crate::relay::Relay), or of a call made by
    /// [`Call::forward`](super::Call::forward).
    Forward(Vec<u8>),
    /// The head of the answer to pass on, before its first bytes; of the same only. Comes at most once.
    ForwardHead(Head),
    /// Send this request and report its response under the attempt's number.
    Transmit(Transmit),
    /// Nothing to do until more input comes, or `deadline` passes.
    Wait {
        /// When to hand in [`crate::call::Input::Timeout`]; `None` waits for input alone. Always later
        /// than the time of the last input.
        deadline: Option<Instant>,
        /// What ends at the deadline.
        reason: WaitReason,
    },
}

/// A request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transmit {
    /// The attempt's number, from 1; every input about it carries the same.
    pub attempt: u32,
    /// The request.
    pub request: HttpRequest,
}

/// What ends when a wait's deadline passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WaitReason {
    /// The attempt's whole time.
    Attempt,
    /// The wait before the next attempt: it starts then.
    Backoff,
    /// The call's whole time.
    Call,
    /// The time an error body may take; what came of it is judged then.
    ErrorBody,
    /// The time to the first event.
    FirstEvent,
    /// The time to the response head.
    Head,
    /// Nothing: there is no deadline.
    Response,
    /// The longest silence between two events.
    Stall,
}
