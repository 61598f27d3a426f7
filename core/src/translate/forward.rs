//! Same wire on both sides: the bytes pass, and only what must change is changed, in place.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::options::TranslateOptions;
use super::refusal::Refusal;
use super::tool_names::ToolNames;
use super::top::{Top, Unread};
use super::translated::Translated;
use crate::http::HttpRequest;
use crate::json::{RawJson, set_field};
use crate::model::{Message, Request, Wire};
use crate::protocol::{
    Asked, BadRequest, EncodeError, Incoming, StreamFraming, Target, decode_request, encode_request,
};

/// Headers of an application that mean something to the provider of its own wire.
const HEADERS: [&str; 6] = [
    "anthropic-beta",
    "anthropic-version",
    "idempotency-key",
    "openai-beta",
    "x-client-request-id",
    "x-goog-request-params",
];

/// The request with its bytes as they came.
pub(super) fn request(
    wire: Wire,
    incoming: &Incoming<'_>,
    target: &Target,
    options: &TranslateOptions,
) -> Result<Translated, Refusal> {
    let asked = asked(wire, incoming, options)?;
    let name = options.model.clone().unwrap_or_else(|| asked.request.model.clone());
    let body = body(wire, incoming.body, &name, &asked, target, options)?;
    let mut http = address(&name, target, asked.stream)?;
    if asked.framing == StreamFraming::JsonArray
        && let Some(query) = http.url.find('?')
    {
        http.url.truncate(query);
    }
    http.body = body.into_owned().into_bytes();
    for name in HEADERS {
        if let Some(value) = incoming.headers.get(name) {
            http.headers.set(name, value);
        }
    }
    let context = options.context(&asked.request.model, target).with(asked.stream_usage, asked.framing);
    Ok(Translated {
        http,
        request: Request { model: name, ..asked.request },
        stream: asked.stream,
        losses: Vec::new(),
        wire,
        is_forwarded: true,
        context,
        names: ToolNames::default(),
    })
}

/// The body with the model and the usage option that are wanted.
fn body<'a>(
    wire: Wire,
    body: &'a str,
    model: &str,
    asked: &Asked,
    target: &Target,
    options: &TranslateOptions,
) -> Result<Cow<'a, str>, BadRequest> {
    let bad = |error| BadRequest::new("", alloc::format!("{error}"));
    let mut edited = Cow::Borrowed(body);
    // Gemini names the model in the path.
    if wire != Wire::Gemini && model != asked.request.model {
        edited = Cow::Owned(
            set_field(&edited, &["model"], RawJson::string(model).as_str()).map_err(bad)?.into_owned(),
        );
    }
    let lacks_usage = wire == Wire::OpenaiChat && asked.stream && !asked.stream_usage;
    if options.ask_usage && lacks_usage && target.dialect.stream_options {
        let path = ["stream_options", "include_usage"];
        edited = Cow::Owned(set_field(&edited, &path, "true").map_err(bad)?.into_owned());
    }
    Ok(edited)
}

/// Method, address and headers of a request to that model.
fn address(model: &str, target: &Target, stream: bool) -> Result<HttpRequest, EncodeError> {
    let plain = Request::new(model, alloc::vec![Message::user("-")]);
    encode_request(&plain, target, stream).map(|encoded| encoded.http)
}

fn asked(wire: Wire, incoming: &Incoming<'_>, options: &TranslateOptions) -> Result<Asked, BadRequest> {
    let top = match Top::read(wire, incoming.body) {
        Err(Unread::Twice(bad)) => return Err(bad),
        read => read.ok(),
    };
    match (decode_request(wire, incoming, &options.seal), top) {
        (Ok(mut asked), Some(top)) => {
            let limits = &mut asked.request.limits;
            // Which of two names counts is the provider's affair.
            limits.max_output_tokens = limits.max_output_tokens.max(top.max_output);
            Ok(asked)
        }
        (Ok(asked), None) => Ok(asked),
        // What this version does not understand may still be good for the provider.
        (Err(bad), Some(top)) => glance(incoming.body, top).ok_or(bad),
        (Err(bad), None) => Err(bad),
    }
}

/// The model and whether it is to stream, of a body of which nothing else is understood. It stands whole as
/// one text, so that an estimate of its size is not too low.
///
/// `None` where it names no model (Gemini names it in the path only, and what is wrong there is wrong for
/// the provider too).
fn glance(body: &str, top: Top<'_>) -> Option<Asked> {
    let model = top.model?;
    let mut request = Request::new(model, alloc::vec![Message::user(body)]);
    request.limits.max_output_tokens = top.max_output;
    Some(Asked {
        request,
        stream: top.stream,
        // Left as the application has it.
        stream_usage: true,
        framing: StreamFraming::Sse,
        losses: Vec::new(),
    })
}
