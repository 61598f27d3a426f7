//! Tools and the choice among them, the older `functions` and `function_call` included.

use alloc::string::String;
use alloc::vec::Vec;

use super::cache;
use super::content::demanded;
use super::object::{Object, elements_of, understood};
use super::typed::{self, Path, Read, elements, syntax, unexpected};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{Loss, Tool, ToolChoice, ToolFormat, Wire};

/// Reads the array `tools`.
pub(super) fn read(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Vec<Tool>> {
    let mut tools = Vec::new();
    elements(r, path, &mut |r, path| {
        let mut whole = r.clone();
        let tool = entry(r, path, losses)?;
        let vendors = || -> Read<Tool> {
            let json = RawJson::trusted(whole.raw().map_err(syntax)?);
            Ok(Tool::Vendor { wire: Wire::OpenaiChat, json })
        };
        tools.push(tool.map_or_else(vendors, Ok)?);
        Ok(())
    })?;
    Ok(tools)
}

/// Reads the older array `functions`.
pub(super) fn read_functions(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Vec<Tool>> {
    let mut tools = Vec::new();
    elements(r, path, &mut |r, path| {
        tools.push(function(Object::read(r, path)?, path, losses)?);
        Ok(())
    })?;
    Ok(tools)
}

/// One tool; `None` where it is a vendor's own.
fn entry(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Option<Tool>> {
    let mut object = Object::read(r, path)?;
    let kind = object.text("type", path)?;
    match kind.as_deref() {
        Some("function") => {}
        None if object.has("function") => {}
        Some("custom") => return Ok(object.take("custom").filter(|_| object.is_empty()).and_then(freeform)),
        _ => return Ok(None),
    }
    let path_inside = path.field("function");
    let Some(raw) = object.take("function") else { return Err(path_inside.missing("an object")) };
    let inner = Object::read(&mut Reader::new(raw), &path_inside)?;
    let mut tool = function(inner, &path_inside, losses)?;
    if let Tool::Function { cache, extensions, .. } = &mut tool {
        *cache = cache::take(&mut object);
        object.extend("", extensions, losses, path);
    }
    Ok(Some(tool))
}

fn function(mut inner: Object<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Tool> {
    let name = demanded(&mut inner, "name", path)?;
    let description = inner.text("description", path)?.map(Into::into);
    let strict = inner.take("strict").map(|raw| typed::bool(&mut Reader::new(raw), &path.field("strict")));
    let parameters = inner.take("parameters").map(RawJson::trusted);
    let mut extensions = Vec::new();
    inner.extend("function.", &mut extensions, losses, path);
    let strict = strict.transpose()?.flatten();
    Ok(Tool::Function { name, description, parameters, strict, cache: None, extensions })
}

/// `{name, description, format}`, where nothing else is in it.
fn freeform(raw: &str) -> Option<Tool> {
    let (mut name, mut description, mut format) = (None, None, ToolFormat::Text);
    understood(raw, |key, r| {
        match key {
            "name" => name = Some(string(r)?),
            "description" => description = Some(string(r)?),
            "format" => format = tool_format(r.raw().ok()?)?,
            _ => return None,
        }
        Some(())
    })?;
    Some(Tool::Freeform { name: name?, description, format })
}

fn tool_format(raw: &str) -> Option<ToolFormat> {
    let (mut kind, mut grammar) = (String::new(), None);
    understood(raw, |key, r| {
        match key {
            "type" => kind = string(r)?,
            "grammar" => grammar = Some(self::grammar(r.raw().ok()?)?),
            _ => return None,
        }
        Some(())
    })?;
    match (&*kind, grammar) {
        ("text", None) => Some(ToolFormat::Text),
        ("grammar", grammar) => grammar,
        _ => None,
    }
}

fn grammar(raw: &str) -> Option<ToolFormat> {
    let (mut syntax, mut definition) = (None, None);
    understood(raw, |key, r| {
        let field = match key {
            "syntax" => &mut syntax,
            "definition" => &mut definition,
            _ => return None,
        };
        *field = Some(string(r)?);
        Some(())
    })?;
    Some(ToolFormat::Grammar { syntax: syntax?, definition: definition? })
}

fn string(r: &mut Reader<'_>) -> Option<String> {
    r.opt_string().ok()?.map(Into::into)
}

/// Reads `tool_choice` or the older `function_call`. A word that is not one of the wire's names a
/// tool.
pub(super) fn choice(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<ToolChoice>> {
    match r.kind().map_err(syntax)? {
        Kind::Null => r.skip().map(|()| None).map_err(syntax),
        Kind::String => {
            let word = r.string().map_err(syntax)?;
            Ok(Some(match &*word {
                "auto" => ToolChoice::Auto,
                "none" => ToolChoice::None,
                // Mistral's word is `any`.
                "required" | "any" => ToolChoice::Required,
                _ => ToolChoice::Named(word.into_owned()),
            }))
        }
        Kind::Object => {
            let raw = r.raw().map_err(syntax)?;
            let vendors = || ToolChoice::Vendor { wire: Wire::OpenaiChat, json: RawJson::trusted(raw) };
            Ok(Some(choice_object(raw).unwrap_or_else(vendors)))
        }
        _ => Err(unexpected(r, path, "a string or an object")),
    }
}

fn choice_object(raw: &str) -> Option<ToolChoice> {
    let (mut kind, mut name, mut custom, mut allowed) = (None, None, None, None);
    understood(raw, |key, r| {
        match key {
            "type" => kind = Some(string(r)?),
            "name" => name = Some(string(r)?),
            "function" => name = Some(name_in(r.raw().ok()?)?),
            "custom" => custom = Some(name_in(r.raw().ok()?)?),
            "allowed_tools" => allowed = Some(allowed_tools(r.raw().ok()?)?),
            _ => return None,
        }
        Some(())
    })?;
    match (kind.as_deref(), name, custom, allowed) {
        (Some("function") | None, Some(name), None, None) => Some(ToolChoice::Named(name)),
        (Some("custom"), None, Some(name), None) => Some(ToolChoice::Freeform(name)),
        (Some("allowed_tools"), None, None, allowed) => allowed,
        _ => None,
    }
}

fn name_in(raw: &str) -> Option<String> {
    let mut name = None;
    understood(raw, |key, r| {
        (key == "name").then_some(())?;
        name = Some(string(r)?);
        Some(())
    })?;
    name
}

fn allowed_tools(raw: &str) -> Option<ToolChoice> {
    let (mut required, mut list) = (None, None);
    understood(raw, |key, r| {
        match key {
            "mode" => {
                required = Some(match &*string(r)? {
                    "auto" => false,
                    "required" => true,
                    _ => return None,
                });
            }
            "tools" => list = Some(elements_of(r.raw().ok()?)),
            _ => return None,
        }
        Some(())
    })?;
    let name = |tool: &str| match choice_object(tool)? {
        ToolChoice::Named(name) | ToolChoice::Freeform(name) => Some(name),
        _ => None,
    };
    let names = list?.into_iter().map(name).collect::<Option<Vec<_>>>()?;
    Some(ToolChoice::Allowed { names, required: required? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CacheMark, Extension};

    fn tools(json: &str) -> Vec<Tool> {
        read(&mut Reader::new(json), &Path::Root.field("tools"), &mut Vec::new()).expect(json)
    }

    fn chosen(json: &str) -> ToolChoice {
        choice(&mut Reader::new(json), &Path::Root).expect(json).expect("not null")
    }

    #[test]
    fn a_function_keeps_its_schema_and_its_other_fields() {
        let json = r#"[{"type":"function","cache_control":{"type":"ephemeral"},"x":[1],"function":
            {"name":"f","description":"d","strict":null,"parameters":{"b": 1.0,"a":{}},"required":["b"]}}]"#;
        let extension = |name: &str, raw: &str| Extension::new(Wire::OpenaiChat, name, RawJson::trusted(raw));
        let expected = Tool::Function {
            name: "f".into(),
            description: Some("d".into()),
            parameters: Some(RawJson::trusted(r#"{"b": 1.0,"a":{}}"#)),
            strict: None,
            cache: Some(CacheMark::default()),
            extensions: alloc::vec![extension("function.required", r#"["b"]"#), extension("x", "[1]")],
        };
        assert_eq!(tools(json), [expected]);
    }

    #[test]
    fn freeform_tools_have_a_format() {
        let json = r#"[{"type":"custom","custom":{"name":"f","format":{"type":"grammar",
            "grammar":{"syntax":"lark","definition":"start: /a/"}}}},
            {"type":"custom","custom":{"name":"g"}}]"#;
        let grammar = ToolFormat::Grammar { syntax: "lark".into(), definition: "start: /a/".into() };
        let [Tool::Freeform { format, .. }, Tool::Freeform { format: plain, .. }] = &tools(json)[..] else {
            panic!("two freeform tools")
        };
        assert_eq!((format, plain), (&grammar, &ToolFormat::Text));
    }

    #[test]
    fn what_is_no_function_stays_the_vendors() {
        for json in [
            r#"{"type":"openrouter:web_search"}"#,
            r#"{"type":"custom","custom":{"name":"f","format":{"type":"new"}}}"#,
            "{}",
        ] {
            let json = RawJson::trusted(json);
            let expected = Tool::Vendor { wire: Wire::OpenaiChat, json: json.clone() };
            assert_eq!(tools(&alloc::format!("[{json}]")), [expected]);
        }
    }

    #[test]
    fn a_function_without_name_is_an_error() {
        let fails = |json: &str| {
            read(&mut Reader::new(json), &Path::Root.field("tools"), &mut Vec::new()).expect_err(json).path
        };
        assert_eq!(fails(r#"[{"type":"function","function":{}}]"#), "tools[0].function.name");
        assert_eq!(fails(r#"[{"type":"function"}]"#), "tools[0].function");
        assert_eq!(fails("{}"), "tools");
    }

    #[test]
    fn every_choice_is_read() {
        let allowed = |names: &[&str], required| ToolChoice::Allowed {
            names: names.iter().map(|n| (*n).into()).collect(),
            required,
        };
        for (json, expected) in [
            ("\"auto\"", ToolChoice::Auto),
            ("\"none\"", ToolChoice::None),
            ("\"required\"", ToolChoice::Required),
            ("\"any\"", ToolChoice::Required),
            ("\"f\"", ToolChoice::Named("f".into())),
            (r#"{"type":"function","function":{"name":"f"}}"#, ToolChoice::Named("f".into())),
            (r#"{"function":{"name":"f"}}"#, ToolChoice::Named("f".into())),
            (r#"{"name":"f"}"#, ToolChoice::Named("f".into())),
            (r#"{"type":"custom","custom":{"name":"f"}}"#, ToolChoice::Freeform("f".into())),
            (
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[
                    {"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}}"#,
                allowed(&["f", "g"], true),
            ),
            (r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}"#, allowed(&[], false)),
        ] {
            assert_eq!(chosen(json), expected, "{json}");
        }
        let json = r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"mcp"}]}}"#;
        assert!(matches!(chosen(json), ToolChoice::Vendor { .. }));
        assert!(choice(&mut Reader::new("1"), &Path::Root).is_err());
    }
}
