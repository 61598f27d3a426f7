//! An application's request, as a provider's.

use super::forward;
use super::options::TranslateOptions;
use super::refusal::Refusal;
use super::tool_names::ToolNames;
use super::translated::Translated;
use crate::model::Wire;
use crate::protocol::{Incoming, Target, decode_request, encode_request};

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
    let context = options.context(&asked.request.model, target).with(asked.stream_usage, asked.framing);
    let (mut request, mut losses) = (asked.request, asked.losses);
    if let Some(model) = &options.model {
        request.model.clone_from(model);
    }
    let names = ToolNames::apply(&mut request, &target.dialect, &mut losses);
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
