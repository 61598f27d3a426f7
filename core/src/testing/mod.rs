//! What tests need: a host with virtual time, a scripted provider, error builders, strategies.
//!
//! People point their own error handling at the same machine with it: no socket, no clock, no sleep.

pub mod errors;
pub mod provider;
mod sim_host;
#[cfg(feature = "testing")]
pub mod strategies;

pub use sim_host::{Reply, SimHost, SimRun, Step, What};
