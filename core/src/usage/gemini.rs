//! The usage object of Gemini, `usageMetadata`.
//!
//! The whole input is `promptTokenCount` (cached tokens included) and `toolUsePromptTokenCount`; the
//! whole output is `candidatesTokenCount` and `thoughtsTokenCount`.

use alloc::borrow::Cow;

use super::{Bucket, Counts};
use crate::json::{self, Reader};

/// Reads one usage object into `counts`; what it does not state stays as it was.
///
/// # Errors
/// The text is not JSON.
pub fn read_gemini(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    read_gemini_snapshot(r, counts).map(|_| ())
}

/// What a usage object says beside its counts.
#[derive(Debug, Default)]
pub(crate) struct GeminiSnapshot<'a> {
    /// The service tier.
    pub(crate) tier: Option<Cow<'a, str>>,
    /// Whether it counts anything; some name only a tier or a kind of traffic.
    pub(crate) is_counted: bool,
}

/// As [`read_gemini`]; gives what the object says beside its counts.
///
/// # Errors
/// The text is not JSON.
pub(crate) fn read_gemini_snapshot<'a>(
    r: &mut Reader<'a>,
    counts: &mut Counts,
) -> Result<GeminiSnapshot<'a>, json::Error> {
    let mut tier = None;
    let mut tokens = Tokens::default();
    let Some(mut fields) = r.opt_object()? else { return Ok(GeminiSnapshot::default()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "promptTokenCount" => tokens.prompt = r.opt_u64()?,
            "candidatesTokenCount" => tokens.candidates = r.opt_u64()?,
            "thoughtsTokenCount" => tokens.thoughts = r.opt_u64()?,
            "promptTokensDetails" => tokens.input.read(r)?,
            "candidatesTokensDetails" => tokens.output.read(r)?,
            "cachedContentTokenCount" => counts.set_opt(Bucket::CacheRead, r.opt_u64()?),
            "cacheTokensDetails" => tokens.cache.read(r)?,
            "toolUsePromptTokenCount" => tokens.tool_use = r.opt_u64()?,
            "toolUsePromptTokensDetails" => tokens.input.read(r)?,
            "serviceTier" => tier = r.opt_string()?.or(tier),
            "trafficType" => tier = tier.or(traffic_tier(r.opt_string()?)),
            _ => r.skip()?,
        }
    }
    tokens.state(counts);
    Ok(GeminiSnapshot { tier, is_counted: tokens.is_counted() })
}

/// Reads the usage object of Gemini's Interactions, which counts the same things under other names,
/// and its searches.
///
/// # Errors
/// The text is not JSON.
pub(super) fn read_interactions(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let mut tokens = Tokens::default();
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "total_input_tokens" => tokens.prompt = r.opt_u64()?,
            "total_output_tokens" => tokens.candidates = r.opt_u64()?,
            "total_thought_tokens" => tokens.thoughts = r.opt_u64()?,
            "total_tool_use_tokens" => tokens.tool_use = r.opt_u64()?,
            "total_cached_tokens" => counts.set_opt(Bucket::CacheRead, r.opt_u64()?),
            "input_tokens_by_modality" | "tool_use_tokens_by_modality" => tokens.input.read(r)?,
            "output_tokens_by_modality" => tokens.output.read(r)?,
            "cached_tokens_by_modality" => tokens.cache.read(r)?,
            "grounding_tool_count" => read_searches(r, counts)?,
            _ => r.skip()?,
        }
    }
    tokens.state(counts);
    Ok(())
}

/// A list of `{type, count}`.
fn read_searches(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let Some(mut list) = r.opt_array()? else { return Ok(()) };
    while list.element(r)? {
        let Some(mut fields) = r.opt_object()? else { continue };
        let (mut is_search, mut count) = (false, None);
        while let Some(key) = fields.key(r)? {
            match &*key {
                "count" => count = r.opt_u64()?,
                "type" => is_search = r.opt_string()?.as_deref() == Some("google_search"),
                _ => r.skip()?,
            }
        }
        if is_search {
            counts.set_opt(Bucket::WebSearch, count);
        }
    }
    Ok(())
}

