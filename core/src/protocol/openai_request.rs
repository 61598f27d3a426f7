//! What requests on both of OpenAI's wires have in common.

/// The name of a schema: one is demanded, and other wires have none.
pub(super) const fn schema_name(name: &str) -> &str {
    if name.is_empty() { "response" } else { name }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crate::json::RawJson;
    use crate::model::{Loss, Message, OutputFormat, Request, Wire};
    use crate::protocol::{Credential, Dialect, Target, encode_request};

    /// The body on each of the two wires, and what was lost.
    fn bodies(request: &Request) -> [(alloc::string::String, Vec<Loss>); 2] {
        [Wire::OpenaiChat, Wire::OpenaiResponses].map(|wire| {
            let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
            let encoded = encode_request(request, &target, false).expect("a request that can be sent");
            (alloc::string::String::from_utf8(encoded.http.body).expect("JSON"), encoded.losses)
        })
    }

    fn hello(model: &str) -> Request {
        Request::new(model, vec![Message::user("Hi")])
    }

    #[test]
    fn a_schema_without_a_name_gets_one() {
        let schema = RawJson::parse("{}").expect("JSON");
        let mut request = hello("m");
        let (name, description, strict) = (alloc::string::String::new(), None, None);
        request.output = Some(OutputFormat::JsonSchema { name, description, schema, strict });
        for (body, losses) in bodies(&request) {
            assert!(body.contains(r#""name":"response""#), "{body}");
            assert!(losses.is_empty());
        }
    }
}
