//! An application's request, as a provider's.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::forward;
use super::policy::LossPolicy;
use super::tool_names::ToolNames;
use crate::failure::{Failure, FailureKind};
use crate::http::HttpRequest;
use crate::model::{Loss, Request, Wire};
use crate::protocol::{
    AnswerContext, BadRequest, EncodeError, ErrorAnswer, Incoming, SealKey, Target, decode_request,
    encode_request, write_bad_request, write_error,
};

/// How translations are made.
#[derive(Clone, Debug, Default)]
pub struct TranslateOptions {
    /// The model to ask for at the provider; `None` asks for the one that the application named.
    pub model: Option<String>,
    /// Which losses are accepted.
    pub policy: LossPolicy,
    /// The key under which opaque state travels through applications that speak another wire.
    pub seal: SealKey,
    /// An id for the answer, unique a call, where the provider states none: letters and digits.
    pub id: String,
    /// The time of the call, in seconds since the epoch.
    pub created: u64,
    /// Whether a Chat stream shall end with a usage chunk even where the application asked for none, so
    /// that it can be accounted. The application gets the chunk too when bytes pass untouched.
    pub ask_usage: bool,
}

/// A request on its way to a provider.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The HTTP request, for a host to send.
    pub http: HttpRequest,
    /// What it asks for, on no wire: for a [`Call`](crate::call::Call), limits and accounting.
    pub request: Request,
    /// Whether the application wants a stream.
    pub stream: bool,
    /// What could not be carried; none of it was refused.
    pub losses: Vec<Loss>,
    /// The application's wire.
    pub wire: Wire,
    /// Whether the bytes pass as they are, because both speak the same wire.
    pub is_forwarded: bool,
    /// What an encoder of the answer must know.
    pub context: AnswerContext,
    pub(crate) names: ToolNames,
}

/// A request that is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The application's request cannot be understood.
    #[error(transparent)]
    Bad(#[from] BadRequest),
    /// The provider's wire cannot carry it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The policy forbids what would be lost.
    #[error("the policy forbids this loss: {loss}")]
    Policy {
        /// What would be lost.
        loss: Loss,
    },
}

impl Refusal {
    /// The refusal as an HTTP response in the application's own protocol.
    pub fn answer(&self, wire: Wire) -> ErrorAnswer {
        match self {
            Self::Bad(bad) => write_bad_request(wire, bad),
            Self::Encode(_) | Self::Policy { .. } => {
                let failure = Failure {
                    status: Some(400),
                    ..Failure::new(FailureKind::InvalidRequest, alloc::format!("{self}"))
                };
                write_error(wire, &failure)
            }
        }
    }
}

/// Translates a request that an application sent on `wire` for a provider.
///
/// Where the provider speaks the same wire, the body passes as it is, byte for byte, but for the model's
/// name and the usage option where `options` ask for them.
///
/// # Errors
/// The request cannot be understood, or it would lose something that changes its meaning or that the
/// policy forbids. Nothing is to be sent then; [`Refusal::answer`] tells the application.
pub fn translate_request(
    wire: Wire,
    incoming: &Incoming<'_>,
    target: &Target,
    options: &TranslateOptions,
) -> Result<Translated, Refusal> {
    if target.dialect.wire == wire {
        return forward::request(wire, incoming, target, options);
    }
    let asked = decode_request(wire, incoming, &options.seal)?;
    let context = context(&asked.request.model, target, options).with(asked.stream_usage, asked.framing);
    let (mut request, mut losses) = (asked.request, asked.losses);
    if let Some(model) = &options.model {
        request.model.clone_from(model);
    }
    let names = ToolNames::apply(&mut request, target.dialect.wire, &mut losses);
    let encoded = encode_request(&request, target, asked.stream)?;
    losses.extend(encoded.losses);
    if let Some(loss) = options.policy.refused(&losses) {
        return Err(Refusal::Policy { loss: loss.clone() });
    }
    Ok(Translated {
        http: encoded.http,
        request,
        stream: asked.stream,
        losses,
        wire,
        is_forwarded: false,
        context,
        names,
    })
}

/// The context of an answer to a request for `model`.
pub(super) fn context(model: &str, target: &Target, options: &TranslateOptions) -> AnswerContext {
    AnswerContext {
        model: model.into(),
        id: options.id.clone(),
        created: options.created,
        vendor: target.dialect.vendor.into(),
        source: target.dialect.wire,
        stream_usage: false,
        framing: Default::default(),
        seal: options.seal.clone(),
    }
}

/// The model that is asked for.
pub(super) fn model<'a>(asked: &'a str, options: &'a TranslateOptions) -> Cow<'a, str> {
    options.model.as_deref().map_or(Cow::Borrowed(asked), Cow::Borrowed)
}
