//! What many calls used and cost, added up by account.

use alloc::collections::BTreeMap;
use alloc::string::String;

use super::{Completeness, Counts};
use crate::money::Amount;

/// Whom a call is put down to. What does not matter stays empty.
///
/// A ledger keeps one sum for each combination that it has met, for ever: a tag is a team, a feature or
/// a customer, not an id of its own for each call.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account {
    /// The provider's id: `openai`, `anthropic`, …
    pub provider: String,
    /// The model's name.
    pub model: String,
    /// The label of the credential; never the secret.
    pub key: String,
    /// The caller's own word.
    pub tag: String,
}

/// One call, as it enters a ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it used, all attempts together.
    pub counts: Counts,
    /// How much the counts tell.
    pub completeness: Completeness,
    /// How many attempts it took.
    pub attempts: u32,
    /// Whether it failed in the end.
    pub has_failed: bool,
    /// What is known of its cost; `None` where nothing is.
    pub cost: Option<Amount>,
    /// How much the cost tells; a cost of `None` is unknown, whatever stands here.
    pub cost_completeness: Completeness,
}

/// Calls by how much they told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tally {
    calls: [u64; KINDS.len()],
}

/// In the order of a tally.
pub(super) const KINDS: [Completeness; 4] =
    [Completeness::Complete, Completeness::Estimated, Completeness::Partial, Completeness::Unknown];

impl Tally {
    /// How many calls told that much.
    pub const fn get(&self, completeness: Completeness) -> u64 {
        self.calls[completeness as usize]
    }

    /// How much all of them tell together: as much as the one that tells least.
    pub fn completeness(&self) -> Completeness {
        let met = KINDS.into_iter().filter(|kind| self.get(*kind) > 0);
        met.reduce(Completeness::and).unwrap_or_default()
    }

    pub(super) const fn note(&mut self, completeness: Completeness, calls: u64) {
        let known = &mut self.calls[completeness as usize];
        *known = known.saturating_add(calls);
    }

    fn add(&mut self, other: &Self) {
        KINDS.into_iter().for_each(|kind| self.note(kind, other.get(kind)));
    }
}

/// What the calls of an account add up to. Every number saturates.
///
/// The counts and the cost are what is known: where [`usage_told`](Self::usage_told) or
/// [`cost_told`](Self::cost_told) has calls that are not complete, there was more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Calls.
    pub calls: u64,
    /// Attempts of all of them.
    pub attempts: u64,
    /// Calls that failed in the end.
    pub failed: u64,
    /// What they used, as far as it was told.
    pub counts: Counts,
    /// How much they told of what they used.
    pub usage_told: Tally,
    /// What they cost, as far as it is known; `None` where no call's cost is.
    pub cost: Option<Amount>,
    /// How much is known of what they cost.
    pub cost_told: Tally,
}

impl Sum {
    fn enter(&mut self, entry: &Entry) {
        self.calls = self.calls.saturating_add(1);
        self.attempts = self.attempts.saturating_add(u64::from(entry.attempts));
        self.failed = self.failed.saturating_add(u64::from(entry.has_failed));
        self.counts.add(&entry.counts);
        self.usage_told.note(entry.completeness, 1);
        self.pay(entry.cost);
        let is_known = entry.cost.is_some();
        self.cost_told.note(if is_known { entry.cost_completeness } else { Completeness::Unknown }, 1);
    }

    /// Adds the sum of other calls.
    pub fn add(&mut self, other: &Self) {
        self.calls = self.calls.saturating_add(other.calls);
        self.attempts = self.attempts.saturating_add(other.attempts);
        self.failed = self.failed.saturating_add(other.failed);
        self.counts.add(&other.counts);
        self.usage_told.add(&other.usage_told);
        self.pay(other.cost);
        self.cost_told.add(&other.cost_told);
    }

    fn pay(&mut self, cost: Option<Amount>) {
        self.cost = match (self.cost, cost) {
            (Some(known), Some(new)) => Some(known.plus(new)),
            (known, new) => known.or(new),
        };
    }
}

