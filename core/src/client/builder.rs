//! How a client is put together.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use super::{Client, ClientHost, Environment, Error, default_options};
use crate::call::Options;
use crate::protocol::{Credential, Dialect, Target, TargetError};

/// Collects providers and options.
pub struct ClientBuilder<H> {
    targets: BTreeMap<String, Target>,
    options: Option<Options>,
    host: PhantomData<fn() -> H>,
}

impl<H> Default for ClientBuilder<H> {
    fn default() -> Self {
        Self { targets: BTreeMap::new(), options: None, host: PhantomData }
    }
}

impl<H> fmt::Debug for ClientBuilder<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("targets", &self.targets)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<H: ClientHost> ClientBuilder<H> {
    /// Adds a provider of a known dialect under its own name, at its own host, with this key.
    ///
    /// # Errors
    /// No such dialect, or the key cannot be sent in a header.
    pub fn key(self, provider: &str, key: impl Into<String>) -> Result<Self, Error> {
        let target = Target::new(dialect(provider)?, Some(Credential::new(key)))?;
        Ok(self.target(provider, target))
    }

    /// Adds a provider under any name.
    #[must_use]
    pub fn target(mut self, name: impl Into<String>, target: Target) -> Self {
        self.targets.insert(name.into(), target);
        self
    }

    /// Sets the options of every call.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = Some(options);
        self
    }

    /// The client, over a host of its own.
    ///
    /// # Errors
    /// HTTP cannot be set up.
    pub fn build(self) -> Result<Client<H>, Error> {
        Ok(self.build_on(H::open()?))
    }

    /// The client, over `host`.
    pub fn build_on(self, host: H) -> Client<H> {
        let options = self.options.unwrap_or_else(default_options);
        Client::new(host, Arc::new(self.targets), options)
    }
}

impl<H: Environment> ClientBuilder<H> {
    /// Adds every provider whose key, or whose base URL, is in the environment.
    ///
    /// Keys: `OPENAI_API_KEY` (for `openai` and `openai-responses`), `ANTHROPIC_API_KEY`,
    /// `GEMINI_API_KEY`, and those of the other dialects. Hosts: `OPENAI_BASE_URL` and so on.
    ///
    /// # Errors
    /// A base URL or a key in the environment is unusable.
    pub fn environment(mut self) -> Result<Self, Error> {
        for dialect in Dialect::ALL {
            if let Some(target) = from_environment::<H>(dialect)? {
                self.targets.entry(dialect.name.to_string()).or_insert(target);
            }
        }
        Ok(self)
    }
}

impl<H: ClientHost> Client<H> {
    /// Starts a client without providers.
    pub fn builder() -> ClientBuilder<H> {
        ClientBuilder::default()
    }
}

impl<H: Environment> Client<H> {
    /// A client of every provider whose key is in the environment.
    ///
    /// # Errors
    /// As [`ClientBuilder::environment`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment()?.build()
    }
}

fn dialect(name: &str) -> Result<&'static Dialect, Error> {
    Dialect::by_name(name).ok_or_else(|| Error::NoSuchProvider {
        name: name.into(),
        known: Dialect::ALL.iter().map(|d| d.name.as_ref()).collect::<Vec<_>>().join(", "),
    })
}

/// The environment variable that overrides a dialect's base URL: `OPENAI_BASE_URL` for
/// `OPENAI_API_KEY`.
fn base_url_variable(dialect: &Dialect) -> String {
    dialect.key_variable.replace("_API_KEY", "_BASE_URL")
}

fn variable<H: Environment>(name: &str) -> Option<String> {
    H::variable(name).filter(|value| !value.trim().is_empty())
}

fn from_environment<H: Environment>(dialect: &'static Dialect) -> Result<Option<Target>, Error> {
    let key = variable::<H>(dialect.key_variable).map(Credential::new);
    let base_url = variable::<H>(&base_url_variable(dialect));
    if key.is_none() && (dialect.needs_credential || base_url.is_none()) {
        return Ok(None);
    }
    match base_url.as_deref().unwrap_or(dialect.base_url) {
        "" => Ok(None),
        url => Target::at(dialect, url, key).map(Some).map_err(|source| {
            let variable = match source {
                TargetError::BaseUrl { .. } => base_url_variable(dialect),
                _ => dialect.key_variable.into(),
            };
            Error::Environment { variable, source }
        }),
    }
}
