//! How fast a turn can be taken.

/// Sideways acceleration that drivers accept, m/s².
const LATERAL_MPS2: f64 = 2.5;
/// Metres before and after a corner that a driver uses to round it.
const ROUNDING_M: f64 = 10.0;
/// Slowest turn (turning back on the spot).
const SLOWEST_MPS: f64 = 2.0;
/// Below this many degrees the road counts as straight.
const STRAIGHT_DEG: f64 = 10.0;

/// The speed in m/s for a change of direction by `angle_deg` (0…180); infinite where the road goes straight on.
pub(crate) fn turn_speed_mps(angle_deg: f64) -> f64 {
    if angle_deg < STRAIGHT_DEG {
        return f64::INFINITY;
    }
    let radius_m = ROUNDING_M / (angle_deg / 2.0).to_radians().tan();
    (LATERAL_MPS2 * radius_m.max(0.0)).sqrt().max(SLOWEST_MPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sharper_turns_are_slower() {
        assert_eq!(turn_speed_mps(5.0), f64::INFINITY);
        assert!((turn_speed_mps(90.0) - 5.0).abs() < 1e-9);
        assert!(turn_speed_mps(45.0) > 7.0 && turn_speed_mps(45.0) < 9.0);
        assert_eq!(turn_speed_mps(180.0), SLOWEST_MPS);
    }
}
