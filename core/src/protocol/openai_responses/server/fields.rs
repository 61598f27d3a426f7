//! Values of a request, typed. `null` is absence everywhere.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{Kind, Number, RawJson, Reader};
use crate::map::Map;
use crate::model::{Extension, Loss, LossAction};
use crate::protocol::fault::{Fault, Read};
use crate::protocol::openai_responses::names::WIRE;

fn expect(r: &mut Reader<'_>, kind: Kind, what: &str) -> Read<()> {
    match r.kind()? {
        found if found == kind => Ok(()),
        found => Err(Fault::unlike(what, found)),
    }
}

pub(super) fn string<'a>(r: &mut Reader<'a>) -> Read<Cow<'a, str>> {
    expect(r, Kind::String, "a string")?;
    Ok(r.string()?)
}

pub(super) fn flag(r: &mut Reader<'_>) -> Read<bool> {
    expect(r, Kind::Bool, "true or false")?;
    Ok(r.opt_bool()? == Some(true))
}

pub(super) fn number(r: &mut Reader<'_>) -> Read<Number> {
    expect(r, Kind::Number, "a number")?;
    Ok(Number::parse(r.raw()?)?)
}

pub(super) fn count(r: &mut Reader<'_>) -> Read<u64> {
    const EXPECTED: &str = "a whole number";
    expect(r, Kind::Number, EXPECTED)?;
    let raw = r.raw()?;
    let count = Reader::new(raw).opt_u64()?;
    count.ok_or_else(|| Fault::new(alloc::format!("expected {EXPECTED}, found {raw}")))
}

/// Reads each field of an object that is not `null`.
pub(super) fn each_field<'a>(
    r: &mut Reader<'a>,
    mut read: impl FnMut(&Cow<'a, str>, &mut Reader<'a>) -> Read<()>,
) -> Read<()> {
    expect(r, Kind::Object, "an object")?;
    let mut object = r.object()?;
    while let Some(key) = object.key(r)? {
        if !r.null() {
            read(&key, r).map_err(|fault| fault.inside(&key))?;
        }
    }
    Ok(())
}

/// Reads each element of an array.
pub(super) fn each_element<'a>(
    r: &mut Reader<'a>,
    mut read: impl FnMut(usize, &mut Reader<'a>) -> Read<()>,
) -> Read<()> {
    expect(r, Kind::Array, "an array")?;
    let mut list = r.array()?;
    let mut at = 0;
    while list.element(r)? {
        read(at, r).map_err(|fault| fault.inside(format_args!("[{at}]")))?;
        at += 1;
    }
    Ok(())
}

/// The elements of an array, JSON text; none where `raw` is no array.
pub(super) fn elements(raw: &str) -> Vec<&str> {
    let mut list = Vec::new();
    // The text was validated, so nothing can fail; where it did, the rest would be missing.
    let _ = each_element(&mut Reader::new(raw), |_, r| {
        list.push(r.raw()?);
        Ok(())
    });
    list
}

