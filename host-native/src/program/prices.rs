//! What the commands about money share: the tables, whose prices a name means, what to know about
//! them.

use std::path::Path;

use tokenwire::Dialect;
use tokenwire::core::date::Date;
use tokenwire::core::pricing::{PriceBook, PriceTable, Priced};
use tokenwire::core::time::UnixTime;

use super::Fault;
use super::arguments::PriceFiles;

/// The time on the wall clock.
pub(crate) fn now() -> Result<UnixTime, Fault> {
    tokenwire::wall().ok_or_else(|| "the clock stands before 1970".into())
}

/// The embedded table with those of the files over it.
pub(crate) fn book(own: &PriceFiles) -> Result<PriceBook, Fault> {
    let mut book = PriceBook::embedded();
    for file in &own.files {
        book.layer(table(file)?).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    Ok(book)
}

/// The price table of a file.
pub(crate) fn table(file: &Path) -> Result<PriceTable, Fault> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|e| format!("cannot read {shown}: {e}"))?;
    PriceTable::from_json(&text).map_err(|e| format!("{shown}: {e}"))
}

/// The price list that a provider's name means: a dialect's, or the one of that name.
pub(crate) fn price_list(provider: &str) -> &str {
    let list = Dialect::by_name(&provider.to_ascii_lowercase()).map(|dialect| dialect.price_list);
    match list.filter(|list| !list.is_empty()) {
        Some(list) => list,
        None if provider.eq_ignore_ascii_case("bedrock") => "aws",
        None => provider,
    }
}

/// The names of all price lists.
pub(crate) fn price_lists(book: &PriceBook) -> Vec<&str> {
    let mut ids: Vec<_> = book.layers().iter().flat_map(PriceTable::providers).map(|p| p.id()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// What to know about a model's prices.
pub(crate) fn notes(priced: &Priced<'_>, at: UnixTime) -> Vec<String> {
    let (model, day) = (priced.model(), Date::of(at));
    let mut notes = Vec::new();
    if model.is_deprecated() {
        notes.push("deprecated".into());
    }
    if let Some(evidence) = model.evidence().filter(|evidence| *evidence != "primary") {
        notes.push(format!("{evidence} evidence"));
    }
    let changes = model.changes().into_iter().filter(|on| *on > day);
    notes.extend(changes.map(|on| format!("changes on {on}")));
    notes.extend(model.review_after().map(|on| format!("promised until {on}")));
    if priced.is_overridden() {
        notes.push("overridden".into());
    }
    notes
}
