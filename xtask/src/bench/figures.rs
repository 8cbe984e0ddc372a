//! The tables, with the goals.

use std::time::Duration;

use score::table::{Cell, Table};

use super::measured::Measured;

/// Reports a second on one core, 100,000 vehicles, 1,000 zones, 20,000 links.
const LEAST_PER_S: f64 = 1e6;
/// The same with decoding.
const LEAST_DECODED_PER_S: f64 = 5e5;
/// What a report may cost more with 1,000 times the zones, and with 1,000 times the vehicles.
const MOST_BY_ZONES: f64 = 1.5;
const MOST_BY_VEHICLES: f64 = 2.0;
const MOST_BYTES: u64 = 512;
/// How much faster two workers are to be.
const LEAST_BY_WORKERS: f64 = 1.8;

/// What was measured, with the goals.
pub(super) fn tables(measured: &Measured) -> Vec<Table> {
    let mut speed = Table::new("One core, 20,000 links", &["case", "a report", "reports/s"]);
    let [few, many, most] = measured.vehicles;
    let at_least = |time: Duration, goal: f64| Cell::goal(rate(time), per_s(time) >= goal);
    let mut row = |case: &str, time: Duration, rate: Cell| {
        speed.rows.push(vec![Cell::plain(case), Cell::plain(nanoseconds(time)), rate]);
    };
    row("100,000 vehicles, 1,000 zones", many, at_least(many, LEAST_PER_S));
    let [sequence, track, watch] = measured.stages;
    for (stage, time) in [("time and numbers", sequence), ("tracks", track), ("watch", watch)] {
        row(&format!("of that: {stage}"), time, Cell::plain(rate(time)));
    }
    let decoded = measured.decode_and_detect;
    row("with decoding the JSON", decoded, at_least(decoded, LEAST_DECODED_PER_S));
    row("decoding alone", measured.decode, Cell::plain(rate(measured.decode)));
    row("1,000 vehicles", few, Cell::plain(rate(few)));
    row("1,000,000 vehicles", most, Cell::plain(rate(most)));
    row("10 zones", measured.zones[0], Cell::plain(rate(measured.zones[0])));
    row("10,000 zones", measured.zones[2], Cell::plain(rate(measured.zones[2])));
    let plain = "the plain way: nearest street (rstar) and every zone (geo), nothing else";
    row(plain, measured.plain, Cell::plain(rate(measured.plain)));

    let mut goals = Table::new("How it grows", &["what", "measured", "goal"]);
    let mut row = |what: &str, measured: Cell, goal: &str| {
        goals.rows.push(vec![Cell::plain(what), measured, Cell::plain(goal)]);
    };
    let by_zones = ratio(measured.zones[2], measured.zones[0]);
    row("a report with 10,000 zones over one with 10", at_most(by_zones, MOST_BY_ZONES), "at most 1.5×");
    let by_vehicles = ratio(most, few);
    let of_vehicles = "a report of 1,000,000 vehicles over one of 1,000";
    row(of_vehicles, at_most(by_vehicles, MOST_BY_VEHICLES), "at most 2×");
    let bytes = measured.bytes_per_vehicle;
    let of_memory = Cell::goal(format!("{bytes} bytes"), bytes <= MOST_BYTES);
    row("memory of a vehicle at rest, of 1,000,000", of_memory, "at most 512 bytes");
    let workers = measured.workers;
    let by_workers = ratio(workers.one, workers.two);
    let of_workers = Cell::goal(format!("{by_workers:.2}×"), by_workers >= LEAST_BY_WORKERS);
    let reports = workers.reports;
    let what = format!(
        "`gateway detect` on {reports} reports, from the file to the events: {:.2} s, with `--workers 2` {:.2} s",
        workers.one.as_secs_f64(),
        workers.two.as_secs_f64()
    );
    row(&what, of_workers, "at least 1.8×");
    vec![speed, goals]
}

fn at_most(ratio: f64, goal: f64) -> Cell {
    Cell::goal(format!("{ratio:.2}×"), ratio <= goal)
}

fn ratio(more: Duration, less: Duration) -> f64 {
    more.as_secs_f64() / less.as_secs_f64().max(1e-12)
}

fn per_s(time: Duration) -> f64 {
    1.0 / time.as_secs_f64().max(1e-12)
}

fn nanoseconds(time: Duration) -> String {
    format!("{} ns", time.as_nanos())
}

fn rate(time: Duration) -> String {
    format!("{:.2} M", per_s(time) / 1e6)
}

#[cfg(test)]
mod tests {
    use super::super::workers::Times;
    use super::*;

    #[test]
    fn goals_are_met_or_missed_by_the_figures() {
        let ns = Duration::from_nanos;
        let measured = Measured {
            vehicles: [ns(800), ns(1_000), ns(1_601)],
            zones: [ns(900), ns(1_000), ns(1_350)],
            decode: ns(500),
            decode_and_detect: ns(2_001),
            stages: [ns(100), ns(500), ns(400)],
            plain: ns(30_000),
            bytes_per_vehicle: 513,
            workers: Times { reports: 10, one: ns(180), two: ns(100) },
        };
        let tables = tables(&measured);
        let signs: Vec<(String, bool)> = tables
            .iter()
            .flat_map(|table| table.rows.iter().flatten())
            .filter_map(|cell| Some((cell.text.clone(), cell.is_met?)))
            .collect();
        let expected = [
            ("1.00 M", true),
            ("0.50 M", false),
            ("1.50×", true),
            ("2.00×", false),
            ("513 bytes", false),
            ("1.80×", true),
        ];
        assert_eq!(signs, expected.map(|(text, is_met)| (text.to_owned(), is_met)));
    }
}
