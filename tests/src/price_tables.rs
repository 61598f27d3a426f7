//! The price tables as files: which ones there are, and packed for the core.

use std::path::Path;

use tokenwire::core::pricing::PriceTable;

/// The packed files, and the tables in each.
pub const FILES: [(&str, &[&str]); 2] =
    [("main.prices", &["openai", "anthropic", "google"]), ("others.prices", &["others"])];

/// The tables of `core/data/pricing` with these names, as one packed table.
///
/// # Errors
/// A table cannot be read; the text says which and why.
pub fn packed(core: &Path, tables: &[&str]) -> Result<Vec<u8>, String> {
    let mut all = PriceTable::default();
    for name in tables {
        let path = core.join(format!("data/pricing/{name}.json"));
        let text =
            std::fs::read_to_string(&path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
        all.merge(PriceTable::from_json(&text).map_err(|e| format!("{name}.json: {e}"))?);
    }
    Ok(all.pack())
}
