//! Stages, plays and measures, on all cores.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;

use score::case::{self, Case};
use score::scene::Scene;
use score::workshop::{Workshop, fleets};

use super::Plan;
use super::progress::Progress;
use crate::screen::Screen;

/// Measures everything in the plan and tells how far it is; the cases come in a fixed order.
pub(super) fn measure(plan: &Plan, screen: Screen) -> anyhow::Result<Vec<Case>> {
    let workshop = Workshop::new(&testbed::workspace_folder().join("target/score"));
    let progress = Progress::new(plan.scenes.len() * plan.seeds.len(), screen);
    let jobs: Vec<(usize, Scene, u64)> = plan
        .scenes
        .iter()
        .flat_map(|scene| plan.seeds.iter().map(|seed| (*scene, *seed)))
        .enumerate()
        .map(|(i, (scene, seed))| (i, scene, seed))
        .collect();
    let queue = Mutex::new(jobs.into_iter().collect::<VecDeque<_>>());
    let done: Mutex<Vec<(usize, anyhow::Result<Vec<Case>>)>> = Mutex::new(Vec::new());
    let n_workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..n_workers {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                    let Some((i, scene, seed)) = next else { return };
                    let cases = one(plan, &workshop, scene, seed, &progress);
                    if cases.is_err() {
                        queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    }
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((i, cases));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(i, _)| *i);
    let mut cases = Vec::new();
    for (_, measured) in done {
        cases.extend(measured?);
    }
    Ok(cases)
}

fn one(
    plan: &Plan,
    workshop: &Workshop,
    scene: Scene,
    seed: u64,
    progress: &Progress,
) -> anyhow::Result<Vec<Case>> {
    let fleets = fleets(&scene, &plan.percents);
    progress.begin(scene.name, seed);
    let prepared = workshop.prepare(scene, seed, &fleets)?;
    let mut cases = Vec::new();
    for fleet in &fleets {
        cases.extend(case::measure(&prepared, fleet, &plan.settings, plan.with_rules)?);
    }
    progress.end(scene.name, seed, cases.iter().map(|case| case.reports).sum());
    Ok(cases)
}
