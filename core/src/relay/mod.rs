//! An application's request, answered by a provider: a call whose answer comes out in the application's own
//! protocol.
//!
//! ```
//! use tokenwire_core::call::{Input, Options, Output};
//! use tokenwire_core::http::{Head, Headers};
//! use tokenwire_core::model::Wire;
//! use tokenwire_core::protocol::{Credential, Dialect, Incoming, Target};
//! use tokenwire_core::relay::Relay;
//! use tokenwire_core::time::Instant;
//! use tokenwire_core::translate::TranslateOptions;
//!
//! // A program that speaks Chat Completions asks, and Anthropic answers.
//! let body = r#"{"model":"claude-haiku-5-5","messages":[{"role":"user","content":"Name a colour."}]}"#;
//! let incoming = Incoming { path: "/v1/chat/completions", headers: &Headers::new(), body };
//! let target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("key")))?;
//! let now = Instant::from_millis(0);
//! let translation = TranslateOptions::default();
//! let mut relay =
//!     Relay::new(Wire::OpenaiChat, &incoming, target, &translation, Options::default(), 7, now)?;
//!
//! let mut answer = Vec::new();
//! loop {
//!     match relay.poll_output() {
//!         Output::Transmit(transmit) => {
//!             // Send transmit.request; here the answer comes at once.
//!             let attempt = transmit.attempt;
//!             let bytes = br#"{"type":"message","role":"assistant","id":"msg_1","model":"m",
//!                 "content":[{"type":"text","text":"Teal."}],"stop_reason":"end_turn",
//!                 "usage":{"input_tokens":9,"output_tokens":4}}"#;
//!             relay.handle_input(now, Input::Head { attempt, head: Head { status: 200, ..Head::default() } });
//!             relay.handle_input(now, Input::Chunk { attempt, bytes });
//!             relay.handle_input(now, Input::End { attempt });
//!         }
//!         Output::ForwardHead(head) => assert_eq!(head.status, 200), // answer with this head …
//!         Output::Forward(bytes) => answer.extend(bytes), // … and these bytes
//!         Output::Done(outcome) => break assert!(outcome.is_complete()),
//!         Output::Abort { .. } | Output::Event(_) | Output::Wait { .. } => {}
//!     }
//! }
//! let answer = String::from_utf8(answer)?;
//! assert!(answer.contains(r#""object":"chat.completion""#) && answer.contains("Teal."), "{answer}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod headers;
mod passed;
mod writing;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::call::{Call, Input, Options, Outcome, Output};
use crate::http::Head;
use crate::model::{Event, Loss, Wire};
use crate::protocol::{Encoded, Incoming, Target, write_error};
use crate::retry::{AfterCommit, CommitPoint};
use crate::rng::Rng;
use crate::time::Instant;
use crate::translate::{Refusal, TranslateOptions, translate_request};
use crate::usage::{Completeness, Usage};

use headers::{answer_head, error_head, passed_head};
use writing::Writing;

/// A [`Call`] made for an application, with its answer in the application's own protocol.
///
/// It is driven as a call is. Beside what a call says, it always says [`Output::ForwardHead`] once, and then
/// the body as [`Output::Forward`]: the provider's answer translated, or its very bytes where both speak the
/// same wire; or an error in the application's protocol. A stream that breaks after its head ends with an
/// error event; of a single document that breaks so, [`Relay::is_cut_off`] tells. Events are those that the
/// application is told, with its own names of its tools; the outcome has the provider's names.
///
/// The application is told the usage of the attempt that answered; the outcome has that of all.
///
/// Attempts, deadlines, limits and accounting are the call's. What an application has been told cannot be
/// taken back, so after the commit point a call of this kind stops, or resumes where that can be done
/// without a seam (OpenAI Responses in the background).
#[derive(Debug)]
pub struct Relay {
    call: Call,
    wire: Wire,
    writing: Writing,
    outputs: VecDeque<Output>,
    /// Written, and not yet given.
    bytes: Vec<u8>,
    request_id: Option<String>,
    /// What the attempt that answers has stated.
    usage: Option<Box<Usage>>,
    has_head: bool,
    is_over: bool,
    is_cut_off: bool,
}

impl Relay {
    /// A call for an application that sent `incoming` on `wire`, at `target`.
    ///
    /// `translation` says how requests are translated (its key is known to everybody unless it is set: see
    /// [`SealKey`](crate::protocol::SealKey)), `options` how the call is made; whether it streams is
    /// the application's choice. `seed` and `now` are as in [`Call::new`]. Where `translation` has no id and no
    /// time, the id follows from the seed, and the time is the accounting's wall clock, if that is given.
    ///
    /// # Errors
    /// The request cannot be understood, or not be carried without a loss that is refused. Nothing is sent;
    /// [`Refusal::answer`] has the response to the application.
    pub fn new(
        wire: Wire,
        incoming: &Incoming<'_>,
        target: Target,
        translation: &TranslateOptions,
        options: Options,
        seed: u64,
        now: Instant,
    ) -> Result<Self, Refusal> {
        let translation = named(translation, &options, seed);
        let translated = translate_request(wire, incoming, &target, &translation)?;
        let options = Options { stream: translated.stream, ..committed(options, target.dialect.wire) };
        let writing = Writing::of(&translated);
        let encoded = Encoded { http: translated.http, losses: translated.losses };
        let make = if translated.is_forwarded { Call::forwarding } else { Call::encoded };
        let call = make(translated.request, encoded, target, options, seed, now);
        Ok(Self {
            call,
            wire,
            writing,
            outputs: VecDeque::new(),
            bytes: Vec::new(),
            request_id: None,
            usage: None,
            has_head: false,
            is_over: false,
            is_cut_off: false,
        })
    }

