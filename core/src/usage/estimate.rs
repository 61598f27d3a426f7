//! How many tokens a text is likely to be.

/// The tokens that `text` is likely to be: one for four ASCII bytes, one for every other character.
pub fn estimate_tokens(text: &str) -> u64 {
    let others = text.chars().filter(|c| !c.is_ascii()).count() as u64;
    let ascii = text.bytes().filter(u8::is_ascii).count() as u64;
    ascii.div_ceil(4) + others
}
