//! What to tell a person: the provider's message, or a readable excerpt of what came in its place.

use alloc::string::String;

use super::words::head;
use crate::json::{Kind, Reader};

/// The longest message, in characters.
pub(super) const MAX_MESSAGE: usize = 2_000;
/// The longest excerpt of a body that holds no message, in characters.
const MAX_EXCERPT: usize = 300;
/// How much of a page is searched for something to show.
const SEARCHED_BYTES: usize = 32 << 10;

/// The message of an error body whose wire found `message` in it, or of the raw `text`.
pub(super) fn readable(message: Option<&str>, text: &str) -> String {
    match message.map(str::trim).filter(|m| !m.is_empty()) {
        Some(message) => mask_keys(&clip(message, MAX_MESSAGE)),
        None => mask_keys(&excerpt(text)),
    }
}

/// At most `max` characters of `text`, the last one an ellipsis where something was cut.
pub(super) fn clip(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        None => text.into(),
        Some(_) => text.chars().take(max - 1).chain(['…']).collect(),
    }
}

fn excerpt(text: &str) -> String {
    let text = head(text, SEARCHED_BYTES).trim();
    let shown = if is_html(text) {
        title(text).unwrap_or_else(|| without_tags(text))
    } else {
        message_in_json(text).unwrap_or_else(|| collapse(text))
    };
    clip(&shown, MAX_EXCERPT)
}

pub(super) fn is_html(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// The title of a page, or its first heading.
fn title(page: &str) -> Option<String> {
    ["title", "h1"].into_iter().find_map(|name| {
        let shown = collapse(&entities(element(page, name)?));
        (!shown.is_empty()).then_some(shown)
    })
}

/// The text inside the first element of that name.
fn element<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    let start = tags(page).find(|(_, tag)| tag_name(tag) == Some(name)).map(|(at, tag)| at + tag.len())?;
    let inside = &page[start..];
    Some(&inside[..inside.find('<').unwrap_or(inside.len())])
}

/// The tags of a page with the places where they start.
fn tags(page: &str) -> impl Iterator<Item = (usize, &str)> {
    page.match_indices('<').filter_map(|(at, _)| {
        let end = page[at..].find('>')? + 1;
        Some((at, &page[at..at + end]))
    })
}

/// The name of an opening tag, if it is one of those that matter here.
fn tag_name(tag: &str) -> Option<&'static str> {
    let name = tag.strip_prefix('<')?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    ["title", "h1", "script", "style"].into_iter().find(|known| name[..end].eq_ignore_ascii_case(known))
}

/// The visible text of a page.
fn without_tags(page: &str) -> String {
    let mut shown = String::new();
    let mut is_hidden = false;
    for piece in page.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let mut opened = String::from("<");
        opened.push_str(tag);
        match tag_name(&opened) {
            Some("script" | "style") => is_hidden = true,
            _ if tag.starts_with('/') => is_hidden = false,
            _ => {}
        }
        if !is_hidden {
            shown.push_str(text);
            shown.push(' ');
        }
    }
    collapse(&entities(&shown))
}

fn entities(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")]
        .iter()
        .fold(String::from(text), |text, (entity, c)| text.replace(entity, c))
}

/// The text with every run of white space made one space.
fn collapse(text: &str) -> String {
    let mut shown = String::new();
    for word in text.split_whitespace() {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(word);
    }
    shown
}

/// The first field of a JSON object that reads like a message, at the top or in the first object in it.
fn message_in_json(text: &str) -> Option<String> {
    let mut r = Reader::new(text);
    (r.kind() == Ok(Kind::Object)).then(|| message_field(&mut r)).flatten()
}

fn message_field(r: &mut Reader<'_>) -> Option<String> {
    const NAMES: [&str; 6] = ["message", "detail", "error", "error_description", "msg", "title"];
    let mut fields = r.object().ok()?;
    let mut inner = None;
    while let Ok(Some(key)) = fields.key(r) {
        let is_named = NAMES.contains(&&*key);
        match r.kind().ok()? {
            Kind::String if is_named => return Some(collapse(&r.string().ok()?)),
            Kind::Object if inner.is_none() => inner = message_field(&mut Reader::new(r.raw().ok()?)),
            _ => r.skip().ok()?,
        }
    }
    inner
}

