//! Usage from a response body of any API, told by its fields.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec;

use super::other_apis::{read_bedrock, read_cohere, read_duration};
use super::{
    Completeness, Usage, read_anthropic, read_gemini_snapshot, read_openai_chat, read_openai_responses,
    read_tool_usage,
};
use crate::json::{self, Kind, Reader};

/// What a body says of what it used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyUsage {
    /// The usage; [`Completeness::Unknown`] where the body states none.
    pub usage: Usage,
    /// The model that it names.
    pub model: Option<String>,
}

/// The deepest an envelope lies in another one: an event around a response around its usage.
const MAX_ENVELOPES: u32 = 4;

impl BodyUsage {
    /// Reads a whole response, a bare usage object, one event of a stream, or a list of events, of any
    /// API: OpenAI Chat and its dialects, OpenAI Responses and Live, Anthropic, Gemini, Bedrock
    /// Converse, Cohere. Which it is shows in the names of the counts.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn from_json(text: &str) -> Result<Self, json::Error> {
        let mut body = Self::default();
        body.take(text)?;
        Ok(body)
    }

    /// Takes the next event of a stream: counts that it states replace earlier ones.
    ///
    /// # Errors
    /// As [`BodyUsage::from_json`].
    pub fn take(&mut self, text: &str) -> Result<(), json::Error> {
        let mut r = Reader::new(text);
        if r.kind()? == Kind::Array {
            let mut events = r.array()?;
            while events.element(&mut r)? {
                let event = r.raw()?;
                self.take_object(event, MAX_ENVELOPES)?;
            }
        } else {
            let object = r.raw()?;
            self.take_object(object, MAX_ENVELOPES)?;
        }
        r.end()?;
        if !self.usage.counts.is_empty() || self.usage.stated_cost.is_some() {
            self.usage.completeness = Completeness::Complete;
        }
        Ok(())
    }

    /// Takes an envelope or a usage object.
    fn take_object(&mut self, object: &str, depth: u32) -> Result<(), json::Error> {
        if let Some(shape) = Shape::of(object)? {
            return self.take_usage(shape, object);
        }
        let mut r = Reader::new(object);
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        let (mut vendor, mut standard) = (None, None);
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "model" | "modelVersion" => self.note_model(r.opt_string()?),
                "service_tier" => self.note_tier(r.opt_string()?),
                "tool_usage" => read_tool_usage(&mut r, &mut self.usage.counts)?,
                "usage" | "usageMetadata" | "usage_metadata" => {
                    standard = Some(r.raw()?).filter(|u| *u != "null")
                }
                // Groq; Cohere's first version; envelopes of events.
                "x_groq" | "meta" => vendor = Some(r.raw()?),
                "message" | "response" | "metadata" if depth > 0 => {
                    let inner = r.raw()?;
                    self.take_object(inner, depth - 1)?;
                }
                _ => r.skip()?,
            }
        }
        match standard.or(vendor) {
            Some(inner) if depth > 0 => self.take_object(inner, depth - 1),
            _ => Ok(()),
        }
    }

    fn note_model(&mut self, model: Option<Cow<'_, str>>) {
        if let Some(model) = model {
            self.model = Some(model.into_owned());
        }
    }

    fn note_tier(&mut self, tier: Option<Cow<'_, str>>) {
        if let Some(tier) = tier {
            self.usage.service_tier = Some(tier.into_owned());
        }
    }

    fn take_usage(&mut self, shape: Shape, object: &str) -> Result<(), json::Error> {
        let (r, usage) = (&mut Reader::new(object), &mut self.usage);
        match shape {
            Shape::Anthropic => read_anthropic(r, usage)?,
            Shape::Bedrock => read_bedrock(r, usage)?,
            Shape::Chat => read_openai_chat(r, usage)?,
            Shape::Cohere => read_cohere(r, usage)?,
            Shape::Duration => read_duration(r, usage)?,
            Shape::Gemini => {
                let tier = read_gemini_snapshot(r, &mut usage.counts)?.tier;
                self.note_tier(tier);
            }
            Shape::Responses => read_openai_responses(r, usage)?,
        }
        self.usage.raw = vec![object.to_owned()];
        Ok(())
    }
}

