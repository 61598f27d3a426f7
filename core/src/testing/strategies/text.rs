//! Texts and names.

use alloc::string::String;

use proptest::collection::vec;
use proptest::prelude::*;

/// Any short text: letters, white space, what must be escaped in JSON and in event streams, characters
/// of two, three and four bytes; often empty.
pub fn text() -> impl Strategy<Value = String> {
    vec(character(), 0..24).prop_map(|chars| chars.into_iter().collect())
}

fn character() -> impl Strategy<Value = char> {
    prop_oneof![
        8 => prop::char::range('a', 'z'),
        3 => prop::sample::select(&[' ', '\n', '\r', '\t', '"', '\\', '/', '{', '}', '[', ':', ',', '<', '&'][..]),
        2 => prop::sample::select(&['é', 'ß', '€', '漢', '\u{2028}', '😀', '\u{10ffff}', '\u{feff}'][..]),
        1 => prop::char::range('\0', '\u{1f}'),
        1 => any::<char>(),
    ]
}

/// A name as tools, schemas and models have: a letter, then letters, digits, `_` and `-`.
pub fn name() -> impl Strategy<Value = String> {
    let first = prop_oneof![prop::char::range('a', 'z'), prop::char::range('A', 'Z')];
    let rest = prop_oneof![4 => prop::char::range('a', 'z'), 1 => prop::char::range('0', '9'), 1 => Just('_'), 1 => Just('-')];
    (first, vec(rest, 0..16)).prop_map(|(first, rest)| core::iter::once(first).chain(rest).collect())
}
