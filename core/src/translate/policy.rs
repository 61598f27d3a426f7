//! What to do about what cannot be carried.

use alloc::string::String;
use alloc::vec::Vec;

use crate::model::{Loss, LossAction};

/// What to do about a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Send nothing: the loss is an error.
    Refuse,
    /// Go on, and tell it.
    #[default]
    Warn,
}

/// Which losses are accepted.
///
/// What would change the meaning is refused always; a policy decides on the rest. The first rule whose
/// path fits counts, then the verdict on the action, which is `Warn` unless it is set.
///
/// ```
/// use tokenwire_core::model::{Loss, LossAction};
/// use tokenwire_core::translate::{LossPolicy, Verdict};
///
/// let policy = LossPolicy::strict().accept("sampling");
/// let loss = |path| Loss::new(LossAction::Dropped, path, "the wire has no such field");
/// assert_eq!(policy.verdict(&loss("sampling.top_k")), Verdict::Warn);
/// assert_eq!(policy.verdict(&loss("metadata")), Verdict::Refuse);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LossPolicy {
    paths: Vec<(String, Verdict)>,
    otherwise: Verdict,
}

impl LossPolicy {
    /// Goes on with every loss that does not change the meaning.
    pub fn lenient() -> Self {
        Self::default()
    }

    /// Refuses every loss.
    pub const fn strict() -> Self {
        Self { paths: Vec::new(), otherwise: Verdict::Refuse }
    }

    /// Goes on with losses at `path` and below it.
    #[must_use]
    pub fn accept(self, path: impl Into<String>) -> Self {
        self.rule(path, Verdict::Warn)
    }

    /// Refuses losses at `path` and below it.
    #[must_use]
    pub fn refuse(self, path: impl Into<String>) -> Self {
        self.rule(path, Verdict::Refuse)
    }

    fn rule(mut self, path: impl Into<String>, verdict: Verdict) -> Self {
        self.paths.push((path.into(), verdict));
        self
    }

    /// What to do about `loss`.
    pub fn verdict(&self, loss: &Loss) -> Verdict {
        if loss.action == LossAction::Refused {
            return Verdict::Refuse;
        }
        let rule = self.paths.iter().find(|(path, _)| is_below(&loss.path, path));
        rule.map_or(self.otherwise, |(_, verdict)| *verdict)
    }

    /// The first loss that is refused.
    pub(super) fn refused<'a>(&self, losses: &'a [Loss]) -> Option<&'a Loss> {
        losses.iter().find(|loss| self.verdict(loss) == Verdict::Refuse)
    }
}

/// Whether `path` is `above` or lies below it: `tools[2].strict` below `tools`.
fn is_below(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_rules_over_what_lies_below_it() {
        let loss = |action, path| Loss::new(action, path, "why");
        let policy = LossPolicy::lenient().refuse("tools").accept("tools[1]");
        assert_eq!(policy.verdict(&loss(LossAction::Dropped, "tools[2].strict")), Verdict::Refuse);
        assert_eq!(policy.verdict(&loss(LossAction::Dropped, "tools_extra")), Verdict::Warn);
        assert_eq!(policy.verdict(&loss(LossAction::Refused, "anything")), Verdict::Refuse);
    }
}
