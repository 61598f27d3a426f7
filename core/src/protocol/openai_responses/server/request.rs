//! Requests.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::fields::{Object, count, each_field, elements, extend, flag, number, string};
use super::tools;
use super::turns::Turns;
use crate::json::{Kind, RawJson, Reader};
use crate::model::{
    CacheMark, Effort, Extension, Loss, LossAction, Message, OutputFormat, Reasoning, Request, SummaryLevel,
};
use crate::protocol::fault::{Fault, Read};
use crate::protocol::openai_responses::names::WIRE;
use crate::protocol::{Asked, BadRequest, Incoming, SealKey, StreamFraming};

/// Reads a request.
///
/// What changes although it means the same: `instructions` become a first system message; a text in
/// place of a list of parts or items becomes one; a result of one plain text becomes that text; a part
/// of a message that this version does not know becomes an item of its own; `user` becomes
/// `safety_identifier`. The `status` of items, ids of input messages, `null` and what is empty are left
/// out, and so are ids that [`ids`](super::ids) made.
///
/// # Errors
/// The body is no JSON object of this wire, or it names no model.
pub(in crate::protocol) fn decode(incoming: &Incoming<'_>, key: &SealKey) -> Result<Asked, BadRequest> {
    let mut body = Body::new(key);
    let r = &mut Reader::new(incoming.body);
    each_field(r, |name, r| body.field(name, r))?;
    r.end().map_err(Box::<Fault>::from)?;
    Ok(body.asked()?)
}

