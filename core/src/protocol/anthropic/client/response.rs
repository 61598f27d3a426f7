//! Whole responses: one message object.

use super::assembly::Assembly;
use super::message::Message;
use crate::json::Reader;
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

/// Decodes a whole message object.
pub(super) fn decode(assembly: &mut Assembly, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    let wrong = |e| DecodeError::json("the response body", e, body);
    let mut r = Reader::new(body);
    let message = Message::read(&mut r).map_err(wrong)?;
    r.end().map_err(wrong)?;
    assembly.take_message(message, true, sink).map_err(wrong)?;
    assembly.complete(sink);
    Ok(())
}
