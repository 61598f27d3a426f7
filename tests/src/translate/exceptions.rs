//! Listed exceptions: what the application's wire cannot say.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::report::Pair;

/// Mismatches that are facts of a wire, each with its reason.
///
/// A line is `ID FROM>TO REASON`, or `ID FROM>TO (FORM) REASON` for one form alone; empty lines and those
/// that begin with `#` are skipped.
#[derive(Clone, Debug, Default)]
pub struct Exceptions(BTreeMap<Place, String>);

/// Where an exception holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    id: String,
    pair: String,
    /// `None` for every form.
    form: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.pair)?;
        self.form.as_ref().map_or(Ok(()), |form| write!(f, " ({form})"))
    }
}

impl Exceptions {
    /// Reads a file of them; none where it is absent.
    ///
    /// # Errors
    /// A line lacks its reason.
    pub fn read(path: &Path) -> Result<Self, String> {
        std::fs::read_to_string(path).map_or_else(|_| Ok(Self::default()), |text| Self::parse(&text))
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// A line lacks its reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let entries = lines.map(|line| entry(line).ok_or_else(|| format!("no exception: {line:?}")));
        entries.collect::<Result<_, _>>().map(Self)
    }

    /// The entry that covers a mismatch, and its reason.
    pub(super) fn find(&self, id: &str, pair: Pair, form: &str) -> Option<(Place, &str)> {
        [Some(form), None].into_iter().find_map(|form| {
            let place =
                Place { id: id.to_owned(), pair: pair.to_string(), form: form.map(ToOwned::to_owned) };
            let reason = self.0.get(&place)?;
            Some((place, reason.as_str()))
        })
    }

    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.0.keys()
    }
}

fn entry(line: &str) -> Option<(Place, String)> {
    let (id, rest) = line.split_once(' ')?;
    let (pair, rest) = rest.trim_start().split_once(' ')?;
    let rest = rest.trim_start();
    let (form, reason) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((form, reason)) => (Some(form.to_owned()), reason.trim()),
        None => (None, rest),
    };
    let is_good = pair.contains('>') && !reason.is_empty();
    is_good.then(|| (Place { id: id.to_owned(), pair: pair.to_owned(), form }, reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenwire_core::model::Wire;

    #[test]
    fn an_exception_covers_one_form_or_all() {
        let text = "# why\n\na1 gemini>anthropic no such word\na2 gemini>anthropic (whole to stream) late\n";
        let listed = Exceptions::parse(text).expect("good lines");
        let pair = Pair { from: Wire::Gemini, to: Wire::Anthropic };
        let back = Pair { from: Wire::Anthropic, to: Wire::Gemini };
        assert!(listed.find("a1", pair, "whole to whole").is_some_and(|(_, why)| why == "no such word"));
        assert!(listed.find("a1", back, "whole to whole").is_none());
        assert!(listed.find("a2", pair, "whole to stream").is_some());
        assert!(listed.find("a2", pair, "whole to whole").is_none());
    }

    #[test]
    fn an_exception_without_a_reason_is_none() {
        for line in ["a1 gemini>anthropic", "a1 gemini>anthropic (whole to whole)", "a1 why not"] {
            assert!(Exceptions::parse(line).is_err(), "{line}");
        }
    }
}
