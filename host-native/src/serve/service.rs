//! One request to one answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use hyper::body::Incoming as IncomingBody;
use hyper::http::uri::PathAndQuery;
use hyper::{Request, Response};
use tokenwire_core::failure::{Failure, FailureKind};
use tokenwire_core::http::{Headers, Method};
use tokenwire_core::model::Wire;
use tokenwire_core::protocol::{
    BadRequest, Endpoint, ErrorAnswer, Incoming, ModelEntry, write_error, write_models,
};
use tokenwire_core::translate::{Refusal, TranslateOptions};

use super::body::{AnswerBody, Underway};
use super::report::Report;
use crate::http_values;
use crate::{Client, Error};

/// What there is, for who asks for something else.
const PATHS: &str = "expected POST to …/chat/completions, …/responses, …/messages, \
                     …/models/{model}:generateContent or …:streamGenerateContent, or GET …/models";

const NO_COUNTS: &str =
    "tokens are not counted here: the provider has its own tokenizer, and a guess is no count";

const NO_PAGES: &str = "web pages may not call this: a request with the header origin comes from a browser";

/// What all connections share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) provider: String,
    pub(super) translation: TranslateOptions,
    pub(super) models: Vec<ModelEntry>,
    pub(super) max_request_bytes: usize,
    pub(super) reports: Option<Sender<Report>>,
}

type Answer = Response<AnswerBody>;

/// Answers one request, whatever it is.
pub(super) async fn serve(request: Request<IncomingBody>, shared: Arc<Shared>) -> Result<Answer, Infallible> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let headers = http_values::headers(&head.headers);
    Ok(match endpoint(&head.method, path, &headers) {
        Ok(Endpoint::Answer(wire)) => match call(wire, path, &headers, body, &shared).await {
            Ok(answer) => answer,
            Err(refused) => told(refused),
        },
        Ok(Endpoint::Models(wire)) => json(200, &Headers::new(), write_models(wire, &shared.models)),
        Ok(Endpoint::CountTokens(wire)) => told(error(wire, 404, NO_COUNTS)),
        Ok(_) => told(error(asker(&headers), 404, PATHS)),
        Err(refused) => told(refused),
    })
}

/// The question that is asked, or why there is no answer.
fn endpoint(method: &hyper::Method, path: &str, headers: &Headers) -> Result<Endpoint, ErrorAnswer> {
    let wire = asker(headers);
    if headers.get("origin").is_some() {
        return Err(error(wire, 403, NO_PAGES));
    }
    let at = |method| Endpoint::of(method, path, headers);
    if let Some(endpoint) = http_values::method(method).and_then(at) {
        return Ok(endpoint);
    }
    let allowed: Vec<_> =
        [Method::Get, Method::Post].into_iter().filter(|method| at(*method).is_some()).collect();
    let [allowed] = allowed[..] else {
        return Err(error(wire, 404, &format!("nothing is at {path}: {PATHS}")));
    };
    let mut answer = error(wire, 405, &format!("expected {}, found {method}", allowed.as_str()));
    answer.headers.set("allow", allowed.as_str());
    Err(answer)
}

/// Whose SDK asks, as far as its headers tell.
fn asker(headers: &Headers) -> Wire {
    if headers.get("anthropic-version").is_some() {
        Wire::Anthropic
    } else if headers.get("x-goog-api-key").is_some() {
        Wire::Gemini
    } else {
        Wire::OpenaiChat
    }
}

/// Has the provider answer.
async fn call(
    wire: Wire,
    path: &str,
    headers: &Headers,
    body: IncomingBody,
    shared: &Shared,
) -> Result<Answer, ErrorAnswer> {
    let limit = shared.max_request_bytes;
    let body = http_values::whole(body, limit)
        .await
        .ok_or_else(|| error(wire, 413, &format!("expected a whole body of at most {limit} bytes")))?;
    let refused = |why: Error| {
        let answer = why.answer(wire);
        if let Some(reports) = &shared.reports {
            // Whoever listened may have gone.
            let _ = reports.send(Report::Refused { wire, error: why });
        }
        answer
    };
    let body = String::from_utf8(body).map_err(|_| refused(not_text()))?;
    let incoming = Incoming { path, headers, body: &body };
    let relayed =
        shared.client.relay(&shared.provider, wire, &incoming, &shared.translation).map_err(refused)?;
    let mut underway = Underway::new(relayed, wire, shared.reports.clone());
    let head = underway.head().await;
    let head = http_values::head(head.status, &head.headers);
    Ok(Response::from_parts(head, AnswerBody::Relayed(Box::new(underway))))
}

fn not_text() -> Error {
    Error::Refused(Refusal::Bad(BadRequest::new("", "expected JSON in UTF-8")))
}

/// An error of the server's own, in the application's protocol.
fn error(wire: Wire, status: u16, message: &str) -> ErrorAnswer {
    let kind = match status {
        403 => FailureKind::Forbidden,
        404 => FailureKind::NotFound,
        _ => FailureKind::InvalidRequest,
    };
    let failure = Failure { status: Some(status), ..Failure::new(kind, message) };
    ErrorAnswer { status, ..write_error(wire, &failure) }
}

fn told(error: ErrorAnswer) -> Answer {
    json(error.status, &error.headers, error.body)
}

fn json(status: u16, headers: &Headers, body: String) -> Answer {
    let mut head = http_values::head(status, headers);
    http_values::append(&mut head.headers, "content-type", b"application/json");
    Response::from_parts(head, AnswerBody::Whole(body.into()))
}
