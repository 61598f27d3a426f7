//! What stands beside the content of a candidate, most of it known at its end.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::envelope::{Values, is_native, set};
use crate::json::{RawJson, Writer, compact};
use crate::model::{Finish, FinishReason, LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::cited_page::{CitedPage, cited_pages};
use crate::protocol::gemini::finish;

/// More sources than any answer rests on; what lies beyond is a loss.
const MAX_SOURCES: usize = 256;

/// More fields than a candidate or a response has.
const MAX_FIELDS: usize = 64;

/// What is known of a candidate beside its content.
#[derive(Debug, Default)]
pub(super) struct Ending {
    pub(super) finish: Option<Finish>,
    /// What was malformed, by part and in words.
    malformed: Vec<(u32, String)>,
    /// Google's own grounding.
    grounding: Option<RawJson>,
    /// URL and title of what other wires cite.
    sources: Vec<(String, Option<String>)>,
    fields: Values,
}

impl Ending {
    /// Takes a call that cannot be carried.
    pub(super) fn malformed(&mut self, part: u32, words: String) {
        self.malformed.push((part, words));
    }

    /// Forgets how it ended, and what was said from `part` on.
    pub(super) fn discard(&mut self, part: u32) {
        self.finish = None;
        self.malformed.retain(|(malformed, _)| *malformed < part);
    }

    /// Takes a citation of a part of this candidate, or of the candidate.
    pub(super) fn cite(&mut self, answer: &mut Answer, wire: Wire, raw: &str) {
        if wire == Wire::Gemini {
            self.grounding = Some(RawJson::trusted(raw));
            return;
        }
        let pages = cited_pages(raw);
        if pages.is_empty() || self.sources.len() >= MAX_SOURCES {
            return answer.lose(LossAction::Dropped, "citations", format!("only {wire} cites in this way"));
        }
        let why = "a source is named without the place that rests on it";
        answer.lose(LossAction::Approximated, "citations", why);
        for CitedPage { url, title, .. } in pages {
            let title = (!title.is_empty()).then(|| title.into_owned());
            let source = (url.into_owned(), title);
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
    }

    /// Takes a field of the candidate.
    pub(super) fn set(&mut self, name: &str, value: RawJson) {
        if self.fields.len() < MAX_FIELDS {
            set(&mut self.fields, name, value);
        }
    }

    /// Writes everything but the content. `lacking` is the word where there is no reason.
    pub(super) fn write(&self, answer: &mut Answer, w: &mut Writer, number: u32, lacking: Option<&str>) {
        match &self.finish {
            Some(finish) => w.key("finishReason").string(&self.word(answer, finish, number)),
            None => w.opt_string("finishReason", lacking),
        }
        w.opt_string("finishMessage", self.message().as_deref());
        w.key("index").u64(u64::from(number));
        if let Some(grounding) = &self.grounding {
            w.key("groundingMetadata").raw(&compact(grounding.as_str()));
        } else if !self.sources.is_empty() {
            w.key("groundingMetadata").object(|w| self.write_sources(w));
        }
        for (name, value) in &self.fields {
            w.key(name).raw(&compact(value.as_str()));
        }
    }

    fn word<'f>(&self, answer: &mut Answer, finish: &'f Finish, number: u32) -> Cow<'f, str> {
        let is_good = matches!(
            finish.reason,
            FinishReason::Stop | FinishReason::StopSequence | FinishReason::ToolCalls
        );
        if is_good && !self.malformed.is_empty() {
            return Cow::Borrowed("MALFORMED_FUNCTION_CALL");
        }
        let own = finish.raw.as_deref().filter(|raw| raw.starts_with(|c: char| c.is_ascii_uppercase()));
        if let (Some(own), true) = (own, is_native(&answer.context)) {
            return Cow::Borrowed(own);
        }
        let word = finish::word(finish.reason);
        if finish::reason(word, finish.reason == FinishReason::ToolCalls) != finish.reason {
            let why = format!("{} goes as {word}", finish.reason);
            answer.lose(LossAction::Approximated, format!("candidates[{number}].finish"), why);
        }
        Cow::Borrowed(word)
    }

    fn message(&self) -> Option<String> {
        let detail = self.finish.as_ref().and_then(|finish| finish.detail.as_deref());
        let words: Vec<&str> =
            detail.into_iter().chain(self.malformed.iter().map(|(_, words)| &**words)).collect();
        (!words.is_empty()).then(|| words.join("\n"))
    }

    fn write_sources(&self, w: &mut Writer) {
        w.key("groundingChunks").array(|w| {
            for (uri, title) in &self.sources {
                w.object(|w| {
                    w.key("web").object(|w| {
                        w.key("uri").string(uri);
                        w.opt_string("title", title.as_deref());
                    });
                });
            }
        });
    }
}

/// Where a field that the vocabulary has no word for belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Home {
    Candidate,
    Part,
    Response,
}

/// Where a field belongs, told with a part or without.
pub(super) fn home(name: &str, has_part: bool) -> Home {
    match name {
        "createTime" | "modelStatus" | "promptFeedback" => Home::Response,
        "avgLogprobs" | "citationMetadata" | "logprobsResult" | "safetyRatings" | "tokenCount"
        | "urlContextMetadata" => Home::Candidate,
        _ if has_part => Home::Part,
        _ => Home::Candidate,
    }
}

/// The candidate and the field that `candidates[1].safetyRatings` names.
pub(super) fn numbered(name: &str) -> Option<(u32, &str)> {
    let (number, field) = name.strip_prefix("candidates[")?.split_once("].")?;
    Some((number.parse().ok()?, field))
}
