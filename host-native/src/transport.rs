//! HTTP through reqwest, on one runtime that is started with the first call.

use std::error::Error as _;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokenwire_core::driver::Body;
use tokenwire_core::http::{Head, Headers, HttpRequest, Method, TransportError, TransportKind};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

use crate::Error;
use crate::clock::wall;

/// A connection that takes longer is given up; the machine decides whether to try again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Chunks that may wait for the caller; beyond them the upstream is not read.
const CHUNKS_AHEAD: usize = 16;

/// How long, and how far, the end of a complete response is read for.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);
const DRAIN_BYTES: usize = 64 << 10;

/// The crate's own runtime: one worker thread for all connections and timers of the process.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tokenwire")
            .enable_all()
            .build()
            .expect("the system can start one thread")
    })
}

/// The connection pools.
#[derive(Debug)]
pub(crate) struct Transport {
    remote: reqwest::Client,
    /// For loopback addresses: a proxy in the environment must not see those.
    local: OnceLock<reqwest::Client>,
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .user_agent(concat!("tokenwire/", env!("CARGO_PKG_VERSION")))
}

/// The system's TLS roots, or Mozilla's where the system has none.
fn build(make: impl Fn() -> reqwest::ClientBuilder) -> Result<reqwest::Client, Error> {
    // Another part of the program may have chosen a provider; then that one serves.
    let _ = rustls::crypto::ring::default_provider().install_default();
    make().build().or_else(|_| {
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .filter_map(|der| reqwest::Certificate::from_der(der).ok());
        make().tls_certs_only(roots).build().map_err(|e| Error::Http(describe(&e)))
    })
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or_default();
    ["127.", "localhost:", "localhost/", "[::1]"].iter().any(|local| host.starts_with(local))
        || host == "localhost"
}

impl Transport {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self { remote: build(builder)?, local: OnceLock::new() })
    }

    fn client(&self, url: &str) -> reqwest::Client {
        if !is_loopback(url) {
            return self.remote.clone();
        }
        self.local
            .get_or_init(|| build(|| builder().no_proxy()).unwrap_or_else(|_| self.remote.clone()))
            .clone()
    }

    pub(crate) fn fetch(&self, request: HttpRequest) -> Fetch {
        let client = self.client(&request.url);
        let (head, head_comes) = oneshot::channel();
        let (chunks, chunks_come) = mpsc::channel(CHUNKS_AHEAD);
        let task = runtime().spawn(run(client, request, head, chunks));
        let body = ResponseBody { chunks: chunks_come, task: task.abort_handle(), finished: false };
        Fetch { head: head_comes, body: Some(body) }
    }
}

type Sent<T> = Result<T, TransportError>;

/// Sends one request and pumps its body into the channel until either side ends.
async fn run(
    client: reqwest::Client,
    request: HttpRequest,
    head: oneshot::Sender<Sent<Head>>,
    chunks: mpsc::Sender<Sent<Bytes>>,
) {
    let response = match send(&client, request).await {
        Ok(response) => response,
        Err(error) => {
            let _ = head.send(Err(error));
            return;
        }
    };
    if head.send(Ok(read_head(&response))).is_ok() {
        pump(response, chunks).await;
    }
}

async fn pump(mut response: reqwest::Response, chunks: mpsc::Sender<Sent<Bytes>>) {
    while let Some(chunk) = next_chunk(&mut response, &chunks).await {
        let chunk = match chunk {
            Ok(Some(chunk)) => Ok(chunk),
            Ok(None) => return,
            Err(error) => Err(transport_error(&error, TransportKind::Body)),
        };
        let failed = chunk.is_err();
        if chunks.send(chunk).await.is_err() {
            break;
        }
        if failed {
            return;
        }
    }
    // The caller has all it wants and did not abort: the connection may be used again once the body
    // is read to its end, which is near.
    let _ = tokio::time::timeout(DRAIN_TIMEOUT, drain(&mut response)).await;
}

/// What the response brings next; `None` once nobody waits for it any more, also while it is silent.
async fn next_chunk(
    response: &mut reqwest::Response,
    chunks: &mpsc::Sender<Sent<Bytes>>,
) -> Option<reqwest::Result<Option<Bytes>>> {
    let mut chunk = pin!(response.chunk());
    let mut closed = pin!(chunks.closed());
    poll_fn(|cx| match chunk.as_mut().poll(cx) {
        Poll::Ready(chunk) => Poll::Ready(Some(chunk)),
        Poll::Pending => closed.as_mut().poll(cx).map(|()| None),
    })
    .await
}

async fn drain(response: &mut reqwest::Response) {
    let mut left = DRAIN_BYTES;
    while let Ok(Some(chunk)) = response.chunk().await {
        left = left.saturating_sub(chunk.len());
        if left == 0 {
            return;
        }
    }
}

async fn send(client: &reqwest::Client, request: HttpRequest) -> Sent<reqwest::Response> {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
    };
    let mut builder = client.request(method, &request.url);
    for (name, value) in request.headers.iter() {
        builder = builder.header(name, value);
    }
    if !request.body.is_empty() {
        builder = builder.body(request.body);
    }
    builder.send().await.map_err(|error| transport_error(&error, TransportKind::Reset))
}

fn read_head(response: &reqwest::Response) -> Head {
    let headers: Headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    Head { status: response.status().as_u16(), headers, wall: wall() }
}

/// The error and its causes in one line. reqwest's URL is left out.
fn describe(error: &reqwest::Error) -> String {
    let mut text = String::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&error.to_string());
        cause = error.source();
    }
    if text.is_empty() { error.to_string() } else { text }
}

/// Sorts an error; `otherwise` is what it is when nothing says more.
fn transport_error(error: &reqwest::Error, otherwise: TransportKind) -> TransportError {
    let message = describe(error);
    let says = |words: &[&str]| words.iter().any(|w| message.contains(w));
    let kind = if error.is_builder() {
        TransportKind::InvalidRequest
    } else if error.is_connect() {
        if says(&["dns error", "failed to lookup"]) {
            TransportKind::Dns
        } else if says(&["certificate", "handshake", "TLS", "tls"]) {
            TransportKind::Tls
        } else {
            TransportKind::Connect
        }
    } else if error.is_timeout() {
        TransportKind::Timeout
    } else {
        otherwise
    };
    TransportError::new(kind, message)
}

/// A request under way.
#[derive(Debug)]
pub struct Fetch {
    head: oneshot::Receiver<Sent<Head>>,
    body: Option<ResponseBody>,
}

impl Future for Fetch {
    type Output = Result<(Head, ResponseBody), TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Poll::Ready(head) = Pin::new(&mut self.head).poll(cx) else { return Poll::Pending };
        let lost = || TransportError::new(TransportKind::Other, "the connection's task ended");
        Poll::Ready(match (head, self.body.take()) {
            (Ok(Ok(head)), Some(body)) => Ok((head, body)),
            (Ok(Err(error)), _) => Err(error),
            (Err(_), _) | (_, None) => Err(lost()),
        })
    }
}

/// A response body under way. Dropping it ends its task, and with it the connection or the stream
/// on it.
#[derive(Debug)]
pub struct ResponseBody {
    chunks: mpsc::Receiver<Sent<Bytes>>,
    task: AbortHandle,
    finished: bool,
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        if !self.finished {
            self.task.abort();
        }
    }
}

impl Body for ResponseBody {
    type Chunk = Bytes;

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, TransportError>>> {
        self.chunks.poll_recv(cx)
    }

    fn finished(&mut self) {
        self.finished = true;
    }
}