/// What many calls used and cost, by account.
///
/// What is not known stays visible: it is never counted as zero. Ledgers of many machines merge into
/// one, in any order, and travel as JSON ([`Ledger::to_json`]).
///
/// ```
/// use tokenwire_core::usage::{Account, Bucket, Completeness, Counts, Entry, Ledger};
///
/// let mut counts = Counts::default();
/// counts.set(Bucket::Input, 1_000);
/// let told = Entry {
///     counts,
///     completeness: Completeness::Complete,
///     attempts: 2,
///     cost: Some("0.00125".parse()?),
///     cost_completeness: Completeness::Complete,
///     ..Entry::default()
/// };
/// let broken = Entry { attempts: 1, has_failed: true, ..Entry::default() };
///
/// let account = |tag: &str| Account { provider: "openai".into(), tag: tag.into(), ..Account::default() };
/// let (mut here, mut there) = (Ledger::default(), Ledger::default());
/// here.add(account("search"), &told);
/// there.add(account("chat"), &told);
/// there.add(account("chat"), &broken);
/// here.merge(&Ledger::from_json(&there.to_json())?);
///
/// let by_provider = here.by(|account| account.provider.as_str());
/// let openai = &by_provider["openai"];
/// assert_eq!((openai.calls, openai.attempts, openai.failed), (3, 5, 1));
/// assert_eq!(openai.counts.get(Bucket::Input), Some(2_000));
/// assert_eq!(openai.cost, Some("0.0025".parse()?));
/// assert_eq!(openai.cost_told.get(Completeness::Unknown), 1); // so it was 0.0025 or more
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    accounts: BTreeMap<Account, Sum>,
}

impl Ledger {
    /// Enters a call.
    pub fn add(&mut self, account: Account, entry: &Entry) {
        self.accounts.entry(account).or_default().enter(entry);
    }

    /// Adds all that another ledger holds.
    pub fn merge(&mut self, other: &Self) {
        for (account, sum) in &other.accounts {
            self.add_sum(account.clone(), sum);
        }
    }

    pub(super) fn add_sum(&mut self, account: Account, sum: &Sum) {
        self.accounts.entry(account).or_default().add(sum);
    }

    /// The sum of an account.
    pub fn get(&self, account: &Account) -> Option<&Sum> {
        self.accounts.get(account)
    }

    /// The accounts and their sums, in order: by provider, model, key, tag.
    pub fn iter(&self) -> impl Iterator<Item = (&Account, &Sum)> {
        self.accounts.iter()
    }

    /// Whether no call was entered.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    /// The sums by whatever a key tells of an account: one field, or some of them.
    pub fn by<'a, K: Ord>(&'a self, key: impl Fn(&'a Account) -> K) -> BTreeMap<K, Sum> {
        let mut sums = BTreeMap::<K, Sum>::new();
        for (account, sum) in &self.accounts {
            sums.entry(key(account)).or_default().add(sum);
        }
        sums
    }

    /// The sum of all.
    pub fn total(&self) -> Sum {
        let mut total = Sum::default();
        self.accounts.values().for_each(|sum| total.add(sum));
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Bucket;
    use alloc::string::ToString;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    /// Mostly small, sometimes near the top, where sums saturate.
    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![4 => 0..1_000u64, 1 => any::<u64>(), 1 => u64::MAX - 3..=u64::MAX]
    }

    fn kind() -> impl Strategy<Value = Completeness> {
        (0..KINDS.len()).prop_map(|at| KINDS[at])
    }

    fn counts() -> impl Strategy<Value = Counts> {
        prop::collection::vec((0..Bucket::ALL.len(), number()), 0..6).prop_map(|stated| {
            let mut counts = Counts::default();
            stated.into_iter().for_each(|(bucket, count)| counts.set(Bucket::ALL[bucket], count));
            counts
        })
    }

    fn cost() -> impl Strategy<Value = Option<Amount>> {
        let pico = prop_oneof![4 => 0..1_000_000u128, 1 => any::<u128>()];
        prop::option::of(pico.prop_map(Amount::from_pico))
    }

    prop_compose! {
        fn entry()(
            counts in counts(), completeness in kind(), attempts in any::<u32>(),
            has_failed in any::<bool>(), cost in cost(), cost_completeness in kind(),
        ) -> Entry {
            Entry { counts, completeness, attempts, has_failed, cost, cost_completeness }
        }
    }

