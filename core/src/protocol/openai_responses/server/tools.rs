//! Tools and the choice among them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{Object, each_element, elements, flag};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{Loss, LossAction, Tool, ToolChoice, ToolFormat};
use crate::protocol::fault::Read;
use crate::protocol::openai_responses::names::WIRE;

/// Reads the tools on offer.
pub(super) fn list(r: &mut Reader<'_>, losses: &mut Vec<Loss>) -> Read<Vec<Tool>> {
    let mut tools = Vec::new();
    each_element(r, |at, r| {
        tools.push(tool(Object::read(r)?, at, losses)?);
        Ok(())
    })?;
    Ok(tools)
}

fn tool(mut object: Object<'_>, at: usize, losses: &mut Vec<Loss>) -> Read<Tool> {
    let json = object.whole();
    match object.kind()?.as_deref() {
        Some("function") => Ok(Tool::Function {
            name: object.demand("name")?,
            description: object.string("description")?.map(Cow::into_owned),
            parameters: object.take("parameters").map(RawJson::trusted),
            strict: object.read_field("strict", flag)?,
            cache: None,
            extensions: object.extensions(),
        }),
        Some("custom") => {
            let (name, description) = (object.demand("name")?, object.string("description")?);
            let Some(format) = object.read_field("format", format)?.unwrap_or(Some(ToolFormat::Text)) else {
                return Ok(Tool::Vendor { wire: WIRE, json });
            };
            for (field, _) in object.rest() {
                let path = alloc::format!("tools[{at}].{field}");
                losses.push(Loss::new(LossAction::Dropped, path, "freeform tools have no place for it"));
            }
            Ok(Tool::Freeform { name, description: description.map(Cow::into_owned), format })
        }
        _ => Ok(Tool::Vendor { wire: WIRE, json }),
    }
}

/// The format of a freeform tool; `None` where this version does not know it.
fn format(r: &mut Reader<'_>) -> Read<Option<ToolFormat>> {
    let mut object = Object::read(r)?;
    Ok(match object.kind()?.as_deref() {
        Some("grammar") => Some(ToolFormat::Grammar {
            syntax: object.demand("syntax")?,
            definition: object.demand("definition")?,
        }),
        Some("text") => Some(ToolFormat::Text),
        _ => None,
    })
}

/// The choice that `raw`, a valid JSON text, states.
pub(super) fn choice(raw: &str) -> ToolChoice {
    let read = match Reader::new(raw).kind() {
        Ok(Kind::String) => word(raw),
        Ok(Kind::Object) => chosen(raw),
        _ => None,
    };
    read.unwrap_or_else(|| ToolChoice::Vendor { wire: WIRE, json: RawJson::trusted(raw) })
}

fn word(raw: &str) -> Option<ToolChoice> {
    match &*Reader::new(raw).string().ok()? {
        "auto" => Some(ToolChoice::Auto),
        "none" => Some(ToolChoice::None),
        "required" => Some(ToolChoice::Required),
        _ => None,
    }
}

/// A choice of tools by name, if there is nothing else in it.
fn chosen(raw: &str) -> Option<ToolChoice> {
    let mut object = Object::read(&mut Reader::new(raw)).ok()?;
    let kind = object.kind().ok()??;
    let choice = match &*kind {
        "function" => ToolChoice::Named(object.demand("name").ok()?),
        "custom" => ToolChoice::Freeform(object.demand("name").ok()?),
        "allowed_tools" => {
            let required = match &*object.demand("mode").ok()? {
                "auto" => false,
                "required" => true,
                _ => return None,
            };
            let tools = elements(object.take("tools")?);
            let names: Option<Vec<String>> = tools.into_iter().map(allowed).collect();
            ToolChoice::Allowed { names: names?, required }
        }
        _ => return None,
    };
    object.is_empty().then_some(choice)
}

/// The name of an allowed tool of the application's own.
fn allowed(raw: &str) -> Option<String> {
    match choice(raw) {
        ToolChoice::Freeform(name) | ToolChoice::Named(name) => Some(name),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_by_name_have_words_and_others_stay() {
        let named = |name: &str| ToolChoice::Named(name.into());
        for (raw, expected) in [
            (r#""auto""#, ToolChoice::Auto),
            (r#""none""#, ToolChoice::None),
            (r#""required""#, ToolChoice::Required),
            (r#"{"name":"a","type":"function"}"#, named("a")),
            (r#"{"type":"custom","name":"a"}"#, ToolChoice::Freeform("a".into())),
            (
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"a"},{"type":"custom","name":"b"}]}"#,
                ToolChoice::Allowed { names: alloc::vec!["a".into(), "b".into()], required: false },
            ),
        ] {
            assert_eq!(choice(raw), expected, "{raw}");
        }
        for raw in [
            r#"{"type":"mcp","server_label":"s"}"#,
            r#"{"type":"function","name":"a","x":1}"#,
            r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"mcp"}]}"#,
            r#""any""#,
            "[]",
        ] {
            assert_eq!(choice(raw), ToolChoice::Vendor { wire: WIRE, json: RawJson::trusted(raw) });
        }
    }

    #[test]
    fn tools_of_the_vendor_go_whole() {
        let mut losses = Vec::new();
        let text = r#"[{"type":"web_search","filters":{"b":1, "a":2}},{"type":"custom","name":"c","async":true},
            {"type":"function","name":"f","parameters":{"z":1.0},"strict":null,"defer_loading":true}]"#;
        let tools = list(&mut Reader::new(text), &mut losses).expect("tools");
        let json = RawJson::trusted(r#"{"type":"web_search","filters":{"b":1, "a":2}}"#);
        assert_eq!(tools[0], Tool::Vendor { wire: WIRE, json });
        assert_eq!(
            tools[1],
            Tool::Freeform { name: "c".into(), description: None, format: ToolFormat::Text }
        );
        let Tool::Function { parameters, strict: None, extensions, .. } = &tools[2] else {
            panic!("{:?}", tools[2])
        };
        assert_eq!(parameters.as_ref().map(RawJson::as_str), Some(r#"{"z":1.0}"#));
        assert_eq!(extensions[0].name, "defer_loading");
        assert_eq!(losses[0].path, "tools[1].async");
    }
}
