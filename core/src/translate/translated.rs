//! What a translation of a request comes to.

use alloc::vec::Vec;

use super::tool_names::ToolNames;
use crate::http::HttpRequest;
use crate::model::{Loss, Request, Wire};
use crate::protocol::AnswerContext;

/// A request on its way to a provider.
#[derive(Clone, Debug)]
pub struct Translated {
    /// The HTTP request, for a host to send.
    pub http: HttpRequest,
    /// What it asks for, on no wire: for a [`Call`](crate::call::Call), limits and accounting.
    pub request: Request,
    /// Whether the application wants a stream.
    pub stream: bool,
    /// What could not be carried; none of it was refused.
    pub losses: Vec<Loss>,
    /// The application's wire.
    pub wire: Wire,
    /// Whether the bytes of the answer pass as they are, because both speak the same wire.
    pub is_forwarded: bool,
    /// What an encoder of the answer must know.
    pub context: AnswerContext,
    pub(crate) names: ToolNames,
}
