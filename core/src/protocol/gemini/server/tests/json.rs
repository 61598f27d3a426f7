//! JSON values, to compare texts by what they mean.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Kind, Reader};

/// A value; objects without order, numbers by their value where they are exact.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Json {
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
    String(String),
    Number(f64),
    Other(String),
}

impl Json {
    pub(super) fn parse(text: &str) -> Self {
        Self::read(&mut Reader::new(text))
    }

    fn read(r: &mut Reader<'_>) -> Self {
        match r.kind().expect("JSON") {
            Kind::Array => {
                let mut list = r.array().expect("an array");
                let mut values = Vec::new();
                while list.element(r).expect("JSON") {
                    values.push(Self::read(r));
                }
                Self::Array(values)
            }
            Kind::Object => {
                let mut fields = r.object().expect("an object");
                let mut values = BTreeMap::new();
                while let Some(key) = fields.key(r).expect("JSON") {
                    values.insert(key.into_owned(), Self::read(r));
                }
                Self::Object(values)
            }
            Kind::String => Self::String(r.string().expect("a string").into_owned()),
            Kind::Number => Self::Number(r.raw().expect("a number").parse().expect("a number")),
            Kind::Bool | Kind::Null => Self::Other(r.raw().expect("JSON").into()),
        }
    }

    pub(super) fn get(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, |value, step| match value {
            Self::Object(fields) => fields.get(step),
            Self::Array(list) => list.get(step.parse::<usize>().ok()?),
            _ => None,
        })
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        match self.get(path)? {
            Self::String(text) | Self::Other(text) => Some(text),
            _ => None,
        }
    }
}

/// Where two values differ, and how.
pub(super) fn differences(was: &Json, is: &Json) -> Vec<String> {
    let mut found = Vec::new();
    compare("", Some(was), Some(is), &mut found);
    found
}

fn compare(path: &str, was: Option<&Json>, is: Option<&Json>, found: &mut Vec<String>) {
    match (was, is) {
        (Some(Json::Object(a)), Some(Json::Object(b))) => {
            for name in a.keys().chain(b.keys().filter(|name| !a.contains_key(*name))) {
                compare(&alloc::format!("{path}.{name}"), a.get(name), b.get(name), found);
            }
        }
        (Some(Json::Array(a)), Some(Json::Array(b))) => {
            for at in 0..a.len().max(b.len()) {
                compare(&alloc::format!("{path}[]"), a.get(at), b.get(at), found);
            }
        }
        (was, is) if was != is => found.push(alloc::format!("{path}: {was:?} {is:?}")),
        _ => {}
    }
}
