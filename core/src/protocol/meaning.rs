//! What a request would mean something else without: a wire carries it, or the request is refused.
//!
//! Encoders are asked only for what passed here, so what they leave out changes no meaning.

use alloc::borrow::Cow;
use alloc::string::String;

use super::encoding::{EncodeError, Encoding};
use super::gemini::spelling::camel;
use crate::json::{Kind, RawJson, Reader};
use crate::model::{Content, Extension, Media, Part, Source, Tool, ToolChoice, Wire};

/// Refuses what the target's wire cannot say.
pub(super) fn check(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    check_state(encoding)?;
    check_candidates(encoding)?;
    check_tools(encoding)?;
    check_tool_choice(encoding)?;
    check_fields(encoding)?;
    check_messages(encoding)
}

/// What is held by one vendor's servers, or runs there.
fn check_state(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    let state = &encoding.request.state;
    for (is_set, wire, path, why) in [
        (
            state.previous_response_id.is_some(),
            Wire::OpenaiResponses,
            "state.previous_response_id",
            "the wire continues no stored response",
        ),
        (state.background, Wire::OpenaiResponses, "state.background", "the wire has no detached responses"),
        (
            state.continuation_token.is_some(),
            Wire::Gemini,
            "state.continuation_token",
            "the wire resumes no response by a token",
        ),
    ] {
        if is_set && encoding.target.dialect.wire != wire {
            return Err(encoding.refuse(path, why));
        }
    }
    Ok(())
}

fn check_candidates(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    let draws_one = matches!(encoding.target.dialect.wire, Wire::Anthropic | Wire::OpenaiResponses);
    if draws_one && encoding.request.sampling.candidates.is_some_and(|count| count > 1) {
        return Err(encoding.refuse("sampling.candidates", "the wire draws one answer"));
    }
    Ok(())
}

fn check_tools(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    for (at, tool) in encoding.request.tools.iter().enumerate() {
        if let Tool::Vendor { wire, .. } = tool
            && *wire != encoding.target.dialect.wire
        {
            let why = alloc::format!("only {wire} knows this tool");
            return Err(encoding.refuse(alloc::format!("tools[{at}]"), why));
        }
    }
    Ok(())
}

fn check_tool_choice(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    match &encoding.request.tool_choice {
        Some(ToolChoice::Vendor { wire, .. }) if *wire != encoding.target.dialect.wire => {
            Err(encoding.refuse("tool_choice", alloc::format!("only {wire} knows this form")))
        }
        _ => Ok(()),
    }
}

/// The fields of a wire's requests, by their dotted names, that are more than tuning: what is said or
/// known beside the messages, tools that the vendor runs, and what form the answer has. The dialects'
/// fields are among them.
const fn meaningful(wire: Wire) -> &'static [&'static str] {
    match wire {
        Wire::Anthropic => &["compaction", "container", "mcp_servers", "output_config.format", "thread"],
        Wire::Gemini => &[
            "cachedContent",
            "generationConfig.responseJsonSchema",
            "generationConfig.responseMimeType",
            "generationConfig.responseModalities",
            "generationConfig.responseSchema",
        ],
        Wire::OpenaiChat => &[
            "documents",
            "grammar",
            "guided_choice",
            "guided_grammar",
            "guided_json",
            "guided_regex",
            "json_schema",
            "modalities",
            "plugins",
            "response_format",
            "search_parameters",
            "structured_outputs",
            "web_search_options",
        ],
        Wire::OpenaiResponses => &["conversation", "prompt", "prompt_cache_options.prewarm", "text.format"],
    }
}

fn check_fields(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    let wire = encoding.target.dialect.wire;
    for Extension { wire: of, name, value } in &encoding.request.extensions {
        // Gemini takes both spellings.
        let plain = if *of == Wire::Gemini { camel(name) } else { Cow::Borrowed(name.as_str()) };
        if *of != wire && meaningful(*of).contains(&&*plain) && !asks_nothing(&plain, value) {
            let why = alloc::format!("only {of} knows this field");
            return Err(encoding.refuse(alloc::format!("extensions.{name}"), why));
        }
    }
    Ok(())
}

