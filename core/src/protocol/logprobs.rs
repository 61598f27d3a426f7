//! Log probabilities in the form that both of OpenAI's wires have.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Kind, Reader, Writer, compact};
use crate::model::Wire;

/// The entries of a field of `wire`, and what of it they leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Logprobs {
    /// The entries of a text, a JSON array: `token`, `bytes`, `logprob` and `top_logprobs` of each.
    pub(super) entries: String,
    /// Whether the field held more: the entries of a refusal, or of thinking.
    pub(super) is_cut: bool,
}

/// Reads the field `name` of an answer on `wire`; `None` where it holds no log probabilities of a text.
pub(super) fn read(wire: Wire, name: &str, value: &str) -> Option<Logprobs> {
    let (entries, is_cut) = match (wire, name) {
        (Wire::OpenaiChat, "logprobs") => of_chat(value)?,
        (Wire::OpenaiResponses, "logprobs") => (list(&mut Reader::new(value), entry)?, false),
        (Wire::Gemini, "logprobsResult") => (of_gemini(value)?, false),
        _ => return None,
    };
    let mut w = Writer::new();
    w.array(|w| entries.iter().for_each(|entry| entry.write(w)));
    Some(Logprobs { entries: w.finish(), is_cut })
}

/// The entries of two texts, one after the other.
pub(super) fn join(known: &mut String, more: &str) {
    match (&**known, more) {
        (_, "[]") => {}
        ("", _) | ("[]", _) => *known = more.into(),
        _ => {
            known.pop();
            known.push(',');
            known.push_str(&more[1..]);
        }
    }
}

/// The object in which Chat has the entries of a message's text.
pub(super) fn chat_object(entries: &str) -> String {
    alloc::format!(r#"{{"content":{entries},"refusal":null}}"#)
}

struct Entry<'a> {
    token: Cow<'a, str>,
    /// JSON text.
    logprob: &'a str,
    bytes: Option<&'a str>,
    top: Vec<Self>,
}

impl Entry<'_> {
    fn write(&self, w: &mut Writer) {
        w.object(|w| {
            self.write_token(w);
            w.key("top_logprobs").array(|w| self.top.iter().for_each(|top| w.object(|w| top.write_token(w))));
        });
    }

    fn write_token(&self, w: &mut Writer) {
        w.key("token").string(&self.token);
        match self.bytes {
            // A line of an event holds no line breaks.
            Some(bytes) => w.key("bytes").raw(&compact(bytes)),
            None => w.key("bytes").array(|w| self.token.bytes().for_each(|byte| w.u64(u64::from(byte)))),
        }
        w.key("logprob").raw(&compact(self.logprob));
    }
}

fn of_chat(value: &str) -> Option<(Vec<Entry<'_>>, bool)> {
    let mut r = Reader::new(value);
    let mut fields = r.opt_object().ok()??;
    let (mut entries, mut is_cut) = (Vec::new(), false);
    while let Some(key) = fields.key(&mut r).ok()? {
        match (&*key, r.kind().ok()?) {
            ("content", Kind::Array) => entries = list(&mut r, entry)?,
            _ => is_cut |= !matches!(r.raw().ok()?, "[]" | "null"),
        }
    }
    Some((entries, is_cut))
}

/// `chosenCandidates`, and at the same place of `topCandidates` what else might have stood there.
fn of_gemini(value: &str) -> Option<Vec<Entry<'_>>> {
    let mut r = Reader::new(value);
    let mut fields = r.opt_object().ok()??;
    let (mut entries, mut tops) = (Vec::new(), Vec::new());
    while let Some(key) = fields.key(&mut r).ok()? {
        match &*key {
            "chosenCandidates" => entries = list(&mut r, entry)?,
            "topCandidates" => tops = list(&mut r, candidates)?,
            _ => r.skip().ok()?,
        }
    }
    for (entry, top) in entries.iter_mut().zip(tops) {
        entry.top = top;
    }
    Some(entries)
}

