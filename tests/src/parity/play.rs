//! The loop in virtual time. `tests/npm/parity/play.mjs` has the same one.

use std::collections::VecDeque;
use std::sync::Arc;

use tokenwire_core::call::{Input, Outcome, Output, Transmit};
use tokenwire_core::http::{Head, HttpRequest, TransportError, TransportKind};
use tokenwire_core::json::Writer;
use tokenwire_core::testing::provider;
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::transcript::write_outcome;

use super::question::Machine;
use super::reply::{Break, Reply, Step, What};
use super::transcript::Transcript;
use super::{START_MS, WALL_MS};

/// More steps than any honest run takes.
const MAX_STEPS: usize = 1_000_000;

/// Who answers, and what was answered so far.
#[derive(Debug)]
pub(super) struct Provider {
    source: Source,
    given: Vec<Reply>,
}

#[derive(Debug)]
enum Source {
    Scripted(VecDeque<Reply>),
    Simulated(Box<provider::Provider>),
}

impl Provider {
    pub(super) fn scripted(replies: Vec<Reply>) -> Self {
        Self { source: Source::Scripted(replies.into()), given: Vec::new() }
    }

    pub(super) fn simulated() -> Self {
        Self { source: Source::Simulated(Box::new(provider::Provider::new(1, 0))), given: Vec::new() }
    }

    /// The replies that were given, in order.
    pub(super) fn given(&self) -> &[Reply] {
        &self.given
    }

    fn answer(&mut self, request: &HttpRequest, wall: UnixTime) -> Reply {
        let reply = match &mut self.source {
            Source::Scripted(replies) => replies.pop_front().unwrap_or_else(Reply::refused),
            Source::Simulated(provider) => Reply::of(provider.answer(request, wall)),
        };
        self.given.push(reply.clone());
        reply
    }
}

/// A request under way: what is left of its reply, and when the last step of it came.
#[derive(Debug)]
struct Upstream {
    attempt: u32,
    steps: VecDeque<Step>,
    last: Instant,
}

impl Upstream {
    fn next_at(&self) -> Option<Instant> {
        self.steps.front().map(|step| self.last.after(step.after_ms))
    }
}

/// Runs a machine to its end. What is due first happens first, and of what is due together the provider's step,
/// then the deadline, then the cancel; where nothing is due, the caller cancels.
///
/// # Errors
/// The machine spins.
pub(super) fn play(
    machine: Result<Machine, String>,
    provider: &mut Provider,
    cancel_ms: Option<u64>,
) -> Result<Transcript, String> {
    let machine = match machine {
        Ok(machine) => machine,
        Err(why) => return Ok(Transcript::refused(&why)),
    };
    let now = Instant::from_millis(START_MS);
    let cancel_at = cancel_ms.map(|ms| now.after(ms));
    let transcript = Transcript::default();
    let mut run = Run { machine, provider, upstream: None, transcript, now, deadline: None, cancel_at };
    for _ in 0..MAX_STEPS {
        if let Some(outcome) = run.drain() {
            return Ok(run.end(&outcome));
        }
        run.step();
    }
    Err(format!("{MAX_STEPS} steps without an end"))
}

struct Run<'a> {
    machine: Machine,
    provider: &'a mut Provider,
    upstream: Option<Upstream>,
    transcript: Transcript,
    now: Instant,
    deadline: Option<Instant>,
    cancel_at: Option<Instant>,
}

impl Run<'_> {
    /// Takes what the machine says; the outcome where it is over.
    fn drain(&mut self) -> Option<Arc<Outcome>> {
        loop {
            let output = self.machine.poll_output();
            self.transcript.said(self.now, &output);
            match output {
                Output::Abort { attempt } => {
                    self.upstream.take_if(|upstream| upstream.attempt == attempt);
                }
                Output::Done(outcome) => return Some(outcome),
                Output::Transmit(Transmit { attempt, request }) => self.send(attempt, &request),
                Output::Wait { deadline, .. } => {
                    self.deadline = deadline;
                    self.transcript.waits(self.now, deadline);
                    return None;
                }
                Output::Event(_) | Output::Forward(_) | Output::ForwardHead(_) => {}
            }
        }
    }

    fn send(&mut self, attempt: u32, request: &HttpRequest) {
        let steps = self.provider.answer(request, self.wall()).cut();
        self.upstream = Some(Upstream { attempt, steps, last: self.now });
    }

    fn wall(&self) -> UnixTime {
        UnixTime::from_millis(WALL_MS + self.now.as_millis())
    }

    /// Moves to the next thing that is due, and lets it happen.
    fn step(&mut self) {
        let step = self.upstream.as_ref().and_then(Upstream::next_at);
        let due = [step, self.deadline, self.cancel_at].into_iter().flatten().min();
        self.now = due.unwrap_or(self.now);
        if due.is_some() && due == step {
            self.advance();
        } else if due.is_some() && due == self.deadline {
            self.machine.handle_input(self.now, Input::Timeout);
        } else {
            self.transcript.cancelled(self.now);
            self.machine.handle_input(self.now, Input::Cancel);
        }
    }

    /// The provider's next step.
    fn advance(&mut self) {
        let (now, wall) = (self.now, self.wall());
        let Some(upstream) = &mut self.upstream else { return };
        let Some(step) = upstream.steps.pop_front() else { return };
        let attempt = upstream.attempt;
        upstream.last = now;
        match &step.what {
            What::Bytes { bytes, .. } => self.machine.handle_input(now, Input::Chunk { attempt, bytes }),
            What::End => self.machine.handle_input(now, Input::End { attempt }),
            What::Fail { how, message } => {
                let kind = match how {
                    Break::BeforeHead => TransportKind::Other,
                    Break::InBody => TransportKind::Body,
                    Break::Unsendable => TransportKind::InvalidRequest,
                };
                let error = TransportError { kind, message: message.clone() };
                self.machine.handle_input(now, Input::TransportFailed { attempt, error });
            }
            What::Head { status, headers } => {
                let head = Head { status: *status, headers: headers.clone(), wall: Some(wall) };
                self.machine.handle_input(now, Input::Head { attempt, head });
            }
        }
    }

    fn end(mut self, outcome: &Outcome) -> Transcript {
        let mut w = Writer::new();
        write_outcome(&mut w, outcome);
        let (losses, is_cut_off) = (self.machine.losses(), self.machine.is_cut_off());
        self.transcript.ended(self.now, &w.finish(), &losses, is_cut_off);
        self.transcript
    }
}
