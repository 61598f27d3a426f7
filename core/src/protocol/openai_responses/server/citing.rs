//! Citations of an answer, as annotations of its texts.

use alloc::string::String;
use alloc::vec::Vec;

use super::item::{Body, Item, Status};
use super::output::Spot;
use super::stream::{State, at};
use crate::json::{Writer, compact};
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::cited_page::{CitedPage, cited_pages};
use crate::protocol::openai_responses::names::WIRE;

impl State {
    pub(super) fn cite(
        &mut self,
        answer: &mut Answer,
        part: Option<u32>,
        wire: Wire,
        raw: &str,
        out: &mut Vec<u8>,
    ) {
        let cited = match part {
            Some(part) => self.output.spot(part).and_then(|spot| Some((spot.item, spot.index?))),
            None => self.output.last_words(),
        };
        let is_open = |(item, _): &(usize, usize)| {
            self.lines.is_silent() || self.output.items[*item].status == Status::Open
        };
        let pages = if wire == WIRE { Vec::new() } else { cited_pages(raw) };
        let Some((item, index)) = cited.filter(is_open).filter(|_| wire == WIRE || !pages.is_empty()) else {
            return answer.lose(LossAction::Dropped, "citations", "this wire cites pages within a text only");
        };
        if wire == WIRE {
            return self.annotate(item, index, compact(raw).into_owned(), out);
        }
        answer.lose(LossAction::Approximated, "citations", "of a page only title and URL are told");
        for page in pages {
            self.cite_page(item, index, &page, out);
        }
    }

    fn cite_page(&mut self, item: usize, index: usize, page: &CitedPage<'_>, out: &mut Vec<u8>) {
        let Some(said) = self.output.said_mut(item, index) else { return };
        if page.span.is_none() && said.is_open {
            if said.pages.iter().all(|(url, _)| *url != page.url) {
                said.pages.push((page.url.as_ref().into(), page.title.as_ref().into()));
            }
            return;
        }
        let span = page.span.unwrap_or_else(|| (0, said.text.chars().count() as u64));
        self.annotate(item, index, annotation(&page.url, &page.title, span), out);
    }

    /// Tells the pages that a text, which ends here, rests on as a whole.
    pub(super) fn tell_pages(&mut self, spot: Spot, out: &mut Vec<u8>) {
        let Spot { item, index: Some(index), .. } = spot else { return };
        let Some(said) = self.output.said_mut(item, index) else { return };
        said.is_open = false;
        let span = (0, said.text.chars().count() as u64);
        for (url, title) in core::mem::take(&mut said.pages) {
            self.annotate(item, index, annotation(&url, &title, span), out);
        }
    }

    fn annotate(&mut self, item: usize, index: usize, annotation: String, out: &mut Vec<u8>) {
        let Item { id, body: Body::Message(content), .. } = &mut self.output.items[item] else { return };
        let Some(said) = content.get_mut(index) else { return };
        self.lines.send(out, "response.output_text.annotation.added", |w| {
            at(w, id, item, Some(("content_index", index)));
            w.key("annotation_index").u64(said.annotations.len() as u64);
            w.key("annotation").raw(&annotation);
        });
        said.annotations.push(annotation);
    }
}

fn annotation(url: &str, title: &str, (start, end): (u64, u64)) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("url_citation");
        w.key("start_index").u64(start);
        w.key("end_index").u64(end);
        w.key("title").string(title);
        w.key("url").string(url);
    });
    w.finish()
}
