//! Where two requests differ, by paths as losses spell them.
//!
//! A request is taken as its fields by path and the pieces of its conversation in order. What is no
//! difference: how neighbouring pieces of one role are parted into messages (wires with strict turns join
//! them), and whether a result repeats the name that its call has.

use std::collections::BTreeMap;

use tokenwire_core::json::RawJson;
use tokenwire_core::model::{
    CacheMark, Content, Effort, Extension, Loss, LossAction, Message, Opaque, OutputFormat, Part, Reasoning,
    Request, Role, Source, Tool, ToolChoice,
};

/// Values by path.
type Fields = BTreeMap<String, String>;

/// One tool or one part of the conversation: where it stands, and its fields below that.
#[derive(Debug)]
struct Piece {
    path: String,
    fields: Fields,
}

/// What differs between `before` and `after` and is named by none of the losses.
pub(crate) fn unexplained(before: &Request, after: &Request, losses: &[Loss]) -> Vec<String> {
    let mut found = differing("", &top(before), &top(after), losses);
    found.extend(aligned(&tools(before), &tools(after), losses));
    found.extend(aligned(&conversation(before), &conversation(after), losses));
    found
}

/// Whether a loss stands at `path` or above it. Some losses name a mark's or a state's field without
/// the list that it is in.
fn is_named(path: &str, losses: &[Loss]) -> bool {
    let path = plain(path);
    losses.iter().any(|loss| {
        let above = plain(&loss.path);
        let is_at_or_below = |above: &str| {
            path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        is_at_or_below(&above) || stands_in(&above).is_some_and(|other| is_at_or_below(&other))
    })
}

/// Where stands what was written in place of what a loss names.
fn stands_in(path: &str) -> Option<String> {
    // A prefix of the text tells the error.
    let result = path.strip_suffix(".is_error").map(|result| format!("{result}.content"));
    result.or_else(|| (path == "reasoning.budget_tokens").then(|| "reasoning.effort".into()))
}

/// The path without the names of lists, which not every codec spells.
fn plain(path: &str) -> String {
    let kept: Vec<&str> = path.split('.').filter(|name| !matches!(*name, "opaque" | "extensions")).collect();
    kept.join(".")
}

fn differing(at: &str, before: &Fields, after: &Fields, losses: &[Loss]) -> Vec<String> {
    let gone = before.iter().filter(|(name, value)| after.get(*name) != Some(value));
    let gone = gone.map(|(name, value)| (name, format!("{value} became {:?}", after.get(name))));
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    let new = new.map(|(name, value)| (name, format!("{value} is new")));
    let all = gone.chain(new).map(|(name, what)| (join(at, name), what));
    all.filter(|(path, _)| !is_named(path, losses)).map(|(path, what)| format!("{path}: {what}")).collect()
}

/// Before the name of a field of the message that a part stands in.
const OF_MESSAGE: &str = "^";

fn join(at: &str, name: &str) -> String {
    let (at, name) = match (at.split_once('.'), name.strip_prefix(OF_MESSAGE)) {
        (Some((message, _)), Some(name)) => (message, name),
        _ => (at, name),
    };
    match (at, name) {
        ("", name) => name.into(),
        (at, "") => at.into(),
        (at, name) => format!("{at}.{name}"),
    }
}

/// The pieces matched in order, so that as little as possible stays unexplained.
fn aligned(before: &[Piece], after: &[Piece], losses: &[Loss]) -> Vec<String> {
    let is_same = before.len() == after.len()
        && before.iter().zip(after).all(|(a, b)| differing(&a.path, &a.fields, &b.fields, losses).is_empty());
    if is_same {
        return Vec::new();
    }
    // best[j]: what is unexplained of all before pieces so far beside the first j after pieces.
    let mut best: Vec<Vec<String>> = vec![Vec::new()];
    for piece in after {
        let mut more = best.last().expect("one row entry").clone();
        more.extend(inserted(piece, before, 0, losses));
        best.push(more);
    }
    for (nth, piece) in before.iter().enumerate() {
        let gone = removed(piece, losses);
        let mut row = vec![with(&best[0], &gone)];
        for (at, other) in after.iter().enumerate() {
            let both = with(&best[at], &differing(&piece.path, &piece.fields, &other.fields, losses));
            let left = with(&best[at + 1], &gone);
            let added = with(row.last().expect("one row entry"), &inserted(other, before, nth + 1, losses));
            let least = [both, left, added].into_iter().min_by_key(Vec::len);
            row.push(least.expect("three ways"));
        }
        best = row;
    }
    best.pop().expect("one row entry")
}

fn with(so_far: &[String], more: &[String]) -> Vec<String> {
    so_far.iter().chain(more).cloned().collect()
}

fn removed(piece: &Piece, losses: &[Loss]) -> Vec<String> {
    // Of thinking without words only its state is left to lose.
    let is_blank = piece.fields.get("text").is_some_and(|text| text == "\"\"");
    let states = piece.fields.keys().filter(|name| name.starts_with("opaque."));
    let is_all_lost =
        is_blank && states.map(|name| join(&piece.path, name)).all(|path| is_named(&path, losses));
    match is_all_lost || is_named(&piece.path, losses) {
        true => Vec::new(),
        false => vec![format!("{}: is gone: {:?}", piece.path, piece.fields)],
    }
}

/// What is new behind the first `at` pieces. Where one of the same turn was approximated, that is part of it:
/// a picture in a result becomes a user's, a text changes places with a refusal.
fn inserted(piece: &Piece, before: &[Piece], at: usize, losses: &[Loss]) -> Vec<String> {
    let is_assistant = |piece: &Piece| piece.fields.get("^role").is_some_and(|role| role == "Assistant");
    let first = before[..at].iter().rposition(is_assistant).unwrap_or(0);
    let turn = |piece: &Piece| piece.path.split('.').next().map(ToOwned::to_owned);
    let next = before.get(at).and_then(turn);
    let rest = before[at..].iter().take_while(|piece| turn(piece) == next);
    let approximated: Vec<Loss> =
        losses.iter().filter(|loss| loss.action == LossAction::Approximated).cloned().collect();
    let is_approximated = |piece: &Piece| is_named(&join(&piece.path, "content"), &approximated);
    match before[first..at].iter().chain(rest).any(is_approximated) {
        true => Vec::new(),
        false => vec![format!("{}: is new: {:?}", piece.path, piece.fields)],
    }
}

/// The fields of the request itself.
fn top(request: &Request) -> Fields {
    let mut f = Fields::new();
    let Request { sampling: s, limits, state, .. } = request;
    put(&mut f, "model", Some(&request.model));
    // `auto` is what no word means, and so is that several calls may come.
    put(
        &mut f,
        "tool_choice",
        request.tool_choice.clone().map(alone).filter(|choice| *choice != ToolChoice::Auto),
    );
    let may_call = !request.tools.is_empty() && request.tool_choice != Some(ToolChoice::None);
    put(&mut f, "parallel_tool_calls", request.parallel_tool_calls.filter(|parallel| may_call && !parallel));
    put(&mut f, "sampling.temperature", s.temperature.as_ref());
    put(&mut f, "sampling.top_p", s.top_p.as_ref());
    put(&mut f, "sampling.top_k", s.top_k.as_ref());
    put(&mut f, "sampling.seed", s.seed.as_ref());
    put(&mut f, "sampling.presence_penalty", s.presence_penalty.as_ref());
    put(&mut f, "sampling.frequency_penalty", s.frequency_penalty.as_ref());
    put(&mut f, "sampling.candidates", s.candidates.filter(|count| *count != 1));
    put(&mut f, "sampling.logprobs", s.logprobs);
    put(&mut f, "limits.max_output_tokens", limits.max_output_tokens);
    put(&mut f, "limits.max_tool_calls", limits.max_tool_calls);
    put(&mut f, "stop", (!request.stop.is_empty()).then_some(&request.stop));
    put(&mut f, "cache_key", request.cache_key.as_ref());
    put(&mut f, "user", request.user.as_ref());
    let standard = |tier: &&String| matches!(tier.as_str(), "default" | "standard" | "standard_only");
    put(
        &mut f,
        "service_tier",
        request.service_tier.as_ref().map(|tier| if standard(&tier) { "standard" } else { tier }),
    );
    put(&mut f, "state.previous_response_id", state.previous_response_id.as_ref());
    put(&mut f, "state.store", state.store);
    put(&mut f, "state.background", state.background.then_some(true));
    put(&mut f, "state.continuation_token", state.continuation_token.as_ref());
    for (key, value) in &request.metadata {
        put(&mut f, &format!("metadata.{key}"), Some(value));
    }
    output(&mut f, request.output.as_ref());
    if let Some(reasoning) = &request.reasoning {
        thinking(&mut f, reasoning);
    }
    mark(&mut f, request.cache.as_ref());
    extensions(&mut f, &request.extensions);
    f
}

/// One tool that must be called is the tool that must be called.
fn alone(choice: ToolChoice) -> ToolChoice {
    match choice {
        ToolChoice::Allowed { mut names, required: true } if names.len() == 1 => {
            ToolChoice::Named(names.remove(0))
        }
        other => other,
    }
}

fn put(fields: &mut Fields, path: &str, value: Option<impl std::fmt::Debug>) {
    if let Some(value) = value {
        fields.insert(path.into(), format!("{value:?}"));
    }
}

/// A budget of nothing is the level `none`, which shows nothing; a level lets the model choose how much.
fn thinking(f: &mut Fields, reasoning: &Reasoning) {
    if reasoning.budget_tokens == Some(0)
        || reasoning.budget_tokens.is_none() && reasoning.effort == Some(Effort::None)
    {
        return put(f, "reasoning.effort", Some(Effort::None));
    }
    put(f, "reasoning.effort", reasoning.effort);
    put(f, "reasoning.budget_tokens", reasoning.budget_tokens);
    let is_alone = reasoning.effort.is_none() && reasoning.budget_tokens.is_none();
    put(f, "reasoning.adaptive", (reasoning.adaptive && is_alone).then_some(true));
    put(f, "reasoning.summary", reasoning.summary);
}

fn output(f: &mut Fields, output: Option<&OutputFormat>) {
    match output {
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            put(f, "output", Some("schema"));
            put(f, "output.name", Some(name).filter(|name| !name.is_empty()));
            put(f, "output.description", description.as_ref());
            put(f, "output.schema", Some(schema));
            put(f, "output.strict", strict.as_ref());
        }
        // Text is the default.
        Some(OutputFormat::Text) | None => {}
        Some(other) => put(f, "output", Some(other)),
    }
}

