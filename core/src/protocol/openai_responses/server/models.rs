//! The list of models, and the count of a request's tokens.

use alloc::string::String;

use crate::json::Writer;
use crate::protocol::ModelEntry;

/// The body of a list of models.
pub(in crate::protocol) fn list(models: &[ModelEntry]) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("object").string("list");
        w.key("data").array(|w| {
            for model in models {
                w.object(|w| {
                    w.key("id").string(&model.id);
                    w.key("object").string("model");
                    w.key("created").u64(model.created);
                    w.key("owned_by").string(&model.vendor);
                });
            }
        });
    });
    w.finish()
}

/// The body that states how many tokens a request's input has.
pub(in crate::protocol) fn count(tokens: u64) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("object").string("response.input_tokens");
        w.key("input_tokens").u64(tokens);
    });
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_listed_as_the_wire_lists_them() {
        let model =
            ModelEntry { id: "m".into(), vendor: "v".into(), created: 7, context: Some(1), max_output: None };
        let expected = r#"{"object":"list","data":[{"id":"m","object":"model","created":7,"owned_by":"v"}]}"#;
        assert_eq!(list(&[model]), expected);
        assert_eq!(list(&[]), r#"{"object":"list","data":[]}"#);
        assert_eq!(count(9), r#"{"object":"response.input_tokens","input_tokens":9}"#);
    }
}
