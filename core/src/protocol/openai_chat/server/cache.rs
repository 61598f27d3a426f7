//! Cache marks, in OpenAI's spelling and in Anthropic's, which many dialects took over.

use alloc::borrow::Cow;

use super::object::{Object, understood};
use crate::json::Reader;
use crate::model::CacheMark;

/// Takes the mark of a part, message or tool, if it has one that is understood whole.
pub(super) fn take(object: &mut Object<'_>) -> Option<CacheMark> {
    for (name, kind) in [("prompt_cache_breakpoint", "explicit"), ("cache_control", "ephemeral")] {
        let Some(raw) = object.take(name) else { continue };
        match mark(raw, kind) {
            Some(mark) => return Some(mark),
            None => object.put_back(name, raw),
        }
    }
    None
}

/// Reads `{mode | type: kind, ttl}`; a mark may leave its kind out.
pub(super) fn mark(raw: &str, kind: &str) -> Option<CacheMark> {
    let mut mark = CacheMark::default();
    understood(raw, |key, r: &mut Reader<'_>| {
        let text = r.opt_string().ok()??;
        match key {
            "mode" | "type" if text == kind => {}
            "ttl" => mark.ttl = Some(Cow::into_owned(text)),
            _ => return None,
        }
        Some(())
    })?;
    Some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_understood_whole_or_not_at_all() {
        let ttl = |ttl: &str| Some(CacheMark { ttl: Some(ttl.into()) });
        assert_eq!(mark(r#"{"mode":"explicit","ttl":"12h"}"#, "explicit"), ttl("12h"));
        assert_eq!(mark(r#"{"type":"ephemeral","ttl":null}"#, "ephemeral"), Some(CacheMark::default()));
        assert_eq!(mark(r#"{"mode":"implicit"}"#, "explicit"), None);
        assert_eq!(mark(r#"{"mode":"explicit","scope":"org"}"#, "explicit"), None);
        assert_eq!(mark(r#"{"mode":"explicit","ttl":30}"#, "explicit"), None);
        assert_eq!(mark("true", "explicit"), None);
    }
}
