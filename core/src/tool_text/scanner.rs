//! One part's text, from the first byte to the last: ordinary text and regions of calls in turn.

use alloc::string::String;

use super::armed::Armed;
use super::output::Out;
use super::prose::{Prose, Reading, Text};
use super::reader::Turn;
use super::region::Region;
use super::work;

/// Scans one part.
#[derive(Clone, Debug)]
pub(super) struct Scanner {
    /// The region of calls that the text is in.
    region: Option<Region>,
    prose: Prose,
    /// Text that is not decided.
    held: String,
    max_held: usize,
    /// Whether no more calls are looked for.
    is_deaf: bool,
}

impl Scanner {
    pub(super) const fn new(max_held: usize) -> Self {
        Self { region: None, prose: Prose::new(), held: String::new(), max_held, is_deaf: false }
    }

    pub(super) const fn held_bytes(&self) -> usize {
        self.held.len()
    }

    /// Takes the next text.
    pub(super) fn push(&mut self, mut text: &str, armed: &Armed, out: &mut Out<'_>) {
        if self.is_deaf {
            return out.text(text);
        }
        // What is held exceeds its cap at the same byte, however the text was cut.
        while !text.is_empty() {
            let room = (self.max_held + 1).saturating_sub(self.held.len()).max(1);
            let (now, later) = split_behind(text, room);
            self.take(now, armed, out);
            text = later;
        }
    }

    fn take(&mut self, text: &str, armed: &Armed, out: &mut Out<'_>) {
        if self.held.is_empty() {
            let done = self.scan(text, false, armed, out);
            self.held.push_str(&text[done..]);
            work::count(text.len() - done);
        } else {
            let mut window = core::mem::take(&mut self.held);
            window.push_str(text);
            let done = self.scan(&window, false, armed, out);
            self.hold_behind(window, text.len(), done);
        }
        while self.held.len() > self.max_held {
            self.let_go(armed, out);
        }
    }

    /// Too much is held: the region ends as if the text did, and what is no region is text.
    fn let_go(&mut self, armed: &Armed, out: &mut Out<'_>) {
        let window = core::mem::take(&mut self.held);
        let mut done = match &mut self.region {
            Some(region) => {
                let (Turn::Over(length) | Turn::More(length)) = region.read(&window, true, out);
                self.leave(out);
                length
            }
            None => {
                self.prose.take_text(&window, out);
                window.len()
            }
        };
        done += self.scan(&window[done..], false, armed, out);
        self.hold_behind(window, 0, done);
    }

    /// Holds what of `window` is not done with; `added` bytes of it are new.
    fn hold_behind(&mut self, mut window: String, added: usize, done: usize) {
        // A window of which nothing is done with stays where it is.
        work::count(added + if done > 0 { window.len() - done } else { 0 });
        window.drain(..done);
        self.held = window;
    }

    /// The text ended: everything is decided.
    pub(super) fn finish(&mut self, armed: &Armed, out: &mut Out<'_>) {
        let window = core::mem::take(&mut self.held);
        self.scan(&window, true, armed, out);
    }

    /// No more calls are looked for: what is undecided is text, and a call that is open ends.
    pub(super) fn give_up(&mut self, out: &mut Out<'_>) {
        let window = core::mem::take(&mut self.held);
        self.region = None;
        self.is_deaf = true;
        self.prose.give_up(&window, out);
        out.close_call();
    }

    /// Reads `window`; gives how much of it is done with.
    fn scan(&mut self, window: &str, ended: bool, armed: &Armed, out: &mut Out<'_>) -> usize {
        let mut from = 0;
        loop {
            let rest = &window[from..];
            let Some(region) = &mut self.region else {
                match self.prose.read(&Text { window: rest, ended, armed }, out) {
                    Reading::More(done) => return from + done,
                    Reading::On(done) => from += done,
                    Reading::Begin(done, row, first) => {
                        from += done;
                        self.region = Some(Region::new(row, first));
                    }
                }
                continue;
            };
            match region.read(rest, ended, out) {
                Turn::More(done) => return from + done,
                Turn::Over(done) => from += done,
            }
            self.leave(out);
        }
    }

    fn leave(&mut self, out: &mut Out<'_>) {
        if let Some(region) = self.region.take() {
            self.prose.pass_region(region.ends_with_call(), out);
        }
    }
}

/// Splits behind the character that the byte before `at` belongs to.
fn split_behind(text: &str, at: usize) -> (&str, &str) {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    text.split_at(at)
}
