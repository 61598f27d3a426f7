//! The options of a client that was given none.

use alloc::sync::Arc;

use crate::call::{Accounting, Deadlines, Options};
use crate::pricing::PriceBook;

/// No provider takes longer for a head: the official SDKs give up after 600 s too.
const HEAD_MS: u64 = 600_000;
/// No provider is silent for longer within a stream.
const STALL_MS: u64 = 300_000;

/// The options of a client that was given none: the bounded policy, 10 minutes for a response head
/// and for the first event, 5 minutes of silence within a stream, the embedded prices.
pub fn default_options() -> Options {
    let deadlines = Deadlines {
        head_ms: Some(HEAD_MS),
        first_event_ms: Some(HEAD_MS),
        stall_ms: Some(STALL_MS),
        ..Deadlines::default()
    };
    let accounting = Accounting { prices: Some(embedded_prices()), ..Accounting::default() };
    Options { deadlines, accounting, ..Options::default() }
}

/// The embedded prices, unpacked once for all clients of the process.
#[cfg(feature = "std")]
fn embedded_prices() -> Arc<PriceBook> {
    static BOOK: std::sync::LazyLock<Arc<PriceBook>> =
        std::sync::LazyLock::new(|| Arc::new(PriceBook::embedded()));
    Arc::clone(&BOOK)
}

/// The embedded prices.
#[cfg(not(feature = "std"))]
fn embedded_prices() -> Arc<PriceBook> {
    Arc::new(PriceBook::embedded())
}
