//! Token counts in inclusive buckets.
//!
//! A part is also counted in its whole: `output_reasoning` is inside `output`, `cache_read` inside
//! `input`. Billing takes the differences ([`pricing`](crate::pricing)). A count that the provider did not
//! state is absent, never zero. Streamed counts are cumulative at every provider here: the last value
//! replaces.
//!
//! # What is the whole
//!
//! Providers count the same things in and out of each other. The readers bring all to the same two wholes:
//!
//! | API | input | output |
//! | --- | --- | --- |
//! | OpenAI Chat and what is compatible | `prompt_tokens` | `completion_tokens` |
//! | … Gemini's endpoint, xAI | `prompt_tokens` | `total_tokens` − `prompt_tokens` |
//! | … Perplexity | `prompt_tokens` | `completion_tokens` + `citation_tokens` + `reasoning_tokens` |
//! | … DeepSeek | hits + misses, which are `prompt_tokens` | `completion_tokens` |
//! | … Mistral, of sound | `prompt_tokens` + `audio_tokens` | `completion_tokens` |
//! | OpenAI Responses and Realtime | `input_tokens` | `output_tokens` |
//! | Anthropic | `input_tokens` + `cache_read_…` + `cache_creation_…` | `output_tokens` |
//! | … with `iterations` | the same, summed over them | the same |
//! | Gemini | `promptTokenCount` + `toolUsePromptTokenCount` | `candidatesTokenCount` + `thoughtsTokenCount` |
//! | … Interactions | `total_input_tokens` + `total_tool_use_tokens` | `total_output_tokens` + `total_thought_tokens` |
//! | Bedrock Converse | `inputTokens` + `cacheRead…` + `cacheWrite…` | `outputTokens` |
//! | Cohere | `billed_units.input_tokens` | `billed_units.output_tokens` |
//! | Ollama | `prompt_eval_count` | `eval_count` |
//!
//! Dialects are told by what they state, not by name, and two facts decide where it is unclear: what a
//! stated total adds to prompt and completion is output that the completion left out, and a part that is
//! larger than its whole lies beside it. [`Counts::check`] tells of what is left of a contradiction, and
//! [`Usage::raw`] keeps what came.
//!
//! ```
//! use tokenwire_core::usage::{BodyUsage, Bucket};
//! let body = BodyUsage::from_json(
//!     r#"{"type":"message","model":"claude-opus-5-5","usage":{"input_tokens":21,
//!         "cache_read_input_tokens":1000,"cache_creation_input_tokens":2000,
//!         "cache_creation":{"ephemeral_5m_input_tokens":1500,"ephemeral_1h_input_tokens":500},
//!         "output_tokens":393}}"#,
//! )?;
//! let counts = body.usage.counts;
//! assert_eq!(counts.get(Bucket::Input), Some(3_021));
//! assert_eq!(counts.get(Bucket::CacheWrite), Some(2_000)); // of these 3,021
//! assert_eq!(counts.get(Bucket::CacheWrite1h), Some(500)); // of these 2,000
//! assert_eq!(counts.get(Bucket::OutputReasoning), None); // not stated, so not zero
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Ledger`] adds up many calls by account, and [`estimate_tokens`] guesses where nothing was counted yet.

mod anthropic;
mod body;
mod body_stream;
mod bucket;
mod contradiction;
mod counts;
mod estimate;
mod gemini;
mod ledger;
mod ledger_json;
mod openai_chat;
mod openai_responses;
mod other_apis;
mod shape;
mod stated_cost;

use alloc::string::String;
use alloc::vec::Vec;

use crate::money::Amount;

pub(crate) use anthropic::Snapshot as AnthropicSnapshot;
pub use anthropic::read_anthropic;
pub use body::BodyUsage;
pub use body_stream::BodyError;
pub use bucket::Bucket;
pub use contradiction::Contradiction;
pub use counts::Counts;
pub use estimate::estimate_tokens;
pub use gemini::read_gemini;
pub(crate) use gemini::{GeminiSnapshot, read_gemini_snapshot};
pub use ledger::{Account, Entry, Ledger, Sum, Tally};
pub use ledger_json::NotALedger;
pub use openai_chat::read_openai_chat;
pub use openai_responses::read_openai_responses;
pub(crate) use openai_responses::read_tool_usage;

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

    /// How much the sum of two tells: as much as the one that tells less.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        use Completeness::{Complete, Estimated, Partial, Unknown};
        match (self, other) {
            (Complete, Complete) => Complete,
            (Unknown, Unknown) => Unknown,
            (Estimated, Estimated | Complete) | (Complete, Estimated) => Estimated,
            _ => Partial,
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
    /// The speed that the response reports (Anthropic's `fast`).
    pub speed: Option<String>,
    /// Where the response says that it was made (Anthropic's `inference_geo`).
    pub region: Option<String>,
    /// A part that was stated larger than its whole, and was counted beside it. Some providers count so;
    /// from the others it is a contradiction, and [`crate::pricing::Cost`] knows who is who.
    pub beside: Option<Contradiction>,
    /// What the provider says that it cost (OpenRouter, xAI, Perplexity). It beats any price table.
    pub stated_cost: Option<Amount>,
    /// The provider's usage objects as they came, JSON text; a later snapshot replaces the one it
    /// repeats (Anthropic sends one at the start and one at the end: both are kept).
    pub raw: Vec<String>,
}

impl Usage {
    /// Adds what another attempt used. The sum is as complete as its least complete side.
    pub fn add(&mut self, other: &Self) {
        self.completeness = self.completeness.and(other.completeness);
        self.stated_cost = match (self.stated_cost, other.stated_cost) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            // Half a sum would look like a whole one.
            (one, None) if other.counts.is_empty() => one,
            (None, one) if self.counts.is_empty() => one,
            _ => None,
        };
        self.counts.add(&other.counts);
        self.raw.extend(other.raw.iter().cloned());
        for (into, from) in [
            (&mut self.service_tier, &other.service_tier),
            (&mut self.speed, &other.speed),
            (&mut self.region, &other.region),
        ] {
            if from.is_some() {
                into.clone_from(from);
            }
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
    fn an_unknown_attempt_makes_the_sum_partial() {
        let mut sum = Usage::nothing_billed();
        sum.counts.set(Bucket::Output, 5);
        sum.add(&Usage::default());
        assert_eq!(sum.completeness, Completeness::Partial);
        assert_eq!(sum.counts.get(Bucket::Output), Some(5));
    }
}
