//! What the traffic lights show to those who come.

use roadnet::LinkIdx;

use super::lights::Light;
use super::simulation::Simulation;
use super::turns::NO_LIGHT;

impl Simulation {
    /// Whether traffic lights stand at the end of a link. The number must be of the network.
    #[must_use]
    pub fn has_light(&self, link: LinkIdx) -> bool {
        self.world.streets.turns.of(link).iter().any(|turn| turn.light != NO_LIGHT)
    }

    /// Whether the lights at the end of a link let nobody go, whichever way. The number must be of the network.
    #[must_use]
    pub fn is_red(&self, link: LinkIdx) -> bool {
        let mut turns = self.world.streets.turns.of(link).iter();
        self.has_light(link) && turns.all(|turn| self.world.lights.of(turn.light) == Light::Red)
    }
}
