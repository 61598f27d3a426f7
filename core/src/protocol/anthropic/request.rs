//! Requests.

use alloc::string::String;
use alloc::vec::Vec;

use super::cache::{self, Marks};
use super::object::{field, with_field};
use super::{content, tools};
use crate::json::{Number, Reader, Writer};
use crate::model::{Effort, LossAction, OutputFormat, SummaryLevel, Wire};
use crate::protocol::encode::{Body, EncodeError, Encoding};

/// `max_tokens` where the request sets no limit: the wire demands one. A thinking budget comes on
/// top, because it counts against the same limit.
const DEFAULT_MAX_TOKENS: u64 = 8192;

/// The smallest `budget_tokens` that the API accepts.
const MIN_BUDGET: u64 = 1024;

/// The last version that takes temperature, top_p and top_k.
const SAMPLING_VERSION: &str = "2023-06-01";

pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    let request = encoding.request;
    refuse_state(encoding)?;
    let mut marks = Marks::of(request);
    let tools = tools::encode(encoding, &mut marks)?;
    let conversation = content::encode(encoding, &mut marks)?;
    let thinking = thinking(encoding);
    let output_config = output_config(encoding);
    let sampling = sampling(encoding);
    let user_id = user_id(encoding);
    let service_tier = service_tier(encoding);
    let cache_control = request.cache.as_ref().map(|mark| cache::control(encoding, "request", mark));
    lose_unknown(encoding);
    let stream = encoding.stream;

    let mut w = Writer::new();
    w.object(|w| {
        w.key("model").string(&request.model);
        w.key("max_tokens").u64(thinking.max_tokens);
        w.opt_raw("system", conversation.system.as_deref());
        w.key("messages").raw(&conversation.messages);
        w.opt_raw("tools", tools.list.as_deref());
        w.opt_raw("tool_choice", tools.choice.as_deref());
        w.opt_raw("thinking", thinking.json.as_deref());
        w.opt_raw("output_config", output_config.as_deref());
        if !request.stop.is_empty() {
            w.key("stop_sequences").array(|w| request.stop.iter().for_each(|text| w.string(text)));
        }
        for (name, value) in &sampling {
            w.key(name).raw(value);
        }
        if let Some(id) = user_id {
            w.key("metadata").object(|w| w.key("user_id").string(id));
        }
        w.opt_string("service_tier", service_tier);
        w.opt_raw("cache_control", cache_control.as_deref());
        w.opt_bool("stream", stream.then_some(true));
    });
    let json = with_extensions(encoding, w.finish());
    Ok(Body { path: path(encoding.target.base_url.as_str()).into(), json })
}

/// Base URLs are given with and without the version.
fn path(base_url: &str) -> &'static str {
    if base_url.ends_with("/v1") { "/messages" } else { "/v1/messages" }
}

/// History that only another provider holds cannot be left out.
fn refuse_state(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    let state = &encoding.request.state;
    if state.previous_response_id.is_some() {
        return Err(encoding.refuse("state.previous_response_id", "the wire continues no stored response"));
    }
    if state.continuation_token.is_some() {
        return Err(encoding.refuse("state.continuation_token", "the wire resumes no response"));
    }
    Ok(())
}

/// Says what is left out because the wire has no field for it.
fn lose_unknown(encoding: &mut Encoding<'_>) {
    let request = encoding.request;
    let sampling = &request.sampling;
    for (path, is_set) in [
        ("cache_key", request.cache_key.is_some()),
        ("limits.max_tool_calls", request.limits.max_tool_calls.is_some()),
        ("sampling.candidates", sampling.candidates.is_some_and(|n| n != 1)),
        ("sampling.frequency_penalty", sampling.frequency_penalty.is_some()),
        ("sampling.logprobs", sampling.logprobs.is_some()),
        ("sampling.presence_penalty", sampling.presence_penalty.is_some()),
        ("sampling.seed", sampling.seed.is_some()),
        ("state.background", request.state.background),
        ("state.store", request.state.store == Some(true)),
    ] {
        if is_set {
            encoding.lose(LossAction::Dropped, path, "the wire has no such field");
        }
    }
}

