//! Tools and schemas from files. Schemas keep their text: key order and numbers survive.

use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;
use tokenwire::{OutputFormat, RawJson, Tool};

use super::Fault;

#[derive(Deserialize)]
struct Bare<'a> {
    name: Option<String>,
    description: Option<String>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    input_schema: Option<&'a RawValue>,
    strict: Option<bool>,
}

#[derive(Deserialize)]
struct Function<'a> {
    name: String,
    description: Option<String>,
    #[serde(borrow)]
    parameters: Option<&'a RawValue>,
    strict: Option<bool>,
}

fn read(path: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(path).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

/// The tools of a file: one object or an array of them, in the forms of any of the wires.
pub(crate) fn tools(path: &Path) -> Result<Vec<Tool>, Fault> {
    let text = read(path)?;
    let bad = |e: serde_json::Error| format!("{} is no tool file: {e}", path.display());
    let raw: Vec<&RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(&text).map_err(bad)?
    } else {
        vec![serde_json::from_str(&text).map_err(bad)?]
    };
    raw.into_iter()
        .map(|entry| tool(entry.get()).map_err(|why| format!("{}: {why}", path.display())))
        .collect()
}

fn tool(text: &str) -> Result<Tool, Fault> {
    // `flatten` cannot borrow raw values, so the two forms are tried one after the other.
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow)]
        function: Function<'a>,
    }
    let function = match serde_json::from_str::<Wrapped<'_>>(text) {
        Ok(wrapped) => wrapped.function,
        Err(_) => {
            let bare: Bare<'_> = serde_json::from_str(text).map_err(|e| format!("expected a tool: {e}"))?;
            Function {
                name: bare.name.ok_or("expected a tool with a name")?,
                description: bare.description,
                parameters: bare.parameters.or(bare.input_schema),
                strict: bare.strict,
            }
        }
    };
    let parameters = function.parameters.map(|p| object(p.get())).transpose()?;
    Ok(Tool::Function {
        name: function.name,
        description: function.description,
        parameters,
        strict: function.strict,
        cache: None,
        extensions: Vec::new(),
    })
}

fn object(text: &str) -> Result<RawJson, Fault> {
    let raw = RawJson::parse(text).map_err(|e| e.to_string())?;
    match raw.kind() {
        tokenwire::core::json::Kind::Object => Ok(raw),
        other => Err(format!("expected a JSON Schema object, found {other:?}")),
    }
}

/// The answer's schema from a file; its name is the schema's `title`, or the file's name.
pub(crate) fn schema(path: &Path) -> Result<OutputFormat, Fault> {
    #[derive(Deserialize)]
    struct Titled {
        title: Option<String>,
    }
    let text = read(path)?;
    let schema = object(&text).map_err(|e| format!("{} is no JSON Schema: {e}", path.display()))?;
    let title = serde_json::from_str::<Titled>(&text).ok().and_then(|t| t.title);
    let stem = || path.file_stem().map(|s| s.to_string_lossy().into_owned());
    let name: String = title
        .or_else(stem)
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' })
        .take(64)
        .collect();
    let name = if name.is_empty() { "answer".into() } else { name };
    Ok(OutputFormat::JsonSchema { name, description: None, schema, strict: Some(true) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_of_every_wire_are_read() {
        for text in [
            r#"{"name":"f","description":"d","parameters":{"z":1.0,"a":1e400}}"#,
            r#"{"name":"f","description":"d","input_schema":{"z":1.0,"a":1e400}}"#,
            r#"{"type":"function","function":{"name":"f","description":"d","parameters":{"z":1.0,"a":1e400}}}"#,
        ] {
            let Ok(Tool::Function { name, parameters: Some(parameters), .. }) = tool(text) else {
                panic!("no tool in {text}")
            };
            assert_eq!((name.as_str(), parameters.as_str()), ("f", r#"{"z":1.0,"a":1e400}"#));
        }
    }

    #[test]
    fn what_is_no_tool_says_so() {
        for text in ["{}", "[]", "1", r#"{"name":"f","parameters":[]}"#] {
            assert!(tool(text).is_err(), "{text}");
        }
    }
}
