//! One request to one answer.

use std::future::pending;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::http::response::Parts;
use hyper::{HeaderMap, Request, Response};
use tokenwire_core::http::{Headers, HttpRequest};
use tokenwire_core::testing::provider::{Answer, BodySteps, Provider, Reaction};

use super::body::{StepBody, Underway};
use super::line::Signals;
use super::replay::Replay;
use super::stats::Ledger;
use crate::clock::wall;
use crate::http_values::{self, append};

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
    let method = http_values::method(request.method()).ok_or_else(|| told(405, "expected GET or POST"))?;
    let (url, headers) = (request.uri().to_string(), http_values::headers(request.headers()));
    let body = http_values::whole(request.into_body(), max_bytes).await;
    let body = body.ok_or_else(|| told(413, "expected a smaller or a whole body"))?;
    Ok(HttpRequest { method, url, headers, body })
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
    let mut head = http_values::head(answer.status, &answer.headers);
    if let Some((name, value)) = &answer.bad_header {
        append(&mut head.headers, name, value);
    }
    (head, answer.body)
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
