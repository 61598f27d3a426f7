//! Pages that an answer cites, in the forms of all wires: what of a citation other wires understand.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::json::{self, Kind, Reader};

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CitedPage<'a> {
    /// Where it is; never empty.
    pub(super) url: Cow<'a, str>,
    /// Its title, empty where none is told.
    pub(super) title: Cow<'a, str>,
    /// Which characters of the text rest on it, where that is told.
    pub(super) span: Option<(u64, u64)>,
}

/// The pages that a citation names: one on most wires, a list on Gemini, none where it names a file or
/// a place in a document.
pub(super) fn cited_pages(raw: &str) -> Vec<CitedPage<'_>> {
    let mut pages = Vec::new();
    // Other than JSON does not come here, and of anything else nothing is understood.
    let _ = collect(&mut Reader::new(raw), &mut pages);
    pages
}

fn collect<'a>(r: &mut Reader<'a>, pages: &mut Vec<CitedPage<'a>>) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let (mut page, mut start, mut end) = (CitedPage::default(), None, None);
    while let Some(key) = fields.key(r)? {
        match &*key {
            "url" | "uri" => page.url = r.opt_string()?.unwrap_or_default(),
            "title" => page.title = r.opt_string()?.unwrap_or_default(),
            "start_index" => start = r.opt_u64()?,
            "end_index" => end = r.opt_u64()?,
            // Chat's page is in an object of its own, Gemini's in the `web` of a chunk.
            "url_citation" | "web" => collect(r, pages)?,
            "groundingChunks" if r.kind()? == Kind::Array => {
                let mut chunks = r.array()?;
                while chunks.element(r)? {
                    collect(r, pages)?;
                }
            }
            _ => r.skip()?,
        }
    }
    page.span = start.zip(end).filter(|(start, end)| start <= end);
    if !page.url.is_empty() {
        pages.push(page);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wires_page_is_found() {
        let page = |span| CitedPage { url: "U".into(), title: "T".into(), span };
        for (raw, span) in [
            (r#"{"type":"web_search_result_location","url":"U","title":"T","encrypted_index":"E"}"#, None),
            (
                r#"{"type":"url_citation","url_citation":{"start_index":1,"end_index":3,"title":"T","url":"U"}}"#,
                Some((1, 3)),
            ),
            (r#"{"type":"url_citation","start_index":3,"end_index":1,"title":"T","url":"U"}"#, None),
            (r#"{"groundingChunks":[{"web":{"uri":"U","title":"T"}},{"maps":{}}],"x":[{}]}"#, None),
        ] {
            assert_eq!(cited_pages(raw), [page(span)], "{raw}");
        }
    }

    #[test]
    fn what_is_no_page_is_none() {
        for raw in [r#"{"type":"page_location","document_title":"T"}"#, "[]", r#"{"url":1}"#, "{", "null"] {
            assert_eq!(cited_pages(raw), [], "{raw}");
        }
    }
}
