//! Choices, usage and extras of one response, put together chunk by chunk; a whole response is one
//! chunk whose choices hold messages.

use alloc::borrow::{Cow, ToOwned as _};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::choice::{Choice, wild};
use super::error;
use super::extras::Extras;
use super::out::Out;
use crate::failure::ErrorBody;
use crate::json::{self, Kind, Reader, Scope};
use crate::model::{Event, Sink};
use crate::protocol::wire_decoder::{DecodeError, Progress};
use crate::usage::{Completeness, Usage, read_openai_chat};

/// What has come of one response, whole or streamed.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembly {
    id: String,
    model: String,
    choices: Vec<Choice>,
    /// How many parts have opened.
    parts: u32,
    /// Bytes that the choices hold back or remember.
    held: usize,
    pub(super) usage: Usage,
    extras: Extras,
    /// How the last chunk began, up to its choices: most chunks begin alike, and what is the same
    /// has been read.
    prefix: String,
    /// Whether a chunk with choices has come.
    has_begun: bool,
    is_done: bool,
}

/// Longer beginnings of a chunk are not kept to compare with.
const MAX_PREFIX: usize = 1024;

/// What one chunk held.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// `choices`, `usage` or an id: it is a chunk or response, not something else.
    is_chunk: bool,
    has_choices: bool,
    is_delta: bool,
    is_message: bool,
    has_finish: bool,
    /// Fields that nothing but the extras reads, and that were not told yet.
    has_extras: bool,
    /// An error inside it: what came before it stands.
    error: Option<ErrorBody>,
}

impl Seen {
    /// Whether it was a piece of a stream.
    pub(super) const fn is_stream(&self) -> bool {
        self.is_delta && !self.is_message
    }

    /// Whether it was neither a chunk nor a whole response.
    pub(super) const fn is_unknown(&self) -> bool {
        !self.is_chunk
    }
}

impl Assembly {
    /// Whether anything of a response has come.
    pub(super) const fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Takes one JSON object: a chunk, or a whole response.
    #[inline]
    pub(super) fn chunk(&mut self, text: &str, sink: &mut dyn Sink) -> Result<Seen, DecodeError> {
        let mut seen = Seen::default();
        let is_first = !self.has_begun;
        let walked = self.walk(text, &mut seen, sink);
        if let Err(error) = walked {
            return Err(DecodeError::json("a chat completion chunk", error, text));
        }
        if seen.is_chunk && (is_first || seen.has_finish || seen.has_extras || !seen.has_choices) {
            let told = self.extras.tell(text, &self.choices, sink);
            told.map_err(|e| DecodeError::json("a chat completion chunk", e, text))?;
        }
        match seen.error.take() {
            Some(error) => Err(DecodeError::Provider(Box::new(error))),
            None => Ok(seen),
        }
    }

