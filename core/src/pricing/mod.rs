//! What counts cost: price tables by model, date, time of day, size, tier and region, and the bill.
//!
//! # How a bill is made
//!
//! - Counts are inclusive ([`usage`](crate::usage)), and each unit is billed once: of a whole, what its
//!   priced parts leave. A part without a price stays in its whole, so thinking is billed as output where it
//!   has no price of its own.
//! - A price may have steps by the size of the request's whole input. A step is a cliff: once it is passed,
//!   it holds for all units of the request.
//! - Of a model's standard rules the last one counts that holds at the time of the call (from a day on, by
//!   hours, by weekdays; all in UTC). Rules for circumstances (tier, batch, speed, kind of search) replace
//!   single prices of it.
//! - An uplift for a region is on the price of tokens, never on fees.
//! - Of the circumstances those count that the response reports: a tier may have been downgraded.
//! - A cost that the provider states wins over every table.
//! - What is not known is `None`, never zero, and a cost of which a part is missing is `Partial`.
//! - Prices are whole pico-USD and amounts exact. Where an uplift or an hourly price leaves a fraction, the
//!   sum is rounded once, half to even.
//!
//! # Worked examples
//!
//! **OpenAI**: most of the prompt came from the cache, and the thinking is part of the output. One token
//! beyond the step, the whole request has the long price.
//!
//! ```
//! use tokenwire_core::failure::parse_rfc3339;
//! use tokenwire_core::pricing::{Billed, Cost, PriceBook, PriceContext};
//! use tokenwire_core::usage::{BodyUsage, Bucket};
//!
//! let body = BodyUsage::from_json(
//!     r#"{"model":"gpt-6-sol-2026-09-22","service_tier":"default","usage":{
//!         "prompt_tokens":12034,"completion_tokens":812,"total_tokens":12846,
//!         "prompt_tokens_details":{"cached_tokens":11904},
//!         "completion_tokens_details":{"reasoning_tokens":512}}}"#,
//! )?;
//! let book = PriceBook::embedded();
//! let at = parse_rfc3339("2026-11-15T12:00:00Z").expect("a time");
//! let billed = Billed {
//!     provider: "openai",
//!     models: &[body.model.as_deref().unwrap_or_default()],
//!     context: PriceContext::STANDARD,
//!     at,
//! };
//! let cost = Cost::of(&body.usage, &billed, &book);
//! let lines: Vec<_> =
//!     cost.lines.iter().map(|l| (l.bucket().name(), l.count, l.price.to_string())).collect();
//! assert_eq!(
//!     lines,
//!     [
//!         ("input", 130, "2".to_owned()),
//!         ("output", 812, "10".to_owned()),
//!         ("cache_read", 11904, "0.2".to_owned()),
//!     ]
//! );
//! assert_eq!(cost.amount, Some("0.0107608".parse()?));
//!
//! let model = book.find("openai", "gpt-6-sol").expect("a known model");
//! let price = |input| model.price(Bucket::Input, input, &PriceContext::STANDARD, at).map(|p| p.to_string());
//! assert_eq!((price(272_000).as_deref(), price(272_001).as_deref()), (Some("2"), Some("4")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Anthropic**: three inputs that share nothing are one whole; made in the US, tokens cost a tenth more,
//! the search does not: (1,000 × 4 + 10,000 × 0.2 + 500 × 20) / 10⁶ × 1.1 + 0.01.
//!
//! ```
//! # use tokenwire_core::{failure::parse_rfc3339, pricing::*, usage::*};
//! let body = BodyUsage::from_json(
//!     r#"{"usage":{"input_tokens":1000,"cache_read_input_tokens":10000,"cache_creation_input_tokens":0,
//!         "output_tokens":500,"inference_geo":"us","server_tool_use":{"web_search_requests":1}}}"#,
//! )?;
//! assert_eq!(body.usage.counts.get(Bucket::Input), Some(11_000));
//! let book = PriceBook::embedded();
//! let model = book.find("anthropic", "claude-opus-5-5").expect("a known model");
//! let at = parse_rfc3339("2026-11-15T12:00:00Z").expect("a time");
//! let bill = model.bill(&body.usage.counts, &PriceContext::STANDARD.reported(&body.usage), at)?;
//! assert_eq!(bill.amount().to_string(), "0.0276");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Gemini**: the candidates leave out the thoughts, which are output. The introductory price ends with
//! the year.
//!
//! ```
//! # use tokenwire_core::{failure::parse_rfc3339, pricing::*, usage::*};
//! let body = BodyUsage::from_json(
//!     r#"{"modelVersion":"gemini-3.8-flash","usageMetadata":{"promptTokenCount":1500,
//!         "candidatesTokenCount":700,"thoughtsTokenCount":2300,"totalTokenCount":4500}}"#,
//! )?;
//! assert_eq!(body.usage.counts.get(Bucket::Output), Some(3_000));
//! let book = PriceBook::embedded();
//! let model = book.find("google", "gemini-3.8-flash").expect("a known model");
//! let amount = |at| {
//!     let at = parse_rfc3339(at).expect("a time");
//!     model.bill(&body.usage.counts, &PriceContext::STANDARD, at).map(|bill| bill.amount().to_string())
//! };
//! assert_eq!(amount("2026-12-31T23:59:59Z")?, "0.012375"); // 1,500 × 0.75 + 3,000 × 3.75
//! assert_eq!(amount("2027-01-01T00:00:00Z")?, "0.02475"); // twice as much
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **xAI**: the completion leaves out the thinking, which only the total shows. A cost in ticks, 10¹⁰ a
//! dollar, beats the table; its tools are in it.
//!
//! ```
//! # use tokenwire_core::usage::*;
//! let body = BodyUsage::from_json(
//!     r#"{"usage":{"prompt_tokens":1432,"completion_tokens":8,"total_tokens":1796,
//!         "completion_tokens_details":{"reasoning_tokens":356},"cost_in_usd_ticks":37756000}}"#,
//! )?;
//! assert_eq!(body.usage.counts.get(Bucket::Output), Some(364));
//! assert_eq!(body.usage.stated_cost, Some("0.0037756".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **DeepSeek**: hits and misses are the prompt: 100 × 0.66 + 900 × 0.022 + 10 × 1.98. Its prices come with
//! the feature `all-prices`.
//!
//! ```
//! # #[cfg(feature = "all-prices")] {
//! # use tokenwire_core::{failure::parse_rfc3339, pricing::*, usage::*};
//! let body = BodyUsage::from_json(
//!     r#"{"usage":{"prompt_tokens":1000,"completion_tokens":10,"total_tokens":1010,
//!         "prompt_cache_hit_tokens":900,"prompt_cache_miss_tokens":100}}"#,
//! )?;
//! assert_eq!(body.usage.counts.get(Bucket::CacheRead), Some(900));
//! let book = PriceBook::embedded();
//! let model = book.find("deepseek", "deepseek-v4-pro").expect("a known model");
//! let at = parse_rfc3339("2026-11-15T12:00:00Z").expect("a time");
//! let bill = model.bill(&body.usage.counts, &PriceContext::STANDARD, at)?;
//! assert_eq!(bill.amount().to_string(), "0.0001056");
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Perplexity** states a total, its fee for the request included. **OpenRouter** states what it charges;
//! with a key of one's own, what that key paid upstream comes on top, and without one it is in it already.
//!
//! ```
//! # use tokenwire_core::usage::*;
//! let stated = |usage: &str| BodyUsage::from_json(usage).map(|body| body.usage.stated_cost);
//! let perplexity = r#"{"prompt_tokens":8,"completion_tokens":439,"total_tokens":447,"cost":{
//!     "input_tokens_cost":8e-06,"output_tokens_cost":0.000439,"request_cost":0.005,"total_cost":0.005447}}"#;
//! assert_eq!(stated(perplexity)?, Some("0.005447".parse()?));
//!
//! let own_key = r#"{"prompt_tokens":9171,"completion_tokens":113,"cost":0,"is_byok":true,
//!     "cost_details":{"upstream_inference_cost":0.0360795}}"#;
//! assert_eq!(stated(own_key)?, Some("0.0360795".parse()?));
//! let not_own = r#"{"prompt_tokens":194,"completion_tokens":2,"cost":0.00095,"is_byok":false,
//!     "cost_details":{"upstream_inference_cost":0.00095}}"#;
//! assert_eq!(stated(not_own)?, Some("0.00095".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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
