//! Requests as JSON, both ways.

mod error;
mod message;
mod object;
mod read;
mod scalar;
mod tool;
mod value;
mod write;

pub use error::RequestError;
pub use read::read_request;
pub use write::write_request;

#[cfg(test)]
mod tests;
