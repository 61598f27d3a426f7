//! The same calls on every host: cases as plain data, and what the native machine makes of them.
//!
//! A [`Case`] says what is asked, with which options, what the provider does and when. [`Case::written`] runs
//! it on the native machine in virtual time and writes it as one line of JSON with the transcript of the run:
//! each thing that the machine says, at its time. `tests/npm/parity` plays the same lines on the machine that
//! JavaScript has, in Node, workerd and Chromium, and compares the transcripts byte by byte.

mod faults;
mod play;
mod question;
mod recordings;
mod reply;
mod setup;
mod transcript;

use tokenwire_core::json::Writer;

pub use faults::faults;
use play::{Provider, play};
use question::Question;
pub use recordings::recordings;
use reply::Reply;
use setup::Setup;

/// Milliseconds on the machine's clock when a case begins: no clock of a host begins at 0.
const START_MS: u64 = 1_000;

/// Milliseconds since the epoch at 0 on the machine's clock.
const WALL_MS: u64 = 1_795_000_000_000;

/// One call, what happens to it, and when.
#[derive(Debug)]
pub struct Case {
    /// Its name, which no other case has.
    pub name: String,
    question: Question,
    setup: Setup,
    seed: u32,
    answers: Answers,
    /// How many milliseconds after its start the caller cancels.
    cancel_ms: Option<u64>,
}

/// Who answers.
#[derive(Debug)]
enum Answers {
    /// These, in turn; no connection once they are used up.
    Scripted(Vec<Reply>),
    /// The simulated provider, with the plan that the setup's headers hold. `is_same_there` tells whether the one
    /// that JavaScript has says the very same.
    Simulated { is_same_there: bool },
}

impl Case {
    /// The case as a line of JSON, with the transcript that the native machine gives.
    ///
    /// # Errors
    /// The machine spins.
    pub fn written(self) -> Result<String, String> {
        let Self { name, question, setup, seed, answers, cancel_ms } = self;
        let is_simulated = matches!(answers, Answers::Simulated { is_same_there: true });
        let mut provider = match answers {
            Answers::Scripted(replies) => Provider::scripted(replies),
            Answers::Simulated { .. } => Provider::simulated(),
        };
        let machine = question.machine(&setup, seed);
        let transcript = play(machine, &mut provider, cancel_ms).map_err(|why| format!("{name}: {why}"))?;
        let mut w = Writer::new();
        w.object(|w| {
            w.key("name").string(&name);
            question.write(w);
            w.key("config").string(&setup.config());
            w.key("seed").u64(seed.into());
            w.opt_u64("cancel", cancel_ms);
            w.key("simulated").bool(is_simulated);
            w.key("replies").array(|w| provider.given().iter().for_each(|reply| reply.write(w)));
            w.key("transcript").array(|w| transcript.lines().iter().for_each(|line| w.string(line)));
        });
        Ok(w.finish())
    }
}
