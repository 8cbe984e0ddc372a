//! The jams of a scene, by the yardstick that holds everywhere.

use std::collections::BTreeMap;

use roadnet::{LightColour, LinkIdx, Network};
use yardstick::jam::{Bridge, DENSE, QUEUE, STEP_MS, episodes};
use yardstick::{Jam, Queue, Rule, Slow, StopLines, Waits, queue};

use crate::trace::{Trace, Track};

/// All jams, and all queues that are on the edge of being one.
pub(super) fn find(trace: &Trace, light_cycle_s: f64) -> (Vec<Jam>, Vec<Jam>) {
    let lights = Lights::of(&trace.network);
    let bridge = Bridge::over_cycle(light_cycle_s);
    let held_up = queues(trace, &lights, &QUEUE).into_iter().filter(Queue::is_held_up).collect();
    let (jams, others): (Vec<Jam>, Vec<Jam>) =
        episodes(&trace.network, held_up, bridge, Jam::is_clear).into_iter().partition(Jam::is_clear);
    // Before lights everybody is slow and close for a while; elsewhere dense traffic may well be called a jam.
    let dense = queues(trace, &lights, &DENSE).into_iter().filter(|queue| !queue.before_light).collect();
    let dense = episodes(&trace.network, dense, bridge, |_| false);
    (jams, others.into_iter().chain(dense).filter(Jam::is_marginal).collect())
}

/// The traffic lights of a scene, as SUMO lets them run.
struct Lights<'a> {
    network: &'a Network,
    lines: StopLines,
    /// The lights at the end of each link that has some: the number of the plan, and of the light in it.
    at: BTreeMap<LinkIdx, Vec<(u32, u32)>>,
}

impl<'a> Lights<'a> {
    fn of(network: &'a Network) -> Self {
        let mut at: BTreeMap<LinkIdx, Vec<(u32, u32)>> = BTreeMap::new();
        for connection in &network.rules().connections {
            at.entry(connection.from).or_default().extend(connection.light);
        }
        at.retain(|_, lights| !lights.is_empty());
        Self { network, lines: StopLines::of(network, |link| at.contains_key(&link)), at }
    }

    /// Whether nobody who comes along a link may go.
    #[allow(clippy::cast_precision_loss)]
    fn is_red(&self, link: LinkIdx, at_ms: i64) -> bool {
        let plans = &self.network.rules().light_plans;
        self.at.get(&link).is_some_and(|lights| {
            lights.iter().all(|&(plan, light)| {
                let plan = plans.get(plan as usize);
                plan.and_then(|plan| plan.shows(light, at_ms as f64 / 1_000.0)) == Some(LightColour::Red)
            })
        })
    }
}

fn queues(trace: &Trace, lights: &Lights<'_>, rule: &Rule) -> Vec<Queue> {
    let mut slow: BTreeMap<i64, BTreeMap<LinkIdx, Vec<Slow>>> = BTreeMap::new();
    for track in &trace.tracks {
        add_slow(track, lights, rule, &mut slow);
    }
    slow.into_iter().flat_map(|(at_ms, slow)| queue::find(&trace.network, at_ms, slow, rule)).collect()
}

/// Adds where one vehicle is slow, at each look.
fn add_slow(
    track: &Track,
    lights: &Lights<'_>,
    rule: &Rule,
    slow: &mut BTreeMap<i64, BTreeMap<LinkIdx, Vec<Slow>>>,
) {
    let mut waits = Waits::default();
    for (i, sample) in track.samples.iter().enumerate() {
        let (at_ms, Some(link)) = (sample.at_ms, sample.link) else { continue };
        let window = track.samples[..=i].iter().rev().take_while(|past| at_ms - past.at_ms <= rule.window_ms);
        let (count, sum) = window.fold((0.0, 0.0), |(count, sum), past| (count + 1.0, sum + past.speed_mps));
        let road = lights.network.link(link);
        let queues = sum / count < rule.speed_share * road.speed_limit_mps && !track.is_parked(at_ms);
        // Inside the junction the line is passed.
        let line = (!sample.is_inside_junction).then(|| lights.lines.ahead(link)).flatten();
        waits.step(line, queues, line.is_some_and(|line| lights.is_red(line, at_ms)));
        if queues && at_ms % STEP_MS == 0 {
            let length_m = road.line.length_m();
            let at_m = if sample.is_inside_junction {
                length_m
            } else {
                road.line.project(sample.position).offset_m
            };
            let one = Slow { at_m, before_light: line.is_some(), is_left_over: waits.is_left_over() };
            slow.entry(at_ms).or_default().entry(link).or_default().push(one);
        }
    }
}
