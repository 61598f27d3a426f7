//! Why an answer ended, in this wire's words.

use crate::json::Writer;
use crate::model::{Finish, FinishReason, LossAction};
use crate::protocol::answer::Answer;

/// The end of a response: its status, and what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End<'a> {
    pub(super) status: &'a str,
    /// Why it is incomplete, where the wire has a word for it.
    pub(super) incomplete: Option<&'a str>,
    /// The code and the message of its error.
    pub(super) error: Option<(&'a str, &'a str)>,
}

impl<'a> End<'a> {
    const fn status(status: &'a str) -> Self {
        Self { status, incomplete: None, error: None }
    }

    /// The response goes on.
    pub(super) const OPEN: Self = Self::status("in_progress");

    const fn incomplete(reason: Option<&'a str>) -> Self {
        Self { status: "incomplete", incomplete: reason, error: None }
    }

    pub(super) const fn failed(code: &'a str, message: &'a str) -> Self {
        Self { status: "failed", incomplete: None, error: Some((code, message)) }
    }

    /// The end that `finish` is; an answer without one is incomplete. What the vendor adds is in this
    /// wire's words where `is_same_wire`.
    pub(super) fn of(finish: Option<&'a Finish>, has_refusal: bool, is_same_wire: bool) -> Self {
        let Some(finish) = finish else { return Self::incomplete(None) };
        let own = |text: &'a Option<_>| text.as_deref().filter(|_| is_same_wire);
        match finish.reason {
            FinishReason::Refusal if !has_refusal => Self::incomplete(Some("content_filter")),
            FinishReason::Refusal
            | FinishReason::Stop
            | FinishReason::StopSequence
            | FinishReason::ToolCalls => Self::status("completed"),
            FinishReason::Length => Self::incomplete(Some("max_output_tokens")),
            FinishReason::ContentFilter => Self::incomplete(Some("content_filter")),
            FinishReason::Pause => match own(&finish.raw) {
                // A response in the background that was asked for before its end.
                Some(status @ ("in_progress" | "queued")) => Self::status(status),
                _ => Self::incomplete(Some("steered")),
            },
            FinishReason::Error => {
                let words = finish.detail.as_deref().or(finish.raw.as_deref());
                Self::failed("server_error", words.unwrap_or("the model's answer is malformed"))
            }
            FinishReason::Cancelled => Self::status("cancelled"),
            FinishReason::Other => Self::incomplete(own(&finish.detail)),
        }
    }

    /// States what of `finish` this does not say.
    pub(super) fn lose_rest(
        &self,
        answer: &mut Answer,
        finish: Option<&Finish>,
        has_refusal: bool,
        is_same_wire: bool,
    ) {
        const PATH: &str = "candidates[0].finish";
        let Some(finish) = finish else {
            return answer.lose(LossAction::Approximated, PATH, "the answer did not end; it is incomplete");
        };
        let is_named = match finish.reason {
            FinishReason::Pause => is_same_wire,
            FinishReason::Other => self.incomplete.is_some(),
            FinishReason::Refusal => has_refusal,
            _ => true,
        };
        if !is_named {
            let why = "the wire has no word for it; the answer is incomplete";
            answer.lose(LossAction::Approximated, PATH, why);
        }
        let is_told = is_same_wire || matches!(finish.reason, FinishReason::Error | FinishReason::Refusal);
        if finish.detail.is_some() && !is_told {
            let path = alloc::format!("{PATH}.detail");
            answer.lose(LossAction::Dropped, path, "the wire tells only the reason");
        }
    }

    /// The last event of a stream that ends so; SDKs know these three.
    pub(super) fn event(&self) -> &'static str {
        match self.status {
            "completed" => "response.completed",
            "failed" => "response.failed",
            _ => "response.incomplete",
        }
    }

    pub(super) fn write_error(&self, w: &mut Writer) {
        match self.error {
            Some((code, message)) => w.key("error").object(|w| {
                w.key("code").string(code);
                w.key("message").string(message);
            }),
            None => w.key("error").null(),
        }
    }

    pub(super) fn write_details(&self, w: &mut Writer) {
        match self.incomplete {
            Some(reason) => w.key("incomplete_details").object(|w| w.key("reason").string(reason)),
            None => w.key("incomplete_details").null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_natural_end_is_completed() {
        for (reason, status, incomplete) in [
            (FinishReason::Stop, "completed", None),
            (FinishReason::StopSequence, "completed", None),
            (FinishReason::ToolCalls, "completed", None),
            (FinishReason::Refusal, "incomplete", Some("content_filter")),
            (FinishReason::Length, "incomplete", Some("max_output_tokens")),
            (FinishReason::ContentFilter, "incomplete", Some("content_filter")),
            (FinishReason::Pause, "incomplete", Some("steered")),
            (FinishReason::Error, "failed", None),
            (FinishReason::Cancelled, "cancelled", None),
            (FinishReason::Other, "incomplete", None),
        ] {
            let finish = Finish { reason, raw: Some("x".into()), detail: Some("y".into()) };
            let end = End::of(Some(&finish), false, false);
            assert_eq!((end.status, end.incomplete), (status, incomplete), "{reason}");
        }
        assert_eq!(End::of(None, false, true), End::incomplete(None));
        let refusal = Finish::new(FinishReason::Refusal, "refusal");
        assert_eq!(End::of(Some(&refusal), true, false).status, "completed");
    }

    #[test]
    fn words_of_this_wire_stay() {
        let mut finish = Finish::new(FinishReason::Other, "incomplete");
        finish.detail = Some("max_messages".into());
        assert_eq!(End::of(Some(&finish), false, true).incomplete, Some("max_messages"));
        let queued = Finish::new(FinishReason::Pause, "queued");
        assert_eq!(End::of(Some(&queued), false, true).status, "queued");
    }
    #[test]
    fn what_has_no_word_is_told() {
        use crate::model::Wire;
        use alloc::string::String;
        use alloc::vec::Vec;
        let lost = |finish: Option<&Finish>, is_same_wire| -> Vec<String> {
            let mut answer = Answer::new(super::super::tests::context("v", Wire::Gemini));
            let end = End::of(finish, false, is_same_wire);
            end.lose_rest(&mut answer, finish, false, is_same_wire);
            answer.losses.into_vec().into_iter().map(|loss| loss.path).collect()
        };
        let reason = ["candidates[0].finish"];
        assert_eq!(lost(None, false), reason);
        for (finish, is_lost) in [
            (FinishReason::Other, true),
            (FinishReason::Pause, true),
            (FinishReason::Stop, false),
            (FinishReason::Length, false),
            (FinishReason::Cancelled, false),
        ] {
            assert_eq!(lost(Some(&Finish::new(finish, "x")), false).len(), usize::from(is_lost), "{finish}");
        }
        let length = |reason| Finish { reason, raw: Some("x".into()), detail: Some("why".into()) };
        assert_eq!(lost(Some(&length(FinishReason::Length)), false), ["candidates[0].finish.detail"]);
        assert_eq!(lost(Some(&length(FinishReason::Error)), false), [""; 0]);
        assert_eq!(lost(Some(&length(FinishReason::Other)), true), [""; 0]);
    }
}
