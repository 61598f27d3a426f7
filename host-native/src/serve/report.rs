//! What the server tells of the requests that it answered.

use std::sync::Arc;

use tokenwire_core::call::Outcome;
use tokenwire_core::model::{Loss, Wire};

/// A request that is over.
#[derive(Debug)]
#[non_exhaustive]
pub enum Report {
    /// The provider was called. Of an application that left early the outcome says `cancelled`.
    Called {
        /// The application's wire.
        wire: Wire,
        /// How the call ended. Its losses are those of the request.
        outcome: Arc<Outcome>,
        /// What the application's wire had no place for in the answer.
        losses: Vec<Loss>,
    },
    /// Nothing was sent.
    Refused {
        /// The application's wire.
        wire: Wire,
        /// Why.
        error: crate::Error,
    },
}
