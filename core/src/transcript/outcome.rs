//! Outcomes as JSON.

use super::ending::{finish_fields, write_failure};
use super::fields::{number, text};
use super::part::part;
use super::spending::{write_cost, write_usage};
use crate::call::{AttemptRecord, Outcome};
use crate::json::Writer;
use crate::model::{Candidate, Extra, Loss};

/// Writes an outcome as an object of type `done`.
pub fn write_outcome(w: &mut Writer, outcome: &Outcome) {
    w.object(|w| {
        w.key("type").string("done");
        w.key("status").string(outcome.status().name());
        w.key("finish").object(|w| finish_fields(w, &outcome.finish));
        match &outcome.failure {
            Some(failure) => {
                w.key("failure");
                write_failure(w, failure);
            }
            None => w.key("failure").null(),
        }
        text(w, "stop", outcome.stop.map(|s| s.name()));
        text(w, "id", outcome.response.id.as_deref());
        text(w, "model", outcome.response.model.as_deref());
        w.key("candidates").array(|w| outcome.response.candidates.iter().for_each(|c| write_candidate(w, c)));
        w.key("extras").array(|w| outcome.response.extras.iter().for_each(|e| extra(w, e)));
        w.key("usage");
        write_usage(w, &outcome.usage);
        w.key("cost");
        write_cost(w, &outcome.cost);
        w.key("failed_cost");
        write_cost(w, &outcome.failed_cost);
        w.key("attempts").array(|w| outcome.attempts.iter().for_each(|a| attempt(w, a)));
        w.key("omitted_attempts").u64(u64::from(outcome.omitted_attempts));
        w.key("losses").array(|w| outcome.losses.iter().for_each(|l| loss(w, l)));
        w.key("elapsed_ms").u64(outcome.elapsed_ms);
    });
}

pub(super) fn write_candidate(w: &mut Writer, candidate: &Candidate) {
    w.object(|w| {
        w.key("parts").array(|w| candidate.parts.iter().for_each(|p| part(w, p)));
        match &candidate.finish {
            Some(finish) => w.key("finish").object(|w| finish_fields(w, finish)),
            None => w.key("finish").null(),
        }
    });
}

fn extra(w: &mut Writer, extra: &Extra) {
    w.object(|w| {
        number(w, "part", extra.part.map(u64::from));
        w.key("name").string(&extra.name);
        w.key("value").raw(extra.value.as_str());
    });
}

fn attempt(w: &mut Writer, attempt: &AttemptRecord) {
    w.object(|w| {
        w.key("attempt").u64(u64::from(attempt.attempt));
        w.key("resumed").bool(attempt.resumed);
        w.key("waited_ms").u64(attempt.waited_ms);
        number(w, "status", attempt.status.map(u64::from));
        match &attempt.failure {
            Some(failure) => {
                w.key("failure");
                write_failure(w, failure);
            }
            None => w.key("failure").null(),
        }
        w.key("bytes").u64(attempt.bytes);
        number(w, "head_ms", attempt.head_ms);
        number(w, "first_byte_ms", attempt.first_byte_ms);
        number(w, "first_event_ms", attempt.first_event_ms);
        w.key("total_ms").u64(attempt.total_ms);
        w.key("usage");
        write_usage(w, &attempt.usage);
        w.key("cost");
        write_cost(w, &attempt.cost);
    });
}

fn loss(w: &mut Writer, loss: &Loss) {
    w.object(|w| {
        w.key("path").string(&loss.path);
        w.key("why").string(&loss.why);
        w.key("action").string(loss.action.name());
    });
}
