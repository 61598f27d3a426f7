//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokenwire::core::date::Date;
use tokenwire::core::failure::{parse_duration, parse_rfc3339};
use tokenwire::core::money::Amount;
use tokenwire::core::pricing::Circumstance;
use tokenwire::core::time::UnixTime;
use tokenwire::{Bucket, Effort, Wire};

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
    /// Says what a response cost, from its body on standard input
    ///
    /// The body may be of any provider: a response, a bare usage object, an array of chunks, an event
    /// stream, or lines of JSON. A stream is taken to have come to its end. What the body reports of
    /// tier, speed and region beats --context.
    ///
    /// A cost that is not known is null, never zero, and the reason stands on standard error; the exit
    /// code is 0 all the same. It is 1 where the body is no JSON or its counts contradict each other.
    Cost(CostOptions),
    /// Reads recorded exchanges, or bare bodies, and prints what they mean: one JSON object a file
    Decode(DecodeOptions),
    /// Lists models with prices, context windows and dates
    ///
    /// Prices are in US dollars for a million tokens, for a small request under standard circumstances.
    /// With --json they are those of every bucket, each for its usual number of units: a million
    /// tokens, a thousand searches, an hour.
    Models(ModelsOptions),
    /// Looks after the price tables
    #[command(subcommand)]
    Pricing(PricingCommand),
    /// Makes one call and prints the answer
    ///
    /// Keys come from the environment: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY (and the
    /// like for other providers); a base URL for each from OPENAI_BASE_URL and so on. With no key
    /// at all, a simulated provider is started on a free loopback port.
    Run(Box<RunOptions>),
    /// Answers applications on any wire by calling one provider, over HTTP on loopback
    ///
    /// Point the SDK of an application at it: OpenAI's (both APIs), Anthropic's or Google's, whatever
    /// the provider speaks. The key that an application sends goes nowhere; the provider's comes from
    /// the environment, as for run. Each request that is over is a line on standard error.
    Serve(ServeOptions),
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
    /// The most that the call may cost, all attempts together, in US dollars
    #[arg(long, value_name = "USD")]
    pub(crate) max_cost: Option<Amount>,
    /// The most tokens that the call may use, input and output of all attempts together
    #[arg(long, value_name = "N")]
    pub(crate) max_total_tokens: Option<u64>,
    /// Estimate what a broken stream used but did not state
    #[arg(long)]
    pub(crate) estimate: bool,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
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
pub(crate) struct CostOptions {
    /// Whose prices: a dialect such as openai, gemini or xai, or a price list such as aws
    #[arg(long, value_name = "P")]
    pub(crate) provider: String,
    /// The model's name; without it, the one that the body names
    #[arg(long, value_name = "M")]
    pub(crate) model: Option<String>,
    /// When the call was made, as RFC 3339 has it; without it, now
    #[arg(long, value_name = "TIME", value_parser = rfc3339)]
    pub(crate) at: Option<UnixTime>,
    /// A circumstance: processing=batch, region=us, search_type=fast, service_tier=flex, speed=fast
    #[arg(long = "context", value_name = "KEY=VALUE", value_parser = circumstance)]
    pub(crate) contexts: Vec<(Circumstance, String)>,
    /// A count that the body does not state, such as web_search=2
    #[arg(long = "count", value_name = "BUCKET=N", value_parser = count)]
    pub(crate) counts: Vec<(Bucket, u64)>,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args, Debug)]
pub(crate) struct ModelsOptions {
    /// A part of a model's name, or the whole of it with * for any text
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Only this dialect's or price list's
    #[arg(long, value_name = "P")]
    pub(crate) provider: Option<String>,
    /// When, as RFC 3339 has it; without it, now
    #[arg(long, value_name = "TIME", value_parser = rfc3339)]
    pub(crate) at: Option<UnixTime>,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
    /// Print one JSON object a model
    #[arg(long)]
    pub(crate) json: bool,
}

/// Price tables of one's own.
#[derive(Args, Debug)]
pub(crate) struct PriceFiles {
    /// A price table of your own; each is laid over those before it
    #[arg(id = "prices", long = "prices", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PricingCommand {
    /// Prints how old each provider's prices are and which change soon; fails where any are too old
    Check(CheckOptions),
}

#[derive(Args, Debug)]
pub(crate) struct CheckOptions {
    /// The greatest age that passes
    #[arg(long, value_name = "D", default_value = "90d", value_parser = days)]
    pub(crate) max_age: u32,
    /// The day to measure at, as YYYY-MM-DD; without it, today's in UTC
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub(crate) today: Option<Date>,
    /// How far ahead to warn of prices that change or expire
    #[arg(long, value_name = "D", default_value = "30d", value_parser = days)]
    pub(crate) soon: u32,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
}

#[derive(Args, Debug)]
pub(crate) struct ServeOptions {
    /// Whom to call: openai, openai-responses, anthropic, gemini, sim, or another known dialect
    #[arg(long, value_name = "P")]
    pub(crate) provider: Option<String>,
    /// The model to ask for, whatever the application names
    #[arg(long, value_name = "M")]
    pub(crate) model: Option<String>,
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Allow an address that other machines can reach: whoever reaches it spends the provider's key
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// Write requests and answers anew where the provider speaks the application's wire too: for dialects that
    /// deviate from it, and models that write calls as text
    #[arg(long)]
    pub(crate) rewrite: bool,
    /// Refuse every request that would lose anything on its way
    #[arg(long)]
    pub(crate) strict: bool,
    /// Refuse losses at this path and below it, such as sampling or tools; the longest path decides
    #[arg(long, value_name = "PATH")]
    pub(crate) refuse: Vec<String>,
    /// Accept losses at this path and below it
    #[arg(long, value_name = "PATH")]
    pub(crate) accept: Vec<String>,
    #[command(flatten)]
    pub(crate) prices: PriceFiles,
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

fn rfc3339(text: &str) -> Result<UnixTime, String> {
    parse_rfc3339(text).ok_or_else(|| "expected a time such as 2026-11-26T09:30:00Z".into())
}

fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a day such as 2026-11-26".into())
}

/// Whole days, spelled as a duration.
fn days(text: &str) -> Result<u32, String> {
    const DAY_MS: u64 = 86_400_000;
    let ms = parse_duration(text).filter(|ms| ms.is_multiple_of(DAY_MS));
    ms.and_then(|ms| u32::try_from(ms / DAY_MS).ok()).ok_or_else(|| "expected whole days such as 90d".into())
}

fn circumstance(text: &str) -> Result<(Circumstance, String), String> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let names = || Circumstance::ALL.map(Circumstance::name).join(", ");
    match Circumstance::parse(name) {
        Some(circumstance) if !value.is_empty() => Ok((circumstance, value.into())),
        _ => Err(format!("expected KEY=VALUE with a key of {}", names())),
    }
}

fn count(text: &str) -> Result<(Bucket, u64), String> {
    let (name, number) = text.split_once('=').unwrap_or((text, ""));
    let names = || Bucket::ALL.map(Bucket::name).join(", ");
    let bucket =
        Bucket::parse(name).ok_or_else(|| format!("expected BUCKET=N with a bucket of {}", names()))?;
    let number = number.parse().map_err(|_| format!("expected {name}=N with a whole number"))?;
    Ok((bucket, number))
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
