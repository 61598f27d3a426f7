//! What a request and its body share.

use tokenwire_core::http::{TransportError, TransportKind};
use wasm_bindgen::JsValue;
use web_sys::AbortController;

use crate::global;

/// What keeps a request alive: dropping it aborts the request.
#[derive(Debug)]
pub(crate) struct Connection(AbortController);

impl Connection {
    pub(crate) const fn of(controller: AbortController) -> Self {
        Self(controller)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Where the request is over, nothing happens.
        self.0.abort();
    }
}

/// What was thrown, as a failure of that kind.
pub(crate) fn failed(kind: TransportKind) -> impl Fn(JsValue) -> TransportError {
    move |thrown| TransportError::new(kind, global::words(&thrown))
}
