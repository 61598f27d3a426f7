//! A host with virtual time and scripted replies.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};

use crate::call::{Call, Outcome};
use crate::client::{ClientHost, Error};
use crate::driver::{Body, Driver, Host};
use crate::http::{Head, Headers, HttpRequest, TransportError, TransportKind};
use crate::model::Event;
use crate::time::{Instant, UnixTime};

/// What an upstream does to one request: steps in order, then silence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The steps.
    pub steps: Vec<Step>,
}

/// One thing an upstream does, so many milliseconds after the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The wait before it, in milliseconds.
    pub after_ms: u64,
    /// What it does.
    pub what: What,
}

/// What an upstream does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Sends bytes.
    Chunk(Vec<u8>),
    /// Ends the body.
    End,
    /// Breaks the connection.
    Fail(TransportKind),
    /// Sends a head.
    Head {
        /// Its status.
        status: u16,
        /// Its headers.
        headers: Headers,
    },
}

impl Reply {
    /// A whole response at once: head, body, end.
    pub fn whole(status: u16, headers: Headers, body: impl Into<Vec<u8>>) -> Self {
        Self::head(status, headers).chunk(0, body).end()
    }

    /// A head and then silence.
    pub fn head(status: u16, headers: Headers) -> Self {
        Self::default().then(0, What::Head { status, headers })
    }

    /// No connection.
    pub fn fails(kind: TransportKind) -> Self {
        Self::default().then(0, What::Fail(kind))
    }

    /// Silence from the start.
    pub fn silent() -> Self {
        Self::default()
    }

    /// Adds a step.
    #[must_use]
    pub fn then(mut self, after_ms: u64, what: What) -> Self {
        self.steps.push(Step { after_ms, what });
        self
    }

    /// Adds bytes.
    #[must_use]
    pub fn chunk(self, after_ms: u64, bytes: impl Into<Vec<u8>>) -> Self {
        self.then(after_ms, What::Chunk(bytes.into()))
    }

    /// Adds the end.
    #[must_use]
    pub fn end(self) -> Self {
        self.then(0, What::End)
    }
}

/// A host whose clock moves only when nothing else can happen, and whose upstream follows a script.
///
/// Each request takes the next [`Reply`]; when none is left, the connection is refused.
///
/// ```
/// use tokenwire_core::call::{Call, Options};
/// use tokenwire_core::failure::FailureKind;
/// use tokenwire_core::http::{Headers, TransportKind};
/// use tokenwire_core::model::{Message, Request};
/// use tokenwire_core::protocol::{Credential, Dialect, Target};
/// use tokenwire_core::testing::{Reply, SimHost};
/// use tokenwire_core::time::Instant;
///
/// let target = Target::new(&Dialect::OPENAI, Some(Credential::new("key")))?;
/// let request = Request::new("m", vec![Message::user("hi")]);
/// let call = Call::new(request, target, Options::default(), 1, Instant::default())?;
/// let run = SimHost::new([Reply::whole(503, Headers::new(), "busy"), Reply::silent()]).run(call, |run, _| {
///     run.requests().len() == 2 // cancel once the second attempt is under way
/// });
/// assert_eq!(run.outcome.failure.as_ref().unwrap().kind, FailureKind::Cancelled);
/// assert_eq!(run.outcome.attempts.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SimHost(Rc<RefCell<World>>);

#[derive(Debug)]
struct World {
    now: Instant,
    wall: UnixTime,
    replies: VecDeque<Reply>,
    requests: Vec<(Instant, HttpRequest)>,
    /// Requests whose fetch or body was dropped before its end, by number from 0, and when.
    dropped: Vec<(Instant, usize)>,
    /// When something that is waited for happens.
    wakes: Vec<Instant>,
    /// Added to the clock at each reading, so that tests can make it jump.
    skew: Vec<i64>,
    /// How much earlier than asked timers fire.
    early_ms: u64,
    seed: u64,
}

