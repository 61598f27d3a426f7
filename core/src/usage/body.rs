//! Usage from a response body of any API, told by its fields.

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;
use alloc::vec;

use super::gemini::read_interactions;
use super::other_apis::{read_bedrock, read_cohere, read_duration};
use super::shape::Shape;
use super::{
    Bucket, Completeness, Usage, read_anthropic, read_gemini_snapshot, read_openai_chat,
    read_openai_responses, read_tool_usage,
};
use crate::json::{self, Kind, Reader};

/// What a body says of what it used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BodyUsage {
    /// The usage; [`Completeness::Unknown`] where the body states none.
    pub usage: Usage,
    /// The model that it names.
    pub model: Option<String>,
    is_anthropic: bool,
}

/// The deepest an envelope lies in another one: an event around a response around its usage.
const MAX_ENVELOPES: u32 = 4;

impl BodyUsage {
    /// Reads a whole response, a bare usage object, one event of a stream, or a list of events, of any
    /// API: OpenAI Chat and its dialects, OpenAI Responses, Realtime and Live, Anthropic, Gemini and its
    /// Interactions, Bedrock Converse, Cohere, Ollama, Llama at Bedrock. Which it is shows in the names of
    /// the counts.
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
        let counts = &self.usage.counts;
        if !counts.is_empty() || self.usage.stated_cost.is_some() {
            // An output without an input is half of a usage.
            let is_half = counts.get(Bucket::Output).is_some() && counts.get(Bucket::Input).is_none();
            self.usage.completeness = if is_half { Completeness::Partial } else { Completeness::Complete };
        }
        Ok(())
    }

    /// Takes an envelope or a usage object.
    fn take_object(&mut self, object: &str, depth: u32) -> Result<(), json::Error> {
        match Shape::of(object)? {
            // A later event of a stream may leave out what told whose it is.
            Some(Shape::Responses) if self.is_anthropic && !has_total(object)? => {
                self.take_usage(Shape::Anthropic, object)
            }
            Some(shape) => self.take_usage(shape, object),
            None => self.take_envelope(object, depth),
        }
    }

    /// Takes what lies around a usage object; its own fields are none.
    fn take_envelope(&mut self, object: &str, depth: u32) -> Result<(), json::Error> {
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
                // Groq; Cohere's first version.
                "x_groq" | "meta" => vendor = Some(r.raw()?),
                // Ollama, and Llama at Bedrock, have no usage object.
                "prompt_eval_count" | "prompt_token_count" => {
                    self.usage.counts.set_opt(Bucket::Input, r.opt_u64()?);
                }
                "eval_count" | "generation_token_count" => {
                    self.usage.counts.set_opt(Bucket::Output, r.opt_u64()?);
                }
                "type" => self.note_type(r.opt_string()?),
                // Bedrock's stream; elsewhere it is the caller's own.
                "metadata" => {
                    let inner = r.raw()?;
                    if let Some(usage) = usage_within(inner)? {
                        self.take_object(usage, 0)?;
                    }
                }
                // Events of streams.
                "delta" | "interaction" | "message" | "response" if depth > 0 => {
                    let inner = r.raw()?;
                    self.take_envelope(inner, depth - 1)?;
                }
                _ => r.skip()?,
            }
        }
        match standard.or(vendor) {
            Some(inner) if depth > 0 => self.take_object(inner, depth - 1),
            _ => Ok(()),
        }
    }

    /// Messages and their events are Anthropic's.
    fn note_type(&mut self, kind: Option<Cow<'_, str>>) {
        self.is_anthropic |= matches!(kind.as_deref(), Some("message" | "message_start" | "message_delta"));
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
            Shape::Anthropic => {
                self.is_anthropic = true;
                read_anthropic(r, usage)?;
            }
            Shape::Bedrock => read_bedrock(r, usage)?,
            Shape::Chat => read_openai_chat(r, usage)?,
            Shape::Cohere => read_cohere(r, usage)?,
            Shape::Duration => read_duration(r, usage)?,
            Shape::Gemini => {
                let tier = read_gemini_snapshot(r, &mut usage.counts)?.tier;
                self.note_tier(tier);
            }
            Shape::Interactions => read_interactions(r, &mut usage.counts)?,
            Shape::Responses => read_openai_responses(r, usage)?,
        }
        self.usage.raw = vec![object.to_owned()];
        Ok(())
    }
}

