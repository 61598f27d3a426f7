//! CPU time of this thread, and instructions under callgrind.

use std::hint::black_box;
use std::time::Duration;

use cpu_time::ThreadTime;
use tokenwire_core::model::Wire;
use tokenwire_tests::callgrind;
use tokenwire_tests::fixtures::short_name;

use crate::subject::{Course, Subject};

const SAMPLES: usize = 9;
const SAMPLE: Duration = Duration::from_millis(30);

/// The median time of one pass, in nanoseconds of this thread's CPU time.
pub(crate) fn nanoseconds(course: &Course, subject: Subject) -> f64 {
    let warm = ThreadTime::now();
    let mut passes = 0_u32;
    while warm.elapsed() < 2 * SAMPLE || passes == 0 {
        black_box(course.pass(subject));
        passes += 1;
    }
    let a_sample = (passes / 2).max(1);
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let start = ThreadTime::now();
            for _ in 0..a_sample {
                black_box(course.pass(subject));
            }
            start.elapsed().as_nanos() as f64 / f64::from(a_sample)
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples[SAMPLES / 2]
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
