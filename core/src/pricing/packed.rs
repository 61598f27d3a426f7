//! Price tables in a compact binary form, small enough to be embedded in a WebAssembly module.
//!
//! Numbers are LEB128; a price is its digits without trailing zeros, and how many zeros follow; a text
//! is its length and its bytes. What most entries lack costs one bit of a set of flags.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::{Circumstance, Demands};
use super::json::TableError;
use super::name::Pattern;
use super::rule::{Rule, Steps};
use super::table::{Model, Origin, PriceTable, Provider, Uplift};
use crate::date::Date;
use crate::usage::Bucket;

/// Format and version.
const MAGIC: &[u8] = b"twp1";

/// Flags of a model.
mod model_has {
    pub(super) const OWN_ID: u64 = 1;
    pub(super) const CONTEXT: u64 = 1 << 1;
    pub(super) const DEPRECATED: u64 = 1 << 2;
    pub(super) const VARIANTS: u64 = 1 << 3;
    pub(super) const UPLIFTS: u64 = 1 << 4;
    pub(super) const EXCLUDES: u64 = 1 << 5;
    pub(super) const SOURCE: u64 = 1 << 6;
    pub(super) const EVIDENCE: u64 = 1 << 7;
    pub(super) const MINIMUMS: u64 = 1 << 8;
    pub(super) const REVIEW: u64 = 1 << 9;
}

/// Flags of a rule.
mod rule_has {
    pub(super) const FROM: u64 = 1;
    pub(super) const DAILY: u64 = 1 << 1;
    pub(super) const WEEKDAYS: u64 = 1 << 2;
    pub(super) const WHEN: u64 = 1 << 3;
}

impl PriceTable {
    /// The table in the compact form.
    pub fn pack(&self) -> Vec<u8> {
        let mut out = Packer(MAGIC.to_vec());
        out.list(&self.providers, Packer::provider);
        out.0
    }

    /// Reads a table in the compact form.
    ///
    /// # Errors
    /// The bytes are cut, or of another version.
    pub fn unpack(bytes: &[u8]) -> Result<Self, TableError> {
        let unpack = || {
            let mut packed = Unpacker(bytes.strip_prefix(MAGIC)?);
            let providers = packed.list(Unpacker::provider)?;
            packed.0.is_empty().then_some(Self { providers })
        };
        unpack().ok_or_else(|| TableError {
            path: String::new(),
            why: "expected a packed table of this version, found other or fewer bytes".into(),
        })
    }
}

struct Packer(Vec<u8>);

