//! Ids made for calls that had none, until their results come.

use crate::map::Map;
use alloc::collections::VecDeque;
use alloc::string::String;

/// Ids of calls without a result, by the order of the calls and by the names of their tools.
#[derive(Debug, Default)]
pub(super) struct MadeIds {
    made: usize,
    waiting: Map<usize, Waiting>,
    by_name: Map<String, VecDeque<usize>>,
}

#[derive(Debug)]
struct Waiting {
    name: String,
    id: String,
}

impl MadeIds {
    /// Notes the id that a call of this tool got.
    pub(super) fn add(&mut self, name: &str, id: &str) {
        self.by_name.entry(name.into()).or_default().push_back(self.made);
        self.waiting.insert(self.made, Waiting { name: name.into(), id: id.into() });
        self.made += 1;
    }

    /// The id for a result: that of the oldest call of its tool, or of any where no tool is named.
    pub(super) fn take(&mut self, name: Option<&str>) -> Option<String> {
        let at = match name {
            Some(name) => *self.by_name.get(name)?.front()?,
            None => *self.waiting.first_key_value()?.0,
        };
        let taken = self.waiting.remove(&at)?;
        // The oldest of all is the oldest of its tool.
        self.by_name.get_mut(&taken.name)?.pop_front();
        Some(taken.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_takes_the_oldest_id_of_its_tool_or_of_all() {
        let mut ids = MadeIds::default();
        for (name, id) in [("a", "1"), ("b", "2"), ("a", "3"), ("b", "4")] {
            ids.add(name, id);
        }
        let order = [Some("b"), None, Some("a"), Some("a"), None, None];
        let taken = order.map(|name| ids.take(name));
        let texts: alloc::vec::Vec<_> = taken.iter().map(Option::as_deref).collect();
        assert_eq!(texts, [Some("2"), Some("1"), Some("3"), None, Some("4"), None]);
    }
}
