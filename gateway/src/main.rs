//! The gateway: reports in over MQTT, events out over XMPP.

mod clock;
mod files;
mod journal;
mod outbox;
mod pipeline;
mod record;
mod replay;
mod run;
mod settings;
mod store;
mod traffic;

use settings::{Cli, Command};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli: Cli = match link::settings::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let outcome = match &cli.command {
        None => run::run(&cli.run),
        Some(Command::Run(args)) => run::run(args),
        Some(Command::Detect(args)) => replay::detect(args),
        Some(Command::Record(args)) => record::record(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "gateway: {}", failure.explanation());
            failure.exit_code()
        }
    }
}
