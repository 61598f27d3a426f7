//! Counts that cannot all be true.

use super::{Bucket, Counts};

/// A whole that is smaller than its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("contradictory usage: {} is {count}, its parts add up to {parts}", whole.name())]
pub struct Contradiction {
    /// The whole.
    pub whole: Bucket,
    /// Its count.
    pub count: u64,
    /// What its parts add up to.
    pub parts: u64,
}

/// Parts that share no unit.
const DISJOINT: [(Bucket, &[Bucket]); 3] = [
    (Bucket::Input, &[Bucket::CacheRead, Bucket::CacheWrite]),
    (
        Bucket::CacheWrite,
        &[Bucket::CacheWrite5m, Bucket::CacheWrite30m, Bucket::CacheWrite1h, Bucket::CacheWrite12h],
    ),
    (Bucket::Output, &[Bucket::PredictionAccepted, Bucket::PredictionRejected]),
];

impl Counts {
    /// Checks that no stated whole is smaller than a part of it, nor than those of its parts together
    /// that share nothing.
    ///
    /// # Errors
    /// The first contradiction. The counts stay as they were stated.
    pub fn check(&self) -> Result<(), Contradiction> {
        for (part, count) in self.iter() {
            for whole in part.wholes() {
                self.holds(*whole, count)?;
            }
        }
        for (whole, parts) in DISJOINT {
            let counts = parts.iter().filter_map(|part| self.get(*part));
            self.holds(whole, counts.fold(0, u64::saturating_add))?;
        }
        Ok(())
    }

    fn holds(&self, whole: Bucket, parts: u64) -> Result<(), Contradiction> {
        match self.get(whole) {
            Some(count) if count < parts => Err(Contradiction { whole, count, parts }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_holds_its_parts() {
        let counts = |stated: &[(Bucket, u64)]| {
            let mut counts = Counts::default();
            stated.iter().for_each(|(bucket, count)| counts.set(*bucket, *count));
            counts
        };
        let good = counts(&[(Bucket::Input, 10), (Bucket::CacheRead, 6), (Bucket::CacheWrite, 4)]);
        assert_eq!(good.check(), Ok(()));
        assert_eq!(counts(&[(Bucket::CacheRead, 5)]).check(), Ok(()));
        let part = counts(&[(Bucket::Output, 3), (Bucket::OutputReasoning, 4)]);
        assert_eq!(part.check(), Err(Contradiction { whole: Bucket::Output, count: 3, parts: 4 }));
        let sum = counts(&[(Bucket::Input, 9), (Bucket::CacheRead, 6), (Bucket::CacheWrite, 4)]);
        assert_eq!(sum.check(), Err(Contradiction { whole: Bucket::Input, count: 9, parts: 10 }));
    }
}
