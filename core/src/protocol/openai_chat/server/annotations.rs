//! Citations, as far as the wire has a form for them: pages with a title and a URL.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::object::{elements_of, understood};
use crate::json::{Reader, Writer, compact};
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;

/// Where the cited text stands in the message, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Writes a citation as annotations. One of this wire goes as it is; one of another keeps title and
/// URL and spans the text that it belongs to, or what it says itself of it. Any other is lost.
pub(super) fn write(wire: Wire, raw: &str, span: Span, path: &str, answer: &mut Answer, w: &mut Writer) {
    if wire == Wire::OpenaiChat && Page::read(raw).kind == "url_citation" {
        w.raw(&compact(raw));
        return;
    }
    let pages = match wire {
        Wire::Gemini => grounding(raw),
        _ => [Page::read(raw)].into(),
    };
    let mut is_any = false;
    for page in pages.iter().filter(|page| !page.url.is_empty()) {
        is_any = true;
        page.write(span, w);
    }
    let path = alloc::format!("{path}.citations");
    match is_any {
        true => answer.lose(LossAction::Approximated, path, "only title and URL are told"),
        false => answer.lose(LossAction::Dropped, path, "the wire has a form for pages with a URL only"),
    }
}

/// A cited page.
#[derive(Default)]
struct Page<'a> {
    kind: Cow<'a, str>,
    url: Cow<'a, str>,
    title: Cow<'a, str>,
    start: Option<u64>,
    end: Option<u64>,
}

impl<'a> Page<'a> {
    fn read(raw: &'a str) -> Self {
        let mut page = Self::default();
        let _ = understood(raw, |key, r: &mut Reader<'a>| {
            match key {
                "type" => page.kind = r.opt_string().ok()?.unwrap_or_default(),
                "url" | "uri" => page.url = r.opt_string().ok()?.unwrap_or_default(),
                "title" => page.title = r.opt_string().ok()?.unwrap_or_default(),
                "start_index" => page.start = r.opt_u64().ok()?,
                "end_index" => page.end = r.opt_u64().ok()?,
                _ => r.skip().ok()?,
            }
            Some(())
        });
        page
    }

    /// The indices of a citation count within its own text.
    fn write(&self, span: Span, w: &mut Writer) {
        let own = self.start.zip(self.end).filter(|(start, end)| start <= end);
        let (start, end) = match own {
            Some((start, end)) => (span.start.saturating_add(start), span.start.saturating_add(end)),
            None => (span.start, span.end),
        };
        w.object(|w| {
            w.key("type").string("url_citation");
            w.key("url_citation").object(|w| {
                w.key("start_index").u64(start);
                w.key("end_index").u64(end);
                w.key("title").string(&self.title);
                w.key("url").string(&self.url);
            });
        });
    }
}

/// The pages of Gemini's `groundingMetadata`.
fn grounding(raw: &str) -> Vec<Page<'_>> {
    let mut pages = Vec::new();
    let _ = understood(raw, |key, r| {
        let value = r.raw().ok()?;
        if key == "groundingChunks" {
            pages.extend(elements_of(value).into_iter().filter_map(web));
        }
        Some(())
    });
    pages
}

fn web(chunk: &str) -> Option<Page<'_>> {
    let mut page = None;
    understood(chunk, |key, r| {
        let value = r.raw().ok()?;
        if key == "web" {
            page = Some(Page::read(value));
        }
        Some(())
    })?;
    page
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::protocol::openai_chat::server::testing::answer;

    fn written(wire: Wire, raw: &str) -> (String, usize) {
        let (mut answer, mut w) = (answer(), Writer::new());
        w.array(|w| write(wire, raw, Span { start: 2, end: 9 }, "parts[0]", &mut answer, w));
        (w.finish(), answer.losses.len())
    }

    #[test]
    fn pages_of_other_wires_keep_title_and_url() {
        let annotation = |start, end| {
            alloc::format!(
                r#"[{{"type":"url_citation","url_citation":{{"start_index":{start},"end_index":{end},"title":"T","url":"U"}}}}]"#
            )
        };
        let claude = r#"{"type":"web_search_result_location","url":"U","title":"T","cited_text":"c","encrypted_index":"E"}"#;
        assert_eq!(written(Wire::Anthropic, claude), (annotation(2, 9), 1));
        let responses = r#"{"type":"url_citation","url":"U","title":"T","start_index":1,"end_index":3}"#;
        assert_eq!(written(Wire::OpenaiResponses, responses), (annotation(3, 5), 1));
        let gemini =
            r#"{"groundingChunks":[{"web":{"uri":"U","title":"T"}},{"maps":{}}],"webSearchQueries":["q"]}"#;
        assert_eq!(written(Wire::Gemini, gemini), (annotation(2, 9), 1));
    }

    #[test]
    fn the_wires_own_go_as_they_are() {
        let own = r#"{"type":"url_citation", "url_citation":{"start_index":0,"x":1.0}}"#;
        assert_eq!(written(Wire::OpenaiChat, own), (alloc::format!("[{}]", compact(own)), 0));
    }

    #[test]
    fn what_has_no_url_is_lost() {
        let page = r#"{"type":"page_location","document_title":"T","cited_text":"c"}"#;
        assert_eq!(written(Wire::Anthropic, page), ("[]".into(), 1));
        assert_eq!(written(Wire::OpenaiChat, r#"{"type":"reference","ids":[1]}"#), ("[]".into(), 1));
    }
}
