//! Whole responses: one chunk whose choices hold messages instead of deltas.

use alloc::boxed::Box;

use super::assembly::Assembly;
use super::error;
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

pub(super) fn decode(assembly: &mut Assembly, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    assembly.forget_prefix();
    let seen = assembly.chunk(body, sink)?;
    if seen.is_stream() || seen.is_unknown() && assembly.has_begun() {
        return Ok(());
    }
    if seen.is_unknown() {
        return Err(match error::read(body) {
            Some(error) => DecodeError::Provider(Box::new(error)),
            None => DecodeError::Malformed {
                message: alloc::format!(
                    "expected a chat completion with `choices`, found {:?}",
                    body.chars().take(80).collect::<alloc::string::String>()
                ),
            },
        });
    }
    assembly.complete(sink);
    Ok(())
}
