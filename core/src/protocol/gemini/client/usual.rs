//! Chunks that are like the last one but for a text and the usage: most of a stream.

use alloc::borrow::Cow;
use core::ops::Range;

use crate::json::Mold;
use crate::usage::{Counts, GeminiSnapshot, read_gemini_snapshot};

/// How the last chunk looked, if it held one text and nothing rare.
#[derive(Clone, Debug, Default)]
pub(super) struct Usual {
    pub(super) mold: Mold<Hole>,
    /// What the chunk at hand holds so far.
    count: Count,
    /// The candidate whose text it was.
    candidate: u32,
    is_thought: bool,
}

/// A value in which chunks differ.
#[derive(Clone, Copy, Debug)]
pub(super) enum Hole {
    Text,
    Usage,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    texts: u32,
    usages: u32,
    /// Parts, fields and candidates that are told in other ways.
    rarities: u32,
}

/// What a chunk like the last one holds.
pub(super) struct Chunk<'a> {
    pub(super) candidate: u32,
    pub(super) is_thought: bool,
    pub(super) text: Cow<'a, str>,
    pub(super) usage: Option<(GeminiSnapshot<'a>, Range<usize>)>,
}

impl Usual {
    /// Forgets the last chunk.
    pub(super) fn clear(&mut self) {
        self.mold.clear();
        self.count = Count::default();
    }

    /// Notes a part of the chunk at hand: whether it is a thought, if it is nothing but a text.
    pub(super) const fn note_part(&mut self, only_text: Option<bool>) {
        match only_text {
            Some(is_thought) => {
                self.count.texts += 1;
                self.is_thought = is_thought;
            }
            None => self.count.rarities += 1,
        }
    }

    pub(super) const fn note_candidate(&mut self, number: u32) {
        self.candidate = number;
    }

    pub(super) const fn note_usage(&mut self) {
        self.count.usages += 1;
    }

    pub(super) const fn note_rarity(&mut self) {
        self.count.rarities += 1;
    }

    /// The chunk at hand was read to its end.
    pub(super) fn keep(&mut self, chunk: &str) {
        if matches!(self.count, Count { texts: 1, usages: 0..=1, rarities: 0 }) {
            self.mold.set(chunk);
        }
    }

    /// Reads a chunk that is like the last one; its usage goes into `counts`.
    #[inline]
    pub(super) fn read<'a>(&self, chunk: &'a str, counts: &mut Counts) -> Option<Chunk<'a>> {
        let (mut text, mut usage) = (None, None);
        let fits = self.mold.read(chunk, |hole, r| {
            match hole {
                Hole::Text => text = r.opt_string()?,
                Hole::Usage => {
                    r.kind()?;
                    let from = r.position();
                    let snapshot = read_gemini_snapshot(r, counts)?;
                    usage = Some((snapshot, from..r.position()));
                }
            }
            Ok(())
        });
        let (candidate, is_thought) = (self.candidate, self.is_thought);
        if fits { Some(Chunk { candidate, is_thought, text: text?, usage }) } else { None }
    }
}
