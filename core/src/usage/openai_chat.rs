//! The usage object of OpenAI Chat and its dialects.

use alloc::borrow::Cow;
use alloc::string::String;

use super::stated_cost::StatedCost;
use super::{Bucket, Contradiction, Counts, Usage};
use crate::json::{self, Reader};

/// Reads one usage object into `usage`; what it does not state stays as it was.
///
/// A cost that it states is read too. The dialects are told apart by what they state, never by name:
/// cached tokens under one of seven names, output that only the total shows (xAI, Gemini's compatible
/// endpoint), citations on top of the completion (Perplexity). A part that is larger than its whole
/// cannot lie in it, so it lies beside: cached tokens (Mistral, xAI at Azure), sound (Mistral),
/// thinking (Gemini behind Vercel's gateway).
///
/// # Errors
/// The text is not JSON.
pub fn read_openai_chat(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let mut raw = Raw::default();
    raw.read(r, &mut usage.counts)?;
    raw.conclude(&mut usage.counts);
    usage.beside = raw.beside(&usage.counts);
    usage.stated_cost = raw.cost.amount().or(usage.stated_cost);
    // Mistral and Groq state it here; a response that states it itself comes first.
    usage.service_tier = usage.service_tier.take().or(raw.service_tier);
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
    audio: Option<u64>,
    audio_flat: Option<u64>,
    cost: StatedCost,
    service_tier: Option<String>,
    /// Whether it has a field that only Perplexity has.
    is_perplexity: bool,
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
                | "cached_prompt_text_tokens"
                | "cache_read_input_tokens"
                | "cache_read_tokens" => keep(&mut self.cached_flat, r.opt_u64()?),
                "prompt_cache_miss_tokens" => keep(&mut self.miss, r.opt_u64()?),
                "cache_creation_input_tokens" | "cache_creation_tokens" | "cache_write_tokens" => {
                    keep(&mut self.written_flat, r.opt_u64()?);
                }
                "cache_creation" => cache_creation(r, counts)?,
                "reasoning_tokens" => keep(&mut self.reasoning_flat, r.opt_u64()?),
                "citation_tokens" => {
                    self.is_perplexity = true;
                    keep(&mut self.citations, r.opt_u64()?);
                }
                "search_context_size" => {
                    self.is_perplexity = true;
                    r.skip()?;
                }
                "audio_prompt_tokens" => keep(&mut self.audio_flat, r.opt_u64()?),
                "prompt_audio_seconds" => sound_seconds(counts, r.opt_u64()?),
                "num_search_queries" => counts.set_opt(Bucket::WebSearch, r.opt_u64()?),
                "server_tool_use" | "server_tool_use_details" => server_tools(r, counts)?,
                "server_side_tool_usage_details" => read_xai_tools(r, counts)?,
                "service_tier" => self.service_tier = r.opt_string()?.map(Cow::into_owned),
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
                "audio_tokens" => keep(&mut self.audio, r.opt_u64()?),
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
        counts.set_opt(Bucket::InputAudio, self.audio.or(self.audio_flat));
        counts.set_opt(Bucket::CacheRead, self.cached.or(self.cached_flat));
        counts.set_opt(Bucket::CacheWrite, self.written.or(self.written_flat));
        counts.set_opt(Bucket::OutputReasoning, self.reasoning.or(self.reasoning_flat));
        counts.set_opt(Bucket::OutputCitation, self.citations);
        // Parts that only an earlier snapshot stated count as well.
        let input = self.input(counts);
        counts.set_opt(Bucket::Input, input);
        counts.set_opt(Bucket::Output, self.output(input, counts));
    }

    /// The prompt with the parts that cannot lie in it.
    fn input(&self, parts: &Counts) -> Option<u64> {
        let part = |bucket| parts.get(bucket).unwrap_or(0);
        let cached = part(Bucket::CacheRead);
        let Some(prompt) = self.prompt else {
            return Some(parts.get(Bucket::CacheRead)?.saturating_add(self.miss?));
        };
        let mut input = prompt;
        if cached > prompt {
            input = input.saturating_add(cached).saturating_add(part(Bucket::CacheWrite));
        }
        let sound = part(Bucket::InputAudio);
        if sound > prompt || self.total_adds(prompt, sound) {
            input = input.saturating_add(sound);
        }
        Some(input)
    }

    /// The part that lies beside its whole because it is larger, where no total and no custom of a provider
    /// that shows in the fields says that it does.
    fn beside(&self, parts: &Counts) -> Option<Contradiction> {
        let part = |bucket| parts.get(bucket).unwrap_or(0);
        let (cached, thinking) = (part(Bucket::CacheRead), part(Bucket::OutputReasoning));
        if let Some(count) = self.prompt.filter(|prompt| cached > *prompt) {
            let parts = cached.saturating_add(part(Bucket::CacheWrite));
            return Some(Contradiction { whole: Bucket::Input, count, parts });
        }
        let is_told = self.is_perplexity || self.total_adds(self.prompt.unwrap_or(0), thinking);
        let count = self.completion.filter(|completion| thinking > *completion && !is_told)?;
        Some(Contradiction { whole: Bucket::Output, count, parts: thinking })
    }

    /// Whether the total is the prompt, the completion and that much, which is not nothing.
    fn total_adds(&self, prompt: u64, much: u64) -> bool {
        let sum = prompt.saturating_add(self.completion.unwrap_or(0)).saturating_add(much);
        much > 0 && self.total == Some(sum)
    }

    fn output(&self, input: Option<u64>, parts: &Counts) -> Option<u64> {
        let part = |bucket| parts.get(bucket).unwrap_or(0);
        let stated = self.completion.map(|completion| {
            let (citations, thinking) = (part(Bucket::OutputCitation), part(Bucket::OutputReasoning));
            // Perplexity counts citations and thinking beside the completion.
            let is_beside = thinking > completion || self.is_perplexity;
            completion.saturating_add(citations).saturating_add(if is_beside { thinking } else { 0 })
        });
        let rest = self.total.zip(input).map(|(total, input)| total.saturating_sub(input));
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

/// Seconds of sound read, which are seconds of sound.
fn sound_seconds(counts: &mut Counts, seconds: Option<u64>) {
    counts.set_opt(Bucket::AudioSecond, seconds);
    counts.set_opt(Bucket::InputAudioSecond, seconds);
}

/// Reads xAI's `server_side_tool_usage_details`, which both of its wires spell alike.
pub(super) fn read_xai_tools(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "file_search_calls" => counts.set_opt(Bucket::FileSearch, r.opt_u64()?),
            "web_search_calls" => counts.set_opt(Bucket::WebSearch, r.opt_u64()?),
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
        AudioSecond, CacheRead, CacheWrite, CacheWrite12h, CacheWrite30m, Input, InputAudio,
        InputAudioSecond, Output, OutputCitation, OutputReasoning, WebSearch,
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
    fn sound_beside_the_prompt_shows_in_the_total() {
        check(
            r#"{"prompt_audio_seconds":4,"prompt_tokens":9,"total_tokens":585,"completion_tokens":201,
                "prompt_tokens_details":{"cached_tokens":0,"audio_tokens":375}}"#,
            &[(Input, 384), (InputAudio, 375), (Output, 201), (InputAudioSecond, 4), (AudioSecond, 4)],
        );
        check(
            r#"{"prompt_tokens":900,"completion_tokens":10,"total_tokens":1285,"prompt_tokens_details":{"audio_tokens":375}}"#,
            &[(Input, 1275), (Output, 10)],
        );
        check(
            r#"{"prompt_tokens":900,"completion_tokens":10,"total_tokens":910,"prompt_tokens_details":{"audio_tokens":375}}"#,
            &[(Input, 900), (Output, 10)],
        );
    }

    #[test]
    fn more_thinking_than_completion_lies_beside_it() {
        check(
            r#"{"prompt_tokens":40,"completion_tokens":14,"total_tokens":54,"cost":0.001592,
                "completion_tokens_details":{"reasoning_tokens":112}}"#,
            &[(Input, 40), (Output, 126), (OutputReasoning, 112)],
        );
    }

    #[test]
    fn a_later_snapshot_keeps_the_parts_that_it_leaves_out() {
        let mut usage = Usage::default();
        for text in [
            r#"{"prompt_tokens":7,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":161},
                "completion_tokens_details":{"reasoning_tokens":4}}"#,
            r#"{"prompt_tokens":7,"completion_tokens":2}"#,
        ] {
            read_openai_chat(&mut Reader::new(text), &mut usage).expect(text);
        }
        let stated = [(Input, 168), (Output, 6), (CacheRead, 161), (OutputReasoning, 4)];
        assert!(usage.counts.iter().eq(stated), "{:?}", usage.counts);
    }

    #[test]
    fn a_tier_that_the_response_states_comes_before_that_of_the_usage() {
        let tier = |known: Option<&str>| {
            let mut usage = Usage { service_tier: known.map(Into::into), ..Usage::default() };
            read_openai_chat(&mut Reader::new(r#"{"service_tier":"on_demand"}"#), &mut usage).expect("JSON");
            usage.service_tier
        };
        assert_eq!(tier(None).as_deref(), Some("on_demand"));
        assert_eq!(tier(Some("flex")).as_deref(), Some("flex"));
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
