//! `cargo xtask score`: how good the detector is, measured on traffic from SUMO.

mod outcome;
mod progress;
mod work;

use std::path::PathBuf;

use anyhow::{Context, bail};
use detect::Settings;
use score::scene::{ALL, Scene};
use score::workshop::PERCENTS;

use crate::packages::{Needs, install};
use crate::screen::Screen;

/// Measure how good the detector is, on traffic from Eclipse SUMO.
///
/// Installs SUMO where it is missing, stages the scenes, runs the detector over what the vehicles report and prints what
/// it found, what it missed and what it made up. Scenes and recordings are kept under target/score and used again.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// One seed, the most telling scenes, 10 % and 100 % of the vehicles: a first look within a minute.
    #[arg(long)]
    quick: bool,
    /// Only these scenes (several: repeat it) [possible: see docs/detection.md].
    #[arg(long, value_name = "NAME")]
    scene: Vec<String>,
    /// How many times each scene is staged, a little different each time.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// The first seed: other seeds are other traffic.
    #[arg(long, value_name = "N", default_value_t = 1)]
    first_seed: u64,
    /// Thresholds of detection (TOML) instead of the defaults.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Leave out the rules of others.
    #[arg(long)]
    no_rules: bool,
    /// Tell every mistake: when, where, what. The seconds count from the start of the recording, the places are in degrees.
    #[arg(long)]
    mistakes: bool,
    /// Write the tables and the plot into docs/detection.md.
    #[arg(long, conflicts_with_all = ["quick", "scene", "config"])]
    write: bool,
}

/// Quick looks at these shares of the vehicles.
const QUICK_PERCENTS: [u32; 2] = [10, 100];

/// What is to be measured.
struct Plan {
    scenes: Vec<Scene>,
    seeds: Vec<u64>,
    percents: Vec<u32>,
    settings: Settings,
    with_rules: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let screen = Screen::new();
    let plan = plan(args)?;
    screen.heading("Measuring the detector");
    install(Needs::Traffic, screen)?;
    let started = std::time::Instant::now();
    let cases = work::measure(&plan, screen)?;
    if args.mistakes {
        outcome::mistakes(&cases, screen);
    }
    outcome::show(&cases, screen);
    outcome::keep(&cases)?;
    if args.write {
        outcome::write(&cases)?;
        screen.done("docs/detection.md", "written", std::time::Duration::ZERO);
    }
    screen.done("measured", &format!("{} cases", cases.len()), started.elapsed());
    Ok(())
}

fn plan(args: &Args) -> anyhow::Result<Plan> {
    let settings = match &args.config {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            toml::from_str(&text).with_context(|| format!("in {}", path.display()))?
        }
        None => Settings::default(),
    };
    settings.check()?;
    let mut scenes: Vec<Scene> =
        ALL.into_iter().filter(|scene| !args.quick || scene.is_quick || !args.scene.is_empty()).collect();
    if !args.scene.is_empty() {
        scenes.clear();
        for name in &args.scene {
            let Some(scene) = Scene::by_name(name) else {
                let known: Vec<&str> = ALL.iter().map(|scene| scene.name).collect();
                bail!("there is no scene \"{name}\"; there are {}", known.join(", "));
            };
            scenes.push(scene);
        }
    }
    let seeds = if args.quick { 1 } else { args.seeds };
    Ok(Plan {
        scenes,
        seeds: (args.first_seed..args.first_seed.saturating_add(seeds)).collect(),
        percents: if args.quick { QUICK_PERCENTS.to_vec() } else { PERCENTS.to_vec() },
        settings,
        with_rules: !args.no_rules,
    })
}
