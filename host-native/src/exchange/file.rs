//! The exchange file.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use tokenwire_core::http::Headers;
use tokenwire_core::model::Wire;

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Why an exchange file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The body is not what its key says.
    #[error("expected base64 in `body_base64`")]
    Base64,
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not JSON of the form of an exchange.
    #[error("expected an exchange as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Neither `body_text` nor `body_base64`.
    #[error("expected `body_text` or `body_base64`, found neither")]
    NoBody,
}

/// Whether an exchange went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The provider reported an error, by the status or inside the response.
    Error,
    /// It answered.
    Ok,
}

/// One request and the response to it, as recorded.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Its name; empty where the file has none.
    pub id: String,
    /// The protocol's name as recorded.
    pub protocol: String,
    /// The wire of that name; `None` for protocols that are not spoken here.
    pub wire: Option<Wire>,
    /// Who answered, as recorded.
    pub provider: Option<String>,
    /// Whether the response body is a stream; `None` where it is not told.
    pub stream: Option<bool>,
    /// The request's method.
    pub method: Option<String>,
    /// The request's path with its query.
    pub url_path: Option<String>,
    /// The request's body, JSON text.
    pub request: Option<String>,
    /// The response's status; 200 where the file has none.
    pub status: u16,
    /// The response's headers.
    pub headers: Headers,
    /// The response's body.
    pub body: Vec<u8>,
    /// How it went; told from the status where the file does not say.
    pub kind: Kind,
}

/// The file's keys. What is missing or null is forgiven, but for the body.
#[derive(Deserialize)]
struct Recorded<'a> {
    id: Option<String>,
    protocol: Option<String>,
    wire: Option<String>,
    provider: Option<String>,
    stream: Option<bool>,
    method: Option<String>,
    url_path: Option<String>,
    #[serde(borrow)]
    request: Option<&'a RawValue>,
    status: Option<u16>,
    response_headers: Option<Value>,
    body_text: Option<String>,
    body_base64: Option<String>,
    kind: Option<String>,
}

impl Exchange {
    /// Reads an exchange file.
    ///
    /// # Errors
    /// The file cannot be read or is not an exchange.
    pub fn read(path: &Path) -> Result<Self, ExchangeError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ExchangeError::Io { path: path.display().to_string(), source })?;
        Self::parse(&text)
    }

    /// Reads the text of an exchange file.
    ///
    /// # Errors
    /// [`ExchangeError::Json`], [`ExchangeError::Base64`], [`ExchangeError::NoBody`].
    pub fn parse(text: &str) -> Result<Self, ExchangeError> {
        let recorded: Recorded<'_> = serde_json::from_str(text.trim_start_matches('\u{feff}'))?;
        let body = match (recorded.body_text, recorded.body_base64) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(text)) => decode_base64(&text).ok_or(ExchangeError::Base64)?,
            (None, None) => return Err(ExchangeError::NoBody),
        };
        let protocol = recorded.protocol.or(recorded.wire).unwrap_or_default();
        let status = recorded.status.unwrap_or(200);
        Ok(Self {
            id: recorded.id.unwrap_or_default(),
            wire: Wire::parse(&protocol),
            protocol,
            provider: recorded.provider,
            stream: recorded.stream,
            method: recorded.method,
            url_path: recorded.url_path,
            request: recorded.request.map(|r| r.get().into()),
            status,
            headers: recorded.response_headers.map_or_else(Headers::new, |h| headers(&h)),
            body,
            kind: kind(recorded.kind.as_deref(), status),
        })
    }

    /// A bare response body of that wire and status, without headers.
    pub fn bare(wire: Wire, status: u16, body: Vec<u8>) -> Self {
        Self {
            id: String::new(),
            protocol: wire.name().into(),
            wire: Some(wire),
            provider: None,
            stream: None,
            method: None,
            url_path: None,
            request: None,
            status,
            headers: Headers::new(),
            body,
            kind: kind(None, status),
        }
    }

    /// Whether the status says success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Recorders wrap lines, leave padding out and use either alphabet.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let plain: String = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(plain).ok()
}

fn kind(recorded: Option<&str>, status: u16) -> Kind {
    match recorded {
        Some("error") => Kind::Error,
        Some("ok") => Kind::Ok,
        _ if (200..300).contains(&status) => Kind::Ok,
        _ => Kind::Error,
    }
}

/// Recorders write headers as an object of strings or of lists, or as a list of pairs.
fn headers(recorded: &Value) -> Headers {
    let mut headers = Headers::new();
    let mut push = |name: &str, value: &Value| match value {
        Value::String(text) => headers.push(name.to_owned(), text.clone()),
        Value::Array(values) => {
            values.iter().filter_map(Value::as_str).for_each(|v| headers.push(name.to_owned(), v));
        }
        Value::Number(number) => headers.push(name.to_owned(), number.to_string()),
        Value::Bool(_) | Value::Null | Value::Object(_) => {}
    };
    match recorded {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| push(name, value)),
        Value::Array(pairs) => {
            for pair in pairs {
                if let (Some(name), Some(value)) = (pair.get(0).and_then(Value::as_str), pair.get(1)) {
                    push(name, value);
                }
            }
        }
        _ => {}
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_body_is_needed() {
        let exchange = Exchange::parse(r#"{"body_base64":"e30=","status":null}"#).expect("valid");
        assert_eq!((exchange.body.as_slice(), exchange.status), (&b"{}"[..], 200));
        assert_eq!((exchange.wire, exchange.kind), (None, Kind::Ok));
        assert!(matches!(Exchange::parse("{}"), Err(ExchangeError::NoBody)));
        assert!(matches!(Exchange::parse("[]"), Err(ExchangeError::Json(_))));
    }

    #[test]
    fn the_request_keeps_its_spelling() {
        let exchange = Exchange::parse(r#"{"request":{"b":1.0, "a":1e400},"body_text":""}"#).expect("valid");
        assert_eq!(exchange.request.as_deref(), Some(r#"{"b":1.0, "a":1e400}"#));
    }

    #[test]
    fn headers_of_any_shape_are_read() {
        for text in [
            r#"{"Retry-After":"2","x":null}"#,
            r#"{"retry-after":["2"]}"#,
            r#"[["retry-after","2"]]"#,
            r#"{"retry-after":2}"#,
        ] {
            let text = format!(r#"{{"status":429,"body_text":"","response_headers":{text}}}"#);
            let exchange = Exchange::parse(&text).expect("valid");
            assert_eq!(exchange.headers.get("retry-after"), Some("2"), "{text}");
            assert_eq!(exchange.kind, Kind::Error);
        }
    }
}
