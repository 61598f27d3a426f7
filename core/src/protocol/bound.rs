//! State that is bound to the model it came from.
//!
//! Anthropic binds signatures to the family of the model, OpenAI and Google bind theirs to the model. What an
//! envelope or an answer knows is the name by which the model answered, which is seldom the one that was
//! asked for: it has a date, or the one asked for was an alias. So state is kept from another model only
//! where both names are of one family (`gpt`, `claude`, `gemini`) and clearly say different members of it.
//! Hosts that name models as they like (deployments, routers, servers of one's own) judge for themselves.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::Target;
use crate::model::{Loss, LossAction, Opaque, Request};

/// What a vendor binds its state to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bond {
    /// The model without its version: `claude-opus`.
    Family,
    Model,
}

/// The vendors that bind state and answer by the model's name.
fn bond_of(vendor: &str) -> Option<Bond> {
    match vendor {
        "anthropic" => Some(Bond::Family),
        "google" | "openai" => Some(Bond::Model),
        _ => None,
    }
}

/// The fields with state that is bound; others (ids, `phase`, `caller`) only say what belongs together.
const FIELDS: [&str; 4] = ["encrypted_content", "extra_content", "signature", "thoughtSignature"];

/// Words that say which edition of a model it is, not which model.
const EDITIONS: [&str; 5] = ["beta", "exp", "experimental", "latest", "preview"];

/// The request without the state that another model of the target's vendor made, and what that was.
pub(super) fn to_model<'a>(request: &'a Request, target: &Target) -> (Cow<'a, Request>, Vec<Loss>) {
    let vendor = target.dialect.vendor;
    // Behind an address of one's own, names mean what its owner says.
    let is_at_home = target.base_url.as_str() == target.dialect.base_url;
    let Some(bond) = bond_of(vendor).filter(|_| is_at_home) else {
        return (Cow::Borrowed(request), Vec::new());
    };
    let asked = Name::read(&request.model);
    let is_others = |opaque: &Opaque| {
        let is_bound = opaque.vendor == vendor && FIELDS.contains(&opaque.field.as_str());
        let model = opaque.model.as_deref().filter(|_| is_bound);
        model.is_some_and(|model| are_different(&Name::read(model), &asked, bond))
    };
    let states = request.messages.iter().flat_map(|m| &m.parts).flat_map(|part| &part.opaque);
    if !states.into_iter().any(is_others) {
        return (Cow::Borrowed(request), Vec::new());
    }
    let (mut bound, mut losses) = (request.clone(), Vec::new());
    for (m, message) in bound.messages.iter_mut().enumerate() {
        for (p, part) in message.parts.iter_mut().enumerate() {
            part.opaque.retain(|opaque| {
                let is_others = is_others(opaque);
                if is_others {
                    let path = alloc::format!("messages[{m}].parts[{p}].opaque.{}", opaque.field);
                    let model = opaque.model.as_deref().unwrap_or_default();
                    let why = alloc::format!("it is bound to {model}");
                    losses.push(Loss::new(LossAction::Dropped, path, why));
                }
                !is_others
            });
        }
    }
    (Cow::Owned(bound), losses)
}

/// Whether two names clearly mean different models of one family.
fn are_different(a: &Name<'_>, b: &Name<'_>, bond: Bond) -> bool {
    let same_family = a.words.first().is_some_and(|first| Some(first) == b.words.first());
    let mut versions = a.version.iter().zip(&b.version);
    let same_version = bond == Bond::Family || versions.all(|(a, b)| a == b);
    same_family && (a.words != b.words || !same_version)
}

/// What of a model's name tells it from others.
struct Name<'a> {
    /// `claude`, `opus`.
    words: Vec<Cow<'a, str>>,
    /// The numbers before a date: `4`, `1`. A name with fewer of them is an alias.
    version: Vec<&'a str>,
}

