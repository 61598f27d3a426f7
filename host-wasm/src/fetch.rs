//! A request through the global `fetch`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use js_sys::Uint8Array;
use tokenwire_core::http::{Head, Headers, HttpRequest, TransportError, TransportKind};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, RequestInit, RequestRedirect, Response, ResponseType};

use crate::body::ResponseBody;
use crate::global;
use crate::host::wall;

/// A request under way. Dropping it aborts it.
#[derive(Debug)]
pub struct Fetch(Option<Result<Sent, TransportError>>);

#[derive(Debug)]
struct Sent {
    response: JsFuture,
    connection: Connection,
}

/// What keeps a request alive: dropping it aborts the request.
#[derive(Debug)]
pub(crate) struct Connection(Option<AbortController>);

impl Connection {
    /// Its request is over: there is nothing to abort.
    pub(crate) fn is_over(&mut self) {
        self.0 = None;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

impl Fetch {
    pub(crate) fn start(request: &HttpRequest) -> Self {
        Self(Some(send(request)))
    }
}

fn send(request: &HttpRequest) -> Result<Sent, TransportError> {
    let controller = AbortController::new().map_err(failed(TransportKind::Other))?;
    let init = RequestInit::new();
    init.set_method(request.method.as_str());
    let headers = headers(&request.headers).map_err(failed(TransportKind::InvalidRequest))?;
    init.set_headers(headers.as_ref());
    if !request.body.is_empty() {
        init.set_body(&Uint8Array::from(&request.body[..]));
    }
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&controller.signal()));
    let response = global::fetch(&request.url, &init).map_err(failed(TransportKind::Other))?;
    Ok(Sent { response: JsFuture::from(response), connection: Connection(Some(controller)) })
}

fn headers(headers: &Headers) -> Result<web_sys::Headers, JsValue> {
    let made = web_sys::Headers::new()?;
    for (name, value) in headers.iter() {
        made.append(name, value)?;
    }
    Ok(made)
}

/// What was thrown, as a failure of that kind.
pub(crate) fn failed(kind: TransportKind) -> impl Fn(JsValue) -> TransportError {
    move |thrown| TransportError::new(kind, global::words(&thrown))
}

impl Future for Fetch {
    type Output = Result<(Head, ResponseBody), TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(Ok(sent)) = &mut self.0 {
            let response = ready!(Pin::new(&mut sent.response).poll(cx));
            return Poll::Ready(self.answered(response));
        }
        match self.0.take() {
            Some(Err(error)) => Poll::Ready(Err(error)),
            Some(Ok(_)) | None => Poll::Pending,
        }
    }
}

impl Fetch {
    fn answered(&mut self, response: Result<JsValue, JsValue>) -> <Self as Future>::Output {
        let Some(Ok(Sent { mut connection, .. })) = self.0.take() else {
            return Err(TransportError::new(TransportKind::Other, "the request is over"));
        };
        let response = response.map_err(|thrown| {
            connection.is_over();
            // Why, browsers do not tell.
            failed(TransportKind::Other)(thrown)
        })?;
        let response: Response = response.unchecked_into();
        // Browsers hide a redirect's status and address; providers do not redirect.
        if response.type_() == ResponseType::Opaqueredirect {
            let message = "the provider redirects to another address";
            return Err(TransportError::new(TransportKind::Other, message));
        }
        let head = head(&response).map_err(failed(TransportKind::Other))?;
        Ok((head, ResponseBody::of(&response, connection)))
    }
}

fn head(response: &Response) -> Result<Head, JsValue> {
    let mut headers = Headers::new();
    for entry in &response.headers().entries() {
        let entry: js_sys::Array = entry?.unchecked_into();
        let text = |at| entry.get(at).as_string().unwrap_or_default();
        headers.push(text(0), text(1));
    }
    Ok(Head { status: response.status(), headers, wall: Some(wall()) })
}
