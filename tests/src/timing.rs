//! CPU time of this thread.

use std::time::Duration;

use cpu_time::ThreadTime;

const SAMPLES: usize = 9;
const SAMPLE: Duration = Duration::from_millis(30);

/// The median time of one pass, in nanoseconds of this thread's CPU time: nine samples of about 30 ms.
pub fn nanoseconds(mut pass: impl FnMut()) -> f64 {
    let warm = ThreadTime::now();
    let mut passes = 0_u32;
    while warm.elapsed() < 2 * SAMPLE || passes == 0 {
        pass();
        passes += 1;
    }
    let a_sample = (passes / 2).max(1);
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let start = ThreadTime::now();
            for _ in 0..a_sample {
                pass();
            }
            start.elapsed().as_nanos() as f64 / f64::from(a_sample)
        })
        .collect();
    samples.sort_by(f64::total_cmp);
    samples[SAMPLES / 2]
}