/// The text with what looks like a credential replaced, since some providers repeat it.
///
/// Known are the prefixes of the keys of the large providers, and whatever follows `Bearer`.
fn mask_keys(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut is_after_bearer = false;
    for piece in text.split_inclusive(is_delimiter) {
        let word = piece.trim_end_matches(|c| c == '.' || is_delimiter(c));
        let prefix = KEY_PREFIXES.iter().find(|p| word.starts_with(**p) && word.len() >= p.len() + 8);
        let hidden = prefix.copied().or_else(|| (is_after_bearer && word.len() >= 8).then_some(""));
        match hidden {
            Some(prefix) => {
                shown.push_str(prefix);
                shown.push_str("***");
                shown.push_str(&piece[word.len()..]);
            }
            None => shown.push_str(piece),
        }
        is_after_bearer = word.eq_ignore_ascii_case("bearer") || (is_after_bearer && word.is_empty());
    }
    shown
}

const KEY_PREFIXES: [&str; 8] = ["AIza", "AKIA", "gsk_", "hf_", "pplx-", "sk-", "xai-", "ya29."];

fn is_delimiter(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '"' | '\'' | '`' | ',' | ';' | ':' | '=' | '(' | ')' | '<' | '>' | '{' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pages_show_their_title() {
        for (page, shown) in [
            ("<html>\r\n<head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
            ("<!DOCTYPE html><TITLE>\n  A &amp; B |\n 524 </TITLE>", "A & B | 524"),
            ("<html><body><h1>Whoops</h1><p>more</p></body></html>", "Whoops"),
            ("<html><style>p{}</style><p>Try <b>later</b></p><script>x()</script></html>", "Try later"),
            ("<title></title><h1 class=\"a\">Down</h1>", "Down"),
            ("<html", "html"),
        ] {
            assert_eq!(readable(None, page), shown, "{page}");
        }
    }

    #[test]
    fn bodies_without_a_message_show_an_excerpt() {
        for (text, shown) in [
            ("  upstream connect error\n or disconnect ", "upstream connect error or disconnect"),
            ("{\"detail\":\"Invalid API Key\"}", "Invalid API Key"),
            ("{\"code\":1,\"fault\":{\"message\":\"no\"}}", "no"),
            ("{\"errors\":{\"a\":1},\"message\":\"yes\"}", "yes"),
            ("{\"code\": 1}", "{\"code\": 1}"),
            ("{\"message\":", "{\"message\":"),
            ("[1]", "[1]"),
            ("", ""),
        ] {
            assert_eq!(readable(None, text), shown, "{text}");
        }
        assert_eq!(readable(Some("  "), "busy"), "busy");
    }

    #[test]
    fn long_messages_are_cut_at_characters() {
        let long = "é".repeat(3_000);
        let shown = readable(Some(&long), "");
        assert_eq!(shown.chars().count(), MAX_MESSAGE);
        assert!(shown.ends_with('…'));
        assert_eq!(readable(None, &long).chars().count(), MAX_EXCERPT);
    }

    #[test]
    fn repeated_credentials_are_masked() {
        for (text, shown) in [
            ("Incorrect API key provided: sk-proj-abcdef123.", "Incorrect API key provided: sk-***."),
            ("key 'AIzaSyA1234567890' is bad", "key 'AIza***' is bad"),
            ("sent Authorization: Bearer abcdefgh1234", "sent Authorization: Bearer ***"),
            ("a risk-free task", "a risk-free task"),
            ("the sk-1 prefix", "the sk-1 prefix"),
            ("bearer of bad news", "bearer of bad news"),
        ] {
            assert_eq!(readable(Some(text), ""), shown);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_body_is_shown_without_panic(text in any::<String>(), page in "(</?[a-z1]{1,6}>?|[a-z é&;]|\\{\"|\":){0,40}") {
            prop_assert!(readable(Some(&text), &page).chars().count() <= MAX_MESSAGE);
            prop_assert!(readable(None, &page).chars().count() <= MAX_EXCERPT);
            prop_assert!(readable(None, &text).chars().count() <= MAX_EXCERPT);
        }
    }
}
