//! OpenAI Responses.

pub(super) mod client;
mod finish;

use crate::model::Wire;

/// The wire that this folder speaks.
const WIRE: Wire = Wire::OpenaiResponses;
