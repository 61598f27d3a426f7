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
    /// `reasoning: {effort, max_tokens, summary}` (OpenRouter)
    ReasoningObject,
    /// `chat_template_kwargs: {enable_thinking}` (vLLM)
    TemplateArgument,
    /// `thinking: {type}` and `reasoning_effort` of low, high and max (DeepSeek)
    ThinkingType,
}

/// How a Chat dialect is told to cache everything up to a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CacheMarks {
    /// `prompt_cache_breakpoint: {mode: "explicit", ttl}` of 30m or 12h (OpenAI)
    Breakpoint,
    /// `cache_control: {type: "ephemeral", ttl}` of 5m or 1h, as Anthropic spells it
    CacheControl,
    /// Not at all.
    None,
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
    /// Its id in price tables; empty where no table has it.
    pub price_list: &'static str,
    /// Its own host, version included; the default address for local software; empty where there
    /// is neither.
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
    /// The assistant field in which reasoning text goes back; empty where it does not, `content`
    /// where it goes back as a `thinking` part of the content (Mistral).
    pub reasoning_field: &'static str,
    /// Whether it knows what OpenAI alone added to the wire: custom and allowed tools, `refusal`,
    /// `store`, `metadata`, `prompt_cache_key`.
    pub is_native: bool,
    /// How it is told to cache.
    pub cache: CacheMarks,
    /// The field for the end user's id; empty where there is none.
    pub user_field: &'static str,
    /// Whether it knows `service_tier`.
    pub service_tier: bool,
    /// Whether it knows `top_k`.
    pub top_k: bool,
    /// Whether its servers may pass on tool calls as the text that the model wrote. Such text is then
    /// made calls again ([`crate::tool_text`]).
    pub tool_text: bool,
    /// Whether a file part holds its fields itself, instead of an object `file` (DeepSeek).
    pub flat_files: bool,
}

const CHAT: Dialect = Dialect {
    name: Cow::Borrowed("openai-compatible"),
    wire: Wire::OpenaiChat,
    vendor: "openai-compatible",
    price_list: "",
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
    is_native: false,
    cache: CacheMarks::None,
    user_field: "user",
    service_tier: false,
    top_k: false,
    tool_text: true,
    flat_files: false,
};

/// A provider on the net: no call without a credential.
const HOSTED: Dialect = Dialect { needs_credential: true, tool_text: false, ..CHAT };

impl Dialect {
    /// OpenAI, Chat Completions.
    pub const OPENAI: Self = Self {
        name: Cow::Borrowed("openai"),
        vendor: "openai",
        price_list: "openai",
        base_url: "https://api.openai.com/v1",
        key_variable: "OPENAI_API_KEY",
        tool_text: false,
        needs_credential: true,
        developer_role: true,
        max_tokens: MaxTokensField::MaxCompletionTokens,
        is_native: true,
        cache: CacheMarks::Breakpoint,
        user_field: "safety_identifier",
        service_tier: true,
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
        price_list: "anthropic",
        base_url: "https://api.anthropic.com",
        key_variable: "ANTHROPIC_API_KEY",
        tool_text: false,
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
        price_list: "google",
        base_url: "https://generativelanguage.googleapis.com",
        tool_text: false,
        key_variable: "GEMINI_API_KEY",
        needs_credential: true,
        auth: Auth::Header(Cow::Borrowed("x-goog-api-key")),
        ..CHAT
    };

    /// Azure OpenAI, its v1 endpoint; the host is the resource's own.
    pub const AZURE: Self = Self {
        name: Cow::Borrowed("azure"),
        vendor: "azure",
        price_list: "azure",
        base_url: "",
        key_variable: "AZURE_OPENAI_API_KEY",
        auth: Auth::Header(Cow::Borrowed("api-key")),
        ..Self::OPENAI
    };

