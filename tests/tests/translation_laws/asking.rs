//! Requests as applications make them: everything that the vocabulary has words for, in places where it
//! makes sense.

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::{Number, RawJson};
use tokenwire_core::model::{
    CacheMark, Content, Effort, Extension, Limits, Media, MediaKind, Message, Opaque, OutputFormat, Part,
    Reasoning, ReasoningText, Request, Role, Sampling, Source, State, SummaryLevel, Tool, ToolCall,
    ToolCallKind, ToolChoice, ToolFormat, ToolResult, Wire,
};
use tokenwire_core::testing::strategies;

use super::sides::vendor;

/// A text that is not blank and that no wire gives a meaning.
pub(crate) fn said() -> impl Strategy<Value = String> {
    (strategies::name(), strategies::text()).prop_map(|(start, rest)| format!("{start} {rest}."))
}

/// JSON texts in which everything stands that a parser and printer would change.
pub(crate) fn spelled() -> impl Strategy<Value = String> {
    let value = select(
        &[
            "1e400",
            "0.1",
            "9007199254740993",
            "1.0",
            "-0",
            "1E+2",
            r#""\u00e9""#,
            r#""é""#,
            r#""\/""#,
            r#""\ud83d\ude00""#,
            "[ 1 ,2]",
            "null",
        ][..],
    );
    let key = select(&["z", "a", "m", r"\u0061b", "ab", "é", r"\u00e9"][..]);
    let field = (key, value, select(&["", " ", "\n  "][..]))
        .prop_map(|(key, value, space)| format!("{space}\"{key}\":{space}{value}"));
    vec(field, 0..6).prop_map(|fields| format!("{{{}}}", fields.join(",")))
}

