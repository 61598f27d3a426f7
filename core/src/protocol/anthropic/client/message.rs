//! Message objects: what a whole response is and a stream begins with.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::json::{self, Reader};
use crate::model::Finish;
use crate::protocol::anthropic::finish;

/// A message object. JSON text where the type is `&str`.
#[derive(Default)]
pub(super) struct Message<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) model: Option<Cow<'a, str>>,
    pub(super) content: Option<&'a str>,
    pub(super) usage: Option<&'a str>,
    pub(super) stop: Stop<'a>,
    pub(super) extras: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Message<'a> {
    /// Reads the next value as a message.
    pub(super) fn read(r: &mut Reader<'a>) -> Result<Self, json::Error> {
        let mut message = Self::default();
        let Some(mut fields) = r.opt_object()? else { return Ok(message) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "id" => message.id = r.opt_string()?,
                "model" => message.model = r.opt_string()?,
                "content" => message.content = Some(r.raw()?),
                "usage" => message.usage = Some(r.raw()?),
                "role" | "type" => r.skip()?,
                _ => message.stop.read_field(key, r, &mut message.extras)?,
            }
        }
        Ok(message)
    }
}

/// Why a message ended, in its fields' words.
#[derive(Default)]
pub(super) struct Stop<'a> {
    reason: Option<Cow<'a, str>>,
    sequence: Option<Cow<'a, str>>,
    details: Option<&'a str>,
}

impl<'a> Stop<'a> {
    /// Reads the field `key`; what is not about the end, and not null, goes to `extras`.
    pub(super) fn read_field(
        &mut self,
        key: Cow<'a, str>,
        r: &mut Reader<'a>,
        extras: &mut Vec<(Cow<'a, str>, &'a str)>,
    ) -> Result<(), json::Error> {
        match &*key {
            "stop_reason" => self.reason = r.opt_text()?,
            "stop_sequence" => self.sequence = r.opt_string()?,
            name => {
                let is_details = name == "stop_details";
                let raw = r.raw()?;
                if raw == "null" {
                    return Ok(());
                }
                if is_details {
                    self.details = Some(raw);
                }
                extras.push((key, raw));
            }
        }
        Ok(())
    }

    /// The finish that these fields state, and the words of a refusal.
    pub(super) fn finish(self, has_tool_calls: bool) -> Result<Option<Stated<'a>>, json::Error> {
        let Some(raw) = self.reason else { return Ok(None) };
        let (mut explanation, mut category) = (None, None);
        let mut r = Reader::new(self.details.unwrap_or("null"));
        if let Some(mut fields) = r.opt_object()? {
            while let Some(key) = fields.key(&mut r)? {
                match &*key {
                    "category" => category = r.opt_string()?,
                    "explanation" => explanation = r.opt_string()?.filter(|text| !text.is_empty()),
                    _ => r.skip()?,
                }
            }
        }
        let detail = self.sequence.or_else(|| explanation.clone()).or(category);
        let finish = Finish {
            reason: finish::reason(&raw, has_tool_calls),
            raw: Some(raw.into_owned()),
            detail: detail.map(Cow::into_owned),
        };
        Ok(Some((finish, explanation)))
    }
}

/// A finish and the words of a refusal.
type Stated<'a> = (Finish, Option<Cow<'a, str>>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_is_the_sequence_or_the_refusal() {
        for (fields, expected) in [
            (r#"{"stop_reason":"stop_sequence","stop_sequence":"END"}"#, Some("END")),
            (r#"{"stop_reason":"refusal","stop_details":{"category":"bio","explanation":"No"}}"#, Some("No")),
            (
                r#"{"stop_reason":"refusal","stop_details":{"category":"bio","explanation":null}}"#,
                Some("bio"),
            ),
            (r#"{"stop_reason":"end_turn","stop_details":null}"#, None),
        ] {
            let message = Message::read(&mut Reader::new(fields)).expect(fields);
            let (finish, _) = message.stop.finish(false).expect(fields).expect(fields);
            assert_eq!(finish.detail.as_deref(), expected, "{fields}");
        }
    }
}
