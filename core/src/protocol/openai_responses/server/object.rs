//! The response object: the whole answer, and what the first and the last event of a stream hold.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::finish::End;
use super::item::Item;
use super::usage;
use crate::json::Writer;
use crate::protocol::answer::Answer;
use crate::usage::Usage;

/// Settings of the request, which SDKs expect to be repeated and which are not known here: what a
/// request that states none of them gets.
const SETTINGS: [(&str, &str); 8] = [
    ("background", "false"),
    ("instructions", "null"),
    ("metadata", "{}"),
    ("parallel_tool_calls", "true"),
    ("temperature", "null"),
    ("tool_choice", "\"auto\""),
    ("tools", "[]"),
    ("top_p", "null"),
];

/// Fields that are written here; a provider's own of these names are in the vocabulary.
const KNOWN: [&str; 12] = [
    "created_at",
    "error",
    "id",
    "incomplete_details",
    "model",
    "object",
    "output",
    "output_text",
    "sequence_number",
    "service_tier",
    "status",
    "usage",
];

/// More fields than any response has; what lies beyond is not kept.
const MAX_FIELDS: usize = 256;

/// What is known of a response beside its output.
#[derive(Clone, Debug, Default)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) model: Option<String>,
    /// Fields that the provider states on this wire: names and compact JSON.
    fields: Vec<(String, String)>,
}

impl Head {
    /// A response with that id.
    pub(super) fn new(id: String) -> Self {
        Self { id, ..Self::default() }
    }

    /// Keeps a field of the provider.
    pub(super) fn set_field(&mut self, name: &str, value: Cow<'_, str>) {
        if KNOWN.contains(&name) {
            return;
        }
        let is_full = self.fields.len() >= MAX_FIELDS;
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value.into_owned(),
            None if is_full => {}
            None => self.fields.push((name.into(), value.into_owned())),
        }
    }

    fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(known, _)| known == name)
    }

    /// Writes the object; without `usage` it is not over.
    pub(super) fn write(
        &self,
        end: &End<'_>,
        items: &[Item],
        usage: Option<&Usage>,
        answer: &mut Answer,
        w: &mut Writer,
    ) {
        w.object(|w| {
            w.key("id").string(&self.id);
            w.key("object").string("response");
            w.key("created_at").u64(answer.context.created);
            w.key("status").string(end.status);
            end.write_error(w);
            end.write_details(w);
            w.key("model").string(self.model.as_deref().unwrap_or(&answer.context.model));
            w.key("output")
                .array(|w| items.iter().filter(|item| !item.is_gone).for_each(|item| item.write(w)));
            for (name, value) in SETTINGS.iter().filter(|(name, _)| !self.has(name)) {
                w.key(name).raw(value);
            }
            self.fields.iter().for_each(|(name, value)| w.key(name).raw(value));
            self.write_usage(usage, answer, w);
        });
    }

    fn write_usage(&self, usage: Option<&Usage>, answer: &mut Answer, w: &mut Writer) {
        let Some(usage) = usage else { return w.key("usage").null() };
        if let Some(tier) = usage::service_tier(usage, answer) {
            w.key("service_tier").string(tier);
        }
        w.key("usage");
        usage::write(usage, answer, w);
        if !self.has("tool_usage") {
            usage::write_tools(usage, w);
        }
    }
}
