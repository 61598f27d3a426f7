//! What an application asks for.

use alloc::string::String;
use alloc::vec::Vec;

use super::{CacheMark, Extension, Message, Tool, ToolChoice};
use crate::json::{Number, RawJson};

/// A request for one response, on no particular wire.
///
/// ```
/// use tokenwire_core::model::{Message, Request};
/// let mut request = Request::new("gpt-5.6", vec![Message::user("Name a colour.")]);
/// request.limits.max_output_tokens = Some(100);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The model's name at the provider.
    pub model: String,
    /// The conversation, oldest first.
    pub messages: Vec<Message>,
    /// The tools on offer.
    pub tools: Vec<Tool>,
    /// How to choose among them; `None` leaves it to the provider.
    pub tool_choice: Option<ToolChoice>,
    /// Whether several calls may come in one turn.
    pub parallel_tool_calls: Option<bool>,
    /// What form the answer must have.
    pub output: Option<OutputFormat>,
    /// How much to think.
    pub reasoning: Option<Reasoning>,
    /// How to draw.
    pub sampling: Sampling,
    /// How much to write.
    pub limits: Limits,
    /// Texts that end the answer.
    pub stop: Vec<String>,
    /// A cache mark over the whole request (Anthropic's top-level `cache_control`, OpenAI's
    /// `prompt_cache_options`).
    pub cache: Option<CacheMark>,
    /// A routing hint for the provider's prompt cache.
    pub cache_key: Option<String>,
    /// Key and value pairs kept with the response.
    pub metadata: Vec<(String, String)>,
    /// An opaque id of the end user.
    pub user: Option<String>,
    /// The wanted service tier, in the vendor's words.
    pub service_tier: Option<String>,
    /// Server-held state.
    pub state: State,
    /// Fields only one wire knows.
    pub extensions: Vec<Extension>,
}

impl Request {
    /// A request to `model` with these messages and nothing else set.
    pub fn new(model: impl Into<String>, messages: Vec<Message>) -> Self {
        Self { model: model.into(), messages, ..Self::default() }
    }

    /// The tools that the model may call: none where the choice is [`ToolChoice::None`], else all on offer.
    pub fn callable_tools(&self) -> &[Tool] {
        if self.tool_choice == Some(ToolChoice::None) { &[] } else { &self.tools }
    }
}

/// What form the answer must have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutputFormat {
    /// Any JSON object.
    JsonObject,
    /// JSON of this schema.
    JsonSchema {
        /// A name for it; OpenAI demands one.
        name: String,
        /// What it is, for the model.
        description: Option<String>,
        /// The schema, as text.
        schema: RawJson,
        /// Whether it must match exactly.
        strict: Option<bool>,
    },
    /// Text, the default.
    Text,
}

/// How much to think.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reasoning {
    /// The level.
    pub effort: Option<Effort>,
    /// A bound in tokens; `Some(0)` turns thinking off where the wire counts.
    pub budget_tokens: Option<u64>,
    /// Whether the provider should pick the budget itself (Gemini's -1, Anthropic's `adaptive`).
    pub adaptive: bool,
    /// How much of the thinking to show.
    pub summary: Option<SummaryLevel>,
}

/// A level of thinking (OpenAI's scale, the widest).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effort {
    /// No thinking.
    None,
    /// The least.
    Minimal,
    /// Little.
    Low,
    /// The middle.
    Medium,
    /// Much.
    High,
    /// More.
    Xhigh,
    /// The most.
    Max,
}

impl Effort {
    /// The stable name, which is OpenAI's.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minimal => "minimal",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Xhigh => "xhigh",
            Self::Max => "max",
        }
    }

    /// The level that comes closest to a budget of so many tokens: `None` for 0, at most `High`, which
    /// every model knows that thinks.
    pub const fn of_budget(tokens: u64) -> Self {
        match tokens {
            0 => Self::None,
            1..=1024 => Self::Minimal,
            1025..=4096 => Self::Low,
            4097..=16384 => Self::Medium,
            _ => Self::High,
        }
    }

    /// The level of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::None, Self::Minimal, Self::Low, Self::Medium, Self::High, Self::Xhigh, Self::Max]
            .into_iter()
            .find(|e| e.name() == name)
    }
}

/// How much of the thinking to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SummaryLevel {
    /// The provider decides.
    Auto,
    /// A short summary.
    Concise,
    /// A long summary.
    Detailed,
    /// Nothing.
    Omitted,
}

/// How to draw tokens. Numbers keep the spelling they were given in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sampling {
    /// Temperature.
    pub temperature: Option<Number>,
    /// Nucleus bound.
    pub top_p: Option<Number>,
    /// Candidates per token.
    pub top_k: Option<Number>,
    /// Seed.
    pub seed: Option<Number>,
    /// Presence penalty.
    pub presence_penalty: Option<Number>,
    /// Frequency penalty.
    pub frequency_penalty: Option<Number>,
    /// How many answers to draw (`n`, `candidateCount`).
    pub candidates: Option<u32>,
    /// How many alternatives to report with each token; `Some(0)` asks for the chosen token only.
    pub logprobs: Option<u32>,
}

/// How much to write.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Tokens of output, thinking included.
    pub max_output_tokens: Option<u64>,
    /// Calls to the provider's own tools (Responses).
    pub max_tool_calls: Option<u64>,
}

/// Server-held state that a request refers to or creates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Continue from this stored response (Responses).
    pub previous_response_id: Option<String>,
    /// Whether the provider keeps the response.
    pub store: Option<bool>,
    /// Run detached from the connection, so that a broken stream can be resumed (Responses).
    pub background: bool,
    /// Resume a long decode from here (Gemini 4).
    pub continuation_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_has_its_level_and_no_budget_asks_for_more_than_high() {
        let levels = [0, 1, 1024, 1025, 4096, 4097, 16_384, 16_385, 32_769, u64::MAX].map(Effort::of_budget);
        use Effort::{High, Low, Medium, Minimal};
        assert_eq!(levels, [Effort::None, Minimal, Minimal, Low, Low, Medium, Medium, High, High, High]);
    }
}
