//! Freeform input, out of the object in which a wire without freeform tools carries it.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::json::{Escape, escape, unescape};

/// How many bytes an opening has at the most; one with more white space in it is none.
const MAX_OPENING: usize = 64;

/// The string in `{"input":"…"}`, decoded piece by piece, wherever the pieces are cut.
///
/// A freeform tool takes any text. So arguments of another shape are its input as the model wrote them,
/// and so is the rest of a string from where it breaks the rules of JSON.
#[derive(Debug, Default)]
pub(super) struct FreeformInput {
    state: State,
    /// The opening so far, or an escape that was cut.
    held: String,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    /// Before the string.
    #[default]
    Opening,
    /// In the string.
    Text,
    /// Behind the string.
    Closed,
    /// In text that is not decoded.
    Raw,
}

/// What came of a piece.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken<'t> {
    /// More of the input.
    pub(super) text: Cow<'t, str>,
    /// What stands behind the string, but for the end of the object.
    pub(super) rest: Option<String>,
}

impl FreeformInput {
    /// Takes the next piece of the arguments.
    pub(super) fn take<'t>(&mut self, piece: Cow<'t, str>) -> Taken<'t> {
        let piece = match &*self.held {
            "" => piece,
            _ => Cow::Owned(core::mem::take(&mut self.held) + &piece),
        };
        match self.state {
            State::Opening => self.open(piece),
            State::Text => self.decode(piece),
            State::Closed => Taken { rest: rest(&piece), ..Taken::default() },
            State::Raw => Taken { text: piece, rest: None },
        }
    }

    /// What was held for a piece that does not come.
    pub(super) fn finish(self) -> String {
        self.held
    }

    fn open<'t>(&mut self, piece: Cow<'t, str>) -> Taken<'t> {
        match opening(&piece) {
            Opening::Whole(end) if end <= MAX_OPENING => {
                self.state = State::Text;
                self.decode(behind(piece, end))
            }
            Opening::Cut if piece.len() <= MAX_OPENING => {
                self.held = piece.into_owned();
                Taken::default()
            }
            _ => {
                self.state = State::Raw;
                Taken { text: piece, rest: None }
            }
        }
    }

    fn decode<'t>(&mut self, piece: Cow<'t, str>) -> Taken<'t> {
        let (end, has_escapes) = run(&piece);
        let mut taken = Taken::default();
        let after = &piece[end..];
        if let Some(behind) = after.strip_prefix('"') {
            self.state = State::Closed;
            taken.rest = rest(behind);
        } else if escape(after) == Escape::Bad {
            self.state = State::Raw;
        } else {
            self.held.push_str(after);
        }
        // What cannot be decoded goes with what can.
        let tail = if matches!(self.state, State::Raw) { after } else { "" };
        taken.text = match has_escapes || !tail.is_empty() {
            true => Cow::Owned(unescape(&piece[..end]) + tail),
            false => until(piece, end),
        };
        taken
    }
}

/// How far the text of a string goes that is whole, and whether there are escapes in it.
fn run(piece: &str) -> (usize, bool) {
    let (mut at, mut has_escapes) = (0, false);
    while let Some(found) = memchr::memchr2(b'"', b'\\', &piece.as_bytes()[at..]) {
        at += found;
        match escape(&piece[at..]) {
            Escape::Whole(length) => at += length,
            Escape::Bad | Escape::Cut => return (at, has_escapes),
        }
        has_escapes = true;
    }
    (piece.len(), has_escapes)
}

enum Opening {
    /// It ends there.
    Whole(usize),
    Cut,
    Other,
}

/// Whether a text begins as `{"input":"`, with white space between.
fn opening(text: &str) -> Opening {
    let mut rest = text.trim_ascii_start();
    for token in ["{", "\"input\"", ":", "\""] {
        match rest.strip_prefix(token) {
            Some(behind) if token == "\"" => return Opening::Whole(text.len() - behind.len()),
            Some(behind) => rest = behind.trim_ascii_start(),
            None if token.starts_with(rest) => return Opening::Cut,
            None => return Opening::Other,
        }
    }
    Opening::Other
}

