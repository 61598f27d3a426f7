//! Tools and the choice among them.

use alloc::string::String;
use alloc::vec::Vec;

use super::cache::Marks;
use super::object::{field, with_field};
use crate::json::{Kind, RawJson, Reader, Writer};
use crate::model::{Extension, LossAction, Tool, ToolChoice, ToolFormat, Wire};
use crate::protocol::encode::{EncodeError, Encoding};

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
    let mut entries = Vec::new();
    for (at, tool) in request.tools.iter().enumerate() {
        let path = alloc::format!("tools[{at}]");
        if allowed.is_none_or(|names| is_among(tool, names)) {
            entries.extend(tool_entry(encoding, marks, &path, tool));
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

fn is_among(tool: &Tool, names: &[String]) -> bool {
    let is_named = |name: &str| names.iter().any(|n| n == name);
    match tool {
        Tool::Function { name, .. } | Tool::Freeform { name, .. } => is_named(name),
        Tool::Vendor { json, .. } => {
            let name = field(json.as_str(), "name").map(|raw| Reader::new(raw).opt_string());
            matches!(name, Some(Ok(Some(name))) if is_named(&name))
        }
    }
}

fn tool_entry(encoding: &mut Encoding<'_>, marks: &mut Marks, path: &str, tool: &Tool) -> Option<String> {
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
            Some(w.finish())
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
            Some(with_extensions(encoding, path, w.finish(), extensions))
        }
        Tool::Vendor { wire: Wire::Anthropic, json } => Some(json.as_str().into()),
        Tool::Vendor { wire, .. } => {
            encoding.lose(LossAction::Dropped, path, alloc::format!("only {wire} knows this tool"));
            None
        }
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
        if *wire == Wire::Anthropic {
            object = with_field(&object, name, value.as_str());
        } else {
            let why = alloc::format!("only {wire} knows this field");
            encoding.lose(LossAction::Dropped, alloc::format!("{path}.{name}"), why);
        }
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
        None => with_field(parameters.as_str(), "type", "\"object\""),
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
        Some(ToolChoice::Vendor { wire: Wire::Anthropic, json }) => return Ok(Some(json.as_str().into())),
        Some(ToolChoice::Vendor { wire, .. }) => {
            let why = alloc::format!("only {wire} knows this choice");
            encoding.lose(LossAction::Dropped, "tool_choice", why);
            return Ok(None);
        }
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
