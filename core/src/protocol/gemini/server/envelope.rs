//! Opaque state on its way out.

use alloc::string::String;
use alloc::vec::Vec;

use super::VENDOR;
use crate::json::RawJson;
use crate::model::Wire;
use crate::protocol::AnswerContext;
use crate::protocol::seal::{Place, Sealed};

/// The field of a part's metadata that tells of a call whose arguments are no object.
pub(super) const MALFORMED: &str = "malformedFunctionCall";

/// Fields and their values.
pub(super) type Values = Vec<(String, RawJson)>;

/// Whether the answer is Google's own on this wire, so that its state goes in its own fields.
pub(super) fn is_native(context: &AnswerContext) -> bool {
    context.vendor == VENDOR && context.source == Wire::Gemini
}

/// Sets a field; a later value replaces an earlier one.
pub(super) fn set(values: &mut Values, field: &str, value: RawJson) {
    match values.iter_mut().find(|(known, _)| known == field) {
        Some((_, known)) => *known = value,
        None => values.push((field.into(), value)),
    }
}

/// State of another vendor as the text of a `thoughtSignature`. With `text`, the envelope is a part of
/// its own that holds this text; without, it belongs to the part that it stands on or behind.
pub(super) fn seal(
    context: &AnswerContext,
    model: Option<&str>,
    place: Place,
    text: Option<&str>,
    fields: &[(String, RawJson)],
) -> String {
    let sealed = Sealed {
        vendor: context.vendor.clone(),
        model: model.map(String::from),
        wire: context.source,
        place,
        text: text.map(String::from),
        fields: fields.to_vec(),
    };
    sealed.seal(&context.seal)
}
