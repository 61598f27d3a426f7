//! Streams.

use super::response;
use crate::model::Sink;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    usage: Usage,
}

impl WireDecoder for State {
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        let _ = (name, data, sink);
        Ok(())
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        response::decode(self, body, sink)
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        let _ = sink;
        Ok(())
    }

    fn progress(&self) -> Progress {
        Progress::Open
    }

    fn usage(&self) -> &Usage {
        &self.usage
    }
}

impl State {
    /// Where the stream can be taken up again.
    pub(in crate::protocol) fn resume(&self) -> Option<crate::protocol::Resume> {
        None
    }
}

impl State {
    /// Goes back to the last checkpoint.
    pub(in crate::protocol) fn rewind(&mut self) {}
}
