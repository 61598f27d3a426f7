//! The one async loop: runs a [`Call`] over whatever a host lends it.
//!
//! A host is three things: a clock, a way to send a request, a way to sleep. Fetch, body and timer
//! under way are fields of the [`Driver`], so a dropped `next()` loses nothing and a dropped driver
//! cancels the upstream request.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll};

use crate::call::{Call, Input, Outcome, Output};
use crate::http::{Head, HttpRequest, TransportError};
use crate::model::Event;
use crate::relay::Relay;
use crate::time::Instant;

/// A response body under way. Dropping it must close the request.
pub trait Body {
    /// The bytes that come at once.
    type Chunk: AsRef<[u8]>;

    /// The next bytes; `None` at the end.
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Self::Chunk, TransportError>>>;

    /// Nothing more of the body is wanted although it is in order: the response is complete. What
    /// little may be left can be read so that the connection is used again. It is dropped next.
    fn finished(&mut self) {}
}

/// What the loop needs from its surroundings. Nothing here asks for `Send`: the driver is `Send`
/// where the host's types are.
pub trait Host {
    /// A response body.
    type Body: Body;
    /// A request under way. Dropping it must cancel the request.
    type Fetch: Future<Output = Result<(Head, Self::Body), TransportError>> + Unpin;
    /// A timer.
    type Sleep: Future<Output = ()> + Unpin;

    /// The monotonic clock.
    fn now(&self) -> Instant;

    /// Sends a request.
    fn fetch(&self, request: HttpRequest) -> Self::Fetch;

    /// Sleeps until `at`. Firing early or late does no harm: the machine goes by [`Host::now`].
    fn sleep_until(&self, at: Instant) -> Self::Sleep;
}

/// What a driver runs: a [`Call`], or a [`Relay`] around one.
pub trait Machine: core::fmt::Debug {
    /// Tells what happened.
    fn handle_input(&mut self, now: Instant, input: Input<'_>);

    /// What to do next.
    fn poll_output(&mut self) -> Output;
}

impl Machine for Call {
    fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        Self::handle_input(self, now, input);
    }

    fn poll_output(&mut self) -> Output {
        Self::poll_output(self)
    }
}

impl Machine for Relay {
    fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        Self::handle_input(self, now, input);
    }

    fn poll_output(&mut self) -> Output {
        Self::poll_output(self)
    }
}

/// A call, its host, and what is under way between them.
pub struct Driver<H: Host, M = Call> {
    host: H,
    call: M,
    upstream: Upstream<H>,
    sleep: Option<(Instant, H::Sleep)>,
    done: Option<Arc<Outcome>>,
}

/// Nothing in it is pinned in place: what a host lends is polled where it lies.
impl<H: Host, M> Unpin for Driver<H, M> {}

enum Upstream<H: Host> {
    Body(u32, H::Body),
    Fetch(u32, H::Fetch),
    None,
}

/// What a driven call gives.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// Bytes of the answer, to pass on; of a [`Relay`], or a call made by [`Call::forward`], only.
    Bytes(Vec<u8>),
    /// Something happened.
    Event(Event<'static>),
    /// The head of the answer, before its bytes; of the same only.
    Head(Head),
}

impl<H: Host, M: Machine> Driver<H, M> {
    /// Runs `call` on `host`.
    pub const fn new(host: H, call: M) -> Self {
        Self { host, call, upstream: Upstream::None, sleep: None, done: None }
    }

    /// The next event; `None` once the call is over and [`Driver::outcome`] is there.
    ///
    /// Cancel-safe: a dropped future loses nothing.
    pub async fn next(&mut self) -> Option<Event<'static>> {
        core::future::poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Runs the call to its end and drops its events.
    pub async fn finish(&mut self) -> Arc<Outcome> {
        loop {
            while self.next().await.is_some() {}
            if let Some(outcome) = &self.done {
                return Arc::clone(outcome);
            }
        }
    }

    /// Cancels the call; the events already decoded still come, then the outcome.
    pub fn cancel(&mut self) {
        self.call.handle_input(self.host.now(), Input::Cancel);
    }

    /// The outcome, once the call is over.
    pub const fn outcome(&self) -> Option<&Arc<Outcome>> {
        self.done.as_ref()
    }

    /// The machine inside.
    pub const fn call(&self) -> &M {
        &self.call
    }

