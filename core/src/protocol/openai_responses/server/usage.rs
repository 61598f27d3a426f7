//! What an answer used.

use crate::json::Writer;
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::usage::{Bucket, Counts, Usage};

/// The buckets of `input_tokens_details` and their names.
const INPUT: [(Bucket, &str); 2] =
    [(Bucket::CacheRead, "cached_tokens"), (Bucket::CacheWrite, "cache_write_tokens")];

/// The buckets of `cache_write_tokens_details` in it.
const WRITTEN: [(Bucket, &str); 2] =
    [(Bucket::CacheWrite30m, "ttl_30m_tokens"), (Bucket::CacheWrite12h, "ttl_12h_tokens")];

/// The buckets of `output_tokens_details`.
const OUTPUT: [(Bucket, &str); 1] = [(Bucket::OutputReasoning, "reasoning_tokens")];

/// Writes the usage object; `null` where nobody stated a total.
///
/// SDKs demand the three totals, and `cached_tokens` and `reasoning_tokens` in their details. A total
/// that nobody stated is 0 and reported; so are the two details, without a word, for a part of a total
/// that nobody counts is mostly none. What else nobody stated is left out.
pub(super) fn write(usage: &Usage, answer: &mut Answer, w: &mut Writer) {
    let counts = &usage.counts;
    if counts.get(Bucket::Input).is_none() && counts.get(Bucket::Output).is_none() {
        return w.null();
    }
    let input = total(counts, Bucket::Input, answer);
    let output = total(counts, Bucket::Output, answer);
    w.object(|w| {
        w.key("input_tokens").u64(input);
        w.key("input_tokens_details").object(|w| {
            demanded(counts, INPUT[0], w);
            stated(counts, &INPUT[1..], w);
            if WRITTEN.iter().any(|(bucket, _)| counts.get(*bucket).is_some()) {
                w.key("cache_write_tokens_details").object(|w| stated(counts, &WRITTEN, w));
            }
        });
        w.key("output_tokens").u64(output);
        w.key("output_tokens_details").object(|w| demanded(counts, OUTPUT[0], w));
        w.key("total_tokens").u64(input.saturating_add(output));
    });
    lose_others(counts, answer);
}

fn total(counts: &Counts, bucket: Bucket, answer: &mut Answer) -> u64 {
    counts.get(bucket).unwrap_or_else(|| {
        let path = alloc::format!("usage.{}", bucket.name());
        answer.lose(LossAction::Approximated, path, "nobody stated it, and the wire demands a number");
        0
    })
}

fn demanded(counts: &Counts, (bucket, name): (Bucket, &str), w: &mut Writer) {
    w.key(name).u64(counts.get(bucket).unwrap_or(0));
}

fn stated(counts: &Counts, buckets: &[(Bucket, &str)], w: &mut Writer) {
    for (bucket, name) in buckets {
        w.opt_u64(name, counts.get(*bucket));
    }
}

fn lose_others(counts: &Counts, answer: &mut Answer) {
    let known = [Bucket::Input, Bucket::Output, Bucket::WebSearch];
    let named = [&INPUT[..], &WRITTEN, &OUTPUT];
    let is_known =
        |bucket| known.contains(&bucket) || named.iter().any(|list| list.iter().any(|(b, _)| *b == bucket));
    for (bucket, _) in counts.iter().filter(|(bucket, count)| *count > 0 && !is_known(*bucket)) {
        let path = alloc::format!("usage.{}", bucket.name());
        answer.lose(LossAction::Dropped, path, "this wire does not count it");
    }
}

/// Writes the field for what the provider's own tools used, if they were.
pub(super) fn write_tools(usage: &Usage, w: &mut Writer) {
    if let Some(count) = usage.counts.get(Bucket::WebSearch).filter(|count| *count > 0) {
        w.key("tool_usage").object(|w| w.key("web_search").object(|w| w.key("num_requests").u64(count)));
    }
}

/// The service tier in this wire's words.
pub(super) fn service_tier<'u>(usage: &'u Usage, answer: &mut Answer) -> Option<&'u str> {
    let tier = usage.service_tier.as_deref()?;
    match (answer.context.source, tier) {
        (Wire::OpenaiChat | Wire::OpenaiResponses, _) | (_, "flex" | "priority") => Some(tier),
        (_, "standard") => Some("default"),
        _ => {
            answer.lose(LossAction::Dropped, "usage.service_tier", "this wire has no such tier");
            None
        }
    }
}
