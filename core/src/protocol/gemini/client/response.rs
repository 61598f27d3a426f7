//! Whole responses. A whole response is one chunk, so this only tells the shapes apart.

use super::stream::State;
use crate::json::{Kind, Reader};
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

/// Decodes a response, an error object, one chunk of a stream, or an array of such.
pub(super) fn decode(state: &mut State, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    let mut r = Reader::new(body);
    if r.kind() != Ok(Kind::Array) {
        return state.chunk(body, sink);
    }
    let malformed = |error| DecodeError::json("a response", error, body);
    let mut list = r.array().map_err(malformed)?;
    while list.element(&mut r).map_err(malformed)? {
        state.chunk(r.raw().map_err(malformed)?, sink)?;
    }
    Ok(())
}
