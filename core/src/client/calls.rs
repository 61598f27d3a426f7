//! Calls to providers by name.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{ClientHost, Error, EventStream, Relayed};
use crate::call::{Call, Options, Outcome};
use crate::driver::Driver;
use crate::model::{Request, Wire};
use crate::protocol::{Dialect, Incoming, Target};
use crate::relay::Relay;
use crate::translate::TranslateOptions;

/// Makes calls over a host. Cloning it is cheap and shares connections.
#[derive(Clone, Debug)]
pub struct Client<H> {
    host: H,
    targets: Arc<BTreeMap<String, Target>>,
    options: Options,
}

impl<H: ClientHost> Client<H> {
    pub(super) const fn new(host: H, targets: Arc<BTreeMap<String, Target>>, options: Options) -> Self {
        Self { host, targets, options }
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
    pub fn stream(&self, provider: &str, request: Request) -> Result<EventStream<H>, Error> {
        let options = Options { stream: true, ..self.options.clone() };
        Ok(EventStream::new(self.drive(provider, request, options)?))
    }

    /// Calls `provider` as the client's options say, streaming or not. Either way events come, and
    /// the outcome last; without streaming they come all at once.
    ///
    /// # Errors
    /// Nothing could be sent. What fails later is in the outcome.
    pub fn call(&self, provider: &str, request: Request) -> Result<EventStream<H>, Error> {
        Ok(EventStream::new(self.drive(provider, request, self.options.clone())?))
    }

    /// Has `provider` answer an application that sent `incoming` on `wire`, in the application's own protocol.
    ///
    /// `translation` says how; its `id` and `created` are filled in where they are empty. Its `seal` is a key
    /// that everybody knows unless another is set, as it must be where applications are not trusted. The call
    /// is made with the client's options.
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
    ) -> Result<Relayed<H>, Error> {
        let target = self.target(provider)?.clone();
        let mut translation = translation.clone();
        if translation.id.is_empty() {
            translation.id = alloc::format!("{:016x}{:016x}", self.host.seed(), self.host.seed());
        }
        if translation.created == 0 {
            translation.created = self.host.wall().unwrap_or_default().as_millis() / 1000;
        }
        let (options, seed, now) = (self.accounted(self.options.clone()), self.host.seed(), self.host.now());
        let relay = Relay::new(wire, incoming, target, &translation, options, seed, now)?;
        Ok(Relayed::new(Driver::new(self.host.clone(), relay)))
    }

    fn drive(&self, provider: &str, request: Request, options: Options) -> Result<Driver<H>, Error> {
        let target = self.target(provider)?.clone();
        let options = self.accounted(options);
        let call = Call::new(request, target, options, self.host.seed(), self.host.now())?;
        Ok(Driver::new(self.host.clone(), call))
    }

    /// The options with the time of the call, by which prices are chosen.
    fn accounted(&self, mut options: Options) -> Options {
        options.accounting.wall = options.accounting.wall.or_else(|| self.host.wall());
        options
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