/// A schema of arguments with such texts in its defaults.
pub(crate) fn schema() -> impl Strategy<Value = RawJson> {
    (spelled(), any::<bool>()).prop_map(|(default, is_late)| {
        let text = match is_late {
            true => format!(r#"{{"properties":{{"z":{{"type":"number","default":{default}}},"a":{{"type":"string"}}}},"type":"object"}}"#),
            false => format!(r#"{{"type":"object", "properties":{{"b":{{"enum":[1.0,{default}]}}}},"required":["b"]}}"#),
        };
        RawJson::parse(&text).expect("the schema is JSON")
    })
}

/// A request as an application on `wire` may make it.
pub(crate) fn asking(wire: Wire) -> impl Strategy<Value = Request> {
    let talk = (strategies::name(), of(said()), vec(turn(wire), 0..4), user_parts());
    let form = (vec(tool(), 0..3), of(choice()), of(any::<bool>()), of(output()), of(reasoning()));
    let draw = (sampling(), of(1u64..100_000), vec(said(), 0..3), weighted(0.2, mark()));
    let rest = (
        weighted(0.2, strategies::name()),
        metadata(),
        weighted(0.3, strategies::name()),
        weighted(0.3, tier()),
        state(),
        vec(extension(wire), 0..2),
    );
    // Unoptimized, a strategy this large would take all of a test's stack.
    (talk.boxed(), form.boxed(), draw.boxed(), rest.boxed()).prop_map(
        move |(
            (model, system, turns, last),
            (tools, choice, parallel_tool_calls, output, reasoning),
            (sampling, max_output_tokens, stop, cache),
            (cache_key, metadata, user, service_tier, state, extensions),
        )| {
            let mut request = Request::new(model, Vec::new());
            request.messages.extend(system.map(Message::system));
            for (number, turn) in turns.into_iter().enumerate() {
                turn.write(number, &mut request);
            }
            request.messages.push(Message::new(Role::User, last));
            request.tools.extend(distinct(tools));
            request.tool_choice = choice.and_then(|choice| choice.of(&request.tools));
            request.limits = Limits { max_output_tokens, max_tool_calls: None };
            Request {
                parallel_tool_calls: parallel_tool_calls.filter(|_| !request.tools.is_empty()),
                output,
                reasoning,
                sampling,
                stop,
                cache,
                cache_key,
                metadata,
                user,
                service_tier,
                state,
                extensions,
                ..request
            }
        },
    )
}

/// Tools whose names differ from each other and from those of the turns.
fn distinct(tools: Vec<Tool>) -> impl Iterator<Item = Tool> {
    tools.into_iter().enumerate().map(|(at, mut tool)| {
        if let Tool::Function { name, .. } | Tool::Freeform { name, .. } = &mut tool {
            name.push_str(&format!("_t{at}"));
        }
        tool
    })
}

/// What the user said, the assistant thought, said and called, and what came of it.
#[derive(Clone, Debug)]
struct Turn {
    user: Vec<Part>,
    assistant: Vec<Part>,
    calls: Vec<Calling>,
}

#[derive(Clone, Debug)]
struct Calling {
    name: String,
    arguments: String,
    schema: Option<RawJson>,
    result: Vec<Part>,
    is_error: bool,
    kind: ToolCallKind,
}

impl Turn {
    fn write(self, number: usize, request: &mut Request) {
        request.messages.push(Message::new(Role::User, self.user));
        let mut parts = self.assistant;
        let mut results = Vec::new();
        for (at, call) in self.calls.into_iter().enumerate() {
            let name = format!("{}_{number}{at}", call.name);
            let id = format!("call_{number}{at}");
            let made = ToolCall {
                id: Some(id.clone()),
                name: name.clone(),
                arguments: call.arguments,
                kind: call.kind,
            };
            parts.push(Part::new(Content::ToolCall(made)));
            let result = ToolResult {
                call_id: id,
                name: Some(name.clone()),
                content: call.result,
                is_error: call.is_error,
                kind: call.kind,
            };
            results.push(Message::new(Role::Tool, vec![Part::new(Content::ToolResult(result))]));
            request.tools.push(match call.kind {
                ToolCallKind::Freeform => {
                    Tool::Freeform { name, description: None, format: ToolFormat::Text }
                }
                ToolCallKind::Function => Tool::Function {
                    name,
                    description: Some("d".into()),
                    parameters: call.schema,
                    strict: None,
                    cache: None,
                    extensions: Vec::new(),
                },
            });
        }
        request.messages.push(Message::new(Role::Assistant, parts));
        request.messages.extend(results);
    }
}

fn turn(wire: Wire) -> impl Strategy<Value = Turn> {
    (user_parts(), vec(assistant_part(wire), 1..3), vec(calling(), 0..3))
        .prop_map(|(user, assistant, calls)| Turn { user, assistant, calls })
}

fn calling() -> impl Strategy<Value = Calling> {
    let result =
        vec(prop_oneof![3 => text_part(), 1 => image_part(), 1 => spelled().prop_map(Part::text)], 0..3);
    let kind = prop_oneof![6 => Just(ToolCallKind::Function), 1 => Just(ToolCallKind::Freeform)];
    (
        strategies::name(),
        prop_oneof![4 => spelled(), 1 => Just(String::new())],
        of(schema()),
        result,
        any::<bool>(),
        kind,
    )
        .prop_map(|(name, arguments, schema, result, is_error, kind)| Calling {
            name,
            arguments,
            schema,
            result,
            is_error: is_error && kind == ToolCallKind::Function,
            kind,
        })
}

fn user_parts() -> impl Strategy<Value = Vec<Part>> {
    vec(marked(prop_oneof![4 => text_part(), 2 => image_part(), 1 => document()]), 1..3)
}

fn text_part() -> impl Strategy<Value = Part> {
    said().prop_map(Part::text)
}

fn image_part() -> impl Strategy<Value = Part> {
    let source = prop_oneof![
        select(&["AA==", "iVBORw0KGgo="][..]).prop_map(|data| Source::Base64(data.into())),
        strategies::name().prop_map(|name| Source::Url(format!("https://example.com/{name}.png"))),
    ];
    let detail = of(select(&["auto", "high", "low", "original"][..]));
    (source, detail).prop_map(|(source, detail)| {
        media(Media {
            kind: MediaKind::Image,
            source,
            media_type: Some("image/png".into()),
            name: None,
            detail: detail.map(Into::into),
        })
    })
}

fn document() -> impl Strategy<Value = Part> {
    let source = prop_oneof![
        Just(Source::Base64("JVBERi0=".into())),
        strategies::name().prop_map(|name| Source::Url(format!("https://example.com/{name}.pdf"))),
        said().prop_map(Source::Text),
    ];
    (source, of(strategies::name())).prop_map(|(source, name)| {
        let media_type = if matches!(source, Source::Text(_)) { "text/plain" } else { "application/pdf" };
        media(Media {
            kind: MediaKind::File,
            source,
            media_type: Some(media_type.into()),
            name,
            detail: None,
        })
    })
}

fn media(media: Media) -> Part {
    Part::new(Content::Media(media))
}

fn assistant_part(wire: Wire) -> impl Strategy<Value = Part> {
    prop_oneof![
        5 => marked(text_part()),
        3 => (said(), of(strategies::name()), any::<bool>()).prop_map(move |(text, state, is_summary)| thought(wire, text, state, is_summary)),
        1 => said().prop_map(|text| Part::new(Content::Refusal(text))),
    ]
}

/// Thinking with the state that the vendor of `wire` gives it.
fn thought(wire: Wire, text: String, state: Option<String>, is_summary: bool) -> Part {
    let field = match wire {
        Wire::Anthropic => "signature",
        Wire::Gemini => "thoughtSignature",
        Wire::OpenaiChat => "reasoning_details",
        Wire::OpenaiResponses => "encrypted_content",
    };
    let value = |state: String| match wire {
        Wire::OpenaiChat => {
            RawJson::parse(&format!(r#"[{{"type":"reasoning.encrypted","data":"{state}"}}]"#)).expect("JSON")
        }
        _ => RawJson::string(&state),
    };
    let state = state.map(|state| Opaque {
        vendor: vendor(wire).into(),
        model: None,
        field: field.into(),
        value: value(state),
    });
    Part {
        opaque: state.into_iter().collect(),
        ..Part::new(Content::Reasoning(ReasoningText { text, is_summary }))
    }
}

fn marked(part: impl Strategy<Value = Part>) -> impl Strategy<Value = Part> {
    (part, weighted(0.15, mark())).prop_map(|(part, cache)| Part { cache, ..part })
}

fn mark() -> impl Strategy<Value = CacheMark> {
    of(select(&["5m", "30m", "1h", "12h"][..])).prop_map(|ttl| CacheMark { ttl: ttl.map(Into::into) })
}

fn tool() -> impl Strategy<Value = Tool> {
    let name =
        prop_oneof![3 => strategies::name(), 1 => strategies::name().prop_map(|name| format!("{name}.x:y"))];
    prop_oneof![
        5 => (name, of(said()), of(schema()), of(any::<bool>()), weighted(0.2, mark())).prop_map(|(name, description, parameters, strict, cache)| {
            Tool::Function { name, description, parameters, strict, cache, extensions: Vec::new() }
        }),
        1 => (strategies::name(), of(said()), any::<bool>()).prop_map(|(name, description, is_any)| {
            let grammar = ToolFormat::Grammar { syntax: "lark".into(), definition: "start: \"a\"".into() };
            Tool::Freeform { name, description, format: if is_any { ToolFormat::Text } else { grammar } }
        }),
    ]
}

/// A choice among the tools that there are.
#[derive(Clone, Copy, Debug)]
enum Choice {
    Allowed(bool),
    Auto,
    First,
    None,
    Required,
}

impl Choice {
    fn of(self, tools: &[Tool]) -> Option<ToolChoice> {
        let first = tools.first()?;
        let name = first.name()?.to_owned();
        let functions = tools.iter().filter(|tool| matches!(tool, Tool::Function { .. }));
        let names: Vec<String> = functions.filter_map(Tool::name).map(Into::into).collect();
        Some(match (self, first) {
            (Self::Allowed(required), _) if !names.is_empty() => ToolChoice::Allowed { names, required },
            (Self::Allowed(_) | Self::Auto, _) => ToolChoice::Auto,
            (Self::First, Tool::Freeform { .. }) => ToolChoice::Freeform(name),
            (Self::First, _) => ToolChoice::Named(name),
            (Self::None, _) => ToolChoice::None,
            (Self::Required, _) => ToolChoice::Required,
        })
    }
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        any::<bool>().prop_map(Choice::Allowed),
        Just(Choice::Auto),
        Just(Choice::First),
        Just(Choice::None),
        Just(Choice::Required)
    ]
}

fn output() -> impl Strategy<Value = OutputFormat> {
    let schema = (strategies::name(), of(said()), schema(), of(any::<bool>())).prop_map(
        |(name, description, schema, strict)| OutputFormat::JsonSchema { name, description, schema, strict },
    );
    prop_oneof![1 => Just(OutputFormat::JsonObject), 1 => Just(OutputFormat::Text), 3 => schema]
}

fn reasoning() -> impl Strategy<Value = Reasoning> {
    use Effort::{High, Low, Max, Medium, Minimal, None, Xhigh};
    let effort = select(&[None, Minimal, Low, Medium, High, Xhigh, Max][..]);
    let summary = select(
        &[SummaryLevel::Auto, SummaryLevel::Concise, SummaryLevel::Detailed, SummaryLevel::Omitted][..],
    );
    let budget = prop_oneof![4 => 1_024u64..40_000, 1 => Just(0)];
    (of(effort), weighted(0.3, budget), any::<bool>(), of(summary)).prop_map(
        |(effort, budget_tokens, adaptive, summary)| Reasoning { effort, budget_tokens, adaptive, summary },
    )
}

fn number(texts: &'static [&'static str]) -> impl Strategy<Value = Option<Number>> {
    weighted(0.3, select(texts).prop_map(|text| Number::parse(text).expect("a number")))
}

fn sampling() -> impl Strategy<Value = Sampling> {
    let numbers = (
        number(&["0", "0.10", "1.0", "2"]),
        number(&["0.1", "1.0"]),
        number(&["1", "40"]),
        number(&["7", "-3"]),
        number(&["0.5"]),
        number(&["-0.5"]),
    );
    (numbers, weighted(0.2, 1u32..3), weighted(0.2, 0u32..5)).prop_map(
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

fn metadata() -> impl Strategy<Value = Vec<(String, String)>> {
    (weighted(0.3, said()), any::<bool>()).prop_map(|(value, both)| {
        let second = both.then(|| ("tier".to_owned(), "x".to_owned()));
        value
            .map(|value| vec![("run".to_owned(), value)])
            .into_iter()
            .flatten()
            .chain(second.filter(|_| false))
            .collect()
    })
}

fn tier() -> impl Strategy<Value = String> {
    select(&["auto", "default", "flex", "priority", "standard", "standard_only"][..]).prop_map(Into::into)
}

fn state() -> impl Strategy<Value = State> {
    weighted(0.3, any::<bool>()).prop_map(|store| State { store, ..State::default() })
}

/// A field of the application's wire that the vocabulary has no word for.
fn extension(wire: Wire) -> impl Strategy<Value = Extension> {
    (strategies::name(), strategies::json_object())
        .prop_map(move |(name, value)| Extension::new(wire, format!("x_{name}"), value))
}
