//! What a recorded response means, flat.

use std::borrow::Cow;

use tokenwire_core::call::OutcomeStatus;
use tokenwire_core::failure::{self, ErrorBody, Failure, FailureKind};
use tokenwire_core::json::Writer;
use tokenwire_core::model::{Accumulator, Event, FinishReason, Response, Wire};
use tokenwire_core::protocol::{self, Caps, DecodeError, Decoder, Dialect};
use tokenwire_core::rng::Rng;
use tokenwire_core::usage::Usage;

use super::Exchange;

/// How a body is cut before it is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cuts {
    /// Byte by byte.
    Bytes,
    /// At random places that follow from a seed.
    Random(u64),
    /// The body ends after so many bytes; what would follow never comes.
    Truncated(usize),
    /// Not at all.
    Whole,
}

/// A tool call of the first candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedToolCall {
    /// The provider's id for it.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The arguments as the raw text that came.
    pub arguments: String,
}

/// The error that ended a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodedError {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// The HTTP status.
    pub status: u16,
    /// The provider's error type or status.
    pub error_type: Option<String>,
    /// The provider's error code.
    pub code: Option<String>,
    /// The provider's message, or what was expected and what came.
    pub message: String,
    /// How long the provider asks to wait, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// A decoded response: the first candidate, flat, and what it was made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Decoded {
    /// The visible text.
    pub text: String,
    /// The thinking.
    pub reasoning: String,
    /// The refusal in words.
    pub refusal: Option<String>,
    /// The tool calls, in order.
    pub tool_calls: Vec<DecodedToolCall>,
    /// Why it ended: `error` or `cancelled` where there is an error, `other` where a good response did
    /// not say.
    pub finish: FinishReason,
    /// The provider's word for it.
    pub finish_raw: Option<String>,
    /// What the provider adds to it.
    pub finish_detail: Option<String>,
    /// The counts, inclusive.
    pub usage: Usage,
    /// Whether there is a response, a part of one, or none.
    pub status: OutcomeStatus,
    /// What ended it, if it did not end well.
    pub error: Option<DecodedError>,
    /// The whole response.
    pub response: Response,
    /// Every event, in order.
    pub events: Vec<Event<'static>>,
}

/// Decodes the response of an exchange, with its body cut as asked. `wire` decides, not the name in
/// the exchange.
pub fn decode(exchange: &Exchange, wire: Wire, cuts: Cuts) -> Decoded {
    if !exchange.is_success() {
        return refused(exchange, wire);
    }
    let dialect = Dialect::of_wire(wire);
    let mut decoder = Decoder::new(dialect, Caps::default());
    let mut events = Vec::new();
    let result = feed(&mut decoder, &exchange.body, cuts, &mut events);
    let mut sum = Accumulator::new(dialect.vendor);
    events.iter().for_each(|event| sum.add(event));
    flat(exchange, sum.into_response(), decoder.usage().clone(), result.err(), events)
}

fn feed(
    decoder: &mut Decoder,
    body: &[u8],
    cuts: Cuts,
    events: &mut Vec<Event<'static>>,
) -> Result<(), DecodeError> {
    let mut keep = |event: Event<'_>| events.push(event.into_owned());
    match cuts {
        Cuts::Truncated(len) => _ = decoder.push(&body[..len.min(body.len())], &mut keep)?,
        Cuts::Whole => _ = decoder.push(body, &mut keep)?,
        Cuts::Bytes => {
            for byte in body.chunks(1) {
                decoder.push(byte, &mut keep)?;
            }
        }
        Cuts::Random(seed) => {
            for piece in random_pieces(body, seed) {
                decoder.push(piece, &mut keep)?;
            }
        }
    }
    decoder.end(&mut keep)
}

/// The body cut at random places that follow from `seed`.
pub(crate) fn random_pieces(body: &[u8], seed: u64) -> impl Iterator<Item = &[u8]> {
    let (mut rng, mut rest) = (Rng::new(seed), body);
    std::iter::from_fn(move || {
        let (piece, after) = (!rest.is_empty()).then(|| rest.split_at(piece_len(&mut rng, rest.len())))?;
        rest = after;
        Some(piece)
    })
}