    /// Cerebras.
    pub const CEREBRAS: Self = Self {
        name: Cow::Borrowed("cerebras"),
        vendor: "cerebras",
        price_list: "cerebras",
        base_url: "https://api.cerebras.ai/v1",
        key_variable: "CEREBRAS_API_KEY",
        max_tokens: MaxTokensField::MaxCompletionTokens,
        ..HOSTED
    };

    /// DeepSeek. Turns with tool calls are refused without their `reasoning_content`.
    pub const DEEPSEEK: Self = Self {
        name: Cow::Borrowed("deepseek"),
        vendor: "deepseek",
        price_list: "deepseek",
        base_url: "https://api.deepseek.com",
        key_variable: "DEEPSEEK_API_KEY",
        reasoning: ReasoningSwitch::ThinkingType,
        reasoning_field: "reasoning_content",
        user_field: "user_id",
        flat_files: true,
        ..HOSTED
    };

    /// Fireworks.
    pub const FIREWORKS: Self = Self {
        name: Cow::Borrowed("fireworks"),
        vendor: "fireworks",
        price_list: "fireworks",
        base_url: "https://api.fireworks.ai/inference/v1",
        key_variable: "FIREWORKS_API_KEY",
        top_k: true,
        ..HOSTED
    };

    /// Gemini's endpoint for OpenAI clients. Thought signatures are in `extra_content`.
    pub const GEMINI_OPENAI: Self = Self {
        name: Cow::Borrowed("gemini-openai"),
        vendor: "google",
        price_list: "google",
        base_url: "https://generativelanguage.googleapis.com/v1beta/openai",
        key_variable: "GEMINI_API_KEY",
        ..HOSTED
    };

    /// Groq.
    pub const GROQ: Self = Self {
        name: Cow::Borrowed("groq"),
        vendor: "groq",
        price_list: "groq",
        base_url: "https://api.groq.com/openai/v1",
        key_variable: "GROQ_API_KEY",
        max_tokens: MaxTokensField::MaxCompletionTokens,
        service_tier: true,
        ..HOSTED
    };

    /// Mistral. It refuses fields that it does not know, and tells the usage unasked.
    pub const MISTRAL: Self = Self {
        name: Cow::Borrowed("mistral"),
        vendor: "mistral",
        price_list: "mistral",
        base_url: "https://api.mistral.ai/v1",
        key_variable: "MISTRAL_API_KEY",
        stream_options: false,
        seed_field: "random_seed",
        required_word: "any",
        reasoning_field: "content",
        user_field: "",
        ..HOSTED
    };

    /// Moonshot (Kimi).
    pub const MOONSHOT: Self = Self {
        name: Cow::Borrowed("moonshot"),
        vendor: "moonshot",
        price_list: "moonshotai",
        base_url: "https://api.moonshot.ai/v1",
        key_variable: "MOONSHOT_API_KEY",
        reasoning_field: "reasoning_content",
        ..HOSTED
    };

    /// Ollama, at its default address.
    pub const OLLAMA: Self = Self {
        name: Cow::Borrowed("ollama"),
        vendor: "ollama",
        base_url: "http://localhost:11434/v1",
        key_variable: "OLLAMA_API_KEY",
        top_k: true,
        ..CHAT
    };

    /// OpenRouter. It tells the usage unasked, and wants `reasoning_details` back whole.
    pub const OPENROUTER: Self = Self {
        name: Cow::Borrowed("openrouter"),
        vendor: "openrouter",
        base_url: "https://openrouter.ai/api/v1",
        key_variable: "OPENROUTER_API_KEY",
        reasoning: ReasoningSwitch::ReasoningObject,
        stream_options: false,
        reasoning_field: "reasoning",
        cache: CacheMarks::CacheControl,
        service_tier: true,
        top_k: true,
        ..HOSTED
    };

    /// Perplexity.
    pub const PERPLEXITY: Self = Self {
        name: Cow::Borrowed("perplexity"),
        vendor: "perplexity",
        price_list: "perplexity",
        base_url: "https://api.perplexity.ai",
        key_variable: "PERPLEXITY_API_KEY",
        stream_options: false,
        top_k: true,
        ..HOSTED
    };

