//! How likely an obstacle is where several vehicles were held up and drove off.
//!
//! Other things hold up vehicles on open road: drivers who slow down for reasons of their own, each for itself; a wave of stop
//! and go, which wanders up the road; a slow vehicle that others wait to pass, which drives down the road. An obstacle must
//! be likelier than these together.

use model::Timestamp;

/// Logarithm of how many times likelier an obstacle is than drivers with reasons of their own, before anything is seen.
const OWN_REASONS: f64 = -6.0;
/// Such drivers are rare: minus the logarithm of their share, by the share of the limit that they slow down to.
const OF_THEIR_OWN: [(f64, f64); 3] = [(0.1, 5.0), (0.2, 4.2), (f64::INFINITY, 3.2)];
/// Logarithm of how many times likelier an obstacle is than something that wanders, before anything is seen.
const WANDERS: f64 = -2.0;
/// Waves wander up the road, slow vehicles down it, at least this fast, in m/s.
const WANDERING_MPS: [f64; 2] = [-3.5, 4.0];
/// Where a vehicle drove off is known to so many metres: one sigma.
const PLACE_SIGMA_M: f64 = 20.0;

/// A vehicle that was held up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeldUp {
    /// When it drove off.
    pub(crate) at: Timestamp,
    /// Where, in metres from the beginning of the link.
    pub(crate) offset_m: f64,
    /// How slow it was, as a share of the limit.
    pub(crate) slowest: f64,
}

/// The logarithm of how many times likelier an obstacle is than everything else, when these were held up on one link and so
/// many passed freely meanwhile.
pub(crate) fn log_odds(held_up: &[HeldUp], passed: usize) -> f64 {
    -((-of_own_reasons(held_up, passed)).exp() + (-of_wandering(held_up)).exp()).ln()
}

/// The same against drivers with reasons of their own.
///
/// An obstacle holds up some share f of those who come, and nobody knows which: k of k + n with probability
/// ∫ fᵏ(1 − f)ⁿ df = k! n! / (k + n + 1)!.
#[allow(clippy::cast_precision_loss)]
fn of_own_reasons(held_up: &[HeldUp], passed: usize) -> f64 {
    let of_own = |one: &HeldUp| {
        let step = OF_THEIR_OWN.iter().find(|(slowest, _)| one.slowest < *slowest);
        step.map_or(0.0, |(_, log)| *log)
    };
    let count = held_up.len();
    let of_obstacle: f64 = (1..=count).map(|k| (k as f64 / (passed + k) as f64).ln()).sum::<f64>()
        - ((count + passed + 1) as f64).ln();
    OWN_REASONS + held_up.iter().map(of_own).sum::<f64>() + of_obstacle
}

/// The same against something that wanders: how much closer together the places are as they are than as seen from it.
#[allow(clippy::cast_precision_loss)]
fn of_wandering(held_up: &[HeldUp]) -> f64 {
    let Some(first) = held_up.first() else { return WANDERS };
    let spread_m2 = |speed_mps: f64| {
        let place_m = |one: &HeldUp| one.offset_m - speed_mps * one.at.since_ms(first.at) as f64 / 1_000.0;
        let mean_m = held_up.iter().map(place_m).sum::<f64>() / held_up.len() as f64;
        held_up.iter().map(|one| (place_m(one) - mean_m).powi(2)).sum::<f64>()
    };
    let wandering_m2 = WANDERING_MPS.map(spread_m2).into_iter().fold(f64::INFINITY, f64::min);
    WANDERS + (wandering_m2 - spread_m2(0.0)) / (2.0 * PLACE_SIGMA_M * PLACE_SIGMA_M)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held_up(at_s: i64, offset_m: f64, slowest: f64) -> HeldUp {
        HeldUp { at: Timestamp::from_ms_clamped(at_s * 1_000), offset_m, slowest }
    }

    #[test]
    fn two_that_nearly_stood_at_one_point_tell_of_an_obstacle_and_two_that_slowed_down_do_not() {
        let at_one_point = |slowest| [held_up(0, 500.0, slowest), held_up(40, 510.0, slowest)];
        assert!(log_odds(&at_one_point(0.05), 0) > 2.0);
        assert!(log_odds(&at_one_point(0.3), 0) < 0.0);
    }

    #[test]
    fn the_more_pass_freely_the_likelier_those_few_had_reasons_of_their_own() {
        let few = [held_up(0, 500.0, 0.05), held_up(60, 510.0, 0.05)];
        assert!(log_odds(&few, 1) > 0.85 && log_odds(&few, 10) < -1.0);
        let many: Vec<HeldUp> = (0..8).map(|i| held_up(20 * i, 500.0, 0.05)).collect();
        assert!(log_odds(&many, 20) > 2.0, "{}", log_odds(&many, 20));
    }

    #[test]
    fn what_wanders_up_or_down_the_road_is_no_obstacle() {
        for speed_mps in [-4.5, -3.5, 4.0, 9.0] {
            let wave: Vec<HeldUp> =
                (0..4).map(|i| held_up(5 * i, 500.0 + speed_mps * 5.0 * i as f64, 0.05)).collect();
            assert!(log_odds(&wave, 0) < -1.9, "{speed_mps}: {}", log_odds(&wave, 0));
        }
    }
}
