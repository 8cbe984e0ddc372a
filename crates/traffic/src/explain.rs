//! Why a vehicle does not move on, in words, for whoever looks for a fault.

use std::fmt::Write;

use roadnet::LinkIdx;

use super::simulation::Simulation;
use super::vehicle::VehicleIdx;

/// Links ahead whose vehicles are told.
const LINKS_AHEAD: usize = 3;

impl Simulation {
    /// What holds a vehicle up: where it is and what it waits for, and the same of those on the next links of its way.
    #[must_use]
    pub fn explain(&self, vehicle: VehicleIdx) -> String {
        let world = &self.world;
        let mut text = self.explain_one(vehicle);
        for &next in world.trips[vehicle.at()].ahead().iter().skip(1).take(LINKS_AHEAD) {
            for lane in 0..world.streets.get(next).lanes {
                for &other in world.lanes.fronts(world.streets.lane(next, lane)) {
                    let _ = write!(text, "\n  ahead: {}", self.explain_one(other));
                }
            }
        }
        text
    }

    fn explain_one(&self, vehicle: VehicleIdx) -> String {
        let world = &self.world;
        let (own, trip) = (&world.vehicles[vehicle.at()], &world.trips[vehicle.at()]);
        let street = world.streets.get(own.link);
        let name = |link: &LinkIdx| world.network.link(*link).road_id.to_string();
        let fronts = world.lanes.fronts(world.streets.lane(own.link, own.lane));
        let leader = fronts.iter().take_while(|&&other| other != vehicle).last().copied();
        let view = world.look_ahead(vehicle, leader);
        let mut chain = Vec::new();
        let refusal = world.chain_for(vehicle, &mut chain).err();
        format!(
            "{vehicle:?} ({:?}, {:?}) at {:.1} m/s for {:.0} s, {:.1} of {:.1} m on lane {} of {}; may pass {} nodes, then {refusal:?}; \
             sees {:?}, a line at {:.1} m; halts {:?}; way {:?}",
            own.kind,
            own.control,
            own.speed_mps,
            own.still_s,
            own.offset_m,
            street.length_m,
            own.lane,
            name(&own.link),
            own.cleared,
            view.leader.map(|(gap_m, rear)| (gap_m, rear.vehicle)),
            view.stop_line_m,
            own.halt,
            trip.ahead().iter().take(8).map(name).collect::<Vec<_>>(),
        )
    }
}
