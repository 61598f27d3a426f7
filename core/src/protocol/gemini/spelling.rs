//! The two spellings of a field's name in proto JSON.

use alloc::borrow::Cow;
use alloc::string::String;

/// `response_mime_type` and `_responseMimeType` as `responseMimeType`.
pub(in crate::protocol) fn camel(spelled: &str) -> Cow<'_, str> {
    if !spelled.contains('_') {
        return Cow::Borrowed(spelled);
    }
    let mut name = String::with_capacity(spelled.len());
    let mut is_after = false;
    for c in spelled.chars() {
        if c != '_' {
            name.push(if is_after && !name.is_empty() { c.to_ascii_uppercase() } else { c });
        }
        is_after = c == '_';
    }
    Cow::Owned(name)
}