/// Whether a field has a value that every wire does without being asked.
fn asks_nothing(name: &str, value: &RawJson) -> bool {
    let all =
        |is_nothing: fn(&str) -> bool| elements(value).is_some_and(|all| all.into_iter().all(is_nothing));
    match name {
        "modalities" | "generationConfig.responseModalities" => {
            all(|mode| text(mode).is_some_and(|mode| mode.eq_ignore_ascii_case("text")))
        }
        // OpenRouter's others mend what the model wrote, or read files.
        "plugins" => all(|plugin| word(plugin, "id").is_some_and(|id| id != "web") || is_off(plugin)),
        // That it is there turns the search on.
        "web_search_options" => matches!(value.as_str(), "null" | "false"),
        "search_parameters" => {
            value.as_str() == "null" || word(value.as_str(), "mode").is_some_and(|mode| mode == "off")
        }
        _ => matches!(value.as_str(), "null" | "false" | "[]" | "{}"),
    }
}

/// Whether an object says `"enabled":false`.
fn is_off(object: &str) -> bool {
    let read = || -> Option<bool> {
        let mut r = Reader::new(object);
        let mut fields = r.opt_object().ok()??;
        while let Some(key) = fields.key(&mut r).ok()? {
            if key == "enabled" {
                return Some(r.raw().ok()? == "false");
            }
            r.skip().ok()?;
        }
        None
    };
    read() == Some(true)
}

fn elements(list: &RawJson) -> Option<alloc::vec::Vec<&str>> {
    let (mut r, mut found) = (list.reader(), alloc::vec::Vec::new());
    let mut elements = r.opt_array().ok()??;
    while elements.element(&mut r).ok()? {
        found.push(r.raw().ok()?);
    }
    Some(found)
}

fn text(json: &str) -> Option<Cow<'_, str>> {
    Reader::new(json).opt_string().ok()?
}

/// The text in a field of an object.
fn word<'a>(object: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let mut r = Reader::new(object);
    let mut fields = r.opt_object().ok()??;
    while let Some(key) = fields.key(&mut r).ok()? {
        if key == name && r.kind().ok()? == Kind::String {
            return r.opt_string().ok()?;
        }
        r.skip().ok()?;
    }
    None
}

fn check_messages(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    for (at, message) in encoding.request.messages.iter().enumerate() {
        for (of, part) in message.parts.iter().enumerate() {
            let path = || alloc::format!("messages[{at}].parts[{of}]");
            check_part(encoding, part, path)?;
            let Content::ToolResult(result) = &part.content else { continue };
            for (inside, part) in result.content.iter().enumerate() {
                check_part(encoding, part, || alloc::format!("{}.content[{inside}]", path()))?;
            }
        }
    }
    Ok(())
}

fn check_part(encoding: &Encoding<'_>, part: &Part, path: impl Fn() -> String) -> Result<(), EncodeError> {
    let dialect = &encoding.target.dialect;
    match &part.content {
        Content::Vendor { vendor, wire, kind, .. }
            if (*wire != dialect.wire || vendor != dialect.vendor) && !is_reasoning(*wire, kind) =>
        {
            Err(encoding.refuse(path(), alloc::format!("only {vendor} on {wire} knows {kind:?}")))
        }
        Content::Media(Media { source: Source::Id { vendor, .. }, .. }) if vendor != dialect.vendor => {
            Err(encoding.refuse(path(), alloc::format!("only {vendor} has the file of this id")))
        }
        _ => Ok(()),
    }
}