/// The usage object of a stream's metadata, if it is one.
fn usage_within(object: &str) -> Result<Option<&str>, json::Error> {
    let mut r = Reader::new(object);
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    let mut usage = None;
    while let Some(key) = fields.key(&mut r)? {
        match &*key {
            "usage" if r.kind()? == Kind::Object => usage = Some(r.raw()?),
            _ => r.skip()?,
        }
    }
    Ok(usage)
}

/// Whether the object states a total, which Anthropic's never does.
fn has_total(object: &str) -> Result<bool, json::Error> {
    let mut r = Reader::new(object);
    let Some(mut fields) = r.opt_object()? else { return Ok(false) };
    let mut found = false;
    while let Some(key) = fields.key(&mut r)? {
        found |= matches!(&*key, "total_tokens" | "input_tokens_details");
        r.skip()?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Bucket::{AudioSecond, CacheRead, Input, Output};

    fn read(text: &str) -> BodyUsage {
        BodyUsage::from_json(text).expect(text)
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
    fn what_a_caller_wrote_into_its_metadata_is_no_usage() {
        let body = r#"{"object":"response","model":"m","service_tier":"default","usage":{"input_tokens":5,
            "output_tokens":1,"total_tokens":6},"metadata":{"cost":"12","service_tier":"flex","model":"x"}}"#;
        let body = read(body);
        assert_eq!((body.usage.stated_cost, body.model.as_deref()), (None, Some("m")));
        assert_eq!(body.usage.service_tier.as_deref(), Some("default"));
        let bedrock = r#"{"metadata":{"usage":{"inputTokens":3,"outputTokens":1}}}"#;
        assert_eq!(read(bedrock).usage.counts.get(Input), Some(3));
    }

    #[test]
    fn an_event_that_leaves_out_the_cache_is_of_the_stream_that_stated_it() {
        let events = r#"[{"type":"message_start","message":{"usage":{"input_tokens":25,
            "cache_creation_input_tokens":10,"cache_read_input_tokens":3,"output_tokens":1}}},
            {"type":"message_delta","usage":{"input_tokens":25,"output_tokens":15}}]"#;
        assert_eq!(read(events).usage.counts.get(Input), Some(38));
        let fast = r#"{"type":"message","usage":{"input_tokens":10,"output_tokens":1,"speed":"fast"}}"#;
        assert_eq!(read(fast).usage.speed.as_deref(), Some("fast"));
    }

    #[test]
    fn an_output_without_an_input_is_half_of_a_usage() {
        let body = read(r#"{"usage":{"prompt_tokens":-5,"completion_tokens":5}}"#);
        assert_eq!(body.usage.completeness, Completeness::Partial);
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
    fn counts_without_a_usage_object_are_read_where_they_stand() {
        let last =
            r#"{"model":"m","message":{"content":""},"done":true,"prompt_eval_count":13,"eval_count":23}"#;
        for text in [last, r#"{"generation":"","prompt_token_count":13,"generation_token_count":23}"#] {
            let counts = read(text).usage.counts;
            assert_eq!((counts.get(Input), counts.get(Output)), (Some(13), Some(23)));
        }
        assert_eq!(read(last).model.as_deref(), Some("m"));
    }

    #[test]
    fn what_a_caller_noted_is_no_usage() {
        let noted = r#"{"id":"r","metadata":{"input_tokens":"5"},"usage":null}"#;
        assert_eq!(read(noted), BodyUsage::default());
    }

    #[test]
    fn the_last_event_of_a_stream_may_hold_its_usage_in_a_delta() {
        let end = r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{
            "billed_units":{"input_tokens":68,"output_tokens":8},"cached_tokens":992}}}"#;
        assert_eq!(read(end).usage.counts.iter().collect::<vec::Vec<_>>(), [(Input, 68), (Output, 8)]);
    }

    #[test]
    fn a_body_without_usage_states_nothing() {
        for text in ["{}", "[]", "1", r#"{"error":{"message":"no"}}"#, r#"{"message":{"message":{}}}"#] {
            assert_eq!(read(text), BodyUsage::default(), "{text}");
        }
        assert!(BodyUsage::from_json("{").is_err() && BodyUsage::from_json("{} {}").is_err());
    }
}
