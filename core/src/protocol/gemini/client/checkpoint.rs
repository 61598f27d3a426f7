//! Where a long decode can be taken up again.

use alloc::string::String;

use super::parts::Parts;
use crate::protocol::Resume;

/// A continuation token, and what had been told when it came.
#[derive(Clone, Debug)]
pub(super) struct Checkpoint {
    token: String,
    from_part: u32,
    keep_bytes: u64,
    parts: Parts,
    /// The stream at hand sent it, rather than the one that this stream resumes.
    is_new: bool,
}

impl Checkpoint {
    /// A checkpoint where `parts` stand.
    pub(super) fn new(token: &str, is_new: bool, parts: &Parts) -> Self {
        let (from_part, keep_bytes) = standing(parts);
        Self { token: token.into(), from_part, keep_bytes, parts: parts.unfinished(), is_new }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Moves to where `parts` stand.
    pub(super) fn move_to(&mut self, parts: &Parts) {
        (self.from_part, self.keep_bytes) = standing(parts);
        self.parts = parts.unfinished();
    }

    pub(super) fn is_at(&self, parts: &Parts) -> bool {
        (self.from_part, self.keep_bytes) == standing(parts)
    }

    /// The parts as they stood here, for the stream that resumes.
    pub(super) fn go_back(&mut self) -> Parts {
        self.is_new = false;
        self.parts.clone()
    }

    pub(super) fn resume(&self) -> Resume {
        Resume::Gemini { token: self.token.clone(), from_part: self.from_part, keep_bytes: self.keep_bytes }
    }
}

/// The first part that is not told whole, and how much of it is.
fn standing(parts: &Parts) -> (u32, u64) {
    parts.open_part().map_or_else(|| (parts.count(), 0), |open| (open.part, open.bytes))
}
