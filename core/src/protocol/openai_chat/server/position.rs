//! Where in an answer a piece of sealed state belongs, spelled in the id of its entry.
//!
//! A message of this wire has one text and a list of calls, in no order between them; parts of other
//! wires are ordered. An entry's id therefore says after how many calls and characters its part stood.

use core::fmt;

/// Before the numbers.
const PREFIX: &str = "tw_";

/// The end of the id of thinking that is a summary.
const SUMMARY: &str = "_s";

/// The place of a part. Characters are Unicode scalar values of the message's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Position {
    /// The part's number in the answer.
    pub(super) part: u32,
    /// How many calls stood before it.
    pub(super) calls: u32,
    /// How many characters stood before it.
    pub(super) start: u64,
    /// How many characters stood up to its end; more than `start` for text only.
    pub(super) end: u64,
    /// Whether it is thinking that the vendor sums up.
    pub(super) is_summary: bool,
}

impl Position {
    /// Reads an entry's id; `None` where it is none that was made here.
    pub(super) fn parse(id: &str) -> Option<Self> {
        let numbers = id.strip_prefix(PREFIX)?;
        let (numbers, is_summary) = match numbers.strip_suffix(SUMMARY) {
            Some(numbers) => (numbers, true),
            None => (numbers, false),
        };
        let mut numbers = numbers.split('_');
        let mut next = || numbers.next()?.parse::<u64>().ok();
        let (part, calls, start, end) = (next()?, next()?, next()?, next()?);
        let (part, calls) = (u32::try_from(part).ok()?, u32::try_from(calls).ok()?);
        (numbers.next().is_none() && start <= end).then_some(Self { part, calls, start, end, is_summary })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, calls, start, end, is_summary } = self;
        let suffix = if *is_summary { SUMMARY } else { "" };
        write!(f, "{PREFIX}{part}_{calls}_{start}_{end}{suffix}")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn a_position_reads_back() {
        for is_summary in [false, true] {
            let position = Position { part: 3, calls: 1, start: 0, end: u64::MAX, is_summary };
            assert_eq!(Position::parse(&position.to_string()), Some(position));
        }
    }

    #[test]
    fn any_other_id_is_none() {
        for id in ["", "rs_1", "tw_", "tw_1_2_3", "tw_1_2_4_3", "tw_1_2_3_4_5", "tw_1_2_3_x", "tw_-1_2_3_4"] {
            assert_eq!(Position::parse(id), None, "{id}");
        }
    }
}
