//! An application's request, as a provider's.

use super::forward;
use super::options::TranslateOptions;
use super::own;
use super::refusal::Refusal;
use super::silence;
use super::tool_names::ToolNames;
use super::translated::Translated;
use crate::model::Wire;
use crate::protocol::{AnswerContext, Incoming, Target, decode_request, encode_request};

/// Translates a request that an application sent on `wire` for a provider.
///
/// Where the provider speaks the same wire, the body passes as it is, byte for byte, but for the model's
/// name and the usage option where `options` ask for them, unless they ask for [`TranslateOptions::rewrite`]. A body that holds what was made here for an
/// answer of another vendor (sealed state, ids) is decoded and encoded instead, so that it goes to nobody
/// else; state that stands in it unsealed counts as the own vendor's of the wire then. A body that cannot be
/// decoded passes too, if it names its model and holds nothing sealed.
///
/// # Errors
/// The request cannot be understood, or it would lose something that changes its meaning or that the policy
/// forbids; or it would pass, but states the model, the stream or the limit of its output twice, of which
/// providers do not agree on the one that counts. Nothing is to be sent then; [`Refusal::answer`] tells the
/// application.
pub fn translate_request(
    wire: Wire,
    incoming: &Incoming<'_>,
    target: &Target,
    options: &TranslateOptions,
) -> Result<Translated, Refusal> {
    if target.dialect.wire == wire && !options.rewrite {
        return forward::request(wire, incoming, target, options);
    }
    let asked = decode_request(wire, incoming, &options.seal)?;
    let context = options.context(&asked.request.model, target).with(asked.stream_usage, asked.framing);
    let context = AnswerContext { id: options.id_of(incoming.body), ..context };
    let (mut request, mut losses) = (asked.request, asked.losses);
    if let Some(model) = &options.model {
        request.model.clone_from(model);
    }
    if wire == target.dialect.wire {
        own::take(&mut request, wire, target.dialect.vendor);
    } else {
        silence::speak(&mut request, target.dialect.wire);
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
