//! Opaque state on its way through an application that speaks another vendor's wire.
//!
//! A vendor's signatures and encrypted blocks must come back to it byte for byte, and to nobody else.
//! Where the application's wire has a field that its SDKs send back unread, they travel there in an
//! envelope: base64 of the letters `tw1`, a tag of 16 bytes and a JSON text that names vendor, model
//! and place. The tag is HMAC-SHA-256 under the key of whoever runs the translation, cut to 16 bytes
//! (RFC 2104 section 5), so that an envelope that was changed, or made by someone else, is told apart.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::json::{self, RawJson, Reader, Writer};
use crate::model::{Opaque, Wire};

/// The version; three bytes, so that it shows in base64 as four letters of their own.
const VERSION: &[u8; 3] = b"tw1";

/// How every envelope of this version begins.
const PREFIX: &str = "dHcx";

const TAG_BYTES: usize = 16;

/// More fields than any part has.
const MAX_FIELDS: usize = 64;

/// Whether a string in the JSON text `body` begins as an envelope does.
pub(crate) fn has_envelope(body: &str) -> bool {
    body.match_indices(PREFIX).any(|(at, _)| body[..at].ends_with('"'))
}

/// The key that envelopes are sealed with.
///
/// **The default key is public.** It tells a damaged envelope, not a forged one: whoever has read this source
/// can make envelopes that open under it, with state for any part and with whole blocks of a vendor. What that
/// is good for is judged by the vendor, who checks signatures of its own; but an application gets a block into
/// a request that its own wire has no word for. Whoever serves applications that are not trusted sets a secret
/// key, the same on every machine.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SealKey([u8; 32]);

impl SealKey {
    /// A secret of 32 bytes.
    pub const fn new(key: [u8; 32]) -> Self {
        Self(key)
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealKey(***)")
    }
}

/// How many parts back the owner of sealed state is looked for: more than a model makes in a turn.
pub(super) const LOOK_BACK: usize = 256;

/// What of an answer the sealed state belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The reasoning that stands where the envelope does.
    Reasoning,
    /// The text that comes last before the envelope.
    Text,
    /// The tool call with this id, as the application knows it.
    ToolCall(String),
    /// A vendor's own block of this kind, whole; the first field holds its JSON.
    Vendor(String),
}

/// State in an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    /// Whose state it is.
    pub(super) vendor: String,
    /// The model it came from, where known.
    pub(super) model: Option<String>,
    /// The wire it came on.
    pub(super) wire: Wire,
    /// What it belongs to.
    pub(super) place: Place,
    /// The text that a signature covers, where the application's wire cannot keep it apart.
    pub(super) text: Option<String>,
    /// Fields and their values, JSON text.
    pub(super) fields: Vec<(String, RawJson)>,
}

/// An envelope that is not as it was sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken;

impl Sealed {
    /// The fields as a part's opaque state.
    pub(super) fn into_opaque(self) -> Vec<Opaque> {
        let Self { vendor, model, fields, .. } = self;
        let bind = |(field, value)| Opaque { vendor: vendor.clone(), model: model.clone(), field, value };
        fields.into_iter().map(bind).collect()
    }

    /// The envelope: base64 with padding, so that it also fits where a wire wants bytes.
    pub(super) fn seal(&self, key: &SealKey) -> String {
        let json = self.json();
        let mut bytes = Vec::with_capacity(VERSION.len() + TAG_BYTES + json.len());
        bytes.extend_from_slice(VERSION);
        bytes.extend_from_slice(&tag(key, json.as_bytes()));
        bytes.extend_from_slice(json.as_bytes());
        STANDARD.encode(bytes)
    }

    /// Opens `text`; `None` where it is no envelope but a vendor's own state.
    pub(super) fn open(text: &str, key: &SealKey) -> Option<Result<Self, Broken>> {
        text.starts_with(PREFIX).then(|| Self::open_envelope(text, key).ok_or(Broken))
    }

