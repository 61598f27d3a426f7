//! State of other vendors, sealed for its way through the application.

use alloc::string::String;

use crate::json::{RawJson, Writer};
use crate::protocol::answer::Answer;
use crate::protocol::seal::{Place, Sealed};

/// The envelope around `fields`, JSON by name, as a JSON string.
pub(super) fn seal(
    answer: &Answer,
    model: Option<&str>,
    place: Place,
    fields: &[(String, String)],
) -> String {
    let context = &answer.context;
    let sealed = Sealed {
        vendor: context.vendor.clone(),
        model: model.map(String::from),
        wire: context.source,
        place,
        text: None,
        fields: fields.iter().map(|(name, value)| (name.clone(), RawJson::trusted(value))).collect(),
    };
    let mut w = Writer::new();
    w.string(&sealed.seal(&context.seal));
    w.finish()
}
