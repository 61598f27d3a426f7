//! What a provider answered, whole or as far as it came.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Content, Finish, Message, Part, Role, ToolCall};
use crate::json::RawJson;

/// A response, whole or partial.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The provider's id.
    pub id: Option<String>,
    /// The model that answered, as the provider names it.
    pub model: Option<String>,
    /// The answers; one unless several were asked for, none where nothing came.
    pub candidates: Vec<Candidate>,
    /// Fields that the vocabulary has no word for, in the order they came.
    pub extras: Vec<Extra>,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// Its parts, in the order they opened.
    pub parts: Vec<Part>,
    /// Why it ended; `None` where it did not.
    pub finish: Option<Finish>,
}

/// A field of a response that the vocabulary has no word for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    /// The part it belongs to, counted over the whole response, or `None`.
    pub part: Option<u32>,
    /// Its name on the wire.
    pub name: String,
    /// Its value.
    pub value: RawJson,
}

impl Response {
    fn texts(&self, pick: impl Fn(&Content) -> Option<&str>) -> String {
        let parts = self.candidates.first().map_or(&[][..], |c| &c.parts);
        parts.iter().filter_map(|p| pick(&p.content)).collect()
    }

    /// The visible text of the first candidate, parts joined without a separator.
    pub fn text(&self) -> String {
        self.texts(|c| match c {
            Content::Text { text, .. } => Some(text),
            _ => None,
        })
    }

    /// The thinking of the first candidate, parts joined without a separator.
    pub fn reasoning(&self) -> String {
        self.texts(|c| match c {
            Content::Reasoning(r) => Some(&r.text),
            _ => None,
        })
    }

    /// The refusal of the first candidate, if it refused in words.
    pub fn refusal(&self) -> Option<String> {
        let text = self.texts(|c| match c {
            Content::Refusal(text) => Some(text),
            _ => None,
        });
        (!text.is_empty()).then_some(text)
    }

    /// The tool calls of the first candidate.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.candidates.first().into_iter().flat_map(|c| &c.parts).filter_map(|p| match &p.content {
            Content::ToolCall(call) => Some(call),
            _ => None,
        })
    }

    /// Why the first candidate ended.
    pub fn finish(&self) -> Option<&Finish> {
        self.candidates.first()?.finish.as_ref()
    }

    /// The first candidate as a message to append to the conversation, vendor state included.
    pub fn to_message(&self) -> Message {
        Message::new(Role::Assistant, self.candidates.first().map_or_else(Vec::new, |c| c.parts.clone()))
    }
}
