//! What can be wrong before anything is sent.

use alloc::string::{String, ToString};

use crate::failure::{Failure, FailureKind};
use crate::model::Wire;
use crate::protocol::{EncodeError, ErrorAnswer, TargetError, write_error};
use crate::translate::Refusal;

/// A call that cannot be made. Once a call is under way its failures are in the
/// [`Outcome`](crate::call::Outcome).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request cannot be encoded for the provider's wire.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A variable of the environment holds an unusable URL or key.
    #[error("{variable}: {source}")]
    Environment {
        /// The variable.
        variable: String,
        /// What is wrong with what it holds.
        source: TargetError,
    },
    /// The HTTP client cannot be built: no TLS roots, for example.
    #[error("cannot set up HTTP: {0}")]
    Http(String),
    /// The provider wants a key and there is none.
    #[error("no key for {provider}: expected one in {variable}")]
    NoKey {
        /// The provider.
        provider: String,
        /// The environment variable that would hold it.
        variable: String,
    },
    /// No provider of that name is known or was added.
    #[error("no provider named {name:?}: expected one of {known}")]
    NoSuchProvider {
        /// The name asked for.
        name: String,
        /// The names that would do.
        known: String,
    },
    /// An application's request cannot be understood, or not be carried without a loss that is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The provider's URL or credential is unusable.
    #[error(transparent)]
    Target(#[from] TargetError),
}

impl Error {
    /// The error as an HTTP response to an application, in its own protocol: 400 for what is wrong with its
    /// request, 500 for what is wrong here.
    pub fn answer(&self, wire: Wire) -> ErrorAnswer {
        let (kind, status) = match self {
            Self::Refused(refusal) => return refusal.answer(wire),
            Self::Encode(_) => (FailureKind::InvalidRequest, 400),
            Self::Environment { .. }
            | Self::Http(_)
            | Self::NoKey { .. }
            | Self::NoSuchProvider { .. }
            | Self::Target(_) => (FailureKind::Configuration, 500),
        };
        write_error(wire, &Failure { status: Some(status), ..Failure::new(kind, self.to_string()) })
    }
}
