//! Whose usage object one is, told by the names of its fields.

use crate::json::{self, Reader};

/// Whose usage object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Anthropic,
    Bedrock,
    Chat,
    Cohere,
    Duration,
    Gemini,
    Interactions,
    Responses,
}

/// Which tell-tale names stand in an object.
#[derive(Debug, Default)]
struct Names {
    chat: bool,
    gemini: bool,
    interactions: bool,
    bedrock: bool,
    cohere: bool,
    duration: bool,
    /// OpenAI Responses and Anthropic alike.
    plain: bool,
    /// Anthropic, where no total says that the input holds its parts.
    anthropic: bool,
    total: bool,
    cost: bool,
    /// Around a usage object.
    envelope: bool,
}

impl Names {
    fn note(&mut self, key: &str, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let name = match key {
            "prompt_tokens" | "completion_tokens" | "prompt_cache_hit_tokens" => &mut self.chat,
            "promptTokenCount"
            | "candidatesTokenCount"
            | "thoughtsTokenCount"
            | "totalTokenCount"
            | "cachedContentTokenCount"
            | "toolUsePromptTokenCount" => &mut self.gemini,
            "total_input_tokens" | "total_output_tokens" | "total_thought_tokens" => &mut self.interactions,
            "inputTokens" | "outputTokens" => &mut self.bedrock,
            "billed_units" => &mut self.cohere,
            "input_tokens" | "output_tokens" => &mut self.plain,
            "cache_creation_input_tokens"
            | "cache_read_input_tokens"
            | "cache_creation"
            | "iterations"
            | "server_tool_use"
            | "inference_geo"
            | "speed" => &mut self.anthropic,
            "total_tokens" | "input_tokens_details" => &mut self.total,
            "cost" | "cost_in_usd_ticks" => &mut self.cost,
            "usage" | "usageMetadata" | "usage_metadata" | "choices" | "output" | "content" => {
                &mut self.envelope
            }
            "type" => {
                self.duration |= r.opt_string()?.as_deref() == Some("duration");
                return Ok(());
            }
            _ => return r.skip(),
        };
        *name = true;
        r.skip()
    }

    const fn shape(&self) -> Option<Shape> {
        Some(match self {
            Self { envelope: true, .. } => return None,
            Self { gemini: true, .. } => Shape::Gemini,
            Self { interactions: true, .. } => Shape::Interactions,
            Self { bedrock: true, .. } => Shape::Bedrock,
            Self { cohere: true, .. } => Shape::Cohere,
            Self { chat: true, .. } => Shape::Chat,
            Self { anthropic: true, total: false, .. } => Shape::Anthropic,
            Self { plain: true, .. } => Shape::Responses,
            Self { duration: true, .. } => Shape::Duration,
            Self { total: true, .. } | Self { cost: true, .. } => Shape::Chat,
            _ => return None,
        })
    }
}

impl Shape {
    /// The shape of a usage object; `None` where it is none.
    pub(super) fn of(object: &str) -> Result<Option<Self>, json::Error> {
        let (mut r, mut names) = (Reader::new(object), Names::default());
        let Some(mut fields) = r.opt_object()? else { return Ok(None) };
        while let Some(key) = fields.key(&mut r)? {
            names.note(&key, &mut r)?;
        }
        Ok(names.shape())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_api_is_told_by_its_fields() {
        for (text, shape) in [
            (r#"{"prompt_tokens":1,"cache_read_input_tokens":2}"#, Some(Shape::Chat)),
            (r#"{"input_tokens":1,"output_tokens":2,"total_tokens":3}"#, Some(Shape::Responses)),
            (r#"{"input_tokens":1,"cache_read_input_tokens":2}"#, Some(Shape::Anthropic)),
            (r#"{"output_tokens":15,"server_tool_use":null}"#, Some(Shape::Anthropic)),
            (r#"{"totalTokenCount":1}"#, Some(Shape::Gemini)),
            (r#"{"total_input_tokens":1,"total_tokens":2}"#, Some(Shape::Interactions)),
            (r#"{"inputTokens":1}"#, Some(Shape::Bedrock)),
            (r#"{"billed_units":{}}"#, Some(Shape::Cohere)),
            (r#"{"type":"duration","seconds":9}"#, Some(Shape::Duration)),
            (r#"{"cost":0.1}"#, Some(Shape::Chat)),
            (r#"{"usage":{},"cost":1}"#, None),
            (r#"{"type":"message_stop"}"#, None),
            ("null", None),
        ] {
            assert_eq!(Shape::of(text), Ok(shape), "{text}");
        }
    }
}