impl<'a> Name<'a> {
    fn read(name: &'a str) -> Self {
        // Before it is where the model lies (`models/`), behind it how it is served (`:free`).
        let name = name.rsplit('/').next().unwrap_or_default();
        let name = name.split([':', '@']).next().unwrap_or_default();
        let (mut words, mut version, mut is_dated) = (Vec::new(), Vec::new(), false);
        for piece in name.split(['-', '.', '_']).filter(|piece| !piece.is_empty()) {
            let is_number = piece.bytes().all(|b| b.is_ascii_digit());
            // Years and whole dates; numbers of versions and of snapshots (`001`) are shorter.
            is_dated |= is_number && piece.len() > 3;
            if !is_number && !EDITIONS.iter().any(|edition| piece.eq_ignore_ascii_case(edition)) {
                words.push(Cow::Owned(piece.to_ascii_lowercase()));
            } else if is_number && !is_dated {
                version.push(piece);
            }
        }
        Self { words, version }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::RawJson;
    use crate::model::{Message, Part, Role};
    use crate::protocol::{Credential, Dialect, encode_request};

    fn different(a: &str, b: &str, bond: Bond) -> bool {
        are_different(&Name::read(a), &Name::read(b), bond)
    }

    #[test]
    fn snapshots_and_aliases_are_the_same_model() {
        for (a, b) in [
            ("gpt-5.4-mini-2026-03-17", "gpt-5.4-mini"),
            ("claude-opus-4-20250514", "claude-opus-4-0"),
            ("claude-3-7-sonnet-20250219", "claude-3-7-sonnet-latest"),
            ("gemini-3-flash-preview", "gemini-flash-latest"),
            ("gemini-2.5-flash-preview-09-2025", "models/gemini-2.5-flash"),
            ("gemini-2.5-flash-001", "gemini-2.5-flash"),
            ("claude-opus-5-5", "Claude-Opus-5-5@20260101"),
            // Nothing is known about names of another kind.
            ("gpt-5.4-mini-2026-03-17", "our-deployment"),
            ("", "gpt-5.4"),
        ] {
            assert!(!different(a, b, Bond::Model) && !different(b, a, Bond::Model), "{a} {b}");
        }
    }

    #[test]
    fn a_family_has_several_versions() {
        assert!(!different("claude-opus-4-1-20250805", "claude-opus-4-5", Bond::Family));
        assert!(different("claude-opus-4-1-20250805", "claude-haiku-4-5", Bond::Family));
    }

    #[test]
    fn other_members_of_a_family_are_other_models() {
        for (a, b) in [
            ("gpt-5.4-2026-03-17", "gpt-5.4-mini"),
            ("gpt-5.4", "gpt-5.6"),
            ("claude-opus-5-5", "claude-haiku-5-5"),
            ("claude-opus-4-1-20250805", "claude-opus-4-5"),
            ("gemini-3-pro-preview", "gemini-3-flash"),
        ] {
            assert!(different(a, b, Bond::Model) && different(b, a, Bond::Model), "{a} {b}");
        }
    }

    #[test]
    fn state_of_another_model_of_the_vendor_stays_away_and_is_told() {
        let state = |vendor: &str, model: &str| Opaque {
            vendor: vendor.into(),
            model: Some(model.into()),
            field: "extra_content".into(),
            value: RawJson::string("STATE"),
        };
        let mut part = Part::text("hm");
        part.opaque = alloc::vec![state("google", "gemini-3-pro-preview")];
        let talk = alloc::vec![
            Message::user("x"),
            Message::new(Role::Assistant, alloc::vec![part]),
            Message::user("y"),
        ];
        for (dialect, field) in [(&Dialect::GEMINI, "thoughtSignature"), (&Dialect::ANTHROPIC, "signature")] {
            let target = Target::new(dialect, Some(Credential::new("key"))).expect("a credential");
            let family = if dialect.vendor == "google" { "gemini" } else { "claude" };
            for (asked, goes) in [("3-pro", true), ("3-flash", false), ("4-pro", family == "claude")] {
                let mut request = Request::new(alloc::format!("{family}-{asked}"), talk.clone());
                request.limits.max_output_tokens = Some(5);
                let opaque = &mut request.messages[1].parts[0].opaque[0];
                *opaque = Opaque {
                    field: field.into(),
                    ..state(dialect.vendor, &alloc::format!("{family}-3-pro-preview"))
                };
                let (bound, lost) = to_model(&request, &target);
                assert_eq!(bound.messages[1].parts[0].opaque.is_empty(), !goes, "{family} {asked}");
                assert_eq!(lost.len(), usize::from(!goes), "{lost:?}");
                let encoded = encode_request(&request, &target, false).expect("a request");
                let bound_away = encoded.losses.iter().any(|loss| loss.why.contains("bound to"));
                assert_eq!(bound_away, !goes, "{:?}", encoded.losses);
            }
        }
    }
}