fn mark(f: &mut Fields, mark: Option<&CacheMark>) {
    if let Some(CacheMark { ttl }) = mark {
        put(f, "cache", Some(true));
        put(f, "cache.ttl", ttl.as_ref());
    }
}

fn extensions(f: &mut Fields, extensions: &[Extension]) {
    for extension in extensions {
        put(f, &format!("extensions.{}", extension.name), Some((extension.wire, &extension.value)));
    }
}

fn states(f: &mut Fields, states: &[Opaque]) {
    for state in states {
        put(f, &format!("opaque.{}", state.field), Some((&state.vendor, &state.value)));
    }
}

/// What a function without parameters has where a schema is demanded.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;

fn tools(request: &Request) -> Vec<Piece> {
    let piece =
        |(at, tool): (usize, &Tool)| Piece { path: format!("tools[{at}]"), fields: tool_fields(tool) };
    request.tools.iter().enumerate().map(piece).collect()
}

fn tool_fields(tool: &Tool) -> Fields {
    let mut f = Fields::new();
    match tool {
        Tool::Function { name, description, parameters, strict, cache, extensions: fields } => {
            put(&mut f, "", Some("function"));
            put(&mut f, "name", Some(name));
            put(&mut f, "description", description.as_ref().filter(|text| !text.is_empty()));
            let is_empty = |schema: &&RawJson| schema.as_str() == NO_PARAMETERS;
            put(&mut f, "parameters", parameters.as_ref().filter(|schema| !is_empty(schema)));
            put(&mut f, "strict", strict.as_ref());
            mark(&mut f, cache.as_ref());
            extensions(&mut f, fields);
        }
        Tool::Freeform { name, description, format } => {
            put(&mut f, "", Some("freeform"));
            put(&mut f, "name", Some(name));
            put(&mut f, "description", description.as_ref().filter(|text| !text.is_empty()));
            put(&mut f, "format", Some(format));
        }
        other => put(&mut f, "", Some(other)),
    }
    f
}

