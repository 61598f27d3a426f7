//! `tokenwire serve`.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::mpsc::channel;

use tokenwire::core::pricing::{PriceBook, Priced};
use tokenwire::core::protocol::ModelEntry;
use tokenwire::core::translate::{LossPolicy, TranslateOptions};
use tokenwire::serve::{Options, Report, Server};
use tokenwire::{Client, Outcome, Target};

use super::arguments::ServeOptions;
use super::callee::Callee;
use super::console::{put, tell_line};
use super::report::tokens;
use super::{Fault, prices};

/// Serves until it is interrupted.
pub(crate) fn main(options: &ServeOptions) -> Result<u8, Fault> {
    let book = Arc::new(prices::book(&options.prices)?);
    let callee = Callee::choose(options.provider.as_deref())?;
    let (reports, reported) = channel();
    let server = Server::start(
        client(&callee, &book)?,
        &callee.provider,
        Options {
            addr: options.listen,
            allow_remote: options.allow_remote,
            translation: TranslateOptions {
                rewrite: options.rewrite,
                model: options.model.clone(),
                policy: policy(options),
                ..TranslateOptions::default()
            },
            models: models(&book, &callee.target, options.model.as_deref()),
            reports: Some(reports),
            ..Options::default()
        },
    )
    .map_err(|e| e.to_string())?;
    // It serves on where nobody reads that.
    let _ = put(&greeting(&server.url(), &callee.provider, options.model.as_deref()));
    for report in reported {
        tell_line(&line(&callee.provider, &report));
    }
    Ok(0)
}

fn client(callee: &Callee, book: &Arc<PriceBook>) -> Result<Client, Fault> {
    let mut call = tokenwire::default_options();
    call.accounting.prices = Some(Arc::clone(book));
    let builder = Client::builder().target(callee.provider.as_str(), callee.target.clone()).options(call);
    builder.build().map_err(|e| e.to_string())
}

/// What was typed of losses; of two paths the longer one says more.
fn policy(options: &ServeOptions) -> LossPolicy {
    let accepted = options.accept.iter().map(|path| (path, true));
    let mut rules: Vec<_> = accepted.chain(options.refuse.iter().map(|path| (path, false))).collect();
    rules.sort_by_key(|(path, _)| Reverse(path.len()));
    let base = if options.strict { LossPolicy::strict() } else { LossPolicy::lenient() };
    rules.into_iter().fold(base, |policy, (path, is_accepted)| match is_accepted {
        true => policy.accept(path),
        false => policy.refuse(path),
    })
}

/// The model that all requests are for, or else those that the provider has prices for.
fn models(book: &PriceBook, target: &Target, only: Option<&str>) -> Vec<ModelEntry> {
    let (vendor, list) = (target.dialect.vendor, prices::price_list(&target.dialect.name));
    let entry = |id: &str, priced: Option<&Priced<'_>>| ModelEntry {
        id: id.into(),
        vendor: vendor.into(),
        created: 0,
        context: priced.and_then(Priced::context_window),
        max_output: None,
    };
    match only {
        Some(model) => vec![entry(model, book.find(list, model).as_ref())],
        None => book
            .entries()
            .filter(|priced| priced.provider().id().eq_ignore_ascii_case(list))
            .map(|priced| entry(priced.model().id(), Some(&priced)))
            .collect(),
    }
}

fn greeting(url: &str, provider: &str, model: Option<&str>) -> String {
    let model = model.map(|model| format!(", always {model}")).unwrap_or_default();
    format!(
        "tokenwire serve listens at {url} and calls {provider}{model}\n\
         OPENAI_BASE_URL={url}/v1\n\
         ANTHROPIC_BASE_URL={url}\n\
         GOOGLE_GEMINI_BASE_URL={url}\n"
    )
}

/// A request that is over, in one line.
fn line(provider: &str, report: &Report) -> String {
    let line = match report {
        Report::Called { wire, outcome, losses } => {
            format!("{wire} > {provider} {}", called(outcome, outcome.losses.len() + losses.len()))
        }
        Report::Refused { wire, error } => format!("{wire} > {provider}: refused: {error}"),
        _ => return String::new(),
    };
    // The application chose some of it.
    line.replace(char::is_control, " ")
}

fn called(outcome: &Outcome, losses: usize) -> String {
    let how = match &outcome.failure {
        Some(failure) => format!("failed: {failure}"),
        None => outcome.finish.reason.to_string(),
    };
    let cost = outcome.cost.amount.map_or_else(|| "unknown".into(), |amount| format!("{amount} USD"));
    format!(
        "{}: attempts {}, tokens {}, cost {cost}, losses {losses}, {} ms, {how}",
        outcome.account.model,
        outcome.entry().attempts,
        tokens(&outcome.usage),
        outcome.elapsed_ms,
    )
}
