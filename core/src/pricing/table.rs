//! A price table: providers, their models and the rules of each.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::Demands;
use super::name::{Lowered, Pattern};
use super::rule::Rule;
use crate::date::Date;
use crate::usage::Bucket;

/// Prices by provider and model, with the day on which they were right.
///
/// Comes from [`PriceTable::from_json`] or from the ones embedded; several in layers are a
/// [`PriceBook`](super::PriceBook).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceTable {
    pub(super) providers: Vec<Provider>,
}

/// A factor on token prices under circumstances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Uplift {
    pub(super) when: Demands,
    /// In millionths.
    pub(super) factor: u32,
}

/// Where a model's prices come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) source: Option<String>,
    pub(super) evidence: Option<String>,
}

/// A model and what it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    pub(super) id: String,
    pub(super) matches: Vec<Pattern>,
    pub(super) excludes: Vec<Pattern>,
    pub(super) context: Option<u64>,
    pub(super) deprecated: bool,
    pub(super) rates: Vec<Rule>,
    pub(super) variants: Vec<Rule>,
    pub(super) uplifts: Vec<Uplift>,
    pub(super) minimums: Vec<(Bucket, u64)>,
    pub(super) review_after: Option<Date>,
    pub(super) origin: Origin,
}

impl Model {
    /// The label of its entry, usually the name that requests use.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Tokens in its context window, where known.
    pub const fn context(&self) -> Option<u64> {
        self.context
    }

    /// Whether it is no longer offered.
    pub const fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// The day until which the provider promised the price, if it named one.
    pub const fn review_after(&self) -> Option<Date> {
        self.review_after
    }

    /// Where the prices come from, if not from the table's base.
    pub fn source(&self) -> Option<&str> {
        self.origin.source.as_deref()
    }

    /// How sure they are: `primary` (the provider's own page) or `secondary`; `None` for the base.
    pub fn evidence(&self) -> Option<&str> {
        self.origin.evidence.as_deref()
    }

    /// The days on which a price begins to hold, sorted.
    pub fn changes(&self) -> Vec<Date> {
        let mut days: Vec<_> = self.rates.iter().chain(&self.variants).filter_map(|r| r.from).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    /// The names that it can be looked up by as a whole: its label, if it accepts that, and others.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let exact = self.matches.iter().filter(|p| p.is_exact()).map(Pattern::as_str);
        core::iter::once(self.id()).chain(exact)
    }

    fn is_excluded(&self, name: &Lowered) -> bool {
        self.excludes.iter().any(|p| p.accepts(name))
    }

    pub(super) fn minimum(&self, bucket: Bucket) -> Option<u64> {
        self.minimums.iter().find(|(b, _)| *b == bucket).map(|(_, n)| *n)
    }
}

/// A provider's price list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provider {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) as_of: Date,
    pub(super) source: String,
    pub(super) fallback: Vec<String>,
    pub(super) models: Vec<Model>,
    pub(super) index: Index,
}

/// Which model a name may belong to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Whole names with the place of their model, sorted.
    exact: Vec<(String, u32)>,
    /// The other patterns with the place of their model, in the table's order.
    patterns: Vec<(Pattern, u32)>,
}

impl Index {
    fn of(models: &[Model]) -> Self {
        let mut index = Self::default();
        for (place, model) in (0u32..).zip(models) {
            for pattern in &model.matches {
                match pattern.is_exact() {
                    true => index.exact.push((pattern.as_str().to_owned(), place)),
                    false => index.patterns.push((pattern.clone(), place)),
                }
            }
        }
        index.exact.sort_unstable();
        index
    }
}

impl Provider {
    pub(super) fn with_models(mut self, models: Vec<Model>) -> Self {
        self.index = Index::of(&models);
        self.models = models;
        self
    }

    /// Its id in price tables: `openai`, `anthropic`, `google`, `x-ai`, …
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The day on which the prices were right.
    pub const fn as_of(&self) -> Date {
        self.as_of
    }

    /// Its models, in the order in which names are matched.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The first model of the list that accepts `name`.
    fn model(&self, name: &Lowered) -> Option<&Model> {
        let at = |place: u32| &self.models[place as usize];
        let bytes = name.as_bytes();
        let first = self.index.exact.partition_point(|(known, _)| known.as_bytes() < bytes);
        let exact = self.index.exact[first..].iter().take_while(|(known, _)| known.as_bytes() == bytes);
        let exact = exact.map(|(_, place)| *place).find(|place| !at(*place).is_excluded(name));
        let mut before = self.index.patterns.iter().take_while(|(_, place)| exact.is_none_or(|e| *place < e));
        let fits =
            |(pattern, place): &&(Pattern, u32)| pattern.accepts(name) && !at(*place).is_excluded(name);
        let place = before.find(fits).map(|(_, place)| *place).or(exact)?;
        Some(at(place))
    }
}

/// A model that a name was found to mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) provider: &'a Provider,
    pub(super) model: &'a Model,
    /// Whether it is another provider's price list: its standard rates count, nothing else of it.
    pub(super) is_fallback: bool,
}

impl PriceTable {
    /// The providers, in the table's order.
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// Adds the providers of another table; one that is there already is replaced.
    pub fn merge(&mut self, other: Self) {
        self.providers.retain(|known| other.providers.iter().all(|new| new.id != known.id));
        self.providers.extend(other.providers);
    }

    fn provider(&self, id: &str) -> Option<&Provider> {
        self.providers.iter().find(|p| p.id.eq_ignore_ascii_case(id))
    }

    /// The model that `name` means at `provider`: as it is spelled, then at the providers whose lists
    /// stand in, then both again with a compact date spelled out.
    pub(super) fn find(&self, provider: &str, name: &str) -> Option<Found<'_>> {
        let provider = self.provider(provider)?;
        let name = Lowered::new(name)?;
        self.find_spelled(provider, &name).or_else(|| self.find_spelled(provider, &name.respelled()?))
    }

    fn find_spelled<'a>(&'a self, provider: &'a Provider, name: &Lowered) -> Option<Found<'a>> {
        let own = provider.model(name).map(|model| Found { provider, model, is_fallback: false });
        own.or_else(|| {
            provider.fallback.iter().find_map(|id| {
                let provider = self.provider(id)?;
                provider.model(name).map(|model| Found { provider, model, is_fallback: true })
            })
        })
    }
}
