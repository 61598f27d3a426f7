//! Parts of an answer that open, and the items that open with them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::ids::{id_in, with_id};
use super::item::{Body, Item, Said};
use super::output::{Hidden, JSON, Spot, Voice};
use super::stream::State;
use crate::json::{Reader, compact};
use crate::model::{LossAction, MediaKind, PartKind, ToolCallKind};
use crate::protocol::answer::Answer;

impl State {
    /// Opens a part, and an item if it joins none.
    pub(super) fn open(
        &mut self,
        answer: &mut Answer,
        part: u32,
        kind: &PartKind<'_>,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        match kind {
            PartKind::Refusal => self.open_said(answer, part, true, state, out),
            PartKind::Text => self.open_said(answer, part, false, state, out),
            PartKind::Reasoning { is_summary } => self.open_thought(answer, part, *is_summary, state, out),
            PartKind::ToolCall { id, name, kind } => {
                let call_id = self.output.call_id(id.as_deref(), &answer.context.id);
                let body =
                    Body::Call { kind: *kind, call_id, name: name.as_ref().into(), arguments: String::new() };
                let (prefix, voice) = match kind {
                    ToolCallKind::Freeform => ("ctc", Voice::Input),
                    ToolCallKind::Function => ("fc", Voice::Arguments),
                };
                let item = self.add(answer, prefix, body, state, out);
                self.output.place(part, Spot { item, index: None, voice });
            }
            PartKind::Media { kind: MediaKind::Image, media_type } => {
                if !self.is_native {
                    let path = alloc::format!("parts[{part}]");
                    answer.lose(LossAction::Approximated, path, "an image goes as one that a tool made");
                }
                let format = media_type.as_deref().and_then(|t| t.strip_prefix("image/")).map(String::from);
                let body = Body::Image { data: String::new(), format };
                let item = self.add(answer, "ig", body, state, out);
                self.output.place(part, Spot { item, index: None, voice: Voice::Data });
            }
            PartKind::Media { .. } => {
                answer.lose(
                    LossAction::Dropped,
                    alloc::format!("parts[{part}]"),
                    "this wire tells images only",
                );
            }
            PartKind::Vendor { kind, json, .. } => self.open_vendor(answer, part, kind, json, out),
        }
    }

    fn open_said(
        &mut self,
        answer: &mut Answer,
        part: u32,
        is_refusal: bool,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        let item = match self.output.joined(own_id(&state).as_deref(), Item::is_message) {
            Some(item) => item,
            None => self.add(answer, "msg", Body::Message(Vec::new()), state, out),
        };
        let Body::Message(content) = &mut self.output.items[item].body else { return };
        content.push(Said { is_refusal, is_open: true, ..Said::default() });
        let index = content.len() - 1;
        let voice = if is_refusal { Voice::Refusal } else { Voice::Text };
        self.output.place(part, Spot { item, index: Some(index), voice });
        self.part_event(item, index, voice, true, out);
    }

    fn open_thought(
        &mut self,
        answer: &mut Answer,
        part: u32,
        is_summary: bool,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) {
        let id = own_id(&state);
        let joined = match &id {
            Some(id) => self.output.joined(Some(id), Item::is_reasoning),
            None => None,
        };
        let item = match joined {
            Some(item) => {
                state.into_iter().for_each(|(field, value)| self.set_state(item, &field, value));
                item
            }
            None => {
                let body = Body::Reasoning { summary: Vec::new(), content: Vec::new(), encrypted: None };
                self.add(answer, "rs", body, state, out)
            }
        };
        let voice = if is_summary || !self.is_same_wire { Voice::Summary } else { Voice::Thinking };
        self.output.place(part, Spot { item, index: None, voice });
    }

    fn open_vendor(&mut self, answer: &mut Answer, part: u32, kind: &str, json: &str, out: &mut Vec<u8>) {
        if self.is_native {
            let item = self.add(answer, "it", Body::Vendor(compact(json).into_owned()), Vec::new(), out);
            self.output.place(part, Spot { item, index: None, voice: Voice::Vendor });
            return;
        }
        let why = "only its vendor understands it; it is sealed";
        answer.lose(LossAction::Dropped, alloc::format!("parts[{part}]"), why);
        self.output
            .hidden
            .insert(part, Hidden { kind: kind.into(), fields: alloc::vec![(JSON.into(), json.into())] });
    }

    /// Adds an item and tells it; those before it that nothing joins any more end.
    pub(super) fn add(
        &mut self,
        answer: &Answer,
        prefix: &str,
        body: Body,
        state: Vec<(String, String)>,
        out: &mut Vec<u8>,
    ) -> usize {
        self.settle(out);
        let own = match &body {
            Body::Vendor(json) => id_in(json),
            _ => own_id(&state),
        };
        let id = self.output.item_id(own, prefix, &answer.context.id);
        self.output.items.push(Item::new(id, body));
        let item = self.output.items.len() - 1;
        state.into_iter().for_each(|(field, value)| self.set_state(item, &field, value));
        self.set_vendor(item, None);
        self.item_event(item, "response.output_item.added", out);
        item
    }

    /// Gives a vendor's item its JSON; without an id in it, which SDKs demand, its own.
    pub(super) fn set_vendor(&mut self, item: usize, json: Option<&str>) {
        let Item { id, body: Body::Vendor(known), .. } = &mut self.output.items[item] else { return };
        if let Some(json) = json {
            *known = compact(json).into_owned();
        }
        if id_in(known).as_ref() != Some(id) {
            *known = with_id(known, id);
        }
    }

    /// Sets state that stands on this wire as it is.
    pub(super) fn set_state(&mut self, item: usize, field: &str, value: String) {
        let item = &mut self.output.items[item];
        match (field, &mut item.body) {
            // It was told when the item opened.
            ("id", _) => {}
            ("encrypted_content", Body::Reasoning { encrypted, .. }) => *encrypted = Some(value),
            _ => item.set_field(field, value),
        }
    }
}

/// The item's id among a part's state.
fn own_id(state: &[(String, String)]) -> Option<String> {
    let (_, raw) = state.iter().find(|(field, _)| field == "id")?;
    Reader::new(raw).opt_string().ok()?.map(Cow::into_owned)
}
