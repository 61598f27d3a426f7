//! Requests.
//!
//! What comes out otherwise than it came in, when the request goes to Gemini again:
//!
//! - `parameters` and `responseSchema` are JSON Schema then, under the names of such;
//! - neighbouring contents of one role are one, and the texts of the model that lie in several of them
//!   are joined, as a stream has cut them; empty ones are gone;
//! - a result has the id of the call that it answers, and its text where `output` is neither text nor
//!   object; arguments that came in pieces are whole;
//! - inline data are base64 of the usual alphabet, and a part that is nothing but a signature has an
//!   empty text;
//! - functions come before Google's own tools, in one entry;
//! - enums are words, in upper case, and a mode that does nothing is gone;
//! - the role of `systemInstruction` is gone.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::contents::Contents;
use super::fault::{Fault, Key, Read, extension, fields, flag, string};
use super::path::{self, Operation};
use super::{generation, tools};
use crate::json::Reader;
use crate::model::{Loss, Request};
use crate::protocol::{Asked, BadRequest, Incoming, SealKey, StreamFraming};

/// Decodes a request to generate or to count; of the latter also the form that wraps the former.
pub(in crate::protocol) fn decode(incoming: &Incoming<'_>, key: &SealKey) -> Result<Asked, BadRequest> {
    let called = path::read(incoming.path)?;
    let mut body = Body { request: Request::new(called.model, Vec::new()), contents: Contents::new(key) };
    let mut r = Reader::new(incoming.body);
    body.read(&mut r, called.operation == Operation::CountTokens)?;
    r.end().map_err(Box::<Fault>::from)?;
    let is_stream = called.operation == Operation::StreamGenerate;
    let framing = if is_stream && !called.is_sse { StreamFraming::JsonArray } else { StreamFraming::Sse };
    let is_marked = body.contents.is_marked;
    let (request, losses) = body.finish()?;
    Ok(Asked { request, stream: is_stream, stream_usage: true, framing, losses, is_marked })
}

struct Body<'k> {
    request: Request,
    contents: Contents<'k>,
}

impl Body<'_> {
    fn read(&mut self, r: &mut Reader<'_>, may_wrap: bool) -> Read<()> {
        fields(r, |key, r| match &*key.name {
            "generateContentRequest" if may_wrap => self.read(r, false),
            _ => self.field(key, r),
        })
    }

    fn field(&mut self, key: &Key<'_>, r: &mut Reader<'_>) -> Read<()> {
        let request = &mut self.request;
        match &*key.name {
            "contents" => self.contents.read(r)?,
            "systemInstruction" => self.contents.read_system(r)?,
            "tools" => tools::read(r, &mut request.tools)?,
            "toolConfig" => tools::read_config(r, request)?,
            "generationConfig" => generation::read(r, request)?,
            "serviceTier" => request.service_tier = Some(string(r)?.into_owned()),
            "store" => request.state.store = Some(flag(r)?),
            "labels" => request.metadata = labels(r)?,
            "continuationToken" => request.state.continuation_token = Some(string(r)?.into_owned()),
            // The path names it.
            "model" => r.skip()?,
            _ => request.extensions.push(extension("", key, r)?),
        }
        Ok(())
    }

    fn finish(self) -> Read<(Request, Vec<Loss>)> {
        let Self { mut request, contents } = self;
        if contents.messages.is_empty() {
            return Err(Fault::new("expected at least one content, found none").inside("contents"));
        }
        request.messages = contents.messages;
        Ok((request, contents.losses))
    }
}

/// Key and value pairs; the keys are the application's own.
fn labels(r: &mut Reader<'_>) -> Read<Vec<(String, String)>> {
    let mut labels = Vec::new();
    fields(r, |key, r| {
        labels.push((key.spelled.to_string(), string(r)?.into_owned()));
        Ok(())
    })?;
    Ok(labels)
}