fn conversation(request: &Request) -> Vec<Piece> {
    let numbered = request.messages.iter().enumerate();
    numbered.flat_map(|(at, message)| said(request, &format!("messages[{at}]"), message)).collect()
}

/// The parts of a message; its own fields are those of each of its parts, and of it alone if it has none.
fn said(request: &Request, path: &str, message: &Message) -> Vec<Piece> {
    let parts = message.parts.iter().enumerate();
    let pieces = parts.map(|(at, part)| {
        let mut fields = part_fields(request, part);
        let role = match message.role {
            // Where results stand in the user's turn, only they are the tool's words.
            Role::Tool if !matches!(part.content, Content::ToolResult(_)) => Role::User,
            role => role,
        };
        put(&mut fields, "^role", Some(role));
        (Piece { path: format!("{path}.parts[{at}]"), fields }, part)
    });
    let mut pieces: Vec<Piece> =
        pieces.flat_map(|(piece, part)| with_content(request, piece, part)).collect();
    if let Some(first) = pieces.first_mut() {
        for extension in &message.extensions {
            put(
                &mut first.fields,
                &format!("{OF_MESSAGE}{}", extension.name),
                Some((extension.wire, &extension.value)),
            );
        }
    }
    pieces
}

/// A result is followed by the parts that it holds; an empty text says what no text says.
fn with_content(request: &Request, piece: Piece, part: &Part) -> Vec<Piece> {
    let path = piece.path.clone();
    let inner = match &part.content {
        Content::ToolResult(result) => &result.content[..],
        _ => &[],
    };
    let is_empty = |part: &Part| matches!(&part.content, Content::Text { text, .. } if text.is_empty());
    let inner = inner.iter().enumerate().filter(|(_, part)| !is_empty(part)).map(|(at, part)| {
        let mut fields = part_fields(request, part);
        put(&mut fields, "^role", Some(Role::Tool));
        Piece { path: format!("{path}.content[{at}]"), fields }
    });
    let inner: Vec<Piece> = inner.collect();
    core::iter::once(piece).chain(inner).collect()
}

