//! Where vehicles are on the roads.

use roadnet::LinkIdx;

use super::simulation::Simulation;
use super::vehicle::VehicleIdx;

impl Simulation {
    /// The link that a vehicle's front is on, and how far from its start, m. The number must be of this simulation.
    #[must_use]
    pub fn whereabouts(&self, vehicle: VehicleIdx) -> (LinkIdx, f64) {
        let vehicle = &self.world.vehicles[vehicle.at()];
        (vehicle.link, vehicle.offset_m)
    }
}
