//! The tables that come with the library.

use super::book::PriceBook;
use super::table::PriceTable;

/// OpenAI, Anthropic and Google.
static MAIN: &[u8] = include_bytes!("main.prices");

/// All the other providers.
#[cfg(feature = "all-prices")]
static OTHERS: &[u8] = include_bytes!("others.prices");

impl PriceTable {
    /// The embedded table: OpenAI, Anthropic and Google, and with the feature `all-prices` fifteen
    /// more providers.
    ///
    /// It is unpacked at each call; keep it, or the [`PriceBook`] made of it.
    pub fn embedded() -> Self {
        #[cfg_attr(
            not(feature = "all-prices"),
            expect(unused_mut, reason = "only the other providers are merged into it")
        )]
        let mut table = unpack(MAIN);
        #[cfg(feature = "all-prices")]
        table.merge(unpack(OTHERS));
        table
    }
}

fn unpack(bytes: &[u8]) -> PriceTable {
    PriceTable::unpack(bytes).expect("the embedded tables are packed by this version, as a test checks")
}

impl PriceBook {
    /// A book of the embedded table alone.
    pub fn embedded() -> Self {
        let mut book = Self::empty();
        book.layer(PriceTable::embedded()).expect("an empty book has room for a layer");
        book
    }
}
