//! The list of models, and the answer to a count.

use alloc::format;
use alloc::string::String;

use crate::json::Writer;
use crate::protocol::ModelEntry;

/// What every model of the list can be asked for.
const METHODS: [&str; 3] = ["generateContent", "streamGenerateContent", "countTokens"];

/// The list of models, whole: there is no page after it.
pub(in crate::protocol) fn list(models: &[ModelEntry]) -> String {
    let mut w = Writer::new();
    w.object(|w| w.key("models").array(|w| models.iter().for_each(|model| write(w, model))));
    w.finish()
}

fn write(w: &mut Writer, model: &ModelEntry) {
    w.object(|w| {
        w.key("name").string(&format!("models/{}", model.id));
        w.key("displayName").string(&model.id);
        w.opt_u64("inputTokenLimit", model.context);
        w.opt_u64("outputTokenLimit", model.max_output);
        w.key("supportedGenerationMethods").array(|w| METHODS.iter().for_each(|method| w.string(method)));
    });
}

/// The answer to `countTokens`.
pub(in crate::protocol) fn count(tokens: u64) -> String {
    let mut w = Writer::new();
    w.object(|w| w.key("totalTokens").u64(tokens));
    w.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_that_are_not_known_are_left_out() {
        let model = ModelEntry {
            id: "openai/gpt".into(),
            vendor: "openai".into(),
            created: 0,
            context: Some(9),
            max_output: None,
        };
        assert_eq!(
            list(&[model]),
            concat!(
                r#"{"models":[{"name":"models/openai/gpt","displayName":"openai/gpt","inputTokenLimit":9,"#,
                r#""supportedGenerationMethods":["generateContent","streamGenerateContent","countTokens"]}]}"#
            )
        );
        assert_eq!(list(&[]), r#"{"models":[]}"#);
        assert_eq!(count(7), r#"{"totalTokens":7}"#);
    }
}
