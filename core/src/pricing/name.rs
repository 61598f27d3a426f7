//! Names of models as patterns.

use alloc::string::String;

/// A pattern of a model's name, in lower case.
///
/// `#` is one ASCII digit; `*` is any text, and only stands at the ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    text: String,
    /// Pairs of bytes that every name it accepts has: most names fail on these.
    pairs: Pairs,
}

/// The pairs of neighbouring bytes in a text, as a set of 64 bits: a filter, not a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pairs(u64);

impl Pairs {
    fn of(text: &[u8], counts: impl Fn(u8) -> bool) -> Self {
        let pairs = text.windows(2).filter(|pair| counts(pair[0]) && counts(pair[1]));
        Self(pairs.fold(0, |set, pair| {
            // The odd factor spreads the alphabet of model names over all six bits.
            let hash = u32::from(pair[0]).wrapping_mul(37) ^ u32::from(pair[1]);
            set | 1 << (hash % 64)
        }))
    }

    const fn has_all_of(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

impl Pattern {
    /// Takes a pattern; `None` where a `*` stands within.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('*').unwrap_or(text);
        let inner = inner.strip_suffix('*').unwrap_or(inner);
        (!inner.is_empty() && !inner.contains('*')).then(|| Self::new(text.to_ascii_lowercase()))
    }

    fn new(text: String) -> Self {
        let pairs = Pairs::of(text.as_bytes(), |byte| !matches!(byte, b'#' | b'*'));
        Self { text, pairs }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is a name rather than a set of names.
    pub(super) fn is_exact(&self) -> bool {
        !self.text.bytes().any(|b| matches!(b, b'*' | b'#'))
    }

    /// Whether it accepts a name.
    pub(super) fn accepts(&self, name: &Lowered) -> bool {
        name.pairs.has_all_of(self.pairs) && self.fits(name.as_bytes())
    }

    fn fits(&self, name: &[u8]) -> bool {
        let pattern = self.text.as_bytes();
        match (pattern.strip_prefix(b"*"), pattern.strip_suffix(b"*")) {
            (None, None) => same(pattern, name),
            (None, Some(start)) => name.get(..start.len()).is_some_and(|head| same(start, head)),
            (Some(end), None) => name.len().checked_sub(end.len()).is_some_and(|at| same(end, &name[at..])),
            (Some(rest), Some(_)) => within(&rest[..rest.len() - 1], name),
        }
    }
}

fn same(pattern: &[u8], name: &[u8]) -> bool {
    pattern.len() == name.len()
        && pattern.iter().zip(name).all(|(p, n)| p == n || (*p == b'#' && n.is_ascii_digit()))
}

fn within(pattern: &[u8], name: &[u8]) -> bool {
    let Some(last) = name.len().checked_sub(pattern.len()) else { return false };
    (0..=last).any(|at| same(pattern, &name[at..at + pattern.len()]))
}

/// The longest name that is looked up; no model has a longer one.
pub(super) const MAX_NAME: usize = 256;

/// A name in lower case, without allocation.
pub(super) struct Lowered {
    bytes: [u8; MAX_NAME + 2],
    length: usize,
    pairs: Pairs,
}

impl Lowered {
    /// `None` where the name is longer than [`MAX_NAME`].
    pub(super) fn new(name: &str) -> Option<Self> {
        let mut bytes = [0; MAX_NAME + 2];
        bytes[..MAX_NAME].get_mut(..name.len())?.copy_from_slice(name.as_bytes());
        bytes[..name.len()].make_ascii_lowercase();
        Some(Self::of(bytes, name.len()))
    }

    fn of(bytes: [u8; MAX_NAME + 2], length: usize) -> Self {
        Self { pairs: Pairs::of(&bytes[..length], |_| true), bytes, length }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The name with its compact date `-20260922` spelled `-2026-09-22`, if it has one.
    pub(super) fn respelled(&self) -> Option<Self> {
        let name = &self.bytes[..self.length];
        let is_date = |at: usize| {
            name[at] == b'-'
                && name.get(at + 1..at + 9).is_some_and(|date| date.iter().all(u8::is_ascii_digit))
                && !name.get(at + 9).is_some_and(u8::is_ascii_digit)
        };
        let at = (0..self.length).rev().find(|at| is_date(*at))?;
        let mut bytes = [0; MAX_NAME + 2];
        let (year, rest) = name.split_at(at + 5);
        let (month, day) = rest.split_at(2);
        let mut end = 0;
        for piece in [year, b"-", month, b"-", day] {
            bytes[end..end + piece.len()].copy_from_slice(piece);
            end += piece.len();
        }
        Some(Self::of(bytes, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text_at_the_ends_and_hashes_for_a_digit() {
        let accepts = |pattern: &str, name: &str| {
            Pattern::parse(pattern).expect(pattern).accepts(&Lowered::new(name).expect(name))
        };
        assert!(accepts("GPT-5", "gpt-5") && !accepts("gpt-5", "gpt-5-mini"));
        assert!(accepts("gpt-5*", "gpt-5-mini") && accepts("gpt-5*", "gpt-5") && !accepts("gpt-5*", "gpt-"));
        assert!(accepts("*-5", "gpt-5") && !accepts("*-5", "gpt-50") && !accepts("*long", "ong"));
        assert!(accepts("*nova-2*", "us.amazon.nova-2-sonic") && !accepts("*nova-2*", "nova"));
        assert!(accepts("m-####-##-##", "m-2026-09-22") && !accepts("m-####-##-##", "m-2026-09-2x"));
        assert!(accepts("m-##*", "m-12-x") && !accepts("m-##*", "m-1x"));
    }

    #[test]
    fn a_star_within_is_no_pattern() {
        for text in ["a*b", "", "*", "**", "*a*b"] {
            assert_eq!(Pattern::parse(text), None, "{text}");
        }
    }

    #[test]
    fn compact_dates_are_spelled_out() {
        let spelled = |name: &str| {
            Lowered::new(name)
                .expect(name)
                .respelled()
                .map(|n| String::from_utf8_lossy(n.as_bytes()).into_owned())
        };
        assert_eq!(spelled("GPT-6-sol-20260922").as_deref(), Some("gpt-6-sol-2026-09-22"));
        assert_eq!(spelled("m-20260922-v1").as_deref(), Some("m-2026-09-22-v1"));
        for name in ["m-2026-09-22", "m-202609221", "20260922", "m-2026092", "é-1"] {
            assert_eq!(spelled(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_as_long_as_it_may_be_is_looked_up() {
        let mut name = "x".repeat(MAX_NAME - 9);
        name.push_str("-20260922");
        assert_eq!(Lowered::new(&name).and_then(|n| n.respelled()).map(|n| n.length), Some(MAX_NAME + 2));
        name.push('x');
        assert!(Lowered::new(&name).is_none());
    }
}
