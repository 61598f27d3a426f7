//! Tests of the whole side, by what it reads and by what it writes.

mod corpus;
mod json;
mod requests;
#[cfg(feature = "testing")]
mod requests_laws;

use alloc::string::String;

use crate::http::Headers;
use crate::model::Request;
use crate::protocol::gemini::server::request;
use crate::protocol::{
    Asked, BadRequest, Credential, Dialect, EncodeError, Incoming, SealKey, Target, encode_request,
};

/// Decodes a body that was sent to `path`.
fn asked(path: &str, body: &str) -> Result<Asked, BadRequest> {
    request::decode(&Incoming { path, headers: &Headers::new(), body }, &SealKey::default())
}

fn decoded(body: &str) -> Request {
    asked("/v1/models/m:generateContent", body).expect(body).request
}

/// The path and body of a request to Google.
fn encoded(request: &Request) -> Result<(String, String), EncodeError> {
    let target = Target::new(&Dialect::GEMINI, Some(Credential::new("k"))).expect("a target");
    let http = encode_request(request, &target, false)?.http;
    let path = http.url.strip_prefix(target.base_url.as_str()).expect("the base URL").into();
    Ok((path, String::from_utf8(http.body).expect("text")))
}
