//! The built program, as a person or a script meets it. Nothing here sleeps.

mod arguments;
mod closing;
mod decoding;
mod exit_codes;
mod limits;
mod output;
mod secrets;
mod setup;
