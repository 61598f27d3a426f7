//! Where the parts of an answer stand in its items.
//!
//! A text or refusal joins the message before it, as far as nothing stands between them; thinking
//! joins the item before it where the vendor gave both the same id. Anything else is an item of its own.

use alloc::string::String;
use alloc::vec::Vec;

use super::ids;
use super::item::{Body, Item, Said, Status};
use crate::map::{Map, Set};
use crate::protocol::call_id;

/// What a part's pieces are on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Voice {
    /// The arguments of a call of a function.
    Arguments,
    /// An image's data, which is told whole.
    Data,
    /// The input of a freeform call.
    Input,
    /// A refusal.
    Refusal,
    /// A summary of thinking.
    Summary,
    /// Visible text.
    Text,
    /// Thinking itself.
    Thinking,
    /// Nothing: the vendor's item is told whole.
    Vendor,
}

/// The words for a voice's pieces.
pub(super) struct Words {
    pub(super) delta: &'static str,
    pub(super) done: &'static str,
    /// The field of the last event that repeats the whole text.
    pub(super) text: &'static str,
}

/// The words for a part of an item.
pub(super) struct PartWords {
    pub(super) added: &'static str,
    pub(super) done: &'static str,
    /// The field that tells the part's place.
    pub(super) index: &'static str,
}

impl Voice {
    /// The words for its pieces; `None` where there are none.
    pub(super) const fn words(self) -> Option<Words> {
        let (delta, done, text) = match self {
            Self::Arguments => (
                "response.function_call_arguments.delta",
                "response.function_call_arguments.done",
                "arguments",
            ),
            Self::Input => {
                ("response.custom_tool_call_input.delta", "response.custom_tool_call_input.done", "input")
            }
            Self::Refusal => ("response.refusal.delta", "response.refusal.done", "refusal"),
            Self::Summary => {
                ("response.reasoning_summary_text.delta", "response.reasoning_summary_text.done", "text")
            }
            Self::Text => ("response.output_text.delta", "response.output_text.done", "text"),
            Self::Thinking => ("response.reasoning_text.delta", "response.reasoning_text.done", "text"),
            Self::Data | Self::Vendor => return None,
        };
        Some(Words { delta, done, text })
    }

    /// The words for its part; `None` where the item is the part.
    pub(super) const fn part(self) -> Option<PartWords> {
        let (added, done, index) = match self {
            Self::Refusal | Self::Text | Self::Thinking => {
                ("response.content_part.added", "response.content_part.done", "content_index")
            }
            Self::Summary => (
                "response.reasoning_summary_part.added",
                "response.reasoning_summary_part.done",
                "summary_index",
            ),
            Self::Arguments | Self::Data | Self::Input | Self::Vendor => return None,
        };
        Some(PartWords { added, done, index })
    }
}

/// Where a part stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) item: usize,
    /// Its place in the item's list; `None` where the item is the part, or thinking has no text yet.
    pub(super) index: Option<usize>,
    pub(super) voice: Voice,
}

/// A part that has its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) spot: Spot,
    pub(super) is_open: bool,
    /// Another vendor's state: fields and their JSON.
    pub(super) state: Vec<(String, String)>,
}

/// A part that this wire has no item for.
#[derive(Clone, Debug)]
pub(super) struct Hidden {
    pub(super) kind: String,
    /// Its JSON, and after it the fields of its state: what is sealed.
    pub(super) fields: Vec<(String, String)>,
}

/// The field of a sealed part that holds its JSON.
pub(super) const JSON: &str = "json";

/// The output of an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Output {
    pub(super) items: Vec<Item>,
    pub(super) parts: Map<u32, Placed>,
    pub(super) hidden: Map<u32, Hidden>,
    item_ids: Set<String>,
    call_ids: Set<String>,
    calls: u32,
    /// Items whose parts ended and that others may join still.
    settling: Vec<usize>,
}

impl Output {
    /// An id for the next item: the vendor's own, or one that is made here.
    pub(super) fn item_id(&mut self, own: Option<String>, prefix: &str, answer: &str) -> String {
        let own = own.filter(|id| !id.is_empty() && !self.item_ids.contains(id));
        let id = own.unwrap_or_else(|| ids::item(prefix, answer, self.items.len()));
        self.item_ids.insert(id.clone());
        id
    }

    /// The id of a call for the application. SDKs refuse one that repeats, so that gets one of its own.
    pub(super) fn call_id(&mut self, own: Option<&str>, answer: &str) -> String {
        let number = self.calls;
        self.calls += 1;
        let mut id = call_id::legal(own, answer, number).into_owned();
        if self.call_ids.contains(&id) {
            id = call_id::legal(None, answer, number).into_owned();
        }
        self.call_ids.insert(id.clone());
        id
    }

    /// The last item, if a part with that id of its vendor joins it.
    pub(super) fn joined(&self, id: Option<&str>, is_of_kind: impl Fn(&Item) -> bool) -> Option<usize> {
        let last = self.items.last()?;
        let joins = last.status == Status::Open
            && last.open_parts == 0
            && id.is_none_or(|id| id == last.id)
            && is_of_kind(last);
        joins.then(|| self.items.len() - 1)
    }