/// What was read of a body.
struct Body<'a, 'k> {
    key: &'k SealKey,
    request: Request,
    stream: bool,
    instructions: Vec<Message>,
    include: Option<&'a str>,
    top_logprobs: Option<(u32, &'a str)>,
    /// `user`, which `safety_identifier` has replaced.
    old_user: Option<(String, &'a str)>,
    losses: Vec<Loss>,
    is_marked: bool,
}

impl<'a, 'k> Body<'a, 'k> {
    fn new(key: &'k SealKey) -> Self {
        Self {
            key,
            request: Request::default(),
            stream: false,
            instructions: Vec::new(),
            include: None,
            top_logprobs: None,
            old_user: None,
            losses: Vec::new(),
            is_marked: false,
        }
    }

    fn field(&mut self, name: &str, r: &mut Reader<'a>) -> Read<()> {
        let request = &mut self.request;
        match name {
            "background" => request.state.background = flag(r)?,
            "include" => self.include = Some(r.raw()?),
            "input" => self.request.messages = self.talk(r, "input")?,
            "instructions" => self.instructions = self.instructions(r)?,
            "max_output_tokens" => request.limits.max_output_tokens = Some(count(r)?),
            "max_tool_calls" => request.limits.max_tool_calls = Some(count(r)?),
            "metadata" => self.metadata(r)?,
            "model" => request.model = string(r)?.into_owned(),
            "parallel_tool_calls" => request.parallel_tool_calls = Some(flag(r)?),
            "previous_response_id" => request.state.previous_response_id = Some(string(r)?.into_owned()),
            "prompt_cache_key" => request.cache_key = Some(string(r)?.into_owned()),
            "prompt_cache_options" => self.cache(Object::read(r)?)?,
            "reasoning" => self.reasoning(Object::read(r)?),
            "safety_identifier" => request.user = Some(string(r)?.into_owned()),
            "service_tier" => request.service_tier = Some(string(r)?.into_owned()),
            "store" => request.state.store = Some(flag(r)?),
            "stream" => self.stream = flag(r)?,
            "temperature" => request.sampling.temperature = Some(number(r)?),
            "text" => self.text(Object::read(r)?)?,
            "tool_choice" => request.tool_choice = Some(tools::choice(r.raw()?)),
            "tools" => request.tools = tools::list(r, &mut self.losses)?,
            "top_logprobs" => self.top_logprobs = Some(top_logprobs(r)?),
            "top_p" => request.sampling.top_p = Some(number(r)?),
            "user" => self.old_user = Some(old_user(r)?),
            _ => self.extend("", name, r.raw()?),
        }
        Ok(())
    }

    fn extend(&mut self, prefix: &str, name: &str, value: &str) {
        extend(&mut self.request.extensions, &mut self.losses, prefix, name, value);
    }

    fn talk(&mut self, r: &mut Reader<'a>, field: &'static str) -> Read<Vec<Message>> {
        let mut turns = Turns::new(self.key, field);
        turns.read(r)?;
        let (messages, losses, is_marked) = turns.finish();
        self.losses.extend(losses);
        self.is_marked |= is_marked;
        Ok(messages)
    }

    /// A text, or items as a response echoes them.
    fn instructions(&mut self, r: &mut Reader<'a>) -> Read<Vec<Message>> {
        match r.kind()? {
            Kind::Array => self.talk(r, "instructions"),
            _ => {
                let text = string(r)?;
                Ok((!text.is_empty()).then(|| Message::system(text)).into_iter().collect())
            }
        }
    }

    fn metadata(&mut self, r: &mut Reader<'a>) -> Read<()> {
        let object = Object::read(r)?;
        let whole = object.whole();
        let read = |(key, raw): (Cow<'a, str>, &str)| match Reader::new(raw).opt_string() {
            Ok(Some(value)) => Some((key.into_owned(), value.into_owned())),
            _ => None,
        };
        match object.rest().map(read).collect() {
            Some(pairs) => self.request.metadata = pairs,
            // Other values than texts are for the provider to judge.
            None => self.extend("", "metadata", whole.as_str()),
        }
        Ok(())
    }

    fn cache(&mut self, mut options: Object<'a>) -> Read<()> {
        let mode = options.get("mode").filter(|raw| *raw != "\"implicit\"");
        if mode.is_none() && (options.take("mode").is_some() || options.has("ttl", Kind::String)) {
            let ttl = options.string("ttl")?.map(Cow::into_owned);
            self.request.cache = Some(CacheMark { ttl });
        }
        self.extend_all("prompt_cache_options.", options);
        Ok(())
    }

    fn extend_all(&mut self, prefix: &str, object: Object<'a>) {
        for (name, raw) in object.rest() {
            self.extend(prefix, &name, raw);
        }
    }

    fn reasoning(&mut self, mut object: Object<'a>) {
        let effort = word(&mut object, "effort", Effort::parse);
        let summary = word(&mut object, "summary", |word| match word {
            "auto" => Some(SummaryLevel::Auto),
            "concise" => Some(SummaryLevel::Concise),
            "detailed" => Some(SummaryLevel::Detailed),
            _ => None,
        });
        if effort.is_some() || summary.is_some() {
            self.request.reasoning = Some(Reasoning { effort, summary, ..Reasoning::default() });
        }
        self.extend_all("reasoning.", object);
    }

    fn text(&mut self, mut object: Object<'a>) -> Read<()> {
        if let Some(raw) = object.take("format") {
            let format = Object::read(&mut Reader::new(raw)).and_then(|f| self.format(f));
            match format.map_err(|fault| fault.inside("format"))? {
                Some(format) => self.request.output = Some(format),
                None => self.extend("text.", "format", raw),
            }
        }
        self.extend_all("text.", object);
        Ok(())
    }

    fn format(&mut self, mut object: Object<'a>) -> Read<Option<OutputFormat>> {
        let format = match object.kind()?.as_deref() {
            Some("json_object") => OutputFormat::JsonObject,
            Some("json_schema") => OutputFormat::JsonSchema {
                name: object.demand("name")?,
                description: object.string("description")?.map(Cow::into_owned),
                schema: match object.take("schema") {
                    Some(raw) => RawJson::trusted(raw),
                    None => return Err(Fault::missing("schema", "a JSON Schema")),
                },
                strict: object.read_field("strict", flag)?,
            },
            Some("text") => OutputFormat::Text,
            _ => return Ok(None),
        };
        for (name, _) in object.rest() {
            let path = alloc::format!("text.format.{name}");
            self.losses.push(Loss::new(LossAction::Dropped, path, "there is no word for it"));
        }
        Ok(Some(format))
    }

    fn asked(mut self) -> Read<Asked> {
        if self.request.model.trim().is_empty() {
            return Err(Fault::missing("model", "the name of a model"));
        }
        self.user();
        self.include();
        let mut request = self.request;
        request.messages.splice(0..0, self.instructions);
        Ok(Asked {
            request,
            stream: self.stream,
            stream_usage: true,
            framing: StreamFraming::Sse,
            losses: self.losses,
            is_marked: self.is_marked,
        })
    }

    fn user(&mut self) {
        match self.old_user.take() {
            Some((_, raw)) if self.request.user.is_some() => self.extend("", "user", raw),
            Some((user, _)) => self.request.user = Some(user),
            None => {}
        }
    }

    /// What else the answer shall hold. Two of its words are in the vocabulary; the others stay.
    fn include(&mut self) {
        let whole = self.include.take();
        let asked = elements(whole.unwrap_or_default());
        let wants_logprobs = asked.contains(&LOGPROBS);
        match self.top_logprobs {
            Some((_, raw)) if !wants_logprobs => self.extend("", "top_logprobs", raw),
            top => {
                let count = top.map_or(0, |(count, _)| count);
                self.request.sampling.logprobs = wants_logprobs.then_some(count);
            }
        }
        let request = &mut self.request;
        // Without a store the thinking comes encrypted anyway.
        let thinks = request.reasoning.as_ref().is_some_and(|r| r.effort != Some(Effort::None));
        let is_implied = request.state.store == Some(false) && thinks;
        let others: Vec<&str> = asked
            .iter()
            .copied()
            .filter(|name| *name != LOGPROBS && !(is_implied && *name == ENCRYPTED))
            .collect();
        let value = match whole {
            Some(whole) if asked.is_empty() => whole.into(),
            _ if others.is_empty() => return,
            _ => alloc::format!("[{}]", others.join(",")),
        };
        request.extensions.push(Extension::new(WIRE, "include", RawJson::trusted(&value)));
    }
}

const LOGPROBS: &str = r#""message.output_text.logprobs""#;
const ENCRYPTED: &str = r#""reasoning.encrypted_content""#;

/// Takes a field out if its word is known.
fn word<T>(object: &mut Object<'_>, name: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
    let word = Reader::new(object.get(name)?).opt_string().ok().flatten()?;
    let parsed = parse(&word)?;
    object.take(name);
    Some(parsed)
}

fn top_logprobs<'a>(r: &mut Reader<'a>) -> Read<(u32, &'a str)> {
    let raw = r.clone().raw()?;
    let count = u32::try_from(count(r)?);
    count
        .map(|count| (count, raw))
        .map_err(|_| Fault::new(alloc::format!("expected a small number, found {raw}")))
}

fn old_user<'a>(r: &mut Reader<'a>) -> Read<(String, &'a str)> {
    let raw = r.clone().raw()?;
    Ok((string(r)?.into_owned(), raw))
}
