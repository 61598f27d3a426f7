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
/// pass as they are.
#[derive(Debug)]
pub struct ResponseTranslator {
    decoder: Decoder,
    restoring: Restoring,
    mode: Mode,
    vendor: String,
    losses: Vec<Loss>,
    is_over: bool,
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
            decoder: Decoder::new(dialect, caps).with_tools(dialect, &translated.request.tools),
            restoring: Restoring::new(translated.names.clone()),
            mode,
            vendor: dialect.vendor.into(),
            losses: Vec::new(),
            is_over: false,
        }
    }

    /// Takes the next bytes of the body and writes what can be written by now.
    ///
    /// Where the body breaks its protocol, a streamed answer ends with an error event of the
    /// application's wire, and nothing more is written.
    ///
    /// # Errors
    /// What broke. Of a whole answer nothing was written: [`write_error`] makes the response of its
    /// [`DecodeError::failure`].
    pub fn push(
        &mut self,
        bytes: &[u8],
        sink: &mut dyn Sink,
        out: &mut Vec<u8>,
    ) -> Result<Progress, DecodeError> {
        if self.is_over {
            return Ok(Progress::Complete);
        }
        if matches!(self.mode, Mode::Forwarded) {
            out.extend_from_slice(bytes);
        }
        let Self { decoder, mode, restoring, .. } = self;
        let pushed = decoder.push(bytes, &mut |event: Event<'_>| mode.take(restoring, event, sink, out));
        pushed.or_else(|error| self.broke(error, out))
    }

    /// The body ended: writes the end of the answer.
    ///
    /// # Errors
    /// As [`ResponseTranslator::push`].
    pub fn end(&mut self, sink: &mut dyn Sink, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        if core::mem::replace(&mut self.is_over, true) {
            return Ok(());
        }
        let Self { decoder, mode, restoring, .. } = self;
        if let Err(error) = decoder.end(&mut |event: Event<'_>| mode.take(restoring, event, sink, out)) {
            return self.broke(error, out).map(|_| ());
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

    /// The connection broke, or the call was given up: a streamed answer ends with an error event.
    pub fn fail(&mut self, failure: &Failure, out: &mut Vec<u8>) {
        if core::mem::replace(&mut self.is_over, true) {
            return;
        }
        if let Mode::Streamed(encoder) = &mut self.mode {
            encoder.fail(failure, self.decoder.usage(), out);
        }
    }

    fn broke(&mut self, error: DecodeError, out: &mut Vec<u8>) -> Result<Progress, DecodeError> {
        self.is_over = true;
        if let Mode::Streamed(encoder) = &mut self.mode {
            encoder.fail(&error.failure(&GOOD), self.decoder.usage(), out);
        }
        Err(error)
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
