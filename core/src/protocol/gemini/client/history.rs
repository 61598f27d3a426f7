//! What was said and called before a part, as far as parts depend on it.

use super::model_version::model_version;
use crate::map::Map;
use crate::model::{Content, Message, Part, Request, Role, ToolCall};

/// The conversation up to a part. Each message is opened, its parts passed, and closed, in order.
#[derive(Default)]
pub(super) struct History<'a> {
    /// The latest calls by their ids.
    by_id: Map<&'a str, &'a ToolCall>,
    /// The latest calls without an id by their names.
    by_name: Map<&'a str, &'a ToolCall>,
    /// Where the user last says something, in the whole conversation.
    last_said: Option<usize>,
    /// Whether the present step of the model has made a call.
    has_called: bool,
    /// Whether the model wants signatures back.
    is_signed: bool,
}

impl<'a> History<'a> {
    /// Before the first message.
    pub(super) fn of(request: &Request) -> Self {
        let says = |part: &Part| !matches!(part.content, Content::ToolResult(_));
        let is_said = |message: &Message| message.role == Role::User && message.parts.iter().any(says);
        Self {
            last_said: request.messages.iter().rposition(is_said),
            is_signed: model_version(&request.model).is_some_and(|version| version >= 3),
            ..Self::default()
        }
    }

    pub(super) fn open(&mut self, message: &Message) {
        self.has_called &= message.role == Role::Assistant;
    }

    pub(super) fn pass(&mut self, part: &Part) {
        self.has_called |= matches!(part.content, Content::ToolCall(_));
    }

    pub(super) fn close(&mut self, message: &'a Message) {
        for part in &message.parts {
            match &part.content {
                Content::ToolCall(call @ ToolCall { id: Some(id), .. }) => self.by_id.insert(id, call),
                Content::ToolCall(call) => self.by_name.insert(&call.name, call),
                _ => None,
            };
        }
    }

    /// The call that a result answers: by id, or by name where the model gave no id.
    pub(super) fn call(&self, call_id: &str) -> Option<&'a ToolCall> {
        self.by_id.get(call_id).or_else(|| self.by_name.get(call_id)).copied()
    }

    /// Whether a call in the message `at` would be refused without a signature: from Gemini 3 on, the
    /// first call of each step of the current turn must have one.
    pub(super) fn wants_placeholder(&self, at: usize) -> bool {
        self.is_signed && !self.has_called && self.last_said.is_none_or(|last| last < at)
    }
}