/// What stands behind the string beside the brace that ends the object.
fn rest(text: &str) -> Option<String> {
    let rest = text.trim_matches(|c: char| c == '}' || c.is_ascii_whitespace());
    (!rest.is_empty()).then(|| rest.into())
}

fn behind(text: Cow<'_, str>, start: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[start..]),
        Cow::Owned(text) => Cow::Owned(text[start..].into()),
    }
}

fn until(text: Cow<'_, str>, end: usize) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(mut text) => {
            text.truncate(end);
            Cow::Owned(text)
        }
    }
}

/// The input in whole arguments.
pub(super) fn whole(arguments: &str) -> Taken<'_> {
    let mut input = FreeformInput::default();
    let mut taken = input.take(Cow::Borrowed(arguments));
    let held = input.finish();
    if !held.is_empty() {
        taken.text.to_mut().push_str(&held);
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// What comes out of pieces that end at those places.
    fn pieces(text: &str, cuts: &[usize]) -> (String, String) {
        let (mut input, mut out, mut rest) = (FreeformInput::default(), String::new(), String::new());
        let ends = cuts.iter().copied().chain([text.len()]);
        let mut start = 0;
        for end in ends {
            let taken = input.take(Cow::Borrowed(&text[start..end]));
            out.push_str(&taken.text);
            rest.push_str(&taken.rest.unwrap_or_default());
            start = end;
        }
        (out + &input.finish(), rest)
    }

    #[test]
    fn the_string_comes_out_wherever_it_is_cut() {
        let long = alloc::format!("{{{}\"input\":\"a\"}}", " ".repeat(MAX_OPENING));
        for (text, input, rest) in [
            (
                r#"{"input":"*** Begin\nPatch \"é\" \\ \u00e9\ud83d\ude00x"}"#,
                "*** Begin\nPatch \"é\" \\ é😀x",
                "",
            ),
            (" { \"input\" :\n\"a\" } ", "a", ""),
            (r#"{"input":""}"#, "", ""),
            (r#"{"input":"lone \ud83d\ud83d"}"#, "lone \u{fffd}\u{fffd}", ""),
            // Another shape is the input itself.
            ("", "", ""),
            ("{}", "{}", ""),
            (r#"{"patch":"a"}"#, r#"{"patch":"a"}"#, ""),
            (r#"{"input":4}"#, r#"{"input":4}"#, ""),
            ("*** Begin", "*** Begin", ""),
            (&long, &long, ""),
            // Cut off, or broken.
            (r#"{"inp"#, r#"{"inp"#, ""),
            (r#"{"input":"a\u00"#, r"a\u00", ""),
            (r#"{"input":"a\é\n"}"#, r#"a\é\n"}"#, ""),
            (r#"{"input":"a\u+123"}"#, r#"a\u+123"}"#, ""),
            // More than the one string.
            (r#"{"input":"a","b":1}"#, "a", r#","b":1"#),
        ] {
            let places: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
            for first in &places {
                for second in places.iter().filter(|second| *second >= first) {
                    assert_eq!(
                        pieces(text, &[*first, *second]),
                        (input.into(), rest.into()),
                        "{text} {first} {second}"
                    );
                }
            }
            assert_eq!(pieces(text, &places[..places.len() - 1]).0, input, "{text}");
            let taken = whole(text);
            assert_eq!((&*taken.text, &*taken.rest.unwrap_or_default()), (input, rest));
        }
    }

    #[test]
    fn plain_pieces_are_not_copied() {
        let mut input = FreeformInput::default();
        for (piece, text) in [("{\"input\":\"abc", "abc"), ("def é", "def é"), ("g\"}", "g")] {
            let taken = input.take(Cow::Borrowed(piece));
            assert!(matches!(taken.text, Cow::Borrowed(t) if t == text), "{taken:?}");
        }
    }
}
