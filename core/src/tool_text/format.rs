//! What a format is made of, and sets of formats.

use super::table::FORMATS;

/// One family's way to write tool calls as text.
#[derive(Debug)]
pub struct Format {
    pub(super) name: &'static str,
    /// The shapes it has, the most particular first.
    pub(super) rows: &'static [Row],
    pub(super) is_automatic: bool,
    /// Whether a call may begin inside of thinking.
    pub(super) in_reasoning: bool,
}

impl Format {
    /// The format of that name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        FORMATS.iter().find(|f| f.name == name)
    }

    /// Every format, in the order in which they are tried.
    pub const fn all() -> &'static [Self] {
        FORMATS
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its calls may begin inside of thinking.
    pub const fn calls_in_reasoning(&self) -> bool {
        self.in_reasoning
    }

    /// Whether [`Formats::auto`] has it: its calls can hardly be mistaken for anything else.
    pub const fn is_automatic(&self) -> bool {
        self.is_automatic
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

/// One shape of a format: what opens a region of calls, what the calls look like, what closes it.
///
/// Markers are written as `marker::fit` reads them: a blank stands for any run of blanks.
#[derive(Debug)]
pub(super) struct Row {
    /// The markers before the first call; an empty one where the call opens the region itself.
    pub(super) opens: &'static [&'static str],
    /// The markers behind the last call; they may be missing.
    pub(super) closes: &'static [&'static str],
    /// Whether it only stands where an answer begins.
    pub(super) at_start: bool,
    pub(super) calls: Calls,
}

/// What the calls of a row look like.
#[derive(Debug)]
pub(super) enum Calls {
    /// JSON objects that hold the name.
    Json(Json),
    /// Source text, `f(a=1)`.
    Python(Python),
    /// The name between markers, then the arguments.
    Tags(Tags),
}

/// Calls as JSON objects: one, several one after the other, or an array of them.
#[derive(Debug)]
pub(super) struct Json {
    /// What must follow the opening marker.
    pub(super) leads: &'static [&'static str],
    /// Whether the first key is the name, and its value the arguments.
    pub(super) name_is_key: bool,
    /// Whether the markers alone make it a call, so that other keys may stand beside the usual ones,
    /// the arguments may be missing, and what is broken is a malformed call.
    pub(super) is_sure: bool,
}

/// Calls as source text.
#[derive(Debug)]
pub(super) struct Python {
    /// Whether a list must be opened before the first call.
    pub(super) in_list: bool,
    /// Whether the markers alone make it a call, so that what is broken is a malformed call.
    pub(super) is_sure: bool,
}

/// Calls whose name stands in a head of its own: head, body, close.
#[derive(Debug)]
pub(super) struct Tags {
    /// What stands before the head.
    pub(super) opens: &'static [&'static str],
    /// What ends the head.
    pub(super) ends: &'static [&'static str],
    /// What ends the head and belongs to the body already.
    pub(super) stops: &'static [&'static str],
    pub(super) head: Head,
    /// What may stand before the arguments.
    pub(super) body_opens: &'static [&'static str],
    /// Whether the arguments may be one JSON object.
    pub(super) is_json: bool,
    /// Whether the arguments may be parameters with markers of their own.
    pub(super) parameters: Option<Parameters>,
    /// What encloses strings, where the arguments are an object with bare keys.
    pub(super) loose: Option<&'static str>,
    pub(super) raw: Raw,
    /// What may stand behind the arguments.
    pub(super) body_closes: &'static [&'static str],
    /// What ends the call; may be missing where the arguments have an end of their own.
    pub(super) closes: &'static [&'static str],
}

/// How the name stands in the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// In quotes, then attributes; or as the first word.
    Name,
    /// The same, then an id behind a mark of its own.
    NameAndId,
    /// The head is the name and nothing else, to be given up at the first letter that fits no tool.
    Plain,
    /// Behind `to=`.
    Recipient,
}

/// What to make of arguments that are in none of the row's forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Raw {
    /// The field `code` of the arguments.
    Code,
    /// The arguments of a malformed call.
    Malformed,
    /// The tool's only parameter, where that is a string; text where it has others.
    Only,
    /// No call: it was text.
    Text,
}

/// Parameters with markers of their own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parameters {
    /// What stands before a key.
    pub(super) opens: &'static [&'static str],
    /// What ends the key and its attributes.
    pub(super) ends: &'static [&'static str],
    /// What stands between key and value; nothing where empty.
    pub(super) value_opens: &'static [&'static str],
    /// What ends the value; a star stands for the key.
    pub(super) close: &'static [&'static str],
    pub(super) form: Form,
    /// Whether one line end at either end of a value belongs to the markers.
    pub(super) trims_line_ends: bool,
    /// Whether `\n` in two characters counts as a blank between markers.
    pub(super) has_spelled_line_ends: bool,
    /// Text that stands before each tag of a value that has tags of its own.
    pub(super) namespace: &'static str,
}

/// The peculiarities of parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The key is the tag's name, and values may have tags of their own.
    Elements,
    /// Literal tags within a value are counted, and a missing end of a value is found.
    Nested,
    /// Neither.
    Plain,
    /// An attribute `string` or `type` tells how to read the value.
    Typed,
}

const NO_MARKERS: &[&str] = &[];

impl Row {
    pub(super) const fn new(
        opens: &'static [&'static str],
        closes: &'static [&'static str],
        calls: Calls,
    ) -> Self {
        Self { opens, closes, at_start: false, calls }
    }

    /// Calls as JSON between markers.
    pub(super) const fn json(opens: &'static [&'static str], closes: &'static [&'static str]) -> Self {
        Self::new(opens, closes, Calls::Json(Json::SURE))
    }

    /// Whether no marker tells it from an answer.
    pub(super) fn is_bare(&self) -> bool {
        self.at_start && self.opens.contains(&"")
    }

    /// Calls that nothing but their own shape tells from an answer, which they begin.
    pub(super) const fn bare(calls: Calls) -> Self {
        Self { opens: &[""], closes: NO_MARKERS, at_start: true, calls }
    }
}

impl Json {
    pub(super) const SURE: Self = Self { leads: &["{", "[ {"], name_is_key: false, is_sure: true };
}

impl Tags {
    /// A head, a JSON object, no other markers.
    pub(super) const JSON: Self = Self {
        opens: NO_MARKERS,
        ends: NO_MARKERS,
        stops: NO_MARKERS,
        head: Head::Name,
        body_opens: NO_MARKERS,
        is_json: true,
        parameters: None,
        loose: None,
        raw: Raw::Text,
        body_closes: NO_MARKERS,
        closes: NO_MARKERS,
    };
}

impl Parameters {
    /// `<parameter name="k">v</parameter>`.
    pub(super) const NAMED: Self = Self {
        opens: &["<parameter name="],
        ends: &[">"],
        value_opens: NO_MARKERS,
        close: &["</parameter>"],
        form: Form::Plain,
        trims_line_ends: true,
        has_spelled_line_ends: false,
        namespace: "",
    };
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

    #[test]
    fn markers_begin_with_something_definite() {
        for row in Format::all().iter().flat_map(|f| f.rows) {
            for marker in row.opens.iter().chain(row.closes) {
                let is_definite = marker.bytes().next().is_none_or(|b| b.is_ascii_graphic() && b != b'*');
                assert!(is_definite && !marker.ends_with(' '), "{marker:?}");
            }
            assert!(
                row.opens.iter().all(|m| !m.is_empty())
                    || row.at_start
                    || matches!(row.calls, Calls::Tags(_))
            );
        }
    }
}