/// The counts of one object, before they are added up.
#[derive(Default)]
struct Tokens {
    prompt: Option<u64>,
    tool_use: Option<u64>,
    candidates: Option<u64>,
    thoughts: Option<u64>,
    input: Modalities,
    output: Modalities,
    cache: Modalities,
}

impl Tokens {
    const fn is_counted(&self) -> bool {
        self.prompt.is_some()
            || self.candidates.is_some()
            || self.thoughts.is_some()
            || self.tool_use.is_some()
    }

    fn state(&self, counts: &mut Counts) {
        // A snapshot may leave out what an earlier one has stated.
        let known_use = counts.tool_use;
        let prompt =
            self.prompt.or_else(|| Some(counts.get(Bucket::Input)?.saturating_sub(known_use.unwrap_or(0))));
        counts.tool_use = self.tool_use.or(known_use);
        counts.set_opt(Bucket::Input, sum(prompt, counts.tool_use));
        if self.candidates.is_some() || self.thoughts.is_some() {
            let known = counts.get(Bucket::OutputReasoning);
            let candidates = self
                .candidates
                .or_else(|| Some(counts.get(Bucket::Output)?.saturating_sub(known.unwrap_or(0))));
            counts.set_opt(Bucket::Output, sum(candidates, self.thoughts.or(known)));
        }
        counts.set_opt(Bucket::OutputReasoning, self.thoughts);
        counts.set_opt(Bucket::InputAudio, self.input.audio);
        counts.set_opt(Bucket::InputImage, self.input.image);
        counts.set_opt(Bucket::InputVideo, self.input.video);
        counts.set_opt(Bucket::CacheReadAudio, self.cache.audio);
        counts.set_opt(Bucket::CacheReadImage, self.cache.image);
        counts.set_opt(Bucket::OutputAudio, self.output.audio);
        counts.set_opt(Bucket::OutputImage, self.output.image);
        counts.set_opt(Bucket::OutputVideo, self.output.video);
    }
}

/// What of a count is no text.
#[derive(Default)]
struct Modalities {
    audio: Option<u64>,
    image: Option<u64>,
    video: Option<u64>,
}

impl Modalities {
    /// Adds a list of `{modality, tokenCount}`, or `{modality, tokens}`.
    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        while list.element(r)? {
            let Some(mut fields) = r.opt_object()? else { continue };
            let (mut modality, mut count) = (None, None);
            while let Some(key) = fields.key(r)? {
                match &*key {
                    "modality" => modality = r.opt_text()?,
                    "tokenCount" | "tokens" => count = r.opt_u64()?,
                    _ => r.skip()?,
                }
            }
            // Proto JSON may spell an enum by its number; Interactions spells it small.
            let place = match modality.as_deref() {
                Some("AUDIO" | "audio" | "4") => &mut self.audio,
                Some("IMAGE" | "DOCUMENT" | "image" | "document" | "2" | "5") => &mut self.image,
                Some("VIDEO" | "video" | "3") => &mut self.video,
                _ => continue,
            };
            *place = sum(*place, count);
        }
        Ok(())
    }
}

fn sum(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (one, other) => one.or(other),
    }
}

