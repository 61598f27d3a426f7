//! Which call a result answers, where ids are missing.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;

/// The calls of a conversation that have no result yet.
#[derive(Debug, Default)]
pub(super) struct Calls {
    ids: BTreeSet<String>,
    /// By name, oldest first; those whose id is no longer in `ids` are answered.
    by_name: BTreeMap<String, VecDeque<Option<String>>>,
}

impl Calls {
    /// A call was made.
    pub(super) fn open(&mut self, name: &str, id: Option<&str>) {
        if let Some(id) = id {
            self.ids.insert(id.into());
        }
        self.by_name.entry(name.into()).or_default().push_back(id.map(String::from));
    }

    /// The id for a result that states this one: its own where a call has it, else that of the oldest
    /// call of its name. Empty where that call has none, as other wires then match by name too.
    pub(super) fn answer(&mut self, id: Option<&str>, name: &str) -> String {
        if let Some(id) = id.filter(|id| self.ids.remove(*id)) {
            return id.into();
        }
        match self.oldest(name) {
            Some(Some(own)) if id.is_none() => {
                self.by_name.get_mut(name).and_then(VecDeque::pop_front);
                self.ids.remove(&own);
                own
            }
            Some(None) => {
                self.by_name.get_mut(name).and_then(VecDeque::pop_front);
                String::new()
            }
            _ => id.unwrap_or_default().into(),
        }
    }

    /// The oldest call of that name without a result.
    fn oldest(&mut self, name: &str) -> Option<Option<String>> {
        let queue = self.by_name.get_mut(name)?;
        while let Some(Some(id)) = queue.front()
            && !self.ids.contains(id)
        {
            queue.pop_front();
        }
        queue.front().cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_without_ids_answer_the_oldest_call_of_their_name() {
        let mut calls = Calls::default();
        for (name, id) in [("f", Some("1")), ("g", Some("2")), ("f", Some("3")), ("h", None)] {
            calls.open(name, id);
        }
        assert_eq!(calls.answer(None, "f"), "1");
        assert_eq!(calls.answer(None, "f"), "3");
        assert_eq!(calls.answer(None, "f"), "");
        assert_eq!(calls.answer(Some("2"), "g"), "2");
        assert_eq!(calls.answer(None, "g"), "");
        assert_eq!(calls.answer(Some("x"), "h"), "");
        assert_eq!(calls.answer(Some("x"), "h"), "x");
    }
}
