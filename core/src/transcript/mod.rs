//! Requests, events and outcomes as JSON, one form for logs, transcripts and every host.
//!
//! Field names are those of the types, in snake case. Text that is JSON already (arguments excepted)
//! is embedded as it is. What is absent is `null`; only counts that were not stated and uplifts that
//! do not apply are left out.

mod ending;
mod event;
mod fields;
mod outcome;
mod part;
mod request;
mod spending;
mod words;

pub use ending::write_failure;
pub use event::{event_name, write_event};
pub use outcome::write_outcome;
pub use request::{RequestError, read_request, write_request};
pub use spending::{write_cost, write_cost_fields, write_usage};
