//! A server that says exactly what it is told, also what no HTTP library would say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use crate::setup::LIMIT;

/// Answers each of `answers` to one connection, in turn.
pub(crate) struct RawServer {
    pub(crate) url: String,
    thread: JoinHandle<Vec<String>>,
}

impl RawServer {
    pub(crate) fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let thread =
            std::thread::spawn(move || answers.iter().map(|answer| serve(&listener, answer)).collect());
        Self { url, thread }
    }

    /// The request lines, once every answer was given and every client has closed its connection.
    pub(crate) fn requests(self) -> Vec<String> {
        self.thread.join().expect("the server's thread ends well")
    }
}

/// Reads a request, answers, and keeps the connection until the client closes it.
fn serve(listener: &TcpListener, answer: &str) -> String {
    let (mut stream, _) = listener.accept().expect("a client comes");
    stream.set_read_timeout(Some(LIMIT)).expect("a timeout above zero");
    let line = read_request(&mut stream);
    stream.write_all(answer.as_bytes()).expect("the client reads");
    let mut rest = Vec::new();
    let end = stream.read_to_end(&mut rest).map_err(|e| e.kind());
    assert!(!matches!(end, Err(std::io::ErrorKind::WouldBlock)), "the client keeps its connection");
    line
}

fn read_request(stream: &mut TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).expect("a request line");
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    reader.read_exact(&mut vec![0; length]).expect("a body");
    first.trim_end().into()
}

/// An answer with a length, after which the connection is to be closed.
pub(crate) fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}
