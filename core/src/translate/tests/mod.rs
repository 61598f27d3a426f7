mod answers;
mod passing;
mod switching;

use alloc::string::String;

use super::{Refusal, TranslateOptions, Translated, translate_request};
use crate::http::Headers;
use crate::json::Reader;
use crate::model::Wire;
use crate::protocol::{Credential, Dialect, Incoming, Target};

/// A provider that speaks `wire`, and whose own wire it is.
fn target(wire: Wire) -> Target {
    Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).expect("a credential")
}

/// Where an application asks on `wire`.
const fn path(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "/v1/messages",
        Wire::Gemini => "/v1beta/models/m:generateContent",
        Wire::OpenaiChat => "/v1/chat/completions",
        Wire::OpenaiResponses => "/v1/responses",
    }
}

fn sent(wire: Wire, body: &str, target: &Target, options: &TranslateOptions) -> Result<Translated, Refusal> {
    let incoming = Incoming { path: path(wire), headers: &Headers::new(), body };
    translate_request(wire, &incoming, target, options)
}

fn body(translated: &Translated) -> &str {
    core::str::from_utf8(&translated.http.body).expect("JSON")
}

/// The value at `path` of `json`; numbers are places in arrays.
fn value(json: &str, path: &[&str]) -> String {
    let Some((step, rest)) = path.split_first() else { return json.into() };
    let mut r = Reader::new(json);
    if let Ok(place) = step.parse::<usize>() {
        let (mut array, mut at) = (r.array().expect(json), 0);
        while array.element(&mut r).expect(json) {
            let raw = r.raw().expect(json);
            if at == place {
                return value(raw, rest);
            }
            at += 1;
        }
    } else {
        let mut object = r.object().expect(json);
        while let Some(key) = object.key(&mut r).expect(json) {
            let raw = r.raw().expect(json);
            if key == *step {
                return value(raw, rest);
            }
        }
    }
    panic!("no {step} in {json}")
}
