//! The parts of a response, addressed as the wire does: item, list in the item, index in the list.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::json::{self, Reader};
use crate::map::Map;
use crate::model::{Event, PartKind, Sink, Wire};

/// Which list of an item an index counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    /// `content`
    Content,
    /// The item itself, which is one part.
    Item,
    /// `summary`
    Summary,
}

/// Where the wire puts a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) output: u32,
    pub(super) lane: Lane,
    pub(super) index: u32,
}

impl Key {
    /// The key of an item that is one part.
    pub(super) const fn item(output: u32) -> Self {
        Self { output, lane: Lane::Item, index: 0 }
    }
}

/// What a part's pieces are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pieces {
    Arguments,
    Data,
    None,
    Reasoning,
    Refusal,
    Text,
}

#[derive(Clone, Debug)]
struct Slot {
    pieces: Pieces,
    /// Length and hash of the text that came, to tell whether a repeated text says more.
    bytes: usize,
    hash: u64,
    citations: usize,
    is_open: bool,
    /// The whole text was repeated, so that further repetitions tell nothing.
    is_settled: bool,
    /// What it carries as a part of its item was told.
    is_labelled: bool,
    /// Its item, and whether it stands in that item's list of settled parts.
    output: u32,
    is_listed: bool,
}

/// The parts; a part's number is its place here.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    slots: Vec<Slot>,
    by_key: Map<Key, u32>,
    /// The part that came last: most events continue it.
    latest: Option<(Key, u32)>,
    /// What each part of an item carries: the item's id and phase, JSON text.
    labels: Map<u32, Vec<(&'static str, Box<str>)>>,
    /// How many bytes the labels are.
    label_bytes: usize,
    /// The parts of each item whose text was whole at some time, and that may be open still.
    settled: Map<u32, Vec<u32>>,
    pub(super) has_tool_call: bool,
    pub(super) has_refusal: bool,
}

impl Parts {
    /// The part at `key`, open or ended.
    #[inline]
    pub(super) fn find(&mut self, key: Key) -> Option<u32> {
        if let Some((latest, part)) = self.latest
            && latest == key
        {
            return Some(part);
        }
        let part = *self.by_key.get(&key)?;
        self.latest = Some((key, part));
        Some(part)
    }

    /// The part at `key`, if it is open.
    #[inline]
    pub(super) fn find_open(&mut self, key: Key) -> Option<u32> {
        let part = self.find(key)?;
        self.slots[part as usize].is_open.then_some(part)
    }

