//! What a provider does to one request, as steps: bytes, waits, silence, a break. A host or a server
//! only has to take them.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::fault::{Fault, Hint, StatusFault};
use super::frames::{Rendering, Stream};
use super::script::Script;
use super::{date, error_body, render};
use crate::http::{Head, Headers, TransportKind};
use crate::model::Wire;
use crate::testing::{Reply, What};
use crate::time::UnixTime;

/// What a client gets for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// A head and a body.
    Answer(Answer),
    /// Nothing, for ever; the connection stays.
    Hang,
    /// No connection.
    Refused,
    /// The connection breaks before the head.
    ResetBeforeHead,
}

/// The same for a simulated host. Huge bodies are held whole here: keep them small.
impl From<Reaction> for Reply {
    fn from(reaction: Reaction) -> Self {
        let answer = match reaction {
            Reaction::Answer(answer) => answer,
            Reaction::Hang => return Self::silent(),
            Reaction::Refused => return Self::fails(TransportKind::Connect),
            Reaction::ResetBeforeHead => return Self::fails(TransportKind::Reset),
        };
        let Head { status, headers, .. } = answer.head(None);
        let mut reply = Self::default().then(answer.delay_ms, What::Head { status, headers });
        let mut after_ms = 0;
        for step in answer.body {
            match step {
                BodyStep::Bytes(bytes) => reply = reply.chunk(core::mem::take(&mut after_ms), bytes),
                BodyStep::Wait(ms) => after_ms += ms,
                BodyStep::Reset => return reply.then(after_ms, What::Fail(TransportKind::Body)),
                BodyStep::Stall => return reply,
            }
        }
        reply.then(after_ms, What::End)
    }
}

/// A head and a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The wait before the head, in milliseconds.
    pub delay_ms: u64,
    /// The status code.
    pub status: u16,
    /// The headers with text values.
    pub headers: Headers,
    /// A header whose value is not text.
    pub bad_header: Option<(&'static str, Vec<u8>)>,
    /// The body.
    pub body: BodySteps,
}

impl Answer {
    /// The head as a host has to report it, bad bytes replaced.
    pub fn head(&self, wall: Option<UnixTime>) -> Head {
        let mut headers = self.headers.clone();
        if let Some((name, value)) = &self.bad_header {
            headers.push(*name, String::from_utf8_lossy(value));
        }
        Head { status: self.status, headers, wall }
    }

    fn new(status: u16, content_type: &'static str, body: BodySteps) -> Self {
        let mut headers = Headers::new();
        headers.push("content-type", content_type);
        headers.push("x-request-id", "req_sim");
        Self { delay_ms: 0, status, headers, bad_header: None, body }
    }

    /// A JSON body.
    pub fn json(status: u16, body: String) -> Self {
        Self::new(status, "application/json", BodySteps::bytes(body.into_bytes()))
    }
}

/// What happens next with a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyStep {
    /// These bytes come.
    Bytes(Vec<u8>),
    /// The connection breaks; the last step.
    Reset,
    /// Nothing more comes and the connection stays; the last step.
    Stall,
    /// That many milliseconds pass. What came before has left by then, also with 0.
    Wait(u64),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    One(BodyStep),
    Repeat { chunk: Vec<u8>, times: u64 },
}

/// A body, step by step; the end of the iterator is a good end of the body. A large body is made as
/// it goes and never held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodySteps(VecDeque<Piece>);

impl Iterator for BodySteps {
    type Item = BodyStep;

    fn next(&mut self) -> Option<BodyStep> {
        match self.0.front_mut()? {
            Piece::Repeat { chunk, times } if *times > 0 => {
                *times -= 1;
                Some(BodyStep::Bytes(chunk.clone()))
            }
            Piece::Repeat { .. } => {
                self.0.pop_front();
                self.next()
            }
            Piece::One(_) => match self.0.pop_front() {
                Some(Piece::One(step)) => Some(step),
                _ => None,
            },
        }
    }
}

const BLOCK: u64 = 64 << 10;

impl BodySteps {
    /// One piece of bytes.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        let mut steps = Self::default();
        steps.push(BodyStep::Bytes(bytes));
        steps
    }

    /// Frames, with a wait before each but the first.
    pub fn frames(frames: Vec<Vec<u8>>, pace_ms: u64) -> Self {
        let mut steps = Self::default();
        for (number, frame) in frames.into_iter().enumerate() {
            if number > 0 && pace_ms > 0 {
                steps.push(BodyStep::Wait(pace_ms));
            }
            steps.push(BodyStep::Bytes(frame));
        }
        steps
    }

    /// Appends a step.
    pub fn push(&mut self, step: BodyStep) {
        self.0.push_back(Piece::One(step));
    }

    fn repeat(&mut self, chunk: Vec<u8>, times: u64) {
        self.0.push_back(Piece::Repeat { chunk, times });
    }

    fn filler(&mut self, byte: u8, bytes: u64) {
        self.repeat(vec![byte; BLOCK as usize], bytes / BLOCK);
        self.push(BodyStep::Bytes(vec![byte; (bytes % BLOCK) as usize]));
    }

    /// The bytes of the whole body, up to a break; for bodies known to be small.
    pub fn collect_bytes(self) -> Vec<u8> {
        let mut out = Vec::new();
        for step in self {
            match step {
                BodyStep::Bytes(bytes) => out.extend_from_slice(&bytes),
                BodyStep::Wait(_) => {}
                BodyStep::Reset | BodyStep::Stall => break,
            }
        }
        out
    }
}