/// From 0 to 7 bytes half of the time, where seams hurt, else up to 2 KiB; empty pieces are legal.
fn piece_len(rng: &mut Rng, rest: usize) -> usize {
    let max = if rng.up_to(1) == 0 { 7 } else { 2048 };
    usize::try_from(rng.up_to(max)).unwrap_or(usize::MAX).min(rest)
}

fn refused(exchange: &Exchange, wire: Wire) -> Decoded {
    let text = body_text(exchange);
    let body = protocol::read_error(wire, &text);
    let error = error(exchange, body.as_ref(), &text);
    Decoded {
        text: String::new(),
        reasoning: String::new(),
        refusal: None,
        tool_calls: Vec::new(),
        finish: failed_finish(error.kind),
        finish_raw: None,
        finish_detail: None,
        usage: Usage::default(),
        status: OutcomeStatus::Error,
        error: Some(error),
        response: Response::default(),
        events: Vec::new(),
    }
}

/// At most as much of the body as an error is read from.
fn body_text(exchange: &Exchange) -> Cow<'_, str> {
    let cap = exchange.body.len().min(Caps::default().error_bytes);
    String::from_utf8_lossy(&exchange.body[..cap])
}

fn error(exchange: &Exchange, body: Option<&ErrorBody>, text: &str) -> DecodedError {
    let nothing = ErrorBody::default();
    let body = body.unwrap_or(&nothing);
    let failure = failure::classify_response(exchange.status, &exchange.headers, body, text, None);
    DecodedError {
        kind: failure.kind,
        status: exchange.status,
        error_type: body.error_type.clone(),
        code: body.code.clone(),
        // As recorded: a failure's own message masks what looks like a key.
        message: body.message.clone().unwrap_or(failure.message),
        retry_after_ms: failure.retry_after_ms,
    }
}

fn flat(
    exchange: &Exchange,
    response: Response,
    usage: Usage,
    error: Option<DecodeError>,
    events: Vec<Event<'static>>,
) -> Decoded {
    let finish = response.finish().cloned();
    let refusal = response.refusal().or_else(|| {
        let declined = finish.as_ref().filter(|f| f.reason == FinishReason::Refusal);
        declined.and_then(|f| f.detail.clone())
    });
    let status = status(&response, error.as_ref());
    let error = error.map(|e| decode_failure(exchange, e));
    let reason = finish.as_ref().map_or(FinishReason::Other, |f| f.reason);
    let (finish_raw, finish_detail) = finish.map_or((None, None), |f| (f.raw, f.detail));
    Decoded {
        text: response.text(),
        reasoning: response.reasoning(),
        refusal,
        tool_calls: tool_calls(&response),
        finish: error.as_ref().map_or(reason, |e| failed_finish(e.kind)),
        finish_raw,
        finish_detail,
        usage,
        status,
        error,
        response,
        events,
    }
}

/// As an outcome of a call tells it.
const fn failed_finish(kind: FailureKind) -> FinishReason {
    match kind {
        FailureKind::Cancelled => FinishReason::Cancelled,
        _ => FinishReason::Error,
    }
}

fn tool_calls(response: &Response) -> Vec<DecodedToolCall> {
    response
        .tool_calls()
        .map(|call| DecodedToolCall {
            id: call.id.clone(),
            name: call.name.clone(),
            arguments: call.arguments.clone(),
        })
        .collect()
}

/// As an outcome of a call tells it: a response that failed with something to show is partial.
fn status(response: &Response, error: Option<&DecodeError>) -> OutcomeStatus {
    if error.is_none() {
        OutcomeStatus::Complete
    } else if response.candidates.iter().any(|c| !c.parts.is_empty()) {
        OutcomeStatus::Partial
    } else {
        OutcomeStatus::Error
    }
}

fn decode_failure(exchange: &Exchange, decode_error: DecodeError) -> DecodedError {
    let kind = match &decode_error {
        DecodeError::Provider(body) => return error(exchange, Some(body), ""),
        DecodeError::Incomplete { .. } => FailureKind::Incomplete,
        DecodeError::TooLarge { .. } => FailureKind::TooLarge,
        _ => FailureKind::MalformedResponse,
    };
    let failure = Failure::new(kind, decode_error.to_string());
    DecodedError {
        kind,
        status: exchange.status,
        error_type: None,
        code: None,
        message: failure.message,
        retry_after_ms: None,
    }
}

