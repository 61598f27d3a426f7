//! How a provider deviates from its wire, as data.

use alloc::borrow::Cow;

use crate::model::Wire;

/// Where the credential goes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// `Authorization: Bearer …`
    Bearer,
    /// A header of this name that holds the bare key: `x-api-key`, `x-goog-api-key`.
    Header(Cow<'static, str>),
    /// Nowhere.
    None,
}

/// Which field bounds the output on a Chat dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxTokensField {
    /// `max_completion_tokens`
    MaxCompletionTokens,
    /// `max_tokens`
    MaxTokens,
}

/// How a Chat dialect is told how much to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReasoningSwitch {
    /// `reasoning_effort`
    Effort,
    /// `enable_thinking` and `thinking_budget` (Qwen)
    EnableThinking,
    /// Not at all.
    None,
    /// `reasoning: {effort, max_tokens}` (OpenRouter)
    ReasoningObject,
    /// `thinking: {type}` and `reasoning_effort` (DeepSeek)
    ThinkingType,
}

/// A provider's way of speaking a wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Dialect {
    /// The stable name: `openai`, `anthropic`, `gemini`, `deepseek`, …
    pub name: Cow<'static, str>,
    /// The wire.
    pub wire: Wire,
    /// Whose opaque state it understands: two dialects of one vendor share it.
    pub vendor: &'static str,
    /// Its own host; empty for software that runs anywhere.
    pub base_url: &'static str,
    /// The environment variable that holds its key.
    pub key_variable: &'static str,
    /// Whether it refuses calls without a credential.
    pub needs_credential: bool,
    /// Where the credential goes.
    pub auth: Auth,
    /// Headers that every request carries (versions).
    pub headers: &'static [(&'static str, &'static str)],
    /// Whether it knows the role `developer`.
    pub developer_role: bool,
    /// Which field bounds the output.
    pub max_tokens: MaxTokensField,
    /// How it is told how much to think.
    pub reasoning: ReasoningSwitch,
    /// Whether `stream_options.include_usage` may be sent.
    pub stream_options: bool,
    /// The name of the seed field.
    pub seed_field: &'static str,
    /// The word for "must call a tool".
    pub required_word: &'static str,
    /// The assistant field in which reasoning text goes back; empty where it does not.
    pub reasoning_field: &'static str,
}

const CHAT: Dialect = Dialect {
    name: Cow::Borrowed("openai-compatible"),
    wire: Wire::OpenaiChat,
    vendor: "openai-compatible",
    base_url: "",
    key_variable: "OPENAI_COMPATIBLE_API_KEY",
    needs_credential: false,
    auth: Auth::Bearer,
    headers: &[],
    developer_role: false,
    max_tokens: MaxTokensField::MaxTokens,
    reasoning: ReasoningSwitch::Effort,
    stream_options: true,
    seed_field: "seed",
    required_word: "required",
    reasoning_field: "",
};

impl Dialect {
    /// OpenAI, Chat Completions.
    pub const OPENAI: Self = Self {
        name: Cow::Borrowed("openai"),
        vendor: "openai",
        base_url: "https://api.openai.com/v1",
        key_variable: "OPENAI_API_KEY",
        needs_credential: true,
        developer_role: true,
        max_tokens: MaxTokensField::MaxCompletionTokens,
        ..CHAT
    };

    /// OpenAI, Responses.
    pub const OPENAI_RESPONSES: Self =
        Self { name: Cow::Borrowed("openai-responses"), wire: Wire::OpenaiResponses, ..Self::OPENAI };

    /// Anthropic, Messages; version 2026-10-21.
    pub const ANTHROPIC: Self = Self {
        name: Cow::Borrowed("anthropic"),
        wire: Wire::Anthropic,
        vendor: "anthropic",
        base_url: "https://api.anthropic.com",
        key_variable: "ANTHROPIC_API_KEY",
        needs_credential: true,
        auth: Auth::Header(Cow::Borrowed("x-api-key")),
        headers: &[("anthropic-version", "2026-10-21")],
        ..CHAT
    };

    /// Google, Gemini API.
    pub const GEMINI: Self = Self {
        name: Cow::Borrowed("gemini"),
        wire: Wire::Gemini,
        vendor: "google",
        base_url: "https://generativelanguage.googleapis.com",
        key_variable: "GEMINI_API_KEY",
        needs_credential: true,
        auth: Auth::Header(Cow::Borrowed("x-goog-api-key")),
        ..CHAT
    };

    /// Every dialect known by name.
    pub const ALL: &'static [Self] =
        &[Self::ANTHROPIC, Self::GEMINI, Self::OPENAI, Self::OPENAI_RESPONSES, CHAT];

    /// The dialect of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|d| d.name == name)
    }

    /// The plain dialect of a wire, which reads every deviation that is known.
    pub fn of_wire(wire: Wire) -> &'static Self {
        match wire {
            Wire::Anthropic => &Self::ANTHROPIC,
            Wire::Gemini => &Self::GEMINI,
            Wire::OpenaiChat => &Self::OPENAI,
            Wire::OpenaiResponses => &Self::OPENAI_RESPONSES,
        }
    }
}
