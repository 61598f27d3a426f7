//! The server, and a connection to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokenwire_core::protocol::ModelEntry;
use tokenwire_core::translate::TranslateOptions;
use tokio::net::TcpStream;

use super::report::Report;
use super::service::{Shared, serve};
use crate::listener::{ListenError, Listener, Place};
use crate::{Client, Error as CallError};

/// How long a connection may take for the head of its next request: as long as SDKs keep idle ones, and more.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);

/// How a server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens. Default `127.0.0.1:0`: a free port.
    pub addr: SocketAddr,
    /// Whether an address that others can reach is allowed. Default no: there is no check of who asks.
    pub allow_remote: bool,
    /// How requests and answers are translated. `id` and `created` are filled in for each call. Its `seal` is
    /// a key that everybody knows: a server for applications that are not trusted sets a secret one.
    pub translation: TranslateOptions,
    /// The models that a list has. Default none.
    pub models: Vec<ModelEntry>,
    /// The largest request body. Default 32 MiB; a larger one is answered with 413.
    pub max_request_bytes: usize,
    /// Connections at the same time; more wait. Default 1024.
    pub max_connections: usize,
    /// Where to tell each request that is over. Default nowhere.
    pub reports: Option<Sender<Report>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            translation: TranslateOptions::default(),
            models: Vec::new(),
            max_request_bytes: 32 << 20,
            max_connections: 1024,
            reports: None,
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
    /// The provider cannot be called.
    #[error(transparent)]
    Provider(#[from] CallError),
}

/// A running server. It has a thread of its own, so it can be started from anywhere, and it stops when it is
/// dropped: its connections close at once, and the calls under way are cancelled.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Starts a server that has `client` call `provider`; it listens when this returns.
    ///
    /// # Errors
    /// The client has no such provider, or the address cannot be listened on or is not allowed.
    pub fn start(client: Client, provider: &str, options: Options) -> Result<Self, Error> {
        client.target(provider)?;
        let place = Place {
            addr: options.addr,
            allow_remote: options.allow_remote,
            max_connections: options.max_connections,
        };
        let shared = Arc::new(Shared {
            client,
            provider: provider.into(),
            translation: options.translation,
            models: options.models,
            max_request_bytes: options.max_request_bytes,
            reports: options.reports,
        });
        let serve = move |stream| connection(stream, Arc::clone(&shared));
        Ok(Self { listener: Listener::start("tokenwire-serve", place, serve)? })
    }

    /// Where it listens.
    pub const fn addr(&self) -> SocketAddr {
        self.listener.addr()
    }

    /// Its URL without a path or a slash at the end: `http://127.0.0.1:43210`.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr())
    }

    /// Serves for as long as the program runs.
    pub fn join(self) {
        self.listener.join();
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| serve(request, Arc::clone(&shared)));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    // A connection that breaks has nobody to tell.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}
