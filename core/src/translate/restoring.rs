//! An answer's tool calls, as calls of the application's own tools.

use alloc::borrow::Cow;

use super::freeform::{self, FreeformInput};
use super::tool_names::ToolNames;
use crate::json::RawJson;
use crate::map::Map;
use crate::model::{Content, Event, Extra, PartKind, Response, ToolCall, ToolCallKind};

/// The field in which what a wrapped call holds beside its input is reported.
const BESIDE: &str = "arguments";

/// Gives tool calls their own names back, and calls of wrapped freeform tools their input.
///
/// Every call of such a tool is a freeform call, for an application waits for no other; what its input
/// is where the model did not keep to the shape is said at [`FreeformInput`].
#[derive(Debug)]
pub(crate) struct Restoring {
    names: ToolNames,
    /// The calls of wrapped tools that are open, by their parts.
    inputs: Map<u32, FreeformInput>,
}

impl Restoring {
    pub(crate) const fn new(names: ToolNames) -> Self {
        Self { names, inputs: Map::new() }
    }

    /// Takes an event and tells what the application is to hear: mostly the event itself.
    #[inline]
    pub(crate) fn event<'a>(&mut self, event: Event<'a>, told: &mut impl FnMut(Event<'a>)) {
        match event {
            event if self.names.is_empty() => told(event),
            Event::ArgumentsDelta { part, text } => self.arguments(part, text, told),
            Event::Discard { from_part, keep_bytes } => {
                let is_kept = |part: u32| part < from_part || (part == from_part && keep_bytes > 0);
                self.inputs.retain(|part, _| is_kept(*part));
                told(event);
            }
            Event::PartEnd { part } => {
                let held = self.inputs.remove(&part).map(FreeformInput::finish);
                if let Some(text) = held.filter(|held| !held.is_empty()) {
                    told(Event::ArgumentsDelta { part, text: Cow::Owned(text) });
                }
                told(event);
            }
            Event::PartStart { part, candidate, kind: PartKind::ToolCall { id, name, kind } } => {
                let is_wrapped = kind == ToolCallKind::Function && self.names.is_wrapped(&name);
                let kind = if is_wrapped { ToolCallKind::Freeform } else { kind };
                if is_wrapped {
                    self.inputs.insert(part, FreeformInput::default());
                }
                let name = self.names.original(&name).map_or(name, |name| Cow::Owned(name.clone()));
                told(Event::PartStart { part, candidate, kind: PartKind::ToolCall { id, name, kind } });
            }
            other => told(other),
        }
    }

    fn arguments<'a>(&mut self, part: u32, text: Cow<'a, str>, told: &mut impl FnMut(Event<'a>)) {
        let Some(input) = self.inputs.get_mut(&part) else {
            return told(Event::ArgumentsDelta { part, text });
        };
        let taken = input.take(text);
        if !taken.text.is_empty() {
            told(Event::ArgumentsDelta { part, text: taken.text });
        }
        if let Some(rest) = taken.rest {
            let value = Cow::Owned(RawJson::string(&rest).as_str().into());
            told(Event::Extra { part: Some(part), name: BESIDE.into(), value });
        }
    }

