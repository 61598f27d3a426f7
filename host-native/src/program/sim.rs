//! `tokenwire sim`, and the simulated provider that `run` starts where there is no key.

use tokenwire::{Dialect, Target};

use super::Fault;
use super::arguments::SimOptions;

/// The model of the demonstration: a 429, a 503 and a cut connection before all is well.
pub(crate) const DEMO_MODEL: &str = "sim-429+retry-after=1,503,cut@2k";

/// A simulated provider for one call.
#[derive(Debug)]
pub(crate) struct Embedded {}

impl Embedded {
    pub(crate) fn start() -> Result<Self, Fault> {
        Err("no sim".into())
    }
    pub(crate) fn url(&self) -> String {
        String::new()
    }
    pub(crate) fn target(&self, _dialect: &'static Dialect) -> Result<Target, Fault> {
        Err("no sim".into())
    }
}

pub(crate) fn main(_options: &SimOptions) -> Result<u8, Fault> {
    Err("no sim".into())
}
