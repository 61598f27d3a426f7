//! JSON as it lies on the wire: a validating pull reader that borrows, raw text that is never
//! reparsed, and a writer. (RFC 8259.)
//!
//! Numbers stay text and keys keep their order, so a schema or an argument object leaves as it came.

mod compact;
mod edit;
mod error;
mod mold;
mod raw;
mod reader;
mod string;
mod writer;

pub use compact::compact;
pub(crate) use edit::set_field;
pub use error::Error;
pub(crate) use mold::Mold;
pub use raw::{Number, RawJson};
pub use reader::{Kind, MAX_DEPTH, Reader, Scope};
pub(crate) use string::{Escape, escape, unescape};
pub use writer::Writer;
