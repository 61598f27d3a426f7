//! Ids that are made here. They can be told from a provider's own when an application sends them back,
//! since only the provider that made an id knows it.

use alloc::borrow::Cow;
use alloc::string::String;

use crate::json::{Reader, Writer};

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

/// The id in a vendor's item.
pub(super) fn id_in(json: &str) -> Option<String> {
    let r = &mut Reader::new(json);
    let mut fields = r.opt_object().ok()??;
    while let Some(key) = fields.key(r).ok()? {
        if key == "id" {
            return r.opt_string().ok()?.map(Cow::into_owned);
        }
        r.skip().ok()?;
    }
    None
}

/// The item with that id in place of any other.
pub(super) fn with_id(json: &str, id: &str) -> String {
    let mut w = Writer::new();
    let r = &mut Reader::new(json);
    w.object(|w| {
        w.key("id").string(id);
        let Ok(Some(mut fields)) = r.opt_object() else { return };
        while let Ok(Some(key)) = fields.key(r) {
            match r.raw() {
                Ok(_) if key == "id" => {}
                Ok(value) => w.key(&key).raw(value),
                Err(_) => return,
            }
        }
    });
    w.finish()
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
    fn an_items_id_can_be_set() {
        let json = r#"{"a":1,"id":"x","b":[2]}"#;
        assert_eq!(id_in(json).as_deref(), Some("x"));
        assert_eq!(with_id(json, "y"), r#"{"id":"y","a":1,"b":[2]}"#);
        assert_eq!(id_in(r#"{"id":null}"#), None);
    }

    #[test]
    fn a_response_has_the_wires_prefix() {
        assert_eq!(response("msg_01 X"), "resp_msg_01X");
        assert_eq!(response("resp_1"), "resp_1");
    }
}
