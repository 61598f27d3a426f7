//! What the machine's loop needs: clock, HTTP, timer.

use gloo_timers::future::TimeoutFuture;
use tokenwire_core::client::{ClientHost, Error};
use tokenwire_core::driver::Host;
use tokenwire_core::http::HttpRequest;
use tokenwire_core::time::{Instant, UnixTime};

use crate::body::ResponseBody;
use crate::fetch::Fetch;
use crate::global::{monotonic_ms, random, wall};

/// The longest wait that `setTimeout` takes, in milliseconds; a longer one would end at once.
const LONGEST_TIMER_MS: u64 = i32::MAX as u64;

/// The host in WebAssembly: the global `fetch` and `setTimeout` of a browser, a Worker, Node, Deno or Bun.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct WebHost {}

impl WebHost {
    /// The host. Connections are the surroundings' own, so one is as good as many.
    pub const fn new() -> Self {
        Self {}
    }
}

impl Host for WebHost {
    type Body = ResponseBody;
    type Fetch = Fetch;
    type Sleep = TimeoutFuture;

    fn now(&self) -> Instant {
        Instant::from_millis(monotonic_ms() as u64)
    }

    fn fetch(&self, request: HttpRequest) -> Fetch {
        Fetch::start(&request)
    }

    /// Ends early where the wait is longer than a timer takes; the loop then sleeps again.
    fn sleep_until(&self, at: Instant) -> TimeoutFuture {
        let wait = at.since(self.now()).min(LONGEST_TIMER_MS);
        TimeoutFuture::new(u32::try_from(wait).unwrap_or_default())
    }
}

impl ClientHost for WebHost {
    fn open() -> Result<Self, Error> {
        Ok(Self::new())
    }

    fn seed(&self) -> u64 {
        random()
    }

    fn wall(&self) -> Option<UnixTime> {
        Some(wall())
    }
}
