//! Parts of an answer that end, and the items that end with them.

use alloc::string::String;
use alloc::vec::Vec;

use super::envelope;
use super::item::{Body, Said, Status};
use super::output::{Hidden, Spot, Voice};
use super::stream::{State, at};
use crate::model::{LossAction, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::seal::Place;

impl State {
    /// Ends a part, whole or cut, and its item if nothing can join it.
    pub(super) fn end_part(&mut self, answer: &mut Answer, part: u32, is_whole: bool, out: &mut Vec<u8>) {
        if let Some(Hidden { kind, fields }) = self.output.hidden.remove(&part) {
            return self.seal(answer, Place::Vendor(kind), &fields, out);
        }
        let Some(placed) = self.output.parts.get_mut(&part).filter(|part| part.is_open) else { return };
        placed.is_open = false;
        let (spot, has_state) = (placed.spot, !placed.state.is_empty());
        self.output.items[spot.item].open_parts -= 1;
        self.tell_pages(spot, out);
        if spot.voice == Voice::Arguments && is_whole {
            self.fill_arguments(part, spot.item, out);
        }
        self.text_done(spot, is_whole, out);
        if has_state {
            self.end_with_state(answer, part, spot, is_whole, out);
        } else {
            self.leave(spot, is_whole, false, out);
        }
    }

    /// Ends a part that has another vendor's state.
    fn end_with_state(
        &mut self,
        answer: &mut Answer,
        part: u32,
        spot: Spot,
        is_whole: bool,
        out: &mut Vec<u8>,
    ) {
        let place = self.sealed_place(spot);
        let may_grow = match (&place, answer.context.source) {
            (Some(Place::Reasoning), Wire::OpenaiChat) | (Some(Place::Text), Wire::Gemini) => is_whole,
            _ => false,
        };
        if may_grow {
            self.growing.push(part);
        } else {
            if place == Some(Place::Reasoning) {
                self.seal_thinking(answer, part);
            }
            self.leave(spot, is_whole, true, out);
        }
        match place {
            Some(Place::Reasoning) => {}
            Some(place) => {
                let state = self.take_state(part);
                self.seal(answer, place, &state, out);
            }
            None => {
                let path = alloc::format!("parts[{part}].opaque");
                answer.lose(LossAction::Dropped, path, "this wire has no place for the state of such a part");
            }
        }
    }

    fn take_state(&mut self, part: u32) -> Vec<(String, String)> {
        self.output.parts.get_mut(&part).map(|part| core::mem::take(&mut part.state)).unwrap_or_default()
    }

    /// Seals the state of thinking in its own item.
    fn seal_thinking(&mut self, answer: &Answer, part: u32) {
        let Some(spot) = self.output.spot(part) else { return };
        let state = self.take_state(part);
        let envelope = envelope::seal(answer, self.head.model.as_deref(), Place::Reasoning, &state);
        self.set_state(spot.item, "encrypted_content", envelope);
    }

    /// Ends what grows no more.
    pub(super) fn end_growing(&mut self, answer: &Answer, out: &mut Vec<u8>) {
        for part in core::mem::take(&mut self.growing) {
            let Some(spot) = self.output.spot(part) else { continue };
            if spot.voice == Voice::Summary {
                self.seal_thinking(answer, part);
            }
            self.end_item(spot.item, Status::Done, out);
        }
    }

    /// Ends the item of a part that ended, unless others may join it: texts without state join, and
    /// thinking where the vendor gives several parts one id.
    fn leave(&mut self, spot: Spot, is_whole: bool, has_state: bool, out: &mut Vec<u8>) {
        let may_go_on = match spot.voice {
            Voice::Refusal | Voice::Text => !has_state,
            Voice::Summary | Voice::Thinking => self.is_native,
            _ => false,
        };
        if !is_whole {
            self.end_item(spot.item, Status::Cut, out);
        } else if may_go_on {
            self.output.settle(spot.item);
        } else if self.output.items[spot.item].open_parts == 0 {
            self.end_item(spot.item, Status::Done, out);
        }
    }

    /// A call of a function without arguments has an empty object, which applications parse. Any other
    /// text goes as it is, also where it is no JSON: the application must see that it cannot make the
    /// call.
    fn fill_arguments(&mut self, part: u32, item: usize, out: &mut Vec<u8>) {
        let Body::Call { arguments, .. } = &self.output.items[item].body else { return };
        if arguments.bytes().all(|b| b.is_ascii_whitespace()) {
            self.append(part, "{}", out);
        }
    }

    /// Where the state of another vendor goes, if there is a place.
    fn sealed_place(&self, spot: Spot) -> Option<Place> {
        match (&self.output.items[spot.item].body, spot.voice) {
            (Body::Call { call_id, .. }, _) => Some(Place::ToolCall(call_id.clone())),
            // The envelope follows the text, so no other may have come meanwhile.
            (Body::Message(_), Voice::Text) => {
                let last = self.output.last_text();
                (last == Some(spot.item).zip(spot.index)).then_some(Place::Text)
            }
            (Body::Reasoning { .. }, _) => Some(Place::Reasoning),
            _ => None,
        }
    }

    /// Repeats the text of a part that ends; a call that was cut must not look like one to make.
    fn text_done(&mut self, spot: Spot, is_whole: bool, out: &mut Vec<u8>) {
        let Spot { item, index, voice } = spot;
        let Some(words) = voice.words() else { return };
        let place = voice.part().map(|p| p.index);
        if place.is_none() && !is_whole || place.is_some() && index.is_none() {
            return;
        }
        let whole = &self.output.items[item];
        self.lines.send(out, words.done, |w| {
            at(w, &whole.id, item, place.zip(index));
            w.key(words.text).string(whole.text(index, voice == Voice::Summary));
            if let (Body::Message(content), Voice::Text, Some(index)) = (&whole.body, voice, index) {
                w.key("logprobs").raw(content.get(index).map_or("[]", Said::logprobs));
            }
        });
        if let Some(index) = index {
            self.part_event(item, index, voice, false, out);
        }
    }

    pub(super) fn end_item(&mut self, item: usize, status: Status, out: &mut Vec<u8>) {
        if self.output.items[item].status == Status::Open {
            self.output.items[item].status = status;
            self.item_event(item, "response.output_item.done", out);
        }
    }

    /// Ends the items that nothing joins any more.
    pub(super) fn settle(&mut self, out: &mut Vec<u8>) {
        for item in self.output.take_settled() {
            self.end_item(item, Status::Done, out);
        }
    }

    /// Adds an item that holds nothing but an envelope.
    fn seal(&mut self, answer: &Answer, place: Place, fields: &[(String, String)], out: &mut Vec<u8>) {
        let envelope = envelope::seal(answer, self.head.model.as_deref(), place, fields);
        let body = Body::Reasoning { summary: Vec::new(), content: Vec::new(), encrypted: None };
        let item = self.add(answer, "rs", body, Vec::new(), out);
        self.set_state(item, "encrypted_content", envelope);
        self.end_item(item, Status::Done, out);
    }
}
