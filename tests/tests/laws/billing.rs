//! Counts at the prices of drawn tables.

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::money::Amount;
use tokenwire_core::pricing::{Bill, Billed, Circumstance, Cost, Line, PriceBook, PriceContext, PriceTable};
use tokenwire_core::time::UnixTime;
use tokenwire_core::usage::{Bucket, Completeness, Counts, Usage};

const AT: UnixTime = UnixTime::from_millis(1_795_000_000_000);

/// Units for each bucket that belong to no part of it.
fn units() -> impl Strategy<Value = Vec<u64>> {
    let unit = prop_oneof![2 => Just(0), 2 => 1..1_000u64, 1 => 0..1u64 << 40];
    prop::collection::vec(unit, Bucket::ALL.len())
}

/// Inclusive counts of those units; parts that `hidden` names are not stated. A unit that is both of a
/// cache and of sound is always stated, because without it nobody can know the overlap.
fn counts(units: &[u64], hidden: &[bool]) -> Counts {
    let mut counts = Counts::default();
    for (bucket, units) in Bucket::ALL.into_iter().zip(units) {
        for within in [bucket].iter().chain(bucket.wholes()) {
            counts.set(*within, counts.get(*within).unwrap_or(0) + units);
        }
    }
    let mut stated = Counts::default();
    for ((bucket, count), is_hidden) in counts.iter().zip(hidden) {
        let is_leaf = parts(bucket).next().is_none() && bucket.wholes().len() < 3;
        if !(is_leaf && *is_hidden) {
            stated.set(bucket, count);
        }
    }
    stated
}

/// The buckets that are counted in this one.
fn parts(whole: Bucket) -> impl Iterator<Item = Bucket> {
    Bucket::ALL.into_iter().filter(move |part| part.wholes().contains(&whole))
}

/// A price in the units of a table, with no more decimals than it may have.
fn price(bucket: Bucket, raw: u64) -> String {
    if bucket.units() == 3_600 {
        return format!("{}.{:02}", raw % 7, raw % 100);
    }
    format!("{}.{:06}", raw % 40, raw % 1_000_000)
}

/// Prices for the buckets that have one, with a step, as a table's JSON.
fn prices(raw: &[Option<u64>]) -> String {
    let priced = Bucket::ALL.into_iter().zip(raw).filter_map(|(bucket, raw)| Some((bucket, (*raw)?)));
    let listed = priced.map(|(bucket, raw)| {
        let (low, high) = (price(bucket, raw), price(bucket, raw / 3));
        format!(r#""{}":[[0,"{low}"],[{},"{high}"]]"#, bucket.name(), 1 + raw % 2_000)
    });
    listed.collect::<Vec<_>>().join(",")
}

fn table(rates: &[Option<u64>], flex: &[Option<u64>], uplift: u64) -> PriceTable {
    let text = format!(
        r#"{{"format":"pricing/1","providers":{{"p":{{"as_of":"2026-11-10","models":[{{"id":"m",
        "rates":[{{"prices":{{{}}}}}],
        "variants":[{{"when":{{"service_tier":["flex"]}},"prices":{{{}}}}}],
        "uplift":[{{"when":{{"region":["us"]}},"multiply":"1.{uplift:02}"}}]}}]}}}}}}"#,
        prices(rates),
        prices(flex),
    );
    PriceTable::from_json(&text).expect("a table")
}

fn raw_prices() -> impl Strategy<Value = Vec<Option<u64>>> {
    prop::collection::vec(prop::option::weighted(0.6, any::<u64>()), Bucket::ALL.len())
}

fn book() -> impl Strategy<Value = PriceBook> {
    (raw_prices(), raw_prices(), 0..100u64).prop_map(|(rates, flex, uplift)| {
        let mut book = PriceBook::empty();
        book.layer(table(&rates, &flex, uplift)).expect("room for one");
        book
    })
}

fn context() -> impl Strategy<Value = PriceContext<'static>> {
    (prop::option::of(Just("flex")), prop::option::of(Just("us"))).prop_map(|(tier, region)| {
        PriceContext::STANDARD.with(Circumstance::ServiceTier, tier).with(Circumstance::Region, region)
    })
}

fn drawn_counts() -> impl Strategy<Value = Counts> {
    (units(), prop::collection::vec(any::<bool>(), Bucket::ALL.len()))
        .prop_map(|(units, hidden)| counts(&units, &hidden))
}

