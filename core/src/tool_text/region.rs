//! A region of calls, in whatever form they are.

use super::format::{Calls, Row};
use super::json_calls::JsonCalls;
use super::output::Out;
use super::reader::{CallReader, Turn};
use super::source_calls::SourceCalls;
use super::tag_calls::TagCalls;

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
