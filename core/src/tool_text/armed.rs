//! The rows that are looked for.

use alloc::vec::Vec;

use super::format::{Calls, Format, Python, Row};
use super::formats::Formats;
use super::marker::{self, Fit};

/// The rows of a set of formats, in the order in which they are tried.
#[derive(Clone, Debug)]
pub(super) struct Armed {
    rows: Vec<Candidate>,
    /// The bytes with which a marker may begin.
    first: Bytes,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    row: &'static Row,
    in_reasoning: bool,
    /// The bytes with which it may begin; all of them where it has no marker.
    first: Bytes,
}

/// A set of ASCII bytes.
#[derive(Clone, Copy, Debug)]
struct Bytes(u128);

impl Bytes {
    const fn has(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }
}

/// Where a marker would stand.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Whether nothing but blanks came before.
    pub(super) is_start: bool,
    pub(super) is_line_start: bool,
    pub(super) is_word_start: bool,
    pub(super) in_reasoning: bool,
}

/// What a place looks like.
#[derive(Clone, Copy, Debug)]
pub(super) enum Probe {
    /// A region of this row, whose first call comes at this offset.
    Full(&'static Row, usize),
    No,
    /// More text is needed.
    Partial,
}

impl Armed {
    pub(super) fn new(formats: Formats) -> Self {
        let mut armed = Self { rows: Vec::new(), first: Bytes(0) };
        let chosen = || Format::all().iter().filter(|f| formats.contains(f));
        // What has no marker begins like anything else and goes last.
        for is_bare in [false, true] {
            for format in chosen() {
                for row in format.rows.iter().filter(|row| row.is_bare() == is_bare) {
                    let first = first_bytes(row);
                    armed.rows.push(Candidate { row, in_reasoning: format.in_reasoning, first });
                    armed.first.0 |= if is_bare { 0 } else { first.0 };
                }
            }
        }
        armed
    }

    /// Whether a marker may begin with this byte.
    pub(super) const fn is_first(&self, byte: u8) -> bool {
        self.first.has(byte)
    }

    /// Whether a call may begin in thinking.
    pub(super) fn reads_reasoning(&self) -> bool {
        self.rows.iter().any(|c| c.in_reasoning)
    }

    /// Whether a region of calls begins where `text` does.
    pub(super) fn probe(&self, text: &str, place: Place, ended: bool) -> Probe {
        let byte = text.bytes().next().unwrap_or_default();
        let may_stand = |c: &&Candidate| {
            c.first.has(byte)
                && (place.is_start || !c.row.at_start)
                && (c.in_reasoning || !place.in_reasoning)
        };
        for candidate in self.rows.iter().filter(may_stand) {
            match probe_row(candidate.row, text, place, ended) {
                Probe::No => {}
                other => return other,
            }
        }
        Probe::No
    }
}

fn probe_row(row: &'static Row, text: &str, place: Place, ended: bool) -> Probe {
    // Fences and the like are something else in the middle of a line, and so is a word within a word.
    let may_begin = match text.bytes().next() {
        Some(b'`' | b'>') => place.is_line_start,
        Some(byte) if byte.is_ascii_alphabetic() => place.is_word_start,
        _ => true,
    };
    if !may_begin {
        return Probe::No;
    }
    for marker in row.opens {
        let length = match marker::fit(marker, text, "") {
            Fit::Full(length) => length,
            Fit::Partial if !ended => return Probe::Partial,
            Fit::Partial | Fit::No => continue,
        };
        let lead = if length == 0 { 0 } else { marker::skip_blanks(text, length) };
        match fit_lead(&row.calls, &text[lead..], ended) {
            Fit::Full(_) => return Probe::Full(row, length),
            Fit::Partial => return Probe::Partial,
            Fit::No => {}
        }
    }
    Probe::No
}

/// Whether the first call may begin where `text` does.
fn fit_lead(calls: &Calls, text: &str, ended: bool) -> Fit {
    match calls {
        Calls::Json(json) => marker::fit_any(json.leads, text, "", ended),
        Calls::Tags(tags) => marker::fit_any(tags.opens, text, "", ended),
        Calls::Python(python) => fit_source(python, text, ended),
    }
}

fn fit_source(python: &Python, text: &str, ended: bool) -> Fit {
    let (has_bracket, rest) = match text.strip_prefix('[') {
        Some(rest) => (true, &rest[marker::skip_blanks(rest, 0)..]),
        None => (false, text),
    };
    match rest.bytes().next() {
        None if ended => Fit::No,
        None => Fit::Partial,
        Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
            if has_bracket || !python.in_list {
                Fit::Full(0)
            } else {
                Fit::No
            }
        }
        Some(_) => Fit::No,
    }
}

/// The bytes with which a row may begin.
fn first_bytes(row: &Row) -> Bytes {
    if row.is_bare() {
        return Bytes(u128::MAX);
    }
    let calls = match &row.calls {
        Calls::Tags(tags) if row.opens.contains(&"") => tags.opens,
        _ => &[],
    };
    let first = row.opens.iter().chain(calls).filter_map(|marker| marker.bytes().next());
    Bytes(first.fold(0, |all, byte| all | 1_u128.checked_shl(byte.into()).unwrap_or_default()))
}
