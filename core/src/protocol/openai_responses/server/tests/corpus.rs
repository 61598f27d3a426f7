//! Recorded exchanges, where a folder of them is named.

use super::std::path::Path;
use super::std::{env, fs, println};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::json::Reader;

/// What of a recorded exchange is looked at here.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) id: String,
    pub(super) protocol: String,
    pub(super) provider: String,
    pub(super) path: String,
    pub(super) request: Option<String>,
    pub(super) body: Vec<u8>,
    pub(super) is_ok: bool,
    pub(super) is_stream: bool,
}

impl Exchange {
    fn read(text: &str) -> Self {
        let mut exchange = Self::default();
        let r = &mut Reader::new(text);
        let mut fields = r.object().expect("an exchange is an object");
        while let Some(key) = fields.key(r).expect("JSON") {
            let raw = r.raw().expect("JSON");
            let text = || Reader::new(raw).opt_string().ok().flatten().unwrap_or_default().into_owned();
            match &*key {
                "id" => exchange.id = text(),
                "protocol" => exchange.protocol = text(),
                "provider" => exchange.provider = text(),
                "url_path" => exchange.path = text(),
                "request" => exchange.request = (raw != "null").then(|| raw.to_string()),
                "body_text" if raw != "null" => exchange.body = text().into_bytes(),
                "body_base64" if raw != "null" => exchange.body = STANDARD.decode(text()).expect("base64"),
                "kind" => exchange.is_ok = text() == "ok",
                "stream" => exchange.is_stream = raw == "true",
                _ => {}
            }
        }
        exchange
    }
}

/// The exchanges of the protocols that are asked for, in the order of their files.
pub(super) fn exchanges(is_wanted: impl Fn(&str) -> bool) -> Vec<Exchange> {
    let Some(folder) = env::var_os("TOKENWIRE_CORPUS") else { return Vec::new() };
    let mut files = Vec::new();
    for repository in fs::read_dir(Path::new(&folder)).expect("a folder").flatten() {
        let Ok(inside) = fs::read_dir(repository.path()) else { continue };
        files.extend(inside.flatten().map(|file| file.path()));
    }
    files.sort();
    let read = |path: &_| Exchange::read(&fs::read_to_string(path).expect("an exchange"));
    files.iter().map(read).filter(|exchange| is_wanted(&exchange.protocol)).collect()
}

/// Says how much was looked at.
pub(super) fn tell(count: usize, what: &str) {
    match count {
        0 => println!("skipped: TOKENWIRE_CORPUS names no folder with {what}"),
        _ => println!("{count} {what}"),
    }
}
