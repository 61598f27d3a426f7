//! Ids of tool calls that are legal on an application's wire and can be read back.
//!
//! Providers make ids that other wires do not take (`functions.get:0`, 200 characters), or none at
//! all (Gemini). What is legal goes as it is; the rest goes in a spelling that holds the original, so
//! that nothing must be remembered between two requests.

use alloc::borrow::Cow;
use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Before the base64 of an id that is not legal everywhere.
const SPELLED: &str = "twid_";

/// Before the number of a call to which its provider gave no id.
const NUMBERED: &str = "twcall_";

/// What every wire takes: Anthropic's `^[a-zA-Z0-9_-]+$`, at OpenAI's length of 64.
fn is_legal(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The id of a call for an application. `number` is the call's place in the answer, `answer` the
/// answer's own id, so that two answers do not share ids.
pub(super) fn legal<'a>(id: Option<&'a str>, answer: &str, number: u32) -> Cow<'a, str> {
    match id {
        Some(id) if is_legal(id) && !is_ours(id) => Cow::Borrowed(id),
        Some(id) if !id.is_empty() => Cow::Owned(alloc::format!("{SPELLED}{}", URL_SAFE_NO_PAD.encode(id))),
        _ => {
            let answer: String = answer.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
            Cow::Owned(alloc::format!("{NUMBERED}{answer}_{number}"))
        }
    }
}

fn is_ours(id: &str) -> bool {
    id.starts_with(SPELLED) || id.starts_with(NUMBERED)
}

/// Whether this id was made here because the provider gave none.
pub(super) fn is_made_up(id: &str) -> bool {
    id.starts_with(NUMBERED)
}

/// The id that the provider gave, from the one that the application sends back.
pub(super) fn original(id: &str) -> Cow<'_, str> {
    let spelled = id.strip_prefix(SPELLED).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
    match spelled.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(original) => Cow::Owned(original),
        None => Cow::Borrowed(id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legal_id_goes_as_it_is() {
        for id in ["call_0aZ-9", "toolu_01"] {
            assert_eq!(legal(Some(id), "r", 0), id);
            assert_eq!(original(id), id);
        }
    }

    #[test]
    fn any_other_id_is_legal_and_reads_back() {
        let long = "x".repeat(65);
        for id in ["functions.get:0", "a b", "é", &long, "twid_x", "twcall_1_2"] {
            let spelled = legal(Some(id), "r", 0);
            assert!(
                spelled.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'),
                "{spelled}"
            );
            assert_eq!(original(&spelled), id);
        }
    }

    #[test]
    fn calls_without_ids_get_one_of_their_own() {
        let id = legal(None, "msg-1.x", 3);
        assert_eq!(id, "twcall_msg1x_3");
        assert!(is_made_up(&id) && is_legal(&id));
        assert_eq!(original(&id), id);
        assert_eq!(legal(Some(""), "a", 0), "twcall_a_0");
    }
}