/// The fields of an object that are not `null`, JSON text. Each is taken where it is understood; what
/// is left has no word.
pub(super) struct Object<'a> {
    start: Reader<'a>,
    fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Object<'a> {
    /// Reads the next value, which must be an object. Where a key repeats, the last value counts.
    pub(super) fn read(r: &mut Reader<'a>) -> Read<Self> {
        let start = r.clone();
        let mut fields = Vec::new();
        each_field(r, |key, r| {
            fields.push((key.clone(), r.raw()?));
            Ok(())
        })?;
        keep_last(&mut fields);
        Ok(Self { start, fields })
    }

    /// The whole object, as it stands.
    pub(super) fn whole(&self) -> RawJson {
        RawJson::trusted(self.start.clone().raw().unwrap_or("{}"))
    }

    /// Takes a field out.
    pub(super) fn take(&mut self, name: &str) -> Option<&'a str> {
        let at = self.fields.iter().position(|(key, _)| key == name)?;
        Some(self.fields.remove(at).1)
    }

    /// Whether there is a field `name`, of that kind.
    pub(super) fn has(&self, name: &str, kind: Kind) -> bool {
        self.get(name).is_some_and(|raw| Reader::new(raw).kind() == Ok(kind))
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.fields.iter().find(|(key, _)| key == name).map(|(_, raw)| *raw)
    }

    /// Takes a field out and reads it.
    pub(super) fn read_field<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Reader<'a>) -> Read<T>,
    ) -> Read<Option<T>> {
        let Some(raw) = self.take(name) else { return Ok(None) };
        read(&mut Reader::new(raw)).map(Some).map_err(|fault| fault.inside(name))
    }

    pub(super) fn string(&mut self, name: &str) -> Read<Option<Cow<'a, str>>> {
        self.read_field(name, string)
    }

    /// Takes a string out, which must be there.
    pub(super) fn demand(&mut self, name: &str) -> Read<String> {
        match self.string(name)? {
            Some(text) => Ok(text.into_owned()),
            None => Err(Fault::missing(name, "a string")),
        }
    }

    /// The type, if it is stated, taken out.
    pub(super) fn kind(&mut self) -> Read<Option<Cow<'a, str>>> {
        self.string("type")
    }

    /// What was not taken.
    pub(super) fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, &'a str)> {
        self.fields.into_iter()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// What was not taken, as extensions.
    pub(super) fn extensions(self) -> Vec<Extension> {
        self.rest().map(|(name, raw)| Extension::new(WIRE, name, RawJson::trusted(raw))).collect()
    }
}

/// Fewer fields than are sorted to find those that stand twice.
const FEW: usize = 32;

/// Leaves each key's last value.
fn keep_last(fields: &mut Vec<(Cow<'_, str>, &str)>) {
    let stands_before = |at: usize| fields[..at].iter().any(|(key, _)| *key == fields[at].0);
    if fields.len() < FEW && !(0..fields.len()).any(stands_before) {
        return;
    }
    let mut last = Map::new();
    for (at, (key, _)) in fields.iter().enumerate() {
        last.insert(&**key, at);
    }
    if last.len() == fields.len() {
        return;
    }
    let mut kept: Vec<usize> = last.into_values().collect();
    kept.sort_unstable();
    let (mut at, mut kept) = (0.., kept.into_iter().peekable());
    fields.retain(|_| kept.next_if_eq(&at.next().unwrap_or_default()).is_some());
}

/// A field of the request that only this wire knows, below `prefix`. Dots lead into objects there, so
/// a name that holds some itself has no place.
pub(super) fn extend(
    extensions: &mut Vec<Extension>,
    losses: &mut Vec<Loss>,
    prefix: &str,
    name: &str,
    value: &str,
) {
    let path = alloc::format!("{prefix}{name}");
    if name.contains('.') {
        losses.push(Loss::new(LossAction::Dropped, path, "an extension's name holds no dots"));
    } else {
        extensions.push(Extension::new(WIRE, path, RawJson::trusted(value)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_gives_its_fields_once() {
        let mut object =
            Object::read(&mut Reader::new(r#"{"a":1,"b":null,"a":"x","c":[]}"#)).expect("an object");
        assert_eq!(object.string("a").ok().flatten().as_deref(), Some("x"));
        assert_eq!((object.take("a"), object.take("b")), (None, None));
        assert_eq!(object.whole().as_str(), r#"{"a":1,"b":null,"a":"x","c":[]}"#);
        assert_eq!(object.rest().collect::<Vec<_>>(), [(Cow::Borrowed("c"), "[]")]);
    }

    #[test]
    fn many_keys_are_not_compared_with_each_other() {
        use core::fmt::Write as _;
        let mut json = String::from("{\"k0\":0");
        for key in 0..200_000 {
            write!(json, ",\"k{key}\":{key}").expect("room");
        }
        json.push_str(",\"k1\":\"last\"}");
        let object = Object::read(&mut Reader::new(&json)).expect("an object");
        let fields: Vec<_> = object.rest().collect();
        assert_eq!(fields.len(), 200_000);
        assert_eq!((fields[0].1, fields[199_999].1), ("0", "\"last\""));
    }
}
