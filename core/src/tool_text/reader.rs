//! What reads a region of calls, whatever they look like.

use super::output::Out;

/// How far a reader came in the text it was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// So many bytes are done with; the rest is to be shown again, with more behind it.
    More(usize),
    /// So many bytes are done with; what follows is somebody else's.
    Over(usize),
}

/// What one step of a reader led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Another state.
    On,
    /// The text is not enough.
    More,
    /// The region ended before this offset.
    Over(usize),
}

/// Reads the calls of one region, step by step.
pub(super) trait CallReader {
    /// Does what the present state asks for.
    fn step(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step;

    /// Moves to the window of the next turn; gives how many bytes later it begins.
    fn settle(&mut self) -> usize;

    /// The region ended before `at`: gives out as text what before it is not done.
    fn give_back(&mut self, window: &str, at: usize, out: &mut Out<'_>) -> usize;

    /// The text ended within the region.
    fn end(&mut self, window: &str, out: &mut Out<'_>) -> usize {
        self.give_back(window, window.len(), out)
    }

    /// Reads on in `window`, which begins where the last turn left off.
    fn read(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Turn {
        loop {
            match self.step(window, ended, out) {
                Step::On => {}
                Step::More if ended => return Turn::Over(self.end(window, out)),
                Step::More => return Turn::More(self.settle()),
                Step::Over(at) => return Turn::Over(self.give_back(window, at, out)),
            }
        }
    }
}
