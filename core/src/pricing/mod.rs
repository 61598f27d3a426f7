//! What counts cost: price tables by model, date, time of day, size, tier and region, and the bill.

mod bill;
mod book;
mod context;
mod cost;
mod embedded;
mod freshness;
mod json;
mod name;
mod packed;
mod prices;
mod rule;
mod table;

pub use bill::{Bill, BillError, Factor, Line};
pub use book::{MAX_LAYERS, PriceBook, Priced, TooManyLayers};
pub use context::{Circumstance, PriceContext};
pub use cost::{Billed, Cost, CostSource, CostUnknown, check_usage};
pub use freshness::{Age, PriceWarning, Turn};
pub use json::TableError;
pub use rule::UnitPrice;
pub use table::{Model, PriceTable, Provider};
