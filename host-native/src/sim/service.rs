//! One request to one answer.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::response::Parts;
use hyper::{HeaderMap, Request, Response, StatusCode};
use tokenwire_core::http::{Headers, HttpRequest, Method};
use tokenwire_core::testing::provider::{Answer, BodySteps, Provider, Reaction};

use super::body::{StepBody, Underway};
use super::line::Signals;
use super::replay::Replay;
use super::stats::Ledger;
use crate::clock::wall;

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) provider: Mutex<Provider>,
    pub(super) replay: Option<Replay>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) max_request_bytes: usize,
    pub(super) pace_ms: u64,
}

/// Answers one request; an error breaks the connection.
pub(super) async fn serve(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    signals: Arc<Signals>,
) -> io::Result<Response<StepBody>> {
    let asked_headers = request.headers().get("access-control-request-headers").cloned();
    let is_preflight = request.method() == hyper::Method::OPTIONS;
    let reaction = if is_preflight {
        Reaction::Answer(told(204, ""))
    } else {
        match read(request, shared.max_request_bytes).await {
            Ok(request) => {
                shared.ledger.request(&request);
                react(&shared, &request)
            }
            Err(answer) => Reaction::Answer(answer),
        }
    };
    let mut underway = Underway::new(Arc::clone(&shared.ledger), !is_preflight);
    let answer = match reaction {
        Reaction::Answer(answer) => answer,
        Reaction::Hang => pending().await,
        Reaction::Refused | Reaction::ResetBeforeHead => {
            underway.break_off();
            signals.reset();
            return Err(io::Error::other("broken as planned"));
        }
    };
    if answer.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(answer.delay_ms)).await;
    }
    let (mut head, steps) = head_and_steps(answer);
    allow_browsers(&mut head.headers, asked_headers);
    Ok(Response::from_parts(head, StepBody::new(steps, signals, underway)))
}

fn react(shared: &Shared, request: &HttpRequest) -> Reaction {
    if let Some(answer) = shared.replay.as_ref().and_then(|r| r.answer(request, shared.pace_ms)) {
        return Reaction::Answer(answer);
    }
    let now = wall().unwrap_or_default();
    shared.provider.lock().unwrap_or_else(PoisonError::into_inner).answer(request, now)
}

/// Reads a request whole; what cannot be read is answered at once.
async fn read(request: Request<Incoming>, max_bytes: usize) -> Result<HttpRequest, Answer> {
    let method = match *request.method() {
        hyper::Method::GET => Method::Get,
        hyper::Method::POST => Method::Post,
        _ => return Err(told(405, "expected GET or POST")),
    };
    let url = request.uri().to_string();
    let headers: Headers = request
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let body = Limited::new(request.into_body(), max_bytes).collect().await;
    let body = body.map_err(|_| told(413, "expected a smaller or a whole body"))?;
    Ok(HttpRequest { method, url, headers, body: body.to_bytes().into() })
}

/// A plain answer of the server's own.
fn told(status: u16, message: &str) -> Answer {
    Answer {
        delay_ms: 0,
        status,
        headers: Headers::new(),
        bad_header: None,
        body: BodySteps::bytes(message.as_bytes().to_vec()),
    }
}

fn head_and_steps(answer: Answer) -> (Parts, BodySteps) {
    let (mut head, ()) = Response::new(()).into_parts();
    head.status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer.headers.iter() {
        append(&mut head.headers, name, value.as_bytes());
    }
    if let Some((name, value)) = &answer.bad_header {
        append(&mut head.headers, name, value);
    }
    (head, answer.body)
}

/// What HTTP forbids in a header is left out.
fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_bytes(value)) {
        headers.append(name, value);
    }
}

/// Lets pages of any origin call, with any header: nothing here is secret.
fn allow_browsers(headers: &mut HeaderMap, asked: Option<HeaderValue>) {
    append(headers, "access-control-allow-origin", b"*");
    append(headers, "access-control-expose-headers", b"*");
    append(headers, "access-control-allow-methods", b"GET, POST, OPTIONS");
    append(headers, "access-control-allow-private-network", b"true");
    // The star does not cover `authorization`.
    append(headers, "access-control-allow-headers", asked.as_ref().map_or(b"*", HeaderValue::as_bytes));
}
