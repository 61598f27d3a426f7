//! Translations of a folder, as far as they need no SDK.

use std::path::{Path, PathBuf};

use tokenwire_core::model::Wire;
use tokenwire_tests::run::Options;
use tokenwire_tests::translate::{Exceptions, Pair, exceptions_file, run};

/// A folder of these files below the tests' own directory.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a new folder");
    for (name, text) in files {
        std::fs::write(folder.join(name), text).expect("a new file");
    }
    folder
}

const ASKED: &str = r#"{"id":"asked","protocol":"anthropic_messages","status":200,"stream":false,
    "url_path":"/v1/messages","request":{"model":"m", "max_tokens": 9, "top_k": 3,
    "messages":[{"role":"user","content":"Name a colour."}]},
    "body_text":"{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"Teal.\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":9,\"output_tokens\":4}}"}"#;

#[test]
fn every_pair_is_counted_and_equal_wires_change_no_byte() {
    let folder = folder("translated", &[("asked.json", ASKED)]);
    let report = run(&folder, &Options::default(), &Exceptions::default()).expect("a readable folder");
    for to in Wire::ALL {
        let tally = report.requests[&Pair { from: Wire::Anthropic, to }];
        assert_eq!((tally.good, tally.all), (1, 1), "{to}");
    }
    assert_eq!((report.unchanged.good, report.unchanged.all), (1, 1));
    assert!(report.mismatches.is_empty(), "{:?}", report.mismatches);
    let to_chat = Pair { from: Wire::Anthropic, to: Wire::OpenaiChat };
    assert!(report.request_losses.keys().any(|(pair, loss)| *pair == to_chat && loss.contains("top_k")));
}

#[test]
fn an_unreadable_file_is_a_failure() {
    let folder = folder("untranslatable", &[("cut.json", "{\"id\":\"cut\",\"body_text\":")]);
    let report = run(&folder, &Options::default(), &Exceptions::default()).expect("a readable folder");
    assert_eq!(report.failures(), 1);
}

#[test]
fn the_listed_exceptions_have_reasons() {
    let text = std::fs::read_to_string(exceptions_file()).expect("the list");
    assert!(Exceptions::parse(&text).is_ok());
}
