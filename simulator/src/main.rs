//! The simulator; see the library for how it works.

use std::io::Write;
use std::process::ExitCode;

use simulator::commands;
use simulator::replay::replay;
use simulator::run::run;
use simulator::settings::{Cli, Command};

fn main() -> ExitCode {
    let cli: Cli = match link::settings::parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let outcome = match &cli.command {
        None => run(&cli.run),
        Some(Command::Run(args)) => run(args),
        Some(Command::Check(args)) => commands::check(args, &mut std::io::stdout()),
        Some(Command::List(args)) => commands::list(args, &mut std::io::stdout()),
        Some(Command::Set(args)) => commands::set(args, &mut std::io::stdout()),
        Some(Command::Generate(args)) => commands::generate(args),
        Some(Command::Replay(args)) => replay(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "simulator: {}", failure.explanation());
            failure.exit_code()
        }
    }
}
