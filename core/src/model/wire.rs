//! The four wires.

use core::fmt;

/// A wire protocol that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wire {
    /// Anthropic Messages, `POST /v1/messages`.
    Anthropic,
    /// Gemini generateContent, `POST /v1/models/{model}:generateContent`.
    Gemini,
    /// OpenAI Chat Completions and its dialects, `POST /v1/chat/completions`.
    OpenaiChat,
    /// OpenAI Responses, `POST /v1/responses`.
    OpenaiResponses,
}

impl Wire {
    /// All four, in alphabetical order.
    pub const ALL: [Self; 4] = [Self::Anthropic, Self::Gemini, Self::OpenaiChat, Self::OpenaiResponses];

    /// The stable name: `anthropic`, `gemini`, `openai_chat`, `openai_responses`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::OpenaiChat => "openai_chat",
            Self::OpenaiResponses => "openai_responses",
        }
    }

    /// The wire of that name; hyphens and underscores are alike, and the recordings' longer names
    /// (`anthropic_messages`) are understood.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "anthropic" | "anthropic_messages" | "anthropic-messages" => Self::Anthropic,
            "gemini" => Self::Gemini,
            "openai_chat" | "openai-chat" | "chat" => Self::OpenaiChat,
            "openai_responses" | "openai-responses" | "responses" => Self::OpenaiResponses,
            _ => return None,
        })
    }
}

impl fmt::Display for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
