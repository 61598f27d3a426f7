//! Applications that are answered by any provider, over real sockets, against the simulated one. Nothing here
//! sleeps: what has to happen elsewhere is waited for by the servers' own news.

#[path = "../loopback/bare_http.rs"]
mod bare_http;
mod breaks;
#[path = "../loopback/executors.rs"]
mod executors;
mod in_process;
mod leaving;
mod pairs;
#[path = "../loopback/quick.rs"]
mod quick;
mod refusals;
mod setup;