/// How a request wants its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The wire.
    pub wire: Wire,
    /// The stream's form; `None` asks for a whole body.
    pub streamed: Option<Rendering>,
    /// The wait between two events, in milliseconds.
    pub pace_ms: u64,
    /// How many events of the stream are left out (a resumed Responses stream).
    pub skip: usize,
    /// The wall-clock time, for hints that are dates.
    pub now: UnixTime,
}

/// Says `script` as `delivery` wants it, with `fault` done to it.
pub fn react(script: &Script, delivery: &Delivery, fault: Option<&Fault>) -> Reaction {
    match fault {
        Some(Fault::Hang) => return Reaction::Hang,
        Some(Fault::Refused) => return Reaction::Refused,
        Some(Fault::ResetBeforeHead) => return Reaction::ResetBeforeHead,
        Some(Fault::Status(status)) => return Reaction::Answer(status_answer(delivery, status)),
        _ => {}
    }
    let mut answer = match &delivery.streamed {
        Some(rendering) => {
            let stream = render::stream(delivery.wire, script, rendering).skip(delivery.skip);
            let content_type =
                if rendering.json_array { "application/json" } else { "text/event-stream; charset=utf-8" };
            Answer::new(200, content_type, stream_steps(delivery, stream, fault))
        }
        None => {
            let body = render::whole(delivery.wire, script);
            Answer::new(200, "application/json", whole_steps(delivery.wire, body.into_bytes(), fault))
        }
    };
    match fault {
        Some(Fault::BadHeader) => answer.bad_header = Some(("x-sim-bad", b"caf\xe9 \xff".to_vec())),
        Some(Fault::SlowHead { ms }) => answer.delay_ms = *ms,
        _ => {}
    }
    Reaction::Answer(answer)
}

fn stream_steps(delivery: &Delivery, stream: Stream, fault: Option<&Fault>) -> BodySteps {
    let end = stream.end();
    let at = |number: u32| (number as usize).min(end);
    match fault {
        Some(Fault::ErrorEventMidStream(number)) => {
            let number = at(*number);
            let event = error_body::event(delivery.wire, &stream, number + delivery.skip);
            BodySteps::frames(stream.ended_by(number, event).into_frames(), delivery.pace_ms)
        }
        Some(Fault::MissingTerminal) => {
            let mut frames = stream.into_frames();
            frames.truncate(end);
            BodySteps::frames(frames, delivery.pace_ms)
        }
        Some(Fault::StallAfterEvents(number)) => {
            let mut frames = stream.into_frames();
            frames.truncate(at(*number));
            let mut steps = BodySteps::frames(frames, delivery.pace_ms);
            steps.push(BodyStep::Stall);
            steps
        }
        Some(Fault::MalformedJson(number)) => {
            let mut frames = stream.into_frames();
            let number = (*number as usize).min(frames.len().saturating_sub(1));
            if let Some(frame) = frames.get_mut(number) {
                break_json(frame);
            }
            BodySteps::frames(frames, delivery.pace_ms)
        }
        Some(Fault::HugeLine(bytes)) => huge_line(stream.into_frames(), end, *bytes),
        Some(Fault::HugeBody(bytes)) => huge_stream(stream.into_frames(), end, *bytes),
        _ => bytes_steps(stream.into_frames(), delivery.pace_ms, fault),
    }
}

fn whole_steps(wire: Wire, mut body: Vec<u8>, fault: Option<&Fault>) -> BodySteps {
    let half = body.len() / 2;
    match fault {
        Some(Fault::ErrorEventMidStream(_)) => BodySteps::bytes(error_body::in_band(wire).into_bytes()),
        Some(Fault::MissingTerminal) => {
            body.truncate(half);
            BodySteps::bytes(body)
        }
        Some(Fault::StallAfterEvents(_)) => {
            body.truncate(half);
            let mut steps = BodySteps::bytes(body);
            steps.push(BodyStep::Stall);
            steps
        }
        Some(Fault::MalformedJson(_)) => {
            break_json(&mut body);
            BodySteps::bytes(body)
        }
        Some(Fault::HugeLine(bytes) | Fault::HugeBody(bytes)) => {
            let rest = body.split_off(1);
            let mut steps = BodySteps::bytes(body);
            steps.filler(b' ', *bytes);
            steps.push(BodyStep::Bytes(rest));
            steps
        }
        _ => bytes_steps(vec![body], 0, fault),
    }
}

