//! JSON without the white space between its tokens.

use alloc::borrow::Cow;
use alloc::string::String;

/// The value without white space outside of strings; borrowed where there is none.
///
/// `json` should be valid: what a reader has passed. Strings and numbers keep their spelling.
pub fn compact(json: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut done = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (at, b) in json.bytes().enumerate() {
        if in_string {
            match b {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
        } else if b == b'"' {
            in_string = true;
        } else if b <= b' ' {
            out.push_str(&json[done..at]);
            done = at + 1;
        }
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    out.push_str(&json[done..]);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_goes_only_between_tokens() {
        let text = "{ \"a b\" : [ 1.0 ,\n\t\"c \\\" d\\\\\" ] }";
        assert_eq!(compact(text), r#"{"a b":[1.0,"c \" d\\"]}"#);
        assert!(matches!(compact(r#"{"a":" "}"#), Cow::Borrowed(_)));
    }
}
