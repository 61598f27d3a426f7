//! Usage objects of APIs that have no wire here: what they state is still priced.

use super::{Bucket, Counts, Usage};
use crate::json::{self, Reader};

/// Reads Amazon Bedrock Converse's `usage`: three inputs that share nothing, as at Anthropic.
///
/// # Errors
/// The text is not JSON.
pub(super) fn read_bedrock(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let counts = &mut usage.counts;
    let (mut uncached, mut read, mut written) = (None, None, None);
    while let Some(key) = fields.key(r)? {
        match &*key {
            "inputTokens" => uncached = r.opt_u64()?,
            "outputTokens" => counts.set_opt(Bucket::Output, r.opt_u64()?),
            "cacheReadInputTokens" | "cacheReadInputTokenCount" => read = r.opt_u64()?,
            "cacheWriteInputTokens" | "cacheWriteInputTokenCount" => written = r.opt_u64()?,
            "cacheDetails" => read_cache_details(r, counts)?,
            _ => r.skip()?,
        }
    }
    counts.set_opt(Bucket::CacheRead, read);
    counts.set_opt(Bucket::CacheWrite, written);
    let part = |bucket| counts.get(bucket).unwrap_or(0);
    let parts = part(Bucket::CacheRead).saturating_add(part(Bucket::CacheWrite));
    counts.set_opt(Bucket::Input, uncached.map(|n| n.saturating_add(parts)));
    Ok(())
}

/// Writes by the time they are kept: a list of `{ttl, inputTokens}`.
fn read_cache_details(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut list) = r.opt_array()? else { return Ok(()) };
    while list.element(r)? {
        let Some(mut fields) = r.opt_object()? else { continue };
        let (mut bucket, mut tokens) = (None, None);
        while let Some(key) = fields.key(r)? {
            match &*key {
                "ttl" => {
                    bucket = match r.opt_string()?.as_deref() {
                        Some("5m") => Some(Bucket::CacheWrite5m),
                        Some("1h") => Some(Bucket::CacheWrite1h),
                        _ => None,
                    }
                }
                "inputTokens" => tokens = r.opt_u64()?,
                _ => r.skip()?,
            }
        }
        if let Some(bucket) = bucket {
            counts.set_opt(bucket, tokens);
        }
    }
    Ok(())
}

/// Reads Cohere's `usage`. What is billed is stated as `billed_units` and leaves out what Cohere adds to
/// a prompt; where it is stated it counts, and the cached tokens, which are part of what was read, do not.
///
/// # Errors
/// The text is not JSON.
pub(super) fn read_cohere(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let (mut billed, mut read) = (Counts::default(), Counts::default());
    while let Some(key) = fields.key(r)? {
        match &*key {
            "billed_units" => read_cohere_units(r, &mut billed)?,
            "tokens" => read_cohere_units(r, &mut read)?,
            "cached_tokens" => read.set_opt(Bucket::CacheRead, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    // Of what is billed at most all was thinking.
    let thinking = read.get(Bucket::OutputReasoning).zip(billed.get(Bucket::Output));
    billed.set_opt(Bucket::OutputReasoning, thinking.map(|(thinking, output)| thinking.min(output)));
    for (bucket, count) in if billed.is_empty() { read } else { billed }.iter() {
        usage.counts.set(bucket, count);
    }
    Ok(())
}

fn read_cohere_units(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "input_tokens" => counts.set_opt(Bucket::Input, r.opt_u64()?),
            "output_tokens" => counts.set_opt(Bucket::Output, r.opt_u64()?),
            "reasoning_tokens" => counts.set_opt(Bucket::OutputReasoning, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

/// Reads a usage that is a length of sound: OpenAI's transcriptions, `{"type":"duration","seconds":90}`.
/// Seconds begun count whole.
///
/// # Errors
/// The text is not JSON.
pub(super) fn read_duration(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "seconds" => {
                let seconds = r.opt_text()?;
                usage.counts.set_opt(Bucket::AudioSecond, seconds.as_deref().and_then(whole_seconds));
            }
            _ => r.skip()?,
        }
    }
    Ok(())
}

/// `90`, or `90.4` as 91.
fn whole_seconds(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_begun = part.bytes().any(|b| b != b'0');
    part.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    whole.parse::<u64>().ok()?.checked_add(u64::from(is_begun))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    type Read = fn(&mut Reader<'_>, &mut Usage) -> Result<(), json::Error>;

    fn counts(read: Read, text: &str) -> Vec<(Bucket, u64)> {
        let mut usage = Usage::default();
        read(&mut Reader::new(text), &mut usage).expect(text);
        usage.counts.iter().collect()
    }

    #[test]
    fn bedrock_counts_as_anthropic_does() {
        let text = r#"{"inputTokens":25,"outputTokens":1000,"totalTokens":6325,"cacheReadInputTokens":5000,
            "cacheWriteInputTokens":300,"cacheDetails":[{"ttl":"1h","inputTokens":300},{"ttl":"9h","inputTokens":1}]}"#;
        let expected = [
            (Bucket::Input, 5325),
            (Bucket::Output, 1000),
            (Bucket::CacheRead, 5000),
            (Bucket::CacheWrite, 300),
            (Bucket::CacheWrite1h, 300),
        ];
        assert_eq!(counts(read_bedrock, text), expected);
    }

    #[test]
    fn a_later_bedrock_snapshot_keeps_the_parts_that_it_leaves_out() {
        let mut usage = Usage::default();
        for text in [r#"{"inputTokens":25,"cacheReadInputTokens":5}"#, r#"{"inputTokens":30}"#] {
            read_bedrock(&mut Reader::new(text), &mut usage).expect(text);
        }
        assert_eq!(usage.counts.get(Bucket::Input), Some(35));
    }

    #[test]
    fn cohere_bills_units_not_tokens() {
        let text = r#"{"billed_units":{"input_tokens":51,"output_tokens":66},"cached_tokens":144,
            "tokens":{"input_tokens":267,"output_tokens":91,"reasoning_tokens":58}}"#;
        let billed = [(Bucket::Input, 51), (Bucket::Output, 66), (Bucket::OutputReasoning, 58)];
        assert_eq!(counts(read_cohere, text), billed);
        let text = r#"{"tokens":{"input_tokens":267,"output_tokens":91},"cached_tokens":144}"#;
        let read = [(Bucket::Input, 267), (Bucket::Output, 91), (Bucket::CacheRead, 144)];
        assert_eq!(counts(read_cohere, text), read);
    }

    #[test]
    fn a_second_begun_counts_whole() {
        for (seconds, count) in [("90", 90), ("90.0", 90), ("90.001", 91), ("\"3\"", 3)] {
            let text = alloc::format!(r#"{{"type":"duration","seconds":{seconds}}}"#);
            assert_eq!(counts(read_duration, &text), [(Bucket::AudioSecond, count)]);
        }
        for seconds in ["-1", "1e3", "null", "\"1.x\""] {
            let text = alloc::format!(r#"{{"type":"duration","seconds":{seconds}}}"#);
            assert_eq!(counts(read_duration, &text), []);
        }
    }
}
