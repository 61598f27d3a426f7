//! Whole responses: one chunk whose choices hold messages instead of deltas.

use alloc::boxed::Box;

use super::error;
use super::stream::State;
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

pub(super) fn decode(state: &mut State, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    let seen = state.chunk(body, sink)?;
    if seen.is_stream() || seen.is_unknown() && state.has_begun() {
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
    state.complete(sink);
    Ok(())
}
