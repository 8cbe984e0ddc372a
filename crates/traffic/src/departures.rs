//! Trips by a timetable.

use std::collections::VecDeque;

use roadnet::LinkIdx;

use super::event::TrafficEvent;
use super::plan::PlannedTrip;
use super::simulation::Simulation;

/// The trips that have not begun.
#[derive(Debug)]
pub(crate) struct Departures {
    /// In order of their times, the last first.
    later: Vec<PlannedTrip>,
    /// For each link, the ends of those that wait for room to begin on it.
    waiting: Vec<VecDeque<LinkIdx>>,
    /// Links on which somebody waits.
    links: Vec<LinkIdx>,
}

impl Departures {
    pub fn new(trips: &[PlannedTrip], link_count: usize) -> Self {
        let mut later = trips.to_vec();
        later.sort_by(|a, b| b.at_s.total_cmp(&a.at_s).then(b.from.cmp(&a.from)).then(b.to.cmp(&a.to)));
        let waiting = if later.is_empty() { 0 } else { link_count };
        Self { later, waiting: vec![VecDeque::new(); waiting], links: Vec::new() }
    }
}

impl Simulation {
    /// Lets those begin whose time has come, one on each link, as far as there is room.
    pub(crate) fn let_depart(&mut self, now_s: f64) {
        while let Some(trip) = self.departures.later.pop_if(|trip| trip.at_s <= now_s) {
            let queue = &mut self.departures.waiting[trip.from.0 as usize];
            if queue.is_empty() {
                self.departures.links.push(trip.from);
            }
            queue.push_back(trip.to);
        }
        let links = std::mem::take(&mut self.departures.links);
        for &from in &links {
            let Some(&to) = self.departures.waiting[from.0 as usize].front() else { continue };
            // Who can never get there does not come at all.
            let Some(route) = self.demand.way_of(&self.world, from, to) else {
                self.departures.waiting[from.0 as usize].pop_front();
                continue;
            };
            let suited = self.world.suited_lanes(&route);
            let lanes = self.world.streets.get(from).lanes;
            for lane in (0..lanes).filter(|lane| suited & (1 << lane) != 0) {
                if let Some(idx) = self.world.come_in(from, lane, &self.count.mix, &mut self.rng) {
                    self.departures.waiting[from.0 as usize].pop_front();
                    let trip = &mut self.world.trips[idx.at()];
                    (trip.route, trip.is_last, trip.vanishes) = (route, true, true);
                    self.world.choose_lanes(idx);
                    self.fresh.push(TrafficEvent::Entered(idx));
                    break;
                }
            }
        }
        self.departures.links = links;
        self.departures.links.retain(|link| !self.departures.waiting[link.0 as usize].is_empty());
    }
}
