//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokenwire::core::failure::parse_duration;
use tokenwire::{Effort, Wire};

/// Calls to language models: four wires, retries, usage.
#[derive(Debug, Parser)]
#[command(name = "tokenwire", version, disable_help_subcommand = true)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Reads recorded exchanges, or bare bodies, and prints what they mean: one JSON object a file
    Decode(DecodeOptions),
    /// Makes one call and prints the answer
    ///
    /// Keys come from the environment: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY (and the
    /// like for other providers); a base URL for each from OPENAI_BASE_URL and so on. With no key
    /// at all, a simulated provider is started on a free loopback port.
    Run(Box<RunOptions>),
    /// Serves a provider that misbehaves on demand, over HTTP on loopback
    Sim(SimOptions),
}

/// What to do when a stream breaks after text was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnBreak {
    /// Forget what was shown and start over
    Discard,
    /// Go on where it broke, where the provider can
    Resume,
    /// End with what was received
    Stop,
}

#[derive(Args, Debug)]
pub(crate) struct RunOptions {
    /// Show text as it arrives
    #[arg(long)]
    pub(crate) stream: bool,
    /// Whom to call: openai, openai-responses, anthropic, gemini, sim, or another known dialect
    #[arg(long, value_name = "P")]
    pub(crate) provider: Option<String>,
    /// The model's name at the provider
    #[arg(long, value_name = "M")]
    pub(crate) model: Option<String>,
    /// A system text
    #[arg(long, value_name = "S")]
    pub(crate) system: Option<String>,
    /// A file to show the model: text, image, PDF, audio, video
    #[arg(long = "file", value_name = "F")]
    pub(crate) files: Vec<PathBuf>,
    /// A JSON file with a tool, or an array of tools: {"name", "description", "parameters"}
    #[arg(long = "tool", value_name = "FILE")]
    pub(crate) tools: Vec<PathBuf>,
    /// A JSON Schema that the answer must match
    #[arg(long, value_name = "FILE")]
    pub(crate) schema: Option<PathBuf>,
    /// How much to think: none, minimal, low, medium, high, xhigh, max, or a number of tokens
    #[arg(long, value_name = "LEVEL", value_parser = parse_thinking)]
    pub(crate) reasoning: Option<Thinking>,
    /// The most tokens to write, thinking included
    #[arg(long, value_name = "N")]
    pub(crate) max_tokens: Option<u64>,
    /// Sampling temperature
    #[arg(long, value_name = "T")]
    pub(crate) temperature: Option<f64>,
    /// Attempts in all, the first one included
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max_attempts: Option<u32>,
    /// Try again for ever: 1 s doubling to 60 s, until a deadline or Ctrl-C
    #[arg(long, conflicts_with = "max_attempts")]
    pub(crate) patient: bool,
    /// What to do when a stream breaks after text was shown
    #[arg(long, value_name = "WHAT", default_value = "stop")]
    pub(crate) on_break: OnBreak,
    /// A deadline for the whole call, such as 30s, 1m30s or 500ms
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(crate) timeout: Option<u64>,
    /// A deadline for each attempt
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(crate) attempt_timeout: Option<u64>,
    /// A deadline for each attempt's response head
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(crate) head_timeout: Option<u64>,
    /// A deadline for each attempt's first event
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(crate) first_event_timeout: Option<u64>,
    /// The longest silence within a stream
    #[arg(long, value_name = "D", value_parser = duration)]
    pub(crate) stall_timeout: Option<u64>,
    /// Print one JSON object an event, the outcome last
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the outcome to a file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) save: Option<PathBuf>,
    /// What to ask; - reads it from standard input
    #[arg(value_name = "PROMPT|-")]
    pub(crate) prompt: String,
}

#[derive(Args, Debug)]
pub(crate) struct DecodeOptions {
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Take the files as bare bodies of this wire: openai_chat, openai_responses, anthropic, gemini
    #[arg(long, value_name = "W", value_parser = wire)]
    pub(crate) wire: Option<Wire>,
    /// The HTTP status the bare bodies came with
    #[arg(long, value_name = "N", default_value_t = 200, requires = "wire",
          value_parser = clap::value_parser!(u16).range(100..600))]
    pub(crate) status: u16,
}

#[derive(Args, Debug)]
pub(crate) struct SimOptions {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
    /// Allow an address that other machines can reach
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// Decides everything that is random
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Milliseconds between two events of a stream
    #[arg(long, value_name = "MS", default_value_t = 20)]
    pub(crate) pace: u64,
    /// A folder of recorded exchanges to replay
    #[arg(long, value_name = "DIR")]
    pub(crate) replay: Option<PathBuf>,
}

/// How much to think.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Thinking {
    Budget(u64),
    Effort(Effort),
}

fn parse_thinking(text: &str) -> Result<Thinking, String> {
    if let Some(effort) = Effort::parse(text) {
        return Ok(Thinking::Effort(effort));
    }
    text.parse()
        .map(Thinking::Budget)
        .map_err(|_| "expected none, minimal, low, medium, high, xhigh, max, or a number of tokens".into())
}

fn duration(text: &str) -> Result<u64, String> {
    parse_duration(text).ok_or_else(|| "expected a duration such as 30s, 1m30s or 500ms".into())
}

fn wire(text: &str) -> Result<Wire, String> {
    let names = || Wire::ALL.map(Wire::name).join(", ");
    Wire::parse(text).ok_or_else(|| format!("expected one of {}", names()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }
}
