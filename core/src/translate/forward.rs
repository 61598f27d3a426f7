//! Same wire on both sides: the bytes pass, and only what must change is changed, in place.
//!
//! A request that holds what was made here for an answer of another vendor does not pass: it is written
//! anew, so that another vendor's state stays away and the vendor's own is opened. Its answer passes still.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::options::TranslateOptions;
use super::own;
use super::refusal::Refusal;
use super::tool_names::ToolNames;
use super::top::{Top, Unread};
use super::translated::Translated;
use crate::http::{Headers, HttpRequest};
use crate::json::{RawJson, set_field};
use crate::model::{Message, Request, Wire};
use crate::protocol::{
    Asked, BadRequest, EncodeError, Encoded, Incoming, StreamFraming, Target, decode_request, encode_request,
    has_envelope,
};

/// Headers of an application that mean something to the provider of its own wire, and whether they are
/// lists, which may stand in several lines.
///
/// Not among them: `idempotency-key`, with which an application could be given the answer to another one
/// that has the same credential at the provider; `x-goog-request-params`, which repeats the model that
/// the application named.
const HEADERS: [(&str, bool); 4] = [
    ("anthropic-beta", true),
    ("anthropic-version", false),
    ("openai-beta", true),
    ("x-client-request-id", false),
];

/// The request with its bytes as they came, where they may pass.
pub(super) fn request(
    wire: Wire,
    incoming: &Incoming<'_>,
    target: &Target,
    options: &TranslateOptions,
) -> Result<Translated, Refusal> {
    let forwarding = Forwarding { wire, incoming, target, options };
    let mut asked = forwarding.asked()?;
    let context = options.context(&asked.request.model, target).with(asked.stream_usage, asked.framing);
    if let Some(model) = &options.model {
        asked.request.model.clone_from(model);
    }
    let Encoded { mut http, losses } =
        if asked.is_marked { forwarding.anew(&asked)? } else { forwarding.passed(&asked, &context.model)? };
    if asked.framing == StreamFraming::JsonArray
        && let Some(query) = http.url.find('?')
    {
        http.url.truncate(query);
    }
    pass_headers(incoming.headers, target, &mut http.headers);
    let (request, stream, names) = (asked.request, asked.stream, ToolNames::default());
    Ok(Translated { http, request, stream, losses, wire, is_forwarded: true, context, names })
}

/// A request on its way to a provider of its own wire.
struct Forwarding<'a> {
    wire: Wire,
    incoming: &'a Incoming<'a>,
    target: &'a Target,
    options: &'a TranslateOptions,
}

