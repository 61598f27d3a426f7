//! The built program, as a person or a script meets it. Nothing here sleeps.

mod arguments;
#[path = "../loopback/bare_http.rs"]
mod bare_http;
mod closing;
mod cost;
mod decoding;
mod exit_codes;
mod limits;
mod models;
mod output;
mod pricing;
mod secrets;
mod serve;
mod setup;
mod spending;
