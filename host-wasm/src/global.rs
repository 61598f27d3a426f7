//! What the global scope lends: not `window`, which Workers and Node do not have.

use tokenwire_core::time::UnixTime;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Crypto, Performance, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`, looked up at each call.
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(crate) fn fetch(url: &str, init: &RequestInit) -> Result<js_sys::Promise, JsValue>;

    #[wasm_bindgen(thread_local_v2, js_name = performance)]
    static PERFORMANCE: Option<Performance>;

    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Option<Crypto>;
}

/// Milliseconds of a clock that only goes forward; of the wall clock where there is no such.
pub(crate) fn monotonic_ms() -> f64 {
    PERFORMANCE.with(|performance| match performance {
        Some(performance) => performance.now(),
        None => js_sys::Date::now(),
    })
}

/// The wall-clock time.
pub(crate) fn wall() -> UnixTime {
    UnixTime::from_millis(js_sys::Date::now() as u64)
}

/// 64 random bits; 53 where the scope has no `crypto`, or forbids it as Workers do outside of requests.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    let is_filled = CRYPTO.with(|crypto| {
        crypto.as_ref().is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok())
    });
    if is_filled { u64::from_le_bytes(bytes) } else { (js_sys::Math::random() * 2_f64.powi(53)) as u64 }
}

/// The words of what was thrown, and of its cause: `fetch failed: connect ECONNREFUSED`.
pub(crate) fn words(thrown: &JsValue) -> String {
    let Some(error) = thrown.dyn_ref::<js_sys::Error>() else {
        return thrown.as_string().unwrap_or_else(|| format!("{thrown:?}"));
    };
    let message = String::from(error.message());
    match error.cause().dyn_ref::<js_sys::Error>() {
        Some(cause) => format!("{message}: {}", String::from(cause.message())),
        None => message,
    }
}
