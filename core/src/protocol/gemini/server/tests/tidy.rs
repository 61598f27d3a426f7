//! Bodies without the differences that decoding a request makes on purpose.

use alloc::string::String;
use alloc::vec::Vec;

use super::json::Json;

/// Leaves out nulls, empty lists of names and contents that say nothing, and joins neighbours of one role.
pub(super) fn tidy(body: &str) -> Json {
    let mut body = Json::parse(body);
    drop_nulls(&mut body);
    if let Json::Object(fields) = &mut body
        && let Some(Json::Array(contents)) = fields.get_mut("contents")
    {
        *contents = tidy_contents(core::mem::take(contents));
    }
    body
}

fn drop_nulls(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            let is_nothing = |name: &str, value: &Json| {
                *value == Json::Other("null".into())
                    || (name == "allowedFunctionNames" && *value == Json::Array(Vec::new()))
            };
            fields.retain(|name, value| !is_nothing(name, value));
            fields.values_mut().for_each(drop_nulls);
        }
        Json::Array(list) => list.iter_mut().for_each(drop_nulls),
        Json::String(_) | Json::Number(_) | Json::Other(_) => {}
    }
}

fn tidy_contents(contents: Vec<Json>) -> Vec<Json> {
    let mut tidied: Vec<Json> = Vec::new();
    for mut content in contents {
        let role = String::from(content.text("role").unwrap_or_default());
        let Json::Object(fields) = &mut content else { continue };
        let Some(Json::Array(parts)) = fields.get_mut("parts") else { continue };
        if role == "model" {
            parts.retain(|part| !is_blank(part));
        }
        let mut parts = core::mem::take(parts);
        if parts.is_empty() && fields.len() == 2 {
            continue;
        }
        match tidied.last_mut() {
            Some(last) if last.text("role") == Some(&role) => {
                let Json::Object(known) = last else { continue };
                if let Some(Json::Array(known)) = known.get_mut("parts") {
                    known.append(&mut parts);
                }
                for (name, value) in fields.iter() {
                    known.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
            _ => {
                fields.insert("parts".into(), Json::Array(parts));
                tidied.push(content);
            }
        }
    }
    tidied
}

/// Whether a part of the model says nothing.
fn is_blank(part: &Json) -> bool {
    let Json::Object(fields) = part else { return false };
    part.text("text") == Some("") && fields.keys().all(|name| name == "text" || name == "thought")
}
