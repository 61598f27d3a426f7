//! Values written as nested elements: `<item>1</item><item>2</item>`.

use alloc::string::String;
use alloc::vec::Vec;

use super::schema::{Form, Type};
use super::typing;
use super::work;
use crate::json::Writer;

/// Deeper elements stay text.
const MAX_DEPTH: u32 = 32;

/// The JSON of `text` where it is elements only, as an array or an object; `None` where it is not.
pub(super) fn json(text: &str, form: Form) -> Option<String> {
    let mut w = Writer::new();
    write(&mut w, text, form, MAX_DEPTH)?;
    Some(w.finish())
}

fn write(w: &mut Writer, text: &str, form: Form, depth: u32) -> Option<()> {
    let children = children(text).filter(|c| !c.is_empty() && depth > 0)?;
    let is_list =
        form == Form::Array || form == Form::Any && children.iter().all(|(name, _)| *name == "item");
    if is_list {
        w.array(|w| children.iter().for_each(|(_, inner)| write_inner(w, inner, depth - 1)));
    } else {
        w.object(|w| {
            for (name, inner) in &children {
                w.key(name);
                write_inner(w, inner, depth - 1);
            }
        });
    }
    Some(())
}

fn write_inner(w: &mut Writer, inner: &str, depth: u32) {
    if write(w, inner, Form::Any, depth).is_none() {
        typing::write(w, inner, Type::ANY);
    }
}

/// Names and contents of the elements that `text` consists of.
fn children(text: &str) -> Option<Vec<(&str, &str)>> {
    work::count(text.len());
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, behind) = rest.strip_prefix('<')?.split_once('>')?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let (inner, behind) = split_at_close(behind, name)?;
        found.push((name, inner));
        rest = behind.trim_start();
    }
    Some(found)
}

/// Splits at the end of the element `name`, elements of the same name within it passed over.
fn split_at_close<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    let mut depth = 0;
    let mut from = 0;
    loop {
        let at = from + text[from..].find('<')?;
        from = at + 1;
        let tag = &text[from..];
        let (is_close, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let Some(behind) = tag.strip_prefix(name).and_then(|tag| tag.strip_prefix('>')) else { continue };
        match (is_close, depth) {
            (true, 0) => return Some((&text[..at], behind)),
            (true, _) => depth -= 1,
            (false, _) => depth += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_become_arrays_and_objects() {
        for (text, form, expected) in [
            ("<item>a</item>\n<item>2</item>", Form::Array, Some(r#"["a",2]"#)),
            ("<a>x</a><b><item>1</item></b>", Form::Object, Some(r#"{"a":"x","b":[1]}"#)),
            ("<a><a>x</a></a>", Form::Object, Some(r#"{"a":{"a":"x"}}"#)),
            ("<a>x", Form::Object, None),
            ("x<a>x</a>", Form::Object, None),
            ("<a b>x</a b>", Form::Object, None),
            ("", Form::Array, None),
        ] {
            assert_eq!(json(text, form).as_deref(), expected, "{text}");
        }
        let deep = ["<a>".repeat(100), "</a>".repeat(100)].concat();
        assert!(json(&deep, Form::Object).is_some());
    }
}
