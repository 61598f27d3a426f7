//! `tools` and `toolConfig`.

use alloc::string::String;
use alloc::vec::Vec;

use super::fault::{Fault, Key, Read, each, extension, fields, string, word};
use super::schema::json_schema;
use crate::json::{RawJson, Reader, Writer};
use crate::model::{Request, Tool, ToolChoice, Wire};

/// Reads `tools`. Google's own tools stay as they are, one entry for those that came in one.
pub(super) fn read(r: &mut Reader<'_>, tools: &mut Vec<Tool>) -> Read<()> {
    each(r, &mut |r, _| entry(r, tools))
}

fn entry(r: &mut Reader<'_>, tools: &mut Vec<Tool>) -> Read<()> {
    let mut start = r.clone();
    let mut has_functions = false;
    let mut others = Vec::new();
    fields(r, &mut |key, r| {
        if key.name != "functionDeclarations" {
            others.push((key.spelled.clone(), r.raw()?));
            return Ok(());
        }
        has_functions = true;
        each(r, &mut |r, _| {
            tools.push(function(r)?);
            Ok(())
        })
    })?;
    if others.is_empty() {
        return Ok(());
    }
    let json = if has_functions {
        let mut w = Writer::new();
        w.object(|w| others.iter().for_each(|(name, raw)| w.key(name).raw(raw)));
        RawJson::trusted(&w.finish())
    } else {
        RawJson::trusted(start.raw()?)
    };
    tools.push(Tool::Vendor { wire: Wire::Gemini, json });
    Ok(())
}

fn function(r: &mut Reader<'_>) -> Read<Tool> {
    let (mut name, mut description, mut schema, mut json) = (None, None, None, None);
    let mut extensions = Vec::new();
    fields(r, &mut |key, r| {
        match &*key.name {
            "name" => name = Some(string(r)?.into_owned()),
            "description" => description = Some(string(r)?.into_owned()),
            "parameters" => schema = Some(json_schema(r.raw()?)?),
            "parametersJsonSchema" => json = Some(RawJson::trusted(r.raw()?)),
            _ => extensions.push(extension("", key, r)?),
        }
        Ok(())
    })?;
    let name = name.ok_or_else(|| Fault::new("expected a `name`, found none"))?;
    Ok(Tool::Function {
        name,
        description,
        parameters: json.or(schema),
        strict: None,
        cache: None,
        extensions,
    })
}

/// Reads `toolConfig` into `request`.
///
/// `VALIDATED` without names has no word of its own: it stays an extension, beside no choice.
pub(super) fn read_config(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    fields(r, &mut |key, r| {
        if key.name == "functionCallingConfig" {
            return calling(r, request);
        }
        request.extensions.push(extension("toolConfig.", key, r)?);
        Ok(())
    })
}

const CALLING: &str = "toolConfig.functionCallingConfig.";

fn calling(r: &mut Reader<'_>, request: &mut Request) -> Read<()> {
    let mut mode = None;
    let mut names: Vec<String> = Vec::new();
    fields(r, &mut |key, r| {
        match &*key.name {
            "mode" => {
                mode =
                    Some((Key { name: key.name.clone(), spelled: key.spelled.clone() }, r.clone(), word(r)?))
            }
            "allowedFunctionNames" => each(r, &mut |r, _| {
                names.push(string(r)?.into_owned());
                Ok(())
            })?,
            _ => request.extensions.push(extension(CALLING, key, r)?),
        }
        Ok(())
    })?;
    let word = mode.as_ref().map_or("", |(_, _, word)| word).to_ascii_uppercase();
    request.tool_choice = match &*word {
        "AUTO" | "1" if names.is_empty() => Some(ToolChoice::Auto),
        "NONE" | "3" => Some(ToolChoice::None),
        "ANY" | "2" => Some(any_of(names)),
        "" | "0" | "MODE_UNSPECIFIED" if names.is_empty() => None,
        "" | "0" | "MODE_UNSPECIFIED" | "AUTO" | "1" | "VALIDATED" if !names.is_empty() => {
            Some(ToolChoice::Allowed { names, required: false })
        }
        _ => {
            if let Some((key, mut r, _)) = mode {
                request.extensions.push(extension(CALLING, &key, &mut r)?);
            }
            None
        }
    };
    Ok(())
}

fn any_of(mut names: Vec<String>) -> ToolChoice {
    match names.len() {
        0 => ToolChoice::Required,
        1 => ToolChoice::Named(names.swap_remove(0)),
        _ => ToolChoice::Allowed { names, required: true },
    }
}
