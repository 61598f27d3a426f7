//! What a request would mean something else without: a wire carries it, or the request is refused.
//!
//! Encoders are asked only for what passed here, so what they leave out changes no meaning.

use super::encoding::{EncodeError, Encoding};
use crate::model::ToolChoice;

/// Refuses what the target's wire cannot say.
pub(super) fn check(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    check_tool_choice(encoding)
}

fn check_tool_choice(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    match &encoding.request.tool_choice {
        Some(ToolChoice::Vendor { wire, .. }) if *wire != encoding.target.dialect.wire => {
            Err(encoding.refuse("tool_choice", alloc::format!("only {wire} knows this form")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::json::RawJson;
    use crate::model::{Message, Request, Wire};
    use crate::protocol::{Credential, Dialect, Encoded, Target, encode_request};

    fn hello() -> Request {
        Request { model: "m".into(), messages: vec![Message::user("Hi")], ..Request::default() }
    }

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text).expect(text)
    }

    fn send(request: &Request, wire: Wire) -> Result<Encoded, EncodeError> {
        let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
        encode_request(request, &target, false)
    }

    /// The wires that refuse the request at `path`; the others send it.
    fn refusing(request: &Request, path: &str) -> alloc::vec::Vec<Wire> {
        let refuses = |wire: &Wire| match send(request, *wire) {
            Err(EncodeError::Refused { loss, .. }) => {
                assert_eq!(loss.path, path, "{wire}");
                true
            }
            Err(other) => panic!("{wire}: {other}"),
            Ok(_) => false,
        };
        Wire::ALL.into_iter().filter(refuses).collect()
    }

    fn others(wire: Wire) -> alloc::vec::Vec<Wire> {
        Wire::ALL.into_iter().filter(|other| *other != wire).collect()
    }

    #[test]
    fn a_choice_that_only_its_wire_knows_is_refused_by_every_other() {
        for wire in Wire::ALL {
            let json = raw(r#"{"type":"x"}"#);
            let request = Request { tool_choice: Some(ToolChoice::Vendor { wire, json }), ..hello() };
            let request = Request {
                tools: vec![crate::model::Tool::function("f", "d", raw(r#"{"type":"object"}"#))],
                ..request
            };
            assert_eq!(refusing(&request, "tool_choice"), others(wire));
        }
    }
}
