//! The types of a function's parameters, as its JSON Schema tells them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Kind, RawJson, Reader};

/// What a value that came as text should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) form: Form,
    /// Whether `null` is a value too.
    pub(super) is_nullable: bool,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Form {
    /// Any: the schema names none.
    #[default]
    Any,
    Array,
    Boolean,
    Null,
    Number,
    Object,
    String,
}

impl Form {
    /// Also names that are no JSON Schema but that applications write.
    fn named(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let begins = |with: &[&str]| with.iter().any(|w| name.starts_with(w));
        match &*name {
            "null" => Self::Null,
            _ if begins(&["int", "uint", "long", "short", "unsigned", "num", "float", "double"]) => {
                Self::Number
            }
            _ if begins(&["bool"]) => Self::Boolean,
            _ if begins(&["object", "dict"]) => Self::Object,
            _ if begins(&["arr", "list"]) => Self::Array,
            _ => Self::String,
        }
    }

    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Array => Self::Array,
            Kind::Bool => Self::Boolean,
            Kind::Null => Self::Null,
            Kind::Number => Self::Number,
            Kind::Object => Self::Object,
            Kind::String => Self::String,
        }
    }
}

impl Type {
    pub(super) const STRING: Self = Self { form: Form::String, is_nullable: false };
    pub(super) const ANY: Self = Self { form: Form::Any, is_nullable: false };
}

/// The parameters that a schema names, with their types. A schema that cannot be read names none.
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(Vec<(String, Type)>);

impl Parameters {
    pub(super) fn of(schema: Option<&RawJson>) -> Self {
        let read = schema.map(|s| read_parameters(s.as_str()));
        read.and_then(Result::ok).unwrap_or_default()
    }

    /// The type of a parameter; `None` where the schema does not name it.
    pub(super) fn get(&self, name: &str) -> Option<Type> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, t)| *t)
    }

    /// The name of the only parameter, where it is a string.
    pub(super) fn only_text(&self) -> Option<&str> {
        match &self.0[..] {
            [(name, Type { form: Form::String, .. })] => Some(name),
            _ => None,
        }
    }
}

/// How many schemas are looked at for one parameter: references and alternatives may lead anywhere.
const MAX_VISITS: u32 = 64;

fn read_parameters(schema: &str) -> Result<Parameters, json::Error> {
    let mut parameters = Vec::new();
    let Some(properties) = field(schema, "properties")? else { return Ok(Parameters::default()) };
    let mut r = Reader::new(properties);
    let mut fields = r.object()?;
    while let Some(name) = fields.key(&mut r)? {
        let mut visits = MAX_VISITS;
        parameters.push((name.into_owned(), type_of(r.raw()?, schema, &mut visits)?));
    }
    Ok(Parameters(parameters))
}

/// The raw value of a field of an object.
fn field<'a>(object: &'a str, name: &str) -> Result<Option<&'a str>, json::Error> {
    let mut r = Reader::new(object);
    let Some(mut fields) = r.opt_object()? else { return Ok(None) };
    while let Some(key) = fields.key(&mut r)? {
        if key == name {
            return r.raw().map(Some);
        }
        r.skip()?;
    }
    Ok(None)
}

fn type_of(schema: &str, root: &str, visits: &mut u32) -> Result<Type, json::Error> {
    let mut found = Type::default();
    if *visits == 0 {
        return Ok(found);
    }
    *visits -= 1;
    let mut r = Reader::new(schema);
    let Some(mut fields) = r.opt_object()? else { return Ok(found) };
    let mut hinted = Form::Any;
    while let Some(key) = fields.key(&mut r)? {
        match &*key {
            "type" => found.add_names(r.raw()?)?,
            "anyOf" | "oneOf" | "allOf" => found.add_alternatives(r.raw()?, root, visits)?,
            "$ref" => found.add_reference(r.opt_string()?, root, visits)?,
            "nullable" => found.is_nullable |= r.opt_bool()? == Some(true),
            "enum" => hinted = form_of_first(r.raw()?)?,
            "const" => hinted = Form::of(r.kind()?).after(&mut r)?,
            "properties" => hinted = Form::Object.after(&mut r)?,
            "items" => hinted = Form::Array.after(&mut r)?,
            _ => r.skip()?,
        }
    }
    if found.form == Form::Any {
        found.form = hinted;
    }
    Ok(found)
}

