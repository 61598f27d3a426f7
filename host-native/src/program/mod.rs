//! The command line: `run` makes a call, `serve` answers applications, `sim` is a provider that
//! misbehaves, `decode` reads recorded exchanges; `cost`, `models` and `pricing` are about money.

mod arguments;
mod attachment;
mod callee;
mod console;
mod cost;
mod countdown;
mod decode;
mod exit_code;
mod models;
mod prices;
mod pricing;
mod report;
mod run;
mod serve;
mod sim;
mod tool_file;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use arguments::{Arguments, Command, PricingCommand};

/// Something the person at the command line can mend; printed on one line.
pub(crate) type Fault = String;

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let command = Arguments::command()
        .after_long_help(exit_code::help())
        .mut_subcommand("run", |run| run.after_long_help(exit_code::help()));
    let arguments = match command.try_get_matches().and_then(|m| Arguments::from_arg_matches(&m)) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors.
            let code = if error.use_stderr() { exit_code::USAGE } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match arguments.command {
        Command::Cost(options) => cost::main(&options),
        Command::Decode(options) => decode::main(&options),
        Command::Models(options) => models::main(&options),
        Command::Pricing(PricingCommand::Check(options)) => pricing::main(&options),
        Command::Run(options) => run::main(&options),
        Command::Serve(options) => serve::main(&options),
        Command::Sim(options) => sim::main(&options),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            console::tell_line(&format!("tokenwire: {fault}"));
            ExitCode::from(exit_code::CONFIGURATION)
        }
    }
}
