//! How many tokens a request is likely to be: a guess for limits, and for attempts that broke.

use crate::json::RawJson;
use crate::model::{Content, MediaKind, Message, OutputFormat, Request, Source, Tool};
use crate::usage::estimate_tokens;

/// A message's roles and separators.
const MESSAGE: u64 = 4;
/// A tool's frame.
const TOOL: u64 = 8;
/// A picture, as the providers tile one of middling size.
const IMAGE: u64 = 1_000;
/// A document, sound or film of which only a name is known.
const FILE: u64 = 5_000;
/// Bytes of base64 for a token of sound or film.
const BASE64_A_TOKEN: usize = 100;
/// Bytes of text for a token.
const BYTES_A_TOKEN: u64 = 4;

/// The input tokens that `request` is likely to be.
pub(super) fn estimate_input(request: &Request) -> u64 {
    let messages = request.messages.iter().map(message);
    let tools = request.tools.iter().map(tool);
    let schema = match &request.output {
        Some(OutputFormat::JsonSchema { schema, .. }) => json(schema),
        Some(OutputFormat::JsonObject | OutputFormat::Text) | None => 0,
    };
    messages.chain(tools).fold(schema, u64::saturating_add)
}

/// The output tokens that so many bytes of content are likely to be.
pub(super) const fn estimate_output(bytes: u64) -> u64 {
    bytes.div_ceil(BYTES_A_TOKEN)
}

fn message(message: &Message) -> u64 {
    message.parts.iter().map(|part| content(&part.content)).fold(MESSAGE, u64::saturating_add)
}

fn content(content: &Content) -> u64 {
    match content {
        Content::Text { text, .. } | Content::Refusal(text) => estimate_tokens(text),
        Content::Reasoning(reasoning) => estimate_tokens(&reasoning.text),
        Content::ToolCall(call) => estimate_tokens(&call.name) + estimate_tokens(&call.arguments),
        Content::ToolResult(result) => {
            result.content.iter().map(|part| self::content(&part.content)).fold(MESSAGE, u64::saturating_add)
        }
        Content::Media(media) => match (&media.source, media.kind) {
            (Source::Text(text), _) => estimate_tokens(text),
            (_, MediaKind::Image) => IMAGE,
            (Source::Base64(data), _) => (data.len() / BASE64_A_TOKEN) as u64,
            (Source::Id { .. } | Source::Url(_), _) => FILE,
        },
        Content::Vendor { json, .. } => self::json(json),
    }
}

fn tool(tool: &Tool) -> u64 {
    let text = |text: &Option<alloc::string::String>| text.as_deref().map_or(0, estimate_tokens);
    TOOL + match tool {
        Tool::Function { name, description, parameters, .. } => {
            estimate_tokens(name) + text(description) + parameters.as_ref().map_or(0, json)
        }
        Tool::Freeform { name, description, .. } => estimate_tokens(name) + text(description),
        Tool::Vendor { json, .. } => self::json(json),
    }
}

fn json(json: &RawJson) -> u64 {
    estimate_tokens(json.as_str())
}
