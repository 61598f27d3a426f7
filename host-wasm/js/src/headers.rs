//! Headers as JavaScript gives them.

use tokenwire_core::http::Headers;

/// Names and values in turn, as headers.
pub(crate) fn pairs(flat: Vec<String>) -> Headers {
    let mut flat = flat.into_iter();
    let mut headers = Headers::new();
    while let (Some(name), Some(value)) = (flat.next(), flat.next()) {
        headers.push(name, value);
    }
    headers
}
