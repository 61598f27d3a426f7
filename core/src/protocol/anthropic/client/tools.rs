//! Tools and the choice among them.

use alloc::string::String;
use alloc::vec::Vec;

use super::cache::Marks;
use crate::json::{Kind, RawJson, Reader, Writer};
use crate::map::Set;
use crate::model::{Extension, LossAction, Tool, ToolChoice, ToolFormat, Wire};
use crate::protocol::anthropic::object::{field, is_free, with_field};
use crate::protocol::encoding::{EncodeError, Encoding, TOO_DEEP, nests_too_deep};

/// The fields of a request that are about tools, JSON text.
#[derive(Default)]
pub(super) struct Tools {
    pub(super) list: Option<String>,
    pub(super) choice: Option<String>,
}

/// Writes the tools and the choice among them.
pub(super) fn encode(encoding: &mut Encoding<'_>, marks: &mut Marks) -> Result<Tools, EncodeError> {
    let request = encoding.request;
    let allowed = match &request.tool_choice {
        Some(ToolChoice::Allowed { names, .. }) => Some(&names[..]),
        _ => None,
    };
    let among = allowed.map(|names| names.iter().map(String::as_str).collect::<Set<_>>());
    let mut entries = Vec::new();
    for (at, tool) in request.tools.iter().enumerate() {
        let path = alloc::format!("tools[{at}]");
        if among.as_ref().is_none_or(|names| is_among(tool, names)) {
            entries.push(tool_entry(encoding, marks, &path, tool));
        }
    }
    if let Some(names) = allowed {
        let why = alloc::format!("the wire has no list of allowed tools; only {names:?} are offered");
        encoding.lose(LossAction::Approximated, "tool_choice", why);
    }
    let choice = choice(encoding, entries.is_empty())?;
    let list = (!entries.is_empty()).then(|| alloc::format!("[{}]", entries.join(",")));
    Ok(Tools { list, choice })
}

fn is_among(tool: &Tool, names: &Set<&str>) -> bool {
    match tool {
        Tool::Function { name, .. } | Tool::Freeform { name, .. } => names.contains(&**name),
        Tool::Vendor { json, .. } => {
            let name = field(json.as_str(), "name").map(|raw| Reader::new(raw).opt_string());
            matches!(name, Some(Ok(Some(name))) if names.contains(&*name))
        }
    }
}

fn tool_entry(encoding: &mut Encoding<'_>, marks: &mut Marks, path: &str, tool: &Tool) -> String {
    let mut w = Writer::new();
    match tool {
        Tool::Freeform { name, description, format } => {
            let why = "a freeform tool goes as a function with one string, `input`";
            encoding.lose(LossAction::Approximated, path, why);
            w.object(|w| {
                w.key("name").string(name);
                w.opt_string("description", description.as_deref());
                w.key("input_schema").raw(&freeform_schema(format));
            });
            w.finish()
        }
        Tool::Function { name, description, parameters, strict, cache, extensions } => {
            w.object(|w| {
                w.key("name").string(name);
                w.opt_string("description", description.as_deref());
                w.key("input_schema").raw(&schema(encoding, path, parameters.as_ref()));
                w.opt_bool("strict", *strict);
                if let Some(control) = cache.as_ref().and_then(|mark| marks.control(encoding, path, mark)) {
                    w.key("cache_control").raw(&control);
                }
            });
            with_extensions(encoding, path, w.finish(), extensions)
        }
        Tool::Vendor { json, .. } => json.as_str().into(),
    }
}

/// `object` with the extensions of this wire; those of other wires are lost.
pub(super) fn with_extensions(
    encoding: &mut Encoding<'_>,
    path: &str,
    mut object: String,
    extensions: &[Extension],
) -> String {
    for extension in extensions {
        let Extension { wire, name, value } = extension;
        let why = if *wire != Wire::Anthropic {
            alloc::format!("only {wire} knows this field")
        } else if nests_too_deep(name) {
            TOO_DEEP.into()
        } else if !is_free(&object, name) {
            "what the request sets itself stands".into()
        } else {
            object = with_field(&object, name, value.as_str());
            continue;
        };
        encoding.lose(LossAction::Dropped, alloc::format!("{path}.{name}"), why);
    }
    object
}