    prop_compose! {
        fn account()(provider in "[ab]", model in "[mn]?", key in "k?", tag in "[\"\\\\é\n]?") -> Account {
            Account { provider, model, key, tag }
        }
    }

    fn entries() -> impl Strategy<Value = Vec<(Account, Entry)>> {
        prop::collection::vec((account(), entry()), 0..6)
    }

    fn ledger(entries: &[(Account, Entry)]) -> Ledger {
        let mut ledger = Ledger::default();
        entries.iter().for_each(|(account, entry)| ledger.add(account.clone(), entry));
        ledger
    }

    fn merged(a: &Ledger, b: &Ledger) -> Ledger {
        let mut sum = a.clone();
        sum.merge(b);
        sum
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn ledgers_merge_in_any_order_and_grouping(a in entries(), b in entries(), c in entries()) {
            let (one, two, three) = (ledger(&a), ledger(&b), ledger(&c));
            prop_assert_eq!(merged(&one, &two), merged(&two, &one));
            prop_assert_eq!(merged(&merged(&one, &two), &three), merged(&one, &merged(&two, &three)));
            prop_assert_eq!(&merged(&one, &Ledger::default()), &one);
            prop_assert_eq!(&merged(&Ledger::default(), &one), &one);
        }

        #[test]
        fn to_merge_is_to_enter_all_in_one(a in entries(), b in entries()) {
            let all = [a.as_slice(), b.as_slice()].concat();
            prop_assert_eq!(merged(&ledger(&a), &ledger(&b)), ledger(&all));
        }

        #[test]
        fn a_ledger_reads_back_from_its_json(entries in entries()) {
            let ledger = ledger(&entries);
            prop_assert_eq!(Ledger::from_json(&ledger.to_json()), Ok(ledger));
        }

        #[test]
        fn every_grouping_adds_up_to_the_total(entries in entries()) {
            let ledger = ledger(&entries);
            for sums in [
                ledger.by(|a| a.provider.as_str()),
                ledger.by(|a| a.tag.as_str()),
                ledger.by(|_| ""),
            ] {
                let mut total = Sum::default();
                sums.values().for_each(|sum| total.add(sum));
                prop_assert_eq!(total, ledger.total());
            }
        }

        #[test]
        fn every_call_is_told_once_as_it_is(entries in entries()) {
            let total = ledger(&entries).total();
            prop_assert_eq!(total.calls, entries.len() as u64);
            for kind in KINDS {
                let told = |entry: &Entry| entry.cost.map_or(Completeness::Unknown, |_| entry.cost_completeness);
                let usage = entries.iter().filter(|(_, e)| e.completeness == kind).count() as u64;
                let cost = entries.iter().filter(|(_, e)| told(e) == kind).count() as u64;
                prop_assert_eq!((total.usage_told.get(kind), total.cost_told.get(kind)), (usage, cost));
            }
        }
    }

    #[test]
    fn no_known_cost_is_no_zero() {
        let mut ledger = Ledger::default();
        let told = Entry { cost_completeness: Completeness::Complete, ..Entry::default() };
        ledger.add(Account::default(), &told);
        let sum = ledger.total();
        assert_eq!((sum.cost, sum.cost_told.completeness()), (None, Completeness::Unknown));
        let free = Entry { cost: Some(Amount::ZERO), ..told };
        ledger.add(Account::default(), &free);
        let sum = ledger.total();
        assert_eq!((sum.cost, sum.cost_told.completeness()), (Some(Amount::ZERO), Completeness::Partial));
    }

    #[test]
    fn accounts_come_in_order() {
        let mut ledger = Ledger::default();
        for (provider, tag) in [("b", "1"), ("a", "2"), ("a", "1")] {
            let account = Account { provider: provider.into(), tag: tag.into(), ..Account::default() };
            ledger.add(account, &Entry::default());
        }
        let order: Vec<_> = ledger.iter().map(|(a, _)| (a.provider.to_string(), a.tag.to_string())).collect();
        assert_eq!(order, [("a", "1"), ("a", "2"), ("b", "1")].map(|(p, t)| (p.into(), t.into())));
    }
}
