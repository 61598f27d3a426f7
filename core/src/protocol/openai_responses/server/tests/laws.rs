//! What holds of every request that goes from one side of the wire to the other.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::json;
use super::request::{decoded, encoded};
use crate::model::{Content, Extension, Request, Tool};
use crate::testing::strategies;

/// What decoding leaves out because it is nothing.
fn is_something(extension: &Extension) -> bool {
    extension.value.as_str() != "null"
}

fn without_nulls(mut request: Request) -> Request {
    request.extensions.retain(is_something);
    for message in &mut request.messages {
        message.extensions.retain(is_something);
        for part in &mut message.parts {
            part.extensions.retain(is_something);
            part.opaque.retain(|o| o.value.as_str() != "null");
            if let Content::ToolResult(result) = &mut part.content {
                result.content.iter_mut().for_each(|part| part.extensions.retain(is_something));
            }
        }
    }
    for tool in &mut request.tools {
        if let Tool::Function { extensions, .. } = tool {
            extensions.retain(is_something);
        }
    }
    request
}

/// The same cases in every run, so that a change is judged by itself.
const SEED: RngSeed = RngSeed::Fixed(20_261_126);

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: SEED, ..ProptestConfig::with_cases(4_000) })]

    #[test]
    fn what_was_encoded_decodes_to_the_same_bytes(request in strategies::request().prop_map(without_nulls)) {
        let Some((body, _)) = encoded(&request) else { return Ok(()) };
        let asked = decoded(&body);
        let (again, _) = encoded(&asked.request).expect("what came from a request is one");
        prop_assert_eq!(json::normal(&again), json::normal(&body));
        prop_assert_eq!(decoded(&again).request, asked.request);
    }

    #[test]
    fn a_conversation_comes_back_as_it_went(request in strategies::conversation()) {
        let (body, encoded) = encoded(&request).expect("every wire can");
        prop_assert_eq!(encoded.losses.len(), 0);
        let asked = decoded(&body);
        prop_assert_eq!(asked.losses, []);
        prop_assert_eq!(asked.request, request);
    }
}
