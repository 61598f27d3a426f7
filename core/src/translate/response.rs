//! A provider's answer, as the application's.

use alloc::string::String;
use alloc::vec::Vec;

use super::restoring::Restoring;
use super::translated::Translated;
use crate::failure::{Failure, classify_response};
use crate::http::{Head, Headers};
use crate::model::{Accumulator, Event, Loss, Sink, Wire};
use crate::protocol::{
    AnswerContext, Caps, DecodeError, Decoder, Dialect, Encoder, ErrorAnswer, Progress, encode_response,
    read_error, write_error,
};
use crate::usage::Usage;

/// Translates the body of a provider's answer, bytes to bytes.
///
/// Feed it a body with status 2xx; an error response goes through [`translate_error`]. What is written
/// goes to the end of the caller's buffer; events are shown to a sink on the way, also where the bytes
/// pass as they are. It holds no more than the caps allow, as a [`Call`](crate::call::Call) does: an answer
/// that is written at once is summed up to [`Caps::response_bytes`], and [`Caps::attempt_bytes`] may come
/// before the terminal event.
#[derive(Debug)]
pub struct ResponseTranslator {
    decoder: Decoder,
    restoring: Restoring,
    mode: Mode,
    vendor: String,
    losses: Vec<Loss>,
    caps: Caps,
    /// How many bytes of the body came.
    received: u64,
    is_over: bool,
    broken: Option<DecodeError>,
}

/// The head of every body that is translated.
const GOOD: Head = Head { status: 200, headers: Headers::new(), wall: None };

/// How the answer is written.
#[derive(Debug)]
enum Mode {
    /// The bytes pass.
    Forwarded,
    /// Event by event.
    Streamed(Encoder),
    /// At once, when it is whole.
    Whole { sum: Accumulator, wire: Wire, context: AnswerContext },
}

impl ResponseTranslator {
    /// A translator of the answer to `translated`, which a provider of `dialect` gives.
    pub fn new(translated: &Translated, dialect: &Dialect, caps: Caps) -> Self {
        let context = translated.context.clone();
        let mode = match (translated.is_forwarded, translated.stream) {
            (true, _) => Mode::Forwarded,
            (false, true) => Mode::Streamed(Encoder::new(translated.wire, context)),
            (false, false) => {
                Mode::Whole { sum: Accumulator::new(dialect.vendor), wire: translated.wire, context }
            }
        };
        Self {
            decoder: Decoder::new(dialect, caps).with_tools(dialect, translated.request.callable_tools()),
            restoring: Restoring::new(translated.names.clone()),
            mode,
            vendor: dialect.vendor.into(),
            losses: Vec::new(),
            caps,
            received: 0,
            is_over: false,
            broken: None,
        }
    }

