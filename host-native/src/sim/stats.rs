//! What the server saw.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokenwire_core::http::HttpRequest;

/// Requests that are kept to be looked at; the oldest goes first.
const MAX_KEPT: usize = 64;
/// Bytes of a kept request's body.
const MAX_KEPT_BYTES: usize = 64 << 10;

/// Counts since the server started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections accepted.
    pub connections: u64,
    /// Connections open now.
    pub open: u64,
    /// Requests read whole, preflights not counted.
    pub requests: u64,
    /// Answers sent to their end, error statuses too.
    pub completed: u64,
    /// Answers that the server broke on purpose.
    pub broken: u64,
    /// Answers that the client did not wait for: it closed the connection before their end.
    pub closed_early: u64,
}

/// The counts and the last requests, shared by all connections.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    stats: Stats,
    requests: VecDeque<HttpRequest>,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Stats)) {
        change(&mut self.lock().stats);
        self.changed.notify_all();
    }

    pub(super) fn request(&self, request: &HttpRequest) {
        let mut kept = request.clone();
        kept.body.truncate(MAX_KEPT_BYTES);
        let mut state = self.lock();
        if state.requests.len() == MAX_KEPT {
            state.requests.pop_front();
        }
        state.requests.push_back(kept);
        state.stats.requests += 1;
        drop(state);
        self.changed.notify_all();
    }

    pub(super) fn stats(&self) -> Stats {
        self.lock().stats
    }

    pub(super) fn requests(&self) -> Vec<HttpRequest> {
        self.lock().requests.iter().cloned().collect()
    }

    /// Blocks until `condition` holds, or `timeout` passes.
    pub(super) fn wait_until(&self, timeout: Duration, condition: impl Fn(&Stats) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.lock(), timeout, |state| !condition(&state.stats));
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        condition(&state.stats)
    }
}
