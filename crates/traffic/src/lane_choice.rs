//! Which lanes lead on along a route.

use roadnet::LinkIdx;

use super::vehicle::VehicleIdx;
use super::world::World;

/// On a link longer than this there is time to change lanes, m.
const TIME_TO_CHANGE_M: f64 = 120.0;
/// How many links a driver thinks ahead about lanes.
const LINKS_AHEAD: usize = 14;

impl World {
    /// The lanes of the first link of a route from which the route can be followed without another change, as a set.
    pub fn suited_lanes(&self, route: &[LinkIdx]) -> u32 {
        self.suited_within(route, LINKS_AHEAD)
    }

    fn suited_within(&self, route: &[LinkIdx], links: usize) -> u32 {
        let [from, to, ..] = *route else { return u32::MAX };
        let street = self.streets.get(from);
        if street.lanes == 1 {
            return 1;
        }
        let Some((_, turn)) = self.streets.turns.between(from, to) else { return street.all_lanes() };
        let next = self.streets.get(to);
        let wanted = if links == 0 || next.lanes == 1 || next.length_m > TIME_TO_CHANGE_M {
            u32::MAX
        } else {
            self.suited_within(&route[1..], links - 1)
        };
        let leads = |lane: u8, wanted: u32| {
            let entry = turn.entries.get(usize::from(lane)).copied().flatten();
            entry.is_some_and(|(first, last)| (first..=last).any(|lane| wanted & (1 << lane) != 0))
        };
        let set = |wanted: u32| {
            (0..street.lanes).filter(|&lane| leads(lane, wanted)).fold(0, |set, lane| set | 1 << lane)
        };
        match (set(wanted), set(u32::MAX)) {
            (0, 0) => street.all_lanes(),
            (0, any) => any,
            (best, _) => best,
        }
    }

    /// Looks again at which lanes lead on.
    pub fn choose_lanes(&mut self, idx: VehicleIdx) {
        self.vehicles[idx.at()].suited = self.suited_lanes(self.trips[idx.at()].ahead());
    }
}
