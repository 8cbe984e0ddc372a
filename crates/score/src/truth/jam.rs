//! The jams of a scene, by the yardstick that holds everywhere.

use std::collections::{BTreeMap, BTreeSet};

use roadnet::LinkIdx;
use yardstick::jam::{DENSE, MARGINAL_MS, QUEUE, STEP_MS, episodes, leads_to_light};
use yardstick::{Jam, Queue, Rule, queue};

use crate::trace::Trace;

/// All jams, and all queues that are on the edge of being one.
pub(super) fn find(trace: &Trace, light_cycle_s: f64) -> (Vec<Jam>, Vec<Jam>) {
    let mut jams = Vec::new();
    let mut marginal = Vec::new();
    // Asked for often, of long jams.
    let lit: BTreeSet<u32> = (trace.network.links())
        .map(|(link, _)| link.0)
        .filter(|&link| leads_to_light(&trace.network, link))
        .collect();
    let waits = |jam: &Jam| {
        jam.extents.iter().flat_map(|extent| &extent.pieces).any(|piece| lit.contains(&piece.link))
    };
    let is_jam = |jam: &Jam| jam.is_clear(waits(jam), light_cycle_s);
    for jam in episodes(&trace.network, queues(trace, &QUEUE), is_jam) {
        let waits = waits(&jam);
        if jam.is_clear(waits, light_cycle_s) {
            jams.push(jam);
        } else if jam.is_marginal(waits, light_cycle_s) {
            marginal.push(jam);
        }
    }
    // Before lights everybody is slow and close for a while; elsewhere dense traffic may well be called a jam.
    let dense = episodes(&trace.network, queues(trace, &DENSE), |_| false).into_iter();
    let dense = dense.filter(|jam| !jam.waits(&trace.network));
    marginal.extend(dense.filter(|jam| jam.to_ms - jam.from_ms >= MARGINAL_MS));
    (jams, marginal)
}

fn queues(trace: &Trace, rule: &Rule) -> Vec<Queue> {
    let looks = (0..=trace.end_ms / STEP_MS).map(|step| step * STEP_MS);
    looks.flat_map(|at_ms| queue::find(&trace.network, at_ms, slow(trace, at_ms, rule), rule)).collect()
}

/// Where slow vehicles are at one moment.
fn slow(trace: &Trace, at_ms: i64, rule: &Rule) -> BTreeMap<LinkIdx, Vec<f64>> {
    let mut slow: BTreeMap<LinkIdx, Vec<f64>> = BTreeMap::new();
    for track in &trace.tracks {
        let Some((i, sample)) = track.at(at_ms) else { continue };
        let Some(link) = sample.link else { continue };
        let window = track.samples[..=i].iter().rev().take_while(|past| at_ms - past.at_ms <= rule.window_ms);
        let (count, sum) = window.fold((0.0, 0.0), |(count, sum), past| (count + 1.0, sum + past.speed_mps));
        let road = trace.network.link(link);
        if sum / count < rule.speed_share * road.speed_limit_mps && !track.is_parked(at_ms) {
            let offset_m = if sample.is_inside_junction {
                road.line.length_m()
            } else {
                road.line.project(sample.position).offset_m
            };
            slow.entry(link).or_default().push(offset_m);
        }
    }
    slow
}
