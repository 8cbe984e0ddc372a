//! The tables and the plot that are shown: which cases make which figure, and what is wanted of it.

use crate::baseline;
use crate::case::{Case, DETECTOR};
use crate::plot::Series;
use crate::scene;
use crate::summary::{self, Found, Spread};
use crate::table::{Cell, Table};
use crate::workshop::PERCENTS;

/// Longest delay of an accident where every vehicle reports, and the median, in seconds.
const FULL_DELAY_S: f64 = 60.0;
const FULL_MEDIAN_S: f64 = 30.0;
/// Longest delay where few report, in seconds.
const FEW_DELAY_S: f64 = 120.0;
/// Longest delay with hazard reports of both vehicles, in seconds.
const HAZARD_DELAY_S: f64 = 5.0;
/// Shares that are found at least where few report: where one of those who crashed reports, and where none does.
const CRASHED_RATE: f64 = 0.95;
const AROUND_RATE: f64 = 0.6;
/// The share of alarms that may be false.
const FALSE_SHARE: f64 = 0.03;
/// Jams: the share that is found, errors of the onset where all and where few report, and of the end, in seconds.
const JAM_RATE: f64 = 0.95;
const ONSET_FULL_S: f64 = 60.0;
const ONSET_FEW_S: f64 = 120.0;
const END_S: f64 = 120.0;

/// All tables about these cases. Goals that the cases do not cover are not judged.
#[must_use]
pub fn tables(cases: &[Case]) -> Vec<Table> {
    vec![accidents(cases), false_alarms(cases), jams(cases), zones(cases), rules(cases)]
        .into_iter()
        .filter(|table| !table.rows.is_empty())
        .collect()
}

/// The detector's cases with this share of reporting vehicles, from positions alone.
fn plain(cases: &[Case], percent: u32) -> impl Iterator<Item = &Case> {
    of(cases, DETECTOR).filter(move |case| case.percent == percent && !case.hazards)
}

fn of<'a>(cases: &'a [Case], subject: &'a str) -> impl Iterator<Item = &'a Case> {
    cases.iter().filter(move |case| case.subject == subject)
}

fn accidents(cases: &[Case]) -> Table {
    let mut table = Table::new(
        "Accidents",
        &[
            "vehicles that report",
            "found",
            "delay median",
            "longest",
            "place off by",
            "end off by",
            "alarms each",
        ],
    );
    for (crashed, hazards, what) in [
        (true, false, "positions, a crashed vehicle among them"),
        (false, false, "positions, no crashed vehicle among them"),
        (true, true, "with hazard reports"),
    ] {
        for &percent in PERCENTS.iter().rev() {
            let chosen = of(cases, DETECTOR).filter(|case| {
                case.percent == percent && case.hazards == hazards && case.crashed_reports == Some(crashed)
            });
            let found = summary::accidents(chosen);
            if found.count == 0 {
                continue;
            }
            let least = if hazards || percent == 100 {
                1.0
            } else if crashed {
                CRASHED_RATE
            } else {
                AROUND_RATE
            };
            let longest_s = match (hazards, percent) {
                (true, _) => HAZARD_DELAY_S,
                (false, 100) => FULL_DELAY_S,
                (false, _) => FEW_DELAY_S,
            };
            // The goals are for 10 % and more.
            let judged = percent >= 10;
            // Two reports can only agree once both vehicles stand.
            let delay = if hazards { found.delay_after_last_s() } else { found.delay_s() };
            table.rows.push(vec![
                Cell::plain(format!("{percent} %, {what}")),
                rate(&found, least, judged),
                bounded(delay, |delay| delay.median, FULL_MEDIAN_S, percent == 100 && !hazards),
                bounded(delay, |delay| delay.largest, longest_s, judged),
                Cell::plain(number(found.place_error_m().map(|off| off.median), " m")),
                Cell::plain(number(found.end_error_s().map(|off| off.median), " s")),
                pieces(&found, false),
            ]);
        }
    }
    table
}

