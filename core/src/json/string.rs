//! The insides of strings: where plain text ends, and what escapes stand for.

use alloc::string::String;

use super::error::{Error, Result};

const ONES: u64 = u64::from_ne_bytes([1; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// The first byte from `at` that is a quote, a backslash or a control character; eight bytes a step.
#[inline]
pub(super) fn special(bytes: &[u8], at: usize) -> usize {
    at + bytes.get(at..).map_or(0, plain)
}

/// How many bytes stand before the first quote, backslash or control character.
#[inline(never)]
fn plain(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The high bit of a byte is set if it was zero after the xor, or below 0x20. A borrow can set
        // false bits only above the first true one, and only the lowest is used. The xors leave high
        // bits alone, so one mask takes the bytes beyond ASCII out of all three.
        let quotes = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
        let slashes = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
        let controls = word.wrapping_sub(ONES * 0x20);
        let hit = (quotes | slashes | controls) & !word & HIGHS;
        if hit != 0 {
            return at + (hit.trailing_zeros() / 8) as usize;
        }
        at += 8;
    }
    at + tail.iter().position(|b| matches!(b, b'"' | b'\\' | 0..0x20)).unwrap_or(tail.len())
}

/// Resolves the escapes of a validated string; `base` is its offset, for errors.
///
/// A lone surrogate becomes U+FFFD: providers cut such pairs, and the text around it is good.
pub(super) fn unescape_at(raw: &str, base: usize) -> Result<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(slash) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..slash]);
        let at = base + raw.len() - rest.len() + slash;
        let error = || Error::new(at, "an escape");
        let code = *rest.as_bytes().get(slash + 1).ok_or_else(error)?;
        let mut used = 2;
        out.push(match code {
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (c, n) = unicode_escape(&rest[slash..]).ok_or_else(error)?;
                used = n;
                c
            }
            _ => char::from(code),
        });
        rest = &rest[slash + used..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The same for a text of which every escape is an [`Escape::Whole`].
pub(crate) fn unescape(raw: &str) -> String {
    unescape_at(raw, 0).unwrap_or_else(|_| raw.into())
}

/// What stands at a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// No escape.
    Bad,
    /// One that may go on behind the end.
    Cut,
    /// An escape of that many bytes.
    Whole(usize),
}

/// The escape that `text` begins with; a pair of surrogates is one.
pub(crate) fn escape(text: &str) -> Escape {
    let bytes = text.as_bytes();
    match bytes {
        [] | [b'\\'] => Escape::Cut,
        [b'\\', b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Escape::Whole(2),
        [b'\\', b'u', digits @ ..] => match (hexadecimal(digits), unicode_escape(text)) {
            (false, _) => Escape::Bad,
            (true, Some((char::REPLACEMENT_CHARACTER, _))) if may_be_paired(text) => Escape::Cut,
            (true, Some((_, length))) => Escape::Whole(length),
            (true, None) => Escape::Cut,
        },
        _ => Escape::Bad,
    }
}

/// Whether the four digits of an escape, or what there is of them, are digits.
fn hexadecimal(digits: &[u8]) -> bool {
    digits.iter().take(4).all(u8::is_ascii_hexdigit)
}

/// Whether the second of a pair may be cut off.
fn may_be_paired(text: &str) -> bool {
    let is_high = matches!(text.as_bytes()[2..4], [b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B']);
    let second = &text.as_bytes()[6..];
    let is_begun = second.len() < 6 && b"\\u".iter().zip(second).all(|(a, b)| a == b);
    is_high && is_begun && hexadecimal(second.get(2..).unwrap_or_default())
}

/// Reads `\uXXXX`, or a surrogate pair of two; gives the character and the bytes used.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> { u32::from_str_radix(text.get(at + 2..at + 6)?, 16).ok() };
    let first = unit(0)?;
    if !(0xD800..0xE000).contains(&first) {
        return Some((char::from_u32(first)?, 6));
    }
    if first < 0xDC00
        && text.as_bytes().get(6..8) == Some(b"\\u")
        && let Some(second @ 0xDC00..0xE000) = unit(6)
    {
        let c = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return Some((char::from_u32(c)?, 12));
    }
    Some((char::REPLACEMENT_CHARACTER, 6))
}