impl Packer {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T)) {
        self.number(items.len() as u64);
        items.iter().for_each(|item| each(self, item));
    }

    fn price(&mut self, mut price: u64) {
        let mut zeros = 0;
        while price != 0 && price.is_multiple_of(10) && zeros < 15 {
            price /= 10;
            zeros += 1;
        }
        self.0.push(zeros);
        self.number(price);
    }

    fn date(&mut self, date: Date) {
        self.number(u64::from(date.as_days()));
    }

    fn provider(&mut self, provider: &Provider) {
        self.text(&provider.id);
        self.text(&provider.name);
        self.date(provider.as_of);
        self.text(&provider.source);
        self.list(&provider.fallback, |out, id| out.text(id));
        self.list(&provider.models, Self::model);
    }

    fn model(&mut self, model: &Model) {
        let has_own_id = model.matches.first().map(Pattern::as_str) != Some(&*model.id);
        let origin = &model.origin;
        let flags = [
            (has_own_id, model_has::OWN_ID),
            (model.context.is_some(), model_has::CONTEXT),
            (model.deprecated, model_has::DEPRECATED),
            (!model.variants.is_empty(), model_has::VARIANTS),
            (!model.uplifts.is_empty(), model_has::UPLIFTS),
            (!model.excludes.is_empty(), model_has::EXCLUDES),
            (origin.source.is_some(), model_has::SOURCE),
            (origin.evidence.is_some(), model_has::EVIDENCE),
            (!model.minimums.is_empty(), model_has::MINIMUMS),
            (model.review_after.is_some(), model_has::REVIEW),
        ];
        self.number(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum());
        if has_own_id {
            self.text(&model.id);
        }
        self.patterns(&model.matches);
        model.context.iter().for_each(|n| self.number(*n));
        self.list(&model.rates, Self::rule);
        if !model.variants.is_empty() {
            self.list(&model.variants, Self::rule);
        }
        if !model.uplifts.is_empty() {
            self.list(&model.uplifts, |out, uplift| {
                out.demands(&uplift.when);
                out.number(u64::from(uplift.factor));
            });
        }
        if !model.excludes.is_empty() {
            self.patterns(&model.excludes);
        }
        origin.source.iter().chain(&origin.evidence).for_each(|text| self.text(text));
        if !model.minimums.is_empty() {
            self.list(&model.minimums, |out, (bucket, count)| {
                out.0.push(*bucket as u8);
                out.number(*count);
            });
        }
        model.review_after.iter().for_each(|date| self.date(*date));
    }

    fn patterns(&mut self, patterns: &[Pattern]) {
        self.list(patterns, |out, pattern| out.text(pattern.as_str()));
    }

    fn rule(&mut self, rule: &Rule) {
        let flags = [
            (rule.from.is_some(), rule_has::FROM),
            (rule.daily.is_some(), rule_has::DAILY),
            (rule.weekdays != 0, rule_has::WEEKDAYS),
            (!rule.when.0.is_empty(), rule_has::WHEN),
        ];
        self.number(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).sum());
        rule.from.iter().for_each(|date| self.date(*date));
        if let Some((start, end)) = rule.daily {
            self.number(u64::from(start));
            self.number(u64::from(end));
        }
        if rule.weekdays != 0 {
            self.0.push(rule.weekdays);
        }
        if !rule.when.0.is_empty() {
            self.demands(&rule.when);
        }
        self.list(&rule.prices, |out, (bucket, steps)| {
            out.0.push(*bucket as u8);
            out.price(steps.first);
            out.list(&steps.further, |out, (over, price)| {
                out.number(*over);
                out.price(*price);
            });
        });
    }

    fn demands(&mut self, demands: &Demands) {
        self.list(&demands.0, |out, (circumstance, values)| {
            out.0.push(*circumstance as u8);
            out.list(values, |out, value| out.text(value));
        });
    }
}

/// Entries for which room is made before any of them was read.
const MAX_RESERVED: usize = 64;

struct Unpacker<'a>(&'a [u8]);

