//! hyper's requests and heads as the core's values, and back.

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::response::Parts;
use hyper::{HeaderMap, Response, StatusCode};
use tokenwire_core::http::{Headers, Method};

/// The method, where it is one of the core's.
pub(crate) fn method(method: &hyper::Method) -> Option<Method> {
    match *method {
        hyper::Method::GET => Some(Method::Get),
        hyper::Method::POST => Some(Method::Post),
        _ => None,
    }
}

/// The headers; what is not text in a value is replaced.
pub(crate) fn headers(headers: &HeaderMap) -> Headers {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// The whole body; `None` where it is larger than `max_bytes`, or broke.
pub(crate) async fn whole(body: Incoming, max_bytes: usize) -> Option<Vec<u8>> {
    let body = Limited::new(body, max_bytes).collect().await.ok()?;
    Some(body.to_bytes().into())
}

/// The head of a response.
pub(crate) fn head(status: u16, headers: &Headers) -> Parts {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    headers.iter().for_each(|(name, value)| append(&mut head.headers, name, value.as_bytes()));
    head
}

/// Appends a header; what HTTP forbids in one is left out.
pub(crate) fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}
