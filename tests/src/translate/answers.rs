//! Recorded responses, as answers to an application on another wire.

use tokenwire_core::failure::{Failure, FailureKind, classify_response};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::protocol::{Caps, DecodeError, Dialect, ErrorAnswer, StreamFraming, write_error};
use tokenwire_core::translate::{ResponseTranslator, Translated, translate_error};

use super::report::{FORMS, Pair, Report};
use super::requests::{Recorded, sent};
use crate::exchange::Exchange;

/// Responses come in pieces of so many bytes.
const PIECE: usize = 251;

/// What an application is answered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// The exchange's name.
    pub(super) id: String,
    /// From the recorded wire to the application's.
    pub(super) pair: Pair,
    /// `stream to whole` and the like: as it was recorded, and as it is answered.
    pub(super) form: &'static str,
    /// Whether it is answered as a stream.
    pub(super) is_stream: bool,
    /// The HTTP status.
    pub(super) status: u16,
    /// Headers beside the content type.
    pub(super) headers: Headers,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// The answers of one exchange to an application, streamed and whole, for its SDK to read.
pub(super) fn of(
    report: &mut Report,
    exchange: &Exchange,
    provider: Wire,
    recorded: Option<&Recorded<'_>>,
    application: Wire,
) -> Vec<Answer> {
    let pair = Pair { from: provider, to: application };
    let mut translated = sent(recorded, application, provider);
    // Usage is compared, whether the recorded request asked for it or not.
    translated.context.stream_usage = true;
    if application == provider {
        unchanged(report, exchange, pair, &translated);
        translated.is_forwarded = false;
    }
    // The SDKs read events, however the recorded client framed its stream.
    translated.context.framing = StreamFraming::Sse;
    let mut answered = |stream| {
        translated.stream = stream;
        answer(report, exchange, pair, &translated)
    };
    vec![answered(true), answered(false)]
}

/// The same wire on both sides: not a byte may change.
fn unchanged(report: &mut Report, exchange: &Exchange, pair: Pair, translated: &Translated) {
    let dialect = Dialect::of_wire(pair.from);
    let body = if exchange.is_success() {
        let mut answer = ResponseTranslator::new(translated, dialect, Caps::default());
        write(&mut answer, exchange).0
    } else {
        error(exchange, translated).body.into_bytes()
    };
    report.forwarded(body == exchange.body);
    if body != exchange.body {
        report.mismatch(pair, &exchange.id, "forwarded", vec!["its bytes changed".into()]);
    }
}

fn answer(report: &mut Report, exchange: &Exchange, pair: Pair, translated: &Translated) -> Answer {
    let is_recorded_stream = exchange.stream.unwrap_or(false);
    let [kept_stream, whole_of_stream, kept_whole, stream_of_whole] = FORMS;
    let form = match (is_recorded_stream, translated.stream) {
        (true, true) => kept_stream,
        (true, false) => whole_of_stream,
        (false, false) => kept_whole,
        (false, true) => stream_of_whole,
    };
    let mut answer = Answer {
        id: exchange.id.clone(),
        pair,
        form,
        is_stream: translated.stream,
        status: exchange.status,
        headers: Headers::new(),
        body: Vec::new(),
    };
    if !exchange.is_success() {
        let error = error(exchange, translated);
        return Answer { status: error.status, headers: error.headers, body: error.body.into(), ..answer };
    }
    let mut translator = ResponseTranslator::new(translated, Dialect::of_wire(pair.from), Caps::default());
    let (body, result) = write(&mut translator, exchange);
    report.lost(pair, translator.losses());
    answer.body = body;
    if let Err(error) = result
        && !translated.stream
    {
        let error = write_error(pair.to, &failure(&error));
        return Answer { status: error.status, headers: error.headers, body: error.body.into(), ..answer };
    }
    answer
}

/// The whole body through a translator, in pieces.
fn write(translator: &mut ResponseTranslator, exchange: &Exchange) -> (Vec<u8>, Result<(), DecodeError>) {
    let mut out = Vec::new();
    let sink = &mut |_: Event<'_>| {};
    let result =
        exchange.body.chunks(PIECE).map(|piece| translator.push(piece, sink, &mut out)).find(Result::is_err);
    let result = match result {
        Some(Err(error)) => Err(error),
        _ => translator.end(&mut |_: Event<'_>| {}, &mut out),
    };
    (out, result)
}

fn error(exchange: &Exchange, translated: &Translated) -> ErrorAnswer {
    let head = Head { status: exchange.status, headers: exchange.headers.clone(), wall: None };
    let body = String::from_utf8_lossy(&exchange.body);
    let dialect = Dialect::of_wire(exchange.wire.unwrap_or(Wire::OpenaiChat));
    translate_error(translated, dialect, &head, &body)
}

/// What a host calls a good status with a body that is none.
fn failure(error: &DecodeError) -> Failure {
    match error {
        DecodeError::Provider(body) => classify_response(200, &Headers::new(), body, "", None),
        DecodeError::Incomplete { .. } => Failure::new(FailureKind::Incomplete, error.to_string()),
        _ => Failure::new(FailureKind::MalformedResponse, error.to_string()),
    }
}
