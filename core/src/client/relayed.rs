//! An application's request, answered by a provider, as head and body.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::Pin;
use core::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::call::Outcome;
use crate::driver::{Driver, Host, News};
use crate::failure::Failure;
use crate::http::Head;
use crate::model::Loss;
use crate::relay::Relay;

/// An answer that broke off and whose body cannot say so: whoever passes it on breaks the connection, so that
/// the application does not take it for whole.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("the answer broke off: {failure}")]
pub struct Broken {
    /// Why.
    pub failure: Failure,
}

/// The answer to an application, in its own protocol: a head, then the bytes of the body as a stream.
/// Dropping it closes the upstream connection.
#[derive(Debug)]
pub struct Relayed<H: Host> {
    driver: Driver<H, Relay>,
    head: Option<Head>,
    is_over: bool,
}

impl<H: Host> Relayed<H> {
    pub(super) const fn new(driver: Driver<H, Relay>) -> Self {
        Self { driver, head: None, is_over: false }
    }

    /// The head of the answer. It always comes, before the first byte: what fails until then is answered by an
    /// error response. Asked again it is the same.
    ///
    /// Cancel-safe: a dropped future loses nothing.
    pub async fn head(&mut self) -> Head {
        poll_fn(|cx| self.poll_head(cx)).await
    }

    /// Polls for the head, as [`Relayed::head`] gives it.
    pub fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Head> {
        while self.head.is_none() {
            match ready!(self.driver.poll_news(cx)) {
                Some(News::Head(head)) => self.head = Some(head),
                Some(News::Event(_) | News::Bytes(_)) => {}
                // A relay does not end without a head.
                None => break,
            }
        }
        Poll::Ready(self.head.clone().unwrap_or_else(|| Head { status: 502, ..Head::default() }))
    }

    /// Cancels the call: the answer ends with an error in the application's protocol, the outcome with reason
    /// `cancelled`.
    pub fn cancel(&mut self) {
        self.driver.cancel();
    }

    /// The outcome, once the body has ended.
    pub const fn outcome(&self) -> Option<&Arc<Outcome>> {
        self.driver.outcome()
    }

    /// What the application's wire had no place for in the answer so far. Losses of the request are in the
    /// outcome.
    pub fn losses(&self) -> &[Loss] {
        self.driver.call().losses()
    }

    /// How the body ends: in order, or broken off.
    fn end(&self) -> Option<Broken> {
        let failure = self.outcome().and_then(|outcome| outcome.failure.clone());
        failure.filter(|_| self.driver.call().is_cut_off()).map(|failure| Broken { failure })
    }
}

impl<H: Host> Stream for Relayed<H> {
    type Item = Result<Vec<u8>, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.is_over {
            match ready!(self.driver.poll_news(cx)) {
                Some(News::Bytes(bytes)) => return Poll::Ready(Some(Ok(bytes))),
                Some(News::Head(head)) => self.head = Some(head),
                Some(News::Event(_)) => {}
                None => {
                    self.is_over = true;
                    return Poll::Ready(self.end().map(Err));
                }
            }
        }
        Poll::Ready(None)
    }
}