    fn walk(&mut self, text: &str, seen: &mut Seen, sink: &mut dyn Sink) -> Result<(), json::Error> {
        let (mut r, mut fields);
        if let Some(inside) = self.after_prefix(text) {
            (r, fields) = inside;
            self.read_choices(&mut r, seen, sink)?;
        } else {
            r = Reader::new(text);
            let Some(scope) = r.opt_object()? else { return Ok(()) };
            fields = scope;
        }
        // Until the response is open, its id and model go first, wherever they stand.
        let mut waiting = None;
        let (mut is_new_id, mut is_new_model, mut groq_usage, mut has_usage) = (false, false, None, false);
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "choices" if self.has_begun => {
                    if seen.error.is_none() {
                        self.keep_prefix(&text[..r.position()]);
                    }
                    self.read_choices(&mut r, seen, sink)?;
                }
                "choices" => {
                    waiting = Some(r.clone());
                    r.skip()?;
                }
                "id" => {
                    let id = r.opt_text()?;
                    seen.is_chunk |= id.is_some();
                    is_new_id |= note(&mut self.id, id);
                }
                "model" => is_new_model |= note(&mut self.model, r.opt_string()?),
                "object" => {
                    let object = r.opt_string()?;
                    seen.is_delta |= object.as_deref() == Some("chat.completion.chunk");
                }
                "usage" => {
                    if let Some(raw) = r.opt_raw()? {
                        has_usage = true;
                        seen.is_chunk = true;
                        self.read_usage(raw)?;
                    }
                }
                "x_groq" => groq_usage = read_groq(&mut r, seen)?,
                "service_tier" => self.note_tier(r.opt_string()?),
                "error" => {
                    if let Some(raw) = r.opt_raw()? {
                        seen.error = error::read_value(raw);
                    }
                }
                "obfuscation" | "p" => r.skip()?,
                // The envelope repeats itself; the last chunk tells what has changed.
                _ => seen.has_extras |= r.opt_raw()?.is_some() && !self.extras.has_told(&key),
            }
        }
        if let (Some(raw), false) = (groq_usage, has_usage) {
            self.read_usage(raw)?;
        }
        if is_new_id || is_new_model {
            let id = is_new_id.then_some(Cow::Borrowed(self.id.as_str()));
            let model = is_new_model.then_some(Cow::Borrowed(self.model.as_str()));
            sink.event(Event::Start { id, model });
        }
        if let Some(mut r) = waiting {
            self.read_choices(&mut r, seen, sink)?;
            self.has_begun = true;
        }
        Ok(())
    }

    /// The reader behind the prefix that `text` shares with the last chunk.
    #[inline]
    fn after_prefix<'a>(&self, text: &'a str) -> Option<(Reader<'a>, Scope)> {
        (!self.prefix.is_empty() && text.starts_with(self.prefix.as_str()))
            .then(|| Reader::inside_object(text, self.prefix.len()))
    }

    fn keep_prefix(&mut self, prefix: &str) {
        if prefix.len() <= MAX_PREFIX {
            prefix.clone_into(&mut self.prefix);
        }
    }

    #[inline]
    fn read_choices(
        &mut self,
        r: &mut Reader<'_>,
        seen: &mut Seen,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        seen.is_chunk = true;
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        let mut position = 0;
        while list.element(r)? {
            seen.has_choices = true;
            self.read_choice(r, position, seen, sink)?;
            position += 1;
        }
        Ok(())
    }

    #[inline]
    fn read_choice(
        &mut self,
        r: &mut Reader<'_>,
        position: usize,
        seen: &mut Seen,
        sink: &mut dyn Sink,
    ) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        let (mut index, mut has_delta, mut delta, mut message) = (None, false, None, None);
        let (mut text, mut finish, mut logprobs) = (None, None, None);
        while let Some(key) = fields.key(r)? {
            match &*key {
                "index" => index = r.opt_u64()?.map(wild),
                "delta" => match index {
                    Some(index) if r.kind()? == Kind::Object => {
                        has_delta = true;
                        let (choice, mut out) = self.choice(index, sink);
                        seen.has_extras |= choice.delta(r, false, &mut out)?;
                    }
                    _ => delta = r.opt_raw()?,
                },
                "message" => message = r.opt_raw()?,
                "finish_reason" => finish = r.opt_text()?,
                "logprobs" => logprobs = r.opt_raw()?,
                "text" => text = r.opt_string()?,
                "error" => {
                    if let Some(raw) = r.opt_raw()? {
                        seen.error = error::read_value(raw);
                    }
                }
                _ => {
                    seen.has_extras |= r.opt_raw()?.is_some_and(|raw| !self.extras.has_told_value(&key, raw));
                }
            }
        }
        let index = index.unwrap_or_else(|| wild(position as u64));
        let (choice, mut out) = self.choice(index, sink);
        if let Some(raw) = delta {
            seen.has_extras |= choice.delta(&mut Reader::new(raw), false, &mut out)?;
            has_delta = true;
        }
        // Perplexity repeats what came so far as a message beside each delta, and in a whole body
        // puts an empty delta beside the message.
        match message {
            Some(raw) if !has_delta || choice.first_part().is_none() => {
                seen.has_extras |= choice.delta(&mut Reader::new(raw), true, &mut out)?;
                seen.is_message = true;
            }
            None if !has_delta => choice.text(text.unwrap_or_default(), &mut out),
            _ => {}
        }
        seen.is_delta |= has_delta;
        if let Some(raw) = logprobs {
            choice.logprobs(raw, &mut out)?;
        }
        // An empty reason in a delta is a way to say that there is none yet.
        if let Some(word) = finish.filter(|word| !word.is_empty() || !has_delta) {
            seen.has_finish = true;
            choice.finished(&word, &mut out);
        }
        Ok(())
    }

    #[inline]
    fn choice<'s>(&'s mut self, index: usize, sink: &'s mut dyn Sink) -> (&'s mut Choice, Out<'s>) {
        if self.choices.len() <= index {
            self.choices.resize_with(index + 1, Choice::default);
        }
        // `wild` has bounded `index`, so it fits.
        let out = Out { sink, parts: &mut self.parts, held: &mut self.held, candidate: index as u32 };
        (&mut self.choices[index], out)
    }

    fn read_usage(&mut self, raw: &str) -> Result<(), json::Error> {
        read_openai_chat(&mut Reader::new(raw), &mut self.usage)?;
        match self.usage.raw.first_mut() {
            Some(known) => raw.clone_into(known),
            None => self.usage.raw.push(raw.into()),
        }
        if !self.usage.counts.is_empty() {
            self.usage.completeness = Completeness::Partial;
        }
        Ok(())
    }

    fn note_tier(&mut self, tier: Option<Cow<'_, str>>) {
        let is_news = |tier: &Cow<'_, str>| self.usage.service_tier.as_deref() != Some(&**tier);
        if let Some(tier) = tier.filter(is_news) {
            self.usage.service_tier = Some(tier.into_owned());
        }
    }

    /// Forgets how the last chunk began: what a whole body is can stand in its prefix.
    pub(super) fn forget_prefix(&mut self) {
        self.prefix.clear();
    }

    pub(super) fn progress(&self) -> Progress {
        if self.is_done {
            Progress::Complete
        } else if self.choices.iter().any(Choice::is_finished) && !self.choices.iter().any(Choice::is_open) {
            Progress::Finished
        } else {
            Progress::Open
        }
    }

    /// Bytes of content that are held back or remembered.
    pub(super) const fn held_bytes(&self) -> usize {
        self.held.saturating_add(self.extras.held_bytes())
    }

    /// The response is over, and well: closes what is open and tells the final usage.
    pub(super) fn complete(&mut self, sink: &mut dyn Sink) {
        self.is_done = true;
        for (index, choice) in self.choices.iter_mut().enumerate() {
            let (parts, held) = (&mut self.parts, &mut self.held);
            let mut out = Out { sink: &mut *sink, parts, held, candidate: index as u32 };
            choice.end(&mut out);
        }
        if !self.usage.counts.is_empty() {
            self.usage.completeness = Completeness::Complete;
            sink.event(Event::Usage(Box::new(self.usage.clone())));
        }
    }
}

/// Keeps a text that is neither absent nor empty; tells whether it is news.
#[inline]
fn note(known: &mut String, text: Option<Cow<'_, str>>) -> bool {
    match text {
        Some(text) if !text.is_empty() && *known != *text => {
            *known = text.into_owned();
            true
        }
        _ => false,
    }
}

/// Groq: usage or an error beside the choices.
fn read_groq<'a>(r: &mut Reader<'a>, seen: &mut Seen) -> Result<Option<&'a str>, json::Error> {
    let mut usage = None;
    let Some(mut fields) = r.opt_object()? else { return Ok(usage) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "usage" => usage = r.opt_raw()?,
            "error" => {
                if let Some(raw) = r.opt_raw()? {
                    seen.error = error::read_value(raw);
                }
            }
            _ => r.skip()?,
        }
    }
    Ok(usage)
}
