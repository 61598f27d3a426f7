//! An answer whose bytes the caller passes on as they came.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::Output;
use super::secrets::Secrets;
use crate::http::Head;

/// Bytes that may be held back before the commit point; beyond this the call is committed.
const MAX_HELD: usize = 1 << 20;

/// What of the present attempt's response has not been passed on yet.
#[derive(Debug, Default)]
pub(super) struct Forwarded {
    head: Option<Head>,
    held: Vec<u8>,
    /// Whether the caller has a head: from there on there is no other answer.
    has_begun: bool,
}

impl Forwarded {
    /// Another attempt begins: what was held of the last one is nobody's.
    pub(super) fn start_attempt(&mut self) {
        self.head = None;
        self.held.clear();
    }

    /// A head came.
    pub(super) fn take_head(&mut self, head: &Head) {
        if !self.has_begun {
            self.head = Some(head.clone());
        }
    }

    /// Bytes of the body came; gives whether more is held than may be.
    pub(super) fn take(&mut self, bytes: &[u8]) -> bool {
        self.held.extend_from_slice(bytes);
        self.held.len() > MAX_HELD
    }

    /// Masks the call's own credential in what is held: the words of a refusal, and its head.
    pub(super) fn mask(&mut self, secrets: &Secrets) {
        let text = String::from_utf8_lossy(&self.held);
        if let Cow::Owned(masked) = secrets.mask(Cow::Borrowed(&text)) {
            self.held = masked.into_bytes();
            if let Some(head) = &mut self.head {
                let is_kept = |name: &str| !name.eq_ignore_ascii_case("content-length");
                let kept = head.headers.iter().filter(|(name, _)| is_kept(name));
                head.headers = kept.map(|(name, value)| (String::from(name), String::from(value))).collect();
            }
        }
        if let Some(head) = &mut self.head {
            let masked = head
                .headers
                .iter()
                .map(|(name, value)| (String::from(name), secrets.mask(Cow::Borrowed(value)).into_owned()));
            head.headers = masked.collect();
        }
    }

    /// Passes on what is held.
    pub(super) fn give(&mut self, outputs: &mut VecDeque<Output>) {
        if let Some(head) = self.head.take() {
            self.has_begun = true;
            outputs.push_back(Output::ForwardHead(head));
        }
        if !self.held.is_empty() {
            outputs.push_back(Output::Forward(core::mem::take(&mut self.held)));
        }
    }
}
