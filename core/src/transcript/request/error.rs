//! What is wrong with the JSON of a request.

use alloc::string::String;

use crate::json;

/// Why a text is no request. Of what the text holds it repeats one word or number at most, cut at 40
/// bytes; anything longer is told by its type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The text is not JSON, or it nests too deep.
    #[error(transparent)]
    Json(#[from] json::Error),
    /// A value is not what must stand in its place.
    #[error("{path}: expected {expected}, found {found}")]
    Shape {
        /// Where it stands: `messages[2].content[0].kind`; `request` for the text as a whole.
        path: String,
        /// What must stand there: a type, or the words to choose from.
        expected: String,
        /// What stands there: its type, or the word itself where a word was expected.
        found: String,
    },
}
