//! The native client over real sockets, against the simulated provider. Nothing here sleeps: what has
//! to happen elsewhere is waited for by the server's counts.

mod bad_input;
#[path = "../loopback/executors.rs"]
mod executors;
mod leaving;
mod limits;
#[path = "../loopback/quick.rs"]
mod quick;
mod raw_server;
mod retries;
mod setup;
mod wires;
