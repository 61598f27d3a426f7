//! Translation: a program that speaks one wire talks to a provider that speaks another.
//!
//! A request is decoded from the application's wire and encoded for the provider's; the answer goes the
//! other way, event by event. What cannot be carried is listed as a [`Loss`](crate::model::Loss), and a
//! [`LossPolicy`] says what of it is accepted; what would change the meaning is refused before anything is
//! sent. Where both speak the same wire, the bytes pass as they are and are only watched; a request that holds
//! sealed state is written anew.
//!
//! ```
//! use tokenwire_core::http::Headers;
//! use tokenwire_core::model::Wire;
//! use tokenwire_core::protocol::{Caps, Credential, Dialect, Incoming, Target};
//! use tokenwire_core::translate::{ResponseTranslator, TranslateOptions, translate_request};
//!
//! // A program that speaks Anthropic Messages asks …
//! let body = r#"{"model":"claude-haiku-5-5","max_tokens":50,
//!     "messages":[{"role":"user","content":"Name a colour."}]}"#;
//! let incoming = Incoming { path: "/v1/messages", headers: &Headers::new(), body };
//! // … and an OpenAI model answers.
//! let target = Target::new(&Dialect::OPENAI, Some(Credential::new("key")))?;
//! let options = TranslateOptions { model: Some("gpt-5.4-mini".into()), ..TranslateOptions::default() };
//! let translated = translate_request(Wire::Anthropic, &incoming, &target, &options)?;
//! assert_eq!(translated.http.url, "https://api.openai.com/v1/chat/completions");
//!
//! let mut answer = ResponseTranslator::new(&translated, &target.dialect, Caps::default());
//! let mut out = Vec::new();
//! answer.push(br#"{"id":"c1","model":"gpt-5.4-mini","choices":[{"index":0,"finish_reason":"stop",
//!     "message":{"role":"assistant","content":"Teal."}}],
//!     "usage":{"prompt_tokens":9,"completion_tokens":4}}"#, &mut (), &mut out)?;
//! answer.end(&mut (), &mut out)?;
//! let message = String::from_utf8(out)?;
//! assert!(message.contains(r#""type":"message""#) && message.contains("Teal."), "{message}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod forward;
mod freeform;
mod options;
mod own;
mod policy;
mod refusal;
mod request;
mod response;
mod restoring;
mod silence;
mod tool_names;
mod top;
mod translated;

#[cfg(test)]
mod tests;

pub use options::TranslateOptions;
pub use policy::{LossPolicy, Verdict};
pub use refusal::Refusal;
pub use request::translate_request;
pub use response::{ResponseTranslator, translate_error};
pub(crate) use restoring::Restoring;
pub use translated::Translated;
