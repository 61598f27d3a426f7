//! The call's own credential, kept out of what it reports: a server may repeat it in an error.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::failure::{ErrorBody, Failure};
use crate::http::is_secret;
use crate::protocol::Target;

/// Shorter ones are no secrets but placeholders (`none`, `ollama`), and parts of common words.
const MIN_BYTES: usize = 8;

/// What must not be shown.
#[derive(Clone)]
pub(super) struct Secrets(Vec<String>);

impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("***")
    }
}

impl Secrets {
    /// The target's credential, and what its own headers carry of that kind.
    pub(super) fn of(target: &Target) -> Self {
        let credential = target.credential.iter().map(|c| c.expose());
        let headers = target.headers.iter().filter(|(name, _)| is_secret(name));
        // What stands before the last word is a scheme.
        let headers = headers.filter_map(|(_, value)| value.split_whitespace().last());
        let mut all: Vec<_> =
            credential.chain(headers).filter(|s| s.len() >= MIN_BYTES).map(String::from).collect();
        // Where one holds another, the whole goes first.
        all.sort_unstable_by_key(|secret| core::cmp::Reverse(secret.len()));
        Self(all)
    }

    /// The text with `***` in place of each secret.
    pub(super) fn mask<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        self.0.iter().fold(text, |text, secret| {
            if text.contains(secret) { Cow::Owned(text.replace(secret, "***")) } else { text }
        })
    }

    fn mask_each<'a>(&self, fields: impl IntoIterator<Item = &'a mut String>) {
        for field in fields {
            if let Cow::Owned(masked) = self.mask(Cow::Borrowed(field)) {
                *field = masked;
            }
        }
    }

    /// Masks an error body before it is judged: a cut message could hold a half of a secret.
    pub(super) fn mask_body(&self, body: &mut ErrorBody) {
        let ErrorBody { code, error_type, message, param, quota_id, request_id, retry_after_ms: _ } = body;
        self.mask_each([code, error_type, message, param, quota_id, request_id].into_iter().flatten());
    }

    /// Masks a failure; headers and hosts contribute to it too.
    pub(super) fn mask_failure(&self, failure: &mut Failure) {
        let Failure { code, error_type, message, request_id, .. } = failure;
        self.mask_each([code, error_type, request_id].into_iter().flatten().chain([message]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::FailureKind;
    use crate::model::Wire;
    use crate::protocol::{Credential, Dialect};

    fn secrets(credential: &str, headers: &[(&str, &str)]) -> Secrets {
        let dialect = Dialect::of_wire(Wire::OpenaiChat);
        let mut target = Target::new(dialect, Some(Credential::new(credential))).expect("a good key");
        headers.iter().for_each(|(name, value)| target.headers.set(String::from(*name), *value));
        Secrets::of(&target)
    }

    #[test]
    fn the_credential_is_masked_wherever_it_stands() {
        let secrets =
            secrets("plain/word/0123", &[("x-my-token", "Token other-9876"), ("x-trace", "visible-1")]);
        let shown =
            secrets.mask(Cow::Borrowed("plain/word/0123, other-9876, Token, visible-1, plain/word/012"));
        assert_eq!(shown, "***, ***, Token, visible-1, plain/word/012");
    }

    #[test]
    fn the_longer_secret_goes_first() {
        let secrets = secrets("abcdefgh", &[("x-api-key", "abcdefgh-ijkl")]);
        assert_eq!(secrets.mask(Cow::Borrowed("abcdefgh-ijkl abcdefgh")), "*** ***");
    }

    #[test]
    fn placeholders_leave_words_alone() {
        assert_eq!(secrets("sim", &[]).mask(Cow::Borrowed("simulated")), "simulated");
    }

    #[test]
    fn every_text_of_a_failure_is_masked() {
        let text = || Some(String::from("see my-credential"));
        let mut failure = Failure {
            code: text(),
            error_type: text(),
            request_id: text(),
            ..Failure::new(FailureKind::Authentication, "no my-credential here")
        };
        let mut body =
            ErrorBody { code: text(), error_type: text(), message: text(), ..ErrorBody::default() };
        let secrets = secrets("my-credential", &[]);
        secrets.mask_failure(&mut failure);
        secrets.mask_body(&mut body);
        for field in
            [failure.code, failure.error_type, failure.request_id, body.code, body.error_type, body.message]
        {
            assert_eq!(field.as_deref(), Some("see ***"));
        }
        assert_eq!(failure.message, "no *** here");
    }
}
