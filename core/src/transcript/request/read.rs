//! A request, read.

use alloc::vec::Vec;
use core::cell::OnceCell;

use super::error::RequestError;
use super::message::{cache, extension, message};
use super::object::Object;
use super::scalar::{boolean, count, number, pairs, small_count, text};
use super::tool::{output, tool, tool_choice};
use super::value::{Path, Value};
use crate::model::{Limits, Message, Reasoning, Request, Sampling, State};
use crate::transcript::words::{EFFORTS, SUMMARIES};

const REQUEST: [&str; 29] = [
    "model",
    "system",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "output",
    "reasoning",
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "candidates",
    "logprobs",
    "max_output_tokens",
    "max_tool_calls",
    "stop",
    "cache",
    "cache_key",
    "metadata",
    "user",
    "service_tier",
    "previous_response_id",
    "store",
    "background",
    "continuation_token",
    "extensions",
];

/// Reads a request from JSON, in the form that [`write_request`](super::write_request) writes.
///
/// ```
/// use tokenwire_core::transcript::read_request;
/// let request = read_request(r#"{
///     "model": "claude-haiku-5-5",
///     "system": "Answer in one word.",
///     "messages": [{ "role": "user", "content": "What is the weather in Oslo?" }],
///     "tools": [{
///         "name": "weather",
///         "parameters": { "type": "object", "properties": { "city": { "type": "string" } } }
///     }],
///     "tool_choice": "auto",
///     "max_output_tokens": 200,
///     "temperature": 0.2
/// }"#)?;
/// assert_eq!(request.messages.len(), 2);
/// let mistyped = read_request(r#"{"model":"m","messages":[{"role":"usr","content":"Hi"}]}"#);
/// assert_eq!(
///     mistyped.unwrap_err().to_string(),
///     r#"messages[0].role: expected one of assistant, developer, system, tool, user, found "usr""#,
/// );
/// # Ok::<(), tokenwire_core::transcript::RequestError>(())
/// ```
///
/// Beside the written form it takes a text where a list of parts stands, and a `system` text, which
/// becomes the first message. `null` is the same as no field, except where any JSON value may stand. What
/// is kept raw (schemas, vendors' values) is kept byte for byte. Nothing is buffered but the request itself
/// and, for each object that is open, where its fields lie: at most 29.
///
/// # Errors
/// [`RequestError`](super::RequestError): the text is not JSON, it nests deeper than
/// [`MAX_DEPTH`](crate::json::MAX_DEPTH), or a field is unknown, doubled, missing or not what it must be.
pub fn read_request(json: &str) -> Result<Request, RequestError> {
    let error = OnceCell::new();
    let root = Value { json, at: Path::Root(&error) };
    let request = request(&root);
    error.into_inner().map_or(Ok(request), Err)
}

fn request(value: &Value<'_, '_>) -> Request {
    let mut o = value.object(&REQUEST);
    Request {
        model: o.text("model"),
        messages: messages(&mut o),
        tools: o.list("tools", tool),
        tool_choice: o.opt("tool_choice", tool_choice),
        parallel_tool_calls: o.opt("parallel_tool_calls", boolean),
        output: o.opt("output", output),
        reasoning: o.opt("reasoning", reasoning),
        sampling: sampling(&mut o),
        limits: Limits {
            max_output_tokens: o.opt("max_output_tokens", count),
            max_tool_calls: o.opt("max_tool_calls", count),
        },
        stop: o.list("stop", text),
        cache: o.opt("cache", cache),
        cache_key: o.opt_text("cache_key"),
        metadata: o.opt("metadata", pairs).unwrap_or_default(),
        user: o.opt_text("user"),
        service_tier: o.opt_text("service_tier"),
        state: state(&mut o),
        extensions: o.list("extensions", extension),
    }
}

fn messages(o: &mut Object<'_, '_>) -> Vec<Message> {
    let mut messages = o.get("messages").list(message);
    if let Some(system) = o.opt_text("system") {
        messages.insert(0, Message::system(system));
    }
    messages
}

fn reasoning(value: &Value<'_, '_>) -> Reasoning {
    let mut o = value.object(&["effort", "budget_tokens", "adaptive", "summary"]);
    Reasoning {
        effort: o.opt("effort", |value| value.word(&EFFORTS)),
        budget_tokens: o.opt("budget_tokens", count),
        adaptive: o.flag("adaptive"),
        summary: o.opt("summary", |value| value.word(&SUMMARIES)),
    }
}

fn sampling(o: &mut Object<'_, '_>) -> Sampling {
    let mut number = |name| o.opt(name, number);
    Sampling {
        temperature: number("temperature"),
        top_p: number("top_p"),
        top_k: number("top_k"),
        seed: number("seed"),
        presence_penalty: number("presence_penalty"),
        frequency_penalty: number("frequency_penalty"),
        candidates: o.opt("candidates", small_count),
        logprobs: o.opt("logprobs", small_count),
    }
}

fn state(o: &mut Object<'_, '_>) -> State {
    State {
        previous_response_id: o.opt_text("previous_response_id"),
        store: o.opt("store", boolean),
        background: o.flag("background"),
        continuation_token: o.opt_text("continuation_token"),
    }
}
