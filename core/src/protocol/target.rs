//! Whom to call: dialect, base URL, credential, extra headers.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;

use super::dialect::{Auth, Dialect};
use crate::http::Headers;

/// A secret. `Debug` and `Display` show `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential(String);

impl Credential {
    /// Wraps a key or token; white space around it is cut.
    pub fn new(secret: impl Into<String>) -> Self {
        let secret = secret.into();
        Self(String::from(secret.trim()))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A base URL that was checked: http or https, a host, no credential, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Checks `url`; slashes at its end are cut.
    ///
    /// # Errors
    /// [`TargetError::BaseUrl`] says what is wrong with it.
    pub fn parse(url: &str) -> Result<Self, TargetError> {
        let bad = |why| TargetError::BaseUrl { url: redact(url), why };
        let url = url.trim();
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .ok_or_else(|| bad("expected http:// or https://"))?;
        if url.bytes().any(|b| b <= b' ' || b == 0x7f || b >= 0x80) {
            return Err(bad("expected no white space, control or non-ASCII characters"));
        }
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if host.contains('@') {
            return Err(bad("expected no credential in it"));
        }
        if rest.contains(['?', '#']) {
            return Err(bad("expected no query or fragment"));
        }
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, Some(port)),
            _ => (host, None),
        };
        if name.is_empty() {
            return Err(bad("expected a host"));
        }
        if port.is_some_and(|p| p.parse::<u16>().is_err()) {
            return Err(bad("expected a port from 0 to 65535"));
        }
        Ok(Self(String::from(url.trim_end_matches('/'))))
    }

    /// The URL without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Hides what stands before an `@`, so that a credential in a bad URL is not repeated.
fn redact(url: &str) -> String {
    // A key may stand in the query too: Google's documents show it there.
    let url = url.split(['?', '#']).next().unwrap_or_default();
    match url.rsplit_once('@') {
        Some((_, rest)) => alloc::format!("***@{rest}"),
        None => String::from(url),
    }
}

/// A target that cannot be called.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The base URL is not one.
    #[error("bad base URL {url:?}: {why}")]
    BaseUrl {
        /// What was given, credentials hidden.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The credential holds characters that no header may hold.
    #[error("the credential for {provider} is not visible ASCII, so no header can carry it")]
    Credential {
        /// Whose credential.
        provider: String,
    },
    /// The dialect needs a credential and there is none.
    #[error("{provider} needs a credential and none was given")]
    NoCredential {
        /// Whose credential.
        provider: String,
    },
}

/// Whom to call.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// How the provider speaks.
    pub dialect: Cow<'static, Dialect>,
    /// Where it listens.
    pub base_url: BaseUrl,
    /// The credential, where it wants one.
    pub credential: Option<Credential>,
    /// Headers to add; they replace the wire's own of the same name.
    pub headers: Headers,
}

impl Target {
    /// The dialect's own host, with this credential.
    ///
    /// # Errors
    /// The dialect has no host of its own, or the credential cannot be sent.
    pub fn new(dialect: &'static Dialect, credential: Option<Credential>) -> Result<Self, TargetError> {
        Self::at(dialect, dialect.base_url, credential)
    }

    /// Another host that speaks the dialect.
    ///
    /// # Errors
    /// The base URL is bad, or the credential cannot be sent.
    pub fn at(
        dialect: &'static Dialect,
        base_url: &str,
        credential: Option<Credential>,
    ) -> Result<Self, TargetError> {
        let base_url = BaseUrl::parse(base_url)?;
        let provider = || String::from(dialect.name.as_ref());
        match &credential {
            Some(c) if c.expose().is_empty() || !c.expose().bytes().all(|b| b.is_ascii_graphic()) => {
                return Err(TargetError::Credential { provider: provider() });
            }
            None if dialect.needs_credential => {
                return Err(TargetError::NoCredential { provider: provider() });
            }
            _ => {}
        }
        Ok(Self { dialect: Cow::Borrowed(dialect), base_url, credential, headers: Headers::new() })
    }

    /// The headers of every request: content type, version, credential, then the caller's own.
    pub(super) fn request_headers(&self, accept: &'static str) -> Headers {
        let mut headers = Headers::new();
        headers.push("content-type", "application/json");
        headers.push("accept", accept);
        for (name, value) in self.dialect.headers {
            headers.push(*name, *value);
        }
        if let Some(credential) = &self.credential {
            let secret = credential.expose();
            match &self.dialect.auth {
                Auth::Bearer => headers.push("authorization", alloc::format!("Bearer {secret}")),
                Auth::Header(name) => headers.push(name.clone(), secret),
                Auth::None => {}
            }
        }
        for (name, value) in self.headers.iter() {
            headers.set(String::from(name), value);
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn good_base_urls_lose_only_their_last_slash() {
        for (given, kept) in [
            ("https://api.openai.com/v1/", "https://api.openai.com/v1"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:9/x", "http://[::1]:9/x"),
            ("http://[::1]", "http://[::1]"),
        ] {
            assert_eq!(BaseUrl::parse(given).expect(given).as_str(), kept);
        }
    }

    #[test]
    fn bad_base_urls_say_why_and_hide_credentials() {
        for (url, why) in [
            ("api.openai.com", "http://"),
            ("ftp://x", "http://"),
            ("https://", "host"),
            ("https://:80", "host"),
            ("https://u:secret@x", "credential"),
            ("https://x?key=secret", "query"),
            ("https://x:99999", "port"),
            ("https://x y", "white space"),
        ] {
            let shown = format!("{}", BaseUrl::parse(url).expect_err(url));
            assert!(shown.contains(why), "{shown}");
            assert!(!shown.contains("secret"), "{shown}");
        }
    }
}
