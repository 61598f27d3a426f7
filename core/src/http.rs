//! HTTP as plain values: what the machine asks a host to send and what the host reports.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::time::UnixTime;

/// Header names (lower case) and values, in order.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(Cow<'static, str>, String)>);

impl Headers {
    /// No headers.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends a header; the name is lowered.
    pub fn push(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let mut name = name.into();
        if name.bytes().any(|b| b.is_ascii_uppercase()) {
            name = Cow::Owned(name.to_ascii_lowercase());
        }
        self.0.push((name, value.into()));
    }

    /// Sets a header: any earlier value of that name is gone.
    pub fn set(&mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) {
        let name = name.into().to_ascii_lowercase();
        self.0.retain(|(n, _)| *n != name);
        self.0.push((Cow::Owned(name), value.into()));
    }

    /// The first value of `name`, which is lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_ref(), v.as_str()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<N: Into<Cow<'static, str>>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(iter: I) -> Self {
        let mut headers = Self::new();
        for (name, value) in iter {
            headers.push(name, value);
        }
        headers
    }
}

/// Whether a header's value must not be shown.
pub fn is_secret(name: &str) -> bool {
    ["auth", "key", "cookie", "token", "secret", "credential"].iter().any(|s| name.contains(s))
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(n, v)| (n, if is_secret(n) { "***" } else { v }));
        f.debug_map().entries(shown).finish()
    }
}

/// The method of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// GET.
    Get,
    /// POST.
    Post,
}

impl Method {
    /// `GET` or `POST`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request for the host to send as it is. Its `Debug` form hides secrets and the body.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// The headers, content type and credential included.
    pub headers: Headers,
    /// The body; empty for GET.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// The head of a response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The status code.
    pub status: u16,
    /// The headers; values that are not text arrive with U+FFFD in place of the bad bytes.
    pub headers: Headers,
    /// The host's wall-clock time when the head arrived, where it has one.
    pub wall: Option<UnixTime>,
}

/// What went wrong below HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportKind {
    /// The body could not be read to its end: reset, broken pipe, bad framing.
    Body,
    /// No connection: refused, unreachable.
    Connect,
    /// The name did not resolve.
    Dns,
    /// The request itself cannot be sent: an invalid URL or header.
    InvalidRequest,
    /// A cause that the host cannot tell (a browser's `TypeError: Failed to fetch`).
    Other,
    /// The peer closed or reset before the response head.
    Reset,
    /// The host's own limit passed.
    Timeout,
    /// The TLS handshake failed.
    Tls,
}

/// A failure below HTTP, as the host tells it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TransportError {
    /// What it was.
    pub kind: TransportKind,
    /// The host's words; no secrets.
    pub message: String,
}

impl TransportError {
    /// A failure of that kind.
    pub fn new(kind: TransportKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn secrets_do_not_reach_debug() {
        let headers: Headers = [
            ("Authorization", "Bearer sk-1"),
            ("x-api-key", "sk-2"),
            ("x-goog-api-key", "sk-3"),
            ("accept", "a"),
        ]
        .into_iter()
        .collect();
        let shown = format!("{headers:?}");
        assert!(!shown.contains("sk-"), "{shown}");
        assert!(shown.contains("accept"));
    }
}
