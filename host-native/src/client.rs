//! The client: providers by name, and calls to them.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, LazyLock};

use tokenwire_core::call::{Accounting, Call, Deadlines, Options, Outcome};
use tokenwire_core::driver::{Driver, Host};
use tokenwire_core::model::{Request, Wire};
use tokenwire_core::pricing::PriceBook;
use tokenwire_core::protocol::{Credential, Dialect, Incoming, Target, TargetError};
use tokenwire_core::relay::Relay;
use tokenwire_core::translate::TranslateOptions;

use crate::clock::wall;
use crate::event_stream::EventStream;
use crate::relayed::Relayed;
use crate::{Error, NativeHost};

/// Makes calls. Cloning it is cheap and shares connections.
#[derive(Clone, Debug)]
pub struct Client {
    host: NativeHost,
    targets: Arc<BTreeMap<String, Target>>,
    options: Options,
}

/// Collects providers and options.
#[derive(Debug, Default)]
pub struct ClientBuilder {
    targets: BTreeMap<String, Target>,
    options: Option<Options>,
}

/// No provider takes longer for a head: the official SDKs give up after 600 s too.
const HEAD_MS: u64 = 600_000;
/// No provider is silent for longer within a stream.
const STALL_MS: u64 = 300_000;

/// The environment variable that overrides a dialect's base URL: `OPENAI_BASE_URL` for
/// `OPENAI_API_KEY`.
pub(crate) fn base_url_variable(dialect: &Dialect) -> String {
    dialect.key_variable.replace("_API_KEY", "_BASE_URL")
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// The options of a client that was given none: the bounded policy, 10 minutes for a response head
/// and for the first event, 5 minutes of silence within a stream, the embedded prices.
pub fn default_options() -> Options {
    let deadlines = Deadlines {
        head_ms: Some(HEAD_MS),
        first_event_ms: Some(HEAD_MS),
        stall_ms: Some(STALL_MS),
        ..Deadlines::default()
    };
    let accounting = Accounting { prices: Some(embedded_prices()), ..Accounting::default() };
    Options { deadlines, accounting, ..Options::default() }
}

/// The embedded prices, unpacked once for all clients of the process.
fn embedded_prices() -> Arc<PriceBook> {
    static BOOK: LazyLock<Arc<PriceBook>> = LazyLock::new(|| Arc::new(PriceBook::embedded()));
    Arc::clone(&BOOK)
}

impl ClientBuilder {
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

    /// Adds every provider whose key, or whose base URL, is in the environment.
    ///
    /// Keys: `OPENAI_API_KEY` (for `openai` and `openai-responses`), `ANTHROPIC_API_KEY`,
    /// `GEMINI_API_KEY`, and those of the other dialects. Hosts: `OPENAI_BASE_URL` and so on.
    ///
    /// # Errors
    /// A base URL or a key in the environment is unusable.
    pub fn environment(mut self) -> Result<Self, Error> {
        for dialect in Dialect::ALL {
            if let Some(target) = from_environment(dialect)? {
                self.targets.entry(dialect.name.to_string()).or_insert(target);
            }
        }
        Ok(self)
    }

    /// Sets the options of every call.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = Some(options);
        self
    }

    /// The client.
    ///
    /// # Errors
    /// HTTP cannot be set up.
    pub fn build(self) -> Result<Client, Error> {
        let options = self.options.unwrap_or_else(default_options);
        Ok(Client { host: NativeHost::new()?, targets: Arc::new(self.targets), options })
    }
}

fn dialect(name: &str) -> Result<&'static Dialect, Error> {
    Dialect::by_name(name).ok_or_else(|| Error::NoSuchProvider {
        name: name.into(),
        known: Dialect::ALL.iter().map(|d| d.name.as_ref()).collect::<Vec<_>>().join(", "),
    })
}

