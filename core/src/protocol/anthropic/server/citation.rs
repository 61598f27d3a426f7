//! Citations in this wire's form.

use alloc::borrow::Cow;

use crate::json::{self, RawJson, Writer};
use crate::model::Wire;
use crate::protocol::cited_page::cited_pages;

const WEB: &str = "web_search_result_location";

/// A citation of `wire` in this wire's form; `None` where it names no page,
/// or more than one.
///
/// Of another wire's citation its URL and title are kept. What this wire has beyond them, the cited
/// words and an index that only its vendor reads, stays empty.
pub(super) fn convert(wire: Wire, raw: &str) -> Option<Cow<'_, str>> {
    if wire == Wire::Anthropic {
        return Some(Cow::Borrowed(raw));
    }
    let mut pages = cited_pages(raw);
    let page = pages.pop().filter(|_| pages.is_empty())?;
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(WEB);
        w.key("url").string(&page.url);
        match &*page.title {
            "" => w.key("title").null(),
            title => w.key("title").string(title),
        }
        w.key("cited_text").string("");
        w.key("encrypted_index").string("");
    });
    Some(Cow::Owned(w.finish()))
}

/// Whether a citation was made by [`convert`]: nobody can use it in a request.
pub(super) fn is_made_here(raw: &RawJson) -> bool {
    let read = || -> Result<bool, json::Error> {
        let mut r = raw.reader();
        let (mut is_web, mut has_no_index) = (false, false);
        let Some(mut fields) = r.opt_object()? else { return Ok(false) };
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "encrypted_index" => has_no_index = r.opt_string()?.as_deref() == Some(""),
                "type" => is_web = r.opt_string()?.as_deref() == Some(WEB),
                _ => r.skip()?,
            }
        }
        Ok(is_web && has_no_index)
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_cited_by_url_and_title() {
        let expected = r#"{"type":"web_search_result_location","url":"https://a","title":"A","cited_text":"","encrypted_index":""}"#;
        for (wire, raw) in [
            (
                Wire::OpenaiResponses,
                r#"{"type":"url_citation","url":"https://a","title":"A","start_index":0}"#,
            ),
            (Wire::OpenaiChat, r#"{"type":"url_citation","url_citation":{"title":"A","url":"https://a"}}"#),
        ] {
            let converted = convert(wire, raw).expect("a page");
            assert_eq!(converted, expected);
            assert!(is_made_here(&RawJson::trusted(&converted)));
        }
        assert_eq!(convert(Wire::OpenaiResponses, r#"{"type":"file_citation","file_id":"f"}"#), None);
    }

    #[test]
    fn a_citation_of_this_wire_goes_as_it_is() {
        let raw = r#"{"type":"char_location", "start_char_index":0}"#;
        assert_eq!(convert(Wire::Anthropic, raw).as_deref(), Some(raw));
        assert!(!is_made_here(&RawJson::trusted(raw)));
    }
}