/// The schema of a function's arguments; the wire demands that it says it is an object.
fn schema(encoding: &mut Encoding<'_>, path: &str, parameters: Option<&RawJson>) -> String {
    let Some(parameters) = parameters else { return r#"{"type":"object","properties":{}}"#.into() };
    if parameters.kind() != Kind::Object {
        let why = "expected a schema that is an object; one that allows any object stands in its place";
        encoding.lose(LossAction::Approximated, alloc::format!("{path}.parameters"), why);
        return r#"{"type":"object"}"#.into();
    }
    match field(parameters.as_str(), "type") {
        Some(_) => parameters.as_str().into(),
        None => {
            let why = "a schema that is an object says so";
            encoding.lose(LossAction::Approximated, alloc::format!("{path}.parameters"), why);
            with_field(parameters.as_str(), "type", "\"object\"")
        }
    }
}

fn freeform_schema(format: &ToolFormat) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string("object");
        w.key("properties").object(|w| {
            w.key("input").object(|w| {
                w.key("type").string("string");
                if let ToolFormat::Grammar { syntax, definition } = format {
                    let text = alloc::format!("Text that matches this {syntax} grammar:\n{definition}");
                    w.key("description").string(&text);
                }
            });
        });
        w.key("required").array(|w| w.string("input"));
        w.key("additionalProperties").bool(false);
    });
    w.finish()
}

fn choice(encoding: &mut Encoding<'_>, no_tools: bool) -> Result<Option<String>, EncodeError> {
    let request = encoding.request;
    let parallel = request.parallel_tool_calls;
    let (kind, name) = match &request.tool_choice {
        Some(_) if no_tools => return choice_without_tools(encoding).map(|()| None),
        None if parallel != Some(false) || no_tools => return Ok(None),
        None | Some(ToolChoice::Auto | ToolChoice::Allowed { required: false, .. }) => ("auto", None),
        Some(ToolChoice::Freeform(name) | ToolChoice::Named(name)) => ("tool", Some(name)),
        Some(ToolChoice::None) => ("none", None),
        Some(ToolChoice::Required | ToolChoice::Allowed { required: true, .. }) => ("any", None),
        Some(ToolChoice::Vendor { json, .. }) => return Ok(Some(json.as_str().into())),
    };
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        w.opt_string("name", name.map(String::as_str));
        if kind != "none" {
            w.opt_bool("disable_parallel_tool_use", parallel.map(|parallel| !parallel));
        }
    });
    Ok(Some(w.finish()))
}

