//! The head of a call or of a parameter: a name, in quotes or bare, and attributes.

use alloc::borrow::Cow;

use super::declared::Declared;
use super::format::Head;
use super::work;

/// More than any head holds.
pub(super) const MAX_HEAD: usize = 256;

/// What a head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Read<'a> {
    pub(super) name: Option<Cow<'a, str>>,
    /// An id, as Mistral writes it behind the name.
    pub(super) id: Option<&'a str>,
}

/// What Mistral writes between name and id.
const CALL_ID: &str = "[CALL_ID]";

/// What Harmony writes before the name.
const RECIPIENT: &str = "to=";

pub(super) fn read(text: &str, head: Head) -> Read<'_> {
    match head {
        Head::Plain => Read { name: Some(text.trim().into()), id: None },
        Head::Recipient => Read { name: recipient(text).map(Cow::Borrowed), id: None },
        Head::Name => Read { name: Some(name(text).0), id: None },
        Head::NameAndId => {
            let (text, id) =
                text.split_once(CALL_ID).map_or((text, None), |(text, id)| (text, Some(id.trim())));
            Read { name: Some(name(text).0), id }
        }
    }
}

fn recipient(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once(RECIPIENT)?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(rest.len());
    Some(&rest[..end])
}

/// The name at the start of `text`, and what follows it.
pub(super) fn name(text: &str) -> (Cow<'_, str>, &str) {
    let text = text.trim();
    if let Some((name, rest)) = quoted(text) {
        return (plain(name), rest);
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    (Cow::Borrowed(&text[..end]), &text[end..])
}

/// The name in quotes at the start of `text`, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.split_once(*quote))
}

/// The value of an attribute of that name.
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut rest = attributes;
    loop {
        let (key, value) = rest.split_once('=')?;
        let (found, after) = self::name(value);
        if key.trim() == name {
            return Some(found);
        }
        rest = after;
    }
}

/// A name in quotes without the entities that quotes and ampersands are written as.
fn plain(name: &str) -> Cow<'_, str> {
    if name.contains('&') {
        return name.replace("&quot;", "\"").replace("&amp;", "&").into();
    }
    Cow::Borrowed(name)
}

/// Whether a head may begin with `text`; with what it may not begin with, it may not go on either.
pub(super) fn is_plausible(text: &str, head: Head, tools: &Declared) -> bool {
    work::count(text.len());
    let is_short = text.len() <= MAX_HEAD;
    is_short
        && match head {
            Head::Plain => tools.has_prefix(text) || tools.is_name(text.trim_end()),
            Head::Recipient => may_name_recipient(text, tools),
            Head::Name => is_plausible_name(text, tools),
            Head::NameAndId => is_plausible_before_id(text, tools),
        }
}

/// Whether the recipient is still to come, or not whole, or a tool.
fn may_name_recipient(text: &str, tools: &Declared) -> bool {
    let is_whole = |rest: &str| rest.contains(|c: char| c.is_whitespace() || c == '<');
    let is_open = text.split_once(RECIPIENT).is_none_or(|(_, rest)| !is_whole(rest));
    is_open || recipient(text).is_some_and(|name| tools.resolve(name).is_some())
}

/// The same with an id behind the name: once that begins, the name is whole.
fn is_plausible_before_id(text: &str, tools: &Declared) -> bool {
    match text.find('[') {
        Some(at) if text[at..].starts_with(CALL_ID) || CALL_ID.starts_with(&text[at..]) => {
            tools.resolve(&text[..at]).is_some()
        }
        _ => is_plausible_name(text, tools),
    }
}

fn is_plausible_name(text: &str, tools: &Declared) -> bool {
    if text.starts_with(['"', '\'']) {
        return quoted(text).is_none_or(|(name, _)| tools.resolve(&plain(name)).is_some());
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '/');
    let may_begin = |word: &str| word.chars().all(is_part) || tools.has_prefix(word);
    match text.split_once(char::is_whitespace) {
        Some((word, _)) => may_begin(word) && tools.resolve(word).is_some(),
        None => may_begin(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_quotes_or_bare() {
        for (text, expected, rest) in [
            ("\"a b\" x=\"1\"", "a b", " x=\"1\""),
            ("'a'", "a", ""),
            ("a", "a", ""),
            (" a b", "a", " b"),
            ("\"a&quot;&amp;lt;\"", "a\"&lt;", ""),
            ("\"a", "\"a", ""),
        ] {
            assert_eq!(name(text), (expected.into(), rest), "{text}");
        }
    }

    #[test]
    fn attributes_are_found_by_name() {
        let text = " string=\"true\" type='a=b' n=1";
        for (name, expected) in
            [("string", Some("true")), ("type", Some("a=b")), ("n", Some("1")), ("x", None)]
        {
            assert_eq!(attribute(text, name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_recipient_stands_anywhere() {
        let of = |text| read(text, Head::Recipient).name;
        assert_eq!(
            of("<|channel|>commentary to=functions.f <|constrain|>json").as_deref(),
            Some("functions.f")
        );
        assert_eq!(of(" to=f<|channel|>commentary").as_deref(), Some("f"));
        assert_eq!(of("<|channel|>final"), None);
    }
}
