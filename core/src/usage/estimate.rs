//! How many tokens a text is, guessed.

/// Guesses how many tokens a text is, without a tokenizer: four ASCII letters or spaces a token, two
/// ASCII digits or marks, two letters of other alphabets, one Chinese, Japanese or Korean character, one
/// emoji. Rounded up; 0 for no text.
///
/// A guess to plan with: of five answers that were recorded, four were counted within a third of it.
/// What a provider states beats it. The rule holds for no model more than for another.
///
/// ```
/// use tokenwire_core::usage::estimate_tokens;
/// assert_eq!(estimate_tokens("Why is the sky blue?"), 6);
/// assert_eq!(estimate_tokens("Почему небо голубое?"), 10);
/// assert_eq!(estimate_tokens("天空为什么是蓝色的？"), 10);
/// assert_eq!(estimate_tokens(""), 0);
/// ```
pub fn estimate_tokens(text: &str) -> u64 {
    text.chars().map(quarters).sum::<u64>().div_ceil(4)
}

/// Quarters of a token. From U+2E80 on scripts have a sign for a syllable or a word.
const fn quarters(c: char) -> u64 {
    match c {
        '0'..='9' => 2,
        '\0'..='\u{7f}' if !c.is_ascii_punctuation() => 1,
        '\0'..='\u{2e7f}' => 2,
        _ => 4,
    }
}