/// A choice where there is nothing to choose from: the API refuses any.
fn choice_without_tools(encoding: &mut Encoding<'_>) -> Result<(), EncodeError> {
    match &encoding.request.tool_choice {
        None | Some(ToolChoice::Auto | ToolChoice::None | ToolChoice::Allowed { required: false, .. }) => {
            encoding.lose(LossAction::Dropped, "tool_choice", "there are no tools to choose from");
            Ok(())
        }
        Some(_) => Err(EncodeError::Invalid {
            path: "tool_choice".into(),
            why: "expected at least one tool to choose from, found none".into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::super::encoded::body_of;
    use super::*;
    use crate::model::{CacheMark, Loss, Message, Request};

    fn request(names: &[&str]) -> Request {
        let mut request = Request::new("claude", vec![Message::user("Hi")]);
        let schema = RawJson::parse(r#"{"type":"object","z":1,"a":2}"#).expect("JSON");
        request.tools = names.iter().map(|name| Tool::function(*name, "d", schema.clone())).collect();
        request
    }

    fn fields(request: &Request) -> (String, String, Vec<Loss>) {
        let (body, losses) = body_of(request).expect("a body");
        let get = |name| String::from(field(&body, name).unwrap_or("none"));
        (get("tools"), get("tool_choice"), losses)
    }

    #[test]
    fn functions_keep_their_schema_as_text() {
        let mut request = request(&["f"]);
        if let Tool::Function { strict, cache, extensions, .. } = &mut request.tools[0] {
            *strict = Some(true);
            *cache = Some(CacheMark::default());
            let defer = RawJson::parse("true").expect("JSON");
            extensions.push(Extension::new(Wire::Anthropic, "defer_loading", defer));
        }
        let (tools, choice, losses) = fields(&request);
        let expected = r#"[{"name":"f","description":"d","input_schema":{"type":"object","z":1,"a":2},"strict":true,"cache_control":{"type":"ephemeral"},"defer_loading":true}]"#;
        assert_eq!((tools.as_str(), choice.as_str()), (expected, "none"));
        assert!(losses.is_empty());
    }

    #[test]
    fn every_schema_says_it_is_an_object() {
        for (parameters, expected) in [
            (None, r#"{"type":"object","properties":{}}"#),
            (Some("{}"), r#"{"type":"object"}"#),
            (Some(r#"{"anyOf":[]}"#), r#"{"anyOf":[],"type":"object"}"#),
            (Some("true"), r#"{"type":"object"}"#),
        ] {
            let mut request = request(&["f"]);
            if let Tool::Function { parameters: old, .. } = &mut request.tools[0] {
                *old = parameters.map(|text| RawJson::parse(text).expect("JSON"));
            }
            let (tools, _, _) = fields(&request);
            assert!(tools.contains(&alloc::format!(r#""input_schema":{expected}"#)), "{tools}");
        }
    }

    #[test]
    fn freeform_tools_become_functions() {
        let mut request = request(&[]);
        let format = ToolFormat::Grammar { syntax: "lark".into(), definition: "start: \"a\"".into() };
        request.tools = vec![Tool::Freeform { name: "f".into(), description: None, format }];
        let (tools, _, losses) = fields(&request);
        assert!(tools.contains(r#""input":{"type":"string","description":"Text that matches this lark"#));
        assert_eq!((losses[0].path.as_str(), losses[0].action), ("tools[0]", LossAction::Approximated));
    }

    #[test]
    fn vendor_tools_go_as_they_are() {
        let mut request = request(&[]);
        let json = RawJson::parse(r#"{"type":"web_search_20260318","name":"web_search"}"#).expect("JSON");
        request.tools = vec![Tool::Vendor { wire: Wire::Anthropic, json: json.clone() }];
        let (tools, _, losses) = fields(&request);
        assert_eq!(tools, alloc::format!("[{json}]"));
        assert!(losses.is_empty());
    }

    #[test]
    fn choices_have_their_word() {
        let named = |name: &str| ToolChoice::Named(name.into());
        for (choice, parallel, expected) in [
            (None, None, "none"),
            (None, Some(true), "none"),
            (None, Some(false), r#"{"type":"auto","disable_parallel_tool_use":true}"#),
            (Some(ToolChoice::Auto), None, r#"{"type":"auto"}"#),
            (Some(ToolChoice::None), Some(false), r#"{"type":"none"}"#),
            (Some(ToolChoice::Required), Some(true), r#"{"type":"any","disable_parallel_tool_use":false}"#),
            (Some(named("g")), None, r#"{"type":"tool","name":"g"}"#),
        ] {
            let mut request = request(&["f", "g"]);
            request.tool_choice = choice;
            request.parallel_tool_calls = parallel;
            let (_, choice, losses) = fields(&request);
            assert_eq!(choice, expected);
            assert!(losses.is_empty());
        }
    }

    #[test]
    fn allowed_tools_are_the_only_ones_offered() {
        for (required, expected) in [(true, r#"{"type":"any"}"#), (false, r#"{"type":"auto"}"#)] {
            let mut request = request(&["f", "g"]);
            request.tool_choice = Some(ToolChoice::Allowed { names: vec!["g".into()], required });
            let (tools, choice, losses) = fields(&request);
            assert!(tools.contains(r#""name":"g""#) && !tools.contains(r#""name":"f""#), "{tools}");
            assert_eq!((choice.as_str(), losses.len()), (expected, 1));
        }
    }

    #[test]
    fn a_choice_needs_tools() {
        let mut request = request(&[]);
        request.tool_choice = Some(ToolChoice::Auto);
        assert_eq!(fields(&request).2.len(), 1);
        request.tool_choice = Some(ToolChoice::Required);
        assert!(body_of(&request).is_err());
    }
}
