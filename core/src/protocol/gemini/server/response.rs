//! Whole responses.

use alloc::string::String;
use alloc::vec::Vec;

use super::ending::{Ending, Home, home, numbered};
use super::envelope::{Values, is_native, set};
use super::part::{Outgoing, Scribe, Written};
use super::usage;
use crate::json::{RawJson, Writer, compact};
use crate::model::{Candidate, Content, Extra, FinishReason, Part, Response, Wire};
use crate::protocol::answer::Answer;
use crate::usage::Usage;

/// Writes a whole response. A candidate of another vendor without a finish reason ends with `OTHER`:
/// it is not whole.
pub(in crate::protocol) fn encode(answer: &mut Answer, response: &Response, usage: &Usage) -> String {
    let mut body = Body::new(response);
    for extra in &response.extras {
        body.extra(answer, extra);
    }
    let is_blocked = body.is_blocked(answer);
    let mut w = Writer::new();
    w.object(|w| {
        if !is_blocked {
            w.key("candidates").array(|w| body.candidates(answer, w));
        }
        usage::write(answer, w, usage, is_native(&answer.context));
        w.key("modelVersion").string(response.model.as_deref().unwrap_or(&answer.context.model));
        w.key("responseId").string(response.id.as_deref().unwrap_or(&answer.context.id));
        for (name, value) in &body.fields {
            w.key(name).raw(&compact(value.as_str()));
        }
    });
    w.finish()
}

struct Body<'r> {
    response: &'r Response,
    endings: Vec<Ending>,
    /// The fields of each part, by its number.
    of_parts: Vec<Values>,
    fields: Values,
}

impl<'r> Body<'r> {
    fn new(response: &'r Response) -> Self {
        let mut endings: Vec<Ending> = Vec::new();
        // Where nothing came there is one candidate all the same, and it is empty.
        endings.resize_with(response.candidates.len().max(1), Ending::default);
        let parts = response.candidates.iter().map(|c| c.parts.len()).sum();
        let mut of_parts = Vec::new();
        of_parts.resize_with(parts, Values::new);
        Self { response, endings, of_parts, fields: Values::new() }
    }

    /// Puts a field where it belongs.
    fn extra(&mut self, answer: &mut Answer, extra: &Extra) {
        let owner = extra.part.map_or(0, |part| self.owner(part));
        if extra.name == "citation" {
            // The response keeps no wire beside it: it is the one that the answer came on.
            let wire = answer.context.source;
            self.endings[owner].cite(answer, wire, extra.value.as_str());
            return;
        }
        if answer.context.source != Wire::Gemini {
            return answer.lose_extra(extra.part, &extra.name, extra.value.as_str());
        }
        let (owner, name) = match numbered(&extra.name) {
            Some((number, name)) => ((number as usize).min(self.endings.len() - 1), name),
            None => (owner, &*extra.name),
        };
        let of_part = extra.part.and_then(|part| self.of_parts.get_mut(part as usize));
        match (home(name, of_part.is_some()), of_part) {
            (Home::Response, _) => set(&mut self.fields, name, extra.value.clone()),
            (Home::Part, Some(fields)) => set(fields, name, extra.value.clone()),
            _ => self.endings[owner].set(name, extra.value.clone()),
        }
    }

    /// The candidate of a part.
    fn owner(&self, part: u32) -> usize {
        let mut before = part as usize;
        for (at, candidate) in self.response.candidates.iter().enumerate() {
            match before.checked_sub(candidate.parts.len()) {
                Some(rest) => before = rest,
                None => return at,
            }
        }
        0
    }

    /// Whether the prompt was refused, so that there are no candidates.
    fn is_blocked(&self, answer: &Answer) -> bool {
        let is_empty = self.response.candidates.iter().all(|candidate| {
            candidate.parts.is_empty()
                && candidate.finish.as_ref().is_none_or(|f| f.reason == FinishReason::ContentFilter)
        });
        is_empty && is_native(&answer.context) && self.fields.iter().any(|(name, _)| name == "promptFeedback")
    }

    fn candidates(&mut self, answer: &mut Answer, w: &mut Writer) {
        let nothing = Candidate::default();
        let mut first = 0;
        for at in 0..self.endings.len() {
            let candidate = self.response.candidates.get(at).unwrap_or(&nothing);
            let ending = &mut self.endings[at];
            ending.finish.clone_from(&candidate.finish);
            let of_parts = &self.of_parts[first..first + candidate.parts.len()];
            w.object(|w| {
                content(w, |w| {
                    for (index, part) in candidate.parts.iter().enumerate() {
                        let number = u32::try_from(first + index).unwrap_or(u32::MAX);
                        let fields = &of_parts[index];
                        write_part(answer, self.response, ending, w, number, part, fields);
                    }
                });
                let lacking = Some("OTHER").filter(|_| !is_native(&answer.context));
                ending.write(answer, w, u32::try_from(at).unwrap_or(u32::MAX), lacking);
            });
            first += candidate.parts.len();
        }
    }
}

fn write_part(
    answer: &mut Answer,
    response: &Response,
    ending: &mut Ending,
    w: &mut Writer,
    number: u32,
    part: &Part,
    fields: &Values,
) {
    if let Content::Text { citations, .. } = &part.content {
        citations.iter().for_each(|c| ending.cite(answer, c.wire, c.raw.as_str()));
    }
    let state: Vec<(String, RawJson)> =
        part.opaque.iter().map(|o| (o.field.clone(), o.value.clone())).collect();
    let id = String::from(response.id.as_deref().unwrap_or(&answer.context.id));
    let mut scribe = Scribe { answer, model: response.model.as_deref(), id: &id };
    match scribe.write(&Outgoing { number, content: &part.content, state: &state, fields }) {
        Written::Json(json) => w.raw(&json),
        Written::Malformed { part, words } => {
            ending.malformed(number, words);
            w.raw(&part);
        }
        Written::Nothing => {}
    }
}

/// Writes the content of a candidate; an empty text where there is no part, since SDKs take a content
/// without parts for an invalid one.
pub(super) fn content(w: &mut Writer, parts: impl FnOnce(&mut Writer)) {
    w.key("content").object(|w| {
        let mut list = Writer::new();
        list.array(parts);
        let list = list.finish();
        w.key("parts").raw(if list == "[]" { r#"[{"text":""}]"# } else { &list });
        w.key("role").string("model");
    });
}