fn from_environment(dialect: &'static Dialect) -> Result<Option<Target>, Error> {
    let key = variable(dialect.key_variable).map(Credential::new);
    let base_url = variable(&base_url_variable(dialect));
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

impl Client {
    /// Starts a client without providers.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// A client of every provider whose key is in the environment.
    ///
    /// # Errors
    /// As [`ClientBuilder::environment`] and [`ClientBuilder::build`].
    pub fn from_env() -> Result<Self, Error> {
        Self::builder().environment()?.build()
    }

    /// The names of its providers.
    pub fn providers(&self) -> impl Iterator<Item = &str> {
        self.targets.keys().map(String::as_str)
    }

    /// The options of every call.
    pub const fn options(&self) -> &Options {
        &self.options
    }

    /// The same client with other options.
    #[must_use]
    pub fn with_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Calls `provider` and waits for the whole response, without streaming.
    ///
    /// # Errors
    /// Nothing could be sent. What fails later is in the outcome.
    pub async fn complete(&self, provider: &str, request: Request) -> Result<Arc<Outcome>, Error> {
        let options = Options { stream: false, ..self.options.clone() };
        Ok(self.drive(provider, request, options)?.finish().await)
    }

    /// Calls `provider` for a stream of events that ends with the outcome.
    ///
    /// # Errors
    /// Nothing could be sent. What fails later is in the outcome.
    pub fn stream(&self, provider: &str, request: Request) -> Result<EventStream, Error> {
        let options = Options { stream: true, ..self.options.clone() };
        Ok(EventStream::new(self.drive(provider, request, options)?))
    }

    /// Calls `provider` as the client's options say, streaming or not. Either way events come, and
    /// the outcome last; without streaming they come all at once.
    ///
    /// # Errors
    /// Nothing could be sent. What fails later is in the outcome.
    pub fn call(&self, provider: &str, request: Request) -> Result<EventStream, Error> {
        Ok(EventStream::new(self.drive(provider, request, self.options.clone())?))
    }

    /// Has `provider` answer an application that sent `incoming` on `wire`, in the application's own protocol.
    ///
    /// `translation` says how; its `id` and `created` are filled in where they are empty. Its `seal` is a key
    /// that everybody knows unless another is set, as it must be where applications are not trusted. The call
    /// is made with the client's options.
    ///
    /// ```
    /// use futures::StreamExt;
    /// use tokenwire::core::http::Headers;
    /// use tokenwire::core::protocol::Incoming;
    /// use tokenwire::core::translate::TranslateOptions;
    /// use tokenwire::{Client, Error, Wire};
    ///
    /// /// Answers a program that speaks Chat Completions with a model of Anthropic's.
    /// async fn answer(client: &Client, headers: &Headers, body: &str) -> Result<(u16, Vec<u8>), Error> {
    ///     let incoming = Incoming { path: "/v1/chat/completions", headers, body };
    ///     let translation =
    ///         TranslateOptions { model: Some("claude-haiku-5-5".into()), ..TranslateOptions::default() };
    ///     let mut answer = client.relay("anthropic", Wire::OpenaiChat, &incoming, &translation)?;
    ///     let head = answer.head().await; // also of an error
    ///     let mut bytes = Vec::new();
    ///     while let Some(piece) = answer.next().await {
    ///         match piece {
    ///             Ok(piece) => bytes.extend(piece), // send it on
    ///             Err(broken) => panic!("{broken}"), // break the connection
    ///         }
    ///     }
    ///     Ok((head.status, bytes))
    /// }
    /// ```
    ///
    /// # Errors
    /// Nothing could be sent: no such provider, or the request is refused. [`Error::answer`] is what to tell
    /// the application. What fails later is answered to it, and in the outcome.
    pub fn relay(
        &self,
        provider: &str,
        wire: Wire,
        incoming: &Incoming<'_>,
        translation: &TranslateOptions,
    ) -> Result<Relayed, Error> {
        let target = self.target(provider)?.clone();
        let mut translation = translation.clone();
        if translation.id.is_empty() {
            translation.id = format!("{:016x}{:016x}", seed(), seed());
        }
        if translation.created == 0 {
            translation.created = wall().unwrap_or_default().as_millis() / 1000;
        }
        let (options, now) = (accounted(self.options.clone()), self.host.now());
        let relay = Relay::new(wire, incoming, target, &translation, options, seed(), now)?;
        Ok(Relayed::new(Driver::new(self.host.clone(), relay)))
    }

    fn drive(&self, provider: &str, request: Request, options: Options) -> Result<Driver<NativeHost>, Error> {
        let target = self.target(provider)?.clone();
        let call = Call::new(request, target, accounted(options), seed(), self.host.now())?;
        Ok(Driver::new(self.host.clone(), call))
    }

    /// The target of that name.
    ///
    /// # Errors
    /// No such provider was added; where its dialect is known, the error names its key's variable.
    pub fn target(&self, provider: &str) -> Result<&Target, Error> {
        if let Some(target) = self.targets.get(provider) {
            return Ok(target);
        }
        match Dialect::by_name(provider) {
            Some(dialect) => {
                Err(Error::NoKey { provider: provider.into(), variable: dialect.key_variable.into() })
            }
            None => Err(Error::NoSuchProvider {
                name: provider.into(),
                known: self.targets.keys().cloned().collect::<Vec<_>>().join(", "),
            }),
        }
    }
}

/// The options with the time of the call, by which prices are chosen.
fn accounted(mut options: Options) -> Options {
    options.accounting.wall = options.accounting.wall.or_else(wall);
    options
}

/// 64 bits that differ from call to call: the standard library seeds its hash maps from the system.
fn seed() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}
