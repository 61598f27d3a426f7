//! A call as a stream.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;
use tokenwire_core::call::Outcome;
use tokenwire_core::driver::Driver;
use tokenwire_core::model::Event;

use crate::NativeHost;

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
pub struct EventStream {
    driver: Driver<NativeHost>,
    ended: bool,
}

impl EventStream {
    pub(crate) const fn new(driver: Driver<NativeHost>) -> Self {
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

impl Stream for EventStream {
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
