//! Which call a result answers, where ids are missing.

use crate::map::Map;
use alloc::collections::VecDeque;
use alloc::string::String;

/// The calls of a conversation that have no result yet.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// By their place among all calls.
    open: Map<usize, Call>,
    by_id: Map<String, usize>,
    /// Oldest first; those that are no longer open are answered. Names stay when all are.
    by_name: Map<String, VecDeque<usize>>,
    count: usize,
}

/// A call, or what of it a result must name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) id: Option<String>,
}

impl Calls {
    /// A call was made.
    pub(super) fn open(&mut self, name: &str, id: Option<&str>) {
        let call = Call { name: name.into(), id: id.map(String::from) };
        if let Some(id) = id {
            self.by_id.insert(id.into(), self.count);
        }
        self.by_name.entry(name.into()).or_default().push_back(self.count);
        self.open.insert(self.count, call);
        self.count += 1;
    }

    /// The call that a result answers which states this id and name; `None` where nothing ties them.
    ///
    /// Its own id goes first, then the oldest call of its name, unless that has another id. A result
    /// without an id whose name no call ever bore answers the oldest call: Google does not compare the
    /// names.
    pub(super) fn answer(&mut self, id: Option<&str>, name: &str) -> Option<Call> {
        let stated = id.and_then(|id| self.by_id.get(id)).filter(|at| self.open.contains_key(*at)).copied();
        let at = stated.or_else(|| {
            let oldest = self.oldest(name);
            let has_other_id =
                |at: &usize| id.is_some() && self.open.get(at).is_some_and(|call| call.id.is_some());
            oldest.filter(|at| !has_other_id(at))
        });
        let is_unheard = id.is_none() && !self.by_name.contains_key(name);
        let first = || self.open.keys().next().copied().filter(|_| is_unheard);
        let at = at.or_else(first)?;
        self.open.remove(&at)
    }

    /// The oldest call of that name without a result.
    fn oldest(&mut self, name: &str) -> Option<usize> {
        let queue = self.by_name.get_mut(name)?;
        while queue.front().is_some_and(|at| !self.open.contains_key(at)) {
            queue.pop_front();
        }
        queue.front().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(calls: &[(&str, Option<&str>)]) -> Calls {
        let mut open = Calls::default();
        calls.iter().for_each(|(name, id)| open.open(name, *id));
        open
    }

    #[test]
    fn results_without_ids_answer_the_oldest_call_of_their_name() {
        let mut calls = opened(&[("f", Some("1")), ("g", Some("2")), ("f", Some("3")), ("h", None)]);
        let mut answer = |id, name| calls.answer(id, name).map(|call| call.id);
        let id = |id: &str| Some(Some(id.into()));
        assert_eq!(answer(None, "f"), id("1"));
        assert_eq!(answer(None, "f"), id("3"));
        assert_eq!(answer(None, "f"), None);
        assert_eq!(answer(Some("2"), "g"), id("2"));
        assert_eq!(answer(None, "g"), None);
        assert_eq!(answer(Some("x"), "h"), Some(None));
        assert_eq!(answer(Some("x"), "h"), None);
    }

    #[test]
    fn a_result_by_another_calls_id_is_not_tied_by_its_name() {
        let mut calls = opened(&[("f", Some("1"))]);
        assert_eq!(calls.answer(Some("2"), "f"), None);
        assert!(calls.answer(Some("1"), "f").is_some());
    }

    #[test]
    fn a_name_that_no_call_bore_answers_the_oldest() {
        let mut calls = opened(&[("f", Some("1")), ("g", None)]);
        assert_eq!(calls.answer(None, "call_1"), Some(Call { name: "f".into(), id: Some("1".into()) }));
        // More of an answer that was given is none to another call.
        assert_eq!(calls.answer(None, "f"), None);
        assert_eq!(calls.answer(None, ""), Some(Call { name: "g".into(), id: None }));
        assert_eq!(calls.answer(None, ""), None);
    }
}
