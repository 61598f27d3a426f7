//! Names and kinds of tools where two wires have different rules for them.

use alloc::string::String;

use crate::map::{Map, Set};
use crate::model::{Content, Loss, LossAction, Request, Tool, ToolChoice, Wire};
use crate::protocol::Dialect;

/// The longest name that OpenAI and Anthropic take; Gemini takes 128.
const MAX_NAME: usize = 64;

/// Which of an application's tools go under another name or as another kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToolNames {
    /// The application's name by the name on the provider's wire.
    originals: Map<String, String>,
    /// The freeform tools that go as functions, by the name on the provider's wire.
    wrapped: Set<String>,
}

/// Whether a provider knows freeform tools only as functions with one string, `input`.
const fn wraps_freeform(dialect: &Dialect) -> bool {
    match dialect.wire {
        Wire::Anthropic | Wire::Gemini => true,
        Wire::OpenaiChat => !dialect.is_native,
        Wire::OpenaiResponses => false,
    }
}

/// Whether a provider on `wire` takes that name.
fn is_legal(name: &str, wire: Wire) -> bool {
    let (longest, more) = match wire {
        Wire::Gemini => (128, &[b'.', b':'][..]),
        Wire::Anthropic | Wire::OpenaiChat | Wire::OpenaiResponses => (MAX_NAME, &[][..]),
    };
    let is_good = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || more.contains(&b);
    // Gemini wants a letter or an underscore first.
    let starts_well = wire != Wire::Gemini || !name.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    !name.is_empty() && name.len() <= longest && starts_well && name.bytes().all(is_good)
}

/// A name that is legal everywhere and readable to a model, and ends with the hash of `name`. Where that is
/// taken, `attempt` tells the names apart.
fn spelled(name: &str, attempt: u32) -> String {
    let suffix = match attempt {
        0 => alloc::format!("_{:08x}", hash(name)),
        _ => alloc::format!("_{:08x}_{attempt}", hash(name)),
    };
    let mut spelled: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .take(MAX_NAME - suffix.len() - 1)
        .collect();
    if !spelled.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        spelled.insert(0, '_');
    }
    spelled.push_str(&suffix);
    spelled
}

/// FNV-1a with 32 bits.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The names on the provider's wire by the application's, of those that change.
struct Renamed(Map<String, String>);

impl Renamed {
    /// A new name for each that the wire does not take, none of them given twice or already there. The
    /// order of the tools makes no difference.
    fn of(request: &mut Request, wire: Wire) -> Self {
        let (mut taken, mut changing) = (Set::new(), Set::new());
        let mut sort = |name: &str| {
            if is_legal(name, wire) {
                taken.insert(name.into())
            } else {
                changing.insert(String::from(name))
            };
        };
        request.tools.iter().filter_map(Tool::name).for_each(&mut sort);
        each_used(request, |name| sort(name));
        let mut attempts: Map<String, u32> = Map::new();
        let mut new_of = |name: &str| {
            let next = attempts.entry(spelled(name, 0)).or_default();
            loop {
                let new = spelled(name, *next);
                *next += 1;
                if taken.insert(new.clone()) {
                    return new;
                }
            }
        };
        Self(changing.into_iter().map(|name| (name.clone(), new_of(&name))).collect())
    }

    /// Renames, if that is needed; gives the name as it was.
    fn rename(&self, name: &mut String) -> Option<String> {
        let new = self.0.get(name)?;
        Some(core::mem::replace(name, new.clone()))
    }
}

/// Shows every name that calls, results and the choice use.
fn each_used(request: &mut Request, mut see: impl FnMut(&mut String)) {
    for part in request.messages.iter_mut().flat_map(|message| &mut message.parts) {
        match &mut part.content {
            Content::ToolCall(call) => see(&mut call.name),
            Content::ToolResult(result) => result.name.iter_mut().for_each(&mut see),
            _ => {}
        }
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Named(name) | ToolChoice::Freeform(name)) => see(name),
        Some(ToolChoice::Allowed { names, .. }) => names.iter_mut().for_each(see),
        _ => {}
    }
}

impl ToolNames {
    /// Renames in `request` what the provider does not take, says so, and notes which tools are wrapped.
    pub(super) fn apply(
        request: &mut Request,
        dialect: &Dialect,
        losses: &mut alloc::vec::Vec<Loss>,
    ) -> Self {
        let (wire, mut wrapped) = (dialect.wire, Set::new());
        let names = Renamed::of(request, wire);
        for (at, tool) in request.tools.iter_mut().enumerate() {
            if let Tool::Function { name, .. } | Tool::Freeform { name, .. } = tool
                && let Some(original) = names.rename(name)
            {
                let why = alloc::format!("{wire} takes no tool named {original:?}; it goes as {name:?}");
                losses.push(Loss::new(LossAction::Renamed, alloc::format!("tools[{at}].name"), why));
            }
            if let Tool::Freeform { name, .. } = tool
                && wraps_freeform(dialect)
            {
                wrapped.insert(name.clone());
            }
        }
        each_used(request, |name| {
            names.rename(name);
        });
        let originals = names.0.into_iter().map(|(original, new)| (new, original)).collect();
        Self { originals, wrapped }
    }

