//! Citations, as far as the wire has a form for them: pages with a title and a URL.

use alloc::format;

use super::object::understood;
use crate::json::{Writer, compact};
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::cited_page::{CitedPage, cited_pages};

/// Where the cited text stands in the message, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// Writes a citation as annotations. One of this wire goes as it is; one of another keeps title and
/// URL and spans the text that it belongs to, or what it says itself of it. Any other is lost.
pub(super) fn write(wire: Wire, raw: &str, span: Span, path: &str, answer: &mut Answer, w: &mut Writer) {
    if wire == Wire::OpenaiChat && is_page(raw) {
        w.raw(&compact(raw));
        return;
    }
    let path = format!("{path}.citations");
    let pages = cited_pages(raw);
    if pages.is_empty() {
        let why = "the wire has a form for pages with a URL only";
        return answer.lose(LossAction::Dropped, path, why);
    }
    pages.iter().for_each(|page| write_page(page, span, w));
    answer.lose(LossAction::Approximated, path, "only title and URL are told");
}

/// Whether an annotation of this wire is one that its SDKs know.
fn is_page(raw: &str) -> bool {
    let mut is_page = false;
    let _ = understood(raw, |key, r| {
        match key {
            "type" => is_page = r.opt_string().ok()?.as_deref() == Some("url_citation"),
            _ => r.skip().ok()?,
        }
        Some(())
    });
    is_page
}

/// The indices of a citation count within its own text.
fn write_page(page: &CitedPage<'_>, span: Span, w: &mut Writer) {
    let (start, end) = match page.span {
        Some((start, end)) => (span.start.saturating_add(start), span.start.saturating_add(end)),
        None => (span.start, span.end),
    };
    w.object(|w| {
        w.key("type").string("url_citation");
        w.key("url_citation").object(|w| {
            w.key("start_index").u64(start);
            w.key("end_index").u64(end);
            w.key("title").string(&page.title);
            w.key("url").string(&page.url);
        });
    });
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
