//! One object of a request, its fields raw: each is taken where it is understood, and what is left
//! are extensions.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::typed::{self, Path, Read, string, syntax};
use crate::json::{RawJson, Reader};
use crate::model::{Extension, Loss, LossAction, Wire};

pub(super) struct Object<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Object<'a> {
    pub(super) fn read(r: &mut Reader<'a>, path: &Path<'_>) -> Read<Self> {
        let mut list = Vec::new();
        let mut scope = typed::object(r, path)?;
        while let Some(key) = scope.key(r).map_err(syntax)? {
            list.push((key, r.raw().map_err(syntax)?));
        }
        Ok(Self(list))
    }

    /// Takes a field out; `None` where it is missing or `null`. Where it stands twice, the last counts.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a str> {
        let mut found = None;
        self.0.retain(|(key, raw)| {
            let is_it = key == name;
            if is_it {
                found = Some(*raw);
            }
            !is_it
        });
        found.filter(|raw| *raw != "null")
    }

    /// Takes a field that must be a string.
    pub(super) fn text(&mut self, name: &str, path: &Path<'_>) -> Read<Option<Cow<'a, str>>> {
        match self.take(name) {
            Some(raw) => string(&mut Reader::new(raw), &path.field(name)),
            None => Ok(None),
        }
    }

    /// Puts a field back that was not understood after all.
    pub(super) fn put_back(&mut self, name: &'static str, raw: &'a str) {
        self.0.push((Cow::Borrowed(name), raw));
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, raw)| key == name && *raw != "null")
    }

    pub(super) fn is_string(&self, name: &str) -> bool {
        self.0.iter().any(|(key, raw)| key == name && raw.starts_with('"'))
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left, under `prefix`, as extensions.
    pub(super) fn extend(
        self,
        prefix: &str,
        extensions: &mut Vec<Extension>,
        losses: &mut Vec<Loss>,
        path: &Path<'_>,
    ) {
        for (name, raw) in self.0 {
            extend(prefix, &name, raw, extensions, losses, path);
        }
    }
}

/// Keeps one field as an extension, unless it is `null`. Dots lead into objects there, so a name that
/// holds some itself has no place.
pub(super) fn extend(
    prefix: &str,
    name: &str,
    raw: &str,
    extensions: &mut Vec<Extension>,
    losses: &mut Vec<Loss>,
    path: &Path<'_>,
) {
    if raw == "null" {
        return;
    }
    if name.contains('.') {
        let why = "an extension's name holds no dots";
        losses.push(Loss::new(LossAction::Dropped, alloc::format!("{}", path.field(name)), why));
        return;
    }
    let name = alloc::format!("{prefix}{name}");
    extensions.push(Extension::new(Wire::OpenaiChat, name, RawJson::trusted(raw)));
}

/// Reads an object that is understood whole or not at all: `field` gives `None` for what it does not
/// know. Fields that are `null` do not count.
pub(super) fn understood<'a>(
    raw: &'a str,
    mut field: impl FnMut(&str, &mut Reader<'a>) -> Option<()>,
) -> Option<()> {
    let mut r = Reader::new(raw);
    let mut scope = r.object().ok()?;
    while let Some(key) = scope.key(&mut r).ok()? {
        if r.null() {
            continue;
        }
        field(&key, &mut r)?;
    }
    Some(())
}

/// The elements of an array, raw; none where the text is no array.
pub(super) fn elements_of(raw: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut r = Reader::new(raw);
    let Ok(Some(mut elements)) = r.opt_array() else { return list };
    while let Ok(true) = elements.element(&mut r) {
        let Ok(element) = r.raw() else { break };
        list.push(element);
    }
    list
}