fn part_fields(request: &Request, part: &Part) -> Fields {
    let mut f = content(request, &part.content);
    mark(&mut f, part.cache.as_ref());
    states(&mut f, &part.opaque);
    extensions(&mut f, &part.extensions);
    f
}

fn content(request: &Request, content: &Content) -> Fields {
    let mut f = Fields::new();
    match content {
        Content::Text { text, citations } => {
            put(&mut f, "", Some("text"));
            put(&mut f, "text", Some(text));
            put(&mut f, "citations", (!citations.is_empty()).then_some(citations));
        }
        Content::Reasoning(reasoning) => {
            put(&mut f, "", Some("reasoning"));
            put(&mut f, "text", Some(&reasoning.text));
            put(&mut f, "is_summary", reasoning.is_summary.then_some(true));
        }
        Content::Media(media) => {
            put(&mut f, "", Some(media.kind));
            put(&mut f, "source", Some(&media.source));
            let is_plain = matches!(media.source, Source::Text(_));
            put(
                &mut f,
                "media_type",
                media.media_type.as_ref().filter(|kind| !is_plain || *kind != "text/plain"),
            );
            put(&mut f, "name", media.name.as_ref());
            // `auto` is what no word means.
            put(&mut f, "detail", media.detail.as_ref().filter(|detail| *detail != "auto"));
        }
        Content::ToolCall(call) => {
            put(&mut f, "", Some("call"));
            put(&mut f, "id", call.id.as_ref());
            put(&mut f, "name", Some(&call.name));
            put(&mut f, "kind", Some(call.kind));
            let is_blank = call.arguments.trim().is_empty();
            put(&mut f, "arguments", Some(if is_blank { "{}" } else { &call.arguments }));
        }
        Content::ToolResult(result) => {
            put(&mut f, "", Some("result"));
            put(&mut f, "call_id", Some(&result.call_id));
            put(&mut f, "name", called(request, &result.call_id).or(result.name.as_ref()));
            put(&mut f, "kind", Some(result.kind));
            put(&mut f, "is_error", result.is_error.then_some(true));
        }
        other => put(&mut f, "", Some(other)),
    }
    f
}

/// The name in the call with that id.
fn called<'a>(request: &'a Request, id: &str) -> Option<&'a String> {
    let parts = request.messages.iter().flat_map(|message| &message.parts);
    parts.into_iter().find_map(|part| match &part.content {
        Content::ToolCall(call) if call.id.as_deref() == Some(id) => Some(&call.name),
        _ => None,
    })
}
