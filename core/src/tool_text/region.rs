//! What all readers of a region of calls share.

use super::format::{Calls, Row};
use super::json_calls::JsonCalls;
use super::output::Out;
use super::source_calls::SourceCalls;
use super::tag_calls::TagCalls;

/// How far a reader came in the text it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// So many bytes are done with; the rest is to be shown again, with more behind it.
    More(usize),
    /// So many bytes are done with; what follows is somebody else's.
    Over(usize),
}

/// What one step of a reader led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Another state.
    On,
    /// The text is not enough.
    More,
    /// The region ended before this offset.
    Over(usize),
}

/// A region of calls that is being read.
///
/// Its text begins with the marker that opened it (and the blanks before that), so that it can be given
/// back whole.
#[derive(Clone, Debug)]
pub(super) enum Region {
    Json(JsonCalls),
    Source(SourceCalls),
    Tags(TagCalls),
}

impl Region {
    /// A region of `row`; its first call is looked for at `at`.
    pub(super) const fn new(row: &'static Row, at: usize) -> Self {
        match &row.calls {
            Calls::Json(json) => Self::Json(JsonCalls::new(row, json, at)),
            Calls::Python(python) => Self::Source(SourceCalls::new(row, python, at)),
            Calls::Tags(tags) => Self::Tags(TagCalls::new(row, tags, at)),
        }
    }

    /// Reads on in `window`, which begins where the last turn left off.
    pub(super) fn read(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Turn {
        match self {
            Self::Json(calls) => calls.read(window, ended, out),
            Self::Source(calls) => calls.read(window, ended, out),
            Self::Tags(calls) => calls.read(window, ended, out),
        }
    }

    /// Whether a call was the last thing it brought.
    pub(super) const fn ends_with_call(&self) -> bool {
        match self {
            Self::Json(calls) => calls.ends_with_call(),
            Self::Source(calls) => calls.ends_with_call(),
            Self::Tags(calls) => calls.ends_with_call(),
        }
    }
}