    /// Takes the next bytes of the body and writes what can be written by now.
    ///
    /// Where the body breaks its protocol, a streamed answer ends with an error event of the
    /// application's wire, and nothing more is written. Where the bytes pass as they are, those at hand have
    /// passed then and nothing is written behind them: the caller tells the application, as a
    /// [`Relay`](crate::relay::Relay) does.
    ///
    /// # Errors
    /// What broke, and the same again for whatever comes after it. Of a whole answer nothing was written:
    /// [`write_error`] makes the response of its [`DecodeError::failure`].
    pub fn push(
        &mut self,
        bytes: &[u8],
        sink: &mut dyn Sink,
        out: &mut Vec<u8>,
    ) -> Result<Progress, DecodeError> {
        if self.is_over {
            return self.stands().map(|()| Progress::Complete);
        }
        if matches!(self.mode, Mode::Forwarded) {
            out.extend_from_slice(bytes);
        }
        self.received = self.received.saturating_add(bytes.len() as u64);
        let Self { decoder, mode, restoring, .. } = self;
        let pushed = decoder.push(bytes, &mut |event: Event<'_>| mode.take(restoring, event, sink, out));
        match self.within_caps().and(pushed) {
            Ok(progress) => Ok(progress),
            Err(error) => Err(self.broke(error, out)),
        }
    }

    /// The body ended: writes the end of the answer.
    ///
    /// # Errors
    /// As [`ResponseTranslator::push`].
    pub fn end(&mut self, sink: &mut dyn Sink, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        if core::mem::replace(&mut self.is_over, true) {
            return self.stands();
        }
        let Self { decoder, mode, restoring, .. } = self;
        let ended = decoder.end(&mut |event: Event<'_>| mode.take(restoring, event, sink, out));
        if let Err(error) = self.within_caps().and(ended) {
            return Err(self.broke(error, out));
        }
        let usage = self.decoder.usage();
        match &mut self.mode {
            Mode::Forwarded => {}
            Mode::Streamed(encoder) => encoder.end(usage, out),
            Mode::Whole { sum, wire, context } => {
                let (body, losses) = encode_response(*wire, context.clone(), sum.response(), usage);
                out.extend_from_slice(body.as_bytes());
                self.losses = losses;
            }
        }
        Ok(())
    }

    /// The connection broke, or the call was given up: a streamed answer ends with an error event, and what
    /// comes after it is ignored.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        if core::mem::replace(&mut self.is_over, true) {
            return;
        }
        if let Mode::Streamed(encoder) = &mut self.mode {
            encoder.fail(failure, self.decoder.usage(), out);
        }
    }

    fn stands(&self) -> Result<(), DecodeError> {
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// What is complete may be as long as it is.
    fn within_caps(&self) -> Result<(), DecodeError> {
        let Caps { response_bytes, attempt_bytes, .. } = self.caps;
        let is_summed = matches!(&self.mode, Mode::Whole { sum, .. } if sum.bytes() > response_bytes);
        let is_over = self.received > attempt_bytes && self.decoder.progress() != Progress::Complete;
        let cap = match (is_summed, is_over) {
            (true, _) => response_bytes,
            (false, true) => attempt_bytes,
            (false, false) => return Ok(()),
        };
        Err(DecodeError::TooLarge { what: "the response", cap: usize::try_from(cap).unwrap_or(usize::MAX) })
    }

    fn broke(&mut self, error: DecodeError, out: &mut Vec<u8>) -> DecodeError {
        self.is_over = true;
        if let Mode::Streamed(encoder) = &mut self.mode {
            encoder.fail(&error.failure(&GOOD), self.decoder.usage(), out);
        }
        self.broken.insert(error).clone()
    }

    /// The usage that the answer stated so far.
    pub fn usage(&self) -> &Usage {
        self.decoder.usage()
    }

    /// The vendor that answers.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// What the application's wire had no place for, so far; of a whole answer once it is written.
    pub fn losses(&self) -> &[Loss] {
        match &self.mode {
            Mode::Streamed(encoder) => encoder.losses(),
            Mode::Forwarded | Mode::Whole { .. } => &self.losses,
        }
    }
}

impl Mode {
    fn take(&mut self, restoring: &mut Restoring, event: Event<'_>, sink: &mut dyn Sink, out: &mut Vec<u8>) {
        match self {
            Self::Forwarded => sink.event(event),
            Self::Streamed(encoder) => restoring.event(event, &mut |event| {
                encoder.event(&event, out);
                sink.event(event);
            }),
            Self::Whole { sum, .. } => restoring.event(event, &mut |event| {
                sum.add(&event);
                sink.event(event);
            }),
        }
    }
}

/// A provider's error response as one of the application's own protocol.
///
/// Where both speak the same wire, status and body pass as they are.
pub fn translate_error(translated: &Translated, dialect: &Dialect, head: &Head, body: &str) -> ErrorAnswer {
    if translated.is_forwarded {
        let wait = head.headers.get("retry-after").map(|wait| ("retry-after", wait));
        return ErrorAnswer { status: head.status, headers: wait.into_iter().collect(), body: body.into() };
    }
    let error = read_error(dialect.wire, body).unwrap_or_default();
    let failure = classify_response(head.status, &head.headers, &error, body, head.wall);
    write_error(translated.wire, &failure)
}
