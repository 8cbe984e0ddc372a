//! The collector; see the library for how it works.

use collector::run::{Config, run};
use collector::settings::Args;
use link::settings::{EXIT_USAGE, parse};
use link::{shutdown, telemetry};
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Args = match parse() {
        Ok(args) => args,
        Err(code) => return code,
    };
    let config = telemetry::start_logs(&args.log).and_then(|()| Config::resolve(&args));
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            // Logging may be what could not be started.
            let _ = writeln!(std::io::stderr(), "collector: {error}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match start(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("collector failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn start(config: Config) -> anyhow::Result<()> {
    run(config, shutdown::on_signals()?).await
}
