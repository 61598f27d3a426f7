//! `reasoning_details`: where state of an answer goes out that its vendor wants back.
//!
//! It is the one field that the wire's applications send back unread; OpenAI itself has none. All
//! state goes in it sealed, an entry for each part and vendor.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::NATIVE_VENDOR;
use super::position::Position;
use crate::json::Writer;
use crate::model::{LossAction, Opaque, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::seal::{Place, Sealed};

/// The format of sealed entries.
pub(super) const FORMAT: &str = "tokenwire-v1";

/// The type of entries that hold nothing to read.
pub(super) const ENCRYPTED: &str = "reasoning.encrypted";

/// The state of one part.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) position: Position,
    pub(super) place: Place,
    /// The text that the state covers, where the message does not keep it apart.
    pub(super) text: Option<String>,
    pub(super) opaque: Vec<Opaque>,
}

/// Whether `vendor`'s state stands on this wire as it is.
pub(super) fn is_native(answer: &Answer, vendor: &str) -> bool {
    vendor == NATIVE_VENDOR && answer.context.source == Wire::OpenaiChat
}

/// Writes the entries of one part; `index` is the number of the next entry.
pub(super) fn write(held: &Held, index: &mut u32, answer: &Answer, w: &mut Writer) {
    let mut left: Vec<&Opaque> = held.opaque.iter().collect();
    while let Some(first) = left.first().copied() {
        // A block and its state stay together: the block is the first field.
        let is_block = matches!(held.place, Place::Vendor(_));
        let is_same = |o: &Opaque| o.vendor == first.vendor && (is_block || o.model == first.model);
        let (group, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|o| is_same(o));
        write_sealed(held, &group, *index, answer, w);
        *index += 1;
        left = rest;
    }
}

fn write_sealed(held: &Held, group: &[&Opaque], index: u32, answer: &Answer, w: &mut Writer) {
    let Some(first) = group.first() else { return };
    let sealed = Sealed {
        vendor: first.vendor.clone(),
        model: first.model.clone(),
        wire: answer.context.source,
        place: held.place.clone(),
        text: held.text.clone(),
        fields: group.iter().map(|o| (o.field.clone(), o.value.clone())).collect(),
    };
    w.object(|w| {
        w.key("type").string(ENCRYPTED);
        w.key("data").string(&sealed.seal(&answer.context.seal));
        w.key("id").string(&held.position.to_string());
        w.key("format").string(FORMAT);
        w.key("index").u64(u64::from(index));
    });
}

/// Says that state has no place on this wire.
pub(super) fn lose(opaque: &Opaque, path: &str, answer: &mut Answer) {
    let why = alloc::format!("nothing of {} is sent back with such a part", opaque.vendor);
    answer.lose(LossAction::Dropped, alloc::format!("{path}.opaque.{}", opaque.field), why);
}
