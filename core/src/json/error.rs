//! What is no JSON.

/// Text that is not JSON: where it stopped making sense and what should have stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid JSON at byte {at}: expected {expected}")]
pub struct Error {
    /// Offset in bytes from the start of the text.
    pub at: usize,
    /// What the reader looked for.
    pub expected: &'static str,
}

pub(super) type Result<T> = core::result::Result<T, Error>;