    /// Polls for the next event. Bytes that a call passes on are left out; [`Driver::poll_news`] has them.
    pub fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Event<'static>>> {
        loop {
            match self.poll_news(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(News::Event(event))) => return Poll::Ready(Some(event)),
                Poll::Ready(Some(News::Head(_) | News::Bytes(_))) => {}
            }
        }
    }

    /// Polls for the next event, or the next piece of an answer that is passed on.
    pub fn poll_news(&mut self, cx: &mut Context<'_>) -> Poll<Option<News>> {
        if self.done.is_some() {
            return Poll::Ready(None);
        }
        loop {
            match self.call.poll_output() {
                Output::Abort { attempt } => self.abort(attempt),
                Output::Done(outcome) => {
                    self.release_upstream();
                    self.sleep = None;
                    self.done = Some(outcome);
                    return Poll::Ready(None);
                }
                Output::Event(event) => return Poll::Ready(Some(News::Event(event))),
                Output::Forward(bytes) => return Poll::Ready(Some(News::Bytes(bytes))),
                Output::ForwardHead(head) => return Poll::Ready(Some(News::Head(head))),
                Output::Transmit(transmit) => {
                    let fetch = self.host.fetch(transmit.request);
                    self.upstream = Upstream::Fetch(transmit.attempt, fetch);
                }
                Output::Wait { deadline, .. } => {
                    if !self.poll_upstream(cx) && !self.poll_sleep(cx, deadline) {
                        return Poll::Pending;
                    }
                }
            }
        }
    }

    fn abort(&mut self, number: u32) {
        match self.upstream {
            Upstream::Body(attempt, _) | Upstream::Fetch(attempt, _) if attempt == number => {
                self.upstream = Upstream::None;
            }
            Upstream::Body(..) | Upstream::Fetch(..) | Upstream::None => {}
        }
    }

    /// Hands one piece of upstream news to the machine; whether there was any.
    fn poll_upstream(&mut self, cx: &mut Context<'_>) -> bool {
        match &mut self.upstream {
            Upstream::None => false,
            Upstream::Fetch(attempt, fetch) => {
                let attempt = *attempt;
                let Poll::Ready(result) = Pin::new(fetch).poll(cx) else { return false };
                let now = self.host.now();
                match result {
                    Ok((head, body)) => {
                        self.upstream = Upstream::Body(attempt, body);
                        self.call.handle_input(now, Input::Head { attempt, head });
                    }
                    Err(error) => {
                        self.upstream = Upstream::None;
                        self.call.handle_input(now, Input::TransportFailed { attempt, error });
                    }
                }
                true
            }
            Upstream::Body(attempt, body) => {
                let attempt = *attempt;
                let Poll::Ready(chunk) = body.poll_chunk(cx) else { return false };
                let now = self.host.now();
                match chunk {
                    Some(Ok(chunk)) => {
                        self.call.handle_input(now, Input::Chunk { attempt, bytes: chunk.as_ref() });
                    }
                    Some(Err(error)) => {
                        self.upstream = Upstream::None;
                        self.call.handle_input(now, Input::TransportFailed { attempt, error });
                    }
                    None => {
                        self.upstream = Upstream::None;
                        self.call.handle_input(now, Input::End { attempt });
                    }
                }
                true
            }
        }
    }

    /// Keeps the timer at `deadline`; whether it has passed by the clock.
    fn poll_sleep(&mut self, cx: &mut Context<'_>, deadline: Option<Instant>) -> bool {
        let Some(at) = deadline else {
            self.sleep = None;
            return false;
        };
        loop {
            let now = self.host.now();
            if now >= at {
                self.sleep = None;
                self.call.handle_input(now, Input::Timeout);
                return true;
            }
            // A timer that is set for earlier is kept: deadlines move with every event, timers need not.
            if self.sleep.as_ref().is_none_or(|(set, _)| *set > at) {
                self.sleep = Some((at, self.host.sleep_until(at)));
            }
            let Some((_, sleep)) = &mut self.sleep else { return false };
            if Pin::new(sleep).poll(cx).is_pending() {
                return false;
            }
            // It fired: by the clock it may be early, then another one is set.
            self.sleep = None;
        }
    }

    fn release_upstream(&mut self) {
        if let Upstream::Body(_, body) = &mut self.upstream {
            body.finished();
        }
        self.upstream = Upstream::None;
    }
}

impl<H: Host, M: Machine> core::fmt::Debug for Driver<H, M> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Driver").field("call", &self.call).field("done", &self.done).finish_non_exhaustive()
    }
}
