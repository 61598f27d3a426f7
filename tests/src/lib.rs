//! What the conformance runs share: recorded exchanges, the readings of them, and the comparison.

pub mod callgrind;
pub mod compare;
pub mod fixtures;
pub mod limits;
pub mod order;
pub mod parity;
pub mod passes;
pub mod price_tables;
pub mod reading;
pub mod run;
pub mod timing;
pub mod translate;
pub mod translation;
pub mod usage_objects;

pub use tokenwire::exchange;
