//! The formats by name, and sets of them.

use super::format::Format;
use super::table::FORMATS;

impl Format {
    /// The format of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|f| f.name == name)
    }

    /// Every format, in the order in which they are tried.
    pub const fn all() -> &'static [Self] {
        FORMATS
    }
}

/// A set of formats: [`Self::auto`] where the model is not known, or the few that it writes.
///
/// ```
/// use tokenwire_core::tool_text::{Format, Formats};
///
/// let hermes = Format::by_name("hermes").expect("a known format");
/// let fenced = Format::by_name("fenced").expect("a known format");
/// assert!(Formats::auto().contains(hermes) && !Formats::auto().contains(fenced));
///
/// let formats = Formats::auto().with(fenced).without(hermes);
/// assert!(formats.contains(fenced) && !formats.contains(hermes));
/// assert!(Formats::NONE.is_empty());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Formats(u64);

// One bit a format.
const _: () = assert!(FORMATS.len() <= 64);

impl Formats {
    /// No format: text stays text.
    pub const NONE: Self = Self(0);

    /// The formats that can be told apart from each other and from ordinary text.
    pub fn auto() -> Self {
        FORMATS.iter().filter(|f| f.is_automatic).fold(Self::NONE, Self::with)
    }

    /// The set and `format`.
    #[must_use]
    pub fn with(self, format: &Format) -> Self {
        Self(self.0 | bit(format))
    }

    /// The set without `format`.
    #[must_use]
    pub fn without(self, format: &Format) -> Self {
        Self(self.0 & !bit(format))
    }

    /// Whether `format` is in it.
    pub fn contains(self, format: &Format) -> bool {
        self.0 & bit(format) != 0
    }

    /// Whether no format is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

fn bit(format: &Format) -> u64 {
    FORMATS.iter().position(|f| f.name == format.name).map_or(0, |at| 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_one_name_and_one_bit() {
        for (at, format) in Format::all().iter().enumerate() {
            assert_eq!(bit(format), 1 << at, "{}", format.name);
            assert!(core::ptr::eq(Format::by_name(format.name).expect("known"), format));
        }
        assert!(Format::by_name("none").is_none());
    }

    #[test]
    fn sets_grow_and_shrink() {
        let [first, second, ..] = Format::all() else { panic!("two formats") };
        let both = Formats::NONE.with(first).with(second);
        assert!(both.contains(first) && both.contains(second));
        assert!(both.without(first).without(second).is_empty());
    }
}
