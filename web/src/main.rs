//! The web program; see the library for how it works.

use link::settings::{EXIT_USAGE, parse};
use link::{shutdown, telemetry};
use std::io::Write;
use std::process::ExitCode;
use web::accounts;
use web::run::{Config, run};
use web::settings::Args;

#[tokio::main]
async fn main() -> ExitCode {
    let args: Args = match parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    if let Some(command) = args.command.clone() {
        return match args.mysql.resolve("web") {
            Ok(settings) => match accounts::command::run(command, &settings).await {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => complain(&format!("{error:#}"), ExitCode::FAILURE),
            },
            Err(error) => complain(&error, ExitCode::from(EXIT_USAGE)),
        };
    }
    let stop = match shutdown::on_signals() {
        Ok(stop) => stop,
        Err(error) => return complain(&error, ExitCode::FAILURE),
    };
    let config = telemetry::start_logs(&args.log).and_then(|()| Config::resolve(&args, stop));
    let config = match config {
        Ok(config) => config,
        Err(error) => return complain(&error, ExitCode::from(EXIT_USAGE)),
    };
    match run(config).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("web failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Says it on standard error: logging may be what could not be started.
fn complain(error: &dyn std::fmt::Display, code: ExitCode) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "web: {error}");
    code
}
