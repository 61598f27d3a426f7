//! The usage object of OpenAI Chat and its dialects.

use super::stated_cost::StatedCost;
use super::{Bucket, Counts, Usage};
use crate::json::{self, Reader};

/// Reads one usage object into `usage`; what it does not state stays as it was.
///
/// A cost that it states is read too. The dialects are told apart by what they state, never by name: cached tokens under one of six
/// names, output that only the total shows (xAI, Gemini's compatible endpoint), citations on top of
/// the completion (Perplexity), a prompt without its cached part (Mistral, some of xAI).
///
/// # Errors
/// The text is not JSON.
pub fn read_openai_chat(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let mut raw = Raw::default();
    raw.read(r, &mut usage.counts)?;
    raw.conclude(&mut usage.counts);
    usage.stated_cost = raw.cost.amount().or(usage.stated_cost);
    Ok(())
}

/// What the object states, before it is known which count includes which.
#[derive(Default)]
struct Raw {
    prompt: Option<u64>,
    completion: Option<u64>,
    total: Option<u64>,
    /// Cached tokens from the details object, else from one of the flat names.
    cached: Option<u64>,
    cached_flat: Option<u64>,
    miss: Option<u64>,
    written: Option<u64>,
    written_flat: Option<u64>,
    reasoning: Option<u64>,
    reasoning_flat: Option<u64>,
    citations: Option<u64>,
    audio_flat: Option<u64>,
    cost: StatedCost,
}

