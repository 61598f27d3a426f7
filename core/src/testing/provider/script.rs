//! What a scripted provider says, before any wire shapes it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use crate::model::{FinishReason, Wire};
use crate::rng::Rng;

/// One answer as data. Every wire renders the same script, so what a decoder reads back can be
/// compared with it field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// The response's id without the wire's prefix; see [`Script::response_id`].
    pub id: String,
    /// The model that answers.
    pub model: String,
    /// Unix seconds of the response.
    pub created: u64,
    /// The thinking, in the pieces that a stream sends; empty for none.
    pub reasoning: Vec<String>,
    /// The opaque state that goes with the thinking (signature, encrypted content).
    pub signature: Option<String>,
    /// The visible text, in the pieces that a stream sends; empty for none.
    pub text: Vec<String>,
    /// The tool calls.
    pub tool_calls: Vec<ScriptedCall>,
    /// The counts, inclusive.
    pub tokens: Tokens,
    /// Why it ends.
    pub finish: FinishReason,
    /// Responses: whether it outlives its connection and can be read again.
    pub is_background: bool,
}

/// A tool call of a [`Script`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScriptedCall {
    /// The provider's id for it.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, JSON text, in the pieces that a stream sends.
    pub arguments: Vec<String>,
}

impl ScriptedCall {
    /// The whole arguments.
    pub fn arguments(&self) -> String {
        self.arguments.concat()
    }
}

/// The counts of a [`Script`]; parts are also counted in their whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// All tokens read.
    pub input: u64,
    /// Read from a cache; part of `input`.
    pub cache_read: u64,
    /// Written to a cache; part of `input`. Gemini cannot say it.
    pub cache_write: u64,
    /// All tokens produced.
    pub output: u64,
    /// Thinking; part of `output`.
    pub reasoning: u64,
}

/// 2026-01-01T00:00:00Z, so that a script does not depend on a clock.
const CREATED: u64 = 1_767_225_600;

const BODY: &str = "This answer is simulated: no model was asked, and nothing left this machine. It comes \
in small pieces, as a real one would, so that you can see what a call does when a provider refuses, is \
overloaded or breaks off in the middle of a word.";

const CLOSINGS: [&str; 4] = [
    "Grüße aus dem Simulator 🦀.",
    "これは試験です — all is well.",
    "Voilà: naïve café, 10 € ✓.",
    "Ничего не послано 🌍, nothing was sent.",
];

impl Script {
    /// An answer that says nothing and ends well.
    pub fn new(model: impl Into<String>) -> Self {
        Self {
            id: "sim-0".to_string(),
            model: model.into(),
            created: CREATED,
            reasoning: Vec::new(),
            signature: None,
            text: Vec::new(),
            tool_calls: Vec::new(),
            tokens: Tokens::default(),
            finish: FinishReason::Stop,
            is_background: false,
        }
    }

    /// An answer that repeats the prompt and closes with words beyond ASCII; all of it follows from
    /// `seed` and the arguments.
    pub fn seeded(seed: u64, model: impl Into<String>, prompt: &str) -> Self {
        let mut rng = Rng::new(seed);
        let closing = CLOSINGS[rng.up_to(CLOSINGS.len() as u64 - 1) as usize];
        let quoted: String = prompt.chars().take(MAX_ECHO).collect();
        let mut script = Self::new(model);
        script.id = format!("{:016x}", rng.next_u64());
        script.text = pieces(&format!("You said “{quoted}”. {BODY} {closing}"), &mut rng);
        script.tokens.input = 8 + prompt.chars().count() as u64 / 4;
        script.tokens.cache_read = rng.up_to(script.tokens.input / 2);
        script.tokens.output = script.text.len() as u64;
        script
    }

    /// Adds thinking and the opaque state that goes with it.
    #[must_use]
    pub fn with_reasoning(mut self, text: &str, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        self.reasoning = pieces(text, &mut rng);
        self.signature = Some(format!("c2ln{:016x}{:016x}", rng.next_u64(), rng.next_u64()));
        self.tokens.reasoning = self.reasoning.len() as u64;
        self.tokens.output += self.tokens.reasoning;
        self
    }

    /// Says `text` and nothing else.
    #[must_use]
    pub fn with_text(mut self, text: &str, seed: u64) -> Self {
        self.text = pieces(text, &mut Rng::new(seed));
        self.tokens.output = self.text.len() as u64 + self.tokens.reasoning;
        self
    }

    /// Ends with a call of `name` with `arguments`, which are JSON text.
    #[must_use]
    pub fn with_tool_call(mut self, name: &str, arguments: &str, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let call = ScriptedCall {
            id: format!("{:016x}", rng.next_u64()),
            name: name.to_string(),
            arguments: pieces(arguments, &mut rng),
        };
        self.tokens.output += call.arguments.len() as u64;
        self.tool_calls.push(call);
        self.finish = FinishReason::ToolCalls;
        self
    }

    /// The visible text, whole.
    pub fn full_text(&self) -> String {
        self.text.concat()
    }

    /// The thinking, whole.
    pub fn full_reasoning(&self) -> String {
        self.reasoning.concat()
    }

    /// The response's id as `wire` spells it.
    pub fn response_id(&self, wire: Wire) -> String {
        let prefix = match wire {
            Wire::Anthropic => "msg_",
            Wire::Gemini => "",
            Wire::OpenaiChat => "chatcmpl-",
            Wire::OpenaiResponses => "resp_",
        };
        format!("{prefix}{}", self.id)
    }

    /// The id of a tool call as `wire` spells it.
    pub fn call_id(&self, wire: Wire, call: &ScriptedCall) -> String {
        let prefix = if wire == Wire::Anthropic { "toolu_" } else { "call_" };
        format!("{prefix}{}", call.id)
    }
}

/// More of a prompt than an answer repeats, in characters.
const MAX_ECHO: usize = 400;

/// Cuts `text` into pieces of 1 to 8 characters.
fn pieces(text: &str, rng: &mut Rng) -> Vec<String> {
    let mut out = vec![];
    let mut rest = text.chars().peekable();
    while rest.peek().is_some() {
        let length = 1 + rng.up_to(7) as usize;
        out.push(rest.by_ref().take(length).collect());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        let make = |seed| Script::seeded(seed, "m", "hé").with_reasoning("hm", seed);
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }

    #[test]
    fn pieces_add_up_to_the_text() {
        for seed in 0..20 {
            let script = Script::seeded(seed, "m", "what is 2 × 2?");
            assert!(script.full_text().contains("“what is 2 × 2?”"), "{script:?}");
            assert!(!script.full_text().is_ascii());
            assert!(script.text.len() > 2);
        }
    }
}
