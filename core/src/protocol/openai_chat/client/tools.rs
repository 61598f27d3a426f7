//! Tools and the choice among them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::map::Set;
use crate::model::{Extension, LossAction, Tool, ToolChoice, ToolFormat, Wire};
use crate::protocol::encoding::{EncodeError, Encoding};
use crate::protocol::openai_chat::fields::{Fields, array, quoted};

/// The parameters of a freeform tool where only functions are known.
pub(super) const WRAPPED_INPUT: &str =
    r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"]}"#;

/// Writes `tools`, `tool_choice` and `parallel_tool_calls`.
pub(super) fn encode(encoding: &mut Encoding<'_>, body: &mut Fields) -> Result<(), EncodeError> {
    let request = encoding.request;
    let allowed = match &request.tool_choice {
        // Elsewhere, what is not allowed must not be offered.
        Some(ToolChoice::Allowed { names, .. }) if !encoding.target.dialect.is_native => {
            Some(names.iter().map(String::as_str).collect::<Set<_>>())
        }
        _ => None,
    };
    let is_left_out = |tool: &Tool| {
        allowed.as_ref().is_some_and(|names| !tool.name().is_some_and(|name| names.contains(name)))
    };
    let mut list = Vec::new();
    for (at, tool) in request.tools.iter().enumerate() {
        if is_left_out(tool) {
            continue;
        }
        list.push(entry(encoding, tool, &format!("tools[{at}]")));
    }
    let has_tools = !list.is_empty();
    if has_tools {
        body.set("tools", array(list));
    }
    if let Some(choice) = &request.tool_choice {
        tool_choice(encoding, choice, has_tools, body)?;
    }
    match request.parallel_tool_calls {
        Some(_) if !has_tools => {
            encoding.lose(LossAction::Dropped, "parallel_tool_calls", "it goes only with tools");
        }
        Some(value) => {
            body.set("parallel_tool_calls", if value { "true" } else { "false" });
        }
        None => {}
    }
    Ok(())
}

fn entry(encoding: &mut Encoding<'_>, tool: &Tool, path: &str) -> String {
    match tool {
        Tool::Function { name, description, parameters, strict, cache, extensions } => {
            let mut function = Fields::new().with("name", quoted(name));
            function.opt_string("description", description.as_deref());
            if let Some(parameters) = parameters {
                function.set("parameters", parameters.as_str());
            }
            if let Some(strict) = strict {
                function.set("strict", if *strict { "true" } else { "false" });
            }
            if cache.is_some() {
                encoding.lose(LossAction::Dropped, format!("{path}.cache"), "no mark goes on a tool");
            }
            let mut entry = Fields::of_type("function").with("function", function.write());
            extend(encoding, &mut entry, extensions, path);
            entry.write()
        }
        Tool::Freeform { name, description, format } if encoding.target.dialect.is_native => {
            let mut custom = Fields::new().with("name", quoted(name));
            custom.opt_string("description", description.as_deref());
            if let ToolFormat::Grammar { syntax, definition } = format {
                let grammar =
                    Fields::new().with("syntax", quoted(syntax)).with("definition", quoted(definition));
                custom.set("format", Fields::of_type("grammar").with("grammar", grammar.write()).write());
            }
            Fields::of_type("custom").with("custom", custom.write()).write()
        }
        Tool::Freeform { name, description, format } => {
            let why = match format {
                ToolFormat::Text => "a function with one string stands in place of the freeform tool",
                ToolFormat::Grammar { .. } => {
                    "a function with one string stands in place of the freeform tool; its grammar is gone"
                }
            };
            encoding.lose(LossAction::Approximated, path, why);
            let mut function = Fields::new().with("name", quoted(name));
            function.opt_string("description", description.as_deref());
            function.set("parameters", WRAPPED_INPUT);
            Fields::of_type("function").with("function", function.write()).write()
        }
        Tool::Vendor { json, .. } => json.as_str().into(),
    }
}

fn tool_choice(
    encoding: &mut Encoding<'_>,
    choice: &ToolChoice,
    has_tools: bool,
    body: &mut Fields,
) -> Result<(), EncodeError> {
    let dialect = &encoding.target.dialect;
    let required = dialect.required_word;
    if !has_tools && matches!(choice, ToolChoice::Auto | ToolChoice::None) {
        encoding.lose(LossAction::Dropped, "tool_choice", "it goes only with tools");
        return Ok(());
    }
    if !has_tools && matches!(choice, ToolChoice::Required) {
        let why = "expected tools to choose from, found none";
        return Err(EncodeError::Invalid { path: "tool_choice".into(), why: why.into() });
    }
    let raw = match choice {
        ToolChoice::Auto => quoted("auto"),
        ToolChoice::None => quoted("none"),
        ToolChoice::Required => quoted(required),
        ToolChoice::Named(name) => named("function", name),
        ToolChoice::Freeform(name) if dialect.is_native => named("custom", name),
        ToolChoice::Freeform(name) => named("function", name),
        ToolChoice::Allowed { names, required } if dialect.is_native => {
            let freeform = encoding.freeform_names();
            let kind = |name: &str| if freeform.contains(name) { "custom" } else { "function" };
            let tools = names.iter().map(|name| named(kind(name), name));
            let allowed = Fields::new()
                .with("mode", quoted(if *required { "required" } else { "auto" }))
                .with("tools", array(tools));
            Fields::of_type("allowed_tools").with("allowed_tools", allowed.write()).write()
        }
        ToolChoice::Allowed { required: is_required, .. } => {
            let word = if *is_required { required } else { "auto" };
            encoding.lose(LossAction::Approximated, "tool_choice", "only the allowed tools are offered");
            quoted(word)
        }
        ToolChoice::Vendor { json, .. } => json.as_str().into(),
    };
    body.set("tool_choice", raw);
    Ok(())
}

fn named(kind: &str, name: &str) -> String {
    let inner = Fields::new().with("name", quoted(name));
    Fields::of_type(kind).with(kind, inner.write()).write()
}

/// Adds the extensions of this wire to an object; those of others are lost.
pub(super) fn extend(encoding: &mut Encoding<'_>, object: &mut Fields, extensions: &[Extension], path: &str) {
    for extension in extensions {
        if extension.wire == Wire::OpenaiChat {
            if let Err(why) = object.set_path(&extension.name, extension.value.as_str()) {
                encoding.lose(LossAction::Dropped, format!("{path}.{}", extension.name), why);
            }
        } else {
            let why = format!("only {} knows it", extension.wire);
            encoding.lose(LossAction::Dropped, format!("{path}.{}", extension.name), why);
        }
    }
}
