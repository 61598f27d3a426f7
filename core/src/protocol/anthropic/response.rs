//! Whole responses.

use super::stream::State;
use crate::model::Sink;
use crate::protocol::wire_decoder::DecodeError;

pub(super) fn decode(state: &mut State, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
    let _ = (state, body, sink);
    Ok(())
}
