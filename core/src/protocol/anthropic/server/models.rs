//! The list of models, and the answer to a count of tokens.

use alloc::string::String;

use super::stop::opt_string;
use crate::json::Writer;
use crate::protocol::answer::ModelEntry;

/// The body for `GET /v1/models`: all models in one page.
pub(in crate::protocol) fn list(models: &[ModelEntry]) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("data").array(|w| models.iter().for_each(|model| entry(w, model)));
        opt_string(w, "first_id", models.first().map(|m| m.id.as_str()));
        opt_string(w, "last_id", models.last().map(|m| m.id.as_str()));
        w.key("has_more").bool(false);
    });
    w.finish()
}

fn entry(w: &mut Writer, model: &ModelEntry) {
    w.object(|w| {
        w.key("type").string("model");
        w.key("id").string(&model.id);
        w.key("display_name").string(&model.id);
        w.key("created_at").string(&rfc3339(model.created));
        for (name, value) in [("max_input_tokens", model.context), ("max_tokens", model.max_output)] {
            match value {
                Some(value) => w.key(name).u64(value),
                None => w.key(name).null(),
            }
        }
        w.key("lifecycle").string("active");
        for name in ["capabilities", "deprecated_at", "line", "retires_at"] {
            w.key(name).null();
        }
    });
}

/// The body for `POST /v1/messages/count_tokens`.
pub(in crate::protocol) fn count(tokens: u64) -> String {
    let mut w = Writer::new();
    w.object(|w| w.key("input_tokens").u64(tokens));
    w.finish()
}

/// A time as RFC 3339 in UTC. Days become a date by counting in eras of 400 years that begin in
/// March, so that a leap day ends its year.
fn rfc3339(seconds: u64) -> String {
    const DAYS_TO_1970: u64 = 719_468;
    let (days, second) = (seconds / 86_400 + DAYS_TO_1970, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, next_year) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + next_year;
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    alloc::format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::parse_rfc3339;

    #[test]
    fn times_read_back() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), expected);
            assert!(parse_rfc3339(expected).is_some());
        }
    }

    #[test]
    fn a_list_is_one_page() {
        let model = |id: &str| ModelEntry {
            id: id.into(),
            vendor: "v".into(),
            created: 0,
            context: Some(200_000),
            max_output: None,
        };
        let text = list(&[model("a"), model("b")]);
        assert!(text.starts_with(r#"{"data":[{"type":"model","id":"a","display_name":"a","created_at":"1970-01-01T00:00:00Z","max_input_tokens":200000,"max_tokens":null,"#), "{text}");
        assert!(text.ends_with(r#"],"first_id":"a","last_id":"b","has_more":false}"#), "{text}");
        assert_eq!(list(&[]), r#"{"data":[],"first_id":null,"last_id":null,"has_more":false}"#);
        assert_eq!(count(7), r#"{"input_tokens":7}"#);
    }
}
