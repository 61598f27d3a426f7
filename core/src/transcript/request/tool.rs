//! Tools, the choice among them and the form of the answer, read.

use super::error::Result;
use super::message::{cache, extension};
use super::scalar::{boolean, raw, schema, text};
use super::value::Value;
use crate::model::{OutputFormat, Tool, ToolChoice, ToolFormat};
use crate::transcript::words::WIRES;

const TOOL: [&str; 10] =
    ["kind", "name", "description", "parameters", "strict", "format", "wire", "json", "cache", "extensions"];

pub(super) fn tool(value: &Value<'_, '_>) -> Result<Tool> {
    let mut o = value.object(&TOOL)?;
    let tool = match o.kind(&["function", "freeform", "vendor"])? {
        "function" => Tool::Function {
            name: o.need("name", text)?,
            description: o.opt_text("description")?,
            parameters: o.opt("parameters", schema)?,
            strict: o.opt("strict", boolean)?,
            cache: o.opt("cache", cache)?,
            extensions: o.list("extensions", extension)?,
        },
        "freeform" => Tool::Freeform {
            name: o.need("name", text)?,
            description: o.opt_text("description")?,
            format: o.opt("format", grammar)?.unwrap_or_default(),
        },
        _ => Tool::Vendor { wire: o.get("wire").word(&WIRES)?, json: o.need("json", raw)? },
    };
    o.done()?;
    Ok(tool)
}

fn grammar(value: &Value<'_, '_>) -> Result<ToolFormat> {
    let mut o = value.object(&["syntax", "definition"])?;
    Ok(ToolFormat::Grammar { syntax: o.need("syntax", text)?, definition: o.need("definition", text)? })
}

pub(super) fn tool_choice(value: &Value<'_, '_>) -> Result<ToolChoice> {
    if value.is_text() {
        return Ok(match value.one_of(&["auto", "none", "required"])? {
            0 => ToolChoice::Auto,
            1 => ToolChoice::None,
            _ => ToolChoice::Required,
        });
    }
    let mut o = value.object(&["kind", "name", "names", "required", "wire", "json"])?;
    let choice = match o.kind(&["function", "freeform", "allowed", "vendor"])? {
        "function" => ToolChoice::Named(o.need("name", text)?),
        "freeform" => ToolChoice::Freeform(o.need("name", text)?),
        "allowed" => ToolChoice::Allowed { names: o.get("names").list(text)?, required: o.flag("required")? },
        _ => ToolChoice::Vendor { wire: o.get("wire").word(&WIRES)?, json: o.need("json", raw)? },
    };
    o.done()?;
    Ok(choice)
}

pub(super) fn output(value: &Value<'_, '_>) -> Result<OutputFormat> {
    if value.is_text() {
        return Ok(match value.one_of(&["text", "json_object"])? {
            0 => OutputFormat::Text,
            _ => OutputFormat::JsonObject,
        });
    }
    let mut o = value.object(&["name", "description", "schema", "strict"])?;
    Ok(OutputFormat::JsonSchema {
        name: o.need("name", text)?,
        description: o.opt_text("description")?,
        schema: o.need("schema", schema)?,
        strict: o.opt("strict", boolean)?,
    })
}
