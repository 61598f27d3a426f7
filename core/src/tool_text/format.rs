//! What a format is made of.

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
    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether its calls may begin inside of thinking.
    pub const fn calls_in_reasoning(&self) -> bool {
        self.in_reasoning
    }

    /// Whether [`Formats::auto`](super::Formats::auto) has it: its calls can hardly be mistaken for anything else.
    pub const fn is_automatic(&self) -> bool {
        self.is_automatic
    }
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
