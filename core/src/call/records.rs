//! The records of the attempts, bounded.

use alloc::string::String;
use alloc::vec::Vec;

use super::AttemptRecord;
use super::accounting::{Meter, Running, Spent};
use crate::pricing::Cost;
use crate::time::UnixTime;
use crate::usage::Usage;

/// How many records are kept: the first half and the last half of so many. A patient policy has no
/// end of its own.
const MAX_RECORDS: usize = 256;

/// What became of the attempts that are over.
#[derive(Debug)]
pub(super) struct Records {
    meter: Meter,
    kept: Vec<AttemptRecord>,
    omitted: u32,
    omitted_sum: Sum,
    /// What was spent so far, guesses included.
    spent: Spent,
}

/// What several attempts used and cost.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) usage: Option<Usage>,
    pub(super) cost: Option<Cost>,
    /// What of the cost the failed ones cost.
    pub(super) failed_cost: Option<Cost>,
}

impl Sum {
    fn add(&mut self, record: &AttemptRecord) {
        match &mut self.usage {
            Some(sum) => sum.add(&record.usage),
            None => self.usage = Some(record.usage.clone()),
        }
        add_cost(&mut self.cost, &record.cost);
        if record.failure.is_some() {
            add_cost(&mut self.failed_cost, &record.cost);
        }
    }
}

fn add_cost(sum: &mut Option<Cost>, cost: &Cost) {
    match sum {
        Some(sum) => sum.add(cost),
        None => *sum = Some(cost.clone()),
    }
}

impl Records {
    pub(super) const fn new(meter: Meter) -> Self {
        let omitted_sum = Sum { usage: None, cost: None, failed_cost: None };
        Self { meter, kept: Vec::new(), omitted: 0, omitted_sum, spent: Spent::NONE }
    }

    pub(super) const fn meter(&self) -> &Meter {
        &self.meter
    }

    /// Why another attempt, made at `at`, would spend more than the call may.
    pub(super) fn refuses(&self, at: UnixTime) -> Option<String> {
        self.meter.refuses(&self.spent, at)
    }

    /// Why an attempt, made at `at`, spends more than the call may.
    pub(super) fn stops(&self, running: Running<'_>, at: UnixTime) -> Option<String> {
        self.meter.stops(&self.spent, running, at)
    }

    pub(super) fn push(&mut self, record: AttemptRecord, spent: Spent) {
        self.spent = self.spent.plus(spent);
        if self.kept.len() == MAX_RECORDS {
            let middle = self.kept.remove(MAX_RECORDS / 2);
            self.omitted = self.omitted.saturating_add(1);
            self.omitted_sum.add(&middle);
        }
        self.kept.push(record);
    }

    /// The response that the last attempts read in turn has stated its usage, once for all of them:
    /// theirs is in it.
    pub(super) fn supersede(&mut self) {
        for record in self.kept.iter_mut().rev() {
            record.usage = Usage::nothing_billed();
            record.cost = Cost::nothing();
            if !record.resumed {
                break;
            }
        }
    }

    /// The records, how many were left out, and the sum of all.
    pub(super) fn finish(&mut self) -> (Vec<AttemptRecord>, u32, Sum) {
        let mut sum = core::mem::take(&mut self.omitted_sum);
        self.kept.iter().for_each(|record| sum.add(record));
        (core::mem::take(&mut self.kept), self.omitted, sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Accounting;
    use crate::model::Request;
    use crate::protocol::Dialect;
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
            cost: Cost::nothing(),
        }
    }

    #[test]
    fn a_thousand_attempts_keep_the_ends_and_the_sum() {
        let request = Request::new("m", Vec::new());
        let meter = Meter::new(Accounting::default(), &request, &Dialect::OPENAI, true);
        let mut records = Records::new(meter);
        for attempt in 1..=1000 {
            records.push(record(attempt), Spent::NONE);
        }
        let (kept, omitted, sum) = records.finish();
        assert_eq!((kept.len(), omitted), (MAX_RECORDS, 744));
        assert_eq!((kept[0].attempt, kept[MAX_RECORDS - 1].attempt), (1, 1000));
        assert_eq!(sum.usage.and_then(|usage| usage.counts.get(Bucket::Input)), Some(1000));
    }
}
