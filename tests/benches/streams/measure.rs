//! CPU time of this thread, and instructions under callgrind.

use std::hint::black_box;
use std::process::Command;
use std::time::Duration;

use cpu_time::ThreadTime;
use tokenwire_core::model::Wire;
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

/// Whether valgrind is there.
pub(crate) fn has_valgrind() -> bool {
    Command::new("valgrind").arg("--version").output().is_ok_and(|o| o.status.success())
}

/// Instructions of one pass: this program runs once under callgrind with one pass and once with
/// three, so that all but the passes drops out.
pub(crate) fn instructions(subject: Subject, wire: Wire, deltas: usize, chunk: usize) -> Option<f64> {
    let one = collected(subject, wire, deltas, chunk, 1)?;
    let three = collected(subject, wire, deltas, chunk, 3)?;
    Some((three - one) / 2.0)
}

fn collected(subject: Subject, wire: Wire, deltas: usize, chunk: usize, passes: u32) -> Option<f64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["once", subject.name(), short_name(wire)])
        .args([deltas.to_string(), chunk.to_string(), passes.to_string()])
        // callgrind counts each byte that `rep movsb` moves as one instruction.
        .env("GLIBC_TUNABLES", "glibc.cpu.x86_rep_movsb_threshold=1000000000")
        .output()
        .ok()?;
    let report = String::from_utf8_lossy(&output.stderr);
    report.lines().find_map(|line| line.split_once("Collected :"))?.1.trim().parse().ok()
}
