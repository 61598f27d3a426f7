//! What a chunk says beside what is understood here.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::{Choice, choice_index};
use crate::json::{self, Reader};
use crate::model::{Event, Sink};

/// The extra fields told so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    told: Vec<(Option<u32>, String, String)>,
    /// Bytes of the values that are remembered.
    bytes: usize,
}

/// More names than any provider adds; further ones are told without being remembered.
const MAX_TOLD: usize = 256;

impl Extras {
    /// Bytes that are remembered, to tell what is new.
    pub(super) const fn held_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a field of this name was told.
    pub(super) fn has_told(&self, name: &str) -> bool {
        self.told.iter().any(|(_, n, _)| n == name)
    }

    /// Whether a field of this name was told with this value.
    pub(super) fn has_told_value(&self, name: &str, value: &str) -> bool {
        self.told.iter().any(|(_, n, v)| n == name && v == value)
    }

    /// Tells the fields of a chunk that nothing else reads, where they are new or changed.
    ///
    /// Most of them repeat in every chunk, so this is for the first, the last, whole bodies, and
    /// chunks that seem to hold something new.
    pub(super) fn tell(
        &mut self,
        chunk: &str,
        choices: &[Choice],
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let mut r = Reader::new(chunk);
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "id" | "object" | "model" | "usage" | "service_tier" | "error" => r.skip()?,
                // Noise against guessing by size.
                "obfuscation" | "p" => r.skip()?,
                "choices" => self.choices(&mut r, choices, sink)?,
                _ => self.one(None, key, &mut r, sink)?,
            }
        }
        Ok(())
    }

    fn choices(
        &mut self,
        r: &mut Reader<'_>,
        choices: &[Choice],
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        while list.element(r)? {
            let raw = r.raw()?;
            let index = choice_index(raw)?;
            // The first choice speaks for the response.
            let part = match index {
                0 => None,
                _ => choices.get(index).and_then(Choice::first_part),
            };
            self.choice(&mut Reader::new(raw), part, sink)?;
        }
        Ok(())
    }

    fn choice(
        &mut self,
        r: &mut Reader<'_>,
        part: Option<u32>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "index" | "finish_reason" | "logprobs" | "text" | "error" => r.skip()?,
                "delta" | "message" => self.delta(r, part, sink)?,
                _ => self.one(part, key, r, sink)?,
            }
        }
        Ok(())
    }

    fn delta(
        &mut self,
        r: &mut Reader<'_>,
        part: Option<u32>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "role" | "content" | "reasoning_content" | "reasoning" | "reasoning_details" | "refusal"
                | "tool_calls" | "function_call" | "audio" | "images" | "annotations" | "extra_content"
                | "padding" => r.skip()?,
                _ => self.one(part, key, r, sink)?,
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        part: Option<u32>,
        name: Cow<'_, str>,
        r: &mut Reader<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let Some(value) = r.opt_raw()? else { return Ok(()) };
        let has_room = self.told.len() < MAX_TOLD;
        match self.told.iter_mut().find(|(p, n, _)| *p == part && *n == name) {
            Some((_, _, known)) if known == value => return Ok(()),
            Some((_, _, known)) => {
                self.bytes = self.bytes - known.len() + value.len();
                value.clone_into(known);
            }
            None if has_room => {
                self.bytes += name.len() + value.len();
                self.told.push((part, String::from(&*name), value.into()));
            }
            None => {}
        }
        sink.event(Event::Extra { part, name, value: Cow::Borrowed(value) });
        Ok(())
    }
}
