//! The listener and its thread.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use tokenwire_core::http::HttpRequest;
use tokenwire_core::testing::provider::Provider;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::line::{Line, Signals};
use super::replay::Replay;
use super::service::{Shared, serve};
use super::stats::{Ledger, Stats};

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
    /// The address is taken, or the system refuses.
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The address can be reached by others and that was not allowed.
    #[error("expected a loopback address, found {0}")]
    Remote(SocketAddr),
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
    addr: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server; it listens when this returns.
    ///
    /// # Errors
    /// The address cannot be listened on or is not allowed, or the recordings cannot be read.
    pub fn start(options: Options) -> Result<Self, Error> {
        if !options.addr.ip().is_loopback() && !options.allow_remote {
            return Err(Error::Remote(options.addr));
        }
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
        let (stop, stopped) = oneshot::channel();
        let listen = |source| Error::Listen { addr: options.addr, source };
        let listener = TcpListener::bind(options.addr).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(listen)?;
        let thread = std::thread::Builder::new()
            .name("tokenwire-sim".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || runtime.block_on(run(listener, shared, options.max_connections, stopped))
            })
            .map_err(listen)?;
        Ok(Self { addr, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its URL without a path or a slash at the end: `http://127.0.0.1:43210`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
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
    pub fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed there.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Accepts until `stopped`; what is open then is dropped with the runtime.
async fn run(
    listener: TcpListener,
    shared: Arc<Shared>,
    max_connections: usize,
    stopped: oneshot::Receiver<Infallible>,
) {
    // It is non-blocking and bound: the reactor has no reason to refuse it.
    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
        tokio::spawn(accept(listener, shared, max_connections));
    }
    let _ = stopped.await;
}

async fn accept(listener: tokio::net::TcpListener, shared: Arc<Shared>, max_connections: usize) {
    let places = Arc::new(Semaphore::new(max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(stream, Arc::clone(&shared), place));
            }
            // Out of descriptors, or a connection that is gone already: others may come.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>, place: OwnedSemaphorePermit) {
    shared.ledger.count(|s| {
        s.connections += 1;
        s.open += 1;
    });
    // Each step is to leave as it is.
    let _ = stream.set_nodelay(true);
    let signals = Arc::new(Signals::default());
    let service = service_fn({
        let (shared, signals) = (Arc::clone(&shared), Arc::clone(&signals));
        move |request| serve(request, Arc::clone(&shared), Arc::clone(&signals))
    });
    // A broken connection is what it is for: the answers are counted where they end.
    let _ = http1::Builder::new().serve_connection(Line::new(stream, signals), service).await;
    shared.ledger.count(|s| s.open -= 1);
    drop(place);
}