    /// Opens a part at `key`. A part of the same item whose text is whole ends first, so that parts
    /// do not overlap without need.
    pub(super) fn open(&mut self, key: Key, kind: PartKind<'_>, sink: &mut dyn Sink) -> u32 {
        let mut settled = self.settled.remove(&key.output).unwrap_or_default();
        settled.sort_unstable();
        for part in settled {
            let slot = &mut self.slots[part as usize];
            slot.is_listed = false;
            if slot.is_open && slot.is_settled {
                self.label_part(key.output, part, sink);
                self.end(part, sink);
            }
        }
        let pieces = match &kind {
            PartKind::Media { .. } => Pieces::Data,
            PartKind::Reasoning { .. } => Pieces::Reasoning,
            PartKind::Refusal => Pieces::Refusal,
            PartKind::Text => Pieces::Text,
            PartKind::ToolCall { .. } => Pieces::Arguments,
            PartKind::Vendor { .. } => Pieces::None,
        };
        self.has_tool_call |= pieces == Pieces::Arguments;
        let part = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot {
            pieces,
            bytes: 0,
            hash: FNV_OFFSET,
            citations: 0,
            is_open: true,
            is_settled: false,
            is_labelled: false,
            output: key.output,
            is_listed: false,
        });
        self.by_key.insert(key, part);
        self.latest = Some((key, part));
        sink.event(Event::PartStart { part, candidate: 0, kind });
        if pieces != Pieces::None {
            self.label_part(key.output, part, sink);
        }
        part
    }

    /// Notes what each part of an item carries.
    pub(super) fn label(&mut self, output: u32, labels: impl Iterator<Item = (&'static str, Box<str>)>) {
        let labels: Vec<_> = labels.collect();
        if self.labels.get(&output) == Some(&labels) {
            return;
        }
        for part in self.of_item(output) {
            self.slots[part as usize].is_labelled = false;
        }
        self.label_bytes += bytes_of(&labels);
        let old = self.labels.insert(output, labels);
        self.label_bytes -= old.as_deref().map_or(0, bytes_of);
    }

    /// How many bytes are held for parts that came and for those that may come.
    pub(super) const fn held_bytes(&self) -> usize {
        self.label_bytes + self.slots.len() * size_of::<Slot>()
    }

    /// Sends what `part` carries as a part of its item, unless it was sent.
    pub(super) fn label_part(&mut self, output: u32, part: u32, sink: &mut dyn Sink) {
        if core::mem::replace(&mut self.slots[part as usize].is_labelled, true) {
            return;
        }
        for (field, value) in self.labels.get(&output).into_iter().flatten() {
            let (field, value) = (Cow::Borrowed(*field), Cow::Borrowed(&**value));
            sink.event(Event::Opaque { part, field, value });
        }
    }

    /// Whether `part` takes pieces of text or data.
    pub(super) fn takes_pieces(&self, part: u32) -> bool {
        self.slots[part as usize].pieces != Pieces::None
    }

    /// Hands on a piece of `part`.
    #[inline]
    pub(super) fn append(&mut self, part: u32, text: Cow<'_, str>, sink: &mut dyn Sink) {
        if text.is_empty() {
            return;
        }
        let slot = &mut self.slots[part as usize];
        slot.bytes += text.len();
        slot.hash = hash(slot.hash, &text);
        slot.is_settled = false;
        sink.event(match slot.pieces {
            Pieces::Text => Event::TextDelta { part, text },
            Pieces::Arguments => Event::ArgumentsDelta { part, text },
            Pieces::Reasoning => Event::ReasoningDelta { part, text },
            Pieces::Refusal => {
                self.has_refusal = true;
                Event::RefusalDelta { part, text }
            }
            Pieces::Data => Event::DataDelta { part, base64: text },
            Pieces::None => return,
        });
    }

    /// Takes the repeated text of `part`, a JSON value, and hands on what the pieces lacked.
    ///
    /// A text that contradicts the pieces adds nothing: they were delivered.
    pub(super) fn settle(&mut self, part: u32, raw: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let slot = &self.slots[part as usize];
        if slot.is_settled || !slot.is_open {
            return Ok(());
        }
        let (bytes, seen) = (slot.bytes, slot.hash);
        let text = Reader::new(raw).opt_string()?.unwrap_or(Cow::Borrowed(""));
        if let Some((known, missing)) = text.split_at_checked(bytes)
            && !missing.is_empty()
            && hash(FNV_OFFSET, known) == seen
        {
            self.append(part, Cow::Borrowed(missing), sink);
        }
        let slot = &mut self.slots[part as usize];
        slot.is_settled = true;
        if !core::mem::replace(&mut slot.is_listed, true) {
            self.settled.entry(slot.output).or_default().push(part);
        }
        Ok(())
    }

    /// Hands on the citations at the end of a list that `part` has not got yet; all of `raw` where
    /// it is one citation.
    pub(super) fn cite(&mut self, part: u32, raw: &str, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let mut r = Reader::new(raw);
        if r.kind()? != json::Kind::Array {
            self.slots[part as usize].citations += 1;
            sink.event(citation(part, raw));
            return Ok(());
        }
        let slot = &mut self.slots[part as usize];
        if !slot.is_open {
            return Ok(());
        }
        let (mut list, mut at) = (r.array()?, 0);
        while list.element(&mut r)? {
            let raw = r.raw()?;
            at += 1;
            if at > slot.citations {
                slot.citations = at;
                sink.event(citation(part, raw));
            }
        }
        Ok(())
    }

    /// Ends `part`, if it is open.
    pub(super) fn end(&mut self, part: u32, sink: &mut dyn Sink) {
        let slot = &mut self.slots[part as usize];
        if slot.is_open {
            slot.is_open = false;
            sink.event(Event::PartEnd { part });
        }
    }

    /// Ends every part that is open.
    pub(super) fn end_all(&mut self, sink: &mut dyn Sink) {
        for part in 0..self.slots.len() {
            self.end(u32::try_from(part).unwrap_or(u32::MAX), sink);
        }
    }

    /// The parts of an item that are open, in order.
    pub(super) fn of_item(&self, output: u32) -> Vec<u32> {
        let mut parts: Vec<u32> = self
            .of_output(output)
            .map(|(_, &part)| part)
            .filter(|&part| self.slots[part as usize].is_open)
            .collect();
        parts.sort_unstable();
        parts
    }

    /// The indices of the wire that a whole list of `len` elements has in the stream.
    ///
    /// Most servers count from 0 in each list, but some go on counting over the items.
    pub(super) fn indices(&self, output: u32, lane: Lane, len: usize) -> Vec<u32> {
        let known: Vec<u32> =
            self.of_output(output).filter(|(key, _)| key.lane == lane).map(|(key, _)| key.index).collect();
        let is_usual = known.last().is_none_or(|&last| (last as usize) < len);
        let next = known.last().map_or(0, |&last| last.saturating_add(1));
        let from_zero = 0..u32::try_from(len).unwrap_or(u32::MAX);
        if is_usual { from_zero.collect() } else { known.into_iter().chain(next..).take(len).collect() }
    }

    /// Forgets where the parts of an item lie: another one has taken its place.
    pub(super) fn forget(&mut self, output: u32) {
        let keys: Vec<Key> = self.of_output(output).map(|(key, _)| *key).collect();
        for key in keys {
            self.by_key.remove(&key);
        }
        let labels = self.labels.remove(&output);
        self.label_bytes -= labels.as_deref().map_or(0, bytes_of);
        self.latest = None;
    }

    fn of_output(&self, output: u32) -> impl Iterator<Item = (&Key, &u32)> {
        let first = Key { output, lane: Lane::Content, index: 0 };
        let last = Key { output, lane: Lane::Summary, index: u32::MAX };
        self.by_key.range(first..=last)
    }
}

fn bytes_of(labels: &[(&'static str, Box<str>)]) -> usize {
    labels.iter().map(|(_, value)| value.len()).sum()
}

fn citation(part: u32, raw: &str) -> Event<'_> {
    Event::Citation { part: Some(part), wire: Wire::OpenaiResponses, raw: Cow::Borrowed(raw) }
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a, which gives the same for a text and for its pieces.
#[inline]
fn hash(mut hash: u64, text: &str) -> u64 {
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
