//! A response body, read chunk by chunk as the machine asks for it.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use gloo_timers::future::TimeoutFuture;
use js_sys::{IteratorNext, Uint8Array};
use tokenwire_core::driver::Body;
use tokenwire_core::http::{TransportError, TransportKind};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ReadableStream, ReadableStreamDefaultReader, Response};

use crate::connection::{Connection, failed};

/// How long, and how far, the end of a complete response is read for.
const DRAIN_MS: u32 = 1_000;
const DRAIN_BYTES: usize = 64 << 10;

/// A response body under way. Dropping it aborts its request.
#[derive(Debug)]
pub struct ResponseBody(Option<Reading>);

#[derive(Debug)]
struct Reading {
    reader: ReadableStreamDefaultReader,
    /// The read under way: one at a time, so that a slow caller slows the provider down.
    read: Option<JsFuture>,
    _connection: Option<Connection>,
}

impl ResponseBody {
    /// The body of `response`; an empty one where it has none.
    pub(crate) fn of(response: &Response, connection: Option<Connection>) -> Self {
        let reader = |body: ReadableStream| body.get_reader().unchecked_into();
        let body = response.body().map(reader);
        Self(body.map(|reader| Reading { reader, read: None, _connection: connection }))
    }
}

impl Reading {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Vec<u8>>, JsValue>> {
        let read = self.read.get_or_insert_with(|| JsFuture::from(self.reader.read()));
        let read = ready!(Pin::new(read).poll(cx));
        self.read = None;
        Poll::Ready(read.and_then(chunk))
    }
}

/// The bytes of what a reader gave; `None` at the end.
fn chunk(read: JsValue) -> Result<Option<Vec<u8>>, JsValue> {
    let read: IteratorNext = read.unchecked_into();
    if read.done() {
        return Ok(None);
    }
    Ok(Some(read.value().dyn_into::<Uint8Array>()?.to_vec()))
}

impl Body for ResponseBody {
    type Chunk = Vec<u8>;

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<u8>, TransportError>>> {
        let Some(reading) = &mut self.0 else { return Poll::Ready(None) };
        let read = ready!(reading.poll(cx)).map_err(failed(TransportKind::Body)).transpose();
        if !matches!(read, Some(Ok(_))) {
            self.0 = None;
        }
        Poll::Ready(read)
    }

    fn finished(&mut self) {
        let rest = Self(self.0.take());
        if rest.0.is_some() {
            spawn_local(drain(rest));
        }
    }
}

/// Reads the little that may be left, so that the connection serves again; what is left then is aborted.
async fn drain(mut rest: ResponseBody) {
    let mut limit = TimeoutFuture::new(DRAIN_MS);
    let mut left = DRAIN_BYTES;
    poll_fn(|cx| {
        while left > 0 {
            match rest.poll_chunk(cx) {
                Poll::Ready(Some(Ok(chunk))) => left = left.saturating_sub(chunk.len()),
                Poll::Ready(Some(Err(_)) | None) => return Poll::Ready(()),
                Poll::Pending => return Pin::new(&mut limit).poll(cx),
            }
        }
        Poll::Ready(())
    })
    .await;
}
