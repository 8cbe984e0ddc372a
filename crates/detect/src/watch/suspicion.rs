//! How likely a vehicle at rest is one that crashed.
//!
//! Each other reason for which a vehicle stands on a road is held against a crash by itself: the logarithm of how many times
//! likelier a crash explains what is seen. A crash must beat all of them together.

/// Logarithms of how many times likelier an ordinary reason is, before anything is seen: standing in a queue before a line
/// where one waits, standing in a queue elsewhere, standing at the kerb, a short stop in the lane, a bus at its stop.
const QUEUE_AT_LINE: f64 = -4.0;
const QUEUE_ELSEWHERE: f64 = -3.0;
const KERB: f64 = -4.7;
/// The same beside a motorway, where nobody parks: standing on its hard shoulder.
const SHOULDER: f64 = -3.9;
const SHORT_STOP: f64 = -4.5;
const BUS_STOP: f64 = -7.0;

/// Who stands this close before a line waits there, in metres: the line itself lies some way before the middle of the junction.
pub(crate) const AT_LINE_M: f64 = 40.0;

/// What it says for any reason other than a crash that a vehicle has crept on.
const CREPT: f64 = 4.0;
/// What it says that a vehicle stands on another road than the one it was put on.
pub(crate) const ELSEWHERE: f64 = -6.0;

/// What braking says: as hard as nobody brakes, how fast that grows up to there, an ordinary one, and any of a motorcycle.
const MOST_BRAKING: f64 = 5.5;
const BRAKING_PER_MPS2: f64 = 8.0;
const ORDINARY_BRAKING: f64 = -0.5;
const MOTORCYCLE: f64 = 0.3;

/// What is seen of a vehicle at rest and of the road around it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Evidence {
    /// For how long it has stood, in seconds.
    pub(crate) stood_s: f64,
    /// Whether it has crept on since, as those do who queue.
    pub(crate) has_crept: bool,
    /// How many times likelier its braking is for a crash, as a logarithm.
    pub(crate) braking: f64,
    /// Metres to the line where vehicles wait, if it is near, and whether there is a light.
    pub(crate) stop_line: Option<(f64, bool)>,
    /// Whether there is one lane only, where nobody can pass who stands in it.
    pub(crate) is_single_lane: bool,
    /// Whether it is on a motorway, or a road like one.
    pub(crate) is_motorway: bool,
    /// Whether it is a bus.
    pub(crate) is_bus: bool,
    /// How many times likelier its place across the road is for one in a lane than for one at the kerb, as a logarithm.
    pub(crate) side: f64,
    /// Whether vehicles ahead are slow that were so before.
    pub(crate) is_slow_ahead: bool,
    /// Whether somebody drives freely on the road ahead.
    pub(crate) is_free_ahead: bool,
    /// Vehicles that passed it freely, and slowly.
    pub(crate) passed_free: usize,
    /// See there.
    pub(crate) passed_slow: usize,
    /// Vehicles that came to rest behind it.
    pub(crate) stuck_behind: usize,
    /// Vehicles that stand within `waiting_m` behind it now.
    pub(crate) waiting_behind: usize,
    /// See there.
    pub(crate) waiting_m: f64,
    /// Whether another one that came with it has stood beside it for as long.
    pub(crate) has_companion: bool,
    /// Whether another one stands beside it that braked as hard at the same time.
    pub(crate) has_hard_companion: bool,
}

impl Evidence {
    /// The logarithm of how many times likelier a crash is than everything else together.
    pub(crate) fn log_odds(&self) -> f64 {
        let together = if self.has_hard_companion { 5.5 } else { 0.0 };
        let shared = self.braking + together - if self.has_crept { CREPT } else { 0.0 };
        let free = count(self.passed_free).min(4.0);
        let slow = count(self.passed_slow).min(4.0);
        let stuck = count(self.stuck_behind).min(3.0);
        let ahead = match (self.is_slow_ahead, self.is_free_ahead) {
            (true, _) => -5.0,
            (false, true) if self.stop_line.is_none() => 1.5,
            (false, true) => 0.5,
            (false, false) => 0.0,
        };
        let at_line = self.stop_line.is_some_and(|(away_m, _)| away_m < AT_LINE_M);
        let stands = match self.stop_line {
            // In one lane a queue may stand for as long as it likes; where there are more, somebody would get through.
            Some(_) if self.is_single_lane => QUEUE_AT_LINE + (self.stood_s / 30.0).min(2.5),
            Some(_) => QUEUE_AT_LINE + ((self.stood_s - 40.0) / 16.0).clamp(0.0, 6.0),
            None => QUEUE_ELSEWHERE + (self.stood_s / 15.0).min(7.0),
        };
        // Were the queue behind it one that begins at the line, as many would be seen before it, in proportion: that none
        // is has this probability if they come by chance (Poisson).
        let empty_m =
            self.stop_line.map_or(self.waiting_m, |(away_m, _)| (away_m - AT_LINE_M / 2.0).max(0.0));
        let empty = (count(self.waiting_behind) * empty_m / self.waiting_m).min(2.5);
        let passed = free * if at_line { 0.3 } else { 1.2 } + slow * 0.5;
        let queue = stands + passed + empty + ahead
            - if at_line { 8.0 - (self.stood_s / 30.0).min(5.0) } else { 0.0 };
        // However long a jam stands, it stays one.
        let queue = if self.is_slow_ahead { queue.min(-2.0) } else { queue };
        let pair = if self.has_companion { 3.0 } else { 0.0 };
        // Nobody comes to rest behind one at the kerb, unless it is for a line ahead.
        let stuck = if self.stop_line.is_none() { 2.0 * stuck } else { stuck };
        let aside = if self.is_motorway { SHOULDER } else { KERB };
        let kerb = aside + self.side + pair + stuck;
        let kerb = if self.is_single_lane { kerb - (free + slow) * 1.5 } else { kerb + slow * 0.7 };
        let short = SHORT_STOP + (self.stood_s / 10.0).min(8.0);
        let bus = if self.is_bus { BUS_STOP + (self.stood_s / 60.0).min(6.0) } else { 20.0 };
        let odds_against: f64 = [queue, kerb, short, bus].iter().map(|odds| (-(odds + shared)).exp()).sum();
        -odds_against.ln()
    }
}

