//! What an encoder knows of one part of an answer.

use alloc::string::String;
use alloc::vec::Vec;

use super::details::Held;
use super::position::Position;
use crate::json::{RawJson, Writer};
use crate::model::{Opaque, ToolCall, ToolCallKind};
use crate::protocol::seal::Place;

/// One part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The choice that it belongs to.
    pub(super) candidate: usize,
    pub(super) kind: Kind,
    pub(super) position: Position,
    /// How many bytes of it were written.
    pub(super) bytes: u64,
    pub(super) is_over: bool,
    /// The text that its state covers.
    pub(super) text: String,
    /// State that has not been told.
    pub(super) opaque: Vec<Opaque>,
}

/// What a part is on this wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Audio,
    /// A call with its place in the list of calls and the id that the application knows.
    Call {
        index: u32,
        id: String,
        kind: ToolCallKind,
    },
    /// A picture: it is one URL, so its data waits until it is whole.
    Image {
        media_type: String,
        data: String,
    },
    /// Nothing of it is written.
    Lost,
    Reasoning,
    Refusal,
    Text,
    /// A block of this type that only its vendor reads.
    Vendor(String),
}

impl Part {
    pub(super) const fn new(candidate: usize, kind: Kind, position: Position) -> Self {
        Self { candidate, kind, position, bytes: 0, is_over: false, text: String::new(), opaque: Vec::new() }
    }

    /// Whether an application has seen something of it.
    pub(super) fn is_shown(&self) -> bool {
        let is_shown_at_once = matches!(self.kind, Kind::Audio | Kind::Call { .. });
        self.bytes > 0 || is_shown_at_once || self.is_over && matches!(self.kind, Kind::Image { .. })
    }

    /// Where its state goes; `None` where no state is sent back with such a part.
    pub(super) fn place(&self) -> Option<Place> {
        Some(match &self.kind {
            Kind::Call { id, .. } => Place::ToolCall(id.clone()),
            Kind::Reasoning => Place::Reasoning,
            Kind::Text => Place::Text,
            Kind::Vendor(kind) => Place::Vendor(kind.clone()),
            Kind::Audio | Kind::Image { .. } | Kind::Lost | Kind::Refusal => return None,
        })
    }

    /// Keeps state; a later value of a field replaces an earlier one.
    pub(super) fn keep(&mut self, vendor: &str, model: Option<&str>, field: &str, value: &str) {
        let value = RawJson::trusted(value);
        match self.opaque.iter_mut().find(|o| o.field == field) {
            Some(known) => known.value = value,
            None => {
                let (vendor, model) = (vendor.into(), model.map(Into::into));
                self.opaque.push(Opaque { vendor, model, field: field.into(), value });
            }
        }
    }

    /// Takes the state out that has not been told.
    pub(super) fn take_held(&mut self) -> Option<Held> {
        let place = self.place().filter(|_| !self.opaque.is_empty())?;
        let text = matches!(self.kind, Kind::Reasoning).then(|| self.text.clone());
        let opaque = core::mem::take(&mut self.opaque);
        Some(Held { position: self.position, place, text, opaque })
    }
}

/// Writes the fields of a call: id and type, then the object with its name and `arguments`.
pub(super) fn write_call(id: &str, call: &ToolCall, w: &mut Writer) {
    let (kind, body) = names(call.kind);
    w.key("id").string(id);
    w.key("type").string(kind);
    w.key(kind).object(|w| {
        w.key("name").string(&call.name);
        w.key(body).string(&call.arguments);
    });
}

/// The name of a call's object, and of the text in it.
pub(super) const fn names(kind: ToolCallKind) -> (&'static str, &'static str) {
    match kind {
        ToolCallKind::Freeform => ("custom", "input"),
        ToolCallKind::Function => ("function", "arguments"),
    }
}

/// Writes a picture as an `images` entry, the form that dialects gave it.
pub(super) fn write_image(media_type: &str, data: &str, w: &mut Writer) {
    w.key("type").string("image_url");
    w.key("image_url").object(|w| {
        w.key("url").string(&alloc::format!("data:{media_type};base64,{data}"));
    });
}
