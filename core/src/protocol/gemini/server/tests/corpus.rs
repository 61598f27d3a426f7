//! Recorded exchanges, where there is a folder of them.

extern crate std;

use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;
use super::{asked, encoded};

/// The recorded exchanges of `protocol` as texts; none where `TOKENWIRE_CORPUS` names no folder.
fn exchanges(protocol: &str) -> Vec<(String, Json)> {
    let Ok(folder) = std::env::var("TOKENWIRE_CORPUS") else {
        std::println!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return Vec::new();
    };
    let mut found = Vec::new();
    for repository in std::fs::read_dir(folder).expect("a folder").flatten() {
        let Ok(files) = std::fs::read_dir(repository.path()) else { continue };
        for file in files.flatten() {
            let text = std::fs::read_to_string(file.path()).expect("text");
            let exchange = Json::parse(&text);
            if exchange.text("protocol") == Some(protocol) {
                found.push((text, exchange));
            }
        }
    }
    found
}
