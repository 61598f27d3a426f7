//! What an answer lost on its way, in a bounded list.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Deref;

use crate::model::{Loss, LossAction};

/// How many losses one answer lists; after them one says that there were more.
const MAX_LOSSES: usize = 256;

/// How many bytes of a path, which names that a provider chose are part of.
const MAX_PATH_BYTES: usize = 256;

/// Losses, each of them once, in the order they happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Losses {
    list: Vec<Loss>,
    /// The places of [`list`](Self::list) in the order of what stands there.
    sorted: Vec<u16>,
}

impl Losses {
    /// States a loss, unless it is stated.
    pub(super) fn add(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        if self.list.len() > MAX_LOSSES {
            return;
        }
        let loss = Loss::new(action, clipped(path.into()), why);
        let Err(place) = self.sorted.binary_search_by(|at| self.list[usize::from(*at)].cmp(&loss)) else {
            return;
        };
        match u16::try_from(self.list.len()) {
            Ok(at) if self.list.len() < MAX_LOSSES => {
                self.sorted.insert(place, at);
                self.list.push(loss);
            }
            _ => self.list.push(Loss::new(LossAction::Dropped, "", "more was lost than is listed here")),
        }
    }

    pub(super) fn into_vec(self) -> Vec<Loss> {
        self.list
    }
}

impl Deref for Losses {
    type Target = [Loss];

    fn deref(&self) -> &[Loss] {
        &self.list
    }
}

fn clipped(mut path: String) -> String {
    if path.len() > MAX_PATH_BYTES {
        let end = (0..=MAX_PATH_BYTES).rev().find(|end| path.is_char_boundary(*end));
        path.truncate(end.unwrap_or(0));
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn each_loss_is_stated_once_and_in_order() {
        let mut losses = Losses::default();
        for path in ["b", "a", "b", "c", "a"] {
            losses.add(LossAction::Dropped, path, "why");
        }
        losses.add(LossAction::Approximated, "a", "why");
        let told: Vec<_> = losses.iter().map(|loss| (loss.path.as_str(), loss.action.name())).collect();
        assert_eq!(told, [("b", "dropped"), ("a", "dropped"), ("c", "dropped"), ("a", "approximated")]);
    }

    #[test]
    fn the_list_ends_with_one_that_stands_for_the_rest() {
        let mut losses = Losses::default();
        for number in 0..MAX_LOSSES {
            losses.add(LossAction::Dropped, format!("parts[{number}]"), "why");
        }
        losses.add(LossAction::Dropped, "parts[0]", "why");
        assert_eq!(losses.len(), MAX_LOSSES);
        for number in 0..9 {
            losses.add(LossAction::Dropped, format!("extras.{number}"), "why");
        }
        assert_eq!(losses.len(), MAX_LOSSES + 1);
        assert_eq!(losses[MAX_LOSSES].path, "");
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let mut losses = Losses::default();
        losses.add(LossAction::Dropped, format!("x{}", "ü".repeat(MAX_PATH_BYTES)), "why");
        assert_eq!(losses[0].path.len(), MAX_PATH_BYTES - 1);
    }
}
