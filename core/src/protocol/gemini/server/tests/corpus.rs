//! Recorded exchanges, where there is a folder of them.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;
use super::tidy::tidy;
use super::{asked, encoded};
use crate::json::Reader;

/// One recorded exchange.
#[derive(Default)]
struct Exchange {
    id: String,
    protocol: String,
    path: String,
    /// JSON text.
    request: Option<String>,
    body: String,
    is_error: bool,
}

impl Exchange {
    fn read(text: &str) -> Self {
        let mut exchange = Self::default();
        let mut r = Reader::new(text);
        let mut fields = r.object().expect("an object");
        while let Some(key) = fields.key(&mut r).expect("JSON") {
            let place = match &*key {
                "id" => &mut exchange.id,
                "protocol" => &mut exchange.protocol,
                "url_path" => &mut exchange.path,
                "body_text" => &mut exchange.body,
                "kind" => {
                    exchange.is_error = r.opt_string().expect("JSON").as_deref() == Some("error");
                    continue;
                }
                "request" => {
                    exchange.request =
                        Some(r.raw().expect("JSON")).filter(|raw| *raw != "null").map(Into::into);
                    continue;
                }
                _ => {
                    r.skip().expect("JSON");
                    continue;
                }
            };
            *place = r.opt_string().expect("JSON").unwrap_or_default().into();
        }
        exchange
    }
}

/// Hands each recorded exchange on; none where `TOKENWIRE_CORPUS` names no folder.
fn each_exchange(mut take: impl FnMut(Exchange)) {
    let Ok(folder) = std::env::var("TOKENWIRE_CORPUS") else {
        std::println!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return;
    };
    for repository in std::fs::read_dir(folder).expect("a folder").flatten() {
        let Ok(files) = std::fs::read_dir(repository.path()) else { continue };
        for file in files.flatten() {
            take(Exchange::read(&std::fs::read_to_string(file.path()).expect("text")));
        }
    }
}

#[test]
fn recorded_requests_are_read_and_written_again() {
    let (mut count, mut odd) = (0, Vec::new());
    each_exchange(|exchange| {
        let Some(request) = exchange.request.filter(|_| exchange.protocol == "gemini") else { return };
        let Some((_, call)) = exchange.path.rsplit_once('/') else { return };
        let path = format!("/v1/models/{}", call.replace(['<', '>'], ""));
        count += 1;
        match asked(&path, &request) {
            Err(bad) if exchange.is_error => std::println!("{} is bad, as it was told: {bad}", exchange.id),
            Err(bad) => odd.push(format!("{}: {bad}", exchange.id)),
            Ok(asked) => match encoded(&asked.request) {
                Err(error) => odd.push(format!("{}: {error}", exchange.id)),
                Ok((_, again)) => {
                    let (was, is) = (usual(tidy(&request)), usual(tidy(&again)));
                    if was != is {
                        odd.push(format!("{}:\n  {was:?}\n  {is:?}", exchange.id));
                    }
                }
            },
        }
    });
    std::println!("{count} requests");
    assert!(odd.is_empty(), "{} of {count}:\n{}", odd.len(), odd.join("\n"));
}

/// A body without the differences that [`super::super::request`] lists.
fn usual(body: Json) -> Json {
    body
}