    /// Tells what happened, as [`Call::handle_input`].
    pub fn handle_input(&mut self, now: Instant, input: Input<'_>) {
        if let Input::Head { head, .. } = &input {
            self.request_id = headers::request_id(head);
        }
        self.call.handle_input(now, input);
    }

    /// What to do next, as [`Call::poll_output`]. Drain it after each input.
    #[must_use]
    pub fn poll_output(&mut self) -> Output {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return output;
            }
            match self.call.poll_output() {
                Output::Done(outcome) => {
                    if core::mem::replace(&mut self.is_over, true) {
                        return Output::Done(outcome);
                    }
                    self.end(&outcome);
                }
                Output::Event(event) => self.take(event),
                Output::Forward(bytes) if self.has_head => self.writing.pass(bytes, &mut self.bytes),
                // Of a redirect nothing passes.
                Output::Forward(_) => {}
                Output::ForwardHead(head) if (300..400).contains(&head.status) => {}
                Output::ForwardHead(head) => {
                    let head = passed_head(&head);
                    self.writing.open(&head);
                    self.begin(head);
                }
                output @ (Output::Abort { .. } | Output::Transmit(_) | Output::Wait { .. }) => {
                    self.flush();
                    if self.outputs.is_empty() {
                        return output;
                    }
                    if !matches!(output, Output::Wait { .. }) {
                        self.outputs.push_back(output);
                    }
                }
            }
        }
    }

    /// Writes an event. What one chunk brought goes out at once, with the last of its events.
    fn take(&mut self, event: Event<'static>) {
        if let Event::Usage(usage) = &event {
            self.usage = Some(usage.clone());
        }
        let Self { writing, outputs, bytes, .. } = self;
        writing.event(event, bytes, |event| outputs.push_back(Output::Event(event)));
        self.open();
        if self.writing.has_given_up() {
            self.call.give_up("what came cannot be written in the application's protocol");
        }
    }

    /// Begins the answer with the first bytes of it.
    fn open(&mut self) {
        if !self.bytes.is_empty() && !self.has_head {
            self.begin(answer_head(self.wire, self.writing.framing(), self.request_id.as_deref()));
        }
    }

    fn begin(&mut self, head: Head) {
        self.has_head = true;
        self.outputs.push_back(Output::ForwardHead(head));
    }

    fn flush(&mut self) {
        self.open();
        if !self.bytes.is_empty() {
            self.outputs.push_back(Output::Forward(core::mem::take(&mut self.bytes)));
        }
    }

    /// The call is over: ends the answer, or makes it an error.
    fn end(&mut self, outcome: &Outcome) {
        let usage = self.usage.take().map_or_else(|| answering_usage(outcome), |usage| *usage);
        match &outcome.failure {
            Some(failure) if !self.has_head => {
                let answer = write_error(self.wire, failure);
                self.begin(error_head(&answer, failure, self.wire));
                self.bytes = answer.body.into_bytes();
            }
            Some(failure) => {
                self.is_cut_off = !self.writing.fail(failure, &usage, &mut self.bytes);
            }
            None => self.writing.end(outcome, &usage, &mut self.bytes),
        }
        self.flush();
    }

    /// The outcome, once there is one.
    pub fn outcome(&self) -> Option<&Arc<Outcome>> {
        self.call.outcome()
    }

    /// Whether the answer broke after its head in a way that its body cannot say: one JSON document that passed
    /// in part. A server breaks its connection then, so that the application does not take it for whole.
    pub const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    /// What the application's wire had no place for in the answer so far; of a whole answer once it is written.
    /// Losses of the request are in the outcome, and in [`Call::losses`].
    pub fn losses(&self) -> &[Loss] {
        self.writing.losses()
    }

    /// The call inside.
    pub const fn call(&self) -> &Call {
        &self.call
    }
}

/// The translation's options with an id and a time of their own.
fn named<'a>(translation: &'a TranslateOptions, options: &Options, seed: u64) -> Cow<'a, TranslateOptions> {
    if !translation.id.is_empty() && translation.created > 0 {
        return Cow::Borrowed(translation);
    }
    let mut named = translation.clone();
    if named.id.is_empty() {
        // Another draw than the call's jitter.
        named.id = alloc::format!("{:016x}", Rng::new(!seed).next_u64());
    }
    if named.created == 0 {
        named.created = options.accounting.wall.map_or(0, |wall| wall.as_millis() / 1_000);
    }
    Cow::Owned(named)
}

/// What the attempt that answered is known to have used; guesses are no counts to an application.
fn answering_usage(outcome: &Outcome) -> Usage {
    let usage = outcome.attempts.last().map(|attempt| &attempt.usage);
    usage.filter(|usage| usage.completeness != Completeness::Estimated).cloned().unwrap_or_default()
}

/// The options with which nothing is taken back that an application has.
fn committed(mut options: Options, provider: Wire) -> Options {
    let is_seamless = provider == Wire::OpenaiResponses && options.retry.after_commit == AfterCommit::Resume;
    if !is_seamless {
        options.retry.after_commit = AfterCommit::Stop;
    }
    if options.retry.commit == CommitPoint::Never {
        options.retry.commit = CommitPoint::default();
    }
    options
}
