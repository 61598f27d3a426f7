//! Which question an application's address asks.

use tokenwire_core::http::Method;
use tokenwire_core::protocol::Endpoint;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::headers;

/// What an address asks: `answer`, `count_tokens` or `models`, a blank and the wire; nothing where no wire
/// asks there.
#[wasm_bindgen]
pub fn endpoint(method: &str, path: &str, lines: &str) -> Option<String> {
    let method = if method.eq_ignore_ascii_case("POST") { Method::Post } else { Method::Get };
    let (question, wire) = match Endpoint::of(method, path, &headers::read(lines))? {
        Endpoint::Answer(wire) => ("answer", wire),
        Endpoint::CountTokens(wire) => ("count_tokens", wire),
        Endpoint::Models(wire) => ("models", wire),
        _ => return None,
    };
    Some(format!("{question} {wire}"))
}