    /// Qwen (Alibaba's DashScope, international).
    pub const QWEN: Self = Self {
        name: Cow::Borrowed("qwen"),
        vendor: "alibaba",
        base_url: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
        key_variable: "DASHSCOPE_API_KEY",
        reasoning: ReasoningSwitch::EnableThinking,
        reasoning_field: "reasoning_content",
        cache: CacheMarks::CacheControl,
        top_k: true,
        ..HOSTED
    };

    /// Together.
    pub const TOGETHER: Self = Self {
        name: Cow::Borrowed("together"),
        vendor: "together",
        price_list: "together",
        base_url: "https://api.together.xyz/v1",
        key_variable: "TOGETHER_API_KEY",
        top_k: true,
        ..HOSTED
    };

    /// vLLM, at its default address.
    pub const VLLM: Self = Self {
        name: Cow::Borrowed("vllm"),
        vendor: "vllm",
        base_url: "http://localhost:8000/v1",
        key_variable: "VLLM_API_KEY",
        reasoning: ReasoningSwitch::TemplateArgument,
        top_k: true,
        ..CHAT
    };

    /// xAI, Chat Completions.
    pub const XAI: Self = Self {
        name: Cow::Borrowed("xai"),
        vendor: "xai",
        price_list: "x-ai",
        base_url: "https://api.x.ai/v1",
        key_variable: "XAI_API_KEY",
        ..HOSTED
    };

    /// Z.ai (GLM).
    pub const ZAI: Self = Self {
        name: Cow::Borrowed("zai"),
        vendor: "zai",
        price_list: "zai",
        base_url: "https://api.z.ai/api/paas/v4",
        key_variable: "ZAI_API_KEY",
        reasoning: ReasoningSwitch::ThinkingType,
        reasoning_field: "reasoning_content",
        user_field: "user_id",
        ..HOSTED
    };

    /// Every dialect known by name.
    pub const ALL: &'static [Self] = &[
        Self::ANTHROPIC,
        Self::AZURE,
        Self::CEREBRAS,
        Self::DEEPSEEK,
        Self::FIREWORKS,
        Self::GEMINI,
        Self::GEMINI_OPENAI,
        Self::GROQ,
        Self::MISTRAL,
        Self::MOONSHOT,
        Self::OLLAMA,
        Self::OPENAI,
        Self::OPENAI_RESPONSES,
        Self::OPENROUTER,
        Self::PERPLEXITY,
        Self::QWEN,
        Self::TOGETHER,
        Self::VLLM,
        Self::XAI,
        Self::ZAI,
        CHAT,
    ];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::BaseUrl;

    #[test]
    fn names_are_unique_and_found() {
        for (at, dialect) in Dialect::ALL.iter().enumerate() {
            assert_eq!(Dialect::by_name(&dialect.name), Some(dialect));
            assert!(Dialect::ALL[..at].iter().all(|d| d.name != dialect.name), "{}", dialect.name);
        }
        assert_eq!(Dialect::by_name("nobody"), None);
    }

    #[test]
    fn hosts_and_key_variables_are_well_formed() {
        for dialect in Dialect::ALL {
            let name = &dialect.name;
            let url = dialect.base_url;
            assert!(url.is_empty() || BaseUrl::parse(url).is_ok_and(|u| u.as_str() == url), "{name}: {url}");
            assert!(dialect.key_variable.ends_with("_API_KEY"), "{name}");
            assert!(!dialect.vendor.is_empty(), "{name}");
        }
    }

    #[test]
    fn only_openai_itself_is_native() {
        let native = Dialect::ALL.iter().filter(|d| d.is_native).map(|d| &*d.name);
        assert!(native.eq(["azure", "openai", "openai-responses"]));
    }
}
