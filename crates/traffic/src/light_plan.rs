//! Plans of traffic lights: fixed times, by the directions from which one comes.

use model::geo::normal_deg;
use roadnet::{LightColour, LinkIdx, Network};

use super::junctions::Crossing;
use super::lights::Light;
use super::street::Streets;

/// Amber after green, then red for all, s.
const AMBER_S: f64 = 3.0;
const ALL_RED_S: f64 = 2.0;
/// The whole cycle of a small crossing, what each lane beyond four adds, and the longest, s.
const SHORT_CYCLE_S: f64 = 60.0;
const CYCLE_BY_LANE_S: f64 = 5.0;
const LONG_CYCLE_S: f64 = 90.0;
/// The shortest green, s.
const LEAST_GREEN_S: f64 = 12.0;
/// Where only one direction comes, it has green but for the time in which people on foot cross, s.
const FOOT_S: f64 = 15.0;
/// Approaches up to this many degrees from the main axis go together with it.
const AXIS_DEG: f64 = 45.0;

/// What all lights of a crossing show for how long.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Phase {
    pub duration_s: f64,
    pub shows: Vec<Light>,
}

/// Phases that follow one another for ever.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Plan {
    pub phases: Vec<Phase>,
    /// How far the plan has come at the beginning, s.
    pub offset_s: f64,
}

impl Plan {
    /// A plan from the network's file.
    pub fn given(plan: &roadnet::LightPlan) -> Self {
        let light = |colour: &LightColour| match colour {
            LightColour::Green => Light::Green,
            LightColour::Amber => Light::Amber,
            LightColour::Red => Light::Red,
        };
        let phases = plan.phases.iter().map(|phase| Phase {
            duration_s: phase.duration_s,
            shows: phase.shows.iter().map(light).collect(),
        });
        Self { phases: phases.collect(), offset_s: plan.offset_s }
    }

    /// The same plan for other lights, each of which shows what the one of this number shows.
    pub fn spread(&self, numbers: &[usize]) -> Self {
        let phases = self.phases.iter().map(|phase| Phase {
            duration_s: phase.duration_s,
            shows: numbers.iter().filter_map(|&number| phase.shows.get(number).copied()).collect(),
        });
        Self { phases: phases.collect(), offset_s: self.offset_s }
    }

    pub fn cycle_s(&self) -> f64 {
        self.phases.iter().map(|phase| phase.duration_s).sum::<f64>().max(1.0)
    }
}

/// A plan for a crossing, and for each approach which of the plan's lights is its own: 0 for the main axis, 1 across.
pub(crate) fn plan_for(
    network: &Network,
    streets: &Streets,
    crossing: &Crossing,
) -> (Plan, Vec<(LinkIdx, u32)>) {
    let axis = |link: LinkIdx| streets.get(link).heading_end_deg.rem_euclid(180.0);
    let weight = |link: LinkIdx| f64::from(streets.get(link).lanes);
    let main = crossing.approaches.iter().copied().min_by_key(|&link| (network.link(link).class, link));
    let main_deg = main.map_or(0.0, axis);
    let is_across = |link: LinkIdx| {
        let apart = normal_deg(2.0 * (axis(link) - main_deg) + 180.0) - 180.0;
        apart.abs() > 2.0 * AXIS_DEG
    };
    let approaches: Vec<(LinkIdx, u32)> =
        crossing.approaches.iter().map(|&link| (link, u32::from(is_across(link)))).collect();
    let weight_of = |light: u32| {
        let own = approaches.iter().filter(|approach| approach.1 == light);
        own.map(|&(link, _)| weight(link)).sum::<f64>()
    };
    let (along, across) = (weight_of(0), weight_of(1));
    let cycle_s = (SHORT_CYCLE_S + CYCLE_BY_LANE_S * (along + across - 4.0).max(0.0)).min(LONG_CYCLE_S);
    let greens_s = cycle_s - 2.0 * (AMBER_S + ALL_RED_S);
    let across_s = if across > 0.0 {
        (greens_s * across / (along + across)).clamp(LEAST_GREEN_S, greens_s - LEAST_GREEN_S).round()
    } else {
        FOOT_S
    };
    let phase =
        |duration_s: f64, along: Light, across: Light| Phase { duration_s, shows: vec![along, across] };
    use Light::{Amber, Green, Red};
    let phases = vec![
        phase(greens_s - across_s, Green, Red),
        phase(AMBER_S, Amber, Red),
        phase(ALL_RED_S, Red, Red),
        phase(across_s, Red, Green),
        phase(AMBER_S, Red, Amber),
        phase(ALL_RED_S, Red, Red),
    ];
    // Crossings are not at the same point of their plans all over the town.
    let number = crossing.approaches.first().map_or(0, |link| link.0);
    (Plan { phases, offset_s: f64::from(number.wrapping_mul(2_654_435_761) >> 25) }, approaches)
}