/// The tier that Vertex's `trafficType` names, where it is not the standard one.
fn traffic_tier(traffic: Option<Cow<'_, str>>) -> Option<Cow<'_, str>> {
    match &*traffic? {
        "ON_DEMAND_FLEX" => Some(Cow::Borrowed("flex")),
        "ON_DEMAND_PRIORITY" => Some(Cow::Borrowed("priority")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Counts {
        let mut counts = Counts::default();
        for text in texts {
            read_gemini(&mut Reader::new(text), &mut counts).expect(text);
        }
        counts
    }

    #[test]
    fn wholes_include_tool_use_and_thoughts() {
        let counts =
            read(&[r#"{"promptTokenCount":50,"toolUsePromptTokenCount":7,"cachedContentTokenCount":20,
            "candidatesTokenCount":25,"thoughtsTokenCount":5,"totalTokenCount":87}"#]);
        assert_eq!(counts.get(Bucket::Input), Some(57));
        assert_eq!(counts.get(Bucket::CacheRead), Some(20));
        assert_eq!(counts.get(Bucket::Output), Some(30));
        assert_eq!(counts.get(Bucket::OutputReasoning), Some(5));
    }

    #[test]
    fn absent_output_is_not_zero() {
        let counts = read(&[r#"{"promptTokenCount":3,"totalTokenCount":3}"#]);
        assert_eq!(counts.get(Bucket::Output), None);
        assert_eq!(read(&[r#"{"trafficType":"ON_DEMAND"}"#]), Counts::default());
    }

    #[test]
    fn documents_count_as_images_and_enums_may_be_numbers() {
        let counts = read(&[
            r#"{"promptTokenCount":9,"promptTokensDetails":[{"modality":"TEXT","tokenCount":1},
            {"modality":"IMAGE","tokenCount":2},{"modality":"DOCUMENT","tokenCount":3},{"modality":4,"tokenCount":4}],
            "cacheTokensDetails":[{"modality":5,"tokenCount":3}]}"#,
        ]);
        assert_eq!(counts.get(Bucket::InputImage), Some(5));
        assert_eq!(counts.get(Bucket::InputAudio), Some(4));
        assert_eq!(counts.get(Bucket::InputVideo), None);
        assert_eq!(counts.get(Bucket::CacheReadImage), Some(3));
    }

    #[test]
    fn later_totals_replace_and_silence_keeps() {
        let counts = read(&[
            r#"{"promptTokenCount":9,"thoughtsTokenCount":4}"#,
            r#"{"promptTokenCount":9,"candidatesTokenCount":2}"#,
            r#"{"candidatesTokenCount":6}"#,
        ]);
        assert_eq!(counts.get(Bucket::Output), Some(10));
        assert_eq!(counts.get(Bucket::Input), Some(9));
    }

    #[test]
    fn tool_use_stays_over_snapshots() {
        for texts in [
            [
                r#"{"promptTokenCount":9,"toolUsePromptTokenCount":3}"#,
                r#"{"promptTokenCount":9,"candidatesTokenCount":2}"#,
            ],
            [r#"{"promptTokenCount":9}"#, r#"{"toolUsePromptTokenCount":3}"#],
            [r#"{"toolUsePromptTokenCount":3}"#, r#"{"promptTokenCount":9}"#],
            [r#"{"promptTokenCount":9,"toolUsePromptTokenCount":1}"#, r#"{"toolUsePromptTokenCount":3}"#],
        ] {
            assert_eq!(read(&texts).get(Bucket::Input), Some(12), "{texts:?}");
        }
    }

    #[test]
    fn interactions_count_the_same_under_other_names() {
        let text = r#"{"total_input_tokens":53,"total_cached_tokens":8,"total_output_tokens":269,
            "total_thought_tokens":279,"total_tool_use_tokens":7,"total_tokens":608,
            "input_tokens_by_modality":[{"modality":"text","tokens":50},{"modality":"image","tokens":3}],
            "grounding_tool_count":[{"type":"url_context","count":9},{"type":"google_search","count":1}]}"#;
        let mut counts = Counts::default();
        read_interactions(&mut Reader::new(text), &mut counts).expect(text);
        let expected = [
            (Bucket::Input, 60),
            (Bucket::Output, 548),
            (Bucket::CacheRead, 8),
            (Bucket::InputImage, 3),
            (Bucket::OutputReasoning, 279),
            (Bucket::WebSearch, 1),
        ];
        assert!(counts.iter().eq(expected), "{counts:?}");
    }

    #[test]
    fn the_tier_is_the_one_reported() {
        let tier =
            |text| read_gemini_snapshot(&mut Reader::new(text), &mut Counts::default()).expect("valid").tier;
        assert_eq!(tier(r#"{"serviceTier":"flex","trafficType":"ON_DEMAND"}"#).as_deref(), Some("flex"));
        assert_eq!(tier(r#"{"trafficType":"ON_DEMAND_PRIORITY"}"#).as_deref(), Some("priority"));
        assert_eq!(tier(r#"{"trafficType":"ON_DEMAND"}"#), None);
    }
}