fn false_alarms(cases: &[Case]) -> Table {
    let percents: Vec<u32> =
        PERCENTS.into_iter().rev().filter(|&percent| plain(cases, percent).next().is_some()).collect();
    let heads: Vec<String> = percents.iter().map(|percent| format!("{percent} %")).collect();
    let mut columns = vec!["false accidents, positions alone"];
    columns.extend(heads.iter().map(String::as_str));
    let mut table = Table::new("Accidents that were none, by scene", &columns);
    let mut row = |label: &str, cell: &dyn Fn(u32) -> Cell| {
        let cells = percents.iter().map(|&percent| cell(percent));
        table.rows.push(std::iter::once(Cell::plain(label)).chain(cells).collect());
    };
    for scene in scene::ALL {
        if of(cases, DETECTOR).any(|case| case.scene == scene.name) {
            row(scene.name, &|percent| {
                let wrong =
                    summary::false_accidents(plain(cases, percent).filter(|case| case.scene == scene.name))
                        .wrong;
                if scene.has_crash {
                    Cell::plain(wrong.to_string())
                } else {
                    Cell::goal(wrong.to_string(), wrong == 0)
                }
            });
        }
    }
    if !percents.is_empty() {
        row("share of all alarms", &|percent| {
            share(summary::false_accidents(plain(cases, percent)).share(), FALSE_SHARE)
        });
        row("in an hour on 10 km", &|percent| {
            let rate = summary::false_accidents(plain(cases, percent)).per_hour_10km();
            Cell::plain(rate.map_or("–".to_owned(), |rate| format!("{rate:.2}")))
        });
    }
    table
}

fn jams(cases: &[Case]) -> Table {
    let mut table = Table::new(
        "Jams, positions alone",
        &[
            "vehicles that report",
            "found",
            "onset off by: median",
            "95 %",
            "told after: median",
            "95 %",
            "end off by: 95 %",
            "events each",
            "false",
            "share",
            "in doubt",
        ],
    );
    for &percent in PERCENTS.iter().rev() {
        let found = summary::jams(plain(cases, percent));
        if plain(cases, percent).next().is_none() {
            continue;
        }
        let judged = percent >= 10;
        let onset_s = if percent == 100 { ONSET_FULL_S } else { ONSET_FEW_S };
        let (onset, delay) = (found.onset_error_s(), found.delay_s());
        let wrong = summary::false_jams(plain(cases, percent));
        let in_doubt: usize = plain(cases, percent).map(|case| case.judgement.marginal_jams).sum();
        table.rows.push(vec![
            Cell::plain(format!("{percent} %")),
            rate(&found, JAM_RATE, judged),
            bounded(onset, |onset| onset.median, onset_s, judged),
            bounded(onset, |onset| onset.p95, onset_s, judged),
            Cell::plain(number(delay.map(|delay| delay.median), " s")),
            Cell::plain(number(delay.map(|delay| delay.p95), " s")),
            bounded(found.end_error_s(), |end| end.p95, END_S, judged),
            pieces(&found, judged),
            Cell::plain(wrong.wrong.to_string()),
            share(wrong.share(), FALSE_SHARE),
            Cell::plain(in_doubt.to_string()),
        ]);
    }
    table
}

fn zones(cases: &[Case]) -> Table {
    let mut table = Table::new(
        "Zones",
        &["vehicles that report", "reports", "entries and exits", "missed", "told too often", "wrong"],
    );
    for &percent in PERCENTS.iter().rev() {
        let sum = |count: fn(&Case) -> usize| plain(cases, percent).map(count).sum::<usize>();
        let expected = sum(|case| case.judgement.crossings.expected);
        if expected == 0 {
            continue;
        }
        let missed = sum(|case| case.judgement.crossings.missed);
        let surplus = sum(|case| case.judgement.crossings.surplus);
        let wrong = missed + surplus;
        #[allow(clippy::cast_precision_loss)]
        let part = wrong as f64 / expected as f64 * 100.0;
        table.rows.push(vec![
            Cell::plain(format!("{percent} %")),
            Cell::plain(sum(|case| case.reports).to_string()),
            Cell::plain(expected.to_string()),
            Cell::plain(missed.to_string()),
            Cell::plain(surplus.to_string()),
            Cell::goal(format!("{part:.2} %"), wrong == 0),
        ]);
    }
    table
}

