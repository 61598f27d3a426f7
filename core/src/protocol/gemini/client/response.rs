//! Whole responses. A whole response is one chunk, so this only tells the shapes apart.

use super::assembly::Assembly;
use crate::json::{Kind, Reader};
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

/// Decodes a response, an error object, one chunk of a stream, or an array of such.
pub(super) fn decode(assembly: &mut Assembly, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    assembly.count_whole();
    let mut r = Reader::new(body);
    if r.kind() != Ok(Kind::Array) {
        return assembly.chunk(body, sink);
    }
    let malformed = |error| DecodeError::json("a response", error, body);
    let mut list = r.array().map_err(malformed)?;
    while list.element(&mut r).map_err(malformed)? {
        assembly.chunk(r.raw().map_err(malformed)?, sink)?;
    }
    Ok(())
}
