//! A call as a stream.

use alloc::sync::Arc;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::Stream;

use crate::call::Outcome;
use crate::driver::{Driver, Host};
use crate::model::Event;

/// What a call's stream gives.
#[derive(Clone, Debug)]
pub enum Update {
    /// The call is over. Comes once, last.
    Done(Arc<Outcome>),
    /// Something happened.
    Event(Event<'static>),
}

/// The events of a call, then its outcome. Dropping it closes the upstream connection.
#[derive(Debug)]
pub struct EventStream<H: Host> {
    driver: Driver<H>,
    ended: bool,
}

impl<H: Host> EventStream<H> {
    pub(super) const fn new(driver: Driver<H>) -> Self {
        Self { driver, ended: false }
    }

    /// Cancels the call. What was received still comes, then the outcome with reason `cancelled`.
    pub fn cancel(&mut self) {
        self.driver.cancel();
    }

    /// The outcome, once the stream has ended.
    pub const fn outcome(&self) -> Option<&Arc<Outcome>> {
        self.driver.outcome()
    }
}

impl<H: Host> Stream for EventStream<H> {
    type Item = Update;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Update>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match self.driver.poll_next(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(event)) => Poll::Ready(Some(Update::Event(event))),
            Poll::Ready(None) => {
                self.ended = true;
                Poll::Ready(self.driver.outcome().cloned().map(Update::Done))
            }
        }
    }
}
