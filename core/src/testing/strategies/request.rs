//! Requests: any at all, and such as a provider would accept.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::message::cache_mark;
use super::{extension, json_object, message, name, number, raw_json, text, wire};
use crate::json::RawJson;
use crate::model::{
    Content, Effort, Limits, Message, OutputFormat, Part, Reasoning, Request, Role, Sampling, State,
    SummaryLevel, Tool, ToolCall, ToolCallKind, ToolChoice, ToolFormat, ToolResult,
};

/// Any request, most of which some wire must refuse.
pub fn request() -> impl Strategy<Value = Request> {
    let talk = (model(), vec(message(), 0..4), vec(tool(), 0..3), of(tool_choice()), of(any::<bool>()));
    let form = (of(output_format()), of(reasoning()), sampling(), limits(), vec(text(), 0..3));
    let rest =
        (of(cache_mark()), of(name()), metadata(), of(name()), of(name()), state(), vec(extension(), 0..3));
    // Unoptimized, a strategy this large would take most of a test's stack.
    (talk.boxed(), form.boxed(), rest.boxed()).prop_map(
        |(
            (model, messages, tools, tool_choice, parallel_tool_calls),
            (output, reasoning, sampling, limits, stop),
            (cache, cache_key, metadata, user, service_tier, state, extensions),
        )| Request {
            model,
            messages,
            tools,
            tool_choice,
            parallel_tool_calls,
            output,
            reasoning,
            sampling,
            limits,
            stop,
            cache,
            cache_key,
            metadata,
            user,
            service_tier,
            state,
            extensions,
        },
    )
}

fn model() -> impl Strategy<Value = String> {
    prop_oneof![8 => name(), 1 => (name(), name()).prop_map(|(vendor, model)| format!("{vendor}/{model}"))]
}

fn metadata() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((name(), text()), 0..3)
}

fn limits() -> impl Strategy<Value = Limits> {
    (of(1u64..100_000), of(0u64..10))
        .prop_map(|(max_output_tokens, max_tool_calls)| Limits { max_output_tokens, max_tool_calls })
}

fn state() -> impl Strategy<Value = State> {
    (of(name()), of(any::<bool>()), any::<bool>(), of(name())).prop_map(
        |(previous_response_id, store, background, continuation_token)| State {
            previous_response_id,
            store,
            background,
            continuation_token,
        },
    )
}

/// Any sampling; the numbers may be outside every bound.
pub fn sampling() -> impl Strategy<Value = Sampling> {
    let numbers = (of(number()), of(number()), of(number()), of(number()), of(number()), of(number()));
    (numbers, of(0u32..4), of(0u32..21)).prop_map(
        |((temperature, top_p, top_k, seed, presence_penalty, frequency_penalty), candidates, logprobs)| {
            Sampling {
                temperature,
                top_p,
                top_k,
                seed,
                presence_penalty,
                frequency_penalty,
                candidates,
                logprobs,
            }
        },
    )
}

/// Any wish for thinking.
pub fn reasoning() -> impl Strategy<Value = Reasoning> {
    let effort = prop::sample::select(
        &[
            Effort::None,
            Effort::Minimal,
            Effort::Low,
            Effort::Medium,
            Effort::High,
            Effort::Xhigh,
            Effort::Max,
        ][..],
    );
    let summary = prop::sample::select(
        &[SummaryLevel::Auto, SummaryLevel::Concise, SummaryLevel::Detailed, SummaryLevel::Omitted][..],
    );
    (of(effort), of(0u64..50_000), any::<bool>(), of(summary)).prop_map(
        |(effort, budget_tokens, adaptive, summary)| Reasoning { effort, budget_tokens, adaptive, summary },
    )
}

/// Any form of output.
pub fn output_format() -> impl Strategy<Value = OutputFormat> {
    let schema = (name(), of(text()), json_object(), of(any::<bool>())).prop_map(
        |(name, description, schema, strict)| OutputFormat::JsonSchema { name, description, schema, strict },
    );
    prop_oneof![Just(OutputFormat::JsonObject), Just(OutputFormat::Text), schema]
}

/// Any tool.
pub fn tool() -> impl Strategy<Value = Tool> {
    prop_oneof![
        4 => (name(), of(text()), of(json_object()), of(any::<bool>()), of(cache_mark()), vec(extension(), 0..2))
            .prop_map(|(name, description, parameters, strict, cache, extensions)| {
                Tool::Function { name, description, parameters, strict, cache, extensions }
            }),
        1 => (name(), of(text()), tool_format())
            .prop_map(|(name, description, format)| Tool::Freeform { name, description, format }),
        1 => (wire(), json_object()).prop_map(|(wire, json)| Tool::Vendor { wire, json }),
    ]
}

