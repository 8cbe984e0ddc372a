//! The jams there really are, by the yardstick that detection is measured with.

use std::collections::BTreeMap;

use roadnet::{LinkIdx, Network};
use yardstick::jam::{DENSE, QUEUE, STEP_MS};
use yardstick::{JamNews, JamWatch, Queue, Rule, Slow, StopLines, Waits, queue};

use crate::traffic::{Activity, Simulation};

/// How often speeds are taken, ms.
const SAMPLE_MS: i64 = 1_000;
/// Speeds that are kept of a vehicle: those of 15 s.
const KEPT: usize = 16;
/// How long all phases of a traffic light take at most, s.
const LIGHT_CYCLE_S: f64 = 90.0;

/// Looks for jams in a simulation.
#[derive(Debug)]
pub struct Jams {
    speeds: Vec<Speeds>,
    /// Which light each link leads to; found at the first look.
    lines: Option<StopLines>,
    jams: JamWatch,
    dense: JamWatch,
}

/// The last speeds of a vehicle, m/s, one a second.
#[derive(Debug, Clone, Copy, Default)]
struct Speeds {
    serial: u32,
    last: [f32; KEPT],
    taken: usize,
    /// What it has waited for.
    waits: Waits,
    /// Whether its road leads to a traffic light.
    before_light: bool,
}

impl Default for Jams {
    fn default() -> Self {
        let (jams, dense) = (JamWatch::of_jams(LIGHT_CYCLE_S), JamWatch::of_dense_traffic());
        Self { speeds: Vec::new(), lines: None, jams, dense }
    }
}

impl Jams {
    /// Looks at the traffic after a step. What is new of jams, each with the word that its name begins with.
    pub fn look(&mut self, simulation: &Simulation) -> Vec<(&'static str, JamNews)> {
        let now_ms = simulation.now_ms();
        if now_ms % SAMPLE_MS == 0 {
            self.sample(simulation);
        }
        if now_ms % STEP_MS != 0 {
            return Vec::new();
        }
        let network = simulation.network();
        let jams = self.jams.look(network, now_ms, self.queues(simulation, &QUEUE));
        let dense = self.dense.look(network, now_ms, self.queues(simulation, &DENSE));
        jams.into_iter()
            .map(|news| ("jam", news))
            .chain(dense.into_iter().map(|news| ("dense", news)))
            .collect()
    }

    fn sample(&mut self, simulation: &Simulation) {
        let network = simulation.network();
        let lines =
            self.lines.get_or_insert_with(|| StopLines::of(network, |link| simulation.has_light(link)));
        self.speeds.resize(simulation.slots(), Speeds::default());
        for vehicle in simulation.vehicles() {
            let speeds = &mut self.speeds[vehicle.0 as usize];
            let serial = simulation.serial(vehicle);
            if speeds.serial != serial {
                *speeds = Speeds { serial, ..Speeds::default() };
            }
            speeds.last[speeds.taken % KEPT] = simulation.observe(vehicle, 0).speed_mps as f32;
            speeds.taken += 1;
            let (link, _) = simulation.whereabouts(vehicle);
            let line = lines.ahead(link);
            let queues =
                speeds.queues(network, link, &QUEUE) && simulation.activity(vehicle) != Activity::Parked;
            speeds.waits.step(line, queues, line.is_some_and(|line| simulation.is_red(line)));
            speeds.before_light = line.is_some();
        }
    }

    fn queues(&self, simulation: &Simulation, rule: &Rule) -> Vec<Queue> {
        let network = simulation.network();
        let mut slow: BTreeMap<LinkIdx, Vec<Slow>> = BTreeMap::new();
        for vehicle in simulation.vehicles() {
            let Some(speeds) = self.speeds.get(vehicle.0 as usize) else { continue };
            let (link, at_m) = simulation.whereabouts(vehicle);
            if speeds.queues(network, link, rule) && simulation.activity(vehicle) != Activity::Parked {
                let (before_light, is_left_over) = (speeds.before_light, speeds.waits.is_left_over());
                slow.entry(link).or_default().push(Slow { at_m, before_light, is_left_over });
            }
        }
        queue::find(network, simulation.now_ms(), slow, rule)
    }
}

impl Speeds {
    /// Whether the vehicle is slow on this link.
    fn queues(&self, network: &Network, link: LinkIdx, rule: &Rule) -> bool {
        let samples = (rule.window_ms / SAMPLE_MS + 1) as usize;
        let limit_mps = network.link(link).speed_limit_mps;
        self.mean_mps(samples).is_some_and(|mean_mps| mean_mps < rule.speed_share * limit_mps)
    }

    /// The mean of the last so many.
    fn mean_mps(&self, samples: usize) -> Option<f64> {
        let count = samples.min(self.taken).min(KEPT);
        let sum: f64 = (1..=count).map(|back| f64::from(self.last[(self.taken - back) % KEPT])).sum();
        (count > 0).then(|| sum / count as f64)
    }
}