/// What a run showed.
#[derive(Clone, Debug)]
pub struct SimRun {
    /// Every event with the virtual time at which it came.
    pub events: Vec<(Instant, Event<'static>)>,
    /// The outcome.
    pub outcome: Arc<Outcome>,
    /// Every request with the virtual time at which it was sent.
    pub requests: Vec<(Instant, HttpRequest)>,
    /// Requests, from 0, that the host was made to drop before their response had ended.
    pub dropped: Vec<usize>,
    /// When the call ended.
    pub ended: Instant,
}

/// More steps than any honest run takes; beyond it the machine spins.
const MAX_STEPS: usize = 100_000;

impl SimHost {
    /// A host whose upstream follows `replies`.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self(Rc::new(RefCell::new(World {
            now: Instant::default(),
            wall: UnixTime::from_millis(1_795_000_000_000),
            replies: replies.into_iter().collect(),
            requests: Vec::new(),
            dropped: Vec::new(),
            wakes: Vec::new(),
            skew: Vec::new(),
            early_ms: 0,
            seed: 1,
        })))
    }

    /// Makes the clock jump: each reading is off by the next of these milliseconds, in turn.
    #[must_use]
    pub fn with_clock_jumps(self, jumps: impl IntoIterator<Item = i64>) -> Self {
        self.0.borrow_mut().skew = jumps.into_iter().collect();
        self
    }

    /// Makes timers fire `ms` milliseconds before their time, but never sooner than a millisecond after they
    /// were set.
    #[must_use]
    pub fn with_early_timers(self, ms: u64) -> Self {
        self.0.borrow_mut().early_ms = ms;
        self
    }

    /// Sets what clients on it draw; it is 1 otherwise, for every call.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        self.0.borrow_mut().seed = seed;
        self
    }

    /// Virtual time.
    pub fn time(&self) -> Instant {
        self.0.borrow().now
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<(Instant, HttpRequest)> {
        self.0.borrow().requests.clone()
    }

    /// Requests, from 0, that the host was made to drop before their response had ended, and when.
    pub fn dropped(&self) -> Vec<(Instant, usize)> {
        self.0.borrow().dropped.clone()
    }

    /// Moves time to the next thing that a poll has waited for; whether there is one. For those who poll a
    /// [`Driver`] on this host themselves.
    pub fn advance(&self) -> bool {
        let mut world = self.0.borrow_mut();
        let next = world.wakes.iter().copied().filter(|at| *at > world.now).min();
        world.wakes.clear();
        world.now = next.unwrap_or(world.now);
        next.is_some()
    }

    /// Runs `call` to its end. `cancel` is asked after each event and each step of time, with the
    /// last event; when it says yes the call is cancelled.
    ///
    /// # Panics
    /// The call waits for something that never happens, or it spins.
    pub fn run(self, call: Call, mut cancel: impl FnMut(&Self, Option<&Event<'static>>) -> bool) -> SimRun {
        let mut driver = Driver::new(self.clone(), call);
        let mut events: Vec<(Instant, Event<'static>)> = Vec::new();
        let mut cancelled = false;
        for _ in 0..MAX_STEPS {
            self.0.borrow_mut().wakes.clear();
            let mut cx = Context::from_waker(Waker::noop());
            match driver.poll_next(&mut cx) {
                Poll::Ready(Some(event)) => events.push((self.time(), event)),
                Poll::Ready(None) => {
                    let outcome = driver.outcome().cloned().expect("no event means that the call is over");
                    drop(driver);
                    let ended = self.time();
                    let requests = self.requests();
                    let dropped = self.dropped().into_iter().map(|(_, number)| number).collect();
                    return SimRun { events, outcome, requests, dropped, ended };
                }
                Poll::Pending => {
                    if !self.advance() {
                        assert!(
                            cancel(&self, events.last().map(|(_, e)| e)) && !cancelled,
                            "the call waits for something that never happens"
                        );
                        cancelled = true;
                        driver.cancel();
                        continue;
                    }
                }
            }
            if !cancelled && cancel(&self, events.last().map(|(_, e)| e)) {
                cancelled = true;
                driver.cancel();
            }
        }
        panic!("the call spins: {MAX_STEPS} steps without an end");
    }

    /// Runs `call` to its end without a cancel.
    ///
    /// # Panics
    /// As [`SimHost::run`].
    pub fn run_to_end(self, call: Call) -> SimRun {
        self.run(call, |_, _| false)
    }
}

impl Host for SimHost {
    type Body = SimBody;
    type Fetch = SimFetch;
    type Sleep = SimSleep;

    fn now(&self) -> Instant {
        let mut world = self.0.borrow_mut();
        let jump = if world.skew.is_empty() { 0 } else { world.skew.remove(0) };
        Instant::from_millis(world.now.as_millis().saturating_add_signed(jump))
    }

    fn fetch(&self, request: HttpRequest) -> SimFetch {
        let mut world = self.0.borrow_mut();
        let now = world.now;
        let number = world.requests.len();
        world.requests.push((now, request));
        let reply = world.replies.pop_front().unwrap_or_else(|| Reply::fails(TransportKind::Connect));
        SimFetch(Some(SimBody {
            host: self.clone(),
            number,
            steps: reply.steps.into(),
            last: now,
            ended: false,
        }))
    }

    fn sleep_until(&self, at: Instant) -> SimSleep {
        let world = self.0.borrow();
        let early = Instant::from_millis(at.as_millis().saturating_sub(world.early_ms));
        let fires = early.max(world.now.after(1)).min(at);
        SimSleep { host: self.clone(), at: fires }
    }
}

impl ClientHost for SimHost {
    /// A host that refuses every connection.
    fn open() -> Result<Self, Error> {
        Ok(Self::new([]))
    }

    fn seed(&self) -> u64 {
        self.0.borrow().seed
    }

    fn wall(&self) -> Option<UnixTime> {
        let world = self.0.borrow();
        Some(world.wall.after(world.now.as_millis()))
    }
}

/// A request under way.
#[derive(Debug)]
pub struct SimFetch(Option<SimBody>);

impl Future for SimFetch {
    type Output = Result<(Head, SimBody), TransportError>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(body) = &mut self.0 else { return Poll::Pending };
        let Some(what) = body.due() else { return Poll::Pending };
        let mut body = self.0.take().expect("a body was there");
        Poll::Ready(match what {
            What::Head { status, headers } => {
                let wall = body.host.wall();
                Ok((Head { status, headers, wall }, body))
            }
            What::Fail(kind) => Err(body.fail(kind)),
            // A body or its end before the head is no HTTP.
            What::Chunk(_) | What::End => Err(body.fail(TransportKind::Reset)),
        })
    }
}

/// A response body under way.
#[derive(Debug)]
pub struct SimBody {
    host: SimHost,
    number: usize,
    steps: VecDeque<Step>,
    last: Instant,
    ended: bool,
}

impl SimBody {
    /// The next step if its time has come; else its time is noted.
    fn due(&mut self) -> Option<What> {
        let step = self.steps.front()?;
        let at = self.last.after(step.after_ms);
        let mut world = self.host.0.borrow_mut();
        if at > world.now {
            world.wakes.push(at);
            return None;
        }
        self.last = at;
        drop(world);
        self.steps.pop_front().map(|s| s.what)
    }

    fn fail(&mut self, kind: TransportKind) -> TransportError {
        self.ended = true;
        TransportError::new(kind, alloc::format!("scripted: {kind:?}"))
    }
}

impl Body for SimBody {
    type Chunk = Vec<u8>;

    fn poll_chunk(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, TransportError>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        match self.due() {
            None => Poll::Pending,
            Some(What::Chunk(bytes)) => Poll::Ready(Some(Ok(bytes))),
            Some(What::End) => {
                self.ended = true;
                Poll::Ready(None)
            }
            Some(What::Fail(kind)) => Poll::Ready(Some(Err(self.fail(kind)))),
            Some(What::Head { .. }) => Poll::Ready(Some(Err(self.fail(TransportKind::Body)))),
        }
    }

    fn finished(&mut self) {
        self.ended = true;
    }
}

impl Drop for SimBody {
    fn drop(&mut self) {
        if !self.ended {
            let mut world = self.host.0.borrow_mut();
            let now = world.now;
            world.dropped.push((now, self.number));
        }
    }
}

/// A timer.
#[derive(Debug)]
pub struct SimSleep {
    host: SimHost,
    at: Instant,
}

impl Future for SimSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        let mut world = self.host.0.borrow_mut();
        if world.now >= self.at {
            return Poll::Ready(());
        }
        world.wakes.push(self.at);
        Poll::Pending
    }
}
