//! Requests carried to another wire and back.

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{
    CacheMark, Content, Extension, Loss, LossAction, Media, MediaKind, Message, OutputFormat, Part,
    Reasoning, ReasoningText, Request, Role, Source, SummaryLevel, Tool, ToolCall, ToolCallKind, ToolChoice,
    ToolResult, Wire,
};

use super::asking::asking;
use super::config;
use super::difference::unexplained;
use super::sides::{pairs, received, sent};

/// A request carried over `wire`: as it is read there, with everything that was said to be lost; `None`
/// where the wire refuses it.
fn carried(request: &Request, wire: Wire) -> Result<Option<(Request, Vec<Loss>)>, TestCaseError> {
    let Ok(encoded) = sent(request, wire, true) else { return Ok(None) };
    let asked = received(wire, &encoded.http).map_err(|bad| TestCaseError::fail(format!("{wire}: {bad}")))?;
    let mut losses = [encoded.losses, asked.losses, one_way(request, wire)].concat();
    losses.extend(following(request, &losses));
    Ok(Some((asked.request, losses)))
}

/// What a wire has one way of only, so that to say it or not is the same there, and what it cannot be
/// without.
fn one_way(request: &Request, wire: Wire) -> Vec<Loss> {
    let mut paths = Vec::new();
    let strict = match &request.output {
        Some(OutputFormat::JsonSchema { strict, .. }) => *strict,
        _ => Some(false),
    };
    match wire {
        Wire::Anthropic => {
            let is_unlimited = request.limits.max_output_tokens.is_none();
            paths.extend(is_unlimited.then_some("limits.max_output_tokens".into()));
            // A schema always binds.
            paths.extend(strict.is_none().then_some("output.strict".into()));
            // To show thinking is to think.
            paths.push("reasoning.adaptive".into());
            // Nothing is stored.
            paths.extend((request.state.store == Some(false)).then_some("state.store".into()));
        }
        Wire::Gemini => {
            paths.extend((strict == Some(true)).then_some("output.strict".into()));
            // No function binds.
            let functions = request.tools.iter().enumerate();
            let loose =
                functions.filter(|(_, tool)| matches!(tool, Tool::Function { strict: Some(false), .. }));
            paths.extend(loose.map(|(at, _)| format!("tools[{at}].strict")));
        }
        // A schema has a name.
        Wire::OpenaiChat => paths.push("output.name".into()),
        // So has it here, and thinking is shown only where that is asked for.
        Wire::OpenaiResponses => {
            let summary = request.reasoning.as_ref().and_then(|reasoning| reasoning.summary);
            paths.extend((summary == Some(SummaryLevel::Omitted)).then_some("reasoning.summary".into()));
            paths.push("output.name".into());
            // What is not stored there must come back.
            paths.push("extensions.include".into());
        }
    }
    paths.extend(of_parts(request, wire));
    paths.into_iter().map(|path| Loss::new(LossAction::Approximated, path, "one way only")).collect()
}

fn of_parts(request: &Request, wire: Wire) -> Vec<String> {
    let has_freeform = matches!(wire, Wire::OpenaiChat | Wire::OpenaiResponses);
    let messages = request.messages.iter().enumerate();
    let parts = messages
        .flat_map(|(at, message)| message.parts.iter().enumerate().map(move |(of, part)| (at, of, part)));
    let forced = parts.filter_map(|(at, of, part)| {
        let field = match &part.content {
            // What is written in place of its arguments is a loss of its own.
            Content::ToolCall(call) if call.kind == ToolCallKind::Freeform && !has_freeform => "kind",
            Content::ToolResult(result) if result.kind == ToolCallKind::Freeform && !has_freeform => "kind",
            // A file has a name.
            Content::Media(media)
                if media.kind == MediaKind::File && media.name.is_none() && wire == Wire::OpenaiChat =>
            {
                "name"
            }
            _ => return None,
        };
        Some(format!("messages[{at}].parts[{of}].{field}"))
    });
    forced.collect()
}

/// What follows from a loss of the tools: a choice that offers some is in place of the others, and a tool
/// that goes as a function is chosen as one.
fn following(request: &Request, losses: &[Loss]) -> Vec<Loss> {
    let is_approximated =
        |path: &str| losses.iter().any(|loss| loss.path == path && loss.action == LossAction::Approximated);
    let mut following = Vec::new();
    for (at, tool) in request.tools.iter().enumerate() {
        let path = format!("tools[{at}]");
        let is_chosen =
            matches!(&request.tool_choice, Some(ToolChoice::Freeform(name)) if Some(&**name) == tool.name());
        if is_chosen && is_approximated(&path) {
            following.push("tool_choice".into());
        }
        let is_left = matches!(&request.tool_choice, Some(ToolChoice::Allowed { names, .. }) if !names.iter().any(|name| Some(&**name) == tool.name()));
        if is_left && is_approximated("tool_choice") {
            following.push(path);
        }
    }
    following.into_iter().map(|path| Loss::new(LossAction::Approximated, path, "it follows")).collect()
}

