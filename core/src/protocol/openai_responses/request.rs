//! Requests.

use crate::protocol::encode::{Body, EncodeError, Encoding};

pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    Err(encoding.refuse("request", "no encoder"))
}
