//! `tokenwire sim`, and the simulated provider that `run` starts where there is no key.

use tokenwire::sim::{Options, Server};
use tokenwire::{Credential, Dialect, Target};

use super::Fault;
use super::arguments::SimOptions;
use super::console::put;

/// The demonstration within the default policy: a 429 with a hint, then a connection that breaks before
/// anything was shown, then a good answer.
const SHORT_DEMO: &str = "sim-429+retry-after=1,cut@300,think";

/// The demonstration for a policy with four attempts that goes on after a break: a 429, a 503, a
/// connection that breaks in the middle of the answer, then a good end.
const FULL_DEMO: &str = "sim-429+retry-after=1,503,cut@9k,think";

/// The model that shows as much as the policy survives.
pub(crate) const fn demo_model(attempts: u32, goes_on: bool) -> &'static str {
    if attempts >= 4 && goes_on { FULL_DEMO } else { SHORT_DEMO }
}

/// Milliseconds between two events of the demonstration: about what models do.
const DEMO_PACE_MS: u64 = 25;

/// A simulated provider for one call.
#[derive(Debug)]
pub(crate) struct Embedded {
    server: Server,
}

impl Embedded {
    /// Starts it on a free loopback port.
    pub(crate) fn start() -> Result<Self, Fault> {
        let options = Options { pace_ms: DEMO_PACE_MS, seed: 1, ..Options::default() };
        let server =
            Server::start(options).map_err(|e| format!("cannot start the simulated provider: {e}"))?;
        Ok(Self { server })
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    /// The target that speaks `dialect` to it.
    pub(crate) fn target(&self, dialect: &'static Dialect) -> Result<Target, Fault> {
        Target::at(dialect, &self.server.url(), Some(Credential::new("sim"))).map_err(|e| e.to_string())
    }
}

/// Serves until it is interrupted.
pub(crate) fn main(options: &SimOptions) -> Result<u8, Fault> {
    let server = Server::start(Options {
        addr: options.listen,
        allow_remote: options.allow_remote,
        seed: options.seed,
        pace_ms: options.pace,
        replay: options.replay.clone(),
        ..Options::default()
    })
    .map_err(|e| e.to_string())?;
    // It serves on where nobody reads that.
    let _ = put(&format!(
        "tokenwire sim listens at {}\n\
         faults: in the model's name, such as sim-429+retry-after=1,503,cut@200, or in x-sim-plan\n",
        server.url()
    ));
    server.join();
    Ok(0)
}
