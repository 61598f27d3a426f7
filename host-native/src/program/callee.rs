//! Whom to call: a provider whose key is in the environment, or a simulated one.

use tokenwire::{Client, Dialect, Target, Wire};

use super::Fault;
use super::console::tell_line;
use super::sim::Embedded;

/// Whom to call, and what keeps it alive.
#[derive(Debug)]
pub(crate) struct Callee {
    /// The name of its dialect.
    pub(crate) provider: String,
    pub(crate) target: Target,
    sim: Option<Embedded>,
}

impl Callee {
    /// The provider `wanted`, or the one that the environment has a key for. Without any key there is still
    /// something to call: a simulated provider, over real HTTP.
    pub(crate) fn choose(wanted: Option<&str>) -> Result<Self, Fault> {
        if wanted == Some("sim") {
            return Self::simulated(None, true);
        }
        let configured = Client::from_env().map_err(|e| e.to_string())?;
        if configured.providers().next().is_none() {
            return Self::simulated(wanted, wanted.is_some());
        }
        let preferred = || {
            let order = ["openai-responses", "anthropic", "gemini"];
            let known = order.into_iter().find(|name| configured.providers().any(|p| p == *name));
            known.or_else(|| configured.providers().next())
        };
        let provider = wanted.or_else(preferred).unwrap_or_default();
        let target = configured.target(provider).map_err(|e| e.to_string())?.clone();
        Ok(Self { provider: provider.into(), target, sim: None })
    }

    fn simulated(wanted: Option<&str>, is_asked_for: bool) -> Result<Self, Fault> {
        let dialect = match wanted {
            None => Dialect::of_wire(Wire::OpenaiResponses),
            Some(name) => Dialect::by_name(name).ok_or_else(|| {
                let known: Vec<_> = Dialect::ALL.iter().map(|d| d.name.as_ref()).collect();
                format!("no provider named {name:?}: expected sim, {}", known.join(", "))
            })?,
        };
        let sim = Embedded::start()?;
        let url = sim.url();
        tell_line(&if is_asked_for {
            format!("tokenwire: calling a simulated {} at {url}", dialect.name)
        } else {
            format!("tokenwire: no key in the environment, so this calls a simulated provider at {url}")
        });
        Ok(Self { provider: dialect.name.to_string(), target: sim.target(dialect)?, sim: Some(sim) })
    }

    /// Whether it is simulated.
    pub(crate) const fn is_simulated(&self) -> bool {
        self.sim.is_some()
    }
}
