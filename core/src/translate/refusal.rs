//! What is not sent, and why.

use crate::failure::{Failure, FailureKind};
use crate::model::{Loss, Wire};
use crate::protocol::{BadRequest, EncodeError, ErrorAnswer, write_bad_request, write_error};

/// A request that is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The application's request cannot be understood.
    #[error(transparent)]
    Bad(#[from] BadRequest),
    /// The provider's wire cannot carry it.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The policy forbids what would be lost.
    #[error("the policy forbids this loss: {loss}")]
    Policy {
        /// What would be lost.
        loss: Loss,
    },
}

impl Refusal {
    /// The refusal as an HTTP response in the application's own protocol.
    pub fn answer(&self, wire: Wire) -> ErrorAnswer {
        match self {
            Self::Bad(bad) => write_bad_request(wire, bad),
            Self::Encode(_) | Self::Policy { .. } => {
                let failure = Failure {
                    status: Some(400),
                    ..Failure::new(FailureKind::InvalidRequest, alloc::format!("{self}"))
                };
                write_error(wire, &failure)
            }
        }
    }
}
