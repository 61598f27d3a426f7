//! Tools, the choice among them and the form of the answer, read.

use super::message::{cache, extension};
use super::scalar::{boolean, raw, schema, text};
use super::value::Value;
use crate::model::{OutputFormat, Tool, ToolChoice, ToolFormat};
use crate::transcript::words::WIRES;

const TOOL: [&str; 10] =
    ["kind", "name", "description", "parameters", "strict", "format", "wire", "json", "cache", "extensions"];

pub(super) fn tool(value: &Value<'_, '_>) -> Tool {
    let mut o = value.object(&TOOL);
    let tool = match o.kind(&["function", "freeform", "vendor"]) {
        0 => Tool::Function {
            name: o.text("name"),
            description: o.opt_text("description"),
            parameters: o.opt("parameters", schema),
            strict: o.opt("strict", boolean),
            cache: o.opt("cache", cache),
            extensions: o.list("extensions", extension),
        },
        1 => Tool::Freeform {
            name: o.text("name"),
            description: o.opt_text("description"),
            format: o.opt("format", grammar).unwrap_or_default(),
        },
        _ => Tool::Vendor { wire: o.get("wire").word(&WIRES), json: o.need("json", raw) },
    };
    o.done();
    tool
}

fn grammar(value: &Value<'_, '_>) -> ToolFormat {
    let mut o = value.object(&["syntax", "definition"]);
    ToolFormat::Grammar { syntax: o.text("syntax"), definition: o.text("definition") }
}

pub(super) fn tool_choice(value: &Value<'_, '_>) -> ToolChoice {
    if value.is_text() {
        return match value.one_of(&["auto", "none", "required"]) {
            0 => ToolChoice::Auto,
            1 => ToolChoice::None,
            _ => ToolChoice::Required,
        };
    }
    let mut o = value.object(&["kind", "name", "names", "required", "wire", "json"]);
    let choice = match o.kind(&["function", "freeform", "allowed", "vendor"]) {
        0 => ToolChoice::Named(o.text("name")),
        1 => ToolChoice::Freeform(o.text("name")),
        2 => ToolChoice::Allowed { names: o.get("names").list(text), required: o.flag("required") },
        _ => ToolChoice::Vendor { wire: o.get("wire").word(&WIRES), json: o.need("json", raw) },
    };
    o.done();
    choice
}

pub(super) fn output(value: &Value<'_, '_>) -> OutputFormat {
    if value.is_text() {
        return match value.one_of(&["text", "json_object"]) {
            0 => OutputFormat::Text,
            _ => OutputFormat::JsonObject,
        };
    }
    let mut o = value.object(&["name", "description", "schema", "strict"]);
    OutputFormat::JsonSchema {
        name: o.text("name"),
        description: o.opt_text("description"),
        schema: o.need("schema", schema),
        strict: o.opt("strict", boolean),
    }
}
