//! The tools of a request and the choice among them.

use alloc::string::String;
use alloc::vec::Vec;

use super::content::{Reading, cache};
use super::read::{At, Fields, Read, array, bool, no_json};
use crate::json::{RawJson, Reader};
use crate::model::{Request, Tool, ToolChoice, Wire};

/// Reads the list of tools. What is not a function of the application is the vendor's own.
pub(super) fn list(reading: &mut Reading<'_>, r: &mut Reader<'_>, at: &At<'_>) -> Read<Vec<Tool>> {
    let mut tools = Vec::new();
    let Some(mut elements) = array(r, at)? else { return Ok(tools) };
    while elements.element(r).map_err(no_json)? {
        tools.push(tool(reading, r, &at.index(tools.len()))?);
    }
    Ok(tools)
}

fn tool(reading: &mut Reading<'_>, r: &mut Reader<'_>, at: &At<'_>) -> Read<Tool> {
    let mut fields = Fields::read(r, at)?;
    if !matches!(fields.string("type", at)?.as_deref(), None | Some("custom")) {
        return Ok(Tool::Vendor { wire: Wire::Anthropic, json: RawJson::trusted(fields.whole) });
    }
    let name = fields.demand("name", at)?.into_owned();
    let description = fields.string("description", at)?.map(String::from);
    let parameters = fields.raw("input_schema")?;
    let strict = match fields.take("strict") {
        Some(mut r) => bool(&mut r, &at.field("strict"))?,
        None => None,
    };
    let cache = cache(&mut fields, at)?;
    let mut extensions = Vec::new();
    reading.extend(&mut extensions, "", fields, at)?;
    Ok(Tool::Function { name, description, parameters, strict, cache, extensions })
}

/// Reads the choice, and whether several calls may come in one turn, into `request`.
pub(super) fn choice(
    reading: &mut Reading<'_>,
    r: &mut Reader<'_>,
    at: &At<'_>,
    request: &mut Request,
) -> Read<()> {
    if r.null() {
        return Ok(());
    }
    let mut fields = Fields::read(r, at)?;
    let choice = match &*fields.demand("type", at)? {
        "any" => ToolChoice::Required,
        "auto" => ToolChoice::Auto,
        "none" => ToolChoice::None,
        "tool" => ToolChoice::Named(fields.demand("name", at)?.into_owned()),
        _ => {
            let json = RawJson::trusted(fields.whole);
            request.tool_choice = Some(ToolChoice::Vendor { wire: Wire::Anthropic, json });
            return Ok(());
        }
    };
    request.tool_choice = Some(choice);
    if let Some(mut r) = fields.take("disable_parallel_tool_use") {
        let is_off = bool(&mut r, &at.field("disable_parallel_tool_use"))?;
        request.parallel_tool_calls = is_off.map(|is_off| !is_off);
    }
    reading.extend(&mut request.extensions, "tool_choice.", fields, at)
}