/// The rules of others beside the detector, where every and where every tenth vehicle reports.
fn rules(cases: &[Case]) -> Table {
    let mut table = Table::new(
        "Other rules on the same reports, positions alone",
        &["rule", "accidents found", "false accidents", "jams found", "events each", "false jams"],
    );
    for percent in [100, 10] {
        for subject in std::iter::once(DETECTOR).chain(baseline::ALL.map(|rule| rule.name)) {
            let chosen = || of(cases, subject).filter(move |case| case.percent == percent && !case.hazards);
            if chosen().next().is_none() {
                continue;
            }
            let (accidents, jams) = (summary::accidents(chosen()), summary::jams(chosen()));
            table.rows.push(vec![
                Cell::plain(format!("{subject}, {percent} %")),
                Cell::plain(out_of(&accidents)),
                Cell::plain(summary::false_accidents(chosen()).wrong.to_string()),
                Cell::plain(out_of(&jams)),
                pieces(&jams, false),
                Cell::plain(summary::false_jams(chosen()).wrong.to_string()),
            ]);
        }
    }
    table
}

/// The lines of the plot: found and false over the share of vehicles that report.
#[must_use]
pub fn series(cases: &[Case]) -> Vec<Series> {
    let line = |name: &str, colour, is_dashed, value: &dyn Fn(u32) -> Option<f64>| Series {
        name: name.to_owned(),
        colour,
        is_dashed,
        points: PERCENTS.into_iter().filter_map(|percent| Some((percent, value(percent)?))).collect(),
    };
    let found = |percent, crashed| {
        let chosen = plain(cases, percent).filter(move |case| case.crashed_reports == Some(crashed));
        summary::accidents(chosen).rate()
    };
    vec![
        line("accidents, a crashed one reports", "#cf222e", false, &|percent| found(percent, true)),
        line("accidents, none of them does", "#bc4c00", false, &|percent| found(percent, false)),
        line("jams found", "#0969da", false, &|percent| summary::jams(plain(cases, percent)).rate()),
        line("accident alarms: false", "#cf222e", true, &|percent| {
            summary::false_accidents(plain(cases, percent)).share()
        }),
        line("jam alarms: false", "#0969da", true, &|percent| {
            summary::false_jams(plain(cases, percent)).share()
        }),
    ]
}

fn out_of(found: &Found) -> String {
    if found.count == 0 { "–".to_owned() } else { format!("{} of {}", found.found, found.count) }
}

fn rate(found: &Found, least: f64, judged: bool) -> Cell {
    match found.rate() {
        Some(rate) if judged => Cell::goal(out_of(found), rate >= least),
        _ => Cell::plain(out_of(found)),
    }
}

fn bounded(spread: Option<Spread>, of: fn(Spread) -> f64, most_s: f64, judged: bool) -> Cell {
    match spread.map(of) {
        Some(value) if judged => Cell::goal(number(Some(value), " s"), value <= most_s),
        value => Cell::plain(number(value, " s")),
    }
}

fn share(share: Option<f64>, most: f64) -> Cell {
    share.map_or(Cell::plain("–"), |share| Cell::goal(format!("{:.1} %", share * 100.0), share <= most))
}

fn pieces(found: &Found, judged: bool) -> Cell {
    match found.pieces() {
        None => Cell::plain("–"),
        Some((mean, most)) if judged => Cell::goal(format!("{mean:.1}, at most {most:.0}"), most <= 1.0),
        Some((mean, most)) => Cell::plain(format!("{mean:.1}, at most {most:.0}")),
    }
}

fn number(value: Option<f64>, unit: &str) -> String {
    value.map_or("–".to_owned(), |value| format!("{value:.0}{unit}"))
}