/// Whose usage object it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Anthropic,
    Bedrock,
    Chat,
    Cohere,
    Duration,
    Gemini,
    Responses,
}

/// Which tell-tale names stand in an object.
#[derive(Debug, Default)]
struct Names {
    chat: bool,
    gemini: bool,
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
            "inputTokens" | "outputTokens" => &mut self.bedrock,
            "billed_units" => &mut self.cohere,
            "input_tokens" | "output_tokens" => &mut self.plain,
            "cache_creation_input_tokens"
            | "cache_read_input_tokens"
            | "cache_creation"
            | "iterations"
            | "server_tool_use"
            | "inference_geo" => &mut self.anthropic,
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
    fn of(object: &str) -> Result<Option<Self>, json::Error> {
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
    use crate::usage::Bucket::{AudioSecond, CacheRead, Input, Output};

    fn read(text: &str) -> BodyUsage {
        BodyUsage::from_json(text).expect(text)
    }

    #[test]
    fn every_api_is_told_by_its_fields() {
        for (text, shape) in [
            (r#"{"prompt_tokens":1,"cache_read_input_tokens":2}"#, Some(Shape::Chat)),
            (r#"{"input_tokens":1,"output_tokens":2,"total_tokens":3}"#, Some(Shape::Responses)),
            (r#"{"input_tokens":1,"cache_read_input_tokens":2}"#, Some(Shape::Anthropic)),
            (r#"{"output_tokens":15,"server_tool_use":null}"#, Some(Shape::Anthropic)),
            (r#"{"totalTokenCount":1}"#, Some(Shape::Gemini)),
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

    #[test]
    fn a_usage_is_found_in_its_envelopes() {
        let nested = r#"{"type":"response.completed","response":{"model":"m","service_tier":"flex",
            "usage":{"input_tokens":5,"output_tokens":1,"total_tokens":6}}}"#;
        let body = read(nested);
        assert_eq!((body.model.as_deref(), body.usage.service_tier.as_deref()), (Some("m"), Some("flex")));
        assert_eq!(body.usage.counts.get(Input), Some(5));
        assert_eq!(body.usage.completeness, Completeness::Complete);
        let events = r#"[{"type":"message_start","message":{"model":"c","usage":{"input_tokens":25,
            "cache_read_input_tokens":5,"output_tokens":1}}},{"type":"message_delta","usage":{"output_tokens":15}}]"#;
        let counts = read(events).usage.counts;
        assert_eq!(
            (counts.get(Input), counts.get(CacheRead), counts.get(Output)),
            (Some(30), Some(5), Some(15))
        );
    }

    #[test]
    fn one_usage_under_two_names_counts_once() {
        let both = r#"{"choices":[],"x_groq":{"usage":{"prompt_tokens":23,"completion_tokens":19}},
            "usage":{"prompt_tokens":23,"completion_tokens":19}}"#;
        assert_eq!(read(both).usage.counts.get(Input), Some(23));
        let alone = r#"{"choices":[],"usage":null,"x_groq":{"usage":{"prompt_tokens":23}}}"#;
        assert_eq!(read(alone).usage.counts.get(Input), Some(23));
        assert_eq!(read(r#"{"type":"duration","seconds":9}"#).usage.counts.get(AudioSecond), Some(9));
    }

    #[test]
    fn a_body_without_usage_states_nothing() {
        for text in ["{}", "[]", "1", r#"{"error":{"message":"no"}}"#, r#"{"message":{"message":{}}}"#] {
            assert_eq!(read(text), BodyUsage::default(), "{text}");
        }
        assert!(BodyUsage::from_json("{").is_err() && BodyUsage::from_json("{} {}").is_err());
    }
}
