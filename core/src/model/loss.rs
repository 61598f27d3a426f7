//! What could not be carried from one shape to another.

use alloc::string::String;
use core::fmt;

/// What happened to something that the target has no place for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LossAction {
    /// Something close stands in its place.
    Approximated,
    /// It was left out.
    Dropped,
    /// It would have changed the meaning, so nothing is sent.
    Refused,
    /// It goes under another name.
    Renamed,
}

impl LossAction {
    /// The stable name: `approximated`, `dropped`, `refused`, `renamed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approximated => "approximated",
            Self::Dropped => "dropped",
            Self::Refused => "refused",
            Self::Renamed => "renamed",
        }
    }
}

/// One thing that could not be carried faithfully.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Loss {
    /// Where it stood in the request or response: `messages[2].parts[0]`, `sampling.top_k`.
    pub path: String,
    /// Why it could not be carried.
    pub why: String,
    /// What was done about it.
    pub action: LossAction,
}

impl Loss {
    /// A loss at `path`.
    pub fn new(action: LossAction, path: impl Into<String>, why: impl Into<String>) -> Self {
        Self { path: path.into(), why: why.into(), action }
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.path, self.action.name(), self.why)
    }
}
