//! The tools that may be called.

use alloc::string::String;
use alloc::vec::Vec;

use super::schema::Parameters;
use crate::json::RawJson;
use crate::model::{Tool, ToolCallKind};

/// The request's tools, as far as a call by name needs them.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    tools: Vec<Known>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) kind: ToolCallKind,
    pub(super) schema: Option<RawJson>,
}

impl Known {
    /// The name of its only parameter, where it has one and that is a string.
    pub(super) fn only_text(&self) -> Option<String> {
        Parameters::of(self.schema.as_ref()).only_text().map(String::from)
    }
}

/// What templates put before a name.
const NAMESPACES: &[&str] = &["functions.", "default_api:", "default_api."];

impl Declared {
    pub(super) fn new(tools: &[Tool]) -> Self {
        Self { tools: tools.iter().filter_map(known).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.tools.is_empty()
    }

    pub(super) fn tool(&self, index: usize) -> &Known {
        &self.tools[index]
    }

    /// The tool that `written` names: as it stands, or without namespace, index (`:0`) and method
    /// (`.call`), or by its last dotted part.
    pub(super) fn resolve(&self, written: &str) -> Option<usize> {
        let name = written.trim();
        if let Some(exact) = self.position(name) {
            return Some(exact);
        }
        let name = NAMESPACES.iter().find_map(|n| name.strip_prefix(n)).unwrap_or(name);
        let name = without_index(name);
        let name = name.strip_suffix(".call").unwrap_or(name);
        let last = name.rsplit('.').next().unwrap_or(name);
        self.position(name).or_else(|| self.position(last))
    }

    /// Whether a tool's name begins with `written`.
    pub(super) fn has_prefix(&self, written: &str) -> bool {
        self.tools.iter().any(|t| t.name.starts_with(written))
    }

    /// Whether `written` is a tool's name as it stands.
    pub(super) fn is_name(&self, written: &str) -> bool {
        self.position(written).is_some()
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.tools.iter().position(|t| t.name == name)
    }
}

fn known(tool: &Tool) -> Option<Known> {
    let (kind, schema) = match tool {
        Tool::Function { parameters, .. } => (ToolCallKind::Function, parameters.clone()),
        Tool::Freeform { .. } => (ToolCallKind::Freeform, None),
        Tool::Vendor { .. } => return None,
    };
    let name = tool.name().filter(|name| !name.is_empty())?;
    Some(Known { name: name.into(), kind, schema })
}

fn without_index(name: &str) -> &str {
    match name.rsplit_once(':') {
        Some((name, index)) if !index.is_empty() && index.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_their_wrappings() {
        let tool = |name: &str| Tool::function(name, "", RawJson::parse("{}").expect("valid"));
        let declared = Declared::new(&[tool("a"), tool("ns.b"), tool("functions.c")]);
        for (written, expected) in [
            ("a", Some(0)),
            (" a\n", Some(0)),
            ("functions.a:12", Some(0)),
            ("default_api:a", Some(0)),
            ("x.y.a", Some(0)),
            ("a.call", Some(0)),
            ("functions.ns.b:0", Some(1)),
            ("functions.c", Some(2)),
            ("a:", None),
            ("a:x", None),
            ("b", None),
            ("", None),
        ] {
            assert_eq!(declared.resolve(written), expected, "{written:?}");
        }
        let nameless = Declared::new(&[tool("")]);
        assert_eq!((nameless.is_empty(), nameless.resolve("")), (true, None));
    }
}
