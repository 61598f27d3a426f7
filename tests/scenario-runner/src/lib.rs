//! Scripted calls, played through the client of any host: `tests/scenarios/*.json`.
//!
//! What the upstream does is up to whoever lends the host: the native test has a
//! [`SimHost`](tokenwire_core::testing), JavaScript a `fetch` and a clock of the harness in
//! `tests/npm/scenarios`.
#![deny(missing_docs)]

mod play;
mod scenario;
mod sleeper;

pub use play::play;
pub use scenario::{Call, Caller, Chunk, Ending, Reply, Scenario};

use tokenwire_wasm::WebHost;
use wasm_bindgen::prelude::wasm_bindgen;

/// Plays a scenario's JSON through [`WebHost`]; gives what the caller saw, JSON.
///
/// # Errors
/// The scenario cannot be read, or its call not be made.
#[wasm_bindgen]
pub async fn run(scenario: String) -> Result<String, String> {
    play(&Scenario::parse(&scenario)?, &WebHost::new()).await
}