impl Forwarding<'_> {
    fn asked(&self) -> Result<Asked, BadRequest> {
        let top = match Top::read(self.wire, self.incoming.body) {
            Err(Unread::Twice(bad)) => return Err(bad),
            read => read.ok(),
        };
        match (decode_request(self.wire, self.incoming, &self.options.seal), top) {
            (Ok(mut asked), Some(top)) => {
                let limits = &mut asked.request.limits;
                // Which of two names counts is the provider's affair.
                limits.max_output_tokens = limits.max_output_tokens.max(top.max_output);
                Ok(asked)
            }
            (Ok(asked), None) => Ok(asked),
            // What this version does not understand may still be good for the provider.
            (Err(bad), Some(top)) => glance(self.incoming.body, top).ok_or(bad),
            (Err(bad), None) => Err(bad),
        }
    }

    /// The bytes as they are, but for the model's name and the usage option. Nothing of them is lost,
    /// whatever was not understood.
    fn passed(&self, asked: &Asked, named: &str) -> Result<Encoded, Refusal> {
        let model = asked.request.model.as_str();
        let mut body = Cow::Borrowed(self.incoming.body);
        // Gemini names the model in the path.
        if self.wire != Wire::Gemini && model != named {
            body = Cow::Owned(edited(&body, &["model"], RawJson::string(model).as_str())?);
        }
        if self.options.ask_usage && self.lacks_usage(asked) {
            body = Cow::Owned(edited(&body, &USAGE, "true")?);
        }
        let mut http = address(model, self.target, asked.stream)?;
        http.body = body.into_owned().into_bytes();
        Ok(Encoded { http, losses: Vec::new() })
    }

    /// The same request in new bytes.
    fn anew(&self, asked: &Asked) -> Result<Encoded, Refusal> {
        let mut request = asked.request.clone();
        own::take(&mut request, self.wire, self.target.dialect.vendor);
        let mut encoded = encode_request(&request, &self.versioned(), asked.stream)?;
        encoded.losses.splice(0..0, asked.losses.iter().cloned());
        if let Some(loss) = self.options.policy.refused(&encoded.losses) {
            return Err(Refusal::Policy { loss: loss.clone() });
        }
        if !self.options.ask_usage && self.lacks_usage(asked) {
            // The answer passes as it is, so nothing may be asked for that the application did not.
            let body = String::from_utf8_lossy(&encoded.http.body);
            encoded.http.body = edited(&body, &USAGE, "false")?.into_bytes();
        }
        Ok(encoded)
    }

    /// The target with the version of its API that the application speaks, which says what a request may hold.
    fn versioned(&self) -> Cow<'_, Target> {
        let name = "anthropic-version";
        let asked = self.incoming.headers.get(name).filter(|_| self.wire == Wire::Anthropic);
        match asked {
            Some(version) if self.target.headers.get(name).is_none() => {
                let mut target = self.target.clone();
                target.headers.set(name, version);
                Cow::Owned(target)
            }
            _ => Cow::Borrowed(self.target),
        }
    }

    /// Whether it is a stream whose usage the application did not ask for, though it could be.
    fn lacks_usage(&self, asked: &Asked) -> bool {
        let is_chat = self.wire == Wire::OpenaiChat;
        is_chat && asked.stream && !asked.stream_usage && self.target.dialect.stream_options
    }
}

/// Where a Chat request asks for the usage of a stream.
const USAGE: [&str; 2] = ["stream_options", "include_usage"];

fn edited(body: &str, path: &[&str], value: &str) -> Result<String, BadRequest> {
    let bad = |error| BadRequest::new("", alloc::format!("{error}"));
    set_field(body, path, value).map(Cow::into_owned).map_err(bad)
}

/// Method, address and headers of a request to that model.
fn address(model: &str, target: &Target, stream: bool) -> Result<HttpRequest, EncodeError> {
    let plain = Request::new(model, alloc::vec![Message::user("-")]);
    encode_request(&plain, target, stream).map(|encoded| encoded.http)
}

/// Passes the application's headers on, where the target has none of its own of that name.
fn pass_headers(from: &Headers, target: &Target, to: &mut Headers) {
    for (name, is_list) in HEADERS {
        let mut lines = from.iter().filter(|(n, _)| *n == name).map(|(_, value)| value);
        let value = match (target.headers.get(name), is_list) {
            (Some(own), _) => own.into(),
            (None, true) => lines.collect::<Vec<_>>().join(","),
            (None, false) => String::from(lines.next().unwrap_or_default()),
        };
        if !value.is_empty() {
            to.set(name, value);
        }
    }
}

/// The model and whether it is to stream, of a body of which nothing else is understood. It stands whole as
/// one text, so that an estimate of its size is not too low.
///
/// `None` where it names no model (Gemini names it in the path only, and what is wrong there is wrong for
/// the provider too), or where it holds sealed state, which cannot be taken out.
fn glance(body: &str, top: Top<'_>) -> Option<Asked> {
    let model = top.model.filter(|_| !has_envelope(body))?;
    let mut request = Request::new(model, alloc::vec![Message::user(body)]);
    request.limits.max_output_tokens = top.max_output;
    Some(Asked {
        request,
        stream: top.stream,
        // Left as the application has it.
        stream_usage: true,
        framing: StreamFraming::Sse,
        losses: Vec::new(),
        is_marked: false,
    })
}