#[allow(clippy::cast_precision_loss)]
fn count(vehicles: usize) -> f64 {
    vehicles as f64
}

/// How sure that makes, 0…1.
pub(crate) fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// How many times likelier a braking is for a crash, as a logarithm: `hard_mps2` is what drivers do not do by themselves.
pub(crate) fn braking(hardest_mps2: f64, gap_s: f64, hard_mps2: f64, brakes_hard_by_nature: bool) -> f64 {
    if brakes_hard_by_nature {
        return MOTORCYCLE;
    }
    let hard = MOST_BRAKING + (hardest_mps2 - hard_mps2) * BRAKING_PER_MPS2;
    if hard > 0.0 {
        hard.min(MOST_BRAKING)
    } else if gap_s <= 1.5 {
        // Every moment of the braking was seen, and it was an ordinary one.
        ORDINARY_BRAKING
    } else {
        0.0
    }
}

/// How many times likelier a place across the road is for a vehicle in one of the lanes than for one at the kerb, as a
/// logarithm; `right_edge_m` is the carriageway's edge, `sigma_m` how far the place may be off.
pub(crate) fn side(right_m: f64, (left_edge_m, right_edge_m): (f64, f64), lane_m: f64, sigma_m: f64) -> f64 {
    if right_m < left_edge_m - lane_m / 2.0 - 1.5 * sigma_m {
        // It stands on another road than the one it was put on.
        return ELSEWHERE;
    }
    let lanes = ((right_edge_m - left_edge_m) / lane_m).round().max(1.0);
    let density = |centre_m: f64| (-0.5 * ((right_m - centre_m) / sigma_m).powi(2)).exp().max(1e-12);
    let mut in_lanes = 0.0;
    let mut lane = 0.0;
    while lane < lanes {
        in_lanes += density(left_edge_m + (lane + 0.5) * lane_m) / lanes;
        lane += 1.0;
    }
    (in_lanes / density(right_edge_m + lane_m / 2.0)).ln().clamp(-6.0, 8.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that has stood for long in a lane, where others drive past and the road ahead is free.
    fn in_the_way() -> Evidence {
        Evidence {
            stood_s: 90.0,
            side: 6.0,
            is_free_ahead: true,
            passed_free: 4,
            waiting_m: 50.0,
            ..Evidence::default()
        }
    }

    #[test]
    fn who_creeps_on_queues_and_who_does_not_is_in_the_way() {
        assert!(probability(in_the_way().log_odds()) > 0.7);
        let creeps = Evidence { has_crept: true, ..in_the_way() };
        assert!(probability(creeps.log_odds()) < 0.3, "{}", creeps.log_odds());
    }

    #[test]
    fn nobody_parks_beside_a_motorway() {
        let unclear = Evidence { side: 4.8, ..in_the_way() };
        let on_motorway = Evidence { is_motorway: true, ..unclear };
        assert!(probability(unclear.log_odds()) < 0.6);
        assert!(probability(on_motorway.log_odds()) > probability(unclear.log_odds()) + 0.1);
    }

    #[test]
    fn the_farther_left_the_likelier_a_lane_until_it_is_another_road() {
        let at = |right_m: f64| side(right_m, (-4.8, 4.8), 3.2, 2.5);
        assert!(at(6.4) < 0.0 && at(0.0) > at(3.2) && at(-3.2) >= at(0.0));
        assert_eq!(at(-14.0), ELSEWHERE);
    }
}
