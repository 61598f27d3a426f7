//! For tests: providers played from a script.

pub mod provider;