    fn open_envelope(text: &str, key: &SealKey) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let (stated, json) = bytes.strip_prefix(VERSION)?.split_at_checked(TAG_BYTES)?;
        let mut mac = mac(key);
        mac.update(json);
        mac.verify_truncated_left(stated).ok()?;
        Self::read(core::str::from_utf8(json).ok()?).ok().flatten()
    }

    fn json(&self) -> String {
        let (place, of) = match &self.place {
            Place::Reasoning => ("reasoning", None),
            Place::Text => ("text", None),
            Place::ToolCall(id) => ("tool_call", Some(id)),
            Place::Vendor(kind) => ("vendor", Some(kind)),
        };
        let mut w = Writer::new();
        w.object(|w| {
            w.key("vendor").string(&self.vendor);
            w.opt_string("model", self.model.as_deref());
            w.key("wire").string(self.wire.name());
            w.key("place").string(place);
            w.opt_string("of", of.map(String::as_str));
            w.opt_string("text", self.text.as_deref());
            w.key("fields").object(|w| {
                for (field, value) in &self.fields {
                    w.key(field).raw(value.as_str());
                }
            });
        });
        w.finish()
    }

    fn read(text: &str) -> Result<Option<Self>, json::Error> {
        let mut r = Reader::new(text);
        let (mut vendor, mut model, mut wire, mut place, mut of, mut covered) =
            (None, None, None, None, None, None);
        let mut fields = Vec::new();
        let mut object = r.object()?;
        while let Some(key) = object.key(&mut r)? {
            let into = match &*key {
                "vendor" => &mut vendor,
                "model" => &mut model,
                "wire" => &mut wire,
                "place" => &mut place,
                "of" => &mut of,
                "text" => &mut covered,
                "fields" => {
                    fields = read_fields(&mut r)?;
                    continue;
                }
                _ => {
                    r.skip()?;
                    continue;
                }
            };
            *into = r.opt_string()?.map(String::from);
        }
        let place = match (place.as_deref(), of) {
            (Some("reasoning"), _) => Place::Reasoning,
            (Some("text"), _) => Place::Text,
            (Some("tool_call"), Some(id)) => Place::ToolCall(id),
            (Some("vendor"), Some(kind)) => Place::Vendor(kind),
            _ => return Ok(None),
        };
        let (Some(vendor), Some(wire)) = (vendor, wire.as_deref().and_then(Wire::parse)) else {
            return Ok(None);
        };
        Ok(Some(Self { vendor, model, wire, place, text: covered, fields }))
    }
}

fn read_fields(r: &mut Reader<'_>) -> Result<Vec<(String, RawJson)>, json::Error> {
    let mut fields = Vec::new();
    let mut object = r.object()?;
    while let Some(key) = object.key(r)? {
        let value = r.raw()?;
        if fields.len() < MAX_FIELDS {
            fields.push((String::from(key), RawJson::trusted(value)));
        }
    }
    Ok(fields)
}

fn mac(key: &SealKey) -> Hmac<Sha256> {
    Hmac::new_from_slice(&key.0).expect("HMAC takes keys of any length (RFC 2104)")
}

fn tag(key: &SealKey, json: &[u8]) -> [u8; TAG_BYTES] {
    let mut mac = mac(key);
    mac.update(json);
    let full = mac.finalize().into_bytes();
    let mut tag = [0; TAG_BYTES];
    tag.copy_from_slice(&full[..TAG_BYTES]);
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> Sealed {
        Sealed {
            vendor: "anthropic".into(),
            model: Some("claude-opus-5-5".into()),
            wire: Wire::Anthropic,
            place: Place::ToolCall("toolu_1".into()),
            text: Some("so \"be\" it".into()),
            fields: alloc::vec![
                ("signature".into(), RawJson::trusted("\"Eq==\"")),
                ("n".into(), RawJson::trusted("1e400"))
            ],
        }
    }

    #[test]
    fn an_envelope_opens_as_it_was_sealed() {
        let key = SealKey::new([7; 32]);
        let envelope = sealed().seal(&key);
        assert!(envelope.starts_with(PREFIX));
        assert_eq!(Sealed::open(&envelope, &key), Some(Ok(sealed())));
    }

    #[test]
    fn another_vendors_state_is_no_envelope() {
        assert_eq!(Sealed::open("EqQBCgIYAhIM", &SealKey::default()), None);
    }

    #[test]
    fn every_changed_letter_and_every_other_key_is_noticed() {
        let key = SealKey::default();
        let envelope = sealed().seal(&key);
        for at in PREFIX.len()..envelope.len() {
            let mut bytes = envelope.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(Sealed::open(&changed, &key), Some(Err(Broken)), "byte {at}");
        }
        assert_eq!(Sealed::open(&envelope, &SealKey::new([1; 32])), Some(Err(Broken)));
        assert_eq!(Sealed::open(&envelope[..20], &key), Some(Err(Broken)));
    }

    #[test]
    fn under_the_default_key_anybodys_envelope_opens_and_under_a_secret_one_it_does_not() {
        let forged = Sealed { place: Place::Vendor("mcp_call".into()), ..sealed() }.seal(&SealKey::default());
        assert!(matches!(Sealed::open(&forged, &SealKey::new([0; 32])), Some(Ok(_))), "the default is known");
        assert_eq!(Sealed::open(&forged, &SealKey::new([3; 32])), Some(Err(Broken)));
    }

    #[test]
    fn an_envelope_in_a_body_is_seen() {
        let envelope = sealed().seal(&SealKey::default());
        assert!(has_envelope(&alloc::format!(r#"{{"data":"{envelope}"}}"#)));
        assert!(!has_envelope(r#"{"text":"it begins with dHcx"}"#));
    }

    #[test]
    fn a_key_is_not_shown() {
        assert_eq!(alloc::format!("{:?}", SealKey::new([65; 32])), "SealKey(***)");
    }
}
