//! `reasoning_details` of a message that an application sends back.

use alloc::string::String;
use alloc::vec::Vec;

use super::details::ENCRYPTED;
use super::object::understood;
use super::position::Position;
use super::typed::{Path, Read, elements, syntax};
use crate::json::Reader;
use crate::model::{Loss, LossAction};
use crate::protocol::SealKey;
use crate::protocol::seal::Sealed;

/// The entries, sorted by what they are.
#[derive(Debug, Default)]
pub(super) struct Entries<'a> {
    /// What was sealed here, in the order of the parts.
    pub(super) envelopes: Vec<Envelope>,
    /// The other entries, as they came.
    pub(super) unsealed: Vec<&'a str>,
    /// The text in those.
    pub(super) text: String,
    /// Whether there were envelopes, broken ones too.
    pub(super) is_marked: bool,
}

/// One sealed entry.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) position: Position,
    pub(super) sealed: Sealed,
}

/// Reads the array. An envelope that was changed on its way is left out and reported.
pub(super) fn read<'a>(
    raw: &'a str,
    path: &Path<'_>,
    key: &SealKey,
    losses: &mut Vec<Loss>,
) -> Read<Entries<'a>> {
    let mut entries = Entries::default();
    elements(&mut Reader::new(raw), path, &mut |r, path| {
        let raw = r.raw().map_err(syntax)?;
        let entry = Entry::read(raw);
        let opened = entry.data.as_deref().and_then(|data| Sealed::open(data, key));
        entries.is_marked |= opened.is_some();
        match opened {
            Some(Ok(sealed)) => {
                let position = entry.id.as_deref().and_then(Position::parse).unwrap_or_default();
                entries.envelopes.push(Envelope { position, sealed });
            }
            Some(Err(_)) => {
                let why = "the sealed state is not as it was sent";
                losses.push(Loss::new(LossAction::Dropped, alloc::format!("{path}"), why));
            }
            None => {
                entries.text.push_str(&entry.text);
                entries.unsealed.push(raw);
            }
        }
        Ok(())
    })?;
    entries.envelopes.sort_by_key(|envelope| envelope.position.part);
    Ok(entries)
}

/// An entry, as far as it is understood here.
#[derive(Default)]
struct Entry {
    /// Of an encrypted entry.
    data: Option<String>,
    id: Option<String>,
    text: String,
}

impl Entry {
    fn read(raw: &str) -> Self {
        let (mut entry, mut is_encrypted) = (Self::default(), false);
        let _ = understood(raw, |key, r| {
            let text = r.opt_string().ok()?;
            match (key, text) {
                ("type", Some(text)) => is_encrypted = text == ENCRYPTED,
                ("data", Some(text)) => entry.data = Some(text.into_owned()),
                ("id", Some(text)) => entry.id = Some(text.into_owned()),
                ("text" | "summary", Some(text)) => entry.text.push_str(&text),
                _ => {}
            }
            Some(())
        });
        entry.data = entry.data.filter(|_| is_encrypted);
        entry
    }
}
