//! The records of the attempts, bounded.

use alloc::vec::Vec;

use super::AttemptRecord;
use crate::usage::Usage;

/// How many records are kept: the first half and the last half of so many. A patient policy has no
/// end of its own.
const MAX_RECORDS: usize = 256;

/// What became of the attempts that are over.
#[derive(Debug, Default)]
pub(super) struct Records {
    kept: Vec<AttemptRecord>,
    omitted: u32,
    omitted_usage: Option<Usage>,
}

fn add(sum: &mut Option<Usage>, usage: &Usage) {
    match sum {
        Some(sum) => sum.add(usage),
        None => *sum = Some(usage.clone()),
    }
}

impl Records {
    pub(super) fn push(&mut self, record: AttemptRecord) {
        if self.kept.len() == MAX_RECORDS {
            let middle = self.kept.remove(MAX_RECORDS / 2);
            self.omitted = self.omitted.saturating_add(1);
            add(&mut self.omitted_usage, &middle.usage);
        }
        self.kept.push(record);
    }

    /// The response that the last attempts read in turn has stated its usage, once for all of them:
    /// theirs is in it.
    pub(super) fn supersede(&mut self) {
        for record in self.kept.iter_mut().rev() {
            record.usage = Usage::nothing_billed();
            if !record.resumed {
                break;
            }
        }
    }

    /// The records, how many were left out, and the usage of all.
    pub(super) fn finish(self) -> (Vec<AttemptRecord>, u32, Usage) {
        let mut sum = self.omitted_usage;
        self.kept.iter().for_each(|record| add(&mut sum, &record.usage));
        (self.kept, self.omitted, sum.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Bucket;

    fn record(attempt: u32) -> AttemptRecord {
        let mut usage = Usage::nothing_billed();
        usage.counts.set(Bucket::Input, 1);
        AttemptRecord {
            attempt,
            resumed: false,
            waited_ms: 0,
            status: None,
            failure: None,
            bytes: 0,
            head_ms: None,
            first_byte_ms: None,
            first_event_ms: None,
            total_ms: 0,
            usage,
        }
    }

    #[test]
    fn a_thousand_attempts_keep_the_ends_and_the_sum() {
        let mut records = Records::default();
        for attempt in 1..=1000 {
            records.push(record(attempt));
        }
        let (kept, omitted, usage) = records.finish();
        assert_eq!((kept.len(), omitted), (MAX_RECORDS, 744));
        assert_eq!((kept[0].attempt, kept[MAX_RECORDS - 1].attempt), (1, 1000));
        assert_eq!(usage.counts.get(Bucket::Input), Some(1000));
    }
}
