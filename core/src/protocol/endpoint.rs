//! Which question an application's address asks, on which wire.

use crate::http::{Headers, Method};
use crate::model::Wire;

/// What an application wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// An answer of a model.
    Answer(Wire),
    /// How many tokens a request has.
    CountTokens(Wire),
    /// The list of models. OpenAI's two wires share it, and it is Chat's then.
    Models(Wire),
}

impl Endpoint {
    /// The question at `path` below the host, with or without a query; `None` where none of the four wires
    /// asks there.
    ///
    /// Paths are found by their ends, so a prefix of one's own does no harm: `/v1/messages` and
    /// `/anything/v1/messages` are Anthropic's. `/v1/models` is asked by two vendors' SDKs; the one that
    /// sends `anthropic-version` gets Anthropic's list.
    ///
    /// ```
    /// use tokenwire_core::http::{Headers, Method};
    /// use tokenwire_core::model::Wire;
    /// use tokenwire_core::protocol::Endpoint;
    ///
    /// let at = |path| Endpoint::of(Method::Post, path, &Headers::new());
    /// assert_eq!(at("/v1/chat/completions"), Some(Endpoint::Answer(Wire::OpenaiChat)));
    /// assert_eq!(at("/v1beta/models/m:streamGenerateContent?alt=sse"), Some(Endpoint::Answer(Wire::Gemini)));
    /// assert_eq!(at("/v1/embeddings"), None);
    /// ```
    pub fn of(method: Method, path: &str, headers: &Headers) -> Option<Self> {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let path = path.strip_suffix('/').unwrap_or(path);
        match method {
            Method::Post => posted(path),
            Method::Get if path.ends_with("/models") => Some(Self::Models(asker(path, headers))),
            Method::Get => None,
        }
    }
}

fn posted(path: &str) -> Option<Endpoint> {
    const ENDS: [(&str, Endpoint); 7] = [
        ("/chat/completions", Endpoint::Answer(Wire::OpenaiChat)),
        ("/responses", Endpoint::Answer(Wire::OpenaiResponses)),
        ("/responses/input_tokens", Endpoint::CountTokens(Wire::OpenaiResponses)),
        ("/messages", Endpoint::Answer(Wire::Anthropic)),
        ("/messages/count_tokens", Endpoint::CountTokens(Wire::Anthropic)),
        (":generateContent", Endpoint::Answer(Wire::Gemini)),
        (":countTokens", Endpoint::CountTokens(Wire::Gemini)),
    ];
    // The colon of Gemini's methods may come escaped (RFC 3986 section 2.1).
    let path = &*path.replace("%3A", ":").replace("%3a", ":");
    if path.ends_with(":streamGenerateContent") {
        return Some(Endpoint::Answer(Wire::Gemini));
    }
    // OpenAI's threads have messages too.
    if path.contains("/threads/") {
        return None;
    }
    ENDS.into_iter().find(|(end, _)| path.ends_with(end)).map(|(_, endpoint)| endpoint)
}

/// Whose SDK asks for a list of models.
fn asker(path: &str, headers: &Headers) -> Wire {
    if headers.get("anthropic-version").is_some() {
        Wire::Anthropic
    } else if path.ends_with("/v1beta/models") || headers.get("x-goog-api-key").is_some() {
        Wire::Gemini
    } else {
        Wire::OpenaiChat
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_models_are_told_apart_by_who_asks() {
        let at = |path, name: &'static str| {
            let headers: Headers = [(name, "x")].into_iter().collect();
            Endpoint::of(Method::Get, path, &headers)
        };
        assert_eq!(at("/v1/models", "authorization"), Some(Endpoint::Models(Wire::OpenaiChat)));
        assert_eq!(at("/v1/models?limit=20", "anthropic-version"), Some(Endpoint::Models(Wire::Anthropic)));
        assert_eq!(at("/v1beta/models", "accept"), Some(Endpoint::Models(Wire::Gemini)));
    }

    #[test]
    fn counting_is_not_answering() {
        let at = |path| Endpoint::of(Method::Post, path, &Headers::new());
        assert_eq!(at("/v1/messages/count_tokens"), Some(Endpoint::CountTokens(Wire::Anthropic)));
        assert_eq!(at("/x/v1/messages/"), Some(Endpoint::Answer(Wire::Anthropic)));
        assert_eq!(at("/v1beta/models/a/b:countTokens?key=k"), Some(Endpoint::CountTokens(Wire::Gemini)));
        assert_eq!(at("/v1beta/models/openai%2Fm%3AgenerateContent"), Some(Endpoint::Answer(Wire::Gemini)));
        assert_eq!(at("/v1/threads/t/messages"), None);
        assert_eq!(Endpoint::of(Method::Get, "/v1/messages", &Headers::new()), None);
    }
}
