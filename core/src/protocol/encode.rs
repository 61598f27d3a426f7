//! A request as the bytes of a wire.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Resume, Target, anthropic, gemini, openai_chat, openai_responses};
use crate::http::{HttpRequest, Method};
use crate::model::{Loss, LossAction, Request, Wire};

/// A request that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The request contradicts itself or lacks something.
    #[error("invalid request at {path}: {why}")]
    Invalid {
        /// Where.
        path: String,
        /// What was expected and what came.
        why: String,
    },
    /// The wire cannot say it, and leaving it out would change the meaning.
    #[error("{wire} cannot carry {loss}")]
    Refused {
        /// The wire.
        wire: Wire,
        /// What it cannot carry.
        loss: Loss,
    },
}

/// A request ready to be sent.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The HTTP request.
    pub http: HttpRequest,
    /// What the wire has no place for. None of it changes the meaning.
    pub losses: Vec<Loss>,
}

/// What an encoder of one wire makes: a path below the base URL and a JSON body.
pub(super) struct Body {
    pub(super) path: String,
    pub(super) json: String,
}

/// What an encoder of one wire works with.
pub(super) struct Encoding<'a> {
    pub(super) request: &'a Request,
    pub(super) target: &'a Target,
    pub(super) stream: bool,
    pub(super) losses: Vec<Loss>,
}

impl Encoding<'_> {
    pub(super) fn lose(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        self.losses.push(Loss::new(action, path, why));
    }

    /// The error for something whose loss would change the meaning.
    pub(super) fn refuse(&self, path: impl Into<String>, why: impl Into<String>) -> EncodeError {
        EncodeError::Refused {
            wire: self.target.dialect.wire,
            loss: Loss::new(LossAction::Refused, path, why),
        }
    }
}

/// Encodes `request` for `target`.
///
/// # Errors
/// The request is invalid, or the wire would have to leave out something that changes its meaning.
pub fn encode_request(request: &Request, target: &Target, stream: bool) -> Result<Encoded, EncodeError> {
    if request.model.trim().is_empty() {
        return Err(EncodeError::Invalid {
            path: "model".into(),
            why: "expected a name, found nothing".into(),
        });
    }
    let mut encoding = Encoding { request, target, stream, losses: Vec::new() };
    let body = match target.dialect.wire {
        Wire::Anthropic => anthropic::request::encode(&mut encoding),
        Wire::Gemini => gemini::request::encode(&mut encoding),
        Wire::OpenaiChat => openai_chat::request::encode(&mut encoding),
        Wire::OpenaiResponses => openai_responses::request::encode(&mut encoding),
    }?;
    let http = HttpRequest {
        method: Method::Post,
        url: alloc::format!("{}{}", target.base_url.as_str(), body.path),
        headers: target.request_headers(accept(stream)),
        body: body.json.into_bytes(),
    };
    Ok(Encoded { http, losses: encoding.losses })
}

const fn accept(stream: bool) -> &'static str {
    if stream { "text/event-stream" } else { "application/json" }
}

/// Encodes the request that resumes a broken stream of `request` at `resume`.
///
/// # Errors
/// As [`encode_request`].
pub fn encode_resume(request: &Request, target: &Target, resume: &Resume) -> Result<Encoded, EncodeError> {
    match resume {
        Resume::Gemini { token, .. } => {
            let mut again = request.clone();
            again.state.continuation_token = Some(token.clone());
            encode_request(&again, target, true)
        }
        Resume::Responses { id, after } => Ok(Encoded {
            http: HttpRequest {
                method: Method::Get,
                url: alloc::format!(
                    "{}/responses/{id}?stream=true&starting_after={after}",
                    target.base_url.as_str()
                ),
                headers: target.request_headers(accept(true)),
                body: Vec::new(),
            },
            losses: Vec::new(),
        }),
    }
}
