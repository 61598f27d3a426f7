//! Recorded exchanges through everything between a socket and an outcome: the simulated provider
//! plays them, cut at random places, and the client reads them.

use std::path::{Path, PathBuf};

use futures::StreamExt;
use tokenwire::exchange::{Cuts, Decoded, Exchange, decode};
use tokenwire::sim::{self, Server};
use tokenwire::{
    Client, Credential, Dialect, FailureKind, Message, Options, Outcome, Request, RetryPolicy, Target,
    Update, Wire,
};

/// Calls at the same time.
const CALLS: usize = 8;

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![folder.to_path_buf()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of recordings").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn client(server: &Server) -> Client {
    let mut builder =
        Client::builder().options(Options { retry: RetryPolicy::none(), ..tokenwire::default_options() });
    for wire in Wire::ALL {
        let target =
            Target::at(Dialect::of_wire(wire), &server.url(), Some(Credential::new("no-key-at-all")));
        builder = builder.target(wire.name(), target.expect("a good target"));
    }
    builder.build().expect("a client")
}

/// What both sides must agree on.
fn flat(outcome: &Outcome) -> Vec<String> {
    let calls = outcome.response.tool_calls().map(|c| format!("{:?} {} {}", c.id, c.name, c.arguments));
    let failure = outcome.failure.as_ref();
    vec![
        outcome.response.text(),
        outcome.response.reasoning(),
        calls.collect::<Vec<_>>().join("\n"),
        outcome.finish.reason.name().into(),
        format!("{:?}", outcome.finish.raw),
        format!("{:?}", outcome.finish.detail),
        format!("{:?}", outcome.usage.counts),
        outcome.status().name().into(),
        format!("{:?}", failure.map(|f| (f.kind, f.status))),
    ]
}

fn flat_decoded(decoded: &Decoded) -> Vec<String> {
    let calls = decoded.tool_calls.iter().map(|c| format!("{:?} {} {}", c.id, c.name, c.arguments));
    vec![
        decoded.text.clone(),
        decoded.reasoning.clone(),
        calls.collect::<Vec<_>>().join("\n"),
        decoded.finish.name().into(),
        format!("{:?}", decoded.finish_raw),
        format!("{:?}", decoded.finish_detail),
        format!("{:?}", decoded.usage.counts),
        decoded.status.name().into(),
        format!("{:?}", decoded.error.as_ref().map(|e| (e.kind, Some(e.status)))),
    ]
}

/// A good end without a part or a finish reason.
fn is_empty(decoded: &Decoded) -> bool {
    let parts = decoded.response.candidates.iter().map(|c| c.parts.len()).sum::<usize>();
    decoded.error.is_none() && parts == 0 && decoded.finish_raw.is_none()
}

/// Calls for one recording; what differs from decoding its file.
async fn compare(client: &Client, exchange: &Exchange, wire: Wire) -> Result<(), String> {
    let request = Request::new(format!("replay:{}", exchange.id), vec![Message::user("hi")]);
    let outcome = if exchange.stream == Some(true) {
        let mut stream = client.stream(wire.name(), request).map_err(|e| e.to_string())?;
        loop {
            match stream.next().await {
                Some(Update::Event(_)) => {}
                Some(Update::Done(outcome)) => break outcome,
                None => return Err("no outcome".into()),
            }
        }
    } else {
        client.complete(wire.name(), request).await.map_err(|e| e.to_string())?
    };
    let decoded = decode(exchange, wire, Cuts::Whole);
    if is_empty(&decoded) {
        // A body that decodes and says nothing is no answer to a call.
        let kind = outcome.failure.as_ref().map(|f| f.kind);
        let is_told = kind == Some(FailureKind::ServerError) && outcome.usage.counts == decoded.usage.counts;
        return is_told.then_some(()).ok_or_else(|| format!("an empty response gave {kind:?}"));
    }
    let (got, wanted) = (flat(&outcome), flat_decoded(&decoded));
    match got.iter().zip(&wanted).find(|(got, wanted)| got != wanted) {
        None => Ok(()),
        Some((got, wanted)) => Err(format!("got {got:.300}\n  wanted {wanted:.300}")),
    }
}

#[test]
fn every_recording_reads_the_same_through_http() {
    let Some(folder) = std::env::var_os("TOKENWIRE_CORPUS").map(PathBuf::from) else {
        println!("skipped: TOKENWIRE_CORPUS names no folder");
        return;
    };
    let options =
        sim::Options { replay: Some(folder.clone()), cut_replays: true, seed: 7, ..sim::Options::default() };
    let server = Server::start(options).expect("a free port on loopback");
    let client = client(&server);
    let recordings = files(&folder).into_iter().filter_map(|file| {
        let exchange = Exchange::read(&file).ok()?;
        let wire = exchange.wire?;
        Some((exchange, wire))
    });
    let calls = futures::stream::iter(recordings).map(|(exchange, wire)| {
        let client = &client;
        async move { (exchange.id.clone(), wire, compare(client, &exchange, wire).await) }
    });
    let results: Vec<_> = futures::executor::block_on(calls.buffer_unordered(CALLS).collect());
    let wrong: Vec<_> = results
        .iter()
        .filter_map(|(id, wire, result)| Some(format!("{id} ({}): {}", wire.name(), result.as_ref().err()?)))
        .collect();
    let stats = server.stats();
    println!("{} recordings over {} connections, {} differ", results.len(), stats.connections, wrong.len());
    assert!(!results.is_empty());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
