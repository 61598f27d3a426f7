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
use crate::connection::{Connection, failed};
use crate::global::{self, wall};

/// A request under way. Dropping it aborts it.
#[derive(Debug)]
pub struct Fetch {
    response: Result<JsFuture, TransportError>,
    connection: Option<Connection>,
}

impl Fetch {
    pub(crate) fn start(request: &HttpRequest) -> Self {
        match send(request) {
            Ok((response, connection)) => Self { response: Ok(response), connection: Some(connection) },
            Err(error) => Self { response: Err(error), connection: None },
        }
    }
}

fn send(request: &HttpRequest) -> Result<(JsFuture, Connection), TransportError> {
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
    Ok((JsFuture::from(response), Connection::of(controller)))
}

fn headers(headers: &Headers) -> Result<web_sys::Headers, JsValue> {
    let made = web_sys::Headers::new()?;
    for (name, value) in headers.iter() {
        made.append(name, value)?;
    }
    Ok(made)
}

impl Future for Fetch {
    type Output = Result<(Head, ResponseBody), TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = match &mut self.response {
            // Why a request failed, browsers do not tell.
            Ok(response) => ready!(Pin::new(response).poll(cx)).map_err(failed(TransportKind::Other)),
            Err(error) => Err(error.clone()),
        };
        let connection = self.connection.take();
        Poll::Ready(response.and_then(|response| answered(&response.unchecked_into(), connection)))
    }
}

fn answered(
    response: &Response,
    connection: Option<Connection>,
) -> Result<(Head, ResponseBody), TransportError> {
    // Browsers hide a redirect's status and address; providers do not redirect.
    if response.type_() == ResponseType::Opaqueredirect {
        let message = "the provider redirects to another address";
        return Err(TransportError::new(TransportKind::InvalidRequest, message));
    }
    let head = head(response).map_err(failed(TransportKind::Other))?;
    Ok((head, ResponseBody::of(response, connection)))
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
