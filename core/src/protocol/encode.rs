//! A request as the bytes of a wire.

use alloc::string::String;
use alloc::vec::Vec;

use super::encoding::{EncodeError, Encoding};
use super::{Resume, Target, anthropic, bound, gemini, meaning, openai_chat, openai_responses};
use crate::http::{HttpRequest, Method};
use crate::model::{Loss, Request, Wire};

/// A request ready to be sent.
#[derive(Clone, Debug)]
pub struct Encoded {
    /// The HTTP request.
    pub http: HttpRequest,
    /// What the wire has no place for. None of it changes the meaning.
    pub losses: Vec<Loss>,
}

/// Encodes `request` for `target`.
///
/// Opaque state goes to its own vendor only, and where OpenAI, Anthropic or Google answer, not to a clearly
/// different model than it came from.
///
/// # Errors
/// The request is invalid, or the wire would have to leave out something that changes its meaning.
pub fn encode_request(request: &Request, target: &Target, stream: bool) -> Result<Encoded, EncodeError> {
    if request.model.trim().is_empty() {
        return Err(EncodeError::Invalid {
            path: "model".into(),
            why: "expected a name, found nothing".into(),
        });
    }
    let (bound, losses) = bound::to_model(request, target);
    let mut encoding = Encoding { request: &bound, target, stream, losses };
    meaning::check(&encoding)?;
    let body = match target.dialect.wire {
        Wire::Anthropic => anthropic::client::request::encode(&mut encoding),
        Wire::Gemini => gemini::client::request::encode(&mut encoding),
        Wire::OpenaiChat => openai_chat::client::request::encode(&mut encoding),
        Wire::OpenaiResponses => openai_responses::client::request::encode(&mut encoding),
    }?;
    let mut headers = target.request_headers(accept(stream));
    if target.dialect.wire == Wire::Anthropic {
        anthropic::client::request::add_betas(request, &mut headers);
    }
    let http = HttpRequest {
        method: Method::Post,
        url: alloc::format!("{}{}", target.base_url.as_str(), body.path),
        headers,
        body: body.json.into_bytes(),
    };
    Ok(Encoded { http, losses: encoding.losses })
}

const fn accept(stream: bool) -> &'static str {
    if stream { "text/event-stream" } else { "application/json" }
}

/// Encodes the request that resumes a broken stream of `request` at `resume`.
///
/// # Errors
/// As [`encode_request`].
pub fn encode_resume(request: &Request, target: &Target, resume: &Resume) -> Result<Encoded, EncodeError> {
    match resume {
        Resume::Gemini { token, .. } => {
            let mut again = request.clone();
            again.state.continuation_token = Some(token.clone());
            encode_request(&again, target, true)
        }
        Resume::Responses { id, after } => Ok(Encoded {
            http: HttpRequest {
                method: Method::Get,
                url: alloc::format!(
                    "{}/responses/{}?stream=true&starting_after={after}",
                    target.base_url.as_str(),
                    segment(id)
                ),
                headers: target.request_headers(accept(true)),
                body: Vec::new(),
            },
            losses: Vec::new(),
        }),
    }
}

/// A text as one segment of a path: what is not unreserved (RFC 3986 section 2.3) is escaped.
fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'~' => out.push(char::from(byte)),
            // Dots too: a segment of dots alone would be resolved away.
            _ => out.push_str(&alloc::format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Content, Message, Part, Role, Tool, ToolCall, ToolChoice, ToolResult};
    use crate::protocol::{Credential, Dialect};

    #[test]
    fn a_message_that_says_nothing_is_kept_or_told() {
        let mut request = Request::new("m", alloc::vec![Message::user("Hi")]);
        request.messages.extend([Role::User, Role::Assistant].map(|role| Message::new(role, Vec::new())));
        request.messages.push(Message::user("?"));
        for wire in Wire::ALL {
            let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a target");
            let losses = encode_request(&request, &target, false).expect("the rest can be sent").losses;
            let paths: Vec<&str> = losses.iter().map(|loss| &*loss.path).collect();
            let expected: &[&str] =
                if wire == Wire::OpenaiChat { &[] } else { &["messages[1]", "messages[2]"] };
            assert_eq!(paths, expected, "{wire}");
        }
    }

    /// No time is asserted: where each thing is searched among all others, this test takes many times as long.
    #[test]
    fn a_request_of_many_small_things_is_no_work_without_end() {
        const MANY: usize = 10_000;
        let name = |at: usize| alloc::format!("f{at}");
        let call = |at: usize| {
            let id = at.is_multiple_of(2).then(|| alloc::format!("c{at}"));
            let call = ToolCall { id, name: name(at), arguments: "{}".into(), kind: Default::default() };
            Message::new(Role::Assistant, alloc::vec![Part::new(Content::ToolCall(call))])
        };
        let result = |at: usize| {
            let call_id = if at.is_multiple_of(2) { alloc::format!("c{at}") } else { String::new() };
            let (content, is_error) = (Vec::new(), false);
            let name = Some(name(at));
            let result = ToolResult { call_id, name, content, is_error, kind: Default::default() };
            Message::new(Role::Tool, alloc::vec![Part::new(Content::ToolResult(result))])
        };
        let mut request = Request::new("gemini-3", alloc::vec![Message::user("Hi")]);
        request.messages.extend((0..MANY).map(call));
        // The last ones first, which is the worst for a list.
        request.messages.extend((0..MANY).rev().map(result));
        let schema = crate::json::RawJson::parse(r#"{"type":"object"}"#).expect("JSON");
        request.tools = (0..MANY).map(|at| Tool::function(name(at), "d", schema.clone())).collect();
        let names = (0..MANY).rev().map(name).collect();
        request.tool_choice = Some(ToolChoice::Allowed { names, required: true });
        request.metadata = (0..MANY).map(|at| (name(at), "x".into())).collect();
        for dialect in [Dialect::GROQ].iter().chain(Wire::ALL.map(Dialect::of_wire)) {
            let target = Target::new(dialect, Some(Credential::new("k"))).expect("a target");
            assert!(encode_request(&request, &target, false).is_ok(), "{}", dialect.name);
        }
    }

    #[test]
    fn an_id_cannot_leave_its_segment() {
        assert_eq!(segment("resp_0aZ-~"), "resp_0aZ-~");
        assert_eq!(segment("../x?y#é"), "%2E%2E%2Fx%3Fy%23%C3%A9");
    }
}
