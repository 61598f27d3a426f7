//! Time and instructions of one pass.

use std::hint::black_box;

use tokenwire_core::model::Wire;
use tokenwire_tests::fixtures::short_name;
use tokenwire_tests::{callgrind, timing};

use crate::subject::{Course, Subject};

/// The median time of one pass, in nanoseconds of this thread's CPU time.
pub(crate) fn nanoseconds(course: &Course, subject: Subject) -> f64 {
    timing::nanoseconds(|| {
        black_box(course.pass(subject));
    })
}

/// Instructions of one pass: this program runs once under callgrind with one pass and once with
/// three, so that all but the passes drops out.
pub(crate) fn instructions(subject: Subject, wire: Wire, deltas: usize, chunk: usize) -> Option<f64> {
    let one = collected(subject, wire, deltas, chunk, 1)?;
    let three = collected(subject, wire, deltas, chunk, 3)?;
    Some((three - one) / 2.0)
}

fn collected(subject: Subject, wire: Wire, deltas: usize, chunk: usize, passes: u32) -> Option<f64> {
    let [deltas, chunk, passes] = [deltas.to_string(), chunk.to_string(), passes.to_string()];
    callgrind::collected(&["once", subject.name(), short_name(wire), &deltas, &chunk, &passes])
}