    /// The same for a whole response.
    pub(crate) fn response<'a>(&self, response: &'a Response) -> Cow<'a, Response> {
        if self.names.is_empty() {
            return Cow::Borrowed(response);
        }
        let mut response = response.clone();
        let parts = response.candidates.iter_mut().flat_map(|candidate| &mut candidate.parts);
        for (part, number) in parts.zip(0..) {
            if let Content::ToolCall(call) = &mut part.content
                && let Some(rest) = self.call(call)
            {
                let value = RawJson::string(&rest);
                response.extras.push(Extra { part: Some(number), name: BESIDE.into(), value });
            }
        }
        Cow::Owned(response)
    }

    /// Restores a call; gives what it holds beside its input.
    fn call(&self, call: &mut ToolCall) -> Option<alloc::string::String> {
        let is_wrapped = call.kind == ToolCallKind::Function && self.names.is_wrapped(&call.name);
        if let Some(original) = self.names.original(&call.name) {
            call.name.clone_from(original);
        }
        if !is_wrapped {
            return None;
        }
        call.kind = ToolCallKind::Freeform;
        let taken = freeform::whole(&call.arguments);
        let (text, rest) = (taken.text.into_owned(), taken.rest);
        call.arguments = text;
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Accumulator, Request, Tool, ToolFormat};
    use crate::protocol::Dialect;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    fn start(part: u32, name: &str, kind: ToolCallKind) -> Event<'static> {
        let kind = PartKind::ToolCall { id: None, name: Cow::Owned(name.into()), kind };
        Event::PartStart { part, candidate: 0, kind }
    }

    fn delta(part: u32, text: &'static str) -> Event<'static> {
        Event::ArgumentsDelta { part, text: text.into() }
    }

    /// What restores the calls of that freeform tool, and its name on the wire.
    fn restoring(name: &str) -> (Restoring, String) {
        let mut request = Request::new("m", Vec::new());
        let format = ToolFormat::Text;
        request.tools = vec![Tool::Freeform { name: name.into(), description: None, format }];
        let names = ToolNames::apply(&mut request, &Dialect::ANTHROPIC, &mut Vec::new());
        (Restoring::new(names), request.tools[0].name().expect("a name").into())
    }

    fn told(name: &str, events: Vec<Event<'static>>) -> Vec<Event<'static>> {
        let (mut restoring, mut told) = (restoring(name).0, Vec::new());
        events.into_iter().for_each(|event| restoring.event(event, &mut |event| told.push(event)));
        told
    }

    #[test]
    fn calls_of_wrapped_tools_come_back_as_freeform_beside_others() {
        let (function, freeform) = (ToolCallKind::Function, ToolCallKind::Freeform);
        let events = vec![
            start(0, "patch", function),
            start(1, "other", function),
            delta(0, "{\"inp"),
            delta(1, "{\"input\":1}"),
            delta(0, "ut\":\"a\\"),
            Event::PartEnd { part: 1 },
            delta(0, "nb\",\"c\":1}"),
            Event::PartEnd { part: 0 },
            start(2, "patch", freeform),
            delta(2, "{\"input\":\"a\"}"),
            start(3, "patch", function),
            delta(3, "{\"inp"),
            Event::PartEnd { part: 3 },
        ];
        let beside = Event::Extra { part: Some(0), name: BESIDE.into(), value: r#"",\"c\":1""#.into() };
        let expected = vec![
            start(0, "patch", freeform),
            start(1, "other", function),
            delta(1, "{\"input\":1}"),
            delta(0, "a"),
            Event::PartEnd { part: 1 },
            delta(0, "\nb"),
            beside,
            Event::PartEnd { part: 0 },
            // The provider's answer was freeform.
            start(2, "patch", freeform),
            delta(2, "{\"input\":\"a\"}"),
            start(3, "patch", freeform),
            delta(3, "{\"inp"),
            Event::PartEnd { part: 3 },
        ];
        assert_eq!(told("patch", events), expected);
    }

    #[test]
    fn what_is_discarded_begins_anew() {
        let function = ToolCallKind::Function;
        let discard = Event::Discard { from_part: 0, keep_bytes: 0 };
        let again = [start(0, "patch", function), delta(0, "{\"input\":\"b\"}")];
        let mut events = vec![start(0, "patch", function), delta(0, "{\"input\":\""), discard];
        events.extend(again);
        assert_eq!(told("patch", events).last(), Some(&delta(0, "b")));
    }

    #[test]
    fn a_whole_response_is_what_its_events_make() {
        let (restoring, name) = restoring("a.b");
        for arguments in ["{\"input\":\"x\\ny\"}", "{\"input\":\"x\",\"y\":1}", "{}", "{\"input\":\"\\u00"] {
            let events = vec![
                start(0, &name, ToolCallKind::Function),
                delta(0, arguments),
                Event::PartEnd { part: 0 },
            ];
            let (mut before, mut after) = (Accumulator::new("v"), Accumulator::new("v"));
            events.iter().for_each(|event| before.add(event));
            told("a.b", events).iter().for_each(|event| after.add(event));
            assert_eq!(&*restoring.response(before.response()), after.response());
            assert_eq!(after.response().tool_calls().next().map(|call| &*call.name), Some("a.b"));
        }
    }

    #[test]
    fn an_application_of_responses_hears_the_freeform_calls_that_it_waits_for() {
        use crate::http::Headers;
        use crate::model::Wire;
        use crate::protocol::{Caps, Credential, Incoming, Target};
        use crate::translate::{ResponseTranslator, TranslateOptions, translate_request};

        let target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("key"))).expect("a target");
        let answers = [
            concat!(
                r#"{"type":"message","role":"assistant","id":"m","model":"m","content":[{"type":"tool_use","id":"t","#,
                r#""name":"apply_patch","input":{"input":"*** Begin Patch\n"}}],"stop_reason":"tool_use","#,
                r#""usage":{"input_tokens":9,"output_tokens":4}}"#
            ),
            concat!(
                "event: message_start\n",
                r#"data: {"type":"message_start","message":{"type":"message","role":"assistant","id":"m","model":"m","content":[]}}"#,
                "\n\nevent: content_block_start\n",
                r#"data: {"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"t","name":"apply_patch","input":{}}}"#,
                "\n\nevent: content_block_delta\n",
                r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"input\": \"*** Begin"}}"#,
                "\n\nevent: content_block_delta\n",
                r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":" Patch\\n\"}"}}"#,
                "\n\nevent: content_block_stop\n",
                r#"data: {"type":"content_block_stop","index":0}"#,
                "\n\nevent: message_delta\n",
                r#"data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":9,"output_tokens":4}}"#,
                "\n\nevent: message_stop\n",
                r#"data: {"type":"message_stop"}"#,
                "\n\n",
            ),
        ];
        for (answer, stream) in answers.iter().zip([false, true]) {
            let body = alloc::format!(
                r#"{{"model":"m","input":"fix it","stream":{stream},"tools":[{{"type":"custom","name":"apply_patch"}}]}}"#
            );
            let incoming = Incoming { path: "/v1/responses", headers: &Headers::new(), body: &body };
            let options = TranslateOptions::default();
            let translated =
                translate_request(Wire::OpenaiResponses, &incoming, &target, &options).expect("a request");
            let mut translator = ResponseTranslator::new(&translated, &target.dialect, Caps::default());
            let mut out = Vec::new();
            translator.push(answer.as_bytes(), &mut |_: Event<'_>| {}, &mut out).expect("an answer");
            translator.end(&mut |_: Event<'_>| {}, &mut out).expect("an end");
            let out = String::from_utf8(out).expect("text");
            assert!(out.contains(r#""type":"custom_tool_call""#), "{out}");
            assert!(out.contains(r#""input":"*** Begin Patch\n""#), "{out}");
            assert!(!out.contains("function_call"), "{out}");
        }
    }
}
