//! Calls to language models from native Rust, over the machine of [`tokenwire_core`].
#![deny(missing_docs)]

pub mod exchange;
