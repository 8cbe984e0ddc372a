//! When a vehicle sends a Cooperative Awareness Message: ETSI EN 302 637-2, 6.1.3.

use model::geo::heading_difference_deg;

use crate::traffic::Observation;

/// How often the conditions are looked at, and the shortest time between two messages, ms (T_CheckCamGen, T_GenCamMin).
pub(super) const CHECK_MS: i64 = 100;
/// The longest time between two messages, ms (T_GenCamMax).
const LONGEST_MS: i64 = 1_000;
/// Changes since the last message that call for the next one.
const HEADING_DEG: f64 = 4.0;
const MOVED_M: f64 = 4.0;
const SPEED_MPS: f64 = 0.5;
/// So many messages follow at the pace of one that was called for by a change (N_GenCam).
const AT_THIS_PACE: u8 = 3;

/// What a vehicle remembers of its last message.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cam {
    last: Option<Sent>,
    /// The time after which a message is due without any change, ms (T_GenCam).
    pace_ms: i64,
    /// How many were sent at this pace.
    at_pace: u8,
}

#[derive(Debug, Clone, Copy)]
struct Sent {
    at_ms: i64,
    seen: Observation,
}

impl Cam {
    /// Whether a message is due at a check; then it counts as sent.
    pub fn is_due(&mut self, at_ms: i64, seen: &Observation) -> bool {
        let Some(Sent { at_ms: last_ms, seen: last }) = self.last else {
            self.send(at_ms, seen);
            self.pace_ms = LONGEST_MS;
            return true;
        };
        let elapsed_ms = at_ms - last_ms;
        if elapsed_ms < CHECK_MS {
            return false;
        }
        let changed = heading_difference_deg(seen.heading_deg, last.heading_deg) > HEADING_DEG
            || seen.position.distance_m(last.position) > MOVED_M
            || (seen.speed_mps - last.speed_mps).abs() > SPEED_MPS;
        if changed {
            self.pace_ms = elapsed_ms.min(LONGEST_MS);
            self.at_pace = 0;
        } else if elapsed_ms >= self.pace_ms {
            self.at_pace = self.at_pace.saturating_add(1);
            if self.at_pace >= AT_THIS_PACE {
                self.pace_ms = LONGEST_MS;
            }
        } else {
            return false;
        }
        self.send(at_ms, seen);
        true
    }

    fn send(&mut self, at_ms: i64, seen: &Observation) {
        self.last = Some(Sent { at_ms, seen: *seen });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{LatLon, LocalPlane};

    fn at(east_m: f64, heading_deg: f64, speed_mps: f64) -> Observation {
        let position = LocalPlane::at(LatLon::new(60.0, 24.0)).to_lat_lon(east_m, 0.0);
        Observation { position, heading_deg, speed_mps, accel_mps2: 0.0 }
    }

    /// When messages are sent by a vehicle that does `what` at each check.
    fn sent(until_ms: i64, what: impl Fn(f64) -> Observation) -> Vec<i64> {
        let mut cam = Cam::default();
        (0..=until_ms / CHECK_MS)
            .map(|check| check * CHECK_MS)
            .filter(|&at_ms| cam.is_due(at_ms, &what(at_ms as f64 / 1_000.0)))
            .collect()
    }

    #[test]
    fn a_vehicle_that_stands_sends_once_a_second() {
        assert_eq!(sent(3_000, |_| at(0.0, 0.0, 0.0)), [0, 1_000, 2_000, 3_000]);
        assert_eq!(sent(3_600_000, |_| at(0.0, 0.0, 0.0)).len(), 3_601);
    }

    #[test]
    fn a_vehicle_that_drives_sends_each_four_metres() {
        // 4.17 m in 0.3 s at 50 km/h.
        assert_eq!(sent(1_000, |s| at(13.9 * s, 90.0, 13.9)), [0, 300, 600, 900]);
        // Never more often than each 0.1 s.
        assert_eq!(sent(400, |s| at(60.0 * s, 90.0, 60.0)), [0, 100, 200, 300, 400]);
    }

    #[test]
    fn a_change_of_heading_or_speed_calls_for_one_and_three_follow_at_its_pace() {
        let turned = |s: f64| at(0.0, if s > 0.35 { 5.0 } else { 0.0 }, 0.0);
        assert_eq!(sent(3_000, turned), [0, 400, 800, 1_200, 1_600, 2_600]);
        let braked = |s: f64| at(0.0, 0.0, if s > 0.15 { 0.6 } else { 0.0 });
        assert_eq!(sent(500, braked), [0, 200, 400]);
    }

    #[test]
    fn north_is_no_change_of_heading() {
        let waves = |s: f64| at(0.0, if (s * 10.0) as i64 % 2 == 0 { 359.0 } else { 1.0 }, 0.0);
        assert_eq!(sent(1_000, waves), [0, 1_000]);
    }
}
