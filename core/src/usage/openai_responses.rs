//! The usage object of OpenAI Responses.

use super::openai_chat::{cache_write_details, read_xai_tools};
use super::stated_cost::StatedCost;
use super::{Bucket, Counts, Usage};
use crate::json::{self, Reader};

/// Reads one usage object into `usage`; what it does not state stays as it was.
///
/// A cost that it states is read too. `input_tokens` and `output_tokens` are inclusive here. Where
/// `total_tokens` exceeds their sum, the rest is output that `output_tokens` left out. Realtime sessions
/// state the same under slightly other names.
///
/// # Errors
/// The text is not JSON.
pub fn read_openai_responses(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let (counts, mut cost) = (&mut usage.counts, StatedCost::default());
    let (mut input, mut output, mut total) = (None, None, None);
    while let Some(key) = fields.key(r)? {
        match &*key {
            "input_tokens" => input = r.opt_u64()?,
            "output_tokens" => output = r.opt_u64()?,
            "total_tokens" => total = r.opt_u64()?,
            "input_tokens_details" | "input_token_details" => read_input(r, counts)?,
            "output_tokens_details" | "output_token_details" => read_output(r, counts)?,
            "tool_calls_details" => read_tool_calls(r, counts)?,
            "server_side_tool_usage_details" => read_xai_tools(r, counts)?,
            "billable_audio_seconds" => counts.set_opt(Bucket::AudioSecond, r.opt_u64()?),
            "input_text_messages" => counts.set_opt(Bucket::TextMessage, r.opt_u64()?),
            key => {
                if !cost.read_field(key, r)? {
                    r.skip()?;
                }
            }
        }
    }
    usage.stated_cost = cost.amount().or(usage.stated_cost);
    let cached = counts.get(Bucket::CacheRead).unwrap_or(0);
    // xAI may count the cached tokens beside the input: a part cannot be larger than its whole.
    let input = input.map(|input| if cached > input { input.saturating_add(cached) } else { input });
    counts.set_opt(Bucket::Input, input);
    counts.set_opt(Bucket::Output, output);
    if let (Some(input), Some(output), Some(total)) = (input, output, total)
        && total > input.saturating_add(output)
    {
        counts.set(Bucket::Output, total - input);
    }
    Ok(())
}

/// Reads the response's `tool_usage`, which stands beside the usage object.
///
/// # Errors
/// The text is not JSON.
pub(crate) fn read_tool_usage(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    nested_count(r, counts, "web_search", "num_requests", Bucket::WebSearch)
}

/// Perplexity counts its tools here.
fn read_tool_calls(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    nested_count(r, counts, "search_web", "invocation", Bucket::WebSearch)
}

fn nested_count(
    r: &mut Reader<'_>,
    counts: &mut Counts,
    outer: &str,
    inner: &str,
    bucket: Bucket,
) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        if key != outer {
            r.skip()?;
            continue;
        }
        let Some(mut fields) = r.opt_object()? else { continue };
        while let Some(key) = fields.key(r)? {
            if key == inner { counts.set_opt(bucket, r.opt_u64()?) } else { r.skip()? }
        }
    }
    Ok(())
}

fn read_input(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        let bucket = match &*key {
            "audio_tokens" => Bucket::InputAudio,
            // The second spelling is Perplexity's.
            "cached_tokens" | "cache_read_input_tokens" => Bucket::CacheRead,
            "cache_write_tokens" | "cache_creation_input_tokens" => Bucket::CacheWrite,
            "cache_write_tokens_details" => {
                cache_write_details(r, counts)?;
                continue;
            }
            "cached_tokens_details" => {
                read_cached(r, counts)?;
                continue;
            }
            "image_tokens" => Bucket::InputImage,
            _ => {
                r.skip()?;
                continue;
            }
        };
        counts.set_opt(bucket, r.opt_u64()?);
    }
    Ok(())
}