/// What becomes of [`crate::model::Reasoning`] and the limit it counts against.
struct Thinking {
    json: Option<String>,
    max_tokens: u64,
}

fn thinking(encoding: &mut Encoding<'_>) -> Thinking {
    let limit = encoding.request.limits.max_output_tokens;
    let mut thinking = Thinking { json: None, max_tokens: limit.unwrap_or(DEFAULT_MAX_TOKENS) };
    let Some(reasoning) = &encoding.request.reasoning else { return thinking };
    let shows = reasoning.summary.is_some_and(|summary| summary != SummaryLevel::Omitted);
    let kind = match (reasoning.budget_tokens, reasoning.effort) {
        (Some(0), _) | (None, Some(Effort::None)) => "disabled",
        (Some(_), _) => "enabled",
        (None, effort) if effort.is_some() || reasoning.adaptive || shows => "adaptive",
        (None, _) => {
            if reasoning.summary.is_some() {
                let why = "how thinking is shown goes only with a request to think";
                encoding.lose(LossAction::Dropped, "reasoning.summary", why);
            }
            return thinking;
        }
    };
    let mut budget = None;
    if kind == "enabled" {
        let wanted = reasoning.budget_tokens.unwrap_or(MIN_BUDGET);
        if limit.is_none() {
            thinking.max_tokens = wanted.max(MIN_BUDGET).saturating_add(DEFAULT_MAX_TOKENS);
        }
        budget = self::budget(encoding, wanted, thinking.max_tokens);
        if budget.is_none() {
            return thinking;
        }
    }
    let display = if kind == "disabled" { None } else { display(encoding) };
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        w.opt_u64("budget_tokens", budget);
        w.opt_string("display", display);
    });
    thinking.json = Some(w.finish());
    thinking
}

/// A budget that the API accepts: at least [`MIN_BUDGET`], and below `max_tokens`.
fn budget(encoding: &mut Encoding<'_>, wanted: u64, max_tokens: u64) -> Option<u64> {
    const PATH: &str = "reasoning.budget_tokens";
    if max_tokens <= MIN_BUDGET {
        let why = alloc::format!("a budget of at least {MIN_BUDGET} does not fit below {max_tokens} tokens");
        encoding.lose(LossAction::Dropped, PATH, why);
        return None;
    }
    let fitting = wanted.clamp(MIN_BUDGET, max_tokens - 1);
    if fitting != wanted {
        let why = alloc::format!(
            "a budget is at least {MIN_BUDGET} and below the limit of {max_tokens}; {fitting} stands in its place"
        );
        encoding.lose(LossAction::Approximated, PATH, why);
    }
    Some(fitting)
}

fn display(encoding: &mut Encoding<'_>) -> Option<&'static str> {
    let summary = encoding.request.reasoning.as_ref()?.summary?;
    if matches!(summary, SummaryLevel::Concise | SummaryLevel::Detailed) {
        let why = "the wire knows one length of summary";
        encoding.lose(LossAction::Approximated, "reasoning.summary", why);
    }
    Some(if summary == SummaryLevel::Omitted { "omitted" } else { "summarized" })
}

fn output_config(encoding: &mut Encoding<'_>) -> Option<String> {
    let request = encoding.request;
    let effort = match request.reasoning.as_ref().and_then(|r| r.effort) {
        None | Some(Effort::None) => None,
        Some(Effort::Minimal) => {
            encoding.lose(LossAction::Approximated, "reasoning.effort", "`low` is the least effort here");
            Some(Effort::Low.name())
        }
        Some(effort) => Some(effort.name()),
    };
    let schema = match &request.output {
        None | Some(OutputFormat::Text) => None,
        Some(OutputFormat::JsonObject) => {
            let why = "the wire has no JSON without a schema; only the prompt can ask for it";
            encoding.lose(LossAction::Dropped, "output", why);
            None
        }
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            if !name.is_empty() {
                encoding.lose(LossAction::Dropped, "output.name", "a schema has no name here");
            }
            if description.is_some() {
                encoding.lose(LossAction::Dropped, "output.description", "a schema has no description here");
            }
            if *strict == Some(false) {
                encoding.lose(LossAction::Approximated, "output.strict", "a schema always binds here");
            }
            Some(schema)
        }
    };
    if effort.is_none() && schema.is_none() {
        return None;
    }
    let mut w = Writer::new();
    w.object(|w| {
        w.opt_string("effort", effort);
        if let Some(schema) = schema {
            w.key("format").object(|w| {
                w.key("type").string("json_schema");
                w.key("schema").raw(schema.as_str());
            });
        }
    });
    Some(w.finish())
}

