//! Why a response ended.

use crate::model::FinishReason;

/// The canonical reason of a `status` and the reason in its `incomplete_details`.
///
/// A completed response is a stop: that it holds calls or a refusal is not in its status.
pub(super) fn reason(status: Option<&str>, detail: Option<&str>) -> FinishReason {
    match (status, detail) {
        (Some("completed") | None, _) => FinishReason::Stop,
        (Some("cancelled"), _) => FinishReason::Cancelled,
        (Some("failed"), _) => FinishReason::Error,
        (Some("in_progress" | "queued"), _) => FinishReason::Pause,
        (Some("incomplete"), Some("content_filter")) => FinishReason::ContentFilter,
        (Some("incomplete"), Some("max_output_tokens" | "max_tokens")) => FinishReason::Length,
        (Some("incomplete"), Some("steered")) => FinishReason::Pause,
        _ => FinishReason::Other,
    }
}
