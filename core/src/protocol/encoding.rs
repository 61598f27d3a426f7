//! What the encoders of all wires work with.

use alloc::string::String;
use alloc::vec::Vec;

use super::Target;
use crate::map::Set;
use crate::model::{Loss, LossAction, Media, Request, Source, Tool, ToolChoice, Wire};

/// A request that cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The request contradicts itself or lacks something.
    #[error("invalid request at {path}: {why}")]
    Invalid {
        /// Where.
        path: String,
        /// What was expected and what came.
        why: String,
    },
    /// The wire cannot say it, and leaving it out would change the meaning.
    #[error("{wire} cannot carry {loss}")]
    Refused {
        /// The wire.
        wire: Wire,
        /// What it cannot carry.
        loss: Loss,
    },
}

/// What an encoder of one wire makes: a path below the base URL and a JSON body.
pub(super) struct Body {
    pub(super) path: String,
    pub(super) json: String,
}

/// More nesting than any field of any wire has.
const MAX_DOTS: usize = 8;

/// Whether a dotted name of an extension goes deeper than any wire does.
pub(super) fn nests_too_deep(name: &str) -> bool {
    name.bytes().filter(|b| *b == b'.').nth(MAX_DOTS).is_some()
}

/// Why an extension with such a name is left out.
pub(super) const TOO_DEEP: &str = "the name nests too deep";

/// What an encoder of one wire works with.
pub(super) struct Encoding<'a> {
    pub(super) request: &'a Request,
    pub(super) target: &'a Target,
    pub(super) stream: bool,
    pub(super) losses: Vec<Loss>,
}

impl<'a> Encoding<'a> {
    pub(super) fn lose(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        self.losses.push(Loss::new(action, path, why));
    }

    /// The names of the tools that are called with free text.
    pub(super) fn freeform_names(&self) -> Set<&'a str> {
        let is_freeform = |tool: &&Tool| matches!(tool, Tool::Freeform { .. });
        self.request.tools.iter().filter(is_freeform).filter_map(Tool::name).collect()
    }

    /// Says which messages are left out because nothing is said in them.
    pub(super) fn lose_empty_messages(&mut self) {
        let request = self.request;
        let empty = request.messages.iter().enumerate().filter(|(_, message)| message.parts.is_empty());
        for (at, _) in empty {
            let why = "the wire has no message without content";
            self.lose(LossAction::Dropped, alloc::format!("messages[{at}]"), why);
        }
    }

    /// Says that the type of media at a URL or under an id is left out.
    pub(super) fn lose_media_type(&mut self, path: &str, media: &Media) {
        let is_elsewhere = match &media.source {
            Source::Url(url) => !url.starts_with("data:"),
            Source::Id { .. } => true,
            Source::Base64(_) | Source::Text(_) => false,
        };
        if is_elsewhere && media.media_type.is_some() {
            let why = "whoever keeps the media tells its type";
            self.lose(LossAction::Dropped, alloc::format!("{path}.media_type"), why);
        }
    }

    /// Refuses a choice that demands a call where no tool is offered.
    pub(super) fn check_tool_choice(&self) -> Result<(), EncodeError> {
        let wire = self.target.dialect.wire;
        let has_tools = !self.request.tools.is_empty()
            || self.request.extensions.iter().any(|e| e.wire == wire && e.name == "tools");
        if has_tools || self.request.tool_choice != Some(ToolChoice::Required) {
            return Ok(());
        }
        Err(EncodeError::Invalid {
            path: "tool_choice".into(),
            why: "expected at least one tool to choose from, found none".into(),
        })
    }

    /// The error for something whose loss would change the meaning.
    pub(super) fn refuse(&self, path: impl Into<String>, why: impl Into<String>) -> EncodeError {
        EncodeError::Refused {
            wire: self.target.dialect.wire,
            loss: Loss::new(LossAction::Refused, path, why),
        }
    }
}