/// Whether a vendor's block or item is thinking that nobody else can read: the answer that came of it
/// stands beside it.
fn is_reasoning(wire: Wire, kind: &str) -> bool {
    matches!(
        (wire, kind),
        (Wire::Anthropic, "redacted_thinking" | "thinking")
            | (Wire::OpenaiChat, "thinking")
            | (Wire::OpenaiResponses, "reasoning")
    )
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::json::RawJson;
    use crate::model::{MediaKind, Message, Request, Role};
    use crate::protocol::{Credential, Dialect, Encoded, Target, encode_request};

    fn hello() -> Request {
        Request { model: "m".into(), messages: vec![Message::user("Hi")], ..Request::default() }
    }

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text).expect(text)
    }

    fn send(request: &Request, wire: Wire) -> Result<Encoded, EncodeError> {
        let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
        encode_request(request, &target, false)
    }

    /// The wires that refuse the request at `path`; the others send it.
    fn refusing(request: &Request, path: &str) -> alloc::vec::Vec<Wire> {
        let refuses = |wire: &Wire| match send(request, *wire) {
            Err(EncodeError::Refused { loss, .. }) => {
                assert_eq!(loss.path, path, "{wire}");
                true
            }
            Err(other) => panic!("{wire}: {other}"),
            Ok(_) => false,
        };
        Wire::ALL.into_iter().filter(refuses).collect()
    }

    fn others(wire: Wire) -> alloc::vec::Vec<Wire> {
        Wire::ALL.into_iter().filter(|other| *other != wire).collect()
    }

    #[test]
    fn a_choice_that_only_its_wire_knows_is_refused_by_every_other() {
        for wire in Wire::ALL {
            let json = raw(r#"{"type":"x"}"#);
            let request = Request { tool_choice: Some(ToolChoice::Vendor { wire, json }), ..hello() };
            let request =
                Request { tools: vec![Tool::function("f", "d", raw(r#"{"type":"object"}"#))], ..request };
            assert_eq!(refusing(&request, "tool_choice"), others(wire));
        }
    }

    #[test]
    fn state_that_only_one_vendor_holds_is_refused_by_the_others() {
        use crate::model::State;
        let of = |state| Request { state, ..hello() };
        let continued = of(State { previous_response_id: Some("r".into()), ..State::default() });
        assert_eq!(refusing(&continued, "state.previous_response_id"), others(Wire::OpenaiResponses));
        let detached = of(State { background: true, ..State::default() });
        assert_eq!(refusing(&detached, "state.background"), others(Wire::OpenaiResponses));
        let resumed = of(State { continuation_token: Some("t".into()), ..State::default() });
        assert_eq!(refusing(&resumed, "state.continuation_token"), others(Wire::Gemini));
    }

    #[test]
    fn several_answers_are_refused_where_one_is_drawn() {
        let mut request = hello();
        request.sampling.candidates = Some(2);
        let refusing = refusing(&request, "sampling.candidates");
        assert_eq!(refusing, [Wire::Anthropic, Wire::OpenaiResponses]);
    }

    #[test]
    fn a_tool_that_only_its_wire_knows_is_refused_by_every_other() {
        for wire in Wire::ALL {
            let json = raw(r#"{"type":"web_search"}"#);
            let request = Request { tools: vec![Tool::Vendor { wire, json }], ..hello() };
            assert_eq!(refusing(&request, "tools[0]"), others(wire));
        }
    }

    fn with_field(wire: Wire, name: &str, value: &str) -> Request {
        Request { extensions: vec![Extension::new(wire, name, raw(value))], ..hello() }
    }

    #[test]
    fn fields_that_change_the_meaning_are_refused_by_every_other_wire() {
        for (wire, name, value) in [
            (Wire::Anthropic, "thread", r#"{"type":"create"}"#),
            (Wire::Anthropic, "mcp_servers", r#"[{"url":"u"}]"#),
            (Wire::Anthropic, "container", r#""c""#),
            (Wire::Gemini, "cachedContent", r#""c""#),
            (Wire::Gemini, "cached_content", r#""cachedContents/1""#),
            (Wire::OpenaiChat, "web_search_options", "{}"),
            (Wire::OpenaiChat, "search_parameters", "{}"),
            (Wire::Gemini, "generationConfig.responseModalities", r#"["TEXT","IMAGE"]"#),
            (Wire::OpenaiChat, "modalities", r#"["text","audio"]"#),
            (Wire::OpenaiChat, "web_search_options", "{\"search_context_size\":\"low\"}"),
            (Wire::OpenaiChat, "plugins", r#"[{"id":"response-healing"},{"id":"web"}]"#),
            (Wire::OpenaiResponses, "conversation", r#""c""#),
            (Wire::OpenaiResponses, "prompt", r#"{"id":"p"}"#),
            (Wire::OpenaiResponses, "text.format", r#"{"type":"grammar"}"#),
        ] {
            let path = alloc::format!("extensions.{name}");
            assert_eq!(refusing(&with_field(wire, name, value), &path), others(wire), "{name}");
        }
    }

    #[test]
    fn fields_that_only_tune_are_losses() {
        for (wire, name, value) in [
            (Wire::Anthropic, "speed", r#""fast""#),
            (Wire::Anthropic, "mcp_servers", "[]"),
            (Wire::Gemini, "safetySettings", r#"[{"category":"c","threshold":"BLOCK_ONLY_HIGH"}]"#),
            (Wire::OpenaiChat, "search_parameters", r#"{"mode":"off"}"#),
            (Wire::OpenaiChat, "plugins", r#"[{"id":"web","enabled":false}]"#),
            (Wire::Gemini, "generationConfig.responseModalities", r#"["TEXT"]"#),
            (Wire::OpenaiChat, "modalities", r#"["text"]"#),
            (Wire::OpenaiChat, "plugins", r#"[{"id":"response-healing"}]"#),
            (Wire::OpenaiChat, "prediction", r#"{"type":"content","content":"c"}"#),
            (Wire::OpenaiResponses, "truncation", r#""auto""#),
        ] {
            let request = with_field(wire, name, value);
            for other in others(wire) {
                let losses = send(&request, other).expect("it only tunes").losses;
                assert!(losses.iter().any(|loss| loss.path.ends_with(name)), "{other} {name}: {losses:?}");
            }
        }
    }

    fn block(wire: Wire, kind: &str) -> Part {
        let (vendor, json) = (Dialect::of_wire(wire).vendor.into(), raw("{}"));
        Part::new(Content::Vendor { vendor, wire, kind: kind.into(), json })
    }

    #[test]
    fn blocks_that_only_their_vendor_knows_are_refused_by_every_other_but_for_thinking() {
        for (wire, kind, role) in [
            (Wire::Anthropic, "document", Role::User),
            (Wire::Anthropic, "search_result", Role::User),
            (Wire::Anthropic, "compaction", Role::Assistant),
            (Wire::Gemini, "executableCode", Role::Assistant),
            (Wire::OpenaiChat, "document_url", Role::User),
            (Wire::OpenaiResponses, "item_reference", Role::Assistant),
            (Wire::OpenaiResponses, "compaction", Role::Assistant),
        ] {
            let mut request = hello();
            request.messages.push(Message::new(role, vec![block(wire, kind)]));
            assert_eq!(refusing(&request, "messages[1].parts[0]"), others(wire), "{kind}");
        }
        let mut request = hello();
        let parts = vec![block(Wire::Anthropic, "redacted_thinking"), Part::text("So.")];
        request.messages.push(Message::new(Role::Assistant, parts));
        for other in others(Wire::Anthropic) {
            let losses = send(&request, other).expect("thinking is left out").losses;
            assert_eq!(losses[0].path, "messages[1].parts[0]", "{other}");
        }
    }

    #[test]
    fn a_file_under_an_id_goes_to_whoever_has_it() {
        for wire in Wire::ALL {
            let vendor = Dialect::of_wire(wire).vendor;
            let media = Media {
                kind: MediaKind::File,
                source: Source::Id { vendor: vendor.into(), id: "file-1".into() },
                media_type: None,
                name: None,
                detail: None,
            };
            let mut request = hello();
            request.messages.push(Message::new(Role::User, vec![Part::new(Content::Media(media))]));
            let strangers = Wire::ALL.into_iter().filter(|other| Dialect::of_wire(*other).vendor != vendor);
            let refusing = refusing(&request, "messages[1].parts[0]");
            assert!(refusing.into_iter().eq(strangers), "{wire}");
        }
    }

    #[test]
    fn blocks_inside_a_result_are_no_exception() {
        let mut request = hello();
        let result = crate::model::ToolResult {
            call_id: "c".into(),
            name: Some("f".into()),
            content: vec![block(Wire::Anthropic, "search_result")],
            is_error: false,
            kind: Default::default(),
        };
        let result = Part::new(Content::ToolResult(result));
        request.messages.push(Message::new(Role::Tool, vec![result]));
        let path = "messages[1].parts[0].content[0]";
        assert_eq!(refusing(&request, path), others(Wire::Anthropic));
    }
}