/// Every difference must be named where it arises.
fn explained(before: &Request, wire: Wire) -> Result<Option<Request>, TestCaseError> {
    let Some((after, losses)) = carried(before, wire)? else { return Ok(None) };
    let left = unexplained(before, &after, &losses);
    prop_assert!(left.is_empty(), "on {wire}:\n{}\nlosses: {losses:#?}", left.join("\n"));
    Ok(Some(after))
}

fn there_and_back(request: &Request, (from, to): (Wire, Wire)) -> Result<(), TestCaseError> {
    let Some((first, _)) = carried(request, from)? else { return Ok(()) };
    let Some(there) = explained(&first, to)? else { return Ok(()) };
    explained(&there, from)?;
    Ok(())
}

fn asked() -> impl Strategy<Value = ((Wire, Wire), Request)> {
    select(pairs()).prop_flat_map(|(from, to)| (Just((from, to)), asking(from)))
}

proptest! {
    #![proptest_config(config(3_000))]

    #[test]
    fn a_request_is_equal_there_and_back_or_a_loss_names_the_difference((pair, request) in asked()) {
        there_and_back(&request, pair)?;
    }
}

/// A conversation that ends with the assistant's and the tool's parts.
fn with_parts(assistant: Vec<Part>, result: Vec<Part>) -> Request {
    let mut parts = assistant;
    let call =
        ToolCall { id: Some("c".into()), name: "f".into(), arguments: "{}".into(), kind: Default::default() };
    parts.push(Part::new(Content::ToolCall(call)));
    let result = ToolResult {
        call_id: "c".into(),
        name: Some("f".into()),
        content: result,
        is_error: false,
        kind: Default::default(),
    };
    let said = [Message::user("?"), Message::new(Role::Assistant, parts)];
    let mut messages = said.to_vec();
    messages.push(Message::new(Role::Tool, vec![Part::new(Content::ToolResult(result))]));
    Request::new("m", messages)
}

fn image_at_a_url() -> Part {
    Part::new(Content::Media(Media {
        kind: MediaKind::Image,
        source: Source::Url("https://h/i".into()),
        media_type: Some("image/png".into()),
        name: None,
        detail: None,
    }))
}

fn thought() -> Part {
    Part::new(Content::Reasoning(ReasoningText { text: "hm".into(), is_summary: false }))
}

/// What these properties found: each loss, by its wire and its path.
#[test]
fn what_was_once_lost_in_silence_is_told() {
    use Wire::{Anthropic, Gemini, OpenaiChat, OpenaiResponses};
    let texts = || vec![Part::text("a"), Part::text("b")];
    let refusal = || Part::new(Content::Refusal("no".into()));
    let extended = |wire| Request {
        extensions: vec![Extension::new(wire, "x", RawJson::parse("1").expect("JSON"))],
        cache: Some(CacheMark { ttl: Some("2h".into()) }),
        ..with_parts(Vec::new(), texts())
    };
    let marked = Part { cache: Some(CacheMark { ttl: Some("5m".into()) }), ..Part::text("a") };
    let schema = RawJson::parse("{}").expect("JSON");
    let open = Request { tools: vec![Tool::function("f", "d", schema)], ..with_parts(Vec::new(), texts()) };
    let adaptive = Reasoning { adaptive: true, ..Reasoning::default() };
    let adaptive = Request { reasoning: Some(adaptive), ..with_parts(Vec::new(), texts()) };
    let shown =
        Reasoning { budget_tokens: Some(2_000), summary: Some(SummaryLevel::Auto), ..Reasoning::default() };
    let mut cramped = Request { reasoning: Some(shown), ..with_parts(Vec::new(), texts()) };
    cramped.limits.max_output_tokens = Some(9);
    for (wire, request, path) in [
        (
            Anthropic,
            with_parts(Vec::new(), vec![image_at_a_url()]),
            "messages[2].parts[0].content[0].media_type",
        ),
        (
            OpenaiResponses,
            with_parts(Vec::new(), vec![image_at_a_url()]),
            "messages[2].parts[0].content[0].media_type",
        ),
        (
            OpenaiChat,
            with_parts(Vec::new(), vec![image_at_a_url()]),
            "messages[2].parts[0].content[0].media_type",
        ),
        (Gemini, with_parts(Vec::new(), texts()), "messages[2].parts[0]"),
        (Gemini, extended(Anthropic), "extensions.x"),
        (Anthropic, extended(Anthropic), "cache.ttl"),
        (OpenaiChat, with_parts(Vec::new(), vec![marked]), "messages[2].parts[0].content[0].cache.ttl"),
        (OpenaiChat, with_parts(vec![thought(), thought()], texts()), "messages[1].parts[1]"),
        (OpenaiResponses, with_parts(vec![thought(), thought()], texts()), "messages[1].parts[1]"),
        (OpenaiChat, with_parts(vec![refusal(), Part::text("a")], texts()), "messages[1].parts[1]"),
        (OpenaiChat, with_parts(vec![refusal(), refusal()], texts()), "messages[1].parts[0]"),
        (OpenaiResponses, adaptive, "reasoning.adaptive"),
        (Anthropic, open, "tools[0].parameters"),
        (Anthropic, cramped, "reasoning.summary"),
    ] {
        let losses = sent(&request, wire, false).expect("the wire can").losses;
        assert!(losses.iter().any(|loss| loss.path == path), "{wire} {path}: {losses:?}");
    }
}
