//! `tokenwire run`: one call, shown as it happens.

use std::io::Read;
use std::sync::Arc;

use futures_util::StreamExt;
use tokenwire::core::json::Number;
use tokenwire::core::model::SummaryLevel;
use tokenwire::core::retry::AfterCommit;
use tokenwire::{
    Client, Dialect, FailureKind, Message, Options, Reasoning, Request, RetryPolicy, Role, SpendingLimits,
    Update, Wire,
};

use tokio::sync::Notify;

use super::arguments::{OnBreak, RunOptions, Thinking};
use super::callee::Callee;
use super::countdown::Countdown;
use super::report::Report;
use super::{Fault, attachment, exit_code, prices, tool_file};

/// Makes the call and prints it; gives the exit code.
pub(crate) fn main(options: &RunOptions) -> Result<u8, Fault> {
    let request = request(options)?;
    let callee = Callee::choose(options.provider.as_deref())?;
    let request = Request { model: model(&callee, options)?, ..request };
    let client = Client::builder()
        .target(callee.provider.as_str(), callee.target.clone())
        .options(call_options(options)?)
        .build()
        .map_err(|e| e.to_string())?;
    // The one worker hears Ctrl-C, also while the call waits for a reader of what it prints.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|e| format!("cannot start a runtime: {e}"))?;
    runtime.block_on(call(&client, &callee, request, options))
}

/// Models to call where none is named: small and current ones.
fn default_model(dialect: &Dialect) -> Option<&'static str> {
    match dialect.name.as_ref() {
        "anthropic" => Some("claude-haiku-5-5"),
        "gemini" => Some("gemini-3.8-flash"),
        "openai" | "openai-responses" => Some("gpt-5.4-mini"),
        _ => None,
    }
}

/// The model that is named, or else one that suits the callee.
fn model(callee: &Callee, options: &RunOptions) -> Result<String, Fault> {
    let usual = || match callee.is_simulated() {
        true => Some(demo_model(options)),
        false => default_model(&callee.target.dialect),
    };
    options
        .model
        .clone()
        .or_else(|| usual().map(str::to_owned))
        .ok_or_else(|| format!("{} has no default model: name one with --model", callee.provider))
}

fn demo_model(options: &RunOptions) -> &'static str {
    let attempts = if options.patient { u32::MAX } else { options.max_attempts.unwrap_or_default() };
    super::sim::demo_model(attempts, options.on_break != OnBreak::Stop)
}

fn call_options(options: &RunOptions) -> Result<Options, Fault> {
    let mut retry = if options.patient { RetryPolicy::patient() } else { RetryPolicy::bounded() };
    if options.max_attempts.is_some() {
        retry.max_attempts = options.max_attempts;
    }
    retry.after_commit = match options.on_break {
        OnBreak::Discard => AfterCommit::DiscardAndRetry,
        OnBreak::Resume => AfterCommit::Resume,
        OnBreak::Stop => AfterCommit::Stop,
    };
    let mut call = tokenwire::default_options();
    call.stream = options.stream;
    call.retry = retry;
    let deadlines = &mut call.deadlines;
    deadlines.call_ms = options.timeout;
    deadlines.attempt_ms = options.attempt_timeout;
    deadlines.first_event_ms = options.first_event_timeout;
    deadlines.head_ms = options.head_timeout.or(deadlines.head_ms);
    deadlines.stall_ms = options.stall_timeout.or(deadlines.stall_ms);
    let accounting = &mut call.accounting;
    accounting.estimates = options.estimate;
    accounting.limits = SpendingLimits { max_cost: options.max_cost, max_tokens: options.max_total_tokens };
    if !options.prices.files.is_empty() {
        accounting.prices = Some(Arc::new(prices::book(&options.prices)?));
    }
    Ok(call)
}

fn prompt(argument: &str) -> Result<String, Fault> {
    if argument != "-" {
        return Ok(argument.into());
    }
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|e| format!("cannot read standard input: {e}"))?;
    String::from_utf8(bytes)
        .map_err(|e| format!("the prompt is not UTF-8: byte {} is invalid", e.utf8_error().valid_up_to()))
}

fn request(options: &RunOptions) -> Result<Request, Fault> {
    let mut messages = Vec::new();
    if let Some(system) = &options.system {
        messages.push(Message::system(system));
    }
    let mut parts = Vec::new();
    for file in &options.files {
        parts.push(attachment::read(file)?);
    }
    parts.push(tokenwire::Part::text(prompt(&options.prompt)?));
    messages.push(Message::new(Role::User, parts));

    let mut request = Request::new("", messages);
    for file in &options.tools {
        request.tools.extend(tool_file::tools(file)?);
    }
    request.output = options.schema.as_deref().map(tool_file::schema).transpose()?;
    request.reasoning = options.reasoning.map(|thinking| Reasoning {
        effort: match thinking {
            Thinking::Effort(effort) => Some(effort),
            Thinking::Budget(_) => None,
        },
        budget_tokens: match thinking {
            Thinking::Budget(tokens) => Some(tokens),
            Thinking::Effort(_) => None,
        },
        adaptive: false,
        summary: Some(SummaryLevel::Auto),
    });
    request.limits.max_output_tokens = options.max_tokens;
    request.sampling.temperature = options
        .temperature
        .map(|t| Number::try_from(t).map_err(|_| format!("expected a finite temperature, found {t}")))
        .transpose()?;
    // Only a detached response can be resumed on the Responses wire.
    request.state.background = options.stream && options.on_break == OnBreak::Resume;
    Ok(request)
}

async fn call(client: &Client, callee: &Callee, request: Request, options: &RunOptions) -> Result<u8, Fault> {
    let mut request = request;
    request.state.background &= callee.target.dialect.wire == Wire::OpenaiResponses;
    let mut stream = client.call(&callee.provider, request).map_err(|e| e.to_string())?;
    let mut report = Report::new(options.json);
    let mut countdown = Countdown::new();
    let interrupted = Arc::new(Notify::new());
    tokio::spawn(listen(Arc::clone(&interrupted)));
    let outcome = loop {
        tokio::select! {
            update = stream.next() => match update {
                Some(Update::Event(event)) => {
                    countdown.clear();
                    if !report.event(&event) {
                        stream.cancel();
                    }
                    if !options.json {
                        countdown.start(&event);
                    }
                }
                Some(Update::Done(outcome)) => break outcome,
                None => return Err("the call ended without an outcome".into()),
            },
            () = countdown.tick() => countdown.show(),
            () = interrupted.notified() => stream.cancel(),
        }
    };
    countdown.clear();
    report.outcome(&outcome);
    if let Some(path) = &options.save {
        std::fs::write(path, super::report::outcome_json(&outcome) + "\n")
            .map_err(|e| format!("cannot write {}: {e}", path.display()))?;
    }
    Ok(exit_code::of_outcome(&outcome))
}

/// The first Ctrl-C ends the call in order, the second one the program.
async fn listen(interrupted: Arc<Notify>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        interrupted.notify_one();
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(exit_code::of_kind(FailureKind::Cancelled)));
        }
    }
}
