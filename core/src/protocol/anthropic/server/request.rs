//! Requests.
//!
//! What encoding the result for this wire again changes:
//!
//! - a field that is null is one that is not there, an empty system prompt none;
//! - turns of the system before anyone else's join the system prompt;
//! - one text block without further fields becomes a string, and a string that is alone stays one;
//! - a turn of tool results and other blocks becomes several turns of one role, which the API joins,
//!   the results first;
//! - `type: custom` of a tool and a `caller` of type `direct` are left out, they are the default;
//! - `output_format` becomes `output_config.format`;
//! - an effort without `thinking` asks for adaptive thinking, because that is what an effort means to
//!   the vocabulary; beside thinking that is turned off it stays a field of this wire;
//! - `disable_parallel_tool_use` beside a choice of none is left out;
//! - `service_tier: standard_only` is the vocabulary's `default`, and becomes `standard_only` again.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::content::{Reading, cache};
use super::read::{At, Fields, Read, array, bool, count, no_json, number, string};
use super::tools;
use crate::json::{RawJson, Reader};
use crate::model::{Effort, Extension, OutputFormat, Reasoning, Request, SummaryLevel, Wire};
use crate::protocol::answer::{Asked, Incoming, StreamFraming};
use crate::protocol::anthropic::BETA;
use crate::protocol::seal::SealKey;

/// Decodes the body of a call for a message, or of one that counts its tokens.
///
/// Beta features that a header names are kept as a field of this wire; the version is not, as every
/// request names one.
pub(in crate::protocol) fn decode(incoming: &Incoming<'_>, key: &SealKey) -> Read<Asked> {
    let mut asking = Asking { reading: Reading::new(key), request: Request::default(), stream: false };
    let mut r = Reader::new(incoming.body);
    let rest = asking.body(&mut r)?;
    r.end().map_err(no_json)?;
    asking.reading.extend(&mut asking.request.extensions, "", rest, &At::BODY)?;
    let betas = incoming.headers.iter().filter(|(name, _)| *name == BETA);
    let betas: Vec<&str> = betas.map(|(_, value)| value).filter(|value| !value.trim().is_empty()).collect();
    if !betas.is_empty() {
        asking.extension(BETA, RawJson::string(&betas.join(",")).as_str());
    }
    if asking.request.model.trim().is_empty() {
        return Err(At::BODY.field("model").missing("a name"));
    }
    Ok(Asked {
        request: asking.request,
        stream: asking.stream,
        stream_usage: true,
        framing: StreamFraming::Sse,
        losses: asking.reading.losses,
        is_marked: asking.reading.is_marked,
    })
}

struct Asking<'k> {
    reading: Reading<'k>,
    request: Request,
    stream: bool,
}

