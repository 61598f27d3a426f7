//! What is no JSON.

use alloc::boxed::Box;
use core::fmt;

/// Text that is not JSON: where it stopped making sense and what should have stood there.
///
/// It is one pointer: every function that reads returns one, and hardly any is ever made.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid JSON at byte {}: expected {}", self.at(), self.expected())]
pub struct Error(Box<(usize, &'static str)>);

impl Error {
    #[cold]
    #[inline(never)]
    pub(crate) fn new(at: usize, expected: &'static str) -> Self {
        Self(Box::new((at, expected)))
    }

    /// Offset in bytes from the start of the text.
    pub fn at(&self) -> usize {
        self.0.0
    }

    /// What the reader looked for.
    pub fn expected(&self) -> &'static str {
        self.0.1
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("at", &self.at()).field("expected", &self.expected()).finish()
    }
}

pub(super) type Result<T> = core::result::Result<T, Error>;