impl Raw {
    fn read(&mut self, r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "prompt_tokens" | "input_tokens" => keep(&mut self.prompt, r.opt_u64()?),
                "completion_tokens" | "output_tokens" => keep(&mut self.completion, r.opt_u64()?),
                "total_tokens" => keep(&mut self.total, r.opt_u64()?),
                // Mistral spells both.
                "prompt_tokens_details" | "prompt_token_details" | "input_tokens_details" => {
                    self.prompt_details(r, counts)?;
                }
                "completion_tokens_details" | "output_tokens_details" => {
                    self.completion_details(r, counts)?;
                }
                "prompt_cache_hit_tokens"
                | "cached_tokens"
                | "num_cached_tokens"
                | "cache_read_input_tokens"
                | "cache_read_tokens" => keep(&mut self.cached_flat, r.opt_u64()?),
                "prompt_cache_miss_tokens" => keep(&mut self.miss, r.opt_u64()?),
                "cache_creation_input_tokens" | "cache_creation_tokens" | "cache_write_tokens" => {
                    keep(&mut self.written_flat, r.opt_u64()?);
                }
                "cache_creation" => cache_creation(r, counts)?,
                "reasoning_tokens" => keep(&mut self.reasoning_flat, r.opt_u64()?),
                "citation_tokens" => keep(&mut self.citations, r.opt_u64()?),
                "audio_prompt_tokens" => keep(&mut self.audio_flat, r.opt_u64()?),
                "num_search_queries" => counts.set_opt(Bucket::WebSearch, r.opt_u64()?),
                "server_tool_use" | "server_tool_use_details" => server_tools(r, counts)?,
                key => {
                    if !self.cost.read_field(key, r)? {
                        r.skip()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn prompt_details(&mut self, r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "cached_tokens" | "cache_read_tokens" => keep(&mut self.cached, r.opt_u64()?),
                "cache_write_tokens" | "cache_creation_input_tokens" | "cache_creation_tokens" => {
                    keep(&mut self.written, r.opt_u64()?);
                }
                "cache_write_tokens_details" => cache_write_details(r, counts)?,
                "audio_tokens" => counts.set_opt(Bucket::InputAudio, r.opt_u64()?),
                "image_tokens" => counts.set_opt(Bucket::InputImage, r.opt_u64()?),
                "video_tokens" => counts.set_opt(Bucket::InputVideo, r.opt_u64()?),
                _ => r.skip()?,
            }
        }
        Ok(())
    }

    fn completion_details(&mut self, r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "reasoning_tokens" | "thinking_tokens" => keep(&mut self.reasoning, r.opt_u64()?),
                "audio_tokens" => counts.set_opt(Bucket::OutputAudio, r.opt_u64()?),
                "image_tokens" => counts.set_opt(Bucket::OutputImage, r.opt_u64()?),
                "video_tokens" => counts.set_opt(Bucket::OutputVideo, r.opt_u64()?),
                "accepted_prediction_tokens" => counts.set_opt(Bucket::PredictionAccepted, r.opt_u64()?),
                "rejected_prediction_tokens" => counts.set_opt(Bucket::PredictionRejected, r.opt_u64()?),
                _ => r.skip()?,
            }
        }
        Ok(())
    }

    fn conclude(&self, counts: &mut Counts) {
        let cached = self.cached.or(self.cached_flat);
        let written = self.written.or(self.written_flat);
        let reasoning = self.reasoning.or(self.reasoning_flat);
        counts.set_opt(Bucket::Input, self.input(cached, written));
        counts.set_opt(Bucket::Output, self.output(cached, written));
        counts.set_opt(Bucket::CacheRead, cached);
        counts.set_opt(Bucket::CacheWrite, written);
        counts.set_opt(Bucket::OutputReasoning, reasoning);
        counts.set_opt(Bucket::OutputCitation, self.citations);
        if counts.get(Bucket::InputAudio).is_none() {
            counts.set_opt(Bucket::InputAudio, self.audio_flat);
        }
    }

    /// The prompt with its cached part, which cannot be larger than the whole.
    fn input(&self, cached: Option<u64>, written: Option<u64>) -> Option<u64> {
        let both = cached.unwrap_or(0).saturating_add(written.unwrap_or(0));
        match self.prompt {
            Some(prompt) if cached.is_some_and(|cached| cached > prompt) => Some(prompt.saturating_add(both)),
            Some(prompt) => Some(prompt),
            None => Some(cached?.saturating_add(self.miss?)),
        }
    }

    fn output(&self, cached: Option<u64>, written: Option<u64>) -> Option<u64> {
        // Who counts citations counts them, and the reasoning, beside the completion (Perplexity).
        let beside = match self.citations {
            Some(citations) => citations.saturating_add(self.reasoning_flat.unwrap_or(0)),
            None => 0,
        };
        let stated = self.completion.map(|n| n.saturating_add(beside));
        let rest =
            self.total.zip(self.input(cached, written)).map(|(total, input)| total.saturating_sub(input));
        match (stated, rest) {
            (Some(stated), rest) => Some(stated.max(rest.unwrap_or(0))),
            (None, Some(rest)) if rest > 0 => Some(rest),
            (None, _) => None,
        }
    }
}

fn keep(field: &mut Option<u64>, count: Option<u64>) {
    if count.is_some() {
        *field = count;
    }
}

