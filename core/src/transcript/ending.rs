//! Why responses and attempts ended, as JSON.

use super::fields::{number, text};
use crate::failure::Failure;
use crate::json::Writer;
use crate::model::Finish;

pub(super) fn finish_fields(w: &mut Writer, finish: &Finish) {
    w.key("reason").string(finish.reason.name());
    text(w, "raw", finish.raw.as_deref());
    text(w, "detail", finish.detail.as_deref());
}

/// Writes a failure as an object.
pub fn write_failure(w: &mut Writer, failure: &Failure) {
    w.object(|w| {
        w.key("kind").string(failure.kind.name());
        number(w, "status", failure.status.map(u64::from));
        text(w, "code", failure.code.as_deref());
        text(w, "error_type", failure.error_type.as_deref());
        w.key("message").string(&failure.message);
        number(w, "retry_after_ms", failure.retry_after_ms);
        text(w, "timeout", failure.timeout.map(|t| t.name()));
        text(w, "request_id", failure.request_id.as_deref());
    });
}
