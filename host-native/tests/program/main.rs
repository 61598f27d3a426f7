//! The built program, as a person or a script meets it. Nothing here sleeps.

mod arguments;
mod closing;
mod cost;
mod decoding;
mod exit_codes;
mod limits;
mod models;
mod output;
mod pricing;
mod secrets;
mod setup;
mod spending;
