//! `cargo xtask bench simulator`: how fast the simulated traffic is, side by side with SUMO.

use std::fmt::Write as _;
use std::path::Path;

use ::bench::{Chance, children_ran_s};
use anyhow::{Context, ensure};
use score::table::{Cell, Table};

use super::publishing::{self, Published};
use crate::command::{cargo, command, run_quietly};
use crate::screen::Screen;

/// Crossings of the grid on a side, metres between two, lanes each way.
const CROSSINGS: usize = 12;
const BLOCK_M: usize = 150;
const LANES: usize = 2;
/// A trip begins every so many seconds, for so long; both drive on for a while.
const TRIP_EVERY_S: f64 = 0.1;
const TRIPS_S: usize = 600;
const END_S: usize = 900;
/// The step of both, s.
const STEP_S: f64 = 0.25;

const LEAST_TIMES_SUMO: f64 = 10.0;
const MOST_BYTES: u64 = 1_024;
const CITY_VEHICLES: usize = publishing::VEHICLES;
const LEAST_PUBLISHED_PER_S: f64 = 20_000.0;

/// Vehicle updates, and the processor time they took.
#[derive(Debug, Clone, Copy)]
struct Updates {
    updates: f64,
    seconds: f64,
}

impl Updates {
    fn per_s(self) -> f64 {
        self.updates / self.seconds.max(1e-9)
    }
}

/// Measures; gives the tables with the goals.
pub(super) fn measure(screen: Screen) -> anyhow::Result<Vec<Table>> {
    ensure!(score::sumo::is_installed(), "SUMO is not installed: apt-get install sumo sumo-tools");
    let folder = testbed::workspace_folder().join("target/bench/simulator");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    screen.step("the grid and its timetable", || {
        let trips = prepare(&folder)?;
        Ok(((), format!("{trips} trips")))
    })?;
    let sumo = screen.step("SUMO", || {
        let sumo = run_sumo(&folder)?;
        Ok((sumo, format!("{:.2} M updates/s", sumo.per_s() / 1e6)))
    })?;
    let own = screen.step("the same with crates/traffic", || {
        let said = bench(
            "speed",
            &["grid.net.xml", "trips.txt"].map(|name| folder.join(name).display().to_string()),
        )?;
        let own = read_updates(&said)?;
        Ok((own, format!("{:.2} M updates/s", own.per_s() / 1e6)))
    })?;
    let (city, simulated_s) = screen.step("a city", || {
        let said = bench("speed", &[])?;
        let (city, simulated_s) = (read_updates(&said)?, figure(&said, "simulated seconds")?);
        Ok(((city, simulated_s), format!("{:.1}× real time", simulated_s / city.seconds)))
    })?;
    let bytes = screen.step("memory", || {
        let bytes = figure(&bench("simulated_memory", &[])?, "bytes per vehicle")? as u64;
        Ok((bytes, format!("{bytes} bytes a vehicle")))
    })?;
    let published = screen.step("the program, publishing", || {
        let published = publishing::measure()?;
        Ok((published, format!("{:.0} reports/s", published.per_s)))
    })?;
    Ok(tables(sumo, own, simulated_s / city.seconds, city, bytes, published))
}

fn tables(
    sumo: Updates,
    own: Updates,
    real_time: f64,
    city: Updates,
    bytes: u64,
    published: Published,
) -> Vec<Table> {
    let title = format!(
        "The simulator, one core; a grid of {CROSSINGS} × {CROSSINGS} crossings with lights, steps of {STEP_S} s"
    );
    let mut table = Table::new(title, &["what", "measured", "goal"]);
    let mut row = |what: &str, measured: Cell, goal: &str| {
        table.rows.push(vec![Cell::plain(what), measured, Cell::plain(goal)]);
    };
    let millions = |updates: Updates| format!("{:.2} M", updates.per_s() / 1e6);
    row("vehicle updates a second, SUMO", Cell::plain(millions(sumo)), "");
    row("vehicle updates a second, here", Cell::plain(millions(own)), "");
    let times = own.per_s() / sumo.per_s();
    row("times SUMO's", Cell::goal(format!("{times:.1}×"), times >= LEAST_TIMES_SUMO), "at least 10×");
    let mean = |updates: Updates| format!("{:.0}", updates.updates * STEP_S / END_S as f64);
    row("vehicles on the road on average, SUMO", Cell::plain(mean(sumo)), "");
    row("vehicles on the road on average, here", Cell::plain(mean(own)), "");
    let what = format!("{CITY_VEHICLES} vehicles in a city of 5,041 crossings with lights");
    let fast =
        Cell::goal(format!("{real_time:.1}× real time ({} updates/s)", millions(city)), real_time >= 1.0);
    row(&what, fast, "real time");
    row(
        "memory of a vehicle",
        Cell::goal(format!("{bytes} bytes"), bytes <= MOST_BYTES),
        "at most 1,024 bytes",
    );
    let per_s = published.per_s;
    row(
        "reports a second to Mosquitto, QoS 1, while the program drives that city in real time",
        Cell::goal(format!("{per_s:.0}"), per_s >= LEAST_PUBLISHED_PER_S),
        "at least 20,000",
    );
    let replaced = format!("{:.1} % of them", published.replaced_per_s / per_s.max(1.0) * 100.0);
    row("… of which newer ones took the place of", Cell::plain(replaced), "");
    row("… cores that it keeps busy", Cell::plain(format!("{:.2}", published.cores)), "");
    vec![table]
}