fn tool_format() -> impl Strategy<Value = ToolFormat> {
    let grammar = (prop::sample::select(&["lark", "regex"][..]), text())
        .prop_map(|(syntax, definition)| ToolFormat::Grammar { syntax: syntax.into(), definition });
    prop_oneof![Just(ToolFormat::Text), grammar]
}

/// Any choice, of tools that need not exist.
pub fn tool_choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::None),
        Just(ToolChoice::Required),
        name().prop_map(ToolChoice::Named),
        name().prop_map(ToolChoice::Freeform),
        (vec(name(), 0..3), any::<bool>())
            .prop_map(|(names, required)| ToolChoice::Allowed { names, required }),
        (wire(), raw_json()).prop_map(|(wire, json)| ToolChoice::Vendor { wire, json }),
    ]
}

/// A request that every wire carries without loss: a system text, turns of user and assistant, and in
/// some turns a call of an offered tool with its result. The user has the last word.
pub fn conversation() -> impl Strategy<Value = Request> {
    (name(), of(said()), vec(turn(), 0..3), said(), of(1u64..100_000)).prop_map(
        |(model, system, turns, last, max_output_tokens)| {
            let mut request = Request::new(model, Vec::new());
            request.messages.extend(system.map(Message::system));
            for (number, turn) in turns.into_iter().enumerate() {
                turn.write(number, &mut request);
            }
            request.messages.push(Message::user(last));
            request.limits.max_output_tokens = max_output_tokens;
            request
        },
    )
}

/// A text that is not blank, since providers refuse blank ones.
fn said() -> impl Strategy<Value = String> {
    (name(), text()).prop_map(|(start, rest)| format!("{start} {rest}."))
}

/// What the user said, what the assistant said, and a call in between.
#[derive(Debug)]
struct Turn {
    user: String,
    assistant: String,
    call: Option<(String, RawJson, String)>,
}

fn turn() -> impl Strategy<Value = Turn> {
    (said(), said(), of((name(), json_object(), said()))).prop_map(|(user, assistant, call)| Turn {
        user,
        assistant,
        call,
    })
}

impl Turn {
    fn write(self, number: usize, request: &mut Request) {
        request.messages.push(Message::user(self.user));
        if let Some((name, arguments, result)) = self.call {
            let name = format!("{name}_{number}");
            let id = format!("call_{number}");
            let schema = RawJson::parse(r#"{"type":"object","properties":{}}"#).expect("the schema is JSON");
            request.tools.push(Tool::function(name.clone(), "A tool.", schema));
            request.messages.push(called(id.clone(), name.clone(), arguments.as_str()));
            request.messages.push(answered(id, name, result));
        }
        request.messages.push(Message::assistant(self.assistant));
    }
}

fn called(id: String, name: String, arguments: &str) -> Message {
    let call = ToolCall { id: Some(id), name, arguments: arguments.into(), kind: ToolCallKind::Function };
    Message::new(Role::Assistant, alloc::vec![Part::new(Content::ToolCall(call))])
}

fn answered(call_id: String, name: String, text: String) -> Message {
    let result = ToolResult {
        call_id,
        name: Some(name),
        content: alloc::vec![Part::text(text)],
        is_error: false,
        kind: ToolCallKind::Function,
    };
    Message::new(Role::Tool, alloc::vec![Part::new(Content::ToolResult(result))])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Wire;
    use crate::protocol::{Credential, Dialect, EncodeError, Target, encode_request};

    fn target(wire: Wire) -> Target {
        Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).expect("a known provider")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn any_request_is_encoded_or_refused(request in request(), wire in wire(), stream in any::<bool>()) {
            match encode_request(&request, &target(wire), stream) {
                Ok(encoded) => {
                    let body = core::str::from_utf8(&encoded.http.body).expect("JSON is UTF-8");
                    prop_assert!(RawJson::parse(body).is_ok(), "{}", body);
                }
                Err(EncodeError::Refused { .. } | EncodeError::Invalid { .. }) => {}
            }
        }

        #[test]
        fn conversations_lose_nothing(request in conversation(), wire in wire()) {
            let plain = Request::new("m", alloc::vec![Message::user("hello")]);
            // A wire that is only decoded refuses every request.
            prop_assume!(encode_request(&plain, &target(wire), true).is_ok());
            let encoded = encode_request(&request, &target(wire), true).expect("every wire can");
            prop_assert!(encoded.losses.is_empty(), "{:?}", encoded.losses);
        }
    }
}
