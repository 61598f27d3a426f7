//! Why an answer ended, in this wire's words.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::json::Writer;
use crate::model::{Finish, FinishReason, LossAction};
use crate::protocol::answer::Answer;

/// `stop_reason` and what goes with it; `None` is null.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stop<'a> {
    reason: Option<Cow<'a, str>>,
    sequence: Option<&'a str>,
    /// `stop_details`, JSON text.
    details: Option<String>,
    /// Whether the words that the vendor added to the reason are in it.
    has_detail: bool,
}

impl<'a> Stop<'a> {
    /// The words for `finish`.
    ///
    /// The word of an answer on this wire is kept. A reason that this wire has no word for is null:
    /// any word would say that the answer is whole. Tool calls win over a natural end and over a
    /// refusal in words.
    pub(super) fn of(
        finish: Option<&'a Finish>,
        is_same_wire: bool,
        has_tool_calls: bool,
        refusal: &str,
    ) -> Self {
        let Some(finish) = finish else { return Self { details: explained(refusal), ..Self::default() } };
        let word = word(finish.reason, has_tool_calls, !refusal.is_empty());
        let reason = match &finish.raw {
            Some(raw) if is_same_wire => Some(Cow::Borrowed(raw.as_str())),
            _ => word.map(Cow::Borrowed),
        };
        let is_sequence = finish.reason == FinishReason::StopSequence;
        let is_refusal = reason.as_deref() == Some("refusal");
        let detail = finish.detail.as_deref().filter(|_| is_refusal).unwrap_or_default();
        let explanation = if refusal.is_empty() { detail } else { refusal };
        let details = if is_refusal { Some(details(explanation)) } else { explained(refusal) };
        let has_detail = is_sequence || is_refusal && refusal.is_empty();
        Self { reason, sequence: finish.detail.as_deref().filter(|_| is_sequence), details, has_detail }
    }

    /// States what of `finish` this does not say; `is_told` where an error or the provider's own
    /// details say what the vendor added.
    pub(super) fn lose_rest(&self, answer: &mut Answer, finish: Option<&Finish>, is_told: bool) {
        const PATH: &str = "candidates[0].finish";
        let Some(finish) = finish else {
            return answer.lose(LossAction::Approximated, PATH, "the answer did not end; its reason is null");
        };
        if self.reason.is_none() {
            answer.lose(LossAction::Approximated, PATH, "the wire has no word for it; it is null");
        }
        if finish.detail.is_some() && !self.has_detail && !is_told {
            let path = alloc::format!("{PATH}.detail");
            answer.lose(LossAction::Dropped, path, "the wire tells only the reason");
        }
    }

    /// Writes the fields, with `stated` in place of the details where the provider stated them.
    pub(super) fn write(&self, w: &mut Writer, stated: Option<&str>) {
        opt_string(w, "stop_reason", self.reason.as_deref());
        opt_string(w, "stop_sequence", self.sequence);
        w.key("stop_details").raw(stated.or(self.details.as_deref()).unwrap_or("null"));
    }
}

/// Whether an answer that ended so is a failure.
pub(super) const fn is_failure(reason: FinishReason) -> bool {
    matches!(reason, FinishReason::Cancelled | FinishReason::Error)
}

/// A string, or null.
pub(super) fn opt_string(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

fn word(reason: FinishReason, has_tool_calls: bool, has_refused: bool) -> Option<&'static str> {
    Some(match reason {
        FinishReason::ToolCalls => "tool_use",
        FinishReason::Refusal | FinishReason::Stop if has_tool_calls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Stop if has_refused => "refusal",
        FinishReason::Length => "max_tokens",
        FinishReason::Pause => "pause_turn",
        FinishReason::Stop => "end_turn",
        FinishReason::StopSequence => "stop_sequence",
        FinishReason::Cancelled | FinishReason::Error | FinishReason::Other => return None,
    })
}

/// Words of refusal are kept beside any reason.
fn explained(refusal: &str) -> Option<String> {
    (!refusal.is_empty()).then(|| details(refusal))
}

