//! Blocks, usage and finish of one response, put together from what comes of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::block::{Block, BlockKind, Spelled};
use super::message::{Message, Stop};
use crate::json::{self, Kind, Reader};
use crate::model::{Event, Finish, FinishReason, PartKind, Sink};
use crate::usage::{AnthropicSnapshot, Completeness, Usage};

/// What has come of one response, whole or streamed.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    pub(super) usage: Usage,
    stated: Box<AnthropicSnapshot>,
    /// Whether the last of `usage.raw` is the running total that a later one replaces.
    has_total: bool,
    open: Vec<Block>,
    /// How many bytes the open blocks hold.
    pub(super) held: usize,
    pub(super) parts: u32,
    has_tool_calls: bool,
    has_refusal: bool,
    finish: Option<Finish>,
    pub(super) is_complete: bool,
}

/// More blocks than any response has open at a time.
pub(super) const MAX_OPEN_BLOCKS: usize = 4096;

impl Assembly {
    /// Takes a message object: all of a response, or what a stream begins with.
    pub(super) fn take_message(
        &mut self,
        message: Message<'_>,
        is_whole: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        if message.id.is_some() || message.model.is_some() {
            sink.event(Event::Start { id: message.id, model: message.model });
        }
        if let Some(usage) = message.usage {
            self.take_usage(usage, is_whole)?;
            if !is_whole && !self.usage.counts.is_empty() {
                sink.event(Event::Usage(self.usage.clone().into()));
            }
        }
        if let Some(content) = message.content {
            self.take_content(content, sink)?;
        }
        for (name, value) in message.extras {
            sink.event(Event::Extra { part: None, name, value: value.into() });
        }
        self.take_stop(message.stop, sink)
    }

    fn take_content(&mut self, content: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let mut r = Reader::new(content);
        if r.kind()? == Kind::String {
            let (part, text) = (self.next_part(), r.string()?);
            sink.event(Event::PartStart { part, candidate: 0, kind: PartKind::Text });
            sink.event(Event::TextDelta { part, text });
            sink.event(Event::PartEnd { part });
            return Ok(());
        }
        let Some(mut blocks) = r.opt_array()? else { return Ok(()) };
        let mut index = 0;
        while blocks.element(&mut r)? {
            let block = Spelled::read(&mut r)?;
            self.open_block(index, block, sink)?;
            self.close_block(index, sink);
            index += 1;
        }
        Ok(())
    }

    const fn next_part(&mut self) -> u32 {
        let part = self.parts;
        self.parts = self.parts.saturating_add(1);
        part
    }

    /// The open block of that number; without a number, the one that opened last.
    #[inline]
    pub(super) fn block(&mut self, index: Option<u64>) -> Option<&mut Block> {
        // Blocks do not interleave, so the last one is nearly always the right one.
        self.open.iter_mut().rev().find(|block| index.is_none_or(|index| block.index == index))
    }

    pub(super) fn open_block(
        &mut self,
        index: u64,
        spelled: Spelled<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        self.close_block(index, sink);
        self.check_room()?;
        let part = self.next_part();
        let kind = spelled.open(part, sink)?;
        self.has_tool_calls |= matches!(kind, BlockKind::ToolCall { .. });
        let block = Block { index, part, kind };
        self.held += block.bytes();
        self.open.push(block);
        Ok(())
    }

    /// Opens a block whose start never came.
    pub(super) fn open_unstarted(
        &mut self,
        index: u64,
        part_kind: PartKind<'_>,
        kind: BlockKind,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        self.check_room()?;
        let part = self.next_part();
        sink.event(Event::PartStart { part, candidate: 0, kind: part_kind });
        self.open.push(Block { index, part, kind });
        Ok(())
    }

    fn check_room(&self) -> Result<(), json::Error> {
        if self.open.len() < MAX_OPEN_BLOCKS {
            return Ok(());
        }
        Err(json::Error::new(0, "the end of one of 4096 open blocks"))
    }

    pub(super) fn close_block(&mut self, index: u64, sink: &mut dyn Sink) {
        if let Some(at) = self.open.iter().rposition(|block| block.index == index) {
            let block = self.open.remove(at);
            self.held = self.held.saturating_sub(block.bytes());
            block.finish(sink);
        }
    }

    /// Reads a usage object; `is_final` where it holds the totals of the whole response so far.
    pub(super) fn take_usage(&mut self, raw: &str, is_final: bool) -> Result<(), json::Error> {
        if raw == "null" {
            return Ok(());
        }
        self.stated.read(&mut Reader::new(raw), &mut self.usage)?;
        if !is_final {
            // A message that starts again says its usage again.
            self.usage.raw.truncate(1);
        }
        match self.usage.raw.last_mut().filter(|_| self.has_total || !is_final) {
            Some(known) => {
                known.clear();
                known.push_str(raw);
            }
            None => self.usage.raw.push(raw.into()),
        }
        self.has_total = is_final;
        if !self.usage.counts.is_empty() {
            self.usage.completeness = Completeness::Partial;
        }
        Ok(())
    }

    pub(super) fn take_stop(&mut self, stop: Stop<'_>, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let Some((finish, refusal)) = stop.finish(self.has_tool_calls)? else { return Ok(()) };
        if let Some(text) = refusal.filter(|_| !self.has_refusal) {
            self.has_refusal = true;
            let part = self.next_part();
            sink.event(Event::PartStart { part, candidate: 0, kind: PartKind::Refusal });
            sink.event(Event::RefusalDelta { part, text });
            sink.event(Event::PartEnd { part });
        }
        self.take_finish(finish, sink);
        Ok(())
    }

    fn take_finish(&mut self, finish: Finish, sink: &mut dyn Sink) {
        if self.finish.as_ref() != Some(&finish) {
            sink.event(Event::Finish { candidate: 0, finish: finish.clone() });
            self.finish = Some(finish);
        }
    }

    /// The response is whole: closes what is open and states what is now final.
    pub(super) fn complete(&mut self, sink: &mut dyn Sink) {
        self.held = 0;
        for block in self.open.drain(..) {
            block.finish(sink);
        }
        if self.finish.is_none() {
            let reason = if self.has_tool_calls { FinishReason::ToolCalls } else { FinishReason::Other };
            self.take_finish(Finish { reason, raw: None, detail: None }, sink);
        }
        if self.usage.completeness != Completeness::Unknown {
            if self.has_total {
                self.usage.completeness = Completeness::Complete;
            }
            sink.event(Event::Usage(self.usage.clone().into()));
        }
        self.is_complete = true;
    }
}
