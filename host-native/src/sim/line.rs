//! One connection's bytes: tells when what was written has left, and can be broken hard.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// What a connection and the answers on it tell each other.
#[derive(Debug, Default)]
pub(super) struct Signals {
    awaits_flush: AtomicBool,
    is_reset: AtomicBool,
}

impl Signals {
    /// Asks to be woken when all that was written has left.
    pub(super) fn await_flush(&self) {
        self.awaits_flush.store(true, Ordering::Release);
    }

    /// Whether all that was written before [`Signals::await_flush`] has left.
    pub(super) fn is_flushed(&self) -> bool {
        !self.awaits_flush.load(Ordering::Acquire)
    }

    /// The connection will end with a reset in place of an orderly close.
    pub(super) fn reset(&self) {
        self.is_reset.store(true, Ordering::Release);
    }
}

/// A TCP connection with [`Signals`].
#[derive(Debug)]
pub(super) struct Line {
    io: TokioIo<TcpStream>,
    signals: Arc<Signals>,
}

impl Line {
    pub(super) fn new(stream: TcpStream, signals: Arc<Signals>) -> Self {
        Self { io: TokioIo::new(stream), signals }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.signals.is_reset.load(Ordering::Acquire) {
            // Where the system refuses, the connection is closed in order: as good a break.
            let _ = self.io.inner().set_zero_linger();
        }
    }
}

impl Read for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Line {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.io).poll_flush(cx))?;
        if self.signals.awaits_flush.swap(false, Ordering::AcqRel) {
            cx.waker().wake_by_ref();
        }
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }
}
