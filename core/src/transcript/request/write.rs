//! Requests, written.

use crate::json::{Number, Writer};
use crate::model::{
    Limits, Message, OutputFormat, Reasoning, Request, Sampling, State, Tool, ToolChoice, ToolFormat,
};
use crate::transcript::part::{cache, extensions, part};
use crate::transcript::words::{EFFORTS, ROLES, SUMMARIES};

/// Writes a request as an object; [`read_request`](super::read_request) gives the same request back.
///
/// What is not set is left out, and so is what a list has none of. Sampling, limits and state have their
/// fields in the request itself. `tool_choice` is `"auto"`, `"none"`, `"required"`, `{"name"}`, or an object
/// whose `kind` is `freeform`, `allowed` or `vendor`. `output` is `"text"`, `"json_object"` or
/// `{"name","schema"}`. A tool is a function unless its `kind` is `freeform` or `vendor`. Parts are those of
/// [`write_outcome`](crate::transcript::write_outcome), so a candidate's `parts` are the `content` of an
/// assistant's message, vendor state included. Schemas must be JSON objects to be read back.
///
/// ```json
/// {
///   "model": "m",
///   "messages": [
///     { "role": "user", "content": [{ "kind": "text", "text": "Hi", "citations": [], "opaque": [] }] }
///   ],
///   "tools": [{ "name": "weather", "description": "…", "parameters": { "type": "object" }, "strict": true }],
///   "tool_choice": { "name": "weather" },
///   "output": { "name": "answer", "schema": { "type": "object" } },
///   "reasoning": { "effort": "low", "summary": "auto" },
///   "temperature": 0.2,
///   "max_output_tokens": 200,
///   "stop": ["END"],
///   "cache": { "ttl": "1h" },
///   "metadata": { "team": "a" },
///   "extensions": [{ "wire": "openai_responses", "name": "text.verbosity", "value": "low" }]
/// }
/// ```
pub fn write_request(w: &mut Writer, request: &Request) {
    w.object(|w| {
        w.key("model").string(&request.model);
        w.key("messages").array(|w| request.messages.iter().for_each(|m| message(w, m)));
        if !request.tools.is_empty() {
            w.key("tools").array(|w| request.tools.iter().for_each(|t| tool(w, t)));
        }
        if let Some(choice) = &request.tool_choice {
            tool_choice(w.key("tool_choice"), choice);
        }
        w.opt_bool("parallel_tool_calls", request.parallel_tool_calls);
        if let Some(format) = &request.output {
            output(w.key("output"), format);
        }
        if let Some(thinking) = &request.reasoning {
            reasoning(w.key("reasoning"), thinking);
        }
        sampling(w, &request.sampling);
        limits(w, &request.limits);
        if !request.stop.is_empty() {
            texts(w.key("stop"), &request.stop);
        }
        cache(w, request.cache.as_ref());
        w.opt_string("cache_key", request.cache_key.as_deref());
        if !request.metadata.is_empty() {
            w.key("metadata")
                .object(|w| request.metadata.iter().for_each(|(key, value)| w.key(key).string(value)));
        }
        w.opt_string("user", request.user.as_deref());
        w.opt_string("service_tier", request.service_tier.as_deref());
        state(w, &request.state);
        extensions(w, &request.extensions);
    });
}

fn texts(w: &mut Writer, texts: &[alloc::string::String]) {
    w.array(|w| texts.iter().for_each(|text| w.string(text)));
}

/// Writes `true`, or nothing.
fn flag(w: &mut Writer, key: &str, is_set: bool) {
    w.opt_bool(key, is_set.then_some(true));
}

fn message(w: &mut Writer, message: &Message) {
    w.object(|w| {
        w.key("role").string(ROLES.name(message.role));
        w.key("content").array(|w| message.parts.iter().for_each(|p| part(w, p)));
        extensions(w, &message.extensions);
    });
}

