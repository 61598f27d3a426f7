//! From the decoder to the caller: what is held back, what was given, what must be taken back.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::Output;
use crate::model::{Accumulator, Candidate, Event, Finish, Response, Sink};
use crate::protocol::Resume;
use crate::retry::CommitPoint;

/// Envelope events that may be held back before the first visible one; beyond this they are given,
/// and the call is committed.
const MAX_HELD: usize = 1024;
const MAX_HELD_BYTES: usize = 1 << 20;

/// What the caller has, and what it gets next.
#[derive(Debug)]
pub(super) struct Delivery {
    vendor: &'static str,
    commit: CommitPoint,
    committed: bool,
    /// Whether this attempt's events go straight to the caller.
    released: bool,
    /// Whether the caller has anything of `current`.
    given: bool,
    /// Whether this attempt goes on with `current` rather than replacing it.
    resumed: bool,
    held: Vec<Event<'static>>,
    held_bytes: usize,
    /// What the caller has, or would have if it had not been held back.
    current: Accumulator,
    /// What the caller has from an earlier attempt, until this one takes its place.
    earlier: Option<Accumulator>,
    /// What the caller must discard before anything of this attempt is given.
    discard: Option<(u32, u64)>,
    events: u64,
}

impl Delivery {
    pub(super) fn new(vendor: &'static str, commit: CommitPoint) -> Self {
        Self {
            vendor,
            commit,
            committed: false,
            released: false,
            given: false,
            resumed: false,
            held: Vec::new(),
            held_bytes: 0,
            current: Accumulator::new(vendor),
            earlier: None,
            discard: None,
            events: 0,
        }
    }

    /// How many events the decoders have made.
    pub(super) const fn events(&self) -> u64 {
        self.events
    }

    pub(super) const fn is_committed(&self) -> bool {
        self.committed
    }

    pub(super) const fn response_bytes(&self) -> u64 {
        self.current.bytes()
    }

    /// Bytes of content of the answer that the present attempt reads.
    pub(super) const fn attempt_bytes(&self) -> u64 {
        self.current.text_bytes()
    }

    /// The model that answers, as it names itself.
    pub(super) fn model(&self) -> Option<&str> {
        self.current.response().model.as_deref()
    }

    pub(super) fn finish(&self) -> Option<&Finish> {
        self.current.response().finish()
    }

    /// An attempt starts; a resumed one goes on with what is there, held back or given.
    pub(super) fn start_attempt(&mut self, resumed: bool) {
        if !resumed {
            self.held.clear();
            self.held_bytes = 0;
            self.released = self.commit == CommitPoint::Never;
        }
        self.resumed = resumed;
    }

    fn give_held(&mut self, outputs: &mut VecDeque<Output>) {
        self.given |= !self.held.is_empty();
        outputs.extend(self.held.drain(..).map(Output::Event));
        self.held_bytes = 0;
    }

    /// A head with status 2xx came.
    pub(super) fn opened(&mut self, outputs: &mut VecDeque<Output>) {
        if self.commit == CommitPoint::AtOpen {
            self.release(outputs);
        }
    }

    /// The first body bytes came.
    pub(super) fn first_byte(&mut self, outputs: &mut VecDeque<Output>) {
        if self.commit == CommitPoint::AtFirstByte && !self.released {
            self.release(outputs);
        }
    }

    /// The next attempt repeats everything.
    pub(super) fn will_repeat(&mut self) {
        let failed = core::mem::replace(&mut self.current, Accumulator::new(self.vendor));
        if self.given {
            self.discard = Some((0, 0));
            self.earlier = Some(failed);
        } else if self.earlier.is_none() {
            self.earlier = Some(failed);
        }
        self.given = false;
        self.committed = false;
    }

    /// The next attempt goes on at `resume`.
    pub(super) fn will_resume(&mut self, resume: &Resume, outputs: &mut VecDeque<Output>) {
        if let Resume::Gemini { from_part, keep_bytes, .. } = resume {
            let parts = self.current.parts();
            let whole = *from_part >= parts
                || (*from_part + 1 == parts && *keep_bytes == self.current.last_part_bytes());
            if !whole {
                // A part can only be taken back from a caller who has it.
                if !self.released {
                    self.release(outputs);
                }
                self.discard = Some((*from_part, *keep_bytes));
            }
        }
    }

    /// Gives the caller what was held back; from here on everything goes straight through.
    pub(super) fn release(&mut self, outputs: &mut VecDeque<Output>) {
        // What the caller has stands until there is something in its place.
        if !self.held.is_empty() {
            self.take_back(outputs);
        }
        self.give_held(outputs);
        self.released = true;
        self.committed |= self.commit != CommitPoint::Never;
    }

    /// Whether what comes goes straight to the caller.
    pub(super) const fn is_released(&self) -> bool {
        self.released
    }

    /// The attempt is complete: all of it is given, and nothing of an earlier one stands.
    pub(super) fn settle(&mut self, outputs: &mut VecDeque<Output>) {
        self.take_back(outputs);
        self.release(outputs);
    }

    /// Whether the response has neither a part nor a finish reason.
    pub(super) fn is_empty(&self) -> bool {
        let says_why = |c: &Candidate| c.finish.as_ref().is_some_and(|f| f.raw.is_some());
        self.current.parts() == 0 && !self.current.response().candidates.iter().any(says_why)
    }

    /// Tells the caller to discard what this attempt replaces.
    fn take_back(&mut self, outputs: &mut VecDeque<Output>) {
        self.earlier = None;
        if let Some((from_part, keep_bytes)) = self.discard.take() {
            let discard = Event::Discard { from_part, keep_bytes };
            if self.resumed {
                self.current.add(&discard);
            }
            outputs.push_back(Output::Event(discard));
        }
    }

    /// The sink for one push into the decoder.
    pub(super) const fn sink<'a>(&'a mut self, outputs: &'a mut VecDeque<Output>) -> Deliver<'a> {
        Deliver { delivery: self, outputs }
    }

    fn take(&mut self, event: Event<'_>, outputs: &mut VecDeque<Output>) {
        self.events += 1;
        if self.released {
            self.take_back(outputs);
            self.current.add(&event);
            self.given = true;
            self.committed |= self.commit != CommitPoint::Never && event.is_visible();
            outputs.push_back(Output::Event(event.into_owned()));
            return;
        }
        self.current.add(&event);
        let is_visible = event.is_visible();
        self.held_bytes += event.held_bytes();
        self.held.push(event.into_owned());
        if is_visible || self.held.len() > MAX_HELD || self.held_bytes > MAX_HELD_BYTES {
            self.release(outputs);
        }
    }

    /// The response: what the caller has, or else what the last attempt brought.
    pub(super) fn take_response(&mut self) -> Response {
        let current = core::mem::take(&mut self.current);
        match self.earlier.take() {
            Some(earlier) if self.discard.is_some() || current.parts() == 0 => earlier.into_response(),
            _ => current.into_response(),
        }
    }
}

/// Owns each event and queues it.
pub(super) struct Deliver<'a> {
    delivery: &'a mut Delivery,
    outputs: &'a mut VecDeque<Output>,
}

impl Sink for Deliver<'_> {
    fn event(&mut self, event: Event<'_>) {
        self.delivery.take(event, self.outputs);
    }
}
