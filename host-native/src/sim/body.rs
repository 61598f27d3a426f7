//! The body of an answer, step by step.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokenwire_core::testing::provider::{BodyStep, BodySteps};
use tokio::time::Sleep;

use super::line::Signals;
use super::stats::Ledger;

/// One answer on its way: counted when it ends, in whichever way.
#[derive(Debug)]
pub(super) struct Underway {
    ledger: Arc<Ledger>,
    is_over: bool,
}

impl Underway {
    /// An answer that is counted, if `counts`.
    pub(super) const fn new(ledger: Arc<Ledger>, counts: bool) -> Self {
        Self { ledger, is_over: !counts }
    }

    fn complete(&mut self) {
        if !self.is_over {
            self.is_over = true;
            self.ledger.count(|s| s.completed += 1);
        }
    }

    pub(super) fn break_off(&mut self) {
        self.is_over = true;
        self.ledger.count(|s| s.broken += 1);
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if !self.is_over {
            self.ledger.count(|s| s.closed_early += 1);
        }
    }
}

/// A body that takes its steps one after the other and never looks ahead.
#[derive(Debug)]
pub(super) struct StepBody {
    steps: BodySteps,
    state: State,
    signals: Arc<Signals>,
    underway: Underway,
}

#[derive(Debug)]
enum State {
    Flushing(Then),
    Sleeping(Pin<Box<Sleep>>),
    Stalled,
    Walking,
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Break,
    Sleep(u64),
}

impl StepBody {
    pub(super) const fn new(steps: BodySteps, signals: Arc<Signals>, underway: Underway) -> Self {
        Self { steps, state: State::Walking, signals, underway }
    }

    /// Waits until what was sent has left; a break right after it would take it along.
    fn flush(&mut self, then: Then, cx: &Context<'_>) {
        self.signals.await_flush();
        cx.waker().wake_by_ref();
        self.state = State::Flushing(then);
    }
}

impl Body for StepBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        loop {
            match &mut this.state {
                State::Walking => match this.steps.next() {
                    None => {
                        this.underway.complete();
                        return Poll::Ready(None);
                    }
                    Some(BodyStep::Bytes(bytes)) if bytes.is_empty() => {}
                    Some(BodyStep::Bytes(bytes)) => return Poll::Ready(Some(Ok(Frame::data(bytes.into())))),
                    Some(BodyStep::Wait(ms)) => {
                        this.flush(Then::Sleep(ms), cx);
                        return Poll::Pending;
                    }
                    Some(BodyStep::Reset) => {
                        this.flush(Then::Break, cx);
                        return Poll::Pending;
                    }
                    Some(BodyStep::Stall) => this.state = State::Stalled,
                },
                State::Flushing(_) if !this.signals.is_flushed() => return Poll::Pending,
                State::Flushing(Then::Break) => {
                    this.underway.break_off();
                    return Poll::Ready(Some(Err(io::Error::other("broken as planned"))));
                }
                // A timer of 0 would still take a millisecond.
                State::Flushing(Then::Sleep(0)) => this.state = State::Walking,
                State::Flushing(Then::Sleep(ms)) => {
                    let sleep = tokio::time::sleep(Duration::from_millis(*ms));
                    this.state = State::Sleeping(Box::pin(sleep));
                }
                State::Sleeping(sleep) => {
                    ready!(sleep.as_mut().poll(cx));
                    this.state = State::Walking;
                }
                State::Stalled => return Poll::Pending,
            }
        }
    }
}
