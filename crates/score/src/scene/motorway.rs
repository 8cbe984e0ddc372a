//! Scenes on the A10 south of Berlin, as sumo-tools ship it: two carriageways of three lanes with ramps, 3 km.

use std::path::Path;

use super::crash::Crash;
use super::demand::{Demand, FLOWING, Vehicle, edges};
use super::{Staged, network, routes_path};
use crate::ScoreError;
use crate::chance::Chance;

const EAST: [&str; 5] = ["264306385", "264308375", "264308383", "4054057", "264308376"];
const EAST_OFF: [&str; 3] = ["264306385", "264308375", "151495034"];
const EAST_ON: [&str; 3] = ["24498409", "4054057", "264308376"];
const WEST: [&str; 6] = ["290296351", "240042212", "151495040", "264308374", "399250313", "264308373"];
const WEST_OFF: [&str; 3] = ["290296351", "240042212", "151495018"];
const WEST_ON: [&str; 4] = ["308396220", "264308374", "399250313", "264308373"];

/// Shares of the traffic that leaves, and that enters over the ramps.
const LEAVES: f64 = 0.08;
const ENTERS: f64 = 0.06;

pub(super) fn free(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let mut chance = Chance::new("motorway-free", seed);
    let per_second = chance.between(0.35, 0.6);
    stage(folder, 1_500, per_second, &mut chance, |_, _| Vec::new())
}

pub(super) fn night(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let mut chance = Chance::new("motorway-night", seed);
    let per_second = chance.between(0.03, 0.06);
    stage(folder, 2_400, per_second, &mut chance, |demand, chance| {
        for (i, route) in [&EAST[..], &WEST[..]].into_iter().enumerate() {
            let stand_m = chance.between(300.0, 850.0);
            let lasts_s = chance.between(600.0, 1_200.0);
            demand.add(Vehicle {
                id: format!("shoulder.{i}"),
                kind: "truck",
                depart_s: chance.between(100.0, 500.0),
                start: FLOWING.to_owned(),
                edges: edges(route),
                stops: format!(
                    r#"<stop lane="{}_0" endPos="{stand_m:.0}" duration="{lasts_s:.0}" parking="true"/>"#,
                    route[0]
                ),
            });
        }
        Vec::new()
    })
}

pub(super) fn crash_by_day(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let mut chance = Chance::new("motorway-crash", seed);
    let per_second = chance.between(0.6, 0.9);
    stage(folder, 2_000, per_second, &mut chance, |demand, chance| crash(demand, seed, chance))
}

pub(super) fn crash_at_night(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let mut chance = Chance::new("motorway-crash-night", seed);
    let per_second = chance.between(0.05, 0.12);
    stage(folder, 1_800, per_second, &mut chance, |demand, chance| crash(demand, seed, chance))
}

/// Every other crash blocks two lanes; the carriageway is drawn.
fn crash(demand: &mut Demand, seed: u64, chance: &mut Chance) -> Vec<String> {
    let east = chance.is(0.5);
    let edges = if east { edges(&EAST) } else { edges(&WEST[5..]) };
    let first = chance.index(2);
    Crash {
        edges,
        lanes: if seed.is_multiple_of(2) { vec![first] } else { vec![first, first + 1] },
        at_m: chance.between(650.0, 950.0),
        run_up_m: 400.0,
        depart_s: chance.between(400.0, 560.0),
        lasts_s: chance.between(600.0, 780.0),
    }
    .stage(demand)
}

fn stage(
    folder: &Path,
    lasts_s: u32,
    per_second: f64,
    chance: &mut Chance,
    incident: impl FnOnce(&mut Demand, &mut Chance) -> Vec<String>,
) -> Result<Staged, ScoreError> {
    network::shipped(folder)?;
    let mut demand = Demand::default();
    let span_s = (0.0, f64::from(lasts_s));
    for (name, through, off, on) in
        [("east", &EAST[..], &EAST_OFF[..], &EAST_ON[..]), ("west", &WEST[..], &WEST_OFF[..], &WEST_ON[..])]
    {
        demand.flow(name, span_s, per_second, chance, |chance| {
            Some(edges(if chance.is(LEAVES) { off } else { through }))
        });
        demand.flow(&format!("{name}-on"), span_s, per_second * ENTERS, chance, |_| Some(edges(on)));
    }
    let crashed = incident(&mut demand, chance);
    demand.write(&routes_path(folder))?;
    Ok(Staged { lasts_s, light_cycle_s: 0.0, crashed })
}
