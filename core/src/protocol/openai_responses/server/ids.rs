//! Ids that are made here. They can be told from a provider's own when an application sends them back,
//! since only the provider that made an id knows it.

use alloc::string::String;

/// Behind the type's prefix of every id of an item that is made here.
const MARK: &str = "tw_";

/// Longer than any id that a host makes.
const MAX_ANSWER: usize = 40;

/// What of an answer's id may stand in other ids.
fn plain(id: &str) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    id.chars().filter(is_plain).take(MAX_ANSWER).collect()
}

/// The id of an item: its type's prefix, the answer's id, the item's number.
pub(super) fn item(prefix: &str, answer: &str, number: usize) -> String {
    alloc::format!("{prefix}_{MARK}{}_{number}", plain(answer))
}

/// Whether [`item`] made this id.
pub(super) fn is_made_up(id: &str) -> bool {
    id.split_once('_').is_some_and(|(_, rest)| rest.starts_with(MARK))
}

/// The id of a response: the one that a provider of another wire gave, or the host's, with this
/// wire's prefix.
pub(super) fn response(id: &str) -> String {
    if id.starts_with("resp_") { id.into() } else { alloc::format!("resp_{}", plain(id)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_made_here_are_told_apart() {
        assert_eq!(item("msg", "a.b-1", 3), "msg_tw_ab-1_3");
        assert!(is_made_up("msg_tw_ab-1_3"));
        for id in ["msg_0a1b", "rs_68twa", "", "tw_1"] {
            assert!(!is_made_up(id), "{id}");
        }
    }

    #[test]
    fn a_response_has_the_wires_prefix() {
        assert_eq!(response("msg_01 X"), "resp_msg_01X");
        assert_eq!(response("resp_1"), "resp_1");
    }
}
