//! Token counts in inclusive buckets.
//!
//! A part is also counted in its whole: `output_reasoning` is inside `output`, `cache_read` inside
//! `input`. Billing takes the differences. A count that the provider did not state is absent, never
//! zero. Streamed counts are cumulative at every provider here: the last value replaces.

mod anthropic;
mod gemini;
mod openai_chat;
mod openai_responses;

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub(crate) use anthropic::Snapshot as AnthropicSnapshot;
pub use anthropic::read_anthropic;
pub use gemini::read_gemini;
pub(crate) use gemini::{GeminiSnapshot, read_gemini_snapshot};
pub use openai_chat::read_openai_chat;
pub use openai_responses::read_openai_responses;
pub(crate) use openai_responses::read_tool_usage;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Bucket {
    /// All tokens read, cached and written ones included.
    Input,
    /// All tokens produced, thinking included.
    Output,
    /// Tokens read from a prompt cache; part of `Input`.
    CacheRead,
    /// Tokens written to a prompt cache; part of `Input`.
    CacheWrite,
    /// Written for 5 minutes; part of `CacheWrite`.
    CacheWrite5m,
    /// Written for 30 minutes; part of `CacheWrite`.
    CacheWrite30m,
    /// Written for an hour; part of `CacheWrite`.
    CacheWrite1h,
    /// Written for 12 hours; part of `CacheWrite`.
    CacheWrite12h,
    /// Sound read; part of `Input`.
    InputAudio,
    /// Pictures and documents read; part of `Input`.
    InputImage,
    /// Moving pictures read; part of `Input`.
    InputVideo,
    /// Sound read from a cache; part of `CacheRead` and `InputAudio`.
    CacheReadAudio,
    /// Pictures read from a cache; part of `CacheRead` and `InputImage`.
    CacheReadImage,
    /// Thinking; part of `Output`.
    OutputReasoning,
    /// Sound made; part of `Output`.
    OutputAudio,
    /// Pictures made; part of `Output`.
    OutputImage,
    /// Moving pictures made; part of `Output`.
    OutputVideo,
    /// Citations made (Perplexity); part of `Output`.
    OutputCitation,
    /// Predicted tokens that were used; part of `Output`.
    PredictionAccepted,
    /// Predicted tokens that were not; part of `Output`.
    PredictionRejected,
    /// Web searches that the provider made.
    WebSearch,
    /// Pages that the provider fetched.
    WebFetch,
    /// File searches that the provider made.
    FileSearch,
}

impl Bucket {
    /// Every bucket, wholes before their parts.
    pub const ALL: [Self; 23] = [
        Self::Input,
        Self::Output,
        Self::CacheRead,
        Self::CacheWrite,
        Self::CacheWrite5m,
        Self::CacheWrite30m,
        Self::CacheWrite1h,
        Self::CacheWrite12h,
        Self::InputAudio,
        Self::InputImage,
        Self::InputVideo,
        Self::CacheReadAudio,
        Self::CacheReadImage,
        Self::OutputReasoning,
        Self::OutputAudio,
        Self::OutputImage,
        Self::OutputVideo,
        Self::OutputCitation,
        Self::PredictionAccepted,
        Self::PredictionRejected,
        Self::WebSearch,
        Self::WebFetch,
        Self::FileSearch,
    ];

    /// The stable name, as the price tables spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Output => "output",
            Self::CacheRead => "cache_read",
            Self::CacheWrite => "cache_write",
            Self::CacheWrite5m => "cache_write_5m",
            Self::CacheWrite30m => "cache_write_30m",
            Self::CacheWrite1h => "cache_write_1h",
            Self::CacheWrite12h => "cache_write_12h",
            Self::InputAudio => "input_audio",
            Self::InputImage => "input_image",
            Self::InputVideo => "input_video",
            Self::CacheReadAudio => "cache_read_audio",
            Self::CacheReadImage => "cache_read_image",
            Self::OutputReasoning => "output_reasoning",
            Self::OutputAudio => "output_audio",
            Self::OutputImage => "output_image",
            Self::OutputVideo => "output_video",
            Self::OutputCitation => "output_citation",
            Self::PredictionAccepted => "prediction_accepted",
            Self::PredictionRejected => "prediction_rejected",
            Self::WebSearch => "web_search",
            Self::WebFetch => "web_fetch",
            Self::FileSearch => "file_search",
        }
    }
}

