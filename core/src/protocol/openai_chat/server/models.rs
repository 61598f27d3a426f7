//! The list of models.

use alloc::string::String;

use crate::json::Writer;
use crate::protocol::ModelEntry;

/// The body of `GET /v1/models`. The wire does not say how much a model reads or writes.
pub(in crate::protocol) fn list(models: &[ModelEntry]) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("object").string("list");
        w.key("data").array(|w| models.iter().for_each(|model| entry(model, w)));
    });
    w.finish()
}

fn entry(model: &ModelEntry, w: &mut Writer) {
    w.object(|w| {
        w.key("id").string(&model.id);
        w.key("object").string("model");
        w.key("created").u64(model.created);
        w.key("owned_by").string(&model.vendor);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_listed_in_order() {
        let model = |id: &str| ModelEntry {
            id: id.into(),
            vendor: "v".into(),
            created: 7,
            context: Some(1),
            max_output: None,
        };
        assert_eq!(
            list(&[model("a"), model("b\"")]),
            concat!(
                r#"{"object":"list","data":[{"id":"a","object":"model","created":7,"owned_by":"v"},"#,
                r#"{"id":"b\"","object":"model","created":7,"owned_by":"v"}]}"#
            )
        );
        assert_eq!(list(&[]), r#"{"object":"list","data":[]}"#);
    }
}
