//! Price tables in layers, and what a name means in them.

use alloc::vec::Vec;

use super::context::PriceContext;
use super::prices::Prices;
use super::rule::Rule;
use super::table::{Found, Model, PriceTable, Provider};
use crate::date::Moment;
use crate::time::UnixTime;
use crate::usage::{Bucket, Counts};

/// The most layers a book has.
pub const MAX_LAYERS: usize = 4;

/// Price tables in layers: what a layer states beats what the ones below it state, price by price.
///
/// A person's own table goes on top of the embedded one. It need name only what differs: of a model
/// that both name, each bucket's price comes from the highest layer that has one, under the same
/// circumstances; nothing is zero because a layer leaves it out.
///
/// ```
/// use tokenwire_core::pricing::{PriceBook, PriceContext, PriceTable};
/// use tokenwire_core::time::UnixTime;
/// use tokenwire_core::usage::{Bucket, Counts};
///
/// let mut book = PriceBook::embedded();
/// book.layer(PriceTable::from_json(
///     r#"{"format":"pricing/1","providers":{"openai":{"as_of":"2026-11-26","models":[
///         {"id":"gpt-5","rates":[{"prices":{"output":"8"}}]}]}}}"#,
/// )?)?;
///
/// let mut counts = Counts::default();
/// counts.set(Bucket::Input, 1_000);
/// counts.set(Bucket::Output, 100);
/// let gpt_5 = book.find("openai", "gpt-5").expect("a known model");
/// let bill = gpt_5.bill(&counts, &PriceContext::STANDARD, UnixTime::from_millis(1_795_000_000_000))?;
/// assert_eq!(bill.amount().to_string(), "0.00205"); // 1,000 × 1.25 + 100 × 8, for a million
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceBook {
    /// The lowest first.
    layers: Vec<PriceTable>,
}

/// A book that has as many layers as it can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected at most {MAX_LAYERS} layers of price tables, found one more")]
pub struct TooManyLayers;

impl PriceBook {
    /// A book without prices.
    pub const fn empty() -> Self {
        Self { layers: Vec::new() }
    }

    /// Lays a table on top.
    ///
    /// # Errors
    /// There are [`MAX_LAYERS`] already.
    pub fn layer(&mut self, table: PriceTable) -> Result<(), TooManyLayers> {
        if self.layers.len() == MAX_LAYERS {
            return Err(TooManyLayers);
        }
        self.layers.push(table);
        Ok(())
    }

    /// The tables, the lowest first.
    pub fn layers(&self) -> &[PriceTable] {
        &self.layers
    }

    /// What the name of a model means at a provider, letters of any case; `None` where no table has
    /// prices for it: nothing is guessed.
    pub fn find(&self, provider: &str, model: &str) -> Option<Priced<'_>> {
        let mut layers = [None; MAX_LAYERS];
        for (layer, table) in layers.iter_mut().zip(&self.layers) {
            *layer = table.find(provider, model);
        }
        let base: Found<'_> = layers.iter().flatten().next().copied()?;
        // The response may name a snapshot of the model that a layer on top names in short.
        for (layer, table) in layers.iter_mut().zip(&self.layers).filter(|(layer, _)| layer.is_none()) {
            *layer = base.model.names().find_map(|name| table.find(provider, name));
        }
        Some(Priced { layers, base })
    }

    /// Every entry, the lowest layer's first: of a higher one those that no layer below has. Each comes
    /// with what the other layers change of it.
    pub fn entries(&self) -> impl Iterator<Item = Priced<'_>> {
        self.layers.iter().enumerate().flat_map(move |(level, table)| {
            let entries = table.providers().iter().flat_map(|provider| {
                provider.models().iter().map(move |model| Found { provider, model, is_fallback: false })
            });
            entries.filter_map(move |found| self.entry(level, found))
        })
    }

    /// The entry `found` of the layer at `level`; `None` where one below has it too.
    fn entry<'a>(&'a self, level: usize, found: Found<'a>) -> Option<Priced<'a>> {
        let mut layers = [None; MAX_LAYERS];
        layers[level] = Some(found);
        let others = self.layers.iter().enumerate().filter(|(at, _)| *at != level);
        for (at, table) in others {
            let same = found.model.names().find_map(|name| table.find(found.provider.id(), name));
            if at < level && same.is_some_and(|same| !same.is_fallback) {
                return None;
            }
            layers[at] = same;
        }
        Some(Priced { layers, base: found })
    }
}

/// A model's prices, found in a book.
#[derive(Clone, Copy, Debug)]
pub struct Priced<'a> {
    /// The lowest first.
    layers: [Option<Found<'a>>; MAX_LAYERS],
    base: Found<'a>,
}