    /// Whether every tool is the application's own as it is.
    pub(super) fn is_empty(&self) -> bool {
        self.originals.is_empty() && self.wrapped.is_empty()
    }

    /// The application's name of a tool that goes under another.
    pub(super) fn original(&self, name: &str) -> Option<&String> {
        self.originals.get(name)
    }

    /// Whether a freeform tool goes as the function of that name.
    pub(super) fn is_wrapped(&self, name: &str) -> bool {
        self.wrapped.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::RawJson;
    use crate::model::Message;
    use alloc::vec;
    use alloc::vec::Vec;

    #[test]
    fn a_name_that_a_wire_does_not_take_goes_as_another_and_comes_back() {
        let schema = RawJson::parse("{}").expect("JSON");
        for (name, dialect) in
            [("a.b:c", Dialect::ANTHROPIC), ("9lives", Dialect::GEMINI), ("é", Dialect::OPENAI)]
        {
            let mut request = Request::new("m", vec![Message::user("x")]);
            request.tools = vec![Tool::function(name, "d", schema.clone())];
            request.tool_choice = Some(ToolChoice::Named(name.into()));
            let mut losses = Vec::new();
            let names = ToolNames::apply(&mut request, &dialect, &mut losses);
            let wired: String = request.tools[0].name().expect("a name").into();
            assert!(is_legal(&wired, dialect.wire), "{wired}");
            assert_eq!(request.tool_choice, Some(ToolChoice::Named(wired.clone())));
            assert_eq!((losses.len(), losses[0].action), (1, LossAction::Renamed));
            assert_eq!(names.original(&wired).map(String::as_str), Some(name));
        }
    }

    #[test]
    fn legal_names_stay_and_alike_ones_stay_apart() {
        let mut request = Request::new("m", Vec::new());
        let schema = RawJson::parse("{}").expect("JSON");
        request.tools = vec![Tool::function("get_weather", "d", schema)];
        let mut losses = Vec::new();
        assert_eq!(ToolNames::apply(&mut request, &Dialect::GEMINI, &mut losses), ToolNames::default());
        assert!(losses.is_empty());
        assert_ne!(spelled("a.b", 0), spelled("a:b", 0));
        assert!(spelled(&"x".repeat(200), u32::MAX).len() <= MAX_NAME);
    }

    /// The names on the wire of tools with these names.
    fn wired(names: &[&str]) -> Vec<String> {
        let mut request = Request::new("m", Vec::new());
        let schema = RawJson::parse("{}").expect("JSON");
        request.tools = names.iter().map(|name| Tool::function(*name, "d", schema.clone())).collect();
        let known = ToolNames::apply(&mut request, &Dialect::ANTHROPIC, &mut Vec::new());
        let wired = request.tools.iter().filter_map(Tool::name).map(String::from).collect::<Vec<_>>();
        let original = |name: &String| known.originals.get(name).cloned().unwrap_or_else(|| name.clone());
        assert_eq!(wired.iter().map(original).collect::<Vec<_>>(), names);
        wired
    }

    #[test]
    fn names_with_one_hash_or_already_there_go_under_different_ones() {
        let (a, b) = (")!<>#!", "|<^|!!");
        assert_eq!(spelled(a, 0), spelled(b, 0));
        let [there, back] = [wired(&[a, b]), wired(&[b, a])];
        assert_ne!(there[0], there[1]);
        assert_eq!([&there[0], &there[1]], [&back[1], &back[0]]);
        let taken = spelled("a.b", 0);
        assert_ne!(wired(&["a.b", &taken])[0], taken);
    }

    #[test]
    fn freeform_tools_are_wrapped_where_the_provider_does_not_know_them() {
        let format = crate::model::ToolFormat::Text;
        for (dialect, is_wrapped) in [
            (Dialect::ANTHROPIC, true),
            (Dialect::GEMINI, true),
            (Dialect::DEEPSEEK, true),
            (Dialect::OPENAI, false),
            (Dialect::OPENAI_RESPONSES, false),
        ] {
            let mut request = Request::new("m", Vec::new());
            request.tools =
                vec![Tool::Freeform { name: "a.b".into(), description: None, format: format.clone() }];
            let names = ToolNames::apply(&mut request, &dialect, &mut Vec::new());
            assert_eq!(names.is_wrapped(request.tools[0].name().expect("a name")), is_wrapped);
        }
    }
}
