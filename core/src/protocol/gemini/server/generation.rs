//! `generationConfig`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::fault::{Fault, Key, Read, count, each, excerpt, extension, fields, flag, number, string, word};
use super::schema::json_schema;
use crate::json::{RawJson, Reader};
use crate::model::{Effort, Extension, OutputFormat, Reasoning, Request, SummaryLevel, Wire};

/// Where the fields lie on the wire.
const PREFIX: &str = "generationConfig.";

/// The fields that mean something together, in whatever order they come.
#[derive(Default)]
struct Together<'a> {
    media_type: Option<Cow<'a, str>>,
    /// The schema and the field it came in.
    schema: Option<(String, RawJson)>,
    has_logprobs: Option<bool>,
    logprobs: Option<(String, u32)>,
    reasoning: Reasoning,
}

/// Reads `generationConfig` into `request`.
pub(super) fn read<'a>(r: &mut Reader<'a>, request: &mut Request) -> Read<()> {
    let mut together = Together::default();
    fields(r, &mut |key, r| together.field(key, r, request))?;
    together.finish(request);
    Ok(())
}

impl<'a> Together<'a> {
    fn field(&mut self, key: &Key<'a>, r: &mut Reader<'a>, request: &mut Request) -> Read<()> {
        let sampling = &mut request.sampling;
        match &*key.name {
            "temperature" => sampling.temperature = Some(number(r)?),
            "topP" => sampling.top_p = Some(number(r)?),
            "topK" => sampling.top_k = Some(number(r)?),
            "seed" => sampling.seed = Some(number(r)?),
            "presencePenalty" => sampling.presence_penalty = Some(number(r)?),
            "frequencyPenalty" => sampling.frequency_penalty = Some(number(r)?),
            "candidateCount" => sampling.candidates = Some(small(count(r)?)),
            "maxOutputTokens" => request.limits.max_output_tokens = Some(count(r)?),
            "stopSequences" => each(r, &mut |r, _| {
                request.stop.push(string(r)?.into_owned());
                Ok(())
            })?,
            "responseLogprobs" => self.has_logprobs = Some(flag(r)?),
            "logprobs" => self.logprobs = Some((key.spelled.as_ref().into(), small(count(r)?))),
            "responseMimeType" => self.media_type = Some(string(r)?),
            "responseJsonSchema" => {
                self.schema = Some((key.spelled.as_ref().into(), RawJson::trusted(r.raw()?)))
            }
            "responseSchema" => {
                let schema = json_schema(r.raw()?)?;
                // The other spelling says more.
                self.schema.get_or_insert_with(|| (key.spelled.as_ref().into(), schema));
            }
            "thinkingConfig" => self.thinking(r, request)?,
            _ => request.extensions.push(extension(PREFIX, key, r)?),
        }
        Ok(())
    }

    fn thinking(&mut self, r: &mut Reader<'a>, request: &mut Request) -> Read<()> {
        let reasoning = &mut self.reasoning;
        fields(r, &mut |key, r| {
            match &*key.name {
                "includeThoughts" => {
                    let shown = flag(r)?;
                    reasoning.summary = Some(if shown { SummaryLevel::Auto } else { SummaryLevel::Omitted });
                }
                "thinkingBudget" => budget(r, reasoning)?,
                "thinkingLevel" => match level(&word(&mut r.clone())?) {
                    Some(level) => {
                        reasoning.effort = level;
                        r.skip()?;
                    }
                    None => request.extensions.push(extension("generationConfig.thinkingConfig.", key, r)?),
                },
                _ => request.extensions.push(extension("generationConfig.thinkingConfig.", key, r)?),
            }
            Ok(())
        })
    }

    fn finish(self, request: &mut Request) {
        if self.reasoning != Reasoning::default() {
            request.reasoning = Some(self.reasoning);
        }
        match (self.has_logprobs, self.logprobs) {
            (Some(true), logprobs) => request.sampling.logprobs = Some(logprobs.map_or(0, |(_, n)| n)),
            (_, Some((spelled, n))) => {
                keep(request, &spelled, RawJson::trusted(&format!("{n}")));
            }
            (_, None) => {}
        }
        request.output = match (self.media_type.as_deref(), self.schema) {
            (None, None) => None,
            (Some("text/plain"), None) => Some(OutputFormat::Text),
            (Some("application/json"), None) => Some(OutputFormat::JsonObject),
            (None | Some("application/json"), Some((_, schema))) => Some(OutputFormat::JsonSchema {
                name: String::new(),
                description: None,
                schema,
                strict: None,
            }),
            (Some(media_type), schema) => {
                keep(request, "responseMimeType", RawJson::string(media_type));
                if let Some((spelled, schema)) = schema {
                    keep(request, &spelled, schema);
                }
                None
            }
        };
    }
}

fn keep(request: &mut Request, name: &str, value: RawJson) {
    request.extensions.push(Extension::new(Wire::Gemini, format!("{PREFIX}{name}"), value));
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Reads a budget in tokens; -1 leaves it to the provider.
fn budget(r: &mut Reader<'_>, reasoning: &mut Reasoning) -> Read<()> {
    let text = number(r)?;
    if text.as_str() == "-1" {
        reasoning.adaptive = true;
        return Ok(());
    }
    let budget = Reader::new(text.as_str()).opt_u64()?;
    reasoning.budget_tokens = Some(budget.ok_or_else(|| {
        Fault::new(format!("expected -1, 0 or a number of tokens, found {}", excerpt(text.as_str())))
    })?);
    Ok(())
}

/// The effort of a level, in any case; none for the unspecified one. `None` for another word.
fn level(word: &str) -> Option<Option<Effort>> {
    Some(match &*word.to_ascii_uppercase() {
        "MINIMAL" => Some(Effort::Minimal),
        "LOW" => Some(Effort::Low),
        "MEDIUM" => Some(Effort::Medium),
        "HIGH" => Some(Effort::High),
        "THINKING_LEVEL_UNSPECIFIED" => None,
        _ => return None,
    })
}
