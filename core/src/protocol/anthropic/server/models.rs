//! The list of models, and the answer to a count of tokens.

use alloc::string::String;

use super::stop::opt_string;
use crate::date::rfc3339;
use crate::json::Writer;
use crate::protocol::answer::ModelEntry;
use crate::time::UnixTime;

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
    let time = UnixTime::from_millis(model.created.saturating_mul(1000));
    w.object(|w| {
        w.key("type").string("model");
        w.key("id").string(&model.id);
        w.key("display_name").string(&model.id);
        w.key("created_at").string(&rfc3339(time));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_one_page() {
        let model = |id: &str| ModelEntry {
            id: id.into(),
            vendor: "v".into(),
            created: 951_782_400,
            context: Some(200_000),
            max_output: None,
        };
        let text = list(&[model("a"), model("b")]);
        assert!(text.starts_with(r#"{"data":[{"type":"model","id":"a","display_name":"a","created_at":"2000-02-29T00:00:00Z","max_input_tokens":200000,"max_tokens":null,"#), "{text}");
        assert!(text.ends_with(r#"],"first_id":"a","last_id":"b","has_more":false}"#), "{text}");
        assert_eq!(list(&[]), r#"{"data":[],"first_id":null,"last_id":null,"has_more":false}"#);
        assert_eq!(count(7), r#"{"input_tokens":7}"#);
    }
}
