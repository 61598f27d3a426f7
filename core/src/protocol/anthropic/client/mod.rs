//! Anthropic Messages, towards a provider.

mod assembly;
mod block;
mod cache;
mod content;
pub(in crate::protocol) mod error;
mod media;
mod message;
pub(in crate::protocol) mod request;
pub(in crate::protocol) mod response;
pub(in crate::protocol) mod stream;
mod tools;

#[cfg(test)]
mod encoded {
    //! Requests as the tests of this folder look at them.

    use alloc::string::String;
    use alloc::vec::Vec;

    use crate::model::{Loss, Request};
    use crate::protocol::{Credential, Dialect, EncodeError, Target, encode_request};

    /// Encodes for the vendor's own host and takes the body.
    pub(super) fn body_of(request: &Request) -> Result<(String, Vec<Loss>), EncodeError> {
        let target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("key"))).expect("a good target");
        let encoded = encode_request(request, &target, false)?;
        Ok((String::from_utf8(encoded.http.body).expect("JSON is UTF-8"), encoded.losses))
    }
}
