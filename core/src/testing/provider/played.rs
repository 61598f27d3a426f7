//! The provider: requests in, replies out, attempts counted.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::{String, ToString};
use alloc::vec;

use super::ask::{self, Ask, Route};
use super::fault::{Page, StatusFault};
use super::frames::Rendering;
use super::plan::Plan;
use super::reaction::{Answer, Delivery, Reaction, react};
use super::script::Script;
use crate::http::HttpRequest;
use crate::model::Wire;
use crate::time::UnixTime;

/// More conversations than a provider remembers; the oldest goes first.
const MAX_CONVERSATIONS: usize = 4096;
/// More background responses than a provider keeps; the oldest goes first.
const MAX_STORED: usize = 256;

/// A provider that plays scripts. See the [module](super) for what it understands.
///
/// It holds at most 4,096 attempt counters and 256 background responses.
#[derive(Clone, Debug)]
pub struct Provider {
    seed: u64,
    pace_ms: u64,
    attempts: BTreeMap<u64, u32>,
    order: VecDeque<u64>,
    stored: VecDeque<Stored>,
}

/// A background response: it can be read again under its id.
#[derive(Clone, Debug)]
struct Stored {
    id: String,
    script: Script,
    plan: Plan,
    conversation: u64,
}

impl Provider {
    /// A provider whose answers follow from `seed`, with `pace_ms` milliseconds between events.
    pub const fn new(seed: u64, pace_ms: u64) -> Self {
        Self { seed, pace_ms, attempts: BTreeMap::new(), order: VecDeque::new(), stored: VecDeque::new() }
    }

    /// Answers one request. `now` is wall-clock time, for hints that are dates.
    pub fn answer(&mut self, request: &HttpRequest, now: UnixTime) -> Reaction {
        match ask::route(request) {
            Route::Generate(wire) => self.generate(wire, request, now),
            Route::StoredResponse(id) => self.stored(&id, request, now),
            Route::Unknown => failure(Wire::OpenaiChat, 404, "no such path"),
        }
    }

    fn generate(&mut self, wire: Wire, request: &HttpRequest, now: UnixTime) -> Reaction {
        let ask = match Ask::read(wire, request) {
            Ok(ask) => ask,
            Err(error) => return failure(wire, 400, &error.to_string()),
        };
        let plan = match request.headers.get("x-sim-plan") {
            Some(text) => Plan::parse(text),
            None => Plan::of_model(&ask.model).map(Option::unwrap_or_default),
        };
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => return failure(wire, 400, &error.to_string()),
        };
        let conversation = conversation(wire, &ask, request);
        let attempt = self.count(conversation);
        let script = self.script(&ask, &plan);
        if ask.is_background && wire == Wire::OpenaiResponses {
            self.store(Stored {
                id: script.response_id(wire),
                script: script.clone(),
                plan: plan.clone(),
                conversation,
            });
        }
        let streamed =
            ask.stream.then_some(Rendering { include_usage: ask.include_usage, json_array: ask.json_array });
        let delivery = Delivery { wire, streamed, pace_ms: self.pace_ms, skip: 0, now };
        react(&script, &delivery, plan.fault(attempt))
    }

    /// What the plan and the request want said.
    fn script(&self, ask: &Ask, plan: &Plan) -> Script {
        let settings = &plan.settings;
        let seed = ask::hash(ask.prompt.as_bytes(), settings.seed.unwrap_or(self.seed) ^ ask::HASH_START);
        let mut script = Script::seeded(seed, ask.model.clone(), &ask.prompt);
        script.is_background = ask.is_background;
        let word: String = ask.prompt.chars().take(40).collect();
        if ask.schema.is_some() {
            script = script.with_text(&ask::sample_arguments(ask.schema.as_deref(), &word), seed);
        }
        if let Some(deltas) = settings.deltas {
            script.text = vec!["Wört ".to_string(); deltas as usize];
            script.tokens.output = u64::from(deltas);
        }
        if settings.reasoning.unwrap_or(ask.wants_reasoning) {
            script = script.with_reasoning("The user wants an answer; überlegen wir kurz.", seed);
        }
        let wants_tool = settings.tools.unwrap_or(!ask.is_answered && !ask.forbids_tools);
        if let Some(tool) = ask.tools.first().filter(|_| wants_tool) {
            let arguments = ask::sample_arguments(tool.schema.as_deref(), &word);
            script = script.with_tool_call(&tool.name, &arguments, seed);
        }
        if let Some(finish) = settings.finish {
            script.finish = finish;
        }
        script
    }

    /// The number of this request in its conversation, from 0.
    fn count(&mut self, conversation: u64) -> u32 {
        if let Some(attempts) = self.attempts.get_mut(&conversation) {
            *attempts = attempts.saturating_add(1);
            return *attempts;
        }
        if self.order.len() == MAX_CONVERSATIONS
            && let Some(oldest) = self.order.pop_front()
        {
            self.attempts.remove(&oldest);
        }
        self.order.push_back(conversation);
        self.attempts.insert(conversation, 0);
        0
    }

    fn store(&mut self, stored: Stored) {
        self.stored.retain(|s| s.id != stored.id);
        if self.stored.len() == MAX_STORED {
            self.stored.pop_front();
        }
        self.stored.push_back(stored);
    }

    /// `GET /v1/responses/{id}`, whole or streamed after an event; meets the next entry of the plan.
    fn stored(&mut self, id: &str, request: &HttpRequest, now: UnixTime) -> Reaction {
        let wire = Wire::OpenaiResponses;
        let Some(stored) = self.stored.iter().find(|s| s.id == id).cloned() else {
            return failure(wire, 404, "no such response");
        };
        let attempt = self.count(stored.conversation);
        let parameter = |name| ask::query_parameter(&request.url, name);
        let skip = parameter("starting_after").and_then(|n| n.parse::<usize>().ok()).map_or(0, |n| n + 1);
        let streamed = (parameter("stream") == Some("true")).then(Rendering::default);
        let delivery = Delivery { wire, streamed, pace_ms: self.pace_ms, skip, now };
        react(&stored.script, &delivery, stored.plan.fault(attempt))
    }
}

fn conversation(wire: Wire, ask: &Ask, request: &HttpRequest) -> u64 {
    let start = ask::hash(wire.name().as_bytes(), ask::HASH_START);
    match request.headers.get("x-sim-key") {
        Some(key) => ask::hash(key.as_bytes(), start),
        None => ask::hash(ask.model.as_bytes(), start) ^ ask.conversation,
    }
}

/// An error of the simulation's own: it tells what is wrong with the request.
fn failure(wire: Wire, status: u16, message: &str) -> Reaction {
    let (body, _) = super::error_body::page(
        wire,
        &StatusFault { page: Page::Usual, ..StatusFault::new(status) },
        Some(message),
    );
    Reaction::Answer(Answer::json(status, body))
}

#[cfg(test)]
mod tests;