fn read_cached(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "audio_tokens" => counts.set_opt(Bucket::CacheReadAudio, r.opt_u64()?),
            "image_tokens" => counts.set_opt(Bucket::CacheReadImage, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn read_output(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        let bucket = match &*key {
            "accepted_prediction_tokens" => Bucket::PredictionAccepted,
            "audio_tokens" => Bucket::OutputAudio,
            "image_tokens" => Bucket::OutputImage,
            "reasoning_tokens" | "thinking_tokens" => Bucket::OutputReasoning,
            "rejected_prediction_tokens" => Bucket::PredictionRejected,
            _ => {
                r.skip()?;
                continue;
            }
        };
        counts.set_opt(bucket, r.opt_u64()?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn counts(text: &str) -> Vec<(Bucket, u64)> {
        let mut usage = Usage::default();
        read_openai_responses(&mut Reader::new(text), &mut usage).expect(text);
        usage.counts.iter().collect()
    }

    #[test]
    fn details_are_parts_of_the_totals() {
        let text = r#"{"input_tokens":45210,"input_tokens_details":{"cached_tokens":20480,
            "cache_write_tokens":24000,"cache_write_tokens_details":{"ttl_30m_tokens":4000,"ttl_12h_tokens":20000}},
            "output_tokens":9120,"output_tokens_details":{"reasoning_tokens":8192},"total_tokens":54330}"#;
        assert_eq!(
            counts(text),
            [
                (Bucket::Input, 45210),
                (Bucket::Output, 9120),
                (Bucket::CacheRead, 20480),
                (Bucket::CacheWrite, 24000),
                (Bucket::CacheWrite30m, 4000),
                (Bucket::CacheWrite12h, 20000),
                (Bucket::OutputReasoning, 8192),
            ]
        );
    }

    #[test]
    fn what_the_total_adds_is_output() {
        let text = r#"{"input_tokens":10,"output_tokens":5,"total_tokens":20}"#;
        assert_eq!(counts(text), [(Bucket::Input, 10), (Bucket::Output, 10)]);
    }

    #[test]
    fn more_cached_than_read_lies_outside_the_input() {
        let text = r#"{"input_tokens":7,"input_tokens_details":{"cached_tokens":161},"output_tokens":1,"total_tokens":8}"#;
        assert_eq!(counts(text), [(Bucket::Input, 168), (Bucket::Output, 1), (Bucket::CacheRead, 161)]);
    }

    #[test]
    fn nulls_and_absent_fields_state_nothing() {
        assert_eq!(counts(r#"{"input_tokens":null,"output_tokens_details":null}"#), []);
        assert_eq!(counts("null"), []);
    }

    #[test]
    fn realtime_sessions_split_what_was_cached() {
        let text = r#"{"total_tokens":253,"input_tokens":132,"output_tokens":121,"input_token_details":{
            "text_tokens":119,"audio_tokens":13,"cached_tokens":64,
            "cached_tokens_details":{"text_tokens":60,"audio_tokens":4}},
            "output_token_details":{"text_tokens":30,"audio_tokens":91}}"#;
        let expected = [
            (Bucket::Input, 132),
            (Bucket::Output, 121),
            (Bucket::CacheRead, 64),
            (Bucket::InputAudio, 13),
            (Bucket::CacheReadAudio, 4),
            (Bucket::OutputAudio, 91),
        ];
        assert_eq!(counts(text), expected);
    }

    #[test]
    fn tools_are_counted_where_they_are_stated() {
        let text = r#"{"tool_calls_details":{"search_web":{"invocation":2}}}"#;
        assert_eq!(counts(text), [(Bucket::WebSearch, 2)]);
        let text = r#"{"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":1,"file_search_calls":3}}"#;
        assert_eq!(counts(text), [(Bucket::WebSearch, 2), (Bucket::FileSearch, 3)]);
        let mut counts = Counts::default();
        let text = r#"{"image_gen":{"total_tokens":1},"web_search":{"num_requests":3}}"#;
        read_tool_usage(&mut Reader::new(text), &mut counts).expect(text);
        assert_eq!(counts.get(Bucket::WebSearch), Some(3));
    }
}