/// A count for each bucket, or none where nothing was stated.
#[derive(Clone, Copy)]
pub struct Counts {
    stated: u32,
    values: [u64; Bucket::ALL.len()],
    /// Gemini: what of the input its tools used, which a later snapshot may leave out. No count of
    /// its own, so it makes no difference between two.
    tool_use: Option<u64>,
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        (self.stated, self.values) == (other.stated, other.values)
    }
}

impl Eq for Counts {}

impl Default for Counts {
    fn default() -> Self {
        Self { stated: 0, values: [0; Bucket::ALL.len()], tool_use: None }
    }
}

impl Counts {
    /// The count of `bucket`, if stated.
    pub const fn get(&self, bucket: Bucket) -> Option<u64> {
        if self.stated >> bucket as u32 & 1 == 1 { Some(self.values[bucket as usize]) } else { None }
    }

    /// States a count; replaces any earlier one.
    pub const fn set(&mut self, bucket: Bucket, count: u64) {
        self.stated |= 1 << bucket as u32;
        self.values[bucket as usize] = count;
    }

    /// States a count if there is one; leaves the earlier one if not.
    pub const fn set_opt(&mut self, bucket: Bucket, count: Option<u64>) {
        if let Some(count) = count {
            self.set(bucket, count);
        }
    }

    /// Whether nothing is stated.
    pub const fn is_empty(&self) -> bool {
        self.stated == 0
    }

    /// Adds the counts of another call or attempt, saturating; what only one side states stays.
    pub fn add(&mut self, other: &Self) {
        for (bucket, count) in other.iter() {
            self.set(bucket, self.get(bucket).unwrap_or(0).saturating_add(count));
        }
    }

    /// The stated counts, wholes first.
    pub fn iter(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        Bucket::ALL.into_iter().filter_map(|b| Some((b, self.get(b)?)))
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(b, n)| (b.name(), n))).finish()
    }
}

/// How much a usage tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// The provider stated the final counts.
    Complete,
    /// Guessed, not stated.
    Estimated,
    /// Stated, but the response went on after, or an attempt's counts are missing.
    Partial,
    /// Nothing was stated.
    #[default]
    Unknown,
}

impl Completeness {
    /// The stable name: `complete`, `estimated`, `partial`, `unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Estimated => "estimated",
            Self::Partial => "partial",
            Self::Unknown => "unknown",
        }
    }
}

/// What a response, an attempt or a call used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// The counts, inclusive.
    pub counts: Counts,
    /// How much they tell.
    pub completeness: Completeness,
    /// The service tier that the response reports.
    pub service_tier: Option<String>,
    /// The provider's usage objects as they came, JSON text; a later snapshot replaces the one it
    /// repeats (Anthropic sends one at the start and one at the end: both are kept).
    pub raw: Vec<String>,
}

impl Usage {
    /// Adds what another attempt used. The sum is as complete as its least complete side.
    pub fn add(&mut self, other: &Self) {
        use Completeness::{Complete, Estimated, Partial, Unknown};
        self.completeness = match (self.completeness, other.completeness) {
            (Complete, Complete) => Complete,
            (Unknown, Unknown) => Unknown,
            (Estimated, Estimated | Complete) | (Complete, Estimated) => Estimated,
            _ => Partial,
        };
        self.counts.add(&other.counts);
        self.raw.extend(other.raw.iter().cloned());
        if other.service_tier.is_some() {
            self.service_tier.clone_from(&other.service_tier);
        }
    }

    /// The usage of an attempt that the provider refused before it read anything: stated as nothing.
    pub fn nothing_billed() -> Self {
        Self { completeness: Completeness::Complete, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_stand_at_their_own_number() {
        for (at, bucket) in Bucket::ALL.into_iter().enumerate() {
            assert_eq!(bucket as usize, at);
        }
    }

    #[test]
    fn absent_is_not_zero() {
        let mut counts = Counts::default();
        assert_eq!(counts.get(Bucket::Input), None);
        counts.set(Bucket::Input, 0);
        assert_eq!(counts.get(Bucket::Input), Some(0));
        assert_eq!(counts.iter().count(), 1);
    }

    #[test]
    fn an_unknown_attempt_makes_the_sum_partial() {
        let mut sum = Usage::nothing_billed();
        sum.counts.set(Bucket::Output, 5);
        sum.add(&Usage::default());
        assert_eq!(sum.completeness, Completeness::Partial);
        assert_eq!(sum.counts.get(Bucket::Output), Some(5));
    }
}
