//! What the machine's loop needs: clock, HTTP, timer.

use std::future::Future;
use std::hash::{BuildHasher, Hasher};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use tokenwire_core::client::{ClientHost, Environment, Error};
use tokenwire_core::driver::Host;
use tokenwire_core::http::HttpRequest;
use tokenwire_core::time::{Instant, UnixTime};

use crate::clock::wall;
use crate::transport::{Fetch, Transport, runtime};

/// The native host: reqwest on a runtime of its own, so that it works from any executor.
#[derive(Clone, Debug)]
pub struct NativeHost {
    transport: Arc<Transport>,
}

/// Where the monotonic clock of this process begins.
fn epoch() -> std::time::Instant {
    static EPOCH: OnceLock<std::time::Instant> = OnceLock::new();
    *EPOCH.get_or_init(std::time::Instant::now)
}

impl NativeHost {
    /// A host with its own connection pool.
    ///
    /// # Errors
    /// HTTP cannot be set up.
    pub fn new() -> Result<Self, Error> {
        Ok(Self { transport: Arc::new(Transport::new()?) })
    }
}

impl Host for NativeHost {
    type Body = crate::transport::ResponseBody;
    type Fetch = Fetch;
    type Sleep = Sleep;

    fn now(&self) -> Instant {
        let ms = epoch().elapsed().as_millis();
        Instant::from_millis(u64::try_from(ms).unwrap_or(u64::MAX))
    }

    fn fetch(&self, request: HttpRequest) -> Fetch {
        self.transport.fetch(request)
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        let wait = Duration::from_millis(at.since(self.now()));
        // The timer belongs to the crate's runtime; any executor may poll it.
        let _inside = runtime().enter();
        Sleep(Box::pin(tokio::time::sleep(wait)))
    }
}

impl ClientHost for NativeHost {
    fn open() -> Result<Self, Error> {
        Self::new()
    }

    /// The standard library seeds its hash maps from the system.
    fn seed(&self) -> u64 {
        std::hash::RandomState::new().build_hasher().finish()
    }

    fn wall(&self) -> Option<UnixTime> {
        wall()
    }
}

impl Environment for NativeHost {
    fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// A timer on the crate's own runtime.
#[derive(Debug)]
pub struct Sleep(Pin<Box<tokio::time::Sleep>>);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(cx)
    }
}
