//! Error bodies.

use crate::failure::ErrorBody;

pub(in crate::protocol) fn read(body: &str) -> Option<ErrorBody> {
    let _ = body;
    None
}
