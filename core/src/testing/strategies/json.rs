//! JSON as peers spell it: any key order, any number, any escapes, white space anywhere.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;

use super::text;
use crate::json::{Number, RawJson};

/// Any JSON text, white space around it included.
pub fn json_text() -> impl Strategy<Value = String> {
    (space(), value(), space()).prop_map(|(before, value, after)| format!("{before}{value}{after}"))
}

/// Any JSON value.
pub fn raw_json() -> impl Strategy<Value = RawJson> {
    value().prop_map(|text| RawJson::parse(&text).expect("the strategy spells JSON"))
}

/// Any JSON object; keys may repeat and stand in any order.
pub fn json_object() -> impl Strategy<Value = RawJson> {
    object(value()).prop_map(|text| RawJson::parse(&text).expect("the strategy spells JSON"))
}

/// Any JSON number: long, tiny, huge, with an exponent, with zeros that a parser would drop.
pub fn number() -> impl Strategy<Value = Number> {
    number_text().prop_map(|text| Number::parse(&text).expect("the strategy spells numbers"))
}

fn number_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => any::<i64>().prop_map(|n| n.to_string()),
        2 => (any::<i32>(), any::<u32>()).prop_map(|(whole, rest)| format!("{whole}.{rest}00")),
        2 => (any::<i16>(), any::<i16>(), prop::sample::select(&["e", "E"][..]))
            .prop_map(|(n, exponent, e)| format!("{n}{e}{exponent}")),
        1 => prop::sample::select(&["0", "-0", "0.0", "1E+400", "5e-324", "9007199254740993"][..])
            .prop_map(String::from),
        1 => vec(prop::char::range('1', '9'), 1..40).prop_map(|digits| digits.into_iter().collect()),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop_oneof![5 => Just(""), 1 => Just(" "), 1 => Just("\n\t "), 1 => Just("\r\n")]
}

/// A string, each character as it is or escaped.
fn string() -> impl Strategy<Value = String> {
    let broken = prop_oneof![20 => Just(""), 1 => Just("\\ud83d")];
    (text(), any::<u64>(), broken).prop_map(|(text, escaped, broken)| {
        let mut spelled = String::from("\"");
        for (at, c) in text.chars().enumerate() {
            spell(&mut spelled, c, escaped >> (at % 64) & 1 == 1);
        }
        spelled + broken + "\""
    })
}

fn spell(out: &mut String, c: char, escaped: bool) {
    match c {
        '"' | '\\' => out.extend(['\\', c]),
        '\n' if escaped => out.push_str("\\n"),
        '/' if escaped => out.push_str("\\/"),
        '\0'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        _ if escaped => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04X}"));
            }
        }
        _ => out.push(c),
    }
}

fn value() -> impl Strategy<Value = String> + Clone {
    let leaf = prop_oneof![
        prop::sample::select(&["null", "true", "false", "\"\"", "{}", "[]"][..]).prop_map(String::from),
        number_text(),
        string(),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| prop_oneof![array(inner.clone()), object(inner)])
}

fn array(element: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (vec(element, 0..4), space())
        .prop_map(|(elements, space)| format!("[{space}{}{space}]", elements.join(&format!("{space},"))))
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (vec((string(), value), 0..4), space()).prop_map(|(fields, space)| {
        let fields: Vec<String> =
            fields.into_iter().map(|(key, value)| format!("{key}{space}:{space}{value}")).collect();
        format!("{{{space}{}{space}}}", fields.join(&format!("{space},")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Kind;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn every_text_is_one_value(text in json_text()) {
            let raw = RawJson::parse(&text).expect("JSON");
            prop_assert_eq!(raw.as_str(), text.trim_matches([' ', '\n', '\r', '\t']));
        }

        #[test]
        fn every_object_is_one(object in json_object(), number in number()) {
            prop_assert_eq!(object.kind(), Kind::Object);
            prop_assert!(number.as_str().parse::<f64>().is_ok());
        }
    }
}