fn sampling(encoding: &mut Encoding<'_>) -> Vec<(&'static str, String)> {
    let request = encoding.request;
    let takes_any = version(encoding) == Some(SAMPLING_VERSION);
    let mut kept = Vec::new();
    let sampling = &request.sampling;
    for (name, value) in
        [("temperature", &sampling.temperature), ("top_p", &sampling.top_p), ("top_k", &sampling.top_k)]
    {
        let Some(value) = value else { continue };
        let path = alloc::format!("sampling.{name}");
        if !takes_any {
            encoding.lose(LossAction::Dropped, path, "this version of the API refuses it");
        } else if name == "temperature" && is_above_one(value) {
            encoding.lose(LossAction::Approximated, path, "the wire's scale ends at 1");
            kept.push((name, String::from("1")));
        } else {
            kept.push((name, String::from(value.as_str())));
        }
    }
    kept
}

fn is_above_one(value: &Number) -> bool {
    value.as_str().parse::<f64>().is_ok_and(|value| value > 1.0)
}

/// The `anthropic-version` that will be sent.
fn version<'a>(encoding: &Encoding<'a>) -> Option<&'a str> {
    const NAME: &str = "anthropic-version";
    let target = encoding.target;
    let own = || target.dialect.headers.iter().find(|(name, _)| *name == NAME).map(|(_, value)| *value);
    target.headers.get(NAME).or_else(own)
}

/// The one id that `metadata` holds: the user's.
fn user_id<'a>(encoding: &mut Encoding<'a>) -> Option<&'a str> {
    let request = encoding.request;
    let mut id = request.user.as_deref();
    for (key, value) in &request.metadata {
        if key == "user_id" && id.is_none() {
            id = Some(value);
        } else {
            let path = alloc::format!("metadata.{key}");
            encoding.lose(LossAction::Dropped, path, "metadata holds the user's id only");
        }
    }
    id
}

fn service_tier(encoding: &mut Encoding<'_>) -> Option<&'static str> {
    let tier = encoding.request.service_tier.as_deref()?;
    let (action, written, why) = match tier {
        "auto" => return Some("auto"),
        "standard_only" => return Some("standard_only"),
        "default" | "standard" => (LossAction::Renamed, Some("standard_only"), "it is `standard_only` here"),
        "priority" => (LossAction::Approximated, Some("auto"), "`auto` takes priority where there is some"),
        _ => (LossAction::Dropped, None, "the wire knows `auto` and `standard_only`"),
    };
    encoding.lose(action, "service_tier", why);
    written
}

/// The body with this wire's extensions; those of other wires are lost.
fn with_extensions(encoding: &mut Encoding<'_>, mut body: String) -> String {
    for extension in &encoding.request.extensions {
        let (name, value) = (&*extension.name, extension.value.as_str());
        let why = match (extension.wire, name) {
            (Wire::Anthropic, "messages" | "model" | "stream") => "the request itself says this",
            (Wire::Anthropic, _) => {
                if field(&body, name).is_some_and(|old| old != value) {
                    let why = "an extension of this name stands in its place";
                    encoding.lose(LossAction::Dropped, name, why);
                }
                body = with_field(&body, name, value);
                continue;
            }
            _ => "only another wire knows this field",
        };
        encoding.lose(LossAction::Dropped, alloc::format!("extensions.{name}"), why);
    }
    debug_assert!(Reader::new(&body).skip().is_ok(), "the body is JSON");
    body
}