fn cache_creation(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "ephemeral_5m_input_tokens" => counts.set_opt(Bucket::CacheWrite5m, r.opt_u64()?),
            "ephemeral_1h_input_tokens" => counts.set_opt(Bucket::CacheWrite1h, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

/// Reads `cache_write_tokens_details`, which both OpenAI wires spell alike.
pub(super) fn cache_write_details(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "ttl_30m_tokens" => counts.set_opt(Bucket::CacheWrite30m, r.opt_u64()?),
            "ttl_12h_tokens" => counts.set_opt(Bucket::CacheWrite12h, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn server_tools(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "web_search_requests" => counts.set_opt(Bucket::WebSearch, r.opt_u64()?),
            "web_fetch_requests" => counts.set_opt(Bucket::WebFetch, r.opt_u64()?),
            _ => r.skip()?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use Bucket::{
        CacheRead, CacheWrite, CacheWrite12h, CacheWrite30m, Input, InputAudio, Output, OutputCitation,
        OutputReasoning, WebSearch,
    };

    fn read(usage: &str) -> Counts {
        let mut read = Usage::default();
        read_openai_chat(&mut Reader::new(usage), &mut read).expect("valid JSON");
        read.counts
    }

    fn check(usage: &str, expected: &[(Bucket, u64)]) {
        let counts = read(usage);
        for (bucket, count) in expected {
            assert_eq!(counts.get(*bucket), Some(*count), "{} in {usage}", bucket.name());
        }
    }

    #[test]
    fn output_beyond_the_completion_shows_in_the_total() {
        check(
            r#"{"prompt_tokens":1432,"completion_tokens":8,"total_tokens":1796,
                "completion_tokens_details":{"reasoning_tokens":356}}"#,
            &[(Input, 1432), (Output, 364), (OutputReasoning, 356)],
        );
        check(
            r#"{"completion_tokens":102,"prompt_tokens":758,"total_tokens":1725}"#,
            &[(Input, 758), (Output, 967)],
        );
    }

    #[test]
    fn citations_and_their_reasoning_are_output() {
        check(
            r#"{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,"citation_tokens":20016,
                "num_search_queries":30,"reasoning_tokens":73997}"#,
            &[
                (Input, 33),
                (Output, 101_176),
                (OutputReasoning, 73_997),
                (OutputCitation, 20_016),
                (WebSearch, 30),
            ],
        );
        check(
            r#"{"prompt_tokens":1,"completion_tokens":20,"total_tokens":21,"reasoning_tokens":5}"#,
            &[(Output, 20), (OutputReasoning, 5)],
        );
    }

    #[test]
    fn cached_tokens_are_found_under_every_name() {
        for cached in [
            r#""prompt_tokens_details":{"cached_tokens":900}"#,
            r#""prompt_token_details":{"cached_tokens":900}"#,
            r#""prompt_cache_hit_tokens":900,"prompt_cache_miss_tokens":100"#,
            r#""cached_tokens":900"#,
            r#""num_cached_tokens":900"#,
            r#""prompt_tokens_details":{"cached_tokens":900},"cached_tokens":0"#,
        ] {
            check(
                &alloc::format!(r#"{{"prompt_tokens":1000,"completion_tokens":10,{cached}}}"#),
                &[(Input, 1000), (CacheRead, 900), (Output, 10)],
            );
        }
        check(r#"{"prompt_cache_hit_tokens":900,"prompt_cache_miss_tokens":100}"#, &[(Input, 1000)]);
    }

    #[test]
    fn more_cached_than_prompted_lies_outside_the_prompt() {
        check(
            r#"{"prompt_tokens":7,"completion_tokens":1,"total_tokens":8,
                "prompt_tokens_details":{"cached_tokens":161}}"#,
            &[(Input, 168), (CacheRead, 161), (Output, 1)],
        );
    }

    #[test]
    fn cached_and_written_may_overlap_in_the_prompt() {
        check(
            r#"{"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":80,"cache_write_tokens":40}}"#,
            &[(Input, 100), (CacheRead, 80), (CacheWrite, 40)],
        );
    }

    #[test]
    fn cache_writes_are_split_by_their_time() {
        check(
            r#"{"prompt_tokens":10000,"completion_tokens":100,"total_tokens":10100,"prompt_tokens_details":
                {"cached_tokens":0,"cache_write_tokens":9000,"audio_tokens":3,
                 "cache_write_tokens_details":{"ttl_30m_tokens":4000,"ttl_12h_tokens":5000}}}"#,
            &[
                (Input, 10_000),
                (CacheWrite, 9000),
                (CacheWrite30m, 4000),
                (CacheWrite12h, 5000),
                (InputAudio, 3),
            ],
        );
        check(
            r#"{"prompt_tokens":50,"prompt_tokens_details":{"cache_creation_input_tokens":40}}"#,
            &[(Input, 50), (CacheWrite, 40)],
        );
    }

    #[test]
    fn what_is_not_stated_is_absent() {
        let counts = read(r#"{"prompt_tokens":5,"completion_tokens":null,"total_tokens":null}"#);
        assert_eq!(counts.iter().count(), 1);
        assert_eq!(read("null"), Counts::default());
        assert_eq!(read(r#"{"total_tokens":9}"#), Counts::default());
    }
}