/// The faults that do not care where an event ends.
fn bytes_steps(frames: Vec<Vec<u8>>, pace_ms: u64, fault: Option<&Fault>) -> BodySteps {
    match fault {
        Some(Fault::CutAfterBytes(bytes)) => cut(frames, pace_ms, *bytes),
        Some(Fault::SlowDrip { bytes, ms }) => {
            let mut steps = BodySteps::default();
            for piece in frames.concat().chunks((*bytes).max(1) as usize) {
                steps.push(BodyStep::Wait(*ms));
                steps.push(BodyStep::Bytes(piece.to_vec()));
            }
            steps
        }
        Some(Fault::SplitInsideUtf8) => {
            let mut steps = BodySteps::default();
            for frame in &frames {
                for piece in frame.chunk_by(|_, next| next & 0xc0 != 0x80) {
                    steps.push(BodyStep::Bytes(piece.to_vec()));
                    steps.push(BodyStep::Wait(0));
                }
            }
            steps
        }
        _ => BodySteps::frames(frames, pace_ms),
    }
}

fn cut(frames: Vec<Vec<u8>>, pace_ms: u64, bytes: u64) -> BodySteps {
    let length: usize = frames.iter().map(Vec::len).sum();
    let mut left = usize::try_from(bytes).unwrap_or(usize::MAX).min(length.saturating_sub(1));
    let mut kept = Vec::new();
    for mut frame in frames {
        frame.truncate(left);
        left -= frame.len();
        if !frame.is_empty() {
            kept.push(frame);
        }
    }
    let mut steps = BodySteps::frames(kept, pace_ms);
    steps.push(BodyStep::Reset);
    steps
}

/// Takes the last closing brace away.
fn break_json(frame: &mut [u8]) {
    if let Some(byte) = frame.iter_mut().rev().find(|b| **b == b'}') {
        *byte = b',';
    }
}

/// The number of the frame that is repeated or replaced: the middle one is a delta in every stream
/// that has some.
const fn middle(end: usize) -> usize {
    end / 2
}

fn huge_line(mut frames: Vec<Vec<u8>>, end: usize, bytes: u64) -> BodySteps {
    let rest = frames.split_off(middle(end).min(frames.len()));
    let mut steps = BodySteps::frames(frames, 0);
    steps.push(BodyStep::Bytes(b"data: ".to_vec()));
    steps.filler(b'x', bytes);
    steps.push(BodyStep::Bytes(b"\n\n".to_vec()));
    for frame in rest.into_iter().skip(1) {
        steps.push(BodyStep::Bytes(frame));
    }
    steps
}

fn huge_stream(mut frames: Vec<Vec<u8>>, end: usize, bytes: u64) -> BodySteps {
    let rest = frames.split_off(middle(end).min(frames.len()));
    let mut steps = BodySteps::frames(frames, 0);
    if let Some(frame) = rest.first() {
        // Some thousand bytes a step, so that a huge body is not a huge number of steps.
        let batch = frame.repeat(1 + 16_000 / frame.len().max(1));
        let times = bytes.div_ceil(batch.len() as u64);
        steps.repeat(batch, times);
    }
    for frame in rest {
        steps.push(BodyStep::Bytes(frame));
    }
    steps
}

fn status_answer(delivery: &Delivery, fault: &StatusFault) -> Answer {
    let (body, content_type) = error_body::page(delivery.wire, fault, None);
    let mut answer = Answer::new(fault.status, content_type, BodySteps::bytes(body.into_bytes()));
    let headers = &mut answer.headers;
    let at = |seconds: u64| delivery.now.after(seconds.saturating_mul(1000));
    match &fault.hint {
        Hint::Asctime(seconds) => headers.push("retry-after", date::asctime_date(at(*seconds))),
        Hint::GoReset(duration) => {
            headers.push("x-ratelimit-remaining-requests", "0");
            headers.push("x-ratelimit-reset-requests", duration.clone());
        }
        Hint::HttpDate(seconds) => headers.push("retry-after", date::http_date(at(*seconds))),
        Hint::Millis(ms) => headers.push("retry-after-ms", ms.clone()),
        Hint::None | Hint::RetryInfo(_) => {}
        Hint::Rfc850(seconds) => headers.push("retry-after", date::rfc850_date(at(*seconds))),
        Hint::Rfc3339Reset(seconds) => {
            headers.push("anthropic-ratelimit-requests-remaining", "0");
            headers.push("anthropic-ratelimit-requests-reset", date::rfc3339(at(*seconds)));
        }
        Hint::Seconds(seconds) => headers.push("retry-after", seconds.clone()),
        Hint::UnixReset(seconds) => {
            headers.push("x-ratelimit-reset", format!("{}", at(*seconds).as_millis() / 1000));
        }
    }
    if let Some(should_retry) = fault.should_retry {
        headers.push("x-should-retry", should_retry.to_string());
    }
    answer
}