impl Form {
    fn after(self, r: &mut Reader<'_>) -> Result<Self, json::Error> {
        r.skip().map(|()| self)
    }
}

fn form_of_first(list: &str) -> Result<Form, json::Error> {
    let mut r = Reader::new(list);
    let Some(mut elements) = r.opt_array()? else { return Ok(Form::Any) };
    Ok(if elements.element(&mut r)? { Form::of(r.kind()?) } else { Form::Any })
}

impl Type {
    /// The first form that is not `null` stands.
    fn add(&mut self, other: Self) {
        self.is_nullable |= other.is_nullable || other.form == Form::Null;
        if matches!(self.form, Form::Any | Form::Null) && other.form != Form::Any {
            self.form = other.form;
        }
    }

    fn add_names(&mut self, raw: &str) -> Result<(), json::Error> {
        let mut r = Reader::new(raw);
        if r.kind()? != Kind::Array {
            if let Some(name) = r.opt_string()? {
                self.add(Self { form: Form::named(&name), is_nullable: false });
            }
            return Ok(());
        }
        let mut elements = r.array()?;
        while elements.element(&mut r)? {
            if let Some(name) = r.opt_string()? {
                self.add(Self { form: Form::named(&name), is_nullable: false });
            }
        }
        Ok(())
    }

    fn add_alternatives(&mut self, list: &str, root: &str, visits: &mut u32) -> Result<(), json::Error> {
        let mut r = Reader::new(list);
        let Some(mut elements) = r.opt_array()? else { return Ok(()) };
        while elements.element(&mut r)? {
            self.add(type_of(r.raw()?, root, visits)?);
        }
        Ok(())
    }

    fn add_reference(
        &mut self,
        to: Option<Cow<'_, str>>,
        root: &str,
        visits: &mut u32,
    ) -> Result<(), json::Error> {
        let Some(path) = to.as_deref().and_then(|p| p.strip_prefix("#/")) else { return Ok(()) };
        let mut target = root;
        for step in path.split('/') {
            let Some(inner) = field(target, step)? else { return Ok(()) };
            target = inner;
        }
        self.add(type_of(target, root, visits)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = r##"{"type":"object","$defs":{"Unit":{"enum":["C","F"]},"Loop":{"$ref":"#/$defs/Loop"}},
        "properties":{"s":{"type":"string"},"i":{"type":"INTEGER"},"f":{"type":"number"},
        "b":{"type":"boolean"},"a":{"type":"array"},"o":{"type":"object"},"any":{},
        "maybe":{"anyOf":[{"type":"null"},{"type":"integer"}]},"two":{"type":["string","null"]},
        "unit":{"$ref":"#/$defs/Unit"},"all":{"allOf":[{"$ref":"#/$defs/Unit"}]},
        "loop":{"$ref":"#/$defs/Loop"},"items":{"items":{}},"const":{"const":1},
        "open":{"type":"string","nullable":true},"n":{"type":"null"}}}"##;

    #[test]
    fn types_are_read_from_the_schema() {
        let schema = RawJson::parse(SCHEMA).expect("valid");
        let parameters = Parameters::of(Some(&schema));
        for (name, form, is_nullable) in [
            ("s", Form::String, false),
            ("i", Form::Number, false),
            ("f", Form::Number, false),
            ("b", Form::Boolean, false),
            ("a", Form::Array, false),
            ("o", Form::Object, false),
            ("any", Form::Any, false),
            ("maybe", Form::Number, true),
            ("two", Form::String, true),
            ("unit", Form::String, false),
            ("all", Form::String, false),
            ("loop", Form::Any, false),
            ("items", Form::Array, false),
            ("const", Form::Number, false),
            ("open", Form::String, true),
            ("n", Form::Null, true),
        ] {
            assert_eq!(parameters.get(name), Some(Type { form, is_nullable }), "{name}");
        }
        assert_eq!(parameters.get("other"), None);
        assert_eq!(Parameters::of(None).get("s"), None);
    }

    #[test]
    fn a_schema_of_another_shape_names_nothing() {
        for schema in ["true", "[]", r#"{"properties":[]}"#, r#"{"properties":{"a":7}}"#] {
            let schema = RawJson::parse(schema).expect("valid");
            assert!(Parameters::of(Some(&schema)).get("a").is_none_or(|t| t == Type::ANY));
        }
    }
}
