//! Finish reasons in this wire's words.

use crate::model::{Finish, FinishReason, LossAction, Wire};
use crate::protocol::answer::Answer;

/// What a candidate holds that its finish reason depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Told {
    pub(super) has_calls: bool,
    pub(super) has_refusal: bool,
}

/// The word for why a candidate ended; `finish` is `None` where it did not.
///
/// The wire has five words, and strict clients refuse an answer with another. One that was cut for a
/// reason it has none for, that the model failed to make (a malformed call), or that never ended, is a
/// `length`: incomplete, which every SDK understands, and never a success.
pub(super) fn word<'f>(
    finish: Option<&'f Finish>,
    told: Told,
    candidate: usize,
    answer: &mut Answer,
) -> &'f str {
    let Some(finish) = finish else {
        lose(answer, candidate, "the answer did not end");
        return "length";
    };
    match finish.reason {
        FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls if told.has_calls => {
            "tool_calls"
        }
        FinishReason::Stop | FinishReason::StopSequence => "stop",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Length => "length",
        FinishReason::ContentFilter => "content_filter",
        // OpenAI's own models end so, with the words in `refusal`.
        FinishReason::Refusal if told.has_refusal => "stop",
        FinishReason::Refusal => "content_filter",
        FinishReason::Error | FinishReason::Other if answer.context.source == Wire::OpenaiChat => {
            finish.raw.as_deref().unwrap_or("length")
        }
        FinishReason::Cancelled | FinishReason::Error | FinishReason::Other | FinishReason::Pause => {
            lose(answer, candidate, "the wire has no word for it");
            "length"
        }
    }
}

fn lose(answer: &mut Answer, candidate: usize, why: &str) {
    answer.lose(LossAction::Approximated, alloc::format!("candidates[{candidate}].finish"), why);
}

/// The words of a refusal that stand only beside the reason, if the candidate has no others.
pub(super) fn refusal(finish: Option<&Finish>, told: Told) -> Option<&str> {
    let finish = finish.filter(|f| f.reason == FinishReason::Refusal && !told.has_refusal)?;
    finish.detail.as_deref().filter(|words| !words.is_empty())
}

/// Says that what the provider added to its reason has no place; `is_used` where it had one.
pub(super) fn lose_detail(finish: &Finish, is_used: bool, candidate: usize, answer: &mut Answer) {
    if finish.detail.is_some() && !is_used {
        let path = alloc::format!("candidates[{candidate}].finish.detail");
        answer.lose(LossAction::Dropped, path, "the wire tells only the reason");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::openai_chat::server::testing::answer;

    #[test]
    fn every_reason_has_a_word_and_only_ends_are_successes() {
        let (plain, calls) = (Told::default(), Told { has_calls: true, has_refusal: false });
        let refused = Told { has_calls: false, has_refusal: true };
        for (reason, told, expected) in [
            (FinishReason::Stop, plain, "stop"),
            (FinishReason::Stop, calls, "tool_calls"),
            (FinishReason::StopSequence, plain, "stop"),
            (FinishReason::ToolCalls, plain, "tool_calls"),
            (FinishReason::Length, calls, "length"),
            (FinishReason::ContentFilter, plain, "content_filter"),
            (FinishReason::Refusal, plain, "content_filter"),
            (FinishReason::Refusal, refused, "stop"),
            (FinishReason::Error, plain, "length"),
            (FinishReason::Cancelled, plain, "length"),
            (FinishReason::Pause, plain, "length"),
            (FinishReason::Other, plain, "length"),
        ] {
            let finish = Finish::new(reason, "raw");
            assert_eq!(word(Some(&finish), told, 0, &mut answer()), expected, "{reason}");
        }
        assert_eq!(word(None, plain, 0, &mut answer()), "length");
    }

    #[test]
    fn a_word_of_this_wire_that_nobody_knows_goes_on() {
        let mut answer = answer();
        answer.context.source = Wire::OpenaiChat;
        let finish = Finish::new(FinishReason::Other, "steered");
        assert_eq!(word(Some(&finish), Told::default(), 0, &mut answer), "steered");
    }
}