impl<'a> Priced<'a> {
    fn found(&self) -> impl DoubleEndedIterator<Item = &Found<'a>> {
        self.layers.iter().flatten()
    }

    /// The entry in the lowest table that has one.
    pub const fn model(&self) -> &'a Model {
        self.base.model
    }

    /// Whose price list that is.
    pub const fn provider(&self) -> &'a Provider {
        self.base.provider
    }

    /// Whether a higher layer changes prices of it.
    pub fn is_overridden(&self) -> bool {
        self.found().nth(1).is_some()
    }

    /// Tokens in the context window, where any layer knows it; the highest wins.
    pub fn context_window(&self) -> Option<u64> {
        self.found().rev().find_map(|found| found.model.context())
    }

    /// The price of a unit of `bucket` for a request with so many input tokens, in the words of
    /// [`super::UnitPrice`].
    pub fn price(
        &self,
        bucket: Bucket,
        input: u64,
        context: &PriceContext<'_>,
        at: UnixTime,
    ) -> Option<super::UnitPrice> {
        let pico = self.listed(input, context, at).get(bucket)?;
        Some(super::UnitPrice::new(bucket, pico))
    }

    /// The counted buckets that no price covers, neither their own nor a whole's: their cost is not
    /// known. Pages that a provider fetches for a model cost nothing beside their tokens.
    pub fn unpriced(&self, counts: &Counts, context: &PriceContext<'_>, at: UnixTime) -> Vec<Bucket> {
        let prices = self.prices(counts, context, at);
        let is_priced = |bucket: &Bucket| prices.get(*bucket).is_some();
        counts
            .iter()
            .filter(|(_, count)| *count > 0)
            .map(|(bucket, _)| bucket)
            .filter(|b| *b != Bucket::WebFetch && !is_priced(b) && !b.wholes().iter().any(is_priced))
            .collect()
    }

    /// Every bucket's price for those counts at that time, under those circumstances.
    pub(super) fn prices(&self, counts: &Counts, context: &PriceContext<'_>, at: UnixTime) -> Prices {
        let mut prices = self.listed(counts.get(Bucket::Input).unwrap_or(0), context, at);
        // Sound that is billed by the second is not billed by the token too (Mistral).
        let is_timed = prices.get(Bucket::InputAudioSecond).is_some()
            && counts.get(Bucket::InputAudioSecond).is_some_and(|seconds| seconds > 0);
        if is_timed && prices.get(Bucket::InputAudio).is_none() {
            prices.set(Bucket::InputAudio, 0);
        }
        // What lies in two priced wholes and has no price of its own is billed in one: in the cache.
        for (both, kind) in
            [(Bucket::CacheReadAudio, Bucket::InputAudio), (Bucket::CacheReadImage, Bucket::InputImage)]
        {
            if let (None, Some(cached), Some(_)) =
                (prices.get(both), prices.get(Bucket::CacheRead), prices.get(kind))
            {
                prices.set(both, cached);
            }
        }
        prices
    }

    /// The prices that the tables list for a request with so many input tokens.
    fn listed(&self, input: u64, context: &PriceContext<'_>, at: UnixTime) -> Prices {
        let (mut prices, at) = (Prices::NONE, &Moment::of(at));
        for found in self.found() {
            for (bucket, steps) in standard(found.model, at).map(|r| &*r.prices).unwrap_or_default() {
                prices.set(*bucket, steps.at(input));
            }
        }
        for found in self.found().filter(|found| !found.is_fallback) {
            // The first rule that holds wins, so the last one is written first.
            for rule in found.model.variants.iter().rev().filter(|rule| rule.holds(at, context)) {
                for (bucket, steps) in &rule.prices {
                    prices.set(*bucket, steps.at(input));
                }
            }
        }
        prices
    }

    /// The uplift on token prices, in millionths.
    pub(super) fn uplift(&self, context: &PriceContext<'_>) -> u32 {
        let own = self.found().rev().filter(|found| !found.is_fallback);
        let mut uplifts = own.flat_map(|found| &found.model.uplifts);
        uplifts.find(|uplift| uplift.when.are_met(context)).map_or(1_000_000, |uplift| uplift.factor)
    }

    pub(super) fn minimum(&self, bucket: Bucket) -> u64 {
        self.found().rev().find_map(|found| found.model.minimum(bucket)).unwrap_or(0)
    }
}

/// The standard rule: the last active one; if none is, the first.
fn standard<'a>(model: &'a Model, at: &Moment) -> Option<&'a Rule> {
    model.rates.iter().rev().find(|rule| rule.is_active(at)).or_else(|| model.rates.first())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn table(models: &str) -> PriceTable {
        let text = alloc::format!(r#"{{"format":"pricing/1","providers":{{"p":{{"models":[{models}]}}}}}}"#);
        PriceTable::from_json(&text).expect("a table")
    }

    #[test]
    fn an_entry_is_listed_once_with_what_a_higher_layer_changes() {
        let mut book = PriceBook::empty();
        let low = r#"{"id":"label","match":["a","b*"],"rates":[{"prices":{"input":"1","output":"2"}}]},
            {"id":"c","rates":[{"prices":{"input":"1"}}]}"#;
        let high = r#"{"id":"a","rates":[{"prices":{"input":"5"}}]},
            {"id":"d","rates":[{"prices":{"input":"7"}}]}"#;
        book.layer(table(low)).expect("room");
        book.layer(table(high)).expect("room");
        let at = UnixTime::from_millis(0);
        let price = |entry: &Priced<'_>, bucket| {
            entry.price(bucket, 0, &PriceContext::STANDARD, at).map(|price| price.pico() / 1_000_000)
        };
        let entries: Vec<_> = book
            .entries()
            .map(|entry| {
                let prices = (price(&entry, Bucket::Input), price(&entry, Bucket::Output));
                (String::from(entry.model().id()), prices, entry.is_overridden())
            })
            .collect();
        let expected = [
            ("label", (Some(5), Some(2)), true),
            ("c", (Some(1), None), false),
            ("d", (Some(7), None), false),
        ];
        assert!(
            entries.iter().map(|(id, prices, own)| (id.as_str(), *prices, *own)).eq(expected),
            "{entries:?}"
        );
    }
}