/// Makes the network and the trips for both; gives the number of trips.
fn prepare(folder: &Path) -> anyhow::Result<usize> {
    let number = |value: usize| value.to_string();
    let (crossings, block_m, lanes) = (number(CROSSINGS), number(BLOCK_M), number(LANES));
    let arguments = [
        "--grid",
        "--grid.number",
        &crossings,
        "--grid.length",
        &block_m,
        "--default.lanenumber",
        &lanes,
        "--default-junction-type",
        "traffic_light",
        "--no-turnarounds",
        "true",
        "--seed",
        "1",
        "--output-file",
        "grid.net.xml",
    ];
    score::sumo::run("netgenerate", folder, arguments)?;
    let (network, _) = roadnet::read(&std::fs::read(folder.join("grid.net.xml"))?)?;
    let ids: Vec<&str> = network.links().map(|(_, link)| &*link.road_id).collect();
    let mut chance = Chance::new(1);
    let (mut plain, mut xml) = (String::new(), String::from("<routes>\n"));
    let trips = (TRIPS_S as f64 / TRIP_EVERY_S) as usize;
    for trip in 0..trips {
        let at_s = trip as f64 * TRIP_EVERY_S;
        let (from, to) = (ids[chance.below(ids.len())], ids[chance.below(ids.len())]);
        writeln!(plain, "{at_s:.1} {from} {to}")?;
        writeln!(
            xml,
            r#"<trip id="{trip}" depart="{at_s:.1}" from="{from}" to="{to}" departLane="best" departSpeed="max"/>"#
        )?;
    }
    xml.push_str("</routes>\n");
    std::fs::write(folder.join("trips.txt"), plain)?;
    std::fs::write(folder.join("trips.rou.xml"), xml)?;
    Ok(trips)
}

/// Drives SUMO; its updates are those it counts itself, the time is the processor's.
fn run_sumo(folder: &Path) -> anyhow::Result<Updates> {
    let (end, step) = (END_S.to_string(), STEP_S.to_string());
    let mut sumo = command("sumo");
    sumo.current_dir(folder).env("SUMO_HOME", "/usr/share/sumo");
    sumo.args([
        "--net-file",
        "grid.net.xml",
        "--route-files",
        "trips.rou.xml",
        "--begin",
        "0",
        "--end",
        &end,
    ]);
    sumo.args([
        "--step-length",
        &step,
        "--time-to-teleport",
        "-1",
        "--no-step-log",
        "true",
        "--no-warnings",
        "true",
    ]);
    sumo.args(["--duration-log.statistics", "true"]);
    let before_s = children_ran_s()?;
    let said = run_quietly(&mut sumo)?;
    let seconds = children_ran_s()? - before_s;
    let number = |what: &str| {
        let line = said.lines().find_map(|line| line.trim().strip_prefix(what))?;
        line.trim().trim_end_matches('s').parse::<f64>().ok()
    };
    let (duration_s, per_s) =
        number("Duration:").zip(number("UPS:")).context("SUMO does not say how fast it was")?;
    Ok(Updates { updates: per_s * duration_s, seconds: seconds.min(duration_s) })
}

fn bench(name: &str, files: &[String]) -> anyhow::Result<String> {
    run_quietly(cargo().args(["bench", "--quiet", "--workspace", "--bench", name, "--"]).args(files))
}

fn read_updates(said: &str) -> anyhow::Result<Updates> {
    Ok(Updates { updates: figure(said, "updates")?, seconds: figure(said, "processor seconds")? })
}

fn figure(said: &str, what: &str) -> anyhow::Result<f64> {
    said.lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(": ")?.parse().ok())
        .with_context(|| format!("the benchmark does not say \"{what}\", but: {said}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_met_or_missed_by_the_figures() {
        let updates = |per_s: f64| Updates { updates: per_s, seconds: 1.0 };
        let published = Published { per_s: 19_999.0, replaced_per_s: 0.0, cores: 1.0 };
        let table = tables(updates(2e5), updates(1.9e6), 1.1, updates(2e5), 1_024, published).remove(0);
        let met: Vec<bool> = table.rows.iter().flatten().filter_map(|cell| cell.is_met).collect();
        assert_eq!(met, [false, true, true, false]);
    }

    #[test]
    fn a_figure_is_found_by_its_name() {
        let said = "processor seconds: 2\nupdates: 12.5\n";
        assert_eq!(figure(said, "updates").ok(), Some(12.5));
        assert!(figure(said, "seconds").is_err());
    }
}