    /// Notes that all parts of an item have ended, and that others may join it.
    pub(super) fn settle(&mut self, item: usize) {
        self.settling.push(item);
    }

    /// The items that nothing has joined since; each is given once.
    pub(super) fn take_settled(&mut self) -> Vec<usize> {
        core::mem::take(&mut self.settling)
    }

    /// Puts a part into an item.
    pub(super) fn place(&mut self, part: u32, spot: Spot) {
        self.settling.retain(|item| *item != spot.item);
        self.items[spot.item].open_parts += 1;
        self.parts.insert(part, Placed { spot, is_open: true, state: Vec::new() });
    }

    /// Whether a part of that number has come.
    pub(super) fn knows(&self, part: u32) -> bool {
        self.parts.contains_key(&part) || self.hidden.contains_key(&part)
    }

    pub(super) fn spot(&self, part: u32) -> Option<Spot> {
        self.parts.get(&part).map(|part| part.spot)
    }

    /// The parts that are open, in order.
    pub(super) fn open_parts(&self) -> Vec<u32> {
        self.parts.iter().filter(|(_, part)| part.is_open).map(|(part, _)| *part).collect()
    }

    /// The text that a part's pieces add up to.
    pub(super) fn text_mut(&mut self, spot: &Spot) -> Option<&mut String> {
        let body = &mut self.items.get_mut(spot.item)?.body;
        match (body, spot.index) {
            (Body::Call { arguments, .. }, _) => Some(arguments),
            (Body::Image { data, .. }, _) => Some(data),
            (Body::Message(content), Some(index)) => content.get_mut(index).map(|said| &mut said.text),
            (Body::Reasoning { summary, content, .. }, Some(index)) => match spot.voice {
                Voice::Thinking => content.get_mut(index),
                _ => summary.get_mut(index),
            },
            _ => None,
        }
    }

    pub(super) fn said_mut(&mut self, item: usize, index: usize) -> Option<&mut Said> {
        match &mut self.items.get_mut(item)?.body {
            Body::Message(content) => content.get_mut(index),
            _ => None,
        }
    }

    /// Adds an empty text to the list of a reasoning item; gives its place.
    pub(super) fn add_thought(&mut self, item: usize, voice: Voice) -> Option<usize> {
        let Body::Reasoning { summary, content, .. } = &mut self.items.get_mut(item)?.body else {
            return None;
        };
        let list = if voice == Voice::Thinking { content } else { summary };
        list.push(String::new());
        Some(list.len() - 1)
    }

    /// The last text: its item and place.
    pub(super) fn last_text(&self) -> Option<(usize, usize)> {
        self.last_said(|said| !said.is_refusal)
    }

    /// The last text that has words.
    pub(super) fn last_words(&self) -> Option<(usize, usize)> {
        self.last_said(|said| !said.is_refusal && !said.text.is_empty())
    }

    fn last_said(&self, is_it: impl Fn(&Said) -> bool) -> Option<(usize, usize)> {
        self.items.iter().enumerate().rev().find_map(|(at, item)| match &item.body {
            Body::Message(content) => Some((at, content.iter().rposition(&is_it)?)),
            _ => None,
        })
    }

    pub(super) fn has_refusal(&self) -> bool {
        self.items.iter().any(|item| match &item.body {
            Body::Message(content) => content.iter().any(|said| said.is_refusal && !said.text.is_empty()),
            _ => false,
        })
    }

    /// Forgets the parts from `from` on, and of that one all but `keep_bytes` of its text. Items of
    /// which nothing is left are gone.
    pub(super) fn discard(&mut self, from: u32, keep_bytes: usize) {
        if keep_bytes > 0
            && let Some(spot) = self.parts.get(&from).map(|part| part.spot)
            && let Some(text) = self.text_mut(&spot)
            && text.is_char_boundary(keep_bytes)
        {
            text.truncate(keep_bytes);
        }
        let first_gone = if keep_bytes > 0 { from.saturating_add(1) } else { from };
        let gone = self.parts.split_off(&first_gone);
        self.hidden.split_off(&first_gone);
        let Some(first_item) = gone.values().map(|part| part.spot.item).min() else { return };
        for part in gone.values().rev() {
            self.forget(part);
        }
        let kept: Set<usize> = self.parts.values().map(|part| part.spot.item).collect();
        for (at, item) in self.items.iter_mut().enumerate().skip(first_item) {
            item.is_gone |= !kept.contains(&at);
        }
    }

    fn forget(&mut self, part: &Placed) {
        let spot = &part.spot;
        let Some(item) = self.items.get_mut(spot.item) else { return };
        item.open_parts -= usize::from(part.is_open);
        match (&mut item.body, spot.index) {
            (Body::Message(content), Some(index)) => content.truncate(index),
            (Body::Reasoning { content, .. }, Some(index)) if spot.voice == Voice::Thinking => {
                content.truncate(index);
            }
            (Body::Reasoning { summary, .. }, Some(index)) => summary.truncate(index),
            _ => {}
        }
    }
}
