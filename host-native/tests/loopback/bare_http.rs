//! Bare HTTP over a socket, and a request and an answer on each of the four wires.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use tokenwire::core::model::Accumulator;
use tokenwire::core::protocol::{Caps, DecodeError, Decoder};
use tokenwire::{Dialect, Response};

/// A server that is silent for longer hangs.
const SILENCE: Duration = Duration::from_secs(60);

/// Sends one request; what comes back is read until the server closes or breaks the connection.
pub(crate) fn exchange(
    addr: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (Vec<u8>, io::Result<()>) {
    let mut stream = open(addr, method, path, headers, body);
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map(|_| ());
    (bytes, end)
}

pub(crate) fn open(addr: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).expect("it listens");
    stream.set_read_timeout(Some(SILENCE)).expect("a timeout above zero");
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: loopback\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        body.len()
    )
    .expect("the server reads");
    stream
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: Vec<u8>,
    pub(crate) body: Vec<u8>,
    /// Whether it ended as HTTP wants it.
    pub(crate) is_whole: bool,
}

/// Undoes HTTP/1.1's framing.
pub(crate) fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a head") + 4;
    let head = bytes[..end].to_vec();
    let status = std::str::from_utf8(&head[9..12]).expect("text").parse().expect("a status");
    let mut rest = &bytes[end..];
    if !head.windows(26).any(|w| w == b"transfer-encoding: chunked") {
        return Answer { status, head, body: rest.to_vec(), is_whole: true };
    }
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).expect("text");
        let size = usize::from_str_radix(size, 16).expect("a size");
        let chunk = &rest[line + 2..];
        if size == 0 {
            return Answer { status, head, body, is_whole: true };
        }
        body.extend_from_slice(&chunk[..size.min(chunk.len())]);
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    Answer { status, head, body, is_whole: false }
}

pub(crate) fn post(addr: SocketAddr, path: &str, headers: &str, body: &str) -> Answer {
    let (bytes, end) = exchange(addr, "POST", path, headers, body);
    end.expect("an orderly close");
    parse(&bytes)
}

pub(crate) fn decode(dialect: &Dialect, body: &[u8]) -> Result<Response, DecodeError> {
    let mut decoder = Decoder::new(dialect, Caps::default());
    let mut sum = Accumulator::new("sim");
    decoder.push(body, &mut sum)?;
    decoder.end(&mut sum)?;
    Ok(sum.into_response())
}

pub(crate) const MESSAGES: &str = r#""messages":[{"role":"user","content":"hé"}]"#;

pub(crate) fn wires(model: &str, streams: bool) -> [(Dialect, String, String); 4] {
    let action = if streams { "streamGenerateContent?alt=sse" } else { "generateContent" };
    [
        (
            Dialect::OPENAI,
            "/v1/chat/completions".into(),
            format!(r#"{{"model":"{model}","stream":{streams},{MESSAGES}}}"#),
        ),
        (
            Dialect::OPENAI_RESPONSES,
            "/v1/responses".into(),
            format!(r#"{{"model":"{model}","stream":{streams},"input":"hé"}}"#),
        ),
        (
            Dialect::ANTHROPIC,
            "/v1/messages".into(),
            format!(r#"{{"model":"{model}","stream":{streams},"max_tokens":9,{MESSAGES}}}"#),
        ),
        (
            Dialect::GEMINI,
            format!("/v1beta/models/{model}:{action}"),
            r#"{"contents":[{"role":"user","parts":[{"text":"hé"}]}]}"#.into(),
        ),
    ]
}
