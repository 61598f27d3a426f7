//! `tokenwire models`.

use tokenwire::Bucket;
use tokenwire::core::json::Writer;
use tokenwire::core::pricing::{PriceContext, Priced};
use tokenwire::core::time::UnixTime;

use super::arguments::ModelsOptions;
use super::console::{put, tell_line};
use super::{Fault, prices};

/// Prints the models that match, as a table or one JSON object each.
pub(crate) fn main(options: &ModelsOptions) -> Result<u8, Fault> {
    let book = prices::book(&options.prices)?;
    let at = options.at.map_or_else(prices::now, Ok)?;
    let models: Vec<_> = book.entries().filter(|entry| is_wanted(entry, options)).collect();
    if models.is_empty() {
        tell_line("tokenwire: no price table has such a model");
    }
    let text = if options.json {
        models.iter().map(|model| json(model, at) + "\n").collect()
    } else {
        table(&models, at)
    };
    if put(&text) { Ok(0) } else { Err("standard output is closed".into()) }
}

fn is_wanted(entry: &Priced<'_>, options: &ModelsOptions) -> bool {
    let list = options.provider.as_deref().map(prices::price_list);
    list.is_none_or(|list| entry.provider().id().eq_ignore_ascii_case(list))
        && options.pattern.as_deref().is_none_or(|pattern| is_match(pattern, entry.model().id()))
}

/// Whether `name` holds `pattern` somewhere, or is it as a whole where it has `*` for any text.
fn is_match(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    let mut pieces = pattern.split('*');
    let (first, last) = (pieces.next().unwrap_or_default(), pieces.next_back());
    let Some(last) = last else { return name.contains(first) };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// The price for a small request under standard circumstances.
fn price(model: &Priced<'_>, bucket: Bucket, at: UnixTime) -> Option<String> {
    model.price(bucket, 0, &PriceContext::STANDARD, at).map(|price| price.to_string())
}

const HEADS: [&str; 8] = ["provider", "model", "context", "input", "output", "cache read", "as of", "notes"];

/// A line a model, in columns; prices are in US dollars for a million tokens.
fn table(models: &[Priced<'_>], at: UnixTime) -> String {
    let mut rows = vec![HEADS.map(String::from)];
    rows.extend(models.iter().map(|model| row(model, at)));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; HEADS.len()] = std::array::from_fn(width);
    if models.is_empty() {
        return String::new();
    }
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(model: &Priced<'_>, at: UnixTime) -> [String; HEADS.len()] {
    let price = |bucket| price(model, bucket, at).unwrap_or_else(|| "-".into());
    [
        model.provider().id().into(),
        model.model().id().into(),
        model.context_window().map_or_else(|| "-".into(), |tokens| tokens.to_string()),
        price(Bucket::Input),
        price(Bucket::Output),
        price(Bucket::CacheRead),
        model.provider().as_of().to_string(),
        prices::notes(model, at).join(", "),
    ]
}

fn line(row: &[String; HEADS.len()], widths: &[usize; HEADS.len()]) -> String {
    let mut line = String::new();
    for (at, (cell, width)) in row.iter().zip(widths).enumerate() {
        // Numbers end below each other.
        let cell = if (2..6).contains(&at) { format!("{cell:>width$}") } else { format!("{cell:<width$}") };
        line.push_str(&cell);
        line.push_str("  ");
    }
    line.truncate(line.trim_end().len());
    line + "\n"
}

/// A model with the price of every bucket that has one, each for the bucket's usual number of units.
fn json(model: &Priced<'_>, at: UnixTime) -> String {
    let (provider, entry) = (model.provider(), model.model());
    let mut w = Writer::new();
    w.object(|w| {
        w.key("provider").string(provider.id());
        w.key("model").string(entry.id());
        match model.context_window() {
            Some(tokens) => w.key("context").u64(tokens),
            None => w.key("context").null(),
        }
        w.key("prices").object(|w| {
            for bucket in Bucket::ALL {
                w.opt_string(bucket.name(), price(model, bucket, at).as_deref());
            }
        });
        w.key("as_of").string(&provider.as_of().to_string());
        w.key("changes").array(|w| entry.changes().iter().for_each(|day| w.string(&day.to_string())));
        text(w, "review_after", entry.review_after().map(|day| day.to_string()).as_deref());
        text(w, "evidence", entry.evidence());
        w.key("is_deprecated").bool(entry.is_deprecated());
        w.key("is_overridden").bool(model.is_overridden());
    });
    w.finish()
}

fn text(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_a_part_or_with_stars_the_whole() {
        for (pattern, name, matches) in [
            ("5-MINI", "gpt-5-mini", true),
            ("", "gpt-5", true),
            ("gpt-5*", "gpt-5-mini", true),
            ("gpt-5*", "GPT-5", true),
            ("gpt-5*", "ft:gpt-5", false),
            ("*mini", "gpt-5-mini", true),
            ("*mini", "gpt-5-mini-x", false),
            ("g*5*i", "gpt-5-mini", true),
            ("g*5*x*i", "gpt-5-mini", false),
            ("a*a", "a", false),
            ("*", "x", true),
        ] {
            assert_eq!(is_match(pattern, name), matches, "{pattern} {name}");
        }
    }
}
