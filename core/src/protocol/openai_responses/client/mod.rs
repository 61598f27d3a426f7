//! OpenAI Responses, towards a provider.
//!
//! A response is a list of items, and an item holds parts. `parts.rs` numbers the parts that the
//! wire addresses by item and index, `item.rs` turns items into parts, `assembly.rs` knows which items
//! have come; streamed events and whole responses both end there.

mod assembly;
mod cache;
pub(in crate::protocol) mod error;
mod extensions;
mod input;
mod item;
mod parts;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;

#[cfg(test)]
mod decoded {
    //! What the tests of this folder look at.

    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::stream::State;
    use crate::model::{Accumulator, Event, Part, Response};
    use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
    use crate::usage::Usage;

    pub(super) struct Decoded {
        pub(super) response: Response,
        pub(super) events: Vec<String>,
        pub(super) usage: Usage,
        pub(super) end: Result<(), DecodeError>,
    }

    impl Decoded {
        pub(super) fn parts(&self) -> impl Iterator<Item = &Part> {
            self.response.candidates.iter().flat_map(|c| &c.parts)
        }
    }

    /// Decodes values without framing: the events of a stream, or one whole response.
    pub(super) fn decode(values: &[&str]) -> Decoded {
        let mut state = State::default();
        let mut accumulator = Accumulator::new("openai");
        let mut events = Vec::new();
        let mut sink = |event: Event<'_>| {
            accumulator.add(&event);
            events.push(format!("{event:?}"));
        };
        let mut end = Ok(());
        for value in values {
            end = match *value {
                "[DONE]" => state.event("", value, &mut sink),
                _ => state.whole(value, &mut sink),
            };
            if end.is_err() || state.progress() == Progress::Complete {
                break;
            }
        }
        let end = end.and_then(|()| state.end(&mut sink));
        Decoded { response: accumulator.into_response(), events, usage: state.usage().clone(), end }
    }
}

#[cfg(test)]
mod encoded {
    //! Requests as the tests of this folder look at them.

    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use crate::model::{Message, Request};
    use crate::protocol::{Credential, Dialect, EncodeError, Target, encode_request};

    pub(super) struct Sent {
        pub(super) json: String,
        pub(super) losses: Vec<String>,
    }

    pub(super) fn send(request: &Request) -> Result<Sent, EncodeError> {
        let key = Some(Credential::new("k"));
        let target = Target::new(&Dialect::OPENAI_RESPONSES, key).expect("a good target");
        let encoded = encode_request(request, &target, false)?;
        let json = String::from_utf8(encoded.http.body).expect("JSON is UTF-8");
        crate::json::RawJson::parse(&json).expect("a request is JSON");
        Ok(Sent { json, losses: encoded.losses.iter().map(ToString::to_string).collect() })
    }

    /// The elements of `input` and the losses.
    pub(super) fn send_messages(messages: Vec<Message>) -> (String, Vec<String>) {
        let sent = send(&Request::new("m", messages)).expect("a request that can be sent");
        let input = sent.json.strip_prefix(r#"{"model":"m","input":"#).expect("the two fields");
        (input.strip_suffix('}').expect("an object").into(), sent.losses)
    }
}
