//! What a response cost.

use tokenwire_core::json::Writer;
use tokenwire_core::pricing::{Billed, Cost, PriceContext};
use tokenwire_core::protocol::Dialect;
use tokenwire_core::time::UnixTime;
use tokenwire_core::transcript::write_cost_fields;
use tokenwire_core::usage::BodyUsage;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::config::PRICES;

/// What `body` cost at `provider`: a response's JSON, its usage object, or an event of its stream. `model` is
/// asked where the body names none; `at` is the time of the prices, in milliseconds since the epoch.
///
/// # Errors
/// The body is not JSON.
#[wasm_bindgen]
pub fn cost(provider: &str, model: &str, body: &str, at: f64) -> Result<String, String> {
    let read = BodyUsage::from_json(body).map_err(|error| format!("the body: {error}"))?;
    let list = Dialect::by_name(provider).map_or(provider, |dialect| dialect.price_list);
    let named = read.model.as_deref().unwrap_or(model);
    let models = [if model.is_empty() { named } else { model }];
    let at = UnixTime::from_millis(at as u64);
    let billed = Billed { provider: list, models: &models, context: PriceContext::STANDARD, at };
    let cost = Cost::of(&read.usage, &billed, &PRICES);
    let mut w = Writer::new();
    w.object(|w| write_cost_fields(w, &cost));
    Ok(w.finish())
}
