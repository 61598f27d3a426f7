//! The usage object.

use crate::json::Writer;
use crate::model::LossAction;
use crate::protocol::answer::Answer;
use crate::usage::{Bucket, Counts, Usage};

/// The buckets of `prompt_tokens_details` and their names.
const PROMPT: [(Bucket, &str); 5] = [
    (Bucket::CacheRead, "cached_tokens"),
    (Bucket::CacheWrite, "cache_write_tokens"),
    (Bucket::InputAudio, "audio_tokens"),
    (Bucket::InputImage, "image_tokens"),
    (Bucket::InputVideo, "video_tokens"),
];

/// The buckets of `cache_write_tokens_details` in it.
const WRITTEN: [(Bucket, &str); 2] =
    [(Bucket::CacheWrite30m, "ttl_30m_tokens"), (Bucket::CacheWrite12h, "ttl_12h_tokens")];

/// The buckets of `completion_tokens_details`.
const COMPLETION: [(Bucket, &str); 6] = [
    (Bucket::OutputReasoning, "reasoning_tokens"),
    (Bucket::OutputAudio, "audio_tokens"),
    (Bucket::OutputImage, "image_tokens"),
    (Bucket::OutputVideo, "video_tokens"),
    (Bucket::PredictionAccepted, "accepted_prediction_tokens"),
    (Bucket::PredictionRejected, "rejected_prediction_tokens"),
];

/// Whether anything is known that the object could say.
pub(super) const fn is_stated(usage: &Usage) -> bool {
    usage.counts.get(Bucket::Input).is_some() || usage.counts.get(Bucket::Output).is_some()
}

/// Writes the object. SDKs demand the three totals, so a side that nobody stated is written as 0 and
/// reported; details that nobody stated are left out.
pub(super) fn write(usage: &Usage, answer: &mut Answer, w: &mut Writer) {
    let counts = &usage.counts;
    let input = total(counts, Bucket::Input, answer);
    let output = total(counts, Bucket::Output, answer);
    w.object(|w| {
        w.key("prompt_tokens").u64(input);
        w.key("completion_tokens").u64(output);
        w.key("total_tokens").u64(input.saturating_add(output));
        let has_written = WRITTEN.iter().any(|(bucket, _)| counts.get(*bucket).is_some());
        if has_written || has_any(counts, &PROMPT) {
            w.key("prompt_tokens_details").object(|w| {
                write_stated(counts, &PROMPT, w);
                if has_written {
                    w.key("cache_write_tokens_details").object(|w| write_stated(counts, &WRITTEN, w));
                }
            });
        }
        if has_any(counts, &COMPLETION) {
            w.key("completion_tokens_details").object(|w| write_stated(counts, &COMPLETION, w));
        }
    });
    lose_others(counts, answer);
}

fn total(counts: &Counts, bucket: Bucket, answer: &mut Answer) -> u64 {
    counts.get(bucket).unwrap_or_else(|| {
        let path = alloc::format!("usage.{}", bucket.name());
        answer.lose(LossAction::Approximated, path, "nobody stated it, and the wire needs a number: 0");
        0
    })
}

fn has_any(counts: &Counts, buckets: &[(Bucket, &str)]) -> bool {
    buckets.iter().any(|(bucket, _)| counts.get(*bucket).is_some())
}

fn write_stated(counts: &Counts, buckets: &[(Bucket, &str)], w: &mut Writer) {
    for (bucket, name) in buckets {
        w.opt_u64(name, counts.get(*bucket));
    }
}

fn lose_others(counts: &Counts, answer: &mut Answer) {
    let is_known = |bucket: Bucket| {
        matches!(bucket, Bucket::Input | Bucket::Output)
            || [&PROMPT[..], &WRITTEN, &COMPLETION].iter().any(|list| list.iter().any(|(b, _)| *b == bucket))
    };
    for (bucket, _) in counts.iter().filter(|(bucket, count)| *count > 0 && !is_known(*bucket)) {
        let path = alloc::format!("usage.{}", bucket.name());
        answer.lose(LossAction::Dropped, path, "the wire does not count it");
    }
}

/// The service tier in this wire's words; OpenAI's own go as they are.
pub(super) fn service_tier<'u>(usage: &'u Usage, answer: &mut Answer) -> Option<&'u str> {
    use crate::model::Wire::{OpenaiChat, OpenaiResponses};
    let tier = usage.service_tier.as_deref()?;
    match (answer.context.source, tier) {
        (OpenaiChat | OpenaiResponses, _) => Some(tier),
        (_, "standard") => Some("default"),
        (_, "flex" | "priority") => Some(tier),
        _ => {
            answer.lose(LossAction::Dropped, "usage.service_tier", "the wire has no such tier");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;
    use crate::json::Reader;
    use crate::protocol::openai_chat::server::testing::answer;
    use crate::usage::read_openai_chat;

    fn written(counts: &[(Bucket, u64)]) -> (String, Vec<String>) {
        let (mut usage, mut answer, mut w) = (Usage::default(), answer(), Writer::new());
        counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
        write(&usage, &mut answer, &mut w);
        (w.finish(), answer.losses.into_vec().into_iter().map(|l| l.path).collect())
    }

    #[test]
    fn what_is_not_stated_is_left_out() {
        let (object, losses) = written(&[(Bucket::Input, 3), (Bucket::Output, 4), (Bucket::CacheRead, 0)]);
        assert_eq!(
            object,
            concat!(
                r#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"#,
                r#""prompt_tokens_details":{"cached_tokens":0}}"#
            )
        );
        assert_eq!(losses, [""; 0]);
    }

    #[test]
    fn a_total_that_nobody_stated_is_zero_and_told() {
        let (object, losses) = written(&[(Bucket::Input, 3), (Bucket::WebSearch, 1)]);
        assert_eq!(object, r#"{"prompt_tokens":3,"completion_tokens":0,"total_tokens":3}"#);
        assert_eq!(losses, ["usage.output", "usage.web_search"]);
    }

    #[test]
    fn every_count_of_the_wire_reads_back() {
        let buckets = PROMPT.iter().chain(&WRITTEN).chain(&COMPLETION).map(|(bucket, _)| *bucket);
        let mut usage = Usage::default();
        let totals = [(Bucket::Input, 1000), (Bucket::Output, 1000)];
        for (bucket, count) in buckets.zip(1..).chain(totals) {
            usage.counts.set(bucket, count);
        }
        let (mut answer, mut w, mut read) = (answer(), Writer::new(), Usage::default());
        write(&usage, &mut answer, &mut w);
        read_openai_chat(&mut Reader::new(&w.finish()), &mut read).expect("JSON");
        assert_eq!(read.counts, usage.counts);
        assert_eq!(answer.losses[..], []);
    }
}