/// The JSON object that `tokenwire decode` prints for one file, on one line; the keys always stand
/// in the same order.
pub fn decode_json(decoded: &Decoded) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("text").string(&decoded.text);
        w.key("reasoning").string(&decoded.reasoning);
        string_or_null(w, "refusal", decoded.refusal.as_deref());
        w.key("tool_calls").array(|w| decoded.tool_calls.iter().for_each(|call| write_call(w, call)));
        w.key("finish").string(decoded.finish.name());
        string_or_null(w, "finish_raw", decoded.finish_raw.as_deref());
        w.key("usage").object(|w| {
            decoded.usage.counts.iter().for_each(|(bucket, count)| w.key(bucket.name()).u64(count));
        });
        w.key("status").string(decoded.status.name());
        match &decoded.error {
            Some(error) => write_error(w.key("error"), error),
            None => w.key("error").null(),
        }
    });
    w.finish()
}

fn string_or_null(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

fn write_call(w: &mut Writer, call: &DecodedToolCall) {
    w.object(|w| {
        string_or_null(w, "id", call.id.as_deref());
        w.key("name").string(&call.name);
        w.key("arguments").string(&call.arguments);
    });
}

fn write_error(w: &mut Writer, error: &DecodedError) {
    w.object(|w| {
        w.key("kind").string(error.kind.name());
        w.key("status").u64(error.status.into());
        string_or_null(w, "type", error.error_type.as_deref());
        string_or_null(w, "code", error.code.as_deref());
        w.key("message").string(&error.message);
        w.opt_u64("retry_after_ms", error.retry_after_ms);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_add_up_to_the_body() {
        for len in [0, 1, 7, 100_000] {
            let body: Vec<u8> = (0..len).map(|n: u32| n as u8).collect();
            let pieces: Vec<_> = random_pieces(&body, 5).collect();
            assert_eq!(pieces.concat(), body);
            assert!(len < 100_000 || pieces.len() > 50);
        }
    }

    #[test]
    fn an_error_status_is_an_error() {
        let exchange = Exchange::bare(Wire::Anthropic, 502, b"<html>".to_vec());
        let decoded = decode(&exchange, Wire::Anthropic, Cuts::Whole);
        assert_eq!(decoded.status, OutcomeStatus::Error);
        let error = decoded.error.expect("an error");
        assert_eq!((error.status, error.code), (502, None));
    }

    #[test]
    fn an_error_is_an_object_of_the_output() {
        let exchange = Exchange::bare(Wire::Anthropic, 502, b"<html>".to_vec());
        let json = decode_json(&decode(&exchange, Wire::Anthropic, Cuts::Whole));
        let value: serde_json::Value = serde_json::from_str(&json).expect("valid JSON");
        assert_eq!(value["finish"], "error");
        assert_eq!(value["error"]["status"], 502);
        assert_eq!(value["error"]["code"], serde_json::Value::Null);
    }

    #[test]
    fn json_keys_stand_in_order() {
        let exchange = Exchange::bare(Wire::Anthropic, 502, Vec::new());
        let mut decoded = decode(&exchange, Wire::Anthropic, Cuts::Whole);
        decoded.status = OutcomeStatus::Complete;
        decoded.error = None;
        decoded.finish = FinishReason::ToolCalls;
        decoded.finish_raw = Some("tool_use".into());
        decoded.usage.counts.set(tokenwire_core::usage::Bucket::OutputReasoning, 4);
        decoded.usage.counts.set(tokenwire_core::usage::Bucket::Input, 0);
        decoded.tool_calls =
            vec![DecodedToolCall { id: None, name: "f".into(), arguments: r#"{"a": 1}"#.into() }];
        assert_eq!(
            decode_json(&decoded),
            concat!(
                r#"{"text":"","reasoning":"","refusal":null,"tool_calls":[{"id":null,"name":"f","#,
                r#""arguments":"{\"a\": 1}"}],"finish":"tool_calls","finish_raw":"tool_use","#,
                r#""usage":{"input":0,"output_reasoning":4},"status":"complete","error":null}"#
            )
        );
    }
}