impl Asking<'_> {
    /// Reads every field that has a word and gives the others back.
    fn body<'a>(&mut self, r: &mut Reader<'a>) -> Read<Fields<'a>> {
        let body = At::BODY;
        let mut fields = Fields::read(r, &body)?;
        let system = self.with(&mut fields, "system", |asking, r, at| asking.reading.system(r, at))?;
        let at_messages = body.field("messages");
        let Some(mut r) = fields.take("messages") else { return Err(at_messages.missing("an array")) };
        self.request.messages = system.flatten().into_iter().collect();
        self.request.messages.extend(self.reading.messages(&mut r, &at_messages)?);
        self.with(&mut fields, "tools", |asking, r, at| {
            asking.request.tools = tools::list(&mut asking.reading, r, at)?;
            Ok(())
        })?;
        self.with(&mut fields, "tool_choice", |asking, r, at| {
            tools::choice(&mut asking.reading, r, at, &mut asking.request)
        })?;
        self.with(&mut fields, "thinking", Self::thinking)?;
        self.with(&mut fields, "output_config", Self::output_config)?;
        self.with(&mut fields, "output_format", Self::format)?;
        self.with(&mut fields, "metadata", Self::metadata)?;
        self.plain(&mut fields)?;
        self.request.cache = cache(&mut fields, &body)?;
        Ok(fields)
    }

    /// Hands the field `name` to `read`, if it is there and not null.
    fn with<T>(
        &mut self,
        fields: &mut Fields<'_>,
        name: &str,
        read: impl FnOnce(&mut Self, &mut Reader<'_>, &At<'_>) -> Read<T>,
    ) -> Read<Option<T>> {
        let Some(mut r) = fields.take(name) else { return Ok(None) };
        let body = At::BODY;
        read(self, &mut r, &body.field(name)).map(Some)
    }

    /// The fields that hold one value.
    fn plain(&mut self, fields: &mut Fields<'_>) -> Read<()> {
        let body = At::BODY;
        let request = &mut self.request;
        request.model = fields.string("model", &body)?.map_or_else(String::new, Cow::into_owned);
        if let Some(mut r) = fields.take("max_tokens") {
            request.limits.max_output_tokens = count(&mut r, &body.field("max_tokens"))?;
        }
        for (name, into) in [
            ("temperature", &mut request.sampling.temperature),
            ("top_p", &mut request.sampling.top_p),
            ("top_k", &mut request.sampling.top_k),
        ] {
            if let Some(mut r) = fields.take(name) {
                *into = number(&mut r, &body.field(name))?;
            }
        }
        request.service_tier = fields.string("service_tier", &body)?.map(|tier| match &*tier {
            "standard_only" => String::from("default"),
            tier => tier.into(),
        });
        self.stream = self.with(fields, "stream", |_, r, at| bool(r, at))?.flatten().unwrap_or_default();
        self.with(fields, "stop_sequences", |asking, r, at| {
            asking.request.stop = strings(r, at)?;
            Ok(())
        })?;
        Ok(())
    }

    fn thinking(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<()> {
        let mut fields = Fields::read(r, at)?;
        let mut reasoning = Reasoning::default();
        match &*fields.demand("type", at)? {
            "adaptive" => reasoning.adaptive = true,
            "disabled" => reasoning.effort = Some(Effort::None),
            "enabled" => {
                let at_budget = at.field("budget_tokens");
                let budget = fields.take("budget_tokens").map(|mut r| count(&mut r, &at_budget));
                let budget = budget.transpose()?.flatten();
                reasoning.budget_tokens = Some(budget.ok_or_else(|| at_budget.missing("a whole number"))?);
            }
            _ => {
                self.extension("thinking", fields.whole);
                return Ok(());
            }
        }
        let display = fields.string("display", at)?;
        match (display.as_deref(), reasoning.effort) {
            (Some("summarized"), None) => reasoning.summary = Some(SummaryLevel::Auto),
            (Some("omitted"), None) => reasoning.summary = Some(SummaryLevel::Omitted),
            (Some(other), _) => self.extension("thinking.display", RawJson::string(other).as_str()),
            (None, _) => {}
        }
        self.request.reasoning = Some(reasoning);
        self.reading.extend(&mut self.request.extensions, "thinking.", fields, at)
    }

    fn output_config(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<()> {
        let mut fields = Fields::read(r, at)?;
        if let Some(word) = fields.string("effort", at)? {
            self.effort(&word);
        }
        if let Some(mut format) = fields.take("format") {
            self.format(&mut format, &at.field("format"))?;
        }
        self.reading.extend(&mut self.request.extensions, "output_config.", fields, at)
    }

    fn effort(&mut self, word: &str) {
        let is_off = matches!(&self.request.reasoning, Some(r) if r.effort == Some(Effort::None));
        match Effort::parse(word) {
            // These two are no words of this wire.
            None | Some(Effort::Minimal | Effort::None) => {}
            Some(_) if is_off => {}
            effort => {
                self.request.reasoning.get_or_insert_default().effort = effort;
                return;
            }
        }
        self.extension("output_config.effort", RawJson::string(word).as_str());
    }

    /// A format always binds here.
    fn format(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<()> {
        let mut fields = Fields::read(r, at)?;
        if fields.demand("type", at)? != "json_schema" {
            self.extension("output_config.format", fields.whole);
            return Ok(());
        }
        let schema = fields.raw("schema")?.ok_or_else(|| at.field("schema").missing("an object"))?;
        let (name, description) = (String::new(), None);
        let format = OutputFormat::JsonSchema { name, description, schema, strict: Some(true) };
        self.request.output = Some(format);
        self.reading.extend(&mut self.request.extensions, "output_config.format.", fields, at)
    }

    fn metadata(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<()> {
        let mut fields = Fields::read(r, at)?;
        self.request.user = fields.string("user_id", at)?.map(String::from);
        self.reading.extend(&mut self.request.extensions, "metadata.", fields, at)
    }

    fn extension(&mut self, name: &str, raw: &str) {
        let value = RawJson::trusted(raw);
        self.request.extensions.push(Extension::new(Wire::Anthropic, name, value));
    }
}

fn strings(r: &mut Reader<'_>, at: &At<'_>) -> Read<Vec<String>> {
    let mut texts = Vec::new();
    let Some(mut list) = array(r, at)? else { return Ok(texts) };
    while list.element(r).map_err(no_json)? {
        let at = at.index(texts.len());
        let text = string(r, &at)?.ok_or_else(|| at.missing("a string"))?;
        texts.push(text.into());
    }
    Ok(texts)
}