/// How many units of the bucket, or of a part of it, are on the bill.
fn billed(bill: &Bill, bucket: Bucket) -> u64 {
    let is_within = |line: &Line| line.bucket() == bucket || line.bucket().wholes().contains(&bucket);
    bill.lines().filter(is_within).map(|line| line.count).sum()
}

/// The sum of all lines in pico-USD, rounded once. It is made in millionths of what one of 3,600 seconds
/// costs.
fn exact(bill: &Bill) -> u128 {
    const HOUR: u128 = 3_600 * 1_000_000;
    let sum: u128 = bill
        .lines()
        .map(|line| {
            let share = HOUR / u128::from(line.price.covers()) / 1_000_000;
            u128::from(line.count) * u128::from(line.price.pico()) * u128::from(line.uplift) * share
        })
        .sum();
    let (whole, rest) = (sum / HOUR, sum % HOUR);
    let is_up = rest * 2 > HOUR || (rest * 2 == HOUR && whole % 2 == 1);
    whole + u128::from(is_up)
}

fn usage() -> impl Strategy<Value = Usage> {
    use Completeness::{Complete, Estimated, Partial, Unknown};
    let told = select(vec![Complete, Estimated, Partial, Unknown]);
    let stated = prop::option::weighted(0.2, (0..1_000u128).prop_map(Amount::from_pico));
    let counts = prop_oneof![3 => drawn_counts(), 1 => Just(Counts::default())];
    (counts, told, stated).prop_map(|(counts, completeness, stated_cost)| Usage {
        counts,
        completeness,
        stated_cost,
        ..Usage::default()
    })
}

/// What must not depend on the order of the attempts.
fn sum(costs: &[Cost]) -> (Option<Amount>, Completeness, Vec<String>, Vec<Bucket>) {
    let mut sum = Cost::nothing();
    costs.iter().for_each(|cost| sum.add(cost));
    let mut lines: Vec<String> = sum.lines.iter().map(|line| format!("{line:?}")).collect();
    lines.sort();
    sum.unpriced.sort();
    (sum.amount, sum.completeness, lines, sum.unpriced)
}

proptest! {
    #![proptest_config(crate::config("regressions/billing.txt"))]

    #[test]
    fn every_unit_is_billed_once(book in book(), counts in drawn_counts(), context in context()) {
        let model = book.find("p", "m").expect("the only model");
        prop_assert_eq!(counts.check(), Ok(()));
        let bill = model.bill(&counts, &context, AT).expect("counts without contradiction");
        for (bucket, count) in counts.iter() {
            let priced = model.price(bucket, counts.get(Bucket::Input).unwrap_or(0), &context, AT);
            if priced.is_some() {
                prop_assert_eq!(billed(&bill, bucket), count, "{} on {:?}", bucket.name(), bill);
            }
        }
    }

    #[test]
    fn lines_add_up_to_the_amount(book in book(), counts in drawn_counts(), context in context()) {
        let model = book.find("p", "m").expect("the only model");
        let bill = model.bill(&counts, &context, AT).expect("counts without contradiction");
        prop_assert_eq!(bill.amount().as_pico(), exact(&bill));
        let lines: Amount = bill.lines().map(|line| line.amount()).sum();
        let is_exact = bill.lines().all(|line| line.price.covers() == 1 && line.uplift == 1_000_000);
        if is_exact {
            prop_assert_eq!(lines, bill.amount());
        }
        let off = lines.as_pico().abs_diff(bill.amount().as_pico());
        prop_assert!(off <= bill.lines().count() as u128, "lines are rounded by a half each");
    }

    #[test]
    fn costs_of_attempts_add_up_in_any_order(
        book in book(),
        (usages, shuffled) in prop::collection::vec(usage(), 0..5)
            .prop_flat_map(|usages| (Just(usages.clone()), Just(usages).prop_shuffle())),
    ) {
        let billed = Billed { provider: "p", models: &["m"], context: PriceContext::STANDARD, at: AT };
        let costs = |usages: &[Usage]| -> Vec<Cost> {
            usages.iter().map(|usage| Cost::of(usage, &billed, &book)).collect()
        };
        prop_assert_eq!(sum(&costs(&usages)), sum(&costs(&shuffled)));
    }
}
