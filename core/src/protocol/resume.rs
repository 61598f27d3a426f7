//! The place from which a response can go on.

use alloc::string::String;

/// Where a broken stream can be taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resume {
    /// Gemini: the same request with this token; what came after the token comes again.
    Gemini {
        /// The continuation token.
        token: String,
        /// The first part that is not kept whole.
        from_part: u32,
        /// How many bytes of that part's text stay.
        keep_bytes: u64,
    },
    /// Responses in background: the stored stream after this event.
    Responses {
        /// The response's id.
        id: String,
        /// The sequence number of the last event that was decoded.
        after: u64,
    },
}
