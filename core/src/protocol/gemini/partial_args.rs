//! Arguments that come in pieces, each with the JSON path it belongs to (Vertex `partialArgs`).

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Kind, Reader, Writer};

/// Deeper paths are cut here, so that no input makes the tree deep.
const MAX_STEPS: usize = 64;

/// The argument object as far as it has come.
#[derive(Clone, Debug, Default)]
pub(super) struct PartialArgs {
    root: Branch,
    /// How many bytes of names and values came.
    bytes: usize,
}

#[derive(Clone, Debug, Default)]
struct Branch {
    is_array: bool,
    /// Names or, in an array, indices as digits; in the order they came.
    children: Vec<(String, Node)>,
}

#[derive(Clone, Debug)]
enum Node {
    Branch(Branch),
    /// Any value that does not grow, JSON text.
    Raw(String),
    Text(String),
}

struct Step {
    is_index: bool,
    name: String,
}

impl PartialArgs {
    /// Whether nothing has come.
    pub(super) const fn is_empty(&self) -> bool {
        self.root.children.is_empty()
    }

    /// How many bytes are held, at the most.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Adds a list of `{jsonPath, stringValue | numberValue | boolValue | nullValue}`.
    pub(super) fn read(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        while list.element(r)? {
            self.read_piece(r)?;
        }
        Ok(())
    }

    fn read_piece(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        let (mut path, mut value) = (None, None);
        while let Some(key) = fields.key(r)? {
            match &*key {
                "jsonPath" => path = r.opt_string()?,
                "stringValue" if r.kind()? == Kind::String => {
                    value = Some(Node::Text(r.string()?.into_owned()));
                }
                "numberValue" | "boolValue" => value = Some(Node::Raw(r.raw()?.into())),
                "nullValue" => {
                    r.skip()?;
                    value = Some(Node::Raw("null".into()));
                }
                _ => r.skip()?,
            }
        }
        if let (Some(path), Some(value)) = (path, value) {
            self.bytes += path.len() + value.len();
            self.add(&steps(&path), value);
        }
        Ok(())
    }

    fn add(&mut self, path: &[Step], value: Node) {
        let Some((last, inner)) = path.split_last() else { return };
        let mut branch = &mut self.root;
        for (step, next) in inner.iter().zip(&path[1..]) {
            branch = branch.child(&step.name).as_branch(next.is_index);
        }
        match (branch.child(&last.name), value) {
            (Node::Text(known), Node::Text(more)) => known.push_str(&more),
            (place, value) => *place = value,
        }
    }

    /// The object as compact JSON text.
    pub(super) fn write(&self) -> String {
        let mut w = Writer::new();
        self.root.write(&mut w);
        w.finish()
    }
}

impl Branch {
    /// The child of that name, which a stream mostly finds last; made if there is none.
    fn child(&mut self, name: &str) -> &mut Node {
        let at = self.children.iter().rposition(|(n, _)| n == name).unwrap_or_else(|| {
            self.children.push((name.into(), Node::Raw("null".into())));
            self.children.len() - 1
        });
        &mut self.children[at].1
    }

    fn write(&self, w: &mut Writer) {
        if self.is_array {
            w.array(|w| self.children.iter().for_each(|(_, node)| node.write(w)));
        } else {
            w.object(|w| {
                for (name, node) in &self.children {
                    w.key(name);
                    node.write(w);
                }
            });
        }
    }
}

impl Node {
    const fn len(&self) -> usize {
        match self {
            Self::Branch(_) => 0,
            Self::Raw(text) | Self::Text(text) => text.len(),
        }
    }

    fn as_branch(&mut self, is_array: bool) -> &mut Branch {
        if !matches!(self, Self::Branch(_)) {
            *self = Self::Branch(Branch { is_array, children: Vec::new() });
        }
        match self {
            Self::Branch(branch) => branch,
            Self::Raw(_) | Self::Text(_) => unreachable!("it was made a branch above"),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::Branch(branch) => branch.write(w),
            Self::Raw(json) => w.raw(json),
            Self::Text(text) => w.string(text),
        }
    }
}

/// The steps of a JSON path (RFC 9535): `$.a.b[0]['c d']`. Wild text becomes names as it stands.
fn steps(path: &str) -> Vec<Step> {
    let mut rest = path.strip_prefix('$').unwrap_or(path);
    let mut steps = Vec::new();
    while !rest.is_empty() && steps.len() < MAX_STEPS {
        let (step, after) = match rest.strip_prefix('[') {
            Some(inside) => bracket(inside),
            None => {
                let name = rest.strip_prefix('.').unwrap_or(rest);
                let end = name.find(['.', '[']).unwrap_or(name.len());
                (Step { is_index: false, name: name[..end].into() }, &name[end..])
            }
        };
        steps.push(step);
        rest = after;
    }
    steps
}

/// What stands between brackets, and the text after the closing one.
fn bracket(inside: &str) -> (Step, &str) {
    if let Some(quote @ ('\'' | '"')) = inside.chars().next() {
        let mut name = String::new();
        let mut chars = inside[1..].char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => name.extend(chars.next().map(|(_, c)| c)),
                _ if c == quote => {
                    let after = &inside[at + 2..];
                    return (Step { is_index: false, name }, after.strip_prefix(']').unwrap_or(after));
                }
                _ => name.push(c),
            }
        }
        return (Step { is_index: false, name }, "");
    }
    let (index, after) = inside.split_once(']').unwrap_or((inside, ""));
    (Step { is_index: index.parse::<u64>().is_ok(), name: index.into() }, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pieces: &str) -> String {
        let mut args = PartialArgs::default();
        args.read(&mut Reader::new(pieces)).expect("valid JSON");
        args.write()
    }

    #[test]
    fn pieces_of_a_string_are_joined() {
        let pieces = r#"[{"jsonPath":"$.a","stringValue":"New ","willContinue":true},
            {"jsonPath":"$.a","stringValue":"York"},{"jsonPath":"$.a","stringValue":""}]"#;
        assert_eq!(written(pieces), r#"{"a":"New York"}"#);
    }

    #[test]
    fn paths_make_objects_and_arrays() {
        let pieces = r#"[{"jsonPath":"$.ops[0].price","numberValue":0.50},
            {"jsonPath":"$.ops[0].ok","boolValue":true},{"jsonPath":"$.ops[1]['a \"b'].c","nullValue":"NULL_VALUE"},
            {"jsonPath":"$.grid[0][1]","numberValue":1e400}]"#;
        assert_eq!(
            written(pieces),
            r#"{"ops":[{"price":0.50,"ok":true},{"a \"b":{"c":null}}],"grid":[[1e400]]}"#
        );
    }

    #[test]
    fn wild_paths_stay_small() {
        assert_eq!(written(r#"[{"jsonPath":"$.a[4000000000]","numberValue":1}]"#), r#"{"a":[1]}"#);
        assert_eq!(
            written(r#"[{"jsonPath":"$","numberValue":1},{"jsonPath":"['","numberValue":2}]"#),
            r#"{"":2}"#
        );
        let deep = alloc::format!(r#"[{{"jsonPath":"{}","numberValue":1}}]"#, "[0]".repeat(10_000));
        assert!(written(&deep).len() < 1000);
        assert_eq!(
            written(
                r#"[{"jsonPath":"$.a","numberValue":1},{"jsonPath":"$.a.b","numberValue":2},{"jsonPath":3}]"#
            ),
            r#"{"a":{"b":2}}"#
        );
    }
}