fn tool(w: &mut Writer, tool: &Tool) {
    w.object(|w| match tool {
        Tool::Function { name, description, parameters, strict, cache: mark, extensions: fields } => {
            w.key("name").string(name);
            w.opt_string("description", description.as_deref());
            w.opt_raw("parameters", parameters.as_ref().map(|p| p.as_str()));
            w.opt_bool("strict", *strict);
            cache(w, mark.as_ref());
            extensions(w, fields);
        }
        Tool::Freeform { name, description, format } => {
            w.key("kind").string("freeform");
            w.key("name").string(name);
            w.opt_string("description", description.as_deref());
            if let ToolFormat::Grammar { syntax, definition } = format {
                w.key("format").object(|w| {
                    w.key("syntax").string(syntax);
                    w.key("definition").string(definition);
                });
            }
        }
        Tool::Vendor { wire, json } => {
            w.key("kind").string("vendor");
            w.key("wire").string(wire.name());
            w.key("json").raw(json.as_str());
        }
    });
}

fn tool_choice(w: &mut Writer, choice: &ToolChoice) {
    match choice {
        ToolChoice::Auto => w.string("auto"),
        ToolChoice::None => w.string("none"),
        ToolChoice::Required => w.string("required"),
        ToolChoice::Named(name) => w.object(|w| w.key("name").string(name)),
        ToolChoice::Freeform(name) => w.object(|w| {
            w.key("kind").string("freeform");
            w.key("name").string(name);
        }),
        ToolChoice::Allowed { names, required } => w.object(|w| {
            w.key("kind").string("allowed");
            texts(w.key("names"), names);
            flag(w, "required", *required);
        }),
        ToolChoice::Vendor { wire, json } => w.object(|w| {
            w.key("kind").string("vendor");
            w.key("wire").string(wire.name());
            w.key("json").raw(json.as_str());
        }),
    }
}

fn output(w: &mut Writer, format: &OutputFormat) {
    match format {
        OutputFormat::Text => w.string("text"),
        OutputFormat::JsonObject => w.string("json_object"),
        OutputFormat::JsonSchema { name, description, schema, strict } => w.object(|w| {
            w.key("name").string(name);
            w.opt_string("description", description.as_deref());
            w.key("schema").raw(schema.as_str());
            w.opt_bool("strict", *strict);
        }),
    }
}

fn reasoning(w: &mut Writer, reasoning: &Reasoning) {
    w.object(|w| {
        w.opt_string("effort", reasoning.effort.map(|effort| EFFORTS.name(effort)));
        w.opt_u64("budget_tokens", reasoning.budget_tokens);
        flag(w, "adaptive", reasoning.adaptive);
        w.opt_string("summary", reasoning.summary.map(|summary| SUMMARIES.name(summary)));
    });
}

fn sampling(w: &mut Writer, sampling: &Sampling) {
    for (key, number) in [
        ("temperature", &sampling.temperature),
        ("top_p", &sampling.top_p),
        ("top_k", &sampling.top_k),
        ("seed", &sampling.seed),
        ("presence_penalty", &sampling.presence_penalty),
        ("frequency_penalty", &sampling.frequency_penalty),
    ] {
        w.opt_raw(key, number.as_ref().map(Number::as_str));
    }
    w.opt_u64("candidates", sampling.candidates.map(u64::from));
    w.opt_u64("logprobs", sampling.logprobs.map(u64::from));
}

fn limits(w: &mut Writer, limits: &Limits) {
    w.opt_u64("max_output_tokens", limits.max_output_tokens);
    w.opt_u64("max_tool_calls", limits.max_tool_calls);
}

fn state(w: &mut Writer, state: &State) {
    w.opt_string("previous_response_id", state.previous_response_id.as_deref());
    w.opt_bool("store", state.store);
    flag(w, "background", state.background);
    w.opt_string("continuation_token", state.continuation_token.as_deref());
}
