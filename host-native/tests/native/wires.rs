//! Whole calls on every wire, streamed and not.

use tokenwire::core::model::{Accumulator, SummaryLevel};
use tokenwire::{
    Bucket, Completeness, Content, Effort, FinishReason, Message, Part, RawJson, Reasoning, Request, Role,
    Tool, ToolResult, Wire,
};

use crate::setup::{ask, both, client, complete, quick, server, shown, stream};

const SCHEMA: &str = r#"{"type":"object","properties":{"place":{"type":"string"}},"required":["place"]}"#;

#[test]
fn text_and_usage_come_on_every_wire() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let [whole, streamed] = both(&client, wire, &ask("sim"));
        for outcome in [&whole, &streamed] {
            assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
            assert!(outcome.response.text().starts_with("You said “hé”."), "{wire}");
            assert_eq!(outcome.finish.reason, FinishReason::Stop, "{wire}");
            assert_eq!(outcome.usage.completeness, Completeness::Complete, "{wire}");
            assert!(outcome.usage.counts.get(Bucket::Output) > Some(0), "{wire}");
            assert_eq!(outcome.attempts.len(), 1, "{wire}");
            assert_eq!(outcome.attempts[0].status, Some(200), "{wire}");
        }
        assert_eq!(whole.response.text(), streamed.response.text(), "{wire}");
        assert_eq!(whole.usage.counts, streamed.usage.counts, "{wire}");
    }
}

#[test]
fn tool_calls_come_on_every_wire() {
    let server = server();
    let client = client(&server.url(), quick());
    let mut request = ask("sim");
    request.tools =
        vec![Tool::function("weather", "Tells the weather.", RawJson::parse(SCHEMA).expect("a schema"))];
    for wire in Wire::ALL {
        let [whole, streamed] = both(&client, wire, &request);
        for outcome in [&whole, &streamed] {
            assert_eq!(outcome.finish.reason, FinishReason::ToolCalls, "{wire}: {:?}", outcome.failure);
            let calls: Vec<_> = outcome.response.tool_calls().collect();
            assert_eq!((calls.len(), calls[0].name.as_str()), (1, "weather"), "{wire}");
            assert_eq!(calls[0].arguments, r#"{"place":"hé"}"#, "{wire}");
        }
        let ids = [&whole, &streamed].map(|o| o.response.tool_calls().next().and_then(|c| c.id.clone()));
        assert_eq!(ids[0], ids[1], "{wire}");
    }
}

#[test]
fn an_answered_tool_call_goes_on() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let mut request = ask("sim-think");
        request.tools =
            vec![Tool::function("weather", "Tells the weather.", RawJson::parse(SCHEMA).expect("a schema"))];
        request.reasoning = Some(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
        let first = complete(&client, wire, request.clone());
        let call = first.response.tool_calls().next().expect("a call").clone();
        request.messages.push(first.response.to_message());
        let result = ToolResult {
            call_id: call.id.unwrap_or_default(),
            name: Some(call.name),
            content: vec![Part::text("sunny")],
            is_error: false,
            kind: call.kind,
        };
        request.messages.push(Message::new(Role::Tool, vec![Part::new(Content::ToolResult(result))]));
        let second = stream(&client, wire, request).1;
        assert_eq!(second.finish.reason, FinishReason::Stop, "{wire}: {:?}", second.failure);
    }
}

#[test]
fn reasoning_comes_on_every_wire() {
    let server = server();
    let client = client(&server.url(), quick());
    let mut request = ask("sim");
    request.reasoning = Some(Reasoning {
        effort: Some(Effort::Low),
        summary: Some(SummaryLevel::Auto),
        ..Reasoning::default()
    });
    for wire in Wire::ALL {
        let [whole, streamed] = both(&client, wire, &request);
        for outcome in [&whole, &streamed] {
            assert!(outcome.is_complete(), "{wire}: {:?}", outcome.failure);
            assert!(outcome.usage.counts.get(Bucket::OutputReasoning) > Some(0), "{wire}");
        }
        // Chat Completions has no field for it; its dialects have.
        if wire != Wire::OpenaiChat {
            assert!(whole.response.reasoning().contains("überlegen"), "{wire}");
        }
        assert_eq!(whole.response.reasoning(), streamed.response.reasoning(), "{wire}");
    }
}

#[test]
fn the_events_add_up_to_the_response() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let (events, outcome) = stream(&client, wire, ask("sim-think"));
        let mut sum = Accumulator::new(tokenwire::Dialect::of_wire(wire).vendor);
        events.iter().for_each(|event| sum.add(event));
        assert_eq!(sum.into_response(), outcome.response, "{wire}");
        assert_eq!(shown(&events), outcome.response.text(), "{wire}");
    }
}

#[test]
fn pieces_of_any_size_give_the_same_answer() {
    let server = server();
    let client = client(&server.url(), quick());
    for wire in Wire::ALL {
        let [whole, streamed] = both(&client, wire, &ask("sim"));
        // Each request of a conversation meets one entry.
        for model in ["sim-splitx2", "sim-drip@1:0x2", "sim-drip@7:0x2"] {
            let [whole_cut, streamed_cut] = both(&client, wire, &ask(model));
            assert_eq!(whole_cut.response.text(), whole.response.text(), "{wire} {model}");
            assert_eq!(streamed_cut.response.text(), streamed.response.text(), "{wire} {model}");
            assert_eq!(streamed_cut.usage.counts, streamed.usage.counts, "{wire} {model}");
        }
    }
}

#[test]
fn connections_are_used_again() {
    let server = server();
    let client = client(&server.url(), quick());
    for _ in 0..100 {
        assert!(complete(&client, Wire::OpenaiChat, ask("sim")).is_complete());
    }
    assert!(server.stats().connections <= 3, "{:?}", server.stats());
    for _ in 0..25 {
        for wire in Wire::ALL {
            assert!(stream(&client, wire, ask("sim")).1.is_complete());
        }
    }
    assert!(server.stats().connections <= 6, "{:?}", server.stats());
    assert_eq!((server.stats().requests, server.stats().closed_early), (200, 0));
}

#[test]
fn calls_at_the_same_time_do_not_mix() {
    let server = server();
    let client = client(&server.url(), quick());
    let calls = (0..64).map(|number| {
        let wire = Wire::ALL[number % 4];
        let request = Request::new("sim", vec![Message::user(format!("call {number}"))]);
        let client = &client;
        async move { (number, client.complete(wire.name(), request).await.expect("a call")) }
    });
    for (number, outcome) in smol::block_on(futures::future::join_all(calls)) {
        assert!(outcome.response.text().starts_with(&format!("You said “call {number}”.")), "{number}");
    }
}
