//! The server, and a connection to it.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokenwire_core::http::HttpRequest;
use tokenwire_core::testing::provider::Provider;
use tokio::net::TcpStream;

use super::line::{Line, Signals};
use super::replay::Replay;
use super::service::{Shared, serve};
use super::stats::{Ledger, Stats};
use crate::listener::{ListenError, Listener, Place};

/// How a server is set up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Where it listens. Default `127.0.0.1:0`: a free port.
    pub addr: SocketAddr,
    /// Whether an address that others can reach is allowed. Default no.
    pub allow_remote: bool,
    /// What its answers follow from. Default 0.
    pub seed: u64,
    /// The wait between two events of a stream, in milliseconds. Default 0.
    pub pace_ms: u64,
    /// A folder of recorded exchanges to answer with, read with its subfolders. Default none.
    pub replay: Option<PathBuf>,
    /// Cuts recorded bodies at random places that follow from the seed, in place of cutting them
    /// between events. Default no.
    pub cut_replays: bool,
    /// The largest request body. Default 8 MiB; a larger one is answered with 413.
    pub max_request_bytes: usize,
    /// Connections at the same time; more wait. Default 256.
    pub max_connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            seed: 0,
            pace_ms: 0,
            replay: None,
            cut_replays: false,
            max_request_bytes: 8 << 20,
            max_connections: 256,
        }
    }
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on or is not allowed.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The folder of recorded exchanges cannot be read.
    #[error("cannot read the recordings in {folder}: {source}")]
    Replay {
        /// The folder.
        folder: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// A running server. It has a thread of its own, so it can be started from anywhere, and it stops
/// when it is dropped: its connections close at once.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    shared: Arc<Shared>,
}

impl Server {
    /// Starts a server; it listens when this returns.
    ///
    /// # Errors
    /// The address cannot be listened on or is not allowed, or the recordings cannot be read.
    pub fn start(options: Options) -> Result<Self, Error> {
        let replay = match &options.replay {
            Some(folder) => {
                let cut_seed = options.cut_replays.then_some(options.seed);
                let failed = |source| Error::Replay { folder: folder.clone(), source };
                Some(Replay::open(folder, cut_seed).map_err(failed)?)
            }
            None => None,
        };
        let shared = Arc::new(Shared {
            provider: Mutex::new(Provider::new(options.seed, options.pace_ms)),
            replay,
            ledger: Arc::new(Ledger::default()),
            max_request_bytes: options.max_request_bytes,
            pace_ms: options.pace_ms,
        });
        let place = Place {
            addr: options.addr,
            allow_remote: options.allow_remote,
            max_connections: options.max_connections,
        };
        let listener = Listener::start("tokenwire-sim", place, {
            let shared = Arc::clone(&shared);
            move |stream| connection(stream, Arc::clone(&shared))
        })?;
        Ok(Self { listener, shared })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    /// Its URL without a path or a slash at the end: `http://127.0.0.1:43210`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// The counts so far.
    pub fn stats(&self) -> Stats {
        self.shared.ledger.stats()
    }

    /// The last 64 requests, the oldest first, of each body the first 64 KiB.
    pub fn requests(&self) -> Vec<HttpRequest> {
        self.shared.ledger.requests()
    }

    /// Blocks until `condition` holds for the counts, or `timeout` passes; whether it holds.
    pub fn wait_until(&self, timeout: Duration, condition: impl Fn(&Stats) -> bool) -> bool {
        self.shared.ledger.wait_until(timeout, condition)
    }

    /// Serves for as long as the program runs.
    pub fn join(self) {
        self.listener.join();
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    shared.ledger.count(|s| {
        s.connections += 1;
        s.open += 1;
    });
    let signals = Arc::new(Signals::default());
    let service = service_fn({
        let (shared, signals) = (Arc::clone(&shared), Arc::clone(&signals));
        move |request| serve(request, Arc::clone(&shared), Arc::clone(&signals))
    });
    // A broken connection is what it is for: the answers are counted where they end.
    let _ = http1::Builder::new().serve_connection(Line::new(stream, signals), service).await;
    shared.ledger.count(|s| s.open -= 1);
}
