//! The parts of a stream: those that are not written whole, and what must be known of the others.

use alloc::string::String;
use alloc::vec::Vec;

use super::envelope::Values;
use crate::json::RawJson;
use crate::model::{Content, Media, PartKind, ReasoningText, Source, ToolCall};
use crate::protocol::call_id;
use crate::protocol::seal::Place;

/// A part that is not written whole.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) candidate: u32,
    /// What of it waits.
    pub(super) content: Content,
    pub(super) state: Values,
    pub(super) fields: Values,
    pub(super) is_ended: bool,
    /// Some of its text is out.
    pub(super) has_spoken: bool,
}

/// A part that is written.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) candidate: u32,
    /// Where state goes that comes later; `None` where there is no such place.
    pub(super) place: Option<Place>,
    pub(super) late: Values,
}

impl Open {
    pub(super) fn new(candidate: u32, kind: &PartKind<'_>, vendor: &str) -> Self {
        let content = empty(kind, vendor);
        Self {
            candidate,
            content,
            state: Values::new(),
            fields: Values::new(),
            is_ended: false,
            has_spoken: false,
        }
    }

    /// Whether its pieces can leave as they come.
    pub(super) const fn is_voice(&self) -> bool {
        matches!(self.content, Content::Reasoning(_) | Content::Refusal(_) | Content::Text { .. })
    }

    /// How many bytes wait.
    pub(super) fn held_bytes(&self) -> usize {
        let values: usize =
            self.state.iter().chain(&self.fields).map(|(_, value)| value.as_str().len()).sum();
        let content = match &self.content {
            Content::Vendor { json, .. } => json.as_str().len(),
            content => text(content).map_or(0, String::len),
        };
        values + content
    }

    /// The text that waits.
    pub(super) fn text_mut(&mut self) -> Option<&mut String> {
        match &mut self.content {
            Content::Text { text, .. } | Content::Refusal(text) => Some(text),
            Content::Reasoning(reasoning) => Some(&mut reasoning.text),
            Content::ToolCall(call) => Some(&mut call.arguments),
            Content::Media(Media { source: Source::Base64(data), .. }) => Some(data),
            Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
        }
    }

    /// Where state of it goes that comes when it is written, in the response of that id.
    pub(super) fn place(&self, id: &str, part: u32) -> Option<Place> {
        match &self.content {
            Content::Text { .. } | Content::Refusal(_) => Some(Place::Text),
            Content::Reasoning(_) => Some(Place::Reasoning),
            Content::ToolCall(call) => {
                Some(Place::ToolCall(call_id::legal(call.id.as_deref(), id, part).into_owned()))
            }
            Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
        }
    }
}

fn text(content: &Content) -> Option<&String> {
    match content {
        Content::Text { text, .. } | Content::Refusal(text) => Some(text),
        Content::Reasoning(reasoning) => Some(&reasoning.text),
        Content::ToolCall(call) => Some(&call.arguments),
        Content::Media(Media { source: Source::Base64(data), .. }) => Some(data),
        Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
    }
}

/// A part without content.
fn empty(kind: &PartKind<'_>, vendor: &str) -> Content {
    match kind {
        PartKind::Media { kind, media_type } => Content::Media(Media {
            kind: *kind,
            source: Source::Base64(String::new()),
            media_type: media_type.as_deref().map(String::from),
            name: None,
            detail: None,
        }),
        PartKind::Reasoning { is_summary } => {
            Content::Reasoning(ReasoningText { text: String::new(), is_summary: *is_summary })
        }
        PartKind::Refusal => Content::Refusal(String::new()),
        PartKind::Text => Content::Text { text: String::new(), citations: Vec::new() },
        PartKind::ToolCall { id, name, kind } => Content::ToolCall(ToolCall {
            id: id.as_deref().map(String::from),
            name: name.as_ref().into(),
            arguments: String::new(),
            kind: *kind,
        }),
        PartKind::Vendor { wire, kind, json } => Content::Vendor {
            vendor: vendor.into(),
            wire: *wire,
            kind: kind.as_ref().into(),
            json: RawJson::trusted(json),
        },
    }
}