impl Unpacker<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut n = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            n |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(n);
            }
        }
        None
    }

    fn small<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.number()?).ok()
    }

    fn text(&mut self) -> Option<String> {
        let length = self.small()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        core::str::from_utf8(text).ok().map(ToOwned::to_owned)
    }

    /// A list; one that is said to be longer than the bytes that follow is cut.
    fn list<T>(&mut self, each: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let length: usize = self.small()?;
        let mut items = Vec::with_capacity(length.min(self.0.len()).min(MAX_RESERVED));
        for _ in 0..length {
            items.push(each(self)?);
        }
        Some(items)
    }

    fn list_if<T>(&mut self, is_there: bool, each: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        if is_there { self.list(each) } else { Some(Vec::new()) }
    }

    fn price(&mut self) -> Option<u64> {
        let zeros = self.byte()?;
        self.number()?.checked_mul(10u64.checked_pow(u32::from(zeros))?)
    }

    fn date(&mut self) -> Option<Date> {
        self.small().map(Date::from_days)
    }

    fn bucket(&mut self) -> Option<Bucket> {
        Bucket::ALL.get(usize::from(self.byte()?)).copied()
    }

    fn provider(&mut self) -> Option<Provider> {
        let provider = Provider {
            id: self.text()?,
            name: self.text()?,
            as_of: self.date()?,
            source: self.text()?,
            fallback: self.list(Self::text)?,
            ..Provider::default()
        };
        let models = self.list(Self::model)?;
        Some(provider.with_models(models))
    }

    fn model(&mut self) -> Option<Model> {
        let flags = self.number()?;
        let has = |flag| flags & flag != 0;
        let id = if has(model_has::OWN_ID) { Some(self.text()?) } else { None };
        let matches = self.list(Self::pattern)?;
        Some(Model {
            id: match id {
                Some(id) => id,
                None => matches.first()?.as_str().to_owned(),
            },
            matches,
            context: if has(model_has::CONTEXT) { Some(self.number()?) } else { None },
            deprecated: has(model_has::DEPRECATED),
            rates: self.list(Self::rule)?,
            variants: self.list_if(has(model_has::VARIANTS), Self::rule)?,
            uplifts: self.list_if(has(model_has::UPLIFTS), Self::uplift)?,
            excludes: self.list_if(has(model_has::EXCLUDES), Self::pattern)?,
            origin: Origin {
                source: if has(model_has::SOURCE) { Some(self.text()?) } else { None },
                evidence: if has(model_has::EVIDENCE) { Some(self.text()?) } else { None },
            },
            minimums: self.list_if(has(model_has::MINIMUMS), |r| Some((r.bucket()?, r.number()?)))?,
            review_after: if has(model_has::REVIEW) { Some(self.date()?) } else { None },
        })
    }

    fn pattern(&mut self) -> Option<Pattern> {
        Pattern::parse(&self.text()?)
    }

    fn rule(&mut self) -> Option<Rule> {
        let flags = self.number()?;
        let has = |flag| flags & flag != 0;
        Some(Rule {
            from: if has(rule_has::FROM) { Some(self.date()?) } else { None },
            daily: if has(rule_has::DAILY) { Some((self.small()?, self.small()?)) } else { None },
            weekdays: if has(rule_has::WEEKDAYS) { self.byte()? } else { 0 },
            when: if has(rule_has::WHEN) { self.demands()? } else { Demands::default() },
            prices: self.list(|r| {
                let bucket = r.bucket()?;
                let first = r.price()?;
                let further = r.list(|r| Some((r.number()?, r.price()?)))?;
                Some((bucket, Steps { first, further }))
            })?,
        })
    }

    fn uplift(&mut self) -> Option<Uplift> {
        Some(Uplift { when: self.demands()?, factor: self.small()? })
    }

    fn demands(&mut self) -> Option<Demands> {
        let demands = self.list(|r| {
            let circumstance = *Circumstance::ALL.get(usize::from(r.byte()?))?;
            Some((circumstance, r.list(Self::text)?))
        });
        demands.map(Demands)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = r#"{"format":"pricing/1","providers":{"p":{"name":"P","as_of":"2026-11-10","source":"s",
        "fallback":["q"],"models":[{"id":"Label","match":["m","m-#*"],"not":["m-0"],"context":1000,
        "deprecated":true,"source":"supplement","evidence":"primary","review_after":"2027-01-01",
        "minimum":{"audio_second":10},"uplift":[{"when":{"region":["us"]},"multiply":"1.1"}],
        "rates":[{"prices":{"input":[[0,"1.25"],[200000,"2.5"]],"output":"0"}},
                 {"from":"2026-12-01","daily":["16:30","00:30"],"weekdays":[1,7],"prices":{"input":"1"}}],
        "variants":[{"when":{"service_tier":["flex"],"processing":["batch"]},"prices":{"audio_second":"1.02"}}]}]},
        "q":{"models":[{"id":"n"}]}}}"#;

    #[test]
    fn a_table_unpacks_as_it_was_packed() {
        let table = PriceTable::from_json(TABLE).expect("a table");
        let packed = table.pack();
        assert_eq!(PriceTable::unpack(&packed), Ok(table));
    }

    #[test]
    fn bytes_that_are_cut_or_changed_do_no_harm() {
        let packed = PriceTable::from_json(TABLE).expect("a table").pack();
        for at in 0..packed.len() {
            assert!(PriceTable::unpack(&packed[..at]).is_err(), "cut at {at}");
            for change in [1, 0x7f, 0x80, 0xff] {
                let mut packed = packed.clone();
                packed[at] ^= change;
                let _ = PriceTable::unpack(&packed);
            }
        }
    }
}
