//! Items, envelope and usage of one response, put together from what comes of it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::item::{self, Item};
use super::parts::Parts;
use crate::failure::ErrorBody;
use crate::json;
use crate::map::Map;
use crate::model::Sink;
use crate::usage::Usage;

/// What has come of one response, whole or streamed.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    pub(super) parts: Parts,
    items: Vec<Known>,
    /// How many bytes the ids and types of the items are.
    item_bytes: usize,
    /// Which item of `items` has a place in the output.
    by_output: Map<u32, usize>,
    pub(super) id: Option<String>,
    pub(super) model: Option<String>,
    /// Whether the provider goes on without us, so that the stream can be taken up again.
    pub(super) is_background: bool,
    pub(super) usage: Usage,
    pub(super) phase: Phase,
}

/// How far the response is.
#[derive(Clone, Debug, Default)]
pub(super) enum Phase {
    Complete,
    /// An `error` event came. `response.failed` may follow; nothing else may.
    Failing(Box<ErrorBody>),
    /// The body is no response at all.
    NotAResponse,
    #[default]
    Open,
}

/// An item that was seen.
#[derive(Clone, Debug)]
struct Known {
    output: u32,
    kind: Box<str>,
    id: Option<Box<str>>,
    is_done: bool,
}

impl Assembly {
    pub(super) fn held_bytes(&self) -> usize {
        self.item_bytes + self.items.len() * size_of::<Known>() + self.parts.held_bytes()
    }

    /// Takes an item that begins.
    pub(super) fn item_added(
        &mut self,
        output: u32,
        body: &str,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let item = Item::read(body)?;
        // Some servers give every item the same index.
        self.replace(output, &item, sink);
        item::begin(&mut self.parts, output, &item, sink);
        Ok(())
    }

    /// Takes an item that is whole.
    pub(super) fn item_done(
        &mut self,
        output: u32,
        item: &Item<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let at = match self.by_output.get(&output) {
            Some(&at) if self.items[at].is(item) => at,
            Some(_) => self.replace(output, item, sink),
            None => self.note(output, item),
        };
        let known = &mut self.items[at];
        if known.is_done {
            return Ok(());
        }
        known.is_done = true;
        self.item_bytes -= known.bytes();
        known.id = item.id.map(Box::from);
        self.item_bytes += known.bytes();
        item::complete(&mut self.parts, output, item, sink)
    }

    fn note(&mut self, output: u32, item: &Item<'_>) -> usize {
        let known = Known { output, kind: (&*item.kind).into(), id: item.id.map(Box::from), is_done: false };
        self.item_bytes += known.bytes();
        self.items.push(known);
        self.by_output.insert(output, self.items.len() - 1);
        self.items.len() - 1
    }

    /// Gives the place `output` to another item.
    fn replace(&mut self, output: u32, item: &Item<'_>, sink: &mut dyn Sink) -> usize {
        if self.by_output.contains_key(&output) {
            for part in self.parts.of_item(output) {
                self.parts.end(part, sink);
            }
            self.parts.forget(output);
        }
        self.note(output, item)
    }

    /// Takes the items of a whole response that the stream did not bring.
    pub(super) fn merge(&mut self, items: &[Item<'_>], sink: &mut dyn Sink) -> Result<(), json::Error> {
        if items.len() <= self.items.len() && self.items.iter().all(|known| known.is_done) {
            return Ok(());
        }
        let mut unmatched = Unmatched::new(&self.items);
        for (at, item) in items.iter().enumerate() {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let here = self.by_output.get(&at).copied();
            let output = match unmatched.take(&self.items, here, item) {
                Some(known) if self.items[known].is_done => continue,
                Some(known) => self.items[known].output,
                None if here.is_none() => at,
                None => self.by_output.last_key_value().map_or(0, |(&last, _)| last.saturating_add(1)),
            };
            self.item_done(output, item, sink)?;
        }
        Ok(())
    }
}

/// The items of the stream that no item of the whole response has been matched with.
///
/// Their places differ where a server leaves gaps, and ids may be missing, change or repeat.
struct Unmatched {
    by_id: Map<Box<str>, VecDeque<usize>>,
    is_taken: Vec<bool>,
}

impl Unmatched {
    fn new(items: &[Known]) -> Self {
        let mut by_id: Map<Box<str>, VecDeque<usize>> = Map::new();
        for (at, known) in items.iter().enumerate() {
            if let Some(id) = &known.id {
                by_id.entry(id.clone()).or_default().push_back(at);
            }
        }
        Self { by_id, is_taken: alloc::vec![false; items.len()] }
    }

    /// The item of the stream that is `item`: by its id, or by its place and type.
    fn take(&mut self, items: &[Known], here: Option<usize>, item: &Item<'_>) -> Option<usize> {
        let same_id = item.id.and_then(|id| self.by_id.get_mut(id)).and_then(VecDeque::pop_front);
        let is_here = |at: &usize| {
            self.is_taken.get(*at) == Some(&false) && items.get(*at).is_some_and(|k| *k.kind == *item.kind)
        };
        let found = same_id.filter(|at| !self.is_taken[*at]).or_else(|| here.filter(is_here))?;
        self.is_taken[found] = true;
        Some(found)
    }
}

impl Known {
    fn bytes(&self) -> usize {
        self.kind.len() + self.id.as_ref().map_or(0, |id| id.len())
    }

    /// Whether `item` is this one: some servers change an item's id between its begin and its end.
    fn is(&self, item: &Item<'_>) -> bool {
        *self.kind == *item.kind && (!self.is_done || (item.id.is_some() && self.id.as_deref() == item.id))
    }
}
