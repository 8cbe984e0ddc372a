//! A motorway made up for the purpose: three lanes become one, as at roadworks; the other way all is well.

use std::path::Path;

use super::demand::{Demand, edges};
use super::{Staged, network, routes_path};
use crate::ScoreError;
use crate::chance::Chance;

const LASTS_S: u32 = 2_100;

pub(super) fn stage(folder: &Path, seed: u64) -> Result<Staged, ScoreError> {
    let mut chance = Chance::new("lane-drop", seed);
    network::lane_drop(folder)?;
    let mut demand = Demand::default();
    // One lane takes some 0.5 vehicles a second.
    let (calm, peak) = (chance.between(0.2, 0.3), chance.between(0.85, 1.0));
    let (from_s, to_s) = (chance.between(240.0, 360.0), chance.between(840.0, 960.0));
    let end_s = f64::from(LASTS_S);
    for (name, span_s, per_second) in
        [("before", (0.0, from_s), calm), ("peak", (from_s, to_s), peak), ("after", (to_s, end_s), calm)]
    {
        demand.flow(name, span_s, per_second, &mut chance, |_| Some(edges(&["wide", "narrow", "after"])));
    }
    demand.flow("back", (0.0, end_s), 0.5, &mut chance, |_| Some(edges(&["back", "home"])));
    demand.write(&routes_path(folder))?;
    Ok(Staged { lasts_s: LASTS_S, light_cycle_s: 0.0, crashed: Vec::new() })
}
