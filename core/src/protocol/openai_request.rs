//! What requests on both of OpenAI's wires have in common.

use alloc::borrow::Cow;
use alloc::string::String;

use sha2::{Digest as _, Sha256};

use super::encoding::Encoding;
use crate::model::LossAction;

/// Characters that `safety_identifier` takes.
const MAX_USER: usize = 128;

/// The name of a schema: one is demanded, and other wires have none.
pub(super) const fn schema_name(name: &str) -> &str {
    if name.is_empty() { "response" } else { name }
}

/// The service tier in OpenAI's words.
pub(super) fn service_tier<'a>(encoding: &mut Encoding<'a>) -> Option<&'a str> {
    let tier = encoding.request.service_tier.as_deref()?;
    match tier {
        "standard" | "standard_only" => {
            encoding.lose(LossAction::Renamed, "service_tier", alloc::format!("`{tier}` is `default` here"));
            Some("default")
        }
        "unspecified" => {
            encoding.lose(LossAction::Dropped, "service_tier", "the wire has no word for any tier");
            None
        }
        tier => Some(tier),
    }
}

/// The end user's id as a `safety_identifier`. In place of one that is too long stands its SHA-256 in
/// hexadecimal digits, which is the same each time.
pub(super) fn safety_identifier<'a>(encoding: &mut Encoding<'a>) -> Option<Cow<'a, str>> {
    let user = encoding.request.user.as_deref()?;
    if user.chars().nth(MAX_USER).is_none() {
        return Some(Cow::Borrowed(user));
    }
    let why = alloc::format!("an id has at most {MAX_USER} characters; its SHA-256 stands in its place");
    encoding.lose(LossAction::Approximated, "user", why);
    Some(Cow::Owned(Sha256::digest(user).iter().map(|byte| alloc::format!("{byte:02x}")).collect::<String>()))
}

/// The first version of GPT that takes cache marks.
const MARKED: (u32, u32) = (5, 6);

/// Whether a model may take cache marks: unless its name tells that it is older than they are.
pub(super) fn takes_cache_marks(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let name = name.strip_prefix("ft:").unwrap_or(name);
    let is_of_o_series =
        name.strip_prefix('o').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_old = version(name).is_some_and(|version| version < MARKED);
    !(is_of_o_series || is_old || name.starts_with("chatgpt-"))
}

/// The 5 and 6 of `gpt-5.6-mini`.
fn version(name: &str) -> Option<(u32, u32)> {
    let number = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        text[..end].parse().ok()
    };
    let rest = name.strip_prefix("gpt-")?;
    let minor = rest.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('.');
    Some((number(rest)?, minor.and_then(number).unwrap_or(0)))
}

/// Whether the model takes a cache mark; says so at `path` where it does not.
pub(super) fn keeps_mark(encoding: &mut Encoding<'_>, path: &str) -> bool {
    let takes = takes_cache_marks(&encoding.request.model);
    if !takes {
        encoding.lose(LossAction::Dropped, path, "models before gpt-5.6 take no cache marks");
    }
    takes
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use crate::json::RawJson;
    use crate::model::{CacheMark, Loss, Message, OutputFormat, Request, Wire};
    use crate::protocol::{Credential, Dialect, Target, encode_request};

    /// The body on each of the two wires, and what was lost.
    fn bodies(request: &Request) -> [(alloc::string::String, Vec<Loss>); 2] {
        [Wire::OpenaiChat, Wire::OpenaiResponses].map(|wire| {
            let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
            let encoded = encode_request(request, &target, false).expect("a request that can be sent");
            (alloc::string::String::from_utf8(encoded.http.body).expect("JSON"), encoded.losses)
        })
    }

    fn hello(model: &str) -> Request {
        Request::new(model, vec![Message::user("Hi")])
    }

    #[test]
    fn tiers_of_other_wires_go_in_openais_words() {
        for (tier, expected, is_lost) in [
            ("standard", Some("default"), true),
            ("standard_only", Some("default"), true),
            ("unspecified", None, true),
            ("flex", Some("flex"), false),
        ] {
            let request = Request { service_tier: Some(tier.into()), ..hello("m") };
            for (body, losses) in bodies(&request) {
                let field = expected.map(|word| alloc::format!(r#""service_tier":"{word}""#));
                assert_eq!(body.contains("service_tier"), field.is_some(), "{body}");
                assert!(field.is_none_or(|field| body.contains(&field)), "{body}");
                assert_eq!(losses.iter().any(|loss| loss.path == "service_tier"), is_lost);
            }
        }
    }

    #[test]
    fn a_long_id_of_the_user_goes_as_its_hash() {
        let longest = "é".repeat(128);
        for (body, losses) in bodies(&Request { user: Some(longest.clone()), ..hello("m") }) {
            assert!(body.contains(&longest) && losses.is_empty(), "{body}");
        }
        for (body, losses) in bodies(&Request { user: Some("a".repeat(129)), ..hello("m") }) {
            let hash = "c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3db752166ae";
            assert!(body.contains(&alloc::format!(r#""safety_identifier":"{hash}""#)), "{body}");
            assert_eq!((losses.len(), &*losses[0].path), (1, "user"));
        }
    }

    #[test]
    fn cache_marks_go_only_to_models_that_take_them() {
        for (model, takes) in [
            ("gpt-5.6", true),
            ("gpt-5.6-mini-2026-07-01", true),
            ("gpt-6", true),
            ("openai/gpt-5.10", true),
            ("gpt-5.5", false),
            ("gpt-5", false),
            ("gpt-4o", false),
            ("gpt-4.1-mini", false),
            ("ft:gpt-4o:me::1", false),
            ("o3-mini", false),
            ("chatgpt-4o-latest", false),
            // Names of one's own tell nothing.
            ("my-deployment", true),
            ("gpt-oss-120b", true),
        ] {
            let mark = CacheMark::default();
            let mut request = Request { cache: Some(mark.clone()), ..hello(model) };
            request.messages[0].parts[0].cache = Some(mark);
            for (body, losses) in bodies(&request) {
                assert_eq!(body.contains("prompt_cache_breakpoint"), takes, "{body}");
                assert_eq!(body.contains("prompt_cache_options"), takes, "{body}");
                let lost = losses.iter().filter(|loss| loss.path.ends_with("cache")).count();
                assert_eq!(lost, if takes { 0 } else { 2 }, "{model}: {losses:?}");
                assert!(takes || !body.contains(r#""type":"text""#), "{body}");
            }
        }
    }

    #[test]
    fn a_schema_without_a_name_gets_one() {
        let schema = RawJson::parse("{}").expect("JSON");
        let mut request = hello("m");
        let (name, description, strict) = (alloc::string::String::new(), None, None);
        request.output = Some(OutputFormat::JsonSchema { name, description, schema, strict });
        for (body, losses) in bodies(&request) {
            assert!(body.contains(r#""name":"response""#), "{body}");
            assert!(losses.is_empty());
        }
    }
}
