//! Names of tools where two wires have different rules for them.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::model::{Content, Event, Loss, LossAction, PartKind, Request, Response, Tool, ToolChoice, Wire};

/// The longest name that OpenAI and Anthropic take; Gemini takes 128.
const MAX_NAME: usize = 64;
/// Digits of the number that tells changed names apart.
const SUFFIX: usize = 8;

/// Which names of an application's tools go under another name, and back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ToolNames {
    /// The application's name by the name on the provider's wire.
    originals: BTreeMap<String, String>,
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

/// The name under which `name` goes where it is not legal: readable to a model, the same in every request,
/// and different for different names.
fn spelled(name: &str) -> String {
    let mut spelled: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .take(MAX_NAME - SUFFIX - 2)
        .collect();
    if !spelled.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        spelled.insert(0, '_');
    }
    spelled.push_str(&alloc::format!("_{:08x}", hash(name)));
    spelled
}

/// FNV-1a with 32 bits.
fn hash(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl ToolNames {
    /// Renames in `request` what the wire does not take, and says so.
    pub(super) fn apply(request: &mut Request, wire: Wire, losses: &mut alloc::vec::Vec<Loss>) -> Self {
        let mut names = Self::default();
        for (at, tool) in request.tools.iter_mut().enumerate() {
            if let Tool::Function { name, .. } | Tool::Freeform { name, .. } = tool
                && let Some(original) = names.rename(name, wire)
            {
                let why = alloc::format!("{wire} takes no tool named {original:?}; it goes as {name:?}");
                losses.push(Loss::new(LossAction::Renamed, alloc::format!("tools[{at}].name"), why));
            }
        }
        for message in &mut request.messages {
            message.parts.iter_mut().for_each(|part| names.rename_content(&mut part.content, wire));
        }
        match &mut request.tool_choice {
            Some(ToolChoice::Named(name) | ToolChoice::Freeform(name)) => {
                names.rename(name, wire);
            }
            Some(ToolChoice::Allowed { names: allowed, .. }) => allowed.iter_mut().for_each(|name| {
                names.rename(name, wire);
            }),
            _ => {}
        }
        names
    }

    fn rename_content(&mut self, content: &mut Content, wire: Wire) {
        match content {
            Content::ToolCall(call) => {
                self.rename(&mut call.name, wire);
            }
            Content::ToolResult(result) => {
                if let Some(name) = &mut result.name {
                    self.rename(name, wire);
                }
            }
            _ => {}
        }
    }

    /// Renames, if that is needed; gives the name as it was.
    fn rename(&mut self, name: &mut String, wire: Wire) -> Option<String> {
        if is_legal(name, wire) {
            return None;
        }
        let new = spelled(name);
        let original = core::mem::replace(name, new.clone());
        self.originals.insert(new, original.clone());
        Some(original)
    }

    /// The event with the application's own name of a tool in it.
    pub(crate) fn restore<'a>(&'a self, event: Event<'a>) -> Event<'a> {
        match event {
            Event::PartStart { part, candidate, kind: PartKind::ToolCall { id, name, kind } } => {
                let name = match self.originals.get(&*name) {
                    Some(original) => Cow::Borrowed(original.as_str()),
                    None => name,
                };
                Event::PartStart { part, candidate, kind: PartKind::ToolCall { id, name, kind } }
            }
            other => other,
        }
    }

    /// The response with the application's own names of tools in it.
    pub(crate) fn restore_response<'a>(&self, response: &'a Response) -> Cow<'a, Response> {
        if self.originals.is_empty() {
            return Cow::Borrowed(response);
        }
        let mut response = response.clone();
        for part in response.candidates.iter_mut().flat_map(|candidate| &mut candidate.parts) {
            if let Content::ToolCall(call) = &mut part.content
                && let Some(original) = self.originals.get(&call.name)
            {
                call.name.clone_from(original);
            }
        }
        Cow::Owned(response)
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
        for (name, wire) in [("a.b:c", Wire::Anthropic), ("9lives", Wire::Gemini), ("é", Wire::OpenaiChat)] {
            let mut request = Request::new("m", vec![Message::user("x")]);
            request.tools = vec![Tool::function(name, "d", schema.clone())];
            request.tool_choice = Some(ToolChoice::Named(name.into()));
            let mut losses = Vec::new();
            let names = ToolNames::apply(&mut request, wire, &mut losses);
            let wired: String = request.tools[0].name().expect("a name").into();
            assert!(is_legal(&wired, wire), "{wired}");
            assert_eq!(request.tool_choice, Some(ToolChoice::Named(wired.clone())));
            assert_eq!((losses.len(), losses[0].action), (1, LossAction::Renamed));
            let kind = PartKind::ToolCall { id: None, name: wired.into(), kind: Default::default() };
            let event = names.restore(Event::PartStart { part: 0, candidate: 0, kind });
            assert!(
                matches!(&event, Event::PartStart { kind: PartKind::ToolCall { name: n, .. }, .. } if n == name)
            );
        }
    }

    #[test]
    fn legal_names_stay_and_alike_ones_stay_apart() {
        let mut request = Request::new("m", Vec::new());
        let schema = RawJson::parse("{}").expect("JSON");
        request.tools = vec![Tool::function("get_weather", "d", schema)];
        let mut losses = Vec::new();
        assert_eq!(ToolNames::apply(&mut request, Wire::Gemini, &mut losses), ToolNames::default());
        assert!(losses.is_empty());
        assert_ne!(spelled("a.b"), spelled("a:b"));
        assert!(spelled(&"x".repeat(200)).len() <= MAX_NAME);
    }
}
