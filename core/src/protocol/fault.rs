//! What is wrong with a request, and where, told from the inside out.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt::Display;

use super::BadRequest;
use crate::json::{self, Kind};

/// A fault; its path grows from the inside out.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) path: String,
    pub(super) why: String,
}

/// What is read, or the fault in it: boxed, so that the way up is as short as that of what is right.
pub(super) type Read<T> = Result<T, Box<Fault>>;

impl Fault {
    /// A fault of the value at hand.
    #[cold]
    pub(super) fn new(why: impl Into<String>) -> Box<Self> {
        Box::new(Self { path: String::new(), why: why.into() })
    }

    /// A value that is not what was expected.
    pub(super) fn unlike(expected: &str, found: Kind) -> Box<Self> {
        Self::new(alloc::format!("expected {expected}, found {}", name_of(found)))
    }

    /// The field `name` of the value at hand, which is not there.
    pub(super) fn missing(name: &str, expected: &str) -> Box<Self> {
        Self::new(alloc::format!("expected {expected}, found nothing")).inside(name)
    }

    /// The same fault, of the value around: `place` is a field's name or an index in brackets.
    pub(super) fn inside(mut self: Box<Self>, place: impl Display) -> Box<Self> {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = alloc::format!("{place}{dot}{}", self.path);
        self
    }
}

impl From<json::Error> for Box<Fault> {
    fn from(error: json::Error) -> Self {
        Fault::new(error.to_string())
    }
}

impl From<Box<Fault>> for BadRequest {
    fn from(fault: Box<Fault>) -> Self {
        Self::new(fault.path, fault.why)
    }
}

/// A kind, as the end of a sentence.
pub(super) const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Array => "an array",
        Kind::Bool => "a bool",
        Kind::Null => "null",
        Kind::Number => "a number",
        Kind::Object => "an object",
        Kind::String => "a string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_grows_from_the_inside() {
        let fault =
            Fault::missing("text", "a string").inside("[1]").inside("content").inside("[3]").inside("input");
        assert_eq!(fault.path, "input[3].content[1].text");
        assert_eq!(fault.why, "expected a string, found nothing");
    }
}
