//! The sorts of vehicle, and how their drivers differ.

use model::VehicleKind;
use rand::Rng;
use serde::{Serialize, Serializer};

use super::idm::Driver;

/// What all vehicles of a kind have in common.
#[derive(Debug, Clone, Copy)]
struct KindTraits {
    length_m: f64,
    accel_mps2: f64,
    brake_mps2: f64,
    headway_s: f64,
    top_mps: f64,
}

const fn traits_of(kind: VehicleKind) -> KindTraits {
    let (length_m, accel_mps2, brake_mps2, headway_s, top_mps) = match kind {
        VehicleKind::Car => (4.5, 1.7, 2.5, 1.08, 50.0),
        // By law 80 km/h and, for coaches, 100 km/h.
        VehicleKind::Truck => (9.0, 1.0, 2.0, 1.6, 23.0),
        VehicleKind::Bus => (12.0, 1.1, 2.0, 1.5, 27.8),
        VehicleKind::Motorcycle => (2.2, 2.6, 3.0, 1.1, 50.0),
        VehicleKind::Emergency => (6.0, 2.0, 3.0, 1.0, 45.0),
        VehicleKind::Other => (5.5, 1.4, 2.2, 1.4, 36.0),
    };
    KindTraits { length_m, accel_mps2, brake_mps2, headway_s, top_mps }
}

/// Length of the longest kind, in metres.
pub(crate) const LONGEST_M: f64 = 12.0;

/// Length in metres, bumper to bumper.
pub(crate) fn length_m(kind: VehicleKind) -> f64 {
    traits_of(kind).length_m
}

/// A driver of this kind of vehicle: some are quick, some keep more distance.
pub(crate) fn draw_driver(kind: VehicleKind, rng: &mut impl Rng) -> Driver {
    let traits = traits_of(kind);
    Driver {
        accel_mps2: traits.accel_mps2 * rng.random_range(0.85..1.15),
        brake_mps2: traits.brake_mps2 * rng.random_range(0.9..1.1),
        headway_s: traits.headway_s * rng.random_range(0.8..1.2),
        standing_gap_m: rng.random_range(1.6..2.4),
        top_mps: traits.top_mps,
        limit_share: rng.random_range(0.88..1.0),
    }
}

/// Shares of the kinds among the vehicles; they need not add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FleetMix {
    shares: [(VehicleKind, f64); 6],
}

impl Serialize for FleetMix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.shares.iter().map(|(kind, share)| (kind.as_str(), share)))
    }
}

impl FleetMix {
    /// What drives in a city.
    pub const CITY: Self = Self {
        shares: [
            (VehicleKind::Car, 86.0),
            (VehicleKind::Truck, 6.0),
            (VehicleKind::Bus, 4.0),
            (VehicleKind::Motorcycle, 3.0),
            (VehicleKind::Emergency, 1.0),
            (VehicleKind::Other, 0.0),
        ],
    };

    /// A mix from the share of each kind (each finite and not negative). `None` if all are 0.
    #[must_use]
    pub fn new(shares: [(VehicleKind, f64); 6]) -> Option<Self> {
        let valid = shares.iter().all(|&(_, share)| share >= 0.0 && share.is_finite());
        (valid && shares.iter().any(|&(_, share)| share > 0.0)).then_some(Self { shares })
    }

    /// Draws a kind.
    pub(crate) fn draw(&self, rng: &mut impl Rng) -> VehicleKind {
        let total: f64 = self.shares.iter().map(|&(_, share)| share).sum();
        let mut left = rng.random_range(0.0..total);
        for &(kind, share) in &self.shares {
            if left < share {
                return kind;
            }
            left -= share;
        }
        // Only rounding comes here.
        self.shares.iter().rev().find(|&&(_, share)| share > 0.0).map_or(VehicleKind::Car, |&(kind, _)| kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::SmallRng;

    #[test]
    fn kinds_are_drawn_by_their_shares() {
        use VehicleKind::{Bus, Car, Emergency, Motorcycle, Other, Truck};
        let mix = FleetMix::new([
            (Car, 3.0),
            (Truck, 1.0),
            (Bus, 0.0),
            (Motorcycle, 0.0),
            (Emergency, 0.0),
            (Other, 0.0),
        ]);
        let mix = mix.unwrap();
        let mut rng = SmallRng::seed_from_u64(1);
        let cars = (0..10_000).filter(|_| mix.draw(&mut rng) == Car).count();
        assert!((7_300..7_700).contains(&cars), "{cars}");
        assert!((0..10_000).all(|_| matches!(mix.draw(&mut rng), Car | Truck)));
    }

    #[test]
    fn no_driver_wants_to_go_faster_than_the_limit() {
        let mut rng = SmallRng::seed_from_u64(2);
        for _ in 0..1_000 {
            let driver = draw_driver(VehicleKind::Car, &mut rng);
            assert!(driver.limit_share <= 1.0 && driver.limit_share > 0.8);
        }
    }
}