fn candidates<'a>(r: &mut Reader<'a>) -> Option<Vec<Entry<'a>>> {
    let mut fields = r.opt_object().ok()??;
    let mut found = Vec::new();
    while let Some(key) = fields.key(r).ok()? {
        match &*key {
            "candidates" => found = list(r, plain_entry)?,
            _ => r.skip().ok()?,
        }
    }
    Some(found)
}

fn list<'a, T>(r: &mut Reader<'a>, read: fn(&mut Reader<'a>) -> Option<T>) -> Option<Vec<T>> {
    let mut elements = r.opt_array().ok()??;
    let mut list = Vec::new();
    while elements.element(r).ok()? {
        list.push(read(r)?);
    }
    Some(list)
}

fn entry<'a>(r: &mut Reader<'a>) -> Option<Entry<'a>> {
    read_entry(r, |r| if r.null() { Some(Vec::new()) } else { list(r, plain_entry) })
}

/// One of the tokens that might have stood there, which has no others beside it.
fn plain_entry<'a>(r: &mut Reader<'a>) -> Option<Entry<'a>> {
    read_entry(r, |r| r.skip().ok().map(|()| Vec::new()))
}

fn read_entry<'a>(
    r: &mut Reader<'a>,
    top: impl Fn(&mut Reader<'a>) -> Option<Vec<Entry<'a>>>,
) -> Option<Entry<'a>> {
    let mut fields = r.opt_object().ok()??;
    let (mut token, mut logprob) = (None, None);
    let (mut bytes, mut tops) = (None, Vec::new());
    while let Some(key) = fields.key(r).ok()? {
        match &*key {
            "token" => token = r.opt_string().ok()?,
            "logprob" | "logProbability" => logprob = r.opt_raw().ok()?,
            "bytes" => bytes = r.opt_raw().ok()?,
            "top_logprobs" => tops = top(r)?,
            _ => r.skip().ok()?,
        }
    }
    // Google leaves a zero out, and an empty text.
    Some(Entry { token: token.unwrap_or_default(), logprob: logprob.unwrap_or("0"), bytes, top: tops })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_forms_are_one() {
        let inside = |byte: &str| {
            alloc::format!(
                r#"[{{"token":"A","bytes":[{byte}],"logprob":-0.50,"top_logprobs":[{{"token":"B","bytes":[66],"logprob":-1e-9}}]}}]"#
            )
        };
        let own = inside("1");
        for (wire, name, value, entries) in [
            (Wire::OpenaiResponses, "logprobs", own.clone(), &own),
            (
                Wire::OpenaiChat,
                "logprobs",
                alloc::format!(r#"{{"content":{},"refusal":null}}"#, own.replace("[1]", "[\n 1\n]")),
                &own,
            ),
            (
                Wire::Gemini,
                "logprobsResult",
                concat!(
                    r#"{"topCandidates":[{"candidates":[{"token":"B","tokenId":7,"logProbability":-1e-9}]}],"#,
                    r#""chosenCandidates":[{"token":"A","tokenId":6,"logProbability":-0.50}]}"#
                )
                .into(),
                &inside("65"),
            ),
        ] {
            let read = read(wire, name, &value).expect("log probabilities");
            assert_eq!((&read.entries, read.is_cut), (entries, false), "{wire}");
        }
    }

    #[test]
    fn what_is_not_a_texts_is_told() {
        let with = |rest: &str| alloc::format!(r#"{{"content":null,{rest}}}"#);
        for (rest, is_cut) in [
            (r#""refusal":[]"#, false),
            (r#""refusal":[{"token":"a"}]"#, true),
            (r#""reasoning_content":[1]"#, true),
        ] {
            let read = read(Wire::OpenaiChat, "logprobs", &with(rest)).expect("an object");
            assert_eq!((&*read.entries, read.is_cut), ("[]", is_cut));
        }
        assert_eq!(read(Wire::OpenaiChat, "logprobs", r#"{"content":[4]}"#), None);
        assert_eq!(read(Wire::Anthropic, "logprobs", "[]"), None);
    }

    #[test]
    fn entries_join() {
        let mut known = String::new();
        for more in ["[]", "[1]", "[]", "[2,3]"] {
            join(&mut known, more);
        }
        assert_eq!(known, "[1,2,3]");
    }
}
