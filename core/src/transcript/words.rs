//! The words for values that are one of a few.

use crate::model::{Effort, Role, SummaryLevel, Wire};

/// Words and what they mean, place by place, for writing and for reading.
pub(super) struct Words<T: 'static> {
    pub(super) names: &'static [&'static str],
    pub(super) values: &'static [T],
}

impl<T: Copy + PartialEq> Words<T> {
    pub(super) fn name(&self, value: T) -> &'static str {
        let place = self.values.iter().position(|v| *v == value);
        self.names[place.expect("every value has its word")]
    }
}

pub(super) const EFFORTS: Words<Effort> = Words {
    names: &["none", "minimal", "low", "medium", "high", "xhigh", "max"],
    values: &[
        Effort::None,
        Effort::Minimal,
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
        Effort::Max,
    ],
};

pub(super) const ROLES: Words<Role> = Words {
    names: &["assistant", "developer", "system", "tool", "user"],
    values: &[Role::Assistant, Role::Developer, Role::System, Role::Tool, Role::User],
};

pub(super) const SUMMARIES: Words<SummaryLevel> = Words {
    names: &["auto", "concise", "detailed", "omitted"],
    values: &[SummaryLevel::Auto, SummaryLevel::Concise, SummaryLevel::Detailed, SummaryLevel::Omitted],
};

pub(super) const WIRES: Words<Wire> =
    Words { names: &["anthropic", "gemini", "openai_chat", "openai_responses"], values: &Wire::ALL };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_names_of_their_values() {
        assert!(WIRES.values.iter().zip(WIRES.names).all(|(wire, name)| wire.name() == *name));
        assert!(EFFORTS.values.iter().zip(EFFORTS.names).all(|(effort, name)| effort.name() == *name));
    }
}
