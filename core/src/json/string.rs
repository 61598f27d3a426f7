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
pub(super) fn unescape(raw: &str, base: usize) -> Result<String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(slash) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..slash]);
        let at = base + raw.len() - rest.len() + slash;
        let error = || Error { at, expected: "an escape" };
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
