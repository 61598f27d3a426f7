//! A listener on a thread of its own: accepts connections until it is dropped.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
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
}

/// Where and how a server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) addr: SocketAddr,
    /// Whether an address that others can reach is allowed.
    pub(crate) allow_remote: bool,
    /// Connections at the same time; more wait.
    pub(crate) max_connections: usize,
}

/// A running listener. Dropping it closes its connections at once.
#[derive(Debug)]
pub(crate) struct Listener {
    addr: SocketAddr,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Listens when this returns; each connection goes to `serve`, on the thread named `name`.
    ///
    /// # Errors
    /// The address cannot be listened on or is not allowed.
    pub(crate) fn start<F, S>(name: &str, place: Place, serve: S) -> Result<Self, ListenError>
    where
        S: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        if !place.addr.ip().is_loopback() && !place.allow_remote {
            return Err(ListenError::Remote(place.addr));
        }
        let failed = |source| ListenError::Listen { addr: place.addr, source };
        let listener = std::net::TcpListener::bind(place.addr).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name(name.into())
            .spawn(move || runtime.block_on(run(listener, place.max_connections, serve, stopped)))
            .map_err(failed)?;
        Ok(Self { addr, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub(crate) const fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Serves for as long as the program runs.
    pub(crate) fn join(mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed there.
            let _ = thread.join();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Accepts until `stopped`; what is open then is dropped with the runtime.
async fn run<F, S>(
    listener: std::net::TcpListener,
    max_connections: usize,
    serve: S,
    stopped: oneshot::Receiver<Infallible>,
) where
    S: Fn(TcpStream) -> F + Send + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    // It is non-blocking and bound: the reactor has no reason to refuse it.
    if let Ok(listener) = tokio::net::TcpListener::from_std(listener) {
        tokio::spawn(accept(listener, max_connections, serve));
    }
    let _ = stopped.await;
}

async fn accept<F, S>(listener: tokio::net::TcpListener, max_connections: usize, serve: S)
where
    S: Fn(TcpStream) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let places = Arc::new(Semaphore::new(max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Small events are to leave at once; where the system refuses, they are only slower.
                let _ = stream.set_nodelay(true);
                let served = serve(stream);
                tokio::spawn(async move {
                    served.await;
                    drop(place);
                });
            }
            // Out of descriptors, or a connection that is gone already: others may come.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
