//! Traffic lights as they change.

use roadnet::{LinkIdx, Network};

use super::junctions::crossings_with_lights;
use super::light_plan::{Phase, Plan, plan_for};
use super::street::Streets;
use super::turns::NO_LIGHT;
use super::world::STEP_S;

/// What a light shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Light {
    Green,
    Amber,
    Red,
}

/// All lights of a network.
#[derive(Debug)]
pub(crate) struct Lights {
    plans: Vec<Running>,
    /// What each light shows.
    shown: Vec<Light>,
    /// For each light, the link that it stands at the end of.
    stands_at: Vec<LinkIdx>,
    /// Links of which a light has turned from green in this step.
    pub turned_amber: Vec<LinkIdx>,
}

/// A plan, and where it is.
#[derive(Debug)]
struct Running {
    plan: Plan,
    /// The number of its first light.
    first: u32,
    phase: usize,
    /// The step at which the next phase begins.
    next_step: u32,
}

impl Lights {
    /// The lights of the network, each turn with the number of its own.
    pub fn new(network: &Network, streets: &mut Streets) -> Self {
        let mut lights =
            Self { plans: Vec::new(), shown: Vec::new(), stands_at: Vec::new(), turned_amber: Vec::new() };
        lights.add_given(network, streets);
        // Where the file has plans, it has them for all its lights.
        let crossings = match network.rules().light_plans.is_empty() {
            true => crossings_with_lights(network, streets),
            false => Vec::new(),
        };
        for crossing in crossings {
            let (plan, approaches) = plan_for(network, streets, &crossing);
            // Each approach has a light of its own, so that it is known where it stands.
            let first = lights.shown.len() as u32;
            let mut own = Vec::new();
            for (nth, &(link, light)) in approaches.iter().enumerate() {
                for turn in streets.turns.of_mut(link) {
                    turn.light = first + nth as u32;
                }
                own.push(light as usize);
            }
            lights.add(plan.spread(&own), first);
            for (nth, &(link, _)) in approaches.iter().enumerate() {
                lights.stands_at[first as usize + nth] = link;
            }
        }
        lights
    }

    /// The plans that the network's file gives.
    fn add_given(&mut self, network: &Network, streets: &mut Streets) {
        let rules = network.rules();
        let mut firsts = Vec::new();
        for plan in &rules.light_plans {
            let first = self.shown.len() as u32;
            firsts.push(first);
            self.add(Plan::given(plan), first);
        }
        for connection in &rules.connections {
            let Some((plan, light)) = connection.light else { continue };
            let number = firsts[plan as usize] + light;
            self.stands_at[number as usize] = connection.from;
            let turns = streets.turns.of_mut(connection.from).iter_mut();
            for turn in turns.filter(|turn| turn.to == connection.to && turn.light == NO_LIGHT) {
                turn.light = number;
            }
        }
    }

    fn add(&mut self, plan: Plan, first: u32) {
        let count = plan.phases.first().map_or(0, |phase| phase.shows.len());
        self.shown.resize(first as usize + count, Light::Red);
        self.stands_at.resize(first as usize + count, LinkIdx(0));
        let mut running = Running { plan, first, phase: 0, next_step: 0 };
        running.start(&mut self.shown);
        self.plans.push(running);
    }

    /// What a light shows; no light lets all go.
    pub fn of(&self, light: u32) -> Light {
        if light == NO_LIGHT { Light::Green } else { self.shown[light as usize] }
    }

    /// What all lights show.
    #[cfg(test)]
    pub fn shown(&self) -> Vec<Light> {
        self.shown.clone()
    }

    /// Brings the lights to a step.
    pub fn step(&mut self, step: u32) {
        self.turned_amber.clear();
        for running in &mut self.plans {
            while running.next_step <= step {
                running.phase = (running.phase + 1) % running.plan.phases.len();
                let phase = &running.plan.phases[running.phase];
                running.next_step += phase.steps();
                for (nth, &shows) in phase.shows.iter().enumerate() {
                    let light = running.first as usize + nth;
                    if self.shown[light] == Light::Green && shows != Light::Green {
                        self.turned_amber.push(self.stands_at[light]);
                    }
                    self.shown[light] = shows;
                }
            }
        }
    }
}

impl Running {
    /// Begins where the plan's offset says.
    fn start(&mut self, shown: &mut [Light]) {
        let mut left = (self.plan.offset_s.rem_euclid(self.plan.cycle_s()) / STEP_S) as u32;
        while left >= self.plan.phases[self.phase].steps() {
            left -= self.plan.phases[self.phase].steps();
            self.phase = (self.phase + 1) % self.plan.phases.len();
        }
        let phase = &self.plan.phases[self.phase];
        self.next_step = phase.steps() - left;
        shown[self.first as usize..][..phase.shows.len()].copy_from_slice(&phase.shows);
    }
}

impl Phase {
    fn steps(&self) -> u32 {
        ((self.duration_s / STEP_S).round() as u32).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(offset_s: f64) -> Plan {
        let phase = |duration_s, shows| Phase { duration_s, shows: vec![shows] };
        let phases = vec![phase(10.0, Light::Green), phase(3.0, Light::Amber), phase(17.0, Light::Red)];
        Plan { phases, offset_s }
    }

    /// What the only light of a plan shows at these seconds.
    fn shows(offset_s: f64, at_s: [u32; 4]) -> [Light; 4] {
        at_s.map(|s| {
            let mut lights = Lights {
                plans: Vec::new(),
                shown: Vec::new(),
                stands_at: Vec::new(),
                turned_amber: Vec::new(),
            };
            lights.add(plan(offset_s), 0);
            (0..=s * 4).for_each(|step| lights.step(step));
            lights.of(0)
        })
    }

    #[test]
    fn a_light_shows_what_its_plan_says_for_as_long() {
        use Light::{Amber, Green, Red};
        assert_eq!(shows(0.0, [9, 11, 14, 31]), [Green, Amber, Red, Green]);
        assert_eq!(shows(12.0, [0, 2, 17, 19]), [Amber, Red, Red, Green]);
        assert_eq!(shows(-1.0, [0, 2, 10, 12]), [Red, Green, Green, Amber]);
    }

    #[test]
    fn without_a_light_one_may_go() {
        let none =
            Lights { plans: Vec::new(), shown: Vec::new(), stands_at: Vec::new(), turned_amber: Vec::new() };
        assert_eq!(none.of(NO_LIGHT), Light::Green);
    }
}
