//! A moment that a caller waits for.

use std::future::Future;
use std::pin::Pin;
use std::task::Context;

use tokenwire_core::driver::Host;
use tokenwire_core::time::Instant;

/// Tells once that a moment has come.
pub(crate) struct Sleeper<'a, H: Host> {
    host: &'a H,
    at: Option<Instant>,
    sleep: Option<H::Sleep>,
}

impl<'a, H: Host> Sleeper<'a, H> {
    pub(crate) fn new(host: &'a H, at_ms: Option<u64>) -> Self {
        Self { host, at: at_ms.map(Instant::from_millis), sleep: None }
    }

    /// Whether the moment has come; false ever after.
    pub(crate) fn is_due(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(at) = self.at else { return false };
        while self.host.now() < at {
            let sleep = self.sleep.get_or_insert_with(|| self.host.sleep_until(at));
            if Pin::new(sleep).poll(cx).is_pending() {
                return false;
            }
            self.sleep = None;
        }
        self.at = None;
        true
    }
}