fn details(explanation: &str) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("refusal");
        w.key("category").null();
        opt_string(w, "explanation", Some(explanation).filter(|text| !text.is_empty()));
    });
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(finish: Option<Finish>, is_same_wire: bool, has_tool_calls: bool, refusal: &str) -> String {
        let mut w = Writer::new();
        w.object(|w| Stop::of(finish.as_ref(), is_same_wire, has_tool_calls, refusal).write(w, None));
        w.finish()
    }

    #[test]
    fn every_reason_has_its_word_or_none() {
        use FinishReason::*;
        for (reason, has_calls, refusal, expected) in [
            (Stop, false, "", "\"end_turn\""),
            (Stop, true, "", "\"tool_use\""),
            (Stop, false, "no", "\"refusal\""),
            (Stop, true, "no", "\"tool_use\""),
            (StopSequence, false, "", "\"stop_sequence\""),
            (ToolCalls, true, "", "\"tool_use\""),
            (Length, true, "", "\"max_tokens\""),
            (ContentFilter, true, "", "\"refusal\""),
            (Refusal, false, "", "\"refusal\""),
            (Pause, false, "", "\"pause_turn\""),
            (Other, false, "", "null"),
            (Error, false, "", "null"),
            (Cancelled, false, "", "null"),
        ] {
            let text = written(Some(Finish::new(reason, "STOP")), false, has_calls, refusal);
            assert!(text.starts_with(&alloc::format!(r#"{{"stop_reason":{expected},"#)), "{reason} {text}");
        }
        assert!(written(None, false, false, "").starts_with(r#"{"stop_reason":null,"#));
    }

    #[test]
    fn this_wires_own_word_is_kept() {
        let finish = Finish::new(FinishReason::Length, "model_context_window_exceeded");
        let text = written(Some(finish), true, false, "");
        assert!(text.starts_with(r#"{"stop_reason":"model_context_window_exceeded""#), "{text}");
    }

    #[test]
    fn details_go_where_they_belong() {
        let with = |reason, detail: &str| {
            let mut finish = Finish::new(reason, "x");
            finish.detail = Some(detail.into());
            written(Some(finish), false, false, "")
        };
        let text = with(FinishReason::StopSequence, "END");
        assert!(text.ends_with(r#""stop_sequence":"END","stop_details":null}"#), "{text}");
        let text = with(FinishReason::ContentFilter, "unsafe");
        let details = r#"{"type":"refusal","category":null,"explanation":"unsafe"}"#;
        assert!(
            text.ends_with(&alloc::format!(r#""stop_sequence":null,"stop_details":{details}}}"#)),
            "{text}"
        );
    }
    #[test]
    fn what_has_no_word_is_told() {
        use crate::model::Wire;
        let lost = |finish: Option<Finish>, is_same_wire, is_told| -> alloc::vec::Vec<String> {
            let mut answer = super::super::tests::answer(Wire::Gemini);
            let stop = Stop::of(finish.as_ref(), is_same_wire, false, "");
            stop.lose_rest(&mut answer, finish.as_ref(), is_told);
            answer.losses.into_vec().into_iter().map(|loss| loss.path).collect()
        };
        let finish = |reason, detail: Option<&str>| {
            Some(Finish { reason, raw: Some("x".into()), detail: detail.map(Into::into) })
        };
        let (reason, detail) = ("candidates[0].finish", "candidates[0].finish.detail");
        assert_eq!(lost(None, false, false), [reason]);
        assert_eq!(lost(finish(FinishReason::Other, None), false, false), [reason]);
        assert_eq!(lost(finish(FinishReason::Other, None), true, false), [""; 0]);
        assert_eq!(lost(finish(FinishReason::Length, Some("why")), false, false), [detail]);
        assert_eq!(lost(finish(FinishReason::Error, Some("why")), false, true), [reason]);
        assert_eq!(lost(finish(FinishReason::StopSequence, Some("END")), false, false), [""; 0]);
        assert_eq!(lost(finish(FinishReason::ContentFilter, Some("why")), false, false), [""; 0]);
    }
}
