//! Error bodies.

pub(in crate::protocol) use crate::protocol::openai_error_answer::{write, write_bad};
