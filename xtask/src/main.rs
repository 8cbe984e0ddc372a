//! The project's own chores: `cargo xtask COMMAND`.

mod bench;
mod check;
mod command;
mod fuzz;
mod node;
mod packages;
mod page;
mod roads;
mod score;
mod screen;
mod settings;
mod test;
mod up;

use std::process::ExitCode;

use clap::Parser;

/// The project's own chores. Start with `cargo xtask up`: it installs what is missing, builds everything, starts the
/// servers and the programs, and tells the address of the page.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Chore {
    Up(up::Args),
    Test(test::Args),
    Check(check::Args),
    Roads(roads::Args),
    Score(score::Args),
    Bench(bench::Args),
    Settings(settings::Args),
    Fuzz(fuzz::Args),
}

fn main() -> ExitCode {
    let done = match Chore::parse() {
        Chore::Up(args) => up::run(&args),
        Chore::Test(args) => test::run(&args),
        Chore::Check(args) => check::run(&args),
        Chore::Roads(args) => roads::run(args),
        Chore::Score(args) => score::run(&args),
        Chore::Bench(args) => bench::run(&args),
        Chore::Settings(args) => settings::run(&args),
        Chore::Fuzz(args) => fuzz::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            screen::Screen::new().failure(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}
