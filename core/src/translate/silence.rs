//! What an application means by saying nothing, where its own wire and the provider's take that differently.

use crate::model::{Request, Tool, Wire};

/// Says in a request from another wire what the provider's would not understand by itself.
///
/// Responses keeps every response unless it is told not to, and tries schemas of functions as strict ones;
/// no other wire does either.
pub(super) fn speak(request: &mut Request, provider: Wire) {
    if provider != Wire::OpenaiResponses {
        return;
    }
    request.state.store.get_or_insert(false);
    for tool in &mut request.tools {
        if let Tool::Function { strict, .. } = tool {
            strict.get_or_insert(false);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use crate::http::Headers;
    use crate::model::Wire;
    use crate::protocol::{Credential, Dialect, Incoming, Target};
    use crate::translate::{TranslateOptions, translate_request};

    fn sent(wire: Wire, path: &str, body: &str) -> String {
        let (headers, options) = (Headers::new(), TranslateOptions::default());
        let target = Target::new(&Dialect::OPENAI_RESPONSES, Some(Credential::new("k"))).expect("a target");
        let incoming = Incoming { path, headers: &headers, body };
        let translated = translate_request(wire, &incoming, &target, &options).expect("a request");
        String::from_utf8(translated.http.body).expect("JSON")
    }

    #[test]
    fn nothing_is_stored_and_no_schema_tightened_unless_the_application_said_so() {
        let chat = |more: &str, strict: &str| {
            let body = alloc::format!(
                r#"{{"model":"m","messages":[{{"role":"user","content":"Hi"}}]{more},
                "tools":[{{"type":"function","function":{{"name":"f","parameters":{{}}{strict}}}}}]}}"#
            );
            sent(Wire::OpenaiChat, "/v1/chat/completions", &body)
        };
        let silent = chat("", "");
        assert!(silent.contains(r#""store":false"#) && silent.contains(r#""strict":false"#), "{silent}");
        let spoken = chat(r#","store":true"#, r#","strict":true"#);
        assert!(spoken.contains(r#""store":true"#) && spoken.contains(r#""strict":true"#), "{spoken}");
        let own = sent(Wire::OpenaiResponses, "/v1/responses", r#"{"model":"m","input":"Hi"}"#);
        assert!(!own.contains("store"), "{own}");
        let options = TranslateOptions { rewrite: true, ..TranslateOptions::default() };
        let target = Target::new(&Dialect::OPENAI_RESPONSES, Some(Credential::new("k"))).expect("a target");
        let (path, headers, body) = ("/v1/responses", Headers::new(), r#"{"model":"m","input":"Hi"}"#);
        let incoming = Incoming { path, headers: &headers, body };
        let anew = translate_request(Wire::OpenaiResponses, &incoming, &target, &options).expect("a request");
        let anew = String::from_utf8(anew.http.body).expect("JSON");
        assert!(!anew.contains("store"), "{anew}");
    }
}
