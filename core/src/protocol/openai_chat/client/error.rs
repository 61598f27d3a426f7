//! Error bodies.

pub(in crate::protocol) use crate::protocol::openai_error::{read, read_value};
