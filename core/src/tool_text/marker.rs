//! Markers: literal text in which a blank stands for any run of blanks.

use core::ops::Range;

use super::work;

/// More blanks in a row than a model writes between two markers.
pub(super) const MAX_BLANKS: usize = 64;

/// How a text stands to a marker that may begin it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It begins with something else.
    No,
    /// All of it may be the marker's beginning.
    Partial,
    /// It begins with the marker, of so many bytes.
    Full(usize),
}

impl Fit {
    /// What is left of it once no more text will come.
    const fn at_end(self, ended: bool) -> Self {
        match self {
            Self::Partial if ended => Self::No,
            other => other,
        }
    }
}

/// Whether `text` begins with `marker`: a blank in it fits up to [`MAX_BLANKS`] blanks or none, a star
/// fits `name`, anything else itself.
pub(super) fn fit(marker: &str, text: &str, name: &str) -> Fit {
    let bytes = text.as_bytes();
    let mut at = 0;
    for byte in marker.bytes() {
        work::count(1);
        match byte {
            b' ' => at += leading_blanks(&bytes[at..]),
            b'*' => match prefix(name, &bytes[at..]) {
                Fit::Full(length) => at += length,
                other => return other,
            },
            _ => match bytes.get(at) {
                Some(b) if *b == byte => at += 1,
                Some(_) => return Fit::No,
                None => return Fit::Partial,
            },
        }
    }
    Fit::Full(at)
}

fn prefix(literal: &str, bytes: &[u8]) -> Fit {
    let literal = literal.as_bytes();
    work::count(literal.len().min(bytes.len()));
    if bytes.starts_with(literal) {
        return Fit::Full(literal.len());
    }
    if literal.starts_with(bytes) { Fit::Partial } else { Fit::No }
}

/// The longest of `markers` that `text` begins with. While more text may come, one that may still
/// become longer goes first.
pub(super) fn fit_any(markers: &[&str], text: &str, name: &str, ended: bool) -> Fit {
    let mut best = Fit::No;
    for marker in markers {
        match (fit(marker, text, name).at_end(ended), best) {
            (Fit::Partial, _) => return Fit::Partial,
            (Fit::Full(length), Fit::Full(known)) if known >= length => {}
            (Fit::Full(length), _) => best = Fit::Full(length),
            (Fit::No, _) => {}
        }
    }
    best
}

/// Where the first of some markers stands in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nowhere.
    No,
    /// From here on the text may be the beginning of one.
    Partial(usize),
    /// Here, with so many bytes.
    Full(usize, usize),
}

impl Found {
    /// How far the text before it goes, which ends at `end` where nothing was found.
    pub(super) const fn text_before(self, end: usize) -> usize {
        match self {
            Self::Full(at, _) | Self::Partial(at) => at,
            Self::No => end,
        }
    }
}

/// Looks for the first of the markers in `lists` that begins within `range`.
pub(super) fn find(lists: &[&[&str]], text: &str, range: Range<usize>, name: &str, ended: bool) -> Found {
    let bytes = text.as_bytes();
    let starts = |byte: u8| {
        work::count(1);
        lists.iter().copied().flatten().any(|m| m.as_bytes().first() == Some(&byte))
    };
    let range = range.start..range.end.min(bytes.len());
    for at in range.filter(|at| starts(bytes[*at])) {
        // A marker begins with ASCII or with the first byte of a character, so this is a boundary.
        let rest = &text[at..];
        let mut longest = None;
        for list in lists {
            match fit_any(list, rest, name, ended) {
                Fit::Partial => return Found::Partial(at),
                Fit::Full(length) => longest = longest.max(Some(length)),
                Fit::No => {}
            }
        }
        if let Some(length) = longest {
            return Found::Full(at, length);
        }
    }
    Found::No
}

/// How many blanks `bytes` begin with, [`MAX_BLANKS`] at most.
pub(super) fn leading_blanks(bytes: &[u8]) -> usize {
    let blanks = bytes.iter().take(MAX_BLANKS).take_while(|b| b.is_ascii_whitespace()).count();
    work::count(blanks);
    blanks
}

/// The offset behind the blanks at `at`.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    at + leading_blanks(text.as_bytes().get(at..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_fits_any_run_of_blanks() {
        assert_eq!(fit("<a> {", "<a>{", ""), Fit::Full(4));
        assert_eq!(fit("<a> {", "<a>\n\t {x", ""), Fit::Full(7));
        assert_eq!(fit("<a> {", "<a>\n", ""), Fit::Partial);
        assert_eq!(fit("<a> {", "<a>x", ""), Fit::No);
        let far = alloc::format!("<a>{}{{", " ".repeat(MAX_BLANKS + 1));
        assert_eq!(fit("<a> {", &far, ""), Fit::No);
    }

    #[test]
    fn a_star_fits_the_name() {
        assert_eq!(fit("</*>", "</key>", "key"), Fit::Full(6));
        assert_eq!(fit("</*>", "</ke", "key"), Fit::Partial);
        assert_eq!(fit("</*>", "</kez", "key"), Fit::No);
    }

    #[test]
    fn the_longest_marker_is_waited_for() {
        let markers = ["[ARGS]", "[ARGS"];
        assert_eq!(fit_any(&markers, "[ARGS", "", false), Fit::Partial);
        assert_eq!(fit_any(&markers, "[ARGS", "", true), Fit::Full(5));
        assert_eq!(fit_any(&markers, "[ARGS]{", "", false), Fit::Full(6));
        assert_eq!(fit_any(&markers, "[ARGS{", "", false), Fit::Full(5));
    }

    #[test]
    fn the_first_marker_is_found() {
        let lists: [&[&str]; 2] = [&["</a>"], &["｜b｜"]];
        assert_eq!(find(&lists, "x<｜b｜</a>", 0..99, "", false), Found::Full(2, 7));
        assert_eq!(find(&lists, "x<｜b</a", 0..99, "", false), Found::Partial(6));
        assert_eq!(find(&lists, "x<｜b</a", 0..99, "", true), Found::No);
        assert_eq!(find(&lists, "xxx</a>", 0..3, "", false), Found::No);
    }
}
