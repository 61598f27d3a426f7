//! Ordered maps and sets, by the names [`Map`] and [`Set`].
//!
//! Natively they are those of `alloc`. Each pair of types costs these some 4 KB of WebAssembly, most of it
//! balancing, so where the code is downloaded a smaller map stands in for them.

#[cfg(not(target_family = "wasm"))]
pub(crate) use alloc::collections::{BTreeMap as Map, BTreeSet as Set};

#[cfg(any(test, target_family = "wasm"))]
mod runs;
#[cfg(target_family = "wasm")]
pub(crate) use runs::{Map, Set};
