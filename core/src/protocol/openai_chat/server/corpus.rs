//! Recorded exchanges, where there are some.

extern crate std;

use alloc::string::String;
use alloc::vec::Vec;
use std::println;

use crate::json::Reader;

/// One recorded exchange, as far as it matters here.
pub(super) struct Exchange {
    pub(super) id: String,
    pub(super) protocol: String,
    pub(super) provider: String,
    pub(super) is_good: bool,
    /// The request's body, JSON.
    pub(super) request: String,
    /// The response's body.
    pub(super) body: String,
}

impl Exchange {
    fn read(text: &str) -> Option<Self> {
        let mut r = Reader::new(text);
        let mut exchange = Self {
            id: String::new(),
            protocol: String::new(),
            provider: String::new(),
            is_good: false,
            request: String::new(),
            body: String::new(),
        };
        let mut fields = r.object().ok()?;
        while let Some(key) = fields.key(&mut r).ok()? {
            let place = match &*key {
                "id" => &mut exchange.id,
                "protocol" => &mut exchange.protocol,
                "provider" => &mut exchange.provider,
                "body_text" => &mut exchange.body,
                "request" => {
                    exchange.request = r.raw().ok()?.into();
                    continue;
                }
                "kind" => {
                    exchange.is_good = r.opt_string().ok()?.as_deref() == Some("ok");
                    continue;
                }
                _ => {
                    r.skip().ok()?;
                    continue;
                }
            };
            *place = r.opt_string().ok()?.unwrap_or_default().into();
        }
        Some(exchange)
    }
}

/// The recordings, or nothing and a word about it.
pub(super) fn exchanges() -> Vec<Exchange> {
    let Ok(folder) = std::env::var("TOKENWIRE_CORPUS") else {
        println!("skipped: TOKENWIRE_CORPUS names no folder of recordings");
        return Vec::new();
    };
    let mut exchanges = Vec::new();
    for repository in std::fs::read_dir(folder).expect("the folder can be read").flatten() {
        let Ok(files) = std::fs::read_dir(repository.path()) else { continue };
        for file in files.flatten() {
            let text = std::fs::read_to_string(file.path()).expect("a text");
            exchanges.extend(Exchange::read(&text));
        }
    }
    exchanges.sort_by(|a, b| a.id.cmp(&b.id));
    exchanges
}
