//! What JavaScript lends the machine: a place for everything that it says.

use tokenwire_core::call::Output;
use tokenwire_core::http::HttpRequest;
use tokenwire_core::json::Writer;
use tokenwire_core::model::Event;
use tokenwire_core::transcript::write_event;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::headers;

#[wasm_bindgen]
extern "C" {
    /// An object of JavaScript that takes outputs. Its methods must not call the machine.
    #[derive(Debug)]
    pub type Sink;

    /// Drop the connection of this attempt.
    #[wasm_bindgen(method)]
    fn abort(this: &Sink, attempt: u32);

    /// Send this. The body is the machine's memory: copy it.
    #[wasm_bindgen(method)]
    fn send(this: &Sink, attempt: u32, method: &str, url: &str, headers: &str, body: &[u8]);

    /// Answer with this head.
    #[wasm_bindgen(method)]
    fn head(this: &Sink, status: u16, headers: &str);

    /// Pass these bytes on. They are the machine's memory: copy them.
    #[wasm_bindgen(method)]
    fn bytes(this: &Sink, bytes: &[u8]);

    /// A piece of visible text.
    #[wasm_bindgen(method)]
    fn text(this: &Sink, part: u32, text: &str);

    /// A piece of thinking.
    #[wasm_bindgen(method)]
    fn reasoning(this: &Sink, part: u32, text: &str);

    /// A piece of a tool call's arguments.
    #[wasm_bindgen(method)]
    fn arguments(this: &Sink, part: u32, text: &str);

    /// Any other event, as the transcript writes it.
    #[wasm_bindgen(method)]
    fn event(this: &Sink, json: &str);
}

impl Sink {
    /// Hands an output over. Waits and ends are the machine's to tell.
    pub(crate) fn take(&self, output: Output, is_watched: bool) {
        match output {
            Output::Abort { attempt } => self.abort(attempt),
            Output::Event(event) if is_watched => self.take_event(&event),
            Output::Forward(bytes) => self.bytes(&bytes),
            Output::ForwardHead(head) => self.head(head.status, &headers::write(&head.headers)),
            Output::Transmit(transmit) => {
                let HttpRequest { method, url, headers, body } = transmit.request;
                self.send(transmit.attempt, method.as_str(), &url, &headers::write(&headers), &body);
            }
            Output::Done(_) | Output::Event(_) | Output::Wait { .. } => {}
        }
    }

    fn take_event(&self, event: &Event<'_>) {
        match event {
            Event::ArgumentsDelta { part, text } => self.arguments(*part, text),
            Event::ReasoningDelta { part, text } => self.reasoning(*part, text),
            Event::TextDelta { part, text } => self.text(*part, text),
            event => {
                let mut w = Writer::new();
                write_event(&mut w, event);
                self.event(&w.finish());
            }
        }
    }
}
