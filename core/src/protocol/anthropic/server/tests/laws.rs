//! What holds of every request.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::json::Value;
use super::{ask, sent};
use crate::model::{Content, Request, Role, Tool, ToolChoice, Wire};
use crate::testing::strategies;

/// Without what only makes sense as the vendor spells it: the strategies spell anything.
fn plausible(mut request: Request) -> Request {
    let is_own = |wire: Wire| wire == Wire::Anthropic;
    request.tools.retain(|tool| !matches!(tool, Tool::Vendor { wire, .. } if is_own(*wire)));
    if matches!(&request.tool_choice, Some(ToolChoice::Vendor { wire, .. }) if is_own(*wire)) {
        request.tool_choice = None;
    }
    for message in &mut request.messages {
        message.extensions.retain(|e| !is_own(e.wire));
        for part in &mut message.parts {
            part.extensions.retain(|e| !is_own(e.wire));
            part.opaque.retain(|o| o.vendor != "anthropic" || o.value.kind() == crate::json::Kind::String);
            if let Content::ToolResult(result) = &mut part.content {
                result.content.retain(|p| !matches!(p.content, Content::Vendor { .. }));
                result.content.iter_mut().for_each(|p| p.extensions.clear());
            }
            if let Content::Text { citations, .. } = &mut part.content {
                citations.clear();
            }
        }
        message.parts.retain(|p| !matches!(&p.content, Content::Vendor { wire, .. } if is_own(*wire)));
    }
    request
}

/// The same cases in every run, so that a change is judged by itself.
const SEED: RngSeed = RngSeed::Fixed(20_261_126);

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: SEED, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn a_conversation_is_decoded_as_it_was_encoded(request in strategies::conversation(), stream in any::<bool>()) {
        let (body, losses) = sent(&request, Wire::Anthropic, stream).expect("every wire can");
        prop_assert!(losses.is_empty());
        let asked = ask(&body).expect("a request");
        prop_assert_eq!(asked.stream, stream);
        prop_assert!(asked.losses.is_empty());
        // The wire demands a limit.
        let mut request = request;
        request.limits.max_output_tokens.get_or_insert(8192);
        prop_assert_eq!(asked.request, request);
    }

    #[test]
    fn what_was_encoded_once_is_encoded_again_without_a_difference(request in strategies::request()) {
        let Ok((body, _)) = sent(&plausible(request), Wire::Anthropic, false) else { return Ok(()) };
        let asked = ask(&body).map_err(|bad| TestCaseError::fail(alloc::format!("{bad}\n{body}")))?;
        prop_assert!(asked.losses.is_empty(), "{:?}", asked.losses);
        let Ok((again, _)) = sent(&asked.request, Wire::Anthropic, asked.stream) else {
            // What the system alone said is its prompt now, and nobody says anything.
            prop_assert!(asked.request.messages.iter().all(|m| m.role == Role::System));
            return Ok(());
        };
        prop_assert_eq!(Value::parse(&again).normal(), Value::parse(&body).normal());
    }

    #[test]
    fn no_body_panics(text in strategies::json_text()) {
        let _ = ask(&text);
        let _ = ask(&alloc::format!(r#"{{"model":"m","messages":[{{"role":"user","content":[{text}]}}],"tools":[{text}],"thinking":{text}}}"#));
    }
}
