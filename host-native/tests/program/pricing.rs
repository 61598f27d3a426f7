//! `tokenwire pricing check`.

use crate::setup::{Folder, Ran, bare, finish};

fn check(arguments: &[&str]) -> Ran {
    finish(bare(&["pricing", "check"]).args(arguments))
}

/// A table of 2026-11-10 with a price that changes and one whose promise ends.
const TABLE: &str = r#"{"format":"pricing/1","providers":{"house":{"as_of":"2026-11-10","models":[
    {"id":"m","rates":[{"prices":{"input":"1"}},{"from":"2026-12-01","prices":{"input":"2"}}]},
    {"id":"n","rates":[{"prices":{"input":"1"}}],"review_after":"2026-12-24"}]}}}"#;

#[test]
fn the_ninetieth_day_passes_and_the_next_one_fails() {
    let folder = Folder::new("pricing-age");
    let table = folder.file("house.json", TABLE);
    for (today, code, line) in [
        ("2026-11-11", 0, "house: prices of 2026-11-10, 1 day old"),
        ("2027-02-08", 0, "house: prices of 2026-11-10, 90 days old"),
        ("2027-02-09", 1, "house: prices of 2026-11-10, 91 days old: too old"),
    ] {
        let ran = check(&["--max-age", "90d", "--today", today, "--prices", &table]);
        assert!(ran.stdout.lines().any(|found| found == line), "{today}: {ran:?}");
        let house_is_old = ran.stdout.lines().any(|l| l.starts_with("house") && l.ends_with("too old"));
        assert_eq!(house_is_old, code == 1, "{today}: {ran:?}");
        // The embedded tables are refreshed, so they may be younger, never older.
        assert_eq!(ran.code, code, "{today}: {ran:?}");
        assert_eq!(ran.stderr.is_empty(), code == 0, "{today}: {ran:?}");
    }
}

#[test]
fn the_limit_is_an_option_and_ninety_days_unless_told() {
    let folder = Folder::new("pricing-limit");
    let table = folder.file("house.json", TABLE);
    let code = |limit: &[&str]| check(&[&["--today", "2027-02-09", "--prices", &table], limit].concat()).code;
    assert_eq!([code(&[]), code(&["--max-age", "91d"]), code(&["--max-age", "2184h"])], [1, 0, 0]);
    for bad in [&["--max-age", "90"][..], &["--max-age", "36h"], &["--today", "2026-02-30"]] {
        assert_eq!(check(bad).code, 2, "{bad:?}");
    }
}

#[test]
fn prices_that_turn_soon_are_warned_of_and_pass() {
    let folder = Folder::new("pricing-soon");
    let table = folder.file("house.json", TABLE);
    let warnings = |today: &str, soon: &str| {
        let ran = check(&["--today", today, "--soon", soon, "--prices", &table]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let lines = ran.stdout.lines().filter_map(|line| line.strip_prefix("warning: house/"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let change = "m: the price changes on 2026-12-01, in 5 days".to_owned();
    let promise = "n: the price was promised until 2026-12-24, in 28 days".to_owned();
    assert_eq!(warnings("2026-11-26", "30d"), [change.clone(), promise]);
    assert_eq!(warnings("2026-11-26", "5d"), [change]);
    assert_eq!(warnings("2026-11-26", "4d"), [""; 0]);
    assert_eq!(warnings("2026-12-25", "4d"), ["n: the price was promised until 2026-12-24, 1 day ago"]);
}

#[test]
fn every_embedded_list_is_named() {
    let ran = check(&["--today", "2026-11-26"]);
    for provider in ["openai", "anthropic", "google", "x-ai", "cohere"] {
        let start = format!("{provider}: prices of 20");
        assert!(ran.stdout.lines().any(|line| line.starts_with(&start)), "{provider}: {ran:?}");
    }
}
